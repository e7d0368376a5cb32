import { industries } from '../accounts/forms.js';
import { Page, type View } from './layout.js';
import { Field, type FormState, ProblemList, Tick } from './parts.js';
import { plans } from './plans.js';

/** Registration: what is needed (registration.contact), what is not (registration.demographic), billing, age. */
export function Register({ view, form }: { view: View; form: FormState }) {
  return (
    <Page view={view} title="Get a number" description="Register for a fax number.">
      <section class="frame block first two">
        <div>
          <p class="tape">New subscriber / sheet 1 of 1</p>
          <h1>Get a number.</h1>
          <p class="lead">Three things we need, a plan, and a password. The rest is yours to leave blank.</p>
          <ProblemList problems={form.problems} title="Some boxes need another look" />
          <form method="post" action="/register" novalidate>
            <fieldset>
              <legend>How to reach you</legend>
              <p class="why">
                For the service and news about it. <a href="/privacy#registration.contact">Why we ask</a>
              </p>
              <Field form={form} name="name" label="Name" required autocomplete="name" maxlength={100} />
              <Field form={form} name="phone" label="Telephone" type="tel" required autocomplete="tel" maxlength={30} />
              <Field form={form} name="email" label="E-mail address" type="email" required autocomplete="email" maxlength={254} />
              <Field
                form={form}
                name="password"
                label="Password"
                type="password"
                required
                autocomplete="new-password"
                maxlength={200}
                hint="At least 10 characters; a sentence is fine."
              />
              <Field
                form={form}
                name="age"
                label="Your age"
                required
                options={[
                  ['under13', 'Under 13'],
                  ['13to17', '13 to 17'],
                  ['18plus', '18 or older'],
                ]}
              />
            </fieldset>
            <fieldset>
              <legend>Plan and billing</legend>
              <p class="why">
                Card data serve billing and nothing else. <a href="/privacy#registration.payment">Why we ask</a>
              </p>
              <Field
                form={form}
                name="plan"
                label="Plan"
                required
                options={plans.map((plan) => [plan.id, `${plan.name}: $${plan.price} a month`] as const)}
              />
              <Field
                form={form}
                name="cardNumber"
                label="Card number"
                autocomplete="cc-number"
                inputmode="numeric"
                maxlength={30}
                hint="This is a demonstration: use the test number 4111 1111 1111 1111. Only the last four digits are kept."
              />
              <Field form={form} name="cardExpiry" label="Expiry" autocomplete="cc-exp" inputmode="numeric" maxlength={5} hint="MM/YY" />
            </fieldset>
            <fieldset>
              <legend>About your work</legend>
              <p class="why">
                Only to fit the service to you. <a href="/privacy#registration.demographic">Why we ask</a>
              </p>
              <Field form={form} name="jobTitle" label="Job title" autocomplete="organization-title" maxlength={100} />
              <Field form={form} name="industry" label="Industry" options={industries.map((name) => [name, name] as const)} />
            </fieldset>
            <Tick name="offers" checked={form.values['offers'] === 'yes'} hint="Every such mail carries a link that ends them.">
              Mail me offers now and then
            </Tick>
            <button class="button" type="submit">
              Register
            </button>
          </form>
        </div>
        <aside class="note" aria-label="What registering does">
          <h2>What happens then</h2>
          <ol class="steps">
            <li>Your account is made and this browser is signed in until you close it.</li>
            <li>
              A welcome mail of class <code>welcome</code> would leave. It is a service mail: no clear GIF in it, and never a
              password. <a href="/privacy#email.welcome">Why</a>
            </li>
            <li>Leave half way, and nothing of what you typed is kept.</li>
          </ol>
          <p>
            Have an account already? <a href="/sign-in">Sign in</a>
          </p>
        </aside>
      </section>
    </Page>
  );
}

/** What someone under 13 sees: nothing of the form was kept. */
export function TooYoung({ view }: { view: View }) {
  return (
    <Page view={view} title="Not yet" description="MetroFax is not for children under 13.">
      <section class="frame block first narrow-page" data-consent-refuse="">
        <p class="tape">Nothing recorded</p>
        <h1>Not yet.</h1>
        <p class="lead">
          MetroFax does not take personal information from anybody under 13, so no account was made and what you typed was
          thrown away. Advertising, measurement and the rest that is not needed stay off.
        </p>
        <p>
          <a href="/privacy#children.none">What our privacy policy says about it</a>
        </p>
      </section>
    </Page>
  );
}
