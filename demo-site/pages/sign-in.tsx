import type { Account } from '../accounts/store.js';
import { industries } from '../accounts/forms.js';
import { Page, type View } from './layout.js';
import { emptyForm, Field, type FormState, ProblemList, Tick } from './parts.js';

/** Sign-in with the explicit tick that remember-me needs (cookies.remember-me). */
export function SignIn({ view, form = emptyForm, notHere }: { view: View; form?: FormState; notHere: string | null }) {
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
              disabled={notHere !== null}
              hint={
                <>
                  {notHere === null ? null : <strong>Not possible here. {notHere} </strong>}
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
  /** When an old copy of a remember-me cookie was used, unix seconds; null if never. */
  readonly alarm: number | null;
  /** Why a tick for "remember me" was not followed; null where it was, or there was none. */
  readonly notRemembered: string | null;
  readonly form: FormState;
}

/** What is known about the person who is signed in, why, and the means to change it (pii.change). */
export function AccountPage({ view, account, remembered, saved, alarm, notRemembered, form }: AccountPageProps) {
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
          {notRemembered === null ? null : (
            <p class="note" role="status">
              You are signed in, but this browser is not remembered. {notRemembered}{' '}
              <a href="/choices#limited">What is limited, and why</a>
            </p>
          )}
          {alarm === null ? null : (
            <p class="note" role="alert">
              On {new Date(alarm * 1000).toISOString().slice(0, 10)} somebody used an old copy of your remember-me cookie. We
              ended every session and forgot every browser. Change your password below if it was not you.
            </p>
          )}
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
          <h2>Change the password.</h2>
          <form method="post" action="/account/password" novalidate>
            <Field form={form} name="current" label="Present password" type="password" required autocomplete="current-password" maxlength={200} />
            <Field form={form} name="password" label="New password" type="password" required autocomplete="new-password" maxlength={200} />
            <p class="hint">A new password signs out every other browser and forgets those that were remembered.</p>
            <button class="button quiet" type="submit">
              Change the password
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
