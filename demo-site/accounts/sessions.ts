import { createHash, randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { parse, serialize } from 'hono/utils/cookie';
import type { CookieControl, Verdict } from '../server/consent.js';
import type { Account, Store } from './store.js';

/** What sessions need: where they lie, and whom to ask whether a cookie may be set. */
export interface SessionParts {
  readonly store: Store;
  readonly cookies: CookieControl;
}

/** The session cookie ends with the browser (cookies.session); its token ends here after twelve hours at the latest. */
const sessionCookie = 'mf_session';
const sessionSeconds = 12 * 3600;

/** The remember-me cookie (cookies.remember-me): `__Host-` where TLS allows that prefix, a plain name on http://localhost. */
const rememberSeconds = 30 * 86_400;
const isTls = (c: Context): boolean => new URL(c.req.url).protocol === 'https:';
const rememberCookie = (c: Context): string => (isTls(c) ? '__Host-mf_remember' : 'mf_remember');
const area = 'remembered-login';
/** The tick is an explicit choice for this one purpose (cookies.remember-me), made by this very request. */
const ticked = { 'remember-me': true } as const;

const attributes = (c: Context) => ({ path: '/', httpOnly: true, sameSite: 'Lax', secure: isTls(c) }) as const;

/** What lies in the database: a thief of the file holds no token. SHA-256 is enough for 256 random bits. */
const atRest = (token: string): string => createHash('sha256').update(token).digest('base64url');
const newToken = (): string => randomBytes(32).toString('base64url');
const isToken = (text: string | undefined): text is string => text !== undefined && /^[\w-]{43}$/.test(text);
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

async function openSession(c: Context, { store }: SessionParts, account: string): Promise<void> {
  const token = newToken();
  await store.addToken(atRest(token), account, nowSeconds() + sessionSeconds);
  setCookie(c, sessionCookie, token, attributes(c));
}

/** Remembers the browser if the gate lets the cookie be, as it lets it be; the verdict says why not. */
async function remember(c: Context, { store, cookies }: SessionParts, account: string, chosen: Record<string, boolean>, family?: string): Promise<Verdict> {
  const token = newToken();
  const line = serialize(rememberCookie(c), token, { ...attributes(c), maxAge: rememberSeconds });
  const [judged] = cookies.admit(c.req.raw, [line], chosen);
  if (!judged) throw new Error('the gate gave no verdict');
  if (judged.sent === null) return judged.verdict;
  await store.remembered.add(atRest(token), account, nowSeconds() + rememberSeconds, family);
  c.header('Set-Cookie', judged.sent, { append: true });
  return judged.verdict;
}

/**
 * Signs a browser in: always a fresh token, so one that was planted before is worth nothing. Remembers only when asked; then
 * the choice is recorded too, by the server, for browsers without scripts. @returns why it does not remember, null if it does
 * or nobody asked.
 */
export async function signIn(c: Context, parts: SessionParts, account: Account, asked: boolean): Promise<Verdict | null> {
  await signOut(c, parts);
  await openSession(c, parts, account.id);
  if (!asked) return null;
  const verdict = await remember(c, parts, account.id, ticked);
  if (verdict.outcome !== 'allow') return verdict;
  for (const line of parts.cookies.choose(c.req.raw, ticked)) c.header('Set-Cookie', line, { append: true });
  return null;
}

/** Who is signed in, for the ledger: "account:<id>", or null. A remembered browser that has no session yet is nobody here. */
export async function accountOf(request: Request, store: Store): Promise<string | null> {
  const token = parse(request.headers.get('cookie') ?? '', sessionCookie)[sessionCookie];
  const account = isToken(token) ? await store.accountByToken(atRest(token), nowSeconds()) : null;
  return account ? `account:${account.id}` : null;
}

/** Ends the session and forgets the browser: both cookies and both tokens go. */
export async function signOut(c: Context, parts: SessionParts): Promise<void> {
  const token = getCookie(c, sessionCookie);
  if (isToken(token)) await parts.store.dropToken(atRest(token));
  if (token !== undefined) deleteCookie(c, sessionCookie, attributes(c));
  await forgetBrowser(c, parts);
}

/** Removes the remember-me cookie and its tokens alone: consent to it was withdrawn or refused. */
export async function forgetBrowser(c: Context, { store }: SessionParts): Promise<void> {
  const name = rememberCookie(c);
  const token = getCookie(c, name);
  if (isToken(token)) await store.remembered.forget(atRest(token));
  if (token !== undefined) deleteCookie(c, name, attributes(c));
}

/** A new password ends every session and forgets every browser; this one signs in afresh. */
export async function renewAll(c: Context, parts: SessionParts, account: Account): Promise<void> {
  await parts.store.remembered.forgetAll(account.id);
  await signIn(c, parts, account, false);
}

/**
 * Who is signed in, if anybody. A remembered browser without a session gets one; its token is exchanged for a new one at
 * each use. An old one that turns up again is a copy: everybody is signed out. What the visitor refused, or never granted,
 * is forgotten at the next request, whatever page asked.
 */
export async function currentAccount(c: Context, parts: SessionParts): Promise<Account | null> {
  const { store, cookies } = parts;
  const remembered = getCookie(c, rememberCookie(c));
  const session = getCookie(c, sessionCookie);
  const signedIn = isToken(session) ? await store.accountByToken(atRest(session), nowSeconds()) : null;
  if (!isToken(remembered)) return signedIn;
  const allowed = cookies.area(c.req.raw, area).outcome === 'allow';
  if (signedIn) {
    if (!allowed) await forgetBrowser(c, parts);
    return signedIn;
  }
  const worth = await store.remembered.use(atRest(remembered), nowSeconds());
  if (worth.kind === 'stolen' || worth.kind === 'nothing' || !allowed) {
    await forgetBrowser(c, parts);
    return null;
  }
  const account = await store.accountById(worth.account);
  if (!account) return null;
  await openSession(c, parts, account.id);
  if (worth.kind === 'good') await remember(c, parts, account.id, {}, worth.family);
  return account;
}

/** Whether this browser holds a remember-me cookie, for showing it in the account. */
export function isRemembered(c: Context): boolean {
  return isToken(getCookie(c, rememberCookie(c)));
}

/** Why this browser could not be remembered even if its owner ticked the box; null where it could. */
export function whyNotRemembered(c: Context, { cookies }: SessionParts): Verdict | null {
  const verdict = cookies.area(c.req.raw, area, ticked);
  return verdict.outcome === 'allow' ? null : verdict;
}
