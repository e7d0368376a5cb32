import { createHash, randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Account, Store } from './store.js';

/** The session cookie ends with the browser (cookies.session); its token ends here after twelve hours at the latest. */
const sessionCookie = 'mf_session';
const sessionSeconds = 12 * 3600;

/** The remember-me cookie (cookies.remember-me): `__Host-` where TLS allows that prefix, a plain name on http://localhost. */
const rememberSeconds = 30 * 86_400;
const isTls = (c: Context): boolean => new URL(c.req.url).protocol === 'https:';
const rememberCookie = (c: Context): string => (isTls(c) ? '__Host-mf_remember' : 'mf_remember');

const attributes = (c: Context) => ({ path: '/', httpOnly: true, sameSite: 'Lax', secure: isTls(c) }) as const;

/** What lies in the database: a thief of the file holds no token. SHA-256 is enough for 256 random bits. */
const atRest = (token: string): string => createHash('sha256').update(token).digest('base64url');
const isToken = (text: string | undefined): text is string => text !== undefined && /^[\w-]{43}$/.test(text);
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

async function issue(c: Context, store: Store, account: Account, kind: 'session' | 'remember'): Promise<void> {
  const token = randomBytes(32).toString('base64url');
  const seconds = kind === 'session' ? sessionSeconds : rememberSeconds;
  await store.addToken(atRest(token), kind, account.id, nowSeconds() + seconds);
  if (kind === 'session') setCookie(c, sessionCookie, token, attributes(c));
  else setCookie(c, rememberCookie(c), token, { ...attributes(c), maxAge: seconds });
}

/** Signs a browser in: always a fresh token, so one that was planted before is worth nothing; remembers only when asked. */
export async function signIn(c: Context, store: Store, account: Account, remember: boolean): Promise<void> {
  await signOut(c, store);
  await issue(c, store, account, 'session');
  if (remember) await issue(c, store, account, 'remember');
}

/** Ends the session and forgets the browser: both cookies and both tokens go. */
export async function signOut(c: Context, store: Store): Promise<void> {
  const token = getCookie(c, sessionCookie);
  if (isToken(token)) await store.dropToken(atRest(token));
  if (token !== undefined) deleteCookie(c, sessionCookie, attributes(c));
  await forgetBrowser(c, store);
}

/** Removes the remember-me cookie and its token alone: consent to it was withdrawn or refused. */
export async function forgetBrowser(c: Context, store: Store): Promise<void> {
  const name = rememberCookie(c);
  const token = getCookie(c, name);
  if (isToken(token)) await store.dropToken(atRest(token));
  if (token !== undefined) deleteCookie(c, name, attributes(c));
}

/**
 * Who is signed in, if anybody. A remembered browser without a session gets one; its token is exchanged for a new one at
 * each use, so a stolen copy works at most once and then shows, because the owner has to sign in again.
 */
export async function currentAccount(c: Context, store: Store): Promise<Account | null> {
  const session = getCookie(c, sessionCookie);
  if (isToken(session)) {
    const account = await store.accountByToken(atRest(session), 'session', nowSeconds());
    if (account) return account;
  }
  const remembered = getCookie(c, rememberCookie(c));
  if (!isToken(remembered)) return null;
  const account = await store.accountByToken(atRest(remembered), 'remember', nowSeconds());
  if (!account || !(await store.dropToken(atRest(remembered)))) return null;
  await issue(c, store, account, 'session');
  await issue(c, store, account, 'remember');
  return account;
}

/** Whether this browser holds a remember-me cookie, for showing it in the account. */
export function isRemembered(c: Context): boolean {
  return isToken(getCookie(c, rememberCookie(c)));
}
