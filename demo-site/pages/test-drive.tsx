import type { Values } from '../accounts/forms.js';
import type { Posted } from '../mail/office.js';
import { FaxSheet } from './art/fax-sheet.js';
import { Page, type View } from './layout.js';
import { emptyForm, Field, type FormState, ProblemList, Tick } from './parts.js';

/** The form that asks for a sample fax; with `form`, as it came back with problems. */
export function TestDrive({ view, form = emptyForm }: { view: View; form?: FormState }) {
  return (
    <Page view={view} title="Test drive" description="Have a sample fax sent to your inbox, without registering.">
      <section class="frame block first two">
        <div>
          <p class="tape">Line check / no account needed</p>
          <h1>Take a test drive.</h1>
          <p class="lead">Write two lines, and see the sheet that would land in your inbox.</p>
          <ProblemList problems={form.problems} title="The sheet did not go through" />
          <form method="post" action="/test-drive" novalidate>
            <Field form={form} name="name" label="Your name" required autocomplete="name" maxlength={100} />
            <Field
              form={form}
              name="email"
              label="E-mail address"
              type="email"
              required
              autocomplete="email"
              maxlength={254}
              hint="Where the sample goes. Used for that, and for nothing else unless you tick the box below."
            />
            <Field form={form} name="message" label="What should the fax say?" rows={4} maxlength={600} />
            <Tick name="offers" checked={form.values['offers'] === 'yes'} hint="Every such mail carries a link that ends them.">
              Also mail me offers now and then
            </Tick>
            <button class="button" type="submit">
              Send the sample
            </button>
          </form>
        </div>
        <FaxSheet to="You" from="MetroFax test drive" message={'This is what a fax looks like when it arrives.\n\nYour words go here.'} />
      </section>
    </Page>
  );
}

/** What was sent and what was not, and why: the classes decide what a mail may carry. */
export function TestDriveSent({ view, values, mails, reasons }: { view: View; values: Values; mails: readonly Posted[]; reasons: Readonly<Record<string, string>> }) {
  return (
    <Page view={view} title="Sample sent" description="The sample fax, and what was mailed.">
      <section class="frame block first two">
        <div>
          <p class="tape">Transmission ok / 01 page</p>
          <h1>Your sheet went through.</h1>
          <p class="lead">
            It was mailed to {values['email']}, by way of a mail server on this machine that passes nothing on. <a href="/outbox">The outbox</a>{' '}
            shows it as its reader sees it.
          </p>
          <table class="fares mails">
            <thead>
              <tr>
                <th scope="col">Mail</th>
                <th scope="col">Class</th>
                <th scope="col">Sent?</th>
              </tr>
            </thead>
            <tbody>
              {mails.map(({ subject, class: of, delivered, verdicts }) => (
                <tr>
                  <th scope="row">{subject}</th>
                  <td>
                    <code>{of}</code>
                  </td>
                  <td>
                    {delivered ? 'Yes. ' : 'No. '}
                    {reasons[verdicts.send.reason] ?? verdicts.send.reason}
                    {verdicts.send.clause ? (
                      <>
                        {' '}
                        (<a href={`/privacy#${verdicts.send.clause}`}>why</a>)
                      </>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <p class="actions">
            <a class="button" href="/outbox">
              Open the outbox
            </a>
            <a class="button quiet" href="/test-drive">
              Once more
            </a>
          </p>
        </div>
        <FaxSheet to={values['email'] ?? ''} from={values['name'] ?? ''} message={values['message'] || '(a blank page: nothing was written)'} />
      </section>
    </Page>
  );
}
