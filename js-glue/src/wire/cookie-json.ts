// `cookie.*` in JSON over cookies.wasm: the same shapes, checks and messages as core/cli/ops_cookie*.cpp, held equal byte for
// byte by tests/parity. Only names become numbers here; what they mean is the core's business.
import * as at from '../gen/layout.js'
import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'
import type { CookiePage, CookieParts, Cookies } from './cookies.js'
import { OpError, isObject, parseRfc3339 } from './fields.js'

type Input = Record<string, unknown>
export type CookieOp = (input: Input, cookies: Cookies) => Record<string, unknown>

const PROFILES = ['rfc6265bis', 'layered', 'chromium']
const SAME_SITE = ['Default', 'None', 'Lax', 'Strict']
const KINDS = ['rejected', 'expired', 'session', 'persistent']
const KEYS = 'name value domain hostOnly path maxAge persistent expires secure httpOnly partitioned sameSite'.split(' ')
/** The furthest time in either direction that is looked at, 2^53 s. */
const FURTHEST = 9007199254740992

function refuse(code: ErrorCode, where: string, key: string, expected: string, offset = 0): never {
  throw new OpError(code, `${where}/${key}: expected ${expected}`, offset)
}

const has = (object: Input, key: string): boolean => Object.hasOwn(object, key) && object[key] !== null && object[key] !== undefined

function member(object: Input, where: string, key: string, expected: string): unknown {
  if (!Object.hasOwn(object, key) || object[key] === undefined) refuse(ErrorCode.missing_key, where, key, expected)
  return object[key]
}

function text(object: Input, where: string, key: string): string {
  const value = member(object, where, key, 'text')
  if (typeof value !== 'string') refuse(ErrorCode.wrong_type, where, key, 'text')
  return value
}

const optional = (object: Input, where: string, key: string): string => (has(object, key) ? text(object, where, key) : '')

function choice(object: Input, where: string, key: string, names: readonly string[], expected: string): number {
  if (!has(object, key)) return 0
  const index = names.indexOf(text(object, where, key))
  return index >= 0 ? index : refuse(ErrorCode.bad_value, where, key, expected)
}

const profileOf = (object: Input): number => choice(object, '', 'profile', PROFILES, '"rfc6265bis", "layered" or "chromium"')
const apiOf = (object: Input, where: string): number => choice(object, where, 'api', ['http', 'dom'], '"http" or "dom"')

function flag(object: Input, key: string): boolean {
  if (!has(object, key)) return false
  const value = object[key]
  if (typeof value !== 'boolean') refuse(ErrorCode.wrong_type, '/cookie', key, 'true or false')
  return value
}

/** What does not fit one call. */
const tooLong = (): never => {
  throw new OpError(ErrorCode.too_long, 'the request is longer than 16 MiB')
}

function pageOf(object: Input, where: string, cookies: Cookies): CookiePage {
  const url = text(object, where, 'url')
  if (!cookies.ask_(['', url])) tooLong()
  if (cookies.x_.check_page() !== 0) {
    const [code, offset] = cookies.error_()
    refuse(code, where, 'url', 'an http or https URL with a host of ASCII letters', offset)
  }
  const site = choice(object, where, 'site', ['same-site', 'navigation', 'cross-site'], '"same-site", "navigation" or "cross-site"')
  return { url, site, publicSuffix: optional(object, where, 'publicSuffix'), partition: optional(object, where, 'partition') }
}

function timeOf(object: Input, where: string, otherwise?: number): number {
  const expected = 'unix seconds or RFC 3339 text'
  if (otherwise !== undefined && !Object.hasOwn(object, 'now')) return otherwise
  const value = member(object, where, 'now', expected)
  if (typeof value === 'number') {
    return Math.abs(value) > FURTHEST ? refuse(ErrorCode.bad_value, where, 'now', expected) : Math.floor(value)
  }
  if (typeof value !== 'string') refuse(ErrorCode.wrong_type, where, 'now', expected)
  return parseRfc3339(value) ?? refuse(ErrorCode.bad_value, where, 'now', expected)
}

const rejection = (code: ErrorCode, profile: number): Input => ({ cookie: null, rejected: ErrorCode[code], profile: PROFILES[profile] })

/** What line and accepted cookie have in common. */
const flags = (cookies: Cookies): Input => ({
  name: cookies.text_of_(at.ANSWER_NAME) ?? '',
  value: cookies.text_of_(at.ANSWER_VALUE) ?? '',
  secure: cookies.flag_(at.ANSWER_SECURE),
  httpOnly: cookies.flag_(at.ANSWER_HTTP_ONLY),
  partitioned: cookies.flag_(at.ANSWER_PARTITIONED),
  sameSite: SAME_SITE[cookies.byte_(at.ANSWER_SAME_SITE)],
  hostOnly: cookies.flag_(at.ANSWER_HOST_ONLY),
  persistent: cookies.flag_(at.ANSWER_PERSISTENT),
  expires: cookies.flag_(at.ANSWER_HAS_EXPIRES) ? cookies.time_(at.ANSWER_EXPIRES) : null,
  domain: cookies.text_of_(at.ANSWER_DOMAIN),
  path: cookies.text_of_(at.ANSWER_PATH),
})

const parse: CookieOp = (input, cookies) => {
  const line = text(input, '', 'line')
  const profile = profileOf(input)
  const api = apiOf(input, '')
  if (!has(input, 'url')) {
    if (!cookies.ask_([line], { profile })) tooLong()
    const code = cookies.x_.parse_line()
    if (code) return rejection(code, profile)
    return { cookie: { ...flags(cookies), maxAge: cookies.text_of_(at.ANSWER_MAX_AGE) }, profile: PROFILES[profile] }
  }
  const page = pageOf(input, '', cookies)
  const now = timeOf(input, '')
  if (!cookies.askOn_(line, page, { profile, api, now })) tooLong()
  const code = cookies.x_.accept_line()
  if (code) return rejection(code, profile)
  const kept = flags(cookies)
  // Domains are compared without case, and shown in the small one.
  const domain = (kept['domain'] as string).replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
  return { cookie: { ...kept, domain }, profile: PROFILES[profile] }
}

const date: CookieOp = (input, cookies) => {
  if (!cookies.ask_([text(input, '', 'input')])) tooLong()
  return { time: cookies.x_.read_date() ? cookies.time_(at.ANSWER_EXPIRES) : null }
}

const header: CookieOp = (input, cookies) => {
  const found = cookies.header_(text(input, '', 'input')) ?? tooLong()
  return { pairs: found.map(({ name, value }) => [name, value]) }
}

const classify: CookieOp = (input, cookies) => {
  const line = text(input, '', 'line')
  const profile = profileOf(input)
  const page = pageOf(input, '', cookies)
  const now = timeOf(input, '')
  if (!cookies.askOn_(line, page, { profile, api: apiOf(input, ''), now })) tooLong()
  cookies.x_.classify_line()
  const kind = KINDS[cookies.byte_(at.ANSWER_KIND)]!
  const lives = kind === 'persistent' || kind === 'expired'
  return {
    kind,
    capped: cookies.flag_(at.ANSWER_CAPPED),
    profile: PROFILES[profile],
    lifetime: lives ? cookies.time_(at.ANSWER_LIFETIME) : null,
    ...(kind === 'rejected' ? { rejected: ErrorCode[cookies.error_()[0]] } : {}),
  }
}

/** The members of "cookie" as cookie.serialize takes them. */
function partsOf(given: unknown): CookieParts {
  const where = '/cookie'
  if (given === undefined) refuse(ErrorCode.missing_key, '', 'cookie', 'an object')
  if (!isObject(given)) refuse(ErrorCode.wrong_type, '', 'cookie', 'an object')
  for (const key of Object.keys(given).sort()) {
    if (!KEYS.includes(key)) throw new OpError(ErrorCode.unknown_key, `${where}/${key}: no attribute has this name`)
  }
  const name = text(given, where, 'name')
  const value = text(given, where, 'value')
  const domain = flag(given, 'hostOnly') ? '' : optional(given, where, 'domain')
  const path = optional(given, where, 'path')
  let maxAge = ''
  if (has(given, 'maxAge')) {
    maxAge = Number.isInteger(given['maxAge']) ? String(BigInt(given['maxAge'] as number)) : text(given, where, 'maxAge')
    if (maxAge === '') refuse(ErrorCode.cookie_bad_field, where, 'maxAge', 'digits')
  }
  const lasts = has(given, 'maxAge') || has(given, 'expires')
  if (Object.hasOwn(given, 'persistent') && flag(given, 'persistent') !== lasts) {
    refuse(ErrorCode.cookie_bad_field, where, 'persistent', 'true with maxAge or expires, false without')
  }
  let expires: bigint | null = null
  if (has(given, 'expires')) {
    if (!Number.isInteger(given['expires'])) refuse(ErrorCode.wrong_type, where, 'expires', 'unix seconds')
    expires = BigInt(given['expires'] as number)
    if (expires !== BigInt.asIntN(64, expires)) refuse(ErrorCode.cookie_bad_field, where, 'expires', 'unix seconds')
  }
  const secure = flag(given, 'secure')
  const httpOnly = flag(given, 'httpOnly')
  const partitioned = flag(given, 'partitioned')
  const sameSite = choice(given, where, 'sameSite', SAME_SITE, '"Default", "None", "Lax" or "Strict"')
  return { name, value, domain, path, maxAge, expires, secure, httpOnly, partitioned, sameSite }
}

const serialize: CookieOp = (input, cookies) => {
  const parts = partsOf(input['cookie'])
  if (!cookies.askParts_(parts, profileOf(input))) tooLong()
  const length = cookies.x_.serialize_line()
  if (length > 0) return { line: cookies.written_(length) }
  const [code, offset] = cookies.error_()
  throw new OpError(code, '/cookie: a browser would refuse this cookie or read it differently', offset)
}

const store: CookieOp = (input, cookies) => {
  const profile = profileOf(input)
  const ops = member(input, '', 'ops', 'an array')
  if (!Array.isArray(ops)) refuse(ErrorCode.wrong_type, '', 'ops', 'an array')
  if (ops.length > at.STORE_OPS) throw new OpError(ErrorCode.too_long, '/ops: expected at most 4096')
  const defaultNow = has(input, 'now') ? timeOf(input, '') : undefined
  const gets: string[] = []
  cookies.x_.store_clear()
  for (const [i, op] of ops.entries() as Iterable<[number, unknown]>) {
    const where = `/ops/${String(i)}`
    if (!isObject(op)) throw new OpError(ErrorCode.wrong_type, `${where}: expected an object`)
    const kind = text(op, where, 'op')
    const page = pageOf(op, where, cookies)
    const api = apiOf(op, where)
    const now = timeOf(op, where, defaultNow)
    if (kind === 'set') {
      const fits = cookies.askOn_(text(op, where, 'cookie'), page, { profile, api, now })
      if (!fits || cookies.x_.store_set() !== 0) tooLong()
    } else if (kind === 'get') {
      if (!cookies.askOn_('', page, { profile, api, now })) tooLong()
      const length = cookies.x_.store_get()
      if (cookies.error_()[0]) tooLong()
      gets.push(cookies.written_(length))
    } else {
      throw new OpError(ErrorCode.bad_value, `${where}/op: expected "set" or "get"`)
    }
  }
  return { gets, profile: PROFILES[profile] }
}

const sweep: CookieOp = (input, cookies) => {
  const name = text(input, '', 'name')
  const page = pageOf(input, '', cookies)
  if (!cookies.askOn_(name, page, {})) tooLong()
  const count = cookies.x_.sweep_plan()
  const complete = cookies.flag_(at.ANSWER_COMPLETE)
  if (count === 0) {
    const [code, offset] = cookies.error_()
    throw new OpError(code, '/name: no cookie can have this name', offset)
  }
  const written = (n: number, by: number): string => {
    const length = cookies.x_.sweep_write(n, by)
    const [code] = cookies.error_()
    if (code) throw new OpError(code, '/url: no cookie can be swept from this page')
    return cookies.written_(length)
  }
  const writes: string[] = []
  const setCookie: string[] = []
  for (let n = 0; n < count; ++n) {
    writes.push(written(n, 0))
    setCookie.push(written(n, 1))
  }
  return { writes, setCookie, complete }
}

/** The operations on cookies, by name. */
export const COOKIE_OPS: Record<string, CookieOp | undefined> = {
  __proto__: null as never,
  'cookie.parse': parse,
  'cookie.date': date,
  'cookie.header': header,
  'cookie.classify': classify,
  'cookie.serialize': serialize,
  'cookie.store': store,
  'cookie.sweep': sweep,
}
