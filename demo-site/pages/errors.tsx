import { Page, type View } from './layout.js';

interface ErrorProps {
  readonly view: View;
  readonly status: 403 | 404 | 413 | 500;
}

const texts = {
  403: ['Call barred.', 'This request did not come from a page of this site, so it was not carried out.'],
  404: ['No such number.', 'There is no page at this address. The line is fine; the number is not.'],
  413: ['Too many pages.', 'What was sent is larger than this form takes.'],
  500: ['Transmission error.', 'Something failed on our side. It was noted; please try again in a moment.'],
} as const;

/** A page for what went wrong, in the site's own clothes. */
export function ErrorPage({ view, status }: ErrorProps) {
  const [title, text] = texts[status];
  return (
    <Page view={view} title={title.replace('.', '')} description={text}>
      <section class="frame block first narrow-page">
        <p class="tape">
          Report / {status} / {status === 500 ? 'resend' : 'not sent'}
        </p>
        <h1>{title}</h1>
        <p class="lead">{text}</p>
        <p class="actions">
          <a class="button" href="/">
            Back to the start
          </a>
        </p>
      </section>
    </Page>
  );
}
