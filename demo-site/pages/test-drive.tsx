import type { Values } from '../accounts/forms.js';
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

/** What would be sent, and as which class of mail: the classes decide what a mail may carry. */
export function TestDriveSent({ view, values }: { view: View; values: Values }) {
  const offers = values['offers'] === 'yes';
  return (
    <Page view={view} title="Sample sent" description="The sample fax as it was recorded.">
      <section class="frame block first two">
        <div>
          <p class="tape">Transmission ok / 01 page</p>
          <h1>Your sheet went through.</h1>
          <p class="lead">This demonstration sends no mail. It records the request and shows what would leave.</p>
          <table class="fares mails">
            <thead>
              <tr>
                <th scope="col">Mail</th>
                <th scope="col">Class</th>
                <th scope="col">Sent?</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <th scope="row">The sample, to {values['email']}</th>
                <td>
                  <code>test-drive</code>: transactional
                </td>
                <td>
                  At once. You asked for it, so no choice about offers stands in its way (
                  <a href="/privacy#test-drive.sample">why</a>).
                </td>
              </tr>
              <tr>
                <th scope="row">Offers, later</th>
                <td>
                  <code>promotional</code>
                </td>
                <td>
                  {offers
                    ? 'Yes, because you ticked the box; with a link to stop them, and without a clear GIF unless you consent to one '
                    : 'No: you did not ask for them '}
                  (<a href="/privacy#test-drive.promotional">why</a>).
                </td>
              </tr>
            </tbody>
          </table>
          <p class="actions">
            <a class="button" href="/register">
              Get your own number
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
