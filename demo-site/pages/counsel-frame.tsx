import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import { Top } from './parts.js';

/** What counsel's pages know of their request. */
export interface CounselView {
  readonly versions: Readonly<Record<string, string>>;
  /** Token of the session's forms; '' for whoever is not signed in. */
  readonly csrf: string;
}

export const Csrf = ({ view }: { view: CounselView }) => <input type="hidden" name="csrf" value={view.csrf} />;

/** The document around counsel's pages: no consent tag, no partner, no script at all. */
export function Frame({ view, title, children }: { view: CounselView; title: string; children: Child }) {
  const file = (name: string): string => `/static/${name}?v=${view.versions[name] ?? ''}`;
  return html`<!doctype html>${(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title} · MetroFax</title>
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href={file('icon.svg')} type="image/svg+xml" />
        <link rel="stylesheet" href={file('site.css')} />
        <link rel="stylesheet" href={file('counsel.css')} />
      </head>
      <body class="counsel">
        <Top href="/counsel" label="Counsel’s view" brand="Counsel">
          {view.csrf === '' ? null : (
            <form method="post" action="/counsel/sign-out" class="top-form">
              <Csrf view={view} />
              <button type="submit" class="button small quiet">
                Sign out
              </button>
            </form>
          )}
        </Top>
        <main id="content" tabindex={-1}>
          {children}
        </main>
      </body>
    </html>
  )}`;
}

export const date = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);
export const clock = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
export const Hash = ({ of }: { of: string }) => (
  <code class="hash" title={of}>
    {of.slice(0, 12)}…
  </code>
);
