// Cookies where a server is: what it may set, what it takes away (HttpOnly and other paths, which no script reaches), and an
// account of what is there. The same under Node and at the edge; every question goes to the core.
import * as at from '../gen/layout.js'
import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'
import { Kind } from '../gen/metrofax/consent/fb/kind.js'
import { StorageApi } from '../gen/metrofax/consent/fb/storage-api.js'
import { Tri } from '../gen/metrofax/consent/fb/tri.js'
import { Cookies, type CookiesExports } from '../wire/cookies.js'
import { declaredRow, type DeclaredRow } from '../wire/declared.js'
import { List, OUTCOMES, type GateExports, type Verdict } from '../wire/gate.js'
import { JsonGate } from '../wire/json-gate.js'
import { askJson, writeSubject } from '../wire/request-json.js'
import { lineOf, shortened } from '../wire/line.js'
import { HttpError, problem } from './problem.js'

export const CONSENT_COOKIE = 'mf_consent'
/** Names taken away by one answer, and bytes of Set-Cookie it may carry: the rest goes with the next one. */
const MOST_NAMES = 20
const MOST_BYTES = 48 * 1024
/** The same for a response of the site itself, on which proxies in front have narrower views; one name is always taken. */
const PAGE_BYTES = 4 * 1024

/** What a control needs. Modules are gate.wasm and cookies.wasm of this package, compiled. */
export interface CookieControlOptions {
  readonly modules: { readonly gate: WebAssembly.Module; readonly cookies: WebAssembly.Module }
  /** As `mfconsent policy compile` writes it. */
  readonly policy: Uint8Array
  /** The regime a request falls under; none, or one that the policy does not have, is the strict one. */
  readonly regime?: (request: Request) => string
  /** Paths of the site with cookies of their own: swept beside those of the page. */
  readonly paths?: readonly string[]
  /** Bytes of Set-Cookie that one answer of the sweep may carry, 48 KiB unless told: as much as what stands in front lets through. */
  readonly headerBytes?: number
  /** The notice of the policy (notice.<lang>.json), for kind and lifetime in the inventory. */
  readonly notice?: { readonly storage: readonly DeclaredRow[]; readonly vendors: readonly { id: string; name: string; storage: readonly DeclaredRow[] }[] }
  /** Unix milliseconds. */
  readonly now?: () => number
}

/** One cookie that a request carried. */
export interface InventoryEntry {
  readonly name: string
  readonly api: 'httpCookie'
  /** As declared; null for what nobody declared: a Cookie header does not tell. */
  readonly kind: 'session' | 'persistent' | null
  readonly lifetimeDays: number | null
  readonly purpose: string | null
  readonly vendor: string | null
  readonly clause: string | null
  /** Who writes it, as far as the policy says. */
  readonly writer: string | null
  readonly declared: boolean
  /** Whether it may be there now, and why or why not. */
  readonly verdict: Verdict
}

/** A Set-Cookie line of a response, and what became of it. */
export interface Judged {
  readonly line: string
  /** What the browser gets; null: it was taken out. */
  readonly sent: string | null
  readonly verdict: Verdict
}

/** What somebody asks a sweep for. */
export interface SweepRequest {
  /** The page whose cookies are swept; the request's own URL unless given. Same origin only. */
  page?: string
  /** Names the page could not remove. */
  names?: string[]
  /** The consent cookie's value as the page chose it: kept by the server, so that Safari's seven days do not end it. */
  record?: string
  /** Everything this site has left in the browser goes, the choice included (Clear-Site-Data). */
  everything?: boolean
}

/** What of a visitor is no part of the visit: the account's side of a subject of `decide`. */
export interface KnownOfVisitor {
  readonly account?: { readonly state?: 'none' | 'active' | 'deactivated'; readonly promotional?: 'unknown' | 'in' | 'out' }
  readonly age?: 'unknown' | 'under13' | '13plus'
}

/** What a server passes on or puts together, and the core is asked about first: the requests of `mfconsent decide`. */
export type AskedOfServer =
  | { readonly kind: 'web.handoff'; readonly url: string; readonly page: string }
  /** To a vendor's id, or "event": the organiser of a survey or a draw. */
  | { readonly kind: 'disclosure'; readonly party: string; readonly purpose: string }
  | { readonly kind: 'profile.link'; readonly source: string; readonly identified: boolean }

export interface CookieControl {
  /** The Set-Cookie lines of a response, each as this visitor's choice allows, with `purposes` chosen in this very request. */
  admit(request: Request, lines: readonly string[], purposes?: Readonly<Record<string, boolean>>): Judged[]
  /** The response with its Set-Cookie lines so judged, and with lines that remove what the request should not have carried. */
  apply(request: Request, response: Response): Response
  /**
   * Set-Cookie lines that remove what may not be there, HttpOnly or not, by name: as many as one answer may carry (`most`
   * bytes, and one name at least). `complete`: nothing is left for another.
   */
  sweep(request: Request, asked?: SweepRequest, most?: number): { swept: string[]; lines: string[]; complete: boolean }
  /**
   * Records choices made by a form of the site, with or without scripts: what the request's consent cookie says, and these
   * purposes on top of it. Set-Cookie lines; copies of the cookie on other paths or domains go.
   */
  choose(request: Request, purposes: Readonly<Record<string, boolean>>): string[]
  /** cookies.rejection: whether a limited area has what it needs. `consent`: as choose() is about to set it. */
  area(request: Request, id: string, purposes?: Readonly<Record<string, boolean>>): Verdict
  /** One verdict for this visitor, with `purposes` chosen in this very request. @throws with the place of what is wrong in `asked`. */
  decide(request: Request, asked: AskedOfServer, options?: { readonly purposes?: Readonly<Record<string, boolean>>; readonly known?: KnownOfVisitor }): Verdict
  /** Every cookie that came with the request. */
  inventory(request: Request): InventoryEntry[]
  /** GET and POST of /consent/cookies, as rows for createHandler: the inventory, and a sweep. */
  routes(path?: string): { method: 'GET' | 'POST'; path: string; handle: (context: { request: Request }) => Promise<Response> }[]
}

/** Makes a control over modules of its own. Throws if the policy does not open, with the ErrorCode's name. */
export function createCookieControl(options: CookieControlOptions): CookieControl {
  const fresh = (module: WebAssembly.Module): unknown => new WebAssembly.Instance(module, {}).exports
  const gate = new JsonGate(fresh(options.modules.gate) as GateExports, options.policy)
  const cookies = new Cookies(fresh(options.modules.cookies) as CookiesExports)
  const status = gate.policyStatus_ || cookies.open_(options.policy)
  if (status) throw new Error(`the policy was refused: ${ErrorCode[status] ?? String(status)}`)
  const now = (): number => Math.floor((options.now?.() ?? Date.now()) / 1000)
  const cookieHeader = (request: Request): string => request.headers.get('cookie') ?? ''

  /** From here on the gate is asked for this visitor, on this page. */
  function visitor(request: Request, record = cookieHeader(request), page = request.url, known: KnownOfVisitor = {}): void {
    const regime = options.regime?.(request) ?? ''
    // A regime may come from an address: one that the policy does not have is an unknown place, so the strict one holds, and nothing is thrown.
    const place = gate.index_(List.regimes, regime) === at.NO_INDEX ? {} : { regime }
    writeSubject(gate, { now: now(), ...place, ...known, signals: signalsOf(request) })
    gate.readConsent_(record)
    gate.setPage_(page)
  }
  /** As the core reads the headers; one that is not there, or odd, is no signal. */
  function signalsOf(request: Request): Record<string, boolean> {
    const signals: Record<string, boolean> = {}
    for (const [name, header] of [['gpc', 'sec-gpc'], ['dnt', 'dnt']] as const) {
      const said = gate.header_(name, request.headers.get(header))
      if (said !== Tri.unset) signals[name] = said === Tri.on
    }
    return signals
  }
  const ask = (line: string): string => OUTCOMES[gate.decide_(Kind.web_storage, StorageApi.httpCookie, line)]

  function judge(line: string): Judged {
    const outcome = ask(line)
    const verdict = gate.verdictOf_()
    if (outcome === 'allow') return { line, sent: line, verdict }
    const age = gate.maxAge_()
    const shorter = age < 0 ? '' : shortened(line, age)
    return { line, sent: shorter && ask(shorter) === 'allow' ? shorter : null, verdict }
  }

  /** The names a header carries that may not be there. The visitor is set. */
  const refused = (header: string): string[] => {
    const names = (cookies.header_(header) ?? []).map(({ name }) => name)
    return [...new Set(names)].filter((name) => name !== CONSENT_COOKIE && ask(lineOf(name)) !== 'allow')
  }

  /** Lines that remove the cookies of a name from a page and from the site's other paths. */
  function removal(name: string, page: string, lines: Set<string>): boolean {
    let complete = true
    for (const path of ['', ...(options.paths ?? [])]) {
      const url = path ? new URL(path, page).href : page
      if (!cookies.askOn_(name, { url, site: 0, publicSuffix: '', partition: '' }, {})) return false
      const count = cookies.x_.sweep_plan()
      complete &&= cookies.flag_(at.ANSWER_COMPLETE)
      for (let n = 0; n < count; ++n) lines.add(cookies.written_(cookies.x_.sweep_write(n, 1)))
    }
    return complete
  }

  function sweep(
    request: Request,
    { page = request.url, names = [], record }: SweepRequest = {},
    most = options.headerBytes ?? MOST_BYTES,
  ): ReturnType<CookieControl['sweep']> {
    const header = cookieHeader(request)
    visitor(request, record === undefined ? header : `${CONSENT_COOKIE}=${record}`, page)
    const wanted = [...new Set([...refused(header), ...names.filter((name) => name !== CONSENT_COOKIE && ask(lineOf(name)) !== 'allow')])]
    const lines = new Set<string>()
    let complete = wanted.length <= MOST_NAMES
    const swept: string[] = []
    let bytes = 0
    for (const name of wanted.slice(0, MOST_NAMES)) {
      const more = new Set<string>()
      if (!removal(name, page, more)) complete = false
      bytes += [...more].reduce((sum, line) => sum + line.length, 0)
      if (bytes > most && swept.length > 0) return { swept, lines: [...lines], complete: false }
      for (const line of more) lines.add(line)
      swept.push(name)
    }
    return { swept, lines: [...lines], complete }
  }

  /** Puts choices of this request on top of the visitor's record: they are made now, under this policy. */
  function chosen(purposes: Readonly<Record<string, boolean>>): void {
    let [named, wanted] = [0, 0]
    for (const [id, granted] of Object.entries(purposes)) {
      const number = gate.index_(List.purposes, id)
      if (number >= 32) throw new RangeError(`the policy has no purpose ${id}`)
      named |= 1 << number
      if (granted) wanted |= 1 << number
    }
    if (named !== 0) gate.choose_(named, wanted)
  }

  /** The consent of the subject as Set-Cookie lines, behind those that remove copies. */
  function setConsent(request: Request): string[] {
    const line = gate.writeConsent_(new URL(request.url).protocol === 'https:')
    if (!line) throw new HttpError(500, 'The choice cannot be kept: its record does not fit into the consent cookie.')
    // Copies of another Domain or path would stand beside it for ever.
    const copies = (cookies.header_(cookieHeader(request)) ?? []).filter(({ name }) => name === CONSENT_COOKIE)
    const before = new Set<string>()
    if (copies.length > 1) removal(CONSENT_COOKIE, request.url, before)
    return [...before, line]
  }

  const admit: CookieControl['admit'] = (request, lines, purposes = {}) => {
    visitor(request)
    chosen(purposes)
    return lines.map(judge)
  }

  function apply(request: Request, response: Response): Response {
    const set = response.headers.getSetCookie()
    const judged = admit(request, set)
    const { lines } = sweep(request, {}, PAGE_BYTES)
    if (lines.length === 0 && judged.every(({ line, sent }) => line === sent)) return response
    const headers = new Headers(response.headers)
    headers.delete('set-cookie')
    // What is taken away first: a name the response sets anew is there in the end.
    for (const line of lines) headers.append('set-cookie', line)
    for (const { sent } of judged) if (sent !== null) headers.append('set-cookie', sent)
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
  }

  function inventory(request: Request): InventoryEntry[] {
    visitor(request)
    return (cookies.header_(cookieHeader(request)) ?? []).map(({ name, pattern }) => {
      ask(lineOf(name))
      const asSession = gate.verdictOf_()
      const vendor = options.notice?.vendors.find(({ id }) => id === asSession.vendor)
      const row = declaredRow(vendor?.storage ?? options.notice?.storage ?? [], name)
      // What is declared to last is asked about as what lasts: that is the sentence of the policy that it rests on.
      if (row?.kind === 'persistent') ask(lineOf(name, '; Max-Age=1'))
      const verdict = gate.verdictOf_()
      const declared = pattern >= 0
      const { purpose, clause } = verdict
      return {
        name,
        api: 'httpCookie',
        kind: declared && row && row.kind !== 'script' ? row.kind : null,
        lifetimeDays: declared ? (row?.lifetimeDays ?? null) : null,
        purpose,
        vendor: verdict.vendor,
        clause,
        writer: declared ? (vendor?.name ?? verdict.vendor) : null,
        declared,
        verdict,
      }
    })
  }

  /** A record of a choice under this policy, or one before it that what changed still waits under, as the server sets it. */
  function recorded(request: Request, record: string): string[] {
    visitor(request, `${CONSENT_COOKIE}=${record}`)
    const { view_: view, subject_: from } = gate
    const present = view.getUint8(from + at.SUBJECT_CONSENT_PRESENT) === 1
    if (!present || view.getUint16(from + at.SUBJECT_REVISION, true) === at.NO_INDEX) {
      throw new HttpError(400, 'expected the value of a consent cookie of a policy that is known', '/record')
    }
    return setConsent(request)
  }

  async function post(request: Request): Promise<Response> {
    if (!isSameOrigin(request)) throw new HttpError(403, 'This request did not come from a page of this site.')
    const asked = await readSweep(request)
    const headers = new Headers({ 'cache-control': 'no-store' })
    if (asked.everything) {
      headers.set('clear-site-data', '"cookies", "storage", "cache"')
      return Response.json({ swept: ['*'], complete: true }, { headers })
    }
    const { swept, lines, complete } = sweep(request, asked)
    if (asked.record !== undefined) lines.push(...recorded(request, asked.record))
    for (const line of lines) headers.append('set-cookie', line)
    return Response.json({ swept, complete }, { headers })
  }

  /** For sites that mount the rows by themselves: what a row throws is answered here. */
  const answered = (handle: (request: Request) => Response | Promise<Response>) => async ({ request }: { request: Request }) => {
    try {
      return await handle(request)
    } catch (error) {
      if (error instanceof HttpError) return problem(error.status, error.detail, error.at)
      throw error
    }
  }

  return {
    admit,
    apply,
    sweep,
    choose(request, purposes) {
      visitor(request)
      chosen(purposes)
      return setConsent(request)
    },
    area(request, id, purposes = {}) {
      visitor(request)
      chosen(purposes)
      gate.decide_(Kind.area, 0, id)
      return gate.verdictOf_()
    },
    decide(request, asked, { purposes = {}, known = {} } = {}) {
      visitor(request, undefined, undefined, known)
      chosen(purposes)
      return askJson(gate, asked)
    },
    inventory,
    routes: (path = '/consent/cookies') => [
      {
        method: 'GET',
        path,
        handle: answered((request) =>
          Response.json({ cookies: inventory(request) }, { headers: { 'cache-control': 'no-store', vary: 'Cookie' } })),
      },
      { method: 'POST', path, handle: answered(post) },
    ],
  }
}

/** Nobody else's page makes a browser sweep here, or record a choice. A client without both headers is no browser. */
function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  if (site !== null && site !== 'same-origin') return false
  if (origin !== null) return origin === new URL(request.url).origin
  return site !== null || request.headers.get('cookie') === null
}

const MOST_BODY = 16 * 1024

async function readSweep(request: Request): Promise<SweepRequest> {
  const text = await request.text()
  if (text.length > MOST_BODY) throw new HttpError(400, 'expected at most 16 KiB')
  let value: unknown
  try {
    value = text === '' ? {} : JSON.parse(text)
  } catch {
    throw new HttpError(400, 'expected JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new HttpError(400, 'expected an object')
  const { page, names, record, everything } = value as Record<string, unknown>
  const asked: SweepRequest = {}
  if (page !== undefined) {
    if (typeof page !== 'string' || !URL.canParse(page) || new URL(page).origin !== new URL(request.url).origin) {
      throw new HttpError(400, 'expected the URL of a page of this site', '/page')
    }
    asked.page = page
  }
  if (names !== undefined) {
    if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) throw new HttpError(400, 'expected an array of text', '/names')
    asked.names = names
  }
  if (record !== undefined) {
    if (typeof record !== 'string' || record.includes(';')) throw new HttpError(400, 'expected the value of a consent cookie', '/record')
    asked.record = record
  }
  if (everything !== undefined) {
    if (typeof everything !== 'boolean') throw new HttpError(400, 'expected true or false', '/everything')
    asked.everything = everything
  }
  return asked
}
