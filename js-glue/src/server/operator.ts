// Who may look at records: one credential from the environment, a short session, few tries. For pages of a site's own staff.
import ipaddr from 'ipaddr.js'

import { RateLimit } from './limit.js'

export interface OperatorOptions {
  /** What the operator knows, from the environment; undefined or shorter than 16 characters: the door is shut for everybody. */
  readonly credential: string | undefined
  /** Unix seconds. */
  readonly now: () => number
  /** Where the request comes from, as the socket says it; never from a header that the client writes. */
  readonly client: (request: Request) => string | null
  /** Seconds without a request after which a session ends, and seconds after which it ends anyway. */
  readonly idle?: number
  readonly longest?: number
}

/** What became of a try to sign in. */
export type SignedIn =
  | { readonly state: 'in'; readonly cookie: string }
  | { readonly state: 'wrong' }
  /** Too many tries: from this address, or from all together. Nothing was compared. */
  | { readonly state: 'wait'; readonly seconds: number }
  /** Not over https, and not on this machine: a credential must not cross a network in the clear. */
  | { readonly state: 'insecure' }
  | { readonly state: 'off'; readonly why: string }

export interface OperatorSession {
  /** Goes into every form of the session, and comes back in it. */
  readonly csrf: string
}

export interface Operators {
  /** Why nobody can sign in; null where one can. */
  readonly off: string | null
  signIn(request: Request, secret: string): Promise<SignedIn>
  session(request: Request): Promise<OperatorSession | null>
  /** Whether a form comes from a page of this session: same origin, and its token. */
  mayWrite(request: Request, session: OperatorSession, token: unknown): Promise<boolean>
  /** Ends the session; the Set-Cookie that says so. */
  signOut(request: Request): Promise<string>
}

const SHORTEST = 16
/** Tries in a quarter of an hour: from one address, and of all together, since whoever has many addresses still meets the second. */
const EACH = { burst: 5, rate: 5 / 900 }
const ALL = { burst: 60, rate: 60 / 900 }
const MOST_SESSIONS = 50
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/

const encoder = new TextEncoder()
const base64url = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)))

/** Equality that takes as long whatever differs, lengths included: of MACs under a key that lives as long as this process. */
async function comparer(): Promise<(a: string, b: string) => Promise<boolean>> {
  const key = await crypto.subtle.importKey('raw', crypto.getRandomValues(new Uint8Array(32)), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const mac = async (text: string) => new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)))
  return async (a, b) => {
    const [left, right] = [await mac(a), await mac(b)]
    let difference = 0
    for (let i = 0; i < left.length; i++) difference |= left[i]! ^ right[i]!
    return difference === 0
  }
}

/** An IPv6 customer has a whole /64 to try from. */
const addressOf = (text: string | null): string => {
  if (text === null || !ipaddr.isValid(text)) return 'unknown'
  const address = ipaddr.process(text)
  return address.kind() === 'ipv6' ? (address as ipaddr.IPv6).parts.slice(0, 4).join(':') : address.toString()
}

/**
 * Makes the door. Over https the session is a `__Host-` cookie: this host alone, the whole site, never in the clear. Browsers do not all
 * take such a cookie from http://localhost, so there, and only there, it has a plain name; over http elsewhere nobody signs in.
 */
export function createOperators({ credential, now, client, idle = 15 * 60, longest = 8 * 3600 }: OperatorOptions): Operators {
  const off =
    credential === undefined || credential === '' ? 'No credential is set.'
      : credential.length < SHORTEST ? `The credential is shorter than ${String(SHORTEST)} characters.`
        : null
  const [each, all] = [new RateLimit(EACH), new RateLimit(ALL)]
  const equal = comparer()
  const sessions = new Map<string, { readonly csrf: string; readonly began: number; seen: number }>()

  const isTls = (request: Request): boolean => new URL(request.url).protocol === 'https:'
  const nameOf = (request: Request): string => (isTls(request) ? '__Host-mf_operator' : 'mf_operator')
  const line = (request: Request, value: string, more = ''): string =>
    `${nameOf(request)}=${value}; Path=/; HttpOnly; SameSite=Strict${isTls(request) ? '; Secure' : ''}${more}`
  /** At rest there is a hash only. A cookie that stands there twice is somebody's trick: nobody is signed in. */
  async function idOf(request: Request): Promise<string | null> {
    const name = `${nameOf(request)}=`
    const found = (request.headers.get('cookie') ?? '').split(';').map((pair) => pair.trim()).filter((pair) => pair.startsWith(name))
    const token = found.length === 1 ? found[0]!.slice(name.length) : ''
    if (!/^[\w-]{43}$/.test(token)) return null
    return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(token))))
  }
  const sweep = (): void => {
    for (const [id, { began, seen }] of sessions) if (now() - seen > idle || now() - began > longest || now() < began) sessions.delete(id)
  }

  return {
    off,
    async signIn(request, secret) {
      if (off !== null || credential === undefined) return { state: 'off', why: off ?? '' }
      if (!isTls(request) && !LOOPBACK.test(new URL(request.url).hostname)) return { state: 'insecure' }
      const address = addressOf(client(request))
      // Counted before anything is compared, so that tries at once cannot slip past.
      const seconds = each.wait(address, now() * 1000) || all.wait('', now() * 1000)
      if (seconds > 0) return { state: 'wait', seconds }
      if (!(await (await equal)(secret, credential))) return { state: 'wrong' }
      each.giveBack(address)
      all.giveBack('')
      sweep()
      // Always a token of our making: one that was planted before is worth nothing, and the session before it ends.
      const before = await idOf(request)
      if (before !== null) sessions.delete(before)
      if (sessions.size >= MOST_SESSIONS) for (const oldest of sessions.keys()) { sessions.delete(oldest); break }
      const token = random()
      const id = base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(token))))
      sessions.set(id, { csrf: random(), began: now(), seen: now() })
      return { state: 'in', cookie: line(request, token) }
    },
    async session(request) {
      const id = await idOf(request)
      sweep()
      const found = id === null ? undefined : sessions.get(id)
      if (!found) return null
      found.seen = now()
      return { csrf: found.csrf }
    },
    async mayWrite(request, { csrf }, token) {
      const site = request.headers.get('sec-fetch-site')
      const origin = request.headers.get('origin')
      if (site !== null && site !== 'same-origin') return false
      if (origin !== null ? origin !== new URL(request.url).origin : site === null) return false
      return typeof token === 'string' && (await equal)(token, csrf)
    },
    async signOut(request) {
      const id = await idOf(request)
      if (id !== null) sessions.delete(id)
      return line(request, '', '; Max-Age=0')
    },
  }
}
