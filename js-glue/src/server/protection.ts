// protect(): a site's answer in, what may go to this visitor's browser out. Planes 1 (the rewritten page) and 2 (its headers).
import { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'
import { List } from '../wire/gate.js'
import { type CspOptions, contentSecurityPolicy, filterReports, governsStyles, hashSource, makeNonce, nonceIn, scriptSources } from './csp.js'
import { Desk, type Visit } from './desk.js'
import { addTo, filterHeaders, personalCaching, withChoiceOf } from './headers.js'
import { permissionsPolicy } from './permissions.js'
import { factsBy, type PlaceOptions } from './place.js'
import { platform } from './platform.js'
import { problem } from './problem.js'
import { cleanCss } from './rewrite/css.js'
import { pageHandlers } from './rewrite/page.js'
import { cleanSpeculationRules } from './rewrite/scripts.js'
import { resolved } from './rewrite/urls.js'
import { ServerGate, type ServerExports, type Sources } from './server-gate.js'
import { toUtf8 } from './utf8.js'

export interface ProtectionOptions extends PlaceOptions {
  /** The compiled policy: what `mfconsent policy compile` writes. */
  readonly policy: Uint8Array | ArrayBuffer
  /** Address of consent.js, put first into pages that do not load it. Default '/consent.js'. null: put in nowhere, for pages that have no script and ask nobody. */
  readonly script?: string | null
  /** The page's public URL, where a proxy changed it on the way here. Default: the request's. */
  readonly url?: (request: Request) => string
  readonly csp?: CspOptions
  /** Told of everything that went wrong; the visitor gets a 502 that says nothing of the inside. */
  readonly note?: (error: unknown) => void
  /** Unix seconds. Default: the machine's clock. */
  readonly now?: () => number
}

/** Protects one answer. Never rejects: whatever goes wrong is a problem page, or a page that ends early, never the origin's bytes. */
export type Protect = (request: Request, originResponse: Response) => Promise<Response>

/** The bytes of a compiled policy, whatever holds them: what readFile, fetch and a worker's bindings give. */
function bytesOf(policy: unknown): Uint8Array {
  if (policy instanceof Uint8Array) return policy
  if (ArrayBuffer.isView(policy)) return new Uint8Array(policy.buffer, policy.byteOffset, policy.byteLength)
  // Of another realm, too.
  if (Object.prototype.toString.call(policy) === '[object ArrayBuffer]') return new Uint8Array(policy as ArrayBuffer)
  throw new TypeError('policy: expected the bytes of a compiled policy (Uint8Array or ArrayBuffer), as mfconsent policy compile writes them')
}

/** Opens a policy in a core of its own. @throws with the ErrorCode's number when the policy is refused. */
export function openDesk(given: Uint8Array | ArrayBuffer, note: (error: unknown) => void = () => undefined): Desk {
  const policy = bytesOf(given)
  const { exports } = new WebAssembly.Instance(platform.core(), {})
  const gate = new ServerGate(exports as unknown as ServerExports, policy)
  if (gate.policyStatus_ !== 0) throw new Error(`the policy was refused: ${ErrorCode[gate.policyStatus_] ?? ''} (ErrorCode ${gate.policyStatus_}); expected what mfconsent policy compile writes`)
  return new Desk(gate, note)
}

const LONGEST_SHEET = 8 * 1024 * 1024

/** What an answer is to a browser. */
type Kind = 'html' | 'xml' | 'css' | 'speculationrules' | 'unknown' | 'other'

function kindOf(type: string | null): Kind {
  const name = (type ?? '').toLowerCase()
  const essence = name.split(';', 1)[0]!.trim()
  if (/text\/html/.test(name)) return 'html'
  if (/[/+]xml$/.test(essence) || /xml/.test(name)) return 'xml'
  if (essence === 'text/css') return 'css'
  if (essence === 'application/speculationrules+json') return 'speculationrules'
  return essence === '' || /^(?:unknown\/unknown|application\/unknown|\*\/\*)$|,|^multipart\//.test(essence) ? 'unknown' : 'other'
}

/** What the browser wants the answer for, where it says. */
const destinationOf = (request: Request): string => request.headers.get('sec-fetch-dest') ?? ''
/** A top-level page or a frame; browsers that do not say are taken to want one when they accept HTML. */
function isNavigation(request: Request): boolean {
  const destination = destinationOf(request)
  if (destination) return /^(?:document|iframe|frame|embed|object|fencedframe)$/.test(destination)
  return /text\/html/.test(request.headers.get('accept') ?? '')
}

const INITIATORS: Readonly<Record<string, Initiator>> = {
  image: Initiator.image,
  script: Initiator.script,
  style: Initiator.style,
  font: Initiator.font,
  iframe: Initiator.frame,
  frame: Initiator.frame,
  empty: Initiator.fetch,
}

/** A regime for everybody that the policy does not have is a slip of the pen; of one visitor it is the strict one (Desk.visit). */
export function needRegime(desk: Desk, regime: unknown): void {
  if (regime === undefined || regime === '') return
  const known: string[] = []
  for (let name = desk.gate.name_(List.regimes, 0); name !== null; name = desk.gate.name_(List.regimes, known.length)) known.push(name)
  if (typeof regime !== 'string' || !known.includes(regime)) throw new TypeError(`regime: the policy has no regime ${JSON.stringify(regime)}; it has ${known.join(', ')}`)
}

/** Makes the function that protects a site's answers, under one policy. @throws when the policy is refused. */
export function createProtection(options: ProtectionOptions): Protect {
  const note = options.note ?? (() => undefined)
  const desk = openDesk(options.policy, note)
  const facts = factsBy(options)
  needRegime(desk, options.regime)
  const script = options.script === undefined ? '/consent.js' : options.script
  const now = options.now ?? (() => Math.floor(Date.now() / 1000))
  const handlers = Promise.all((options.csp?.inlineHandlers ?? []).map(hashSource))

  const whole = (response: Response, body: BodyInit | null, headers: Headers): Response =>
    new Response(body, { status: response.status, statusText: response.statusText, headers })

  async function csp(visit: Visit, sources: Sources, nonce: string | null): Promise<string> {
    const inline = nonce === null ? [] : [`'nonce-${nonce}'`]
    const shape = { sources, page: visit.page, inline: { script: inline, style: inline }, handlers: await handlers }
    return contentSecurityPolicy({ ...shape, ...options.csp })
  }

  /** Our policy in front of the site's: a browser enforces each of them, so both together are never laxer than one. */
  async function setCsp(headers: Headers, visit: Visit, sources: Sources, nonce: string | null): Promise<void> {
    const may = (url: string): boolean => desk.mayRequest(visit, Initiator.beacon, resolved(url, visit.page))
    for (const [name, ours] of [['content-security-policy', await csp(visit, sources, nonce)], ['content-security-policy-report-only', '']] as const) {
      const theirs = filterReports(headers.get(name) ?? '', may)
      const both = [ours, theirs].filter(Boolean).join(', ')
      if (both) headers.set(name, both)
      else headers.delete(name)
    }
  }

  /** The body as it was before Content-Encoding. */
  function plainBody(response: Response, headers: Headers): ReadableStream<Uint8Array> | null {
    const encodings = (headers.get('content-encoding') ?? '').toLowerCase().split(',').map((one) => one.trim()).filter((one) => one && one !== 'identity')
    headers.delete('content-encoding')
    let body = response.body as ReadableStream<Uint8Array> | null
    if (!platform.isEncoded(response)) return body
    for (const encoding of encodings.reverse()) {
      const decoder = platform.decoder(encoding)
      if (!decoder) throw new Error(`Content-Encoding ${encoding} cannot be read`)
      body &&= body.pipeThrough(decoder)
    }
    return body
  }

  /** Text of a sheet or of rules, cleaned as a whole; changed: it depends on the visitor. */
  async function cleanText(response: Response, headers: Headers, clean: (text: string) => string): Promise<Response> {
    const type = headers.get('content-type')
    const body = plainBody(response, headers)
    const text = body ? await readText(toUtf8(body, charsetFallback(type)), LONGEST_SHEET) : ''
    const cleaned = clean(text)
    headers.set('content-type', `${(type ?? '').split(';', 1)[0]!.trim()}; charset=utf-8`)
    headers.delete('content-length')
    if (cleaned !== text) {
      for (const name of ['etag', 'last-modified', 'accept-ranges', 'content-md5', 'digest', 'content-digest', 'repr-digest']) headers.delete(name)
      personalCaching(headers)
    } else addTo(headers, 'vary', 'Cookie', 'Sec-GPC')
    return whole(response, cleaned, headers)
  }

  async function page(request: Request, response: Response, headers: Headers, visit: Visit): Promise<Response> {
    const theirs = nonceIn(headers.get('content-security-policy'))
    const nonce = theirs ?? makeNonce()
    const sources = desk.with(visit, (gate) => gate.sources())
    await setCsp(headers, visit, sources, nonce)
    const permissions = permissionsPolicy(headers.get('permissions-policy'), request.headers.get('sec-ch-ua'))
    if (permissions === null) headers.delete('permissions-policy')
    else headers.set('permissions-policy', permissions)
    headers.set('x-dns-prefetch-control', 'off')
    personalCaching(headers)
    const type = headers.get('content-type')
    headers.set('content-type', 'text/html; charset=utf-8')
    // Another visitor's, or the same one's tomorrow, differs; and a 304 would pair an old page with a new nonce.
    for (const name of ['etag', 'last-modified', 'content-length', 'accept-ranges', 'content-md5', 'digest', 'content-digest', 'repr-digest', 'content-range']) {
      headers.delete(name)
    }
    const body = plainBody(response, headers)
    if (!body || request.method === 'HEAD') return whole(response, null, headers)
    // A piece of a page that a script fetches is put into one that has its runtime.
    const addNonce = { script: theirs === null, style: theirs === null || !governsStyles(response.headers.get('content-security-policy')) }
    const attributes = {
      'data-regime': visit.regime,
      ...(visit.gpc ? { 'data-gpc': '1' } : {}),
      ...visit.optOuts,
      // Nothing that a choice in this page allows is in its policy, which only a new page can widen.
      // What the page's scripts make is under our policy as well; the runtime looks at it, and gives it the nonce.
      'data-inline': Object.entries(addNonce).filter(([, add]) => add).map(([kind]) => kind).join(' '),
    }
    const parts = {
      mayRequest: (how: Initiator, url: string) => desk.mayRequest(visit, how, url),
      page: visit.page,
      nonce,
      addNonce,
      runtime: script === null || destinationOf(request) === 'empty' ? null : { src: script, attributes, policy: scriptSources({ ...options.csp, sources, page: visit.page }) },
      nested: (html: string, inner: Parameters<typeof platform.rewrite>[1]) => readText(platform.rewrite(streamOf(html), inner), Infinity),
    }
    return whole(response, await begun(platform.rewrite(toUtf8(body, type), pageHandlers(parts)), note), headers)
  }

  async function protect(request: Request, response: Response): Promise<Response> {
    const visit = desk.visit(request, options.url?.(request) ?? request.url, await facts(request), now(), withChoiceOf(response.headers, request.headers.get('cookie') ?? ''))
    const headers = new Headers(response.headers)
    filterHeaders(headers, desk, visit)
    const kind = kindOf(headers.get('content-type'))

    // An old copy of a page was never looked at; what the browser has of it is not ours to confirm.
    if (response.status === 304 && isNavigation(request)) {
      throw new Error('304 for a page: take If-None-Match and If-Modified-Since off the requests that the site answers with pages')
    }
    // An address of ours that leads a page's image or script elsewhere is a request to there.
    const location = response.status >= 300 && response.status < 400 ? headers.get('location') : null
    if (location !== null && !isNavigation(request)) {
      const how = INITIATORS[destinationOf(request)] ?? Initiator.other
      if (!desk.mayRequest(visit, how, resolved(location, visit.page))) return problem(403, 'The address leads to somebody whom the visitor has not allowed.')
    }
    if (kind === 'html') {
      if (response.status === 206) throw new Error('a part of a page cannot be protected: take Range off the requests')
      return page(request, response, headers, visit)
    }
    if (kind === 'css') return cleanText(response, headers, (css) => cleanCss(css, (url) => desk.mayRequest(visit, Initiator.style, resolved(url, visit.page))))
    if (kind === 'speculationrules') {
      return cleanText(response, headers, (text) => cleanSpeculationRules(text, (url) => desk.mayRequest(visit, Initiator.preload, resolved(url, visit.page))) ?? '{}')
    }
    // Documents that cannot be rewritten, and workers, which are under the policy they come with: only what may be reached now.
    if (kind !== 'other' || isNavigation(request) || /(?:java|ecma)script/i.test(headers.get('content-type') ?? '')) {
      const { open } = desk.with(visit, (gate) => gate.sources())
      await setCsp(headers, visit, { open, held: [] }, null)
    }
    if (kind === 'xml') personalCaching(headers)
    if (kind === 'unknown') headers.set('x-content-type-options', 'nosniff')
    if (kind === 'unknown' && /^multipart\//i.test(headers.get('content-type') ?? '')) throw new Error('multipart pages cannot be protected')
    return whole(response, response.body, headers)
  }

  return async (request, response) => {
    try {
      return await protect(request, response)
    } catch (error) {
      note(error)
      void response.body?.cancel().catch(() => undefined)
      return problem(502, 'The page could not be made safe to show.')
    }
  }
}

/** A sheet without a charset of its own has the page's, which is UTF-8 from here. */
const charsetFallback = (type: string | null): string => (/charset/i.test(type ?? '') ? type! : `${type ?? ''}; charset=utf-8`)

const streamOf = (text: string): ReadableStream<Uint8Array> => new Response(text).body as ReadableStream<Uint8Array>

async function readText(stream: ReadableStream<Uint8Array>, most: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(value, { stream: true })
    if (text.length > most) {
      await reader.cancel()
      throw new Error(`a text of more than ${most} characters`)
    }
  }
}

/** The stream once its first bytes are there: what fails at once becomes an answer of its own; what fails later ends the page. */
async function begun(stream: ReadableStream<Uint8Array>, note: (error: unknown) => void): Promise<ReadableStream<Uint8Array>> {
  const reader = stream.getReader()
  let first: ReadableStreamReadResult<Uint8Array> | undefined = await reader.read()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = first ?? (await reader.read())
          first = undefined
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          note(error)
          controller.error(error)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
