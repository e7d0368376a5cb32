import type { Account } from '../accounts/store.js';
import { industries } from '../accounts/forms.js';
import { Page, type View } from './layout.js';
import { emptyForm, Field, type FormState, ProblemList, Tick } from './parts.js';

/** Sign-in with the explicit tick that remember-me needs (cookies.remember-me). */
export function SignIn({ view, form = emptyForm }: { view: View; form?: FormState }) {
  return (
    <Page view={view} title="Sign in" description="Sign in to your MetroFax account.">
      <section class="frame block first two">
        <div>
          <p class="tape">Subscriber / please identify</p>
          <h1>Sign in.</h1>
          <ProblemList problems={form.problems} title="That did not work" />
          <form method="post" action="/sign-in" novalidate data-remember-form="">
            <Field form={form} name="email" label="E-mail address" type="email" required autocomplete="username" maxlength={254} />
            <Field form={form} name="password" label="Password" type="password" required autocomplete="current-password" maxlength={200} />
            <Tick
              name="remember"
              hint={
                <>
                  Sets a cookie that lasts 30 days and is tied to your account. It holds a random number, never your
                  password. <a href="/privacy#cookies.remember-me">Why</a>
                </>
              }
            >
              Remember me in this browser
            </Tick>
            <button class="button" type="submit">
              Sign in
            </button>
          </form>
        </div>
        <aside class="note" aria-label="Good to know">
          <h2>Without the cookie</h2>
          <p>
            Leave the box empty and everything works the same; you only sign in again after closing the browser.{' '}
            <a href="/privacy#cookies.rejection">What the policy says</a>
          </p>
          <p>
            No account yet? <a href="/register">Get a number</a>
          </p>
        </aside>
      </section>
    </Page>
  );
}

interface AccountPageProps {
  readonly view: View;
  readonly account: Account;
  readonly remembered: boolean;
  readonly saved: boolean;
  readonly form: FormState;
}

/** What is known about the person who is signed in, why, and the means to change it (pii.change). */
export function AccountPage({ view, account, remembered, saved, form }: AccountPageProps) {
  const known: readonly (readonly [string, string, string])[] = [
    ['E-mail', account.email, 'service'],
    ['Plan', account.plan, 'service'],
    ['Card', account.cardLast4 ? `ends in ${account.cardLast4}, until ${account.cardExpiry}` : 'none', 'billing'],
    ['This browser', remembered ? 'remembered for 30 days' : 'signed in until it closes', 'remember-me'],
  ];
  return (
    <Page view={view} title="Account" description="Your MetroFax account.">
      <section class="frame block first two">
        <div>
          <p class="tape">Subscriber / {account.plan} plan</p>
          <h1>Your account.</h1>
          {saved ? (
            <p class="saved" role="status">
              Your changes are saved.
            </p>
          ) : null}
          <ProblemList problems={form.problems} title="Some boxes need another look" />
          <form method="post" action="/account" novalidate>
            <Field form={form} name="name" label="Name" required autocomplete="name" maxlength={100} />
            <Field form={form} name="phone" label="Telephone" type="tel" required autocomplete="tel" maxlength={30} />
            <Field form={form} name="jobTitle" label="Job title" autocomplete="organization-title" maxlength={100} />
            <Field form={form} name="industry" label="Industry" options={industries.map((name) => [name, name] as const)} />
            <Tick name="offers" checked={form.values['offers'] === 'yes'}>
              Mail me offers now and then
            </Tick>
            <button class="button" type="submit">
              Save changes
            </button>
          </form>
        </div>
        <aside class="note" aria-label="What we keep">
          <h2>What else we keep</h2>
          <dl class="known">
            {known.map(([what, value, purpose]) => (
              <div>
                <dt>{what}</dt>
                <dd>
                  {value} <span class="chip">{purpose}</span>
                </dd>
              </div>
            ))}
          </dl>
          <p>
            <a href="/choices">Your privacy choices</a>
          </p>
          <div class="actions">
            <form method="post" action="/sign-out">
              <button class="button quiet" type="submit">
                Sign out
              </button>
            </form>
            <form method="post" action="/account/delete">
              <button class="button quiet danger" type="submit">
                Delete this account
              </button>
            </form>
          </div>
          <p class="fine">Signing out also ends remember-me. Deleting removes everything on this page at once.</p>
        </aside>
      </section>
    </Page>
  );
}
