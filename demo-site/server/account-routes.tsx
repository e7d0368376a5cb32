import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import {
  cardDigits, checkPassword, checkProfile, checkRegistration, checkTestDrive, normalEmail, plans, readForm, readSecret, registrationFields, type Problems, type Values,
} from '../accounts/forms.js';
import { hashPassword, passwordFits } from '../accounts/passwords.js';
import { currentAccount, forgetBrowser, isRemembered, renewAll, signIn, signOut, whyNotRemembered } from '../accounts/sessions.js';
import type { Account } from '../accounts/store.js';
import { Register, TooYoung } from '../pages/register.js';
import type { FormState } from '../pages/parts.js';
import { AccountPage, SignIn } from '../pages/sign-in.js';
import { TestDrive, TestDriveSent } from '../pages/test-drive.js';
import type { SendPage, SiteParts } from './app.js';
import { erasePerson } from './erasure.js';

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const isEmpty = (problems: object): boolean => Object.keys(problems).length === 0;

/** The posted form; a body that is no form is an empty one, and fails at its required fields. */
const posted = (c: Context): Promise<FormData> => c.req.formData().catch(() => new FormData());

/** Everything that takes personal data: test drive, registration, sign-in, the account. */
export function accountRoutes(parts: SiteParts, page: SendPage): Hono {
  const app = new Hono();
  const { store } = parts;

  app.get('/test-drive', (c) => page(c, (view) => <TestDrive view={view} />));
  app.post('/test-drive', async (c) => {
    const values = readForm(await posted(c), ['name', 'email', 'message', 'offers']);
    const problems = checkTestDrive(values);
    if (!isEmpty(problems)) return page(c, (view) => <TestDrive view={view} form={{ values, problems }} />, { status: 422 });
    await store.addTestDrive(
      {
        name: values['name'] ?? '',
        email: normalEmail(values['email'] ?? ''),
        message: values['message'] ?? '',
        offers: values['offers'] === 'yes',
      },
      nowSeconds(),
    );
    // test-drive.sample: at once, whatever is chosen about offers. test-drive.promotional: only who ticked the box.
    const email = normalEmail(values['email'] ?? '');
    const known = await parts.office.subjectOf(email, 'DE');
    const offers = values['offers'] === 'yes';
    await parts.office.know(email, { ...known, account: { state: known.account?.state ?? 'none', promotional: offers ? 'in' : (known.account?.promotional ?? 'unknown') } });
    const mails = [
      await parts.office.post('test-drive', email, { name: values['name'] ?? '', message: values['message'] || '(a blank page)' }),
      await parts.office.post('promotional', email, { name: values['name'] ?? '' }),
    ];
    return page(c, (view) => <TestDriveSent view={view} values={values} mails={mails} reasons={parts.words.reasons} />);
  });

  app.get('/register', (c) => {
    const plan = c.req.query('plan') ?? '';
    const values: Values = (plans as readonly string[]).includes(plan) ? { plan } : {};
    return page(c, (view) => <Register view={view} form={{ values, problems: {} }} />);
  });
  app.post('/register', async (c) => {
    const data = await posted(c);
    const values = readForm(data, registrationFields);
    const password = readSecret(data, 'password');
    // children.none: asked before anything else is looked at, so that nothing of the form is kept or even checked.
    if (values['age'] === 'under13') {
      await signOut(c, parts);
      return page(c, (view) => <TooYoung view={view} />);
    }
    const problems = checkRegistration(values, password, new Date());
    const again = (found: Record<string, string>) =>
      page(c, (view) => <Register view={view} form={{ values: withoutCard(values), problems: found }} />, { status: 422 });
    if (!isEmpty(problems)) return again(problems);
    const made = await store.createAccount(
      {
        name: values['name'] ?? '',
        email: normalEmail(values['email'] ?? ''),
        phone: values['phone'] ?? '',
        jobTitle: values['jobTitle'] ?? '',
        industry: values['industry'] ?? '',
        plan: values['plan'] ?? '',
        cardLast4: cardDigits(values['cardNumber'] ?? '').slice(-4),
        cardExpiry: values['cardExpiry'] ?? '',
        offers: values['offers'] === 'yes',
        passwordHash: await hashPassword(password),
      },
      nowSeconds(),
    );
    if (!made) return again({ email: 'This address has an account. Sign in instead, or use another address.' });
    await signIn(c, parts, made, false);
    return c.redirect('/account', 303);
  });

  /** Why the box cannot be ticked here, in words. */
  const notHere = (c: Context): string | null => {
    const verdict = whyNotRemembered(c, parts);
    return verdict && (parts.words.reasons[verdict.reason] ?? verdict.reason);
  };
  app.get('/sign-in', (c) => page(c, (view) => <SignIn view={view} notHere={notHere(c)} />));
  app.post('/sign-in', async (c) => {
    const data = await posted(c);
    const values = readForm(data, ['email', 'remember']);
    const known = await store.credentials(normalEmail(values['email'] ?? ''));
    const fits = await passwordFits(readSecret(data, 'password').slice(0, 200), known?.passwordHash ?? null);
    if (!known || !fits) {
      // One sentence for both, so that nobody learns which addresses have an account.
      const problems = { email: 'Address and password do not fit together.' };
      return page(c, (view) => <SignIn view={view} notHere={notHere(c)} form={{ values, problems }} />, { status: 422 });
    }
    const denied = await signIn(c, parts, known.account, values['remember'] === 'yes');
    return c.redirect(denied ? `/account?not-remembered=${denied.reason}` : '/account', 303);
  });
  app.post('/sign-out', async (c) => {
    await signOut(c, parts);
    return c.redirect('/', 303);
  });
  app.post('/forget', async (c) => {
    await forgetBrowser(c, parts);
    return c.body(null, 204);
  });

  const profileOf = (account: Account): Values => ({
    name: account.name,
    phone: account.phone,
    jobTitle: account.jobTitle,
    industry: account.industry,
    offers: account.offers ? 'yes' : '',
  });
  const accountPage = async (c: Context, account: Account, form: FormState, status: 200 | 422 = 200): Promise<Response> => {
    const denied = c.req.query('not-remembered');
    const facts = {
      account,
      form,
      remembered: isRemembered(c),
      saved: c.req.query('saved') !== undefined,
      alarm: await store.remembered.alarm(account.id),
      notRemembered: denied === undefined ? null : (parts.words.reasons[denied] ?? null),
    };
    return page(c, (view) => <AccountPage view={view} {...facts} />, { status });
  };
  app.get('/account', async (c) => {
    const account = await currentAccount(c, parts);
    if (!account) return c.redirect('/sign-in', 303);
    const form = { values: profileOf(account), problems: {} };
    return accountPage(c, account, form);
  });
  app.post('/account/password', async (c) => {
    const account = await currentAccount(c, parts);
    if (!account) return c.redirect('/sign-in', 303);
    const data = await posted(c);
    const next = readSecret(data, 'password');
    const known = await store.credentials(account.email);
    const fits = await passwordFits(readSecret(data, 'current').slice(0, 200), known?.passwordHash ?? null);
    const problem = checkPassword(next);
    const problems: Problems = { ...(fits ? {} : { current: 'This is not your present password.' }), ...(problem ? { password: problem } : {}) };
    if (!isEmpty(problems)) return accountPage(c, account, { values: profileOf(account), problems }, 422);
    await store.changePassword(account.id, await hashPassword(next));
    await renewAll(c, parts, account);
    return c.redirect('/account?saved', 303);
  });
  app.post('/account', async (c) => {
    const account = await currentAccount(c, parts);
    if (!account) return c.redirect('/sign-in', 303);
    const values = readForm(await posted(c), ['name', 'phone', 'jobTitle', 'industry', 'offers']);
    const problems = checkProfile(values);
    if (!isEmpty(problems)) {
      return accountPage(c, account, { values, problems }, 422);
    }
    await store.updateAccount(account.id, {
      name: values['name'] ?? '',
      phone: values['phone'] ?? '',
      jobTitle: values['jobTitle'] ?? '',
      industry: values['industry'] ?? '',
      offers: values['offers'] === 'yes',
    });
    return c.redirect('/account?saved', 303);
  });
  app.post('/account/delete', async (c) => {
    const account = await currentAccount(c, parts);
    if (account) {
      // What the ledger says stays; whose it was goes with the salt.
      await erasePerson(`account:${account.id}`, 'account deleted', `erase-${randomUUID()}`, parts);
    }
    await signOut(c, parts);
    return c.redirect('/', 303);
  });
  return app;
}

/** A card number never goes back into a page. */
const withoutCard = (values: Values): Values => ({ ...values, cardNumber: '' });
