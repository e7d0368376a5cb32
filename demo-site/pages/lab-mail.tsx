import type { Posted } from '../mail/office.js';

/** The first address of a mail under one of its routes. */
const linkOf = ({ html }: Posted, route: 'b' | 'c' | 't'): string | undefined => new RegExp(`(?:href|src)="([^"]+/${route}/[^"]+)"`).exec(html)?.[1];

/** Mail in the lab: send one, open it, click it, withdraw, open it again, and see what each fetch left behind. */
export function LabMail({ mail }: { mail: Posted | undefined }) {
  const [link, choices] = mail ? [linkOf(mail, 'c'), linkOf(mail, 't')] : [];
  return (
    <section class="frame block" id="mail" aria-labelledby="mail-title">
      <h2 id="mail-title">A mail, opened twice</h2>
      <p class="narrow">
        Nobody can take back a mail that was sent. Its clear GIF asks again each time it is fetched: withdraw, and the same mail tells
        nothing any more. More mails, and their source, are in <a href="/outbox">the outbox</a>.
      </p>
      <form method="post" action="/lab/mail" class="outbox-form">
        <button class="button small" type="submit" name="tracking" value="yes">
          Send one: opens and clicks allowed
        </button>
        <button class="button small quiet" type="submit" name="tracking" value="no">
          Send one: nothing allowed
        </button>
      </form>
      <div class="outbox-mail">
        <div>
          {mail ? (
            <ol class="mail-steps">
              <li>
                <a href={`/outbox/${mail.id}/mail?pictures=1`} target="lab-mail" data-mail="open">
                  Open it
                </a>{' '}
                {linkOf(mail, 'b') ? 'with its pictures, one of them the clear GIF' : 'with its pictures; no clear GIF is among them'}
              </li>
              <li>
                {link ? (
                  <>
                    <a href={link} target="_blank" data-mail="click">
                      Follow its link
                    </a>{' '}
                    in another tab
                  </>
                ) : (
                  'Its links are plain ones: following them is not counted'
                )}
              </li>
              <li>
                <a href={choices} target="_blank" data-mail="choices">
                  Stop the tracking
                </a>{' '}
                by the mail’s last line
              </li>
              <li>Open it again, by step 1, and compare the list</li>
            </ol>
          ) : (
            <p data-mail="none">No mail yet: send one.</p>
          )}
          <h3 id="mail-log">What its fetches left behind</h3>
          <p class="fine" role="status" data-mail-count>
            Nothing was fetched yet.
          </p>
          <ol class="log short" data-mail-log tabindex={0} aria-labelledby="mail-log"></ol>
        </div>
        {mail ? (
          <iframe class="outbox-frame" src={`/outbox/${mail.id}/mail`} name="lab-mail" title={`The mail ${mail.subject}, pictures off`} sandbox="allow-popups allow-popups-to-escape-sandbox" loading="lazy" height="480"></iframe>
        ) : null}
      </div>
    </section>
  );
}
