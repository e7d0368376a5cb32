import type { Posted } from '../mail/office.js';
import { classes } from '../mail/templates.js';
import { Page, type View } from './layout.js';

/** Sentences for reason codes. */
type Reasons = Readonly<Record<string, string>>;
export interface Recorded {
  readonly events: readonly { readonly kind: string; readonly campaign: number; readonly time: number; readonly openClass: string; readonly recipient: string | null; readonly keep: string }[];
  readonly counted: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly lastOpens: Readonly<Record<string, string>>;
}

const clock = (time: number): string => new Date(time * 1000).toISOString().slice(11, 19);

function Verdicts({ mail, reasons }: { mail: Posted; reasons: Reasons }) {
  const rows = [['Send', mail.verdicts.send], ['Clear GIF', mail.verdicts.open], ['Counted links', mail.verdicts.click]] as const;
  return (
    <table class="fares mails">
      <thead>
        <tr>
          <th scope="col">May it</th>
          <th scope="col">Answer</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, verdict]) => (
          <tr>
            <th scope="row">{name}</th>
            <td>
              <code>{verdict.outcome === 'allow' ? (name === 'Send' ? 'yes' : verdict.mode) : 'no'}</code>
            </td>
            <td>
              {reasons[verdict.reason] ?? verdict.reason}
              {verdict.clause ? (
                <>
                  {' '}
                  (<a href={`/privacy#${verdict.clause}`}>{verdict.clause}</a>)
                </>
              ) : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Every mail that left, as its reader sees it, with the verdicts it left under; and what opening and clicking recorded. */
export function Outbox({ view, mails, recorded, reasons }: { view: View; mails: readonly Posted[]; recorded: Recorded; reasons: Reasons }) {
  return (
    <Page view={view} title="Outbox" description="Every mail of the demo, its verdicts, and what was recorded of it.">
      <section class="frame block first">
        <p class="tape">Mail / this machine only</p>
        <h1>What left, and why it could.</h1>
        <p class="lead">
          Each mail goes through a mail server on this machine and stops there. Below is what its reader sees, pictures off. Load them and follow
          its links, withdraw by its last line, load them again: what is recorded changes, for mails already sent too.
        </p>
        <form method="post" action="/outbox" class="outbox-form">
          <label>
            To <input type="email" name="email" value="ann@example.org" required maxlength={254} />
          </label>
          <label>
            In{' '}
            <select name="country">
              {[['DE', 'Germany'], ['FR', 'France'], ['IT', 'Italy'], ['US', 'United States']].map(([code, name]) => (
                <option value={code}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            Class{' '}
            <select name="class">
              {classes.map((one) => (
                <option value={one} selected={one === 'promotional'}>
                  {one}
                </option>
              ))}
            </select>
          </label>
          <label>
            <input type="checkbox" name="offers" value="yes" checked /> wants offers
          </label>
          <label>
            <input type="checkbox" name="tracking" value="yes" /> allows opens and clicks to be noted
          </label>
          <label>
            <input type="checkbox" name="active" value="yes" checked /> has an account
          </label>
          <button class="button small" type="submit">
            Send
          </button>
        </form>
      </section>
      <section class="frame block" aria-labelledby="recorded">
        <h2 id="recorded">What is on record</h2>
        {recorded.events.length === 0 && Object.keys(recorded.counted).length === 0 && Object.keys(recorded.lastOpens).length === 0 ? (
          <p data-recorded="0">Nothing: nobody opened a mail, or nobody allowed that to be noted.</p>
        ) : (
          <ul class="recorded" data-recorded={String(recorded.events.length)}>
            {recorded.events.map(({ kind, time, recipient, openClass, keep }) => (
              <li>
                <code>{clock(time)}</code> {kind} by {recipient ?? 'nobody'} ({openClass.replace('_', ' ')}
                {keep === 'client' ? ', with the program used' : ''})
              </li>
            ))}
            {Object.entries(recorded.counted).map(([of, counts]) => (
              <li>
                {of}: counted without anybody recognised: {Object.entries(counts).map(([kind, total]) => `${total} × ${kind}`).join(', ')}
              </li>
            ))}
            {Object.entries(recorded.lastOpens).map(([who, day]) => (
              <li>
                {who}: last opened something on {day}, and nothing else is kept
              </li>
            ))}
          </ul>
        )}
      </section>
      {mails.map((mail) => (
        <section class="frame block outbox-mail" aria-label={`${mail.class} to ${mail.to}`}>
          <div>
            <p class="tape">
              {clock(mail.time)} / {mail.class} / {mail.delivered ? `${mail.delivered.source.length} bytes by SMTP` : 'withheld'}
            </p>
            <h2>{mail.subject}</h2>
            <p>To {mail.to}</p>
            <Verdicts mail={mail} reasons={reasons} />
            {mail.delivered ? (
              <p class="actions">
                <a href={`/outbox/${mail.id}/mail?pictures=1`} target={`mail-${mail.id}`}>
                  Open it: load its pictures
                </a>{' '}
                <a href={`/outbox/${mail.id}/source`}>Source</a>
              </p>
            ) : null}
          </div>
          {mail.delivered ? (
            <iframe class="outbox-frame" src={`/outbox/${mail.id}/mail`} name={`mail-${mail.id}`} title={`The mail ${mail.subject}`} sandbox="allow-popups allow-popups-to-escape-sandbox" loading="lazy" height="480"></iframe>
          ) : (
            <p class="outbox-none">Not sent.</p>
          )}
        </section>
      ))}
    </Page>
  );
}
