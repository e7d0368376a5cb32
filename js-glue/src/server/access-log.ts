// The access log of a site: a line for each answer, with only what `log.line` allows of this visitor (logs.aggregate). Holds no rule:
// what of a line may be kept, and what is left of an address or a path, the core says, as `mfconsent log redact` does.
import canonicalize from 'canonicalize'

import * as at from '../gen/layout.js'
import { type Visit } from './desk.js'
import { withChoiceOf } from './headers.js'
import { factsBy, type PlaceOptions } from './place.js'
import { needRegime, openDesk } from './protection.js'

export interface AccessLogOptions extends PlaceOptions {
  /** The compiled policy: what `mfconsent policy compile` writes. */
  readonly policy: Uint8Array | ArrayBuffer
  /** Takes a line, without line feed, of which everything may be kept. May be asynchronous; nobody waits for it but at the edge, by `waitUntil`. */
  readonly write: (line: string) => unknown
  /** Combined unless told. json: one object a line, in the canonical form of RFC 8785, with the keys that `mfconsent log redact` knows. */
  readonly format?: 'common' | 'combined' | 'json'
  /** The client's address, from whoever knows it: the socket, or a header that the site's own front overwrites. */
  readonly client?: (request: Request) => string | null | undefined
  /** Who is signed in. */
  readonly user?: (request: Request) => string | null | undefined
  /** "HTTP/2" and the like, where somebody knows; request.cf has it at Cloudflare. */
  readonly protocol?: (request: Request) => string | null | undefined
  /** Told of what went wrong, which no line says. */
  readonly note?: (error: unknown) => void
  /** Unix seconds. Default: the machine's clock. */
  readonly now?: () => number
}

/** RFC 8785, as mfconsent writes objects. */
const canonical = (line: Readonly<Record<string, string | number>>): string => canonicalize(line) ?? '{}'

interface Execution {
  waitUntil(work: Promise<unknown>): void
}
type FetchHandler<Rest extends unknown[]> = (request: Request, ...rest: Rest) => Response | Promise<Response>

export interface AccessLog {
  /** A handler that answers as the given one does, and writes a line for each answer. An error of the handler's is a 500 here, and goes on. */
  <Rest extends unknown[]>(handler: FetchHandler<Rest>): (request: Request, ...rest: Rest) => Promise<Response>
  /** The line for an answer; null where nothing of it may be kept. Never rejects: what cannot be decided is a line that names nobody. */
  line(request: Request, answer: Response): Promise<string | null>
  /** The same, written. For servers whose handlers are of another shape. */
  record(request: Request, answer: Response): Promise<void>
  /** Once every line begun so far has been handed to `write` and written: for a server that ends. */
  settled(): Promise<void>
}

/** Why a line says nothing of its request: in the line, so that a log that lost its visitors is seen to have. */
type Reason = 'undecided' | 'unreadable'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')

/** 10/Oct/2000:13:55:36 +0000 */
function clfTime(seconds: number): string {
  const time = new Date(seconds * 1000)
  return `${two(time.getUTCDate())}/${MONTHS[time.getUTCMonth()]!}/${time.getUTCFullYear()}:${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())} +0000`
}
const rfc3339 = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000', '')

/** As Apache httpd writes what a client sent: quotes and backslashes behind a backslash, what is no printable ASCII as \xhh of its UTF-8. */
const escaped = (text: string): string =>
  text.replace(/["\\]/g, '\\$&').replace(/[^ -~]+/g, (odd) => [...new TextEncoder().encode(odd)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''))
/** A field without quotes ends at a space, a user at a bracket. */
const bare = (text: string): string => escaped(text).replace(/[ [\]]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`) || '-'

/** What an answer and its request say, before anything is decided. */
interface Said {
  readonly address: string
  readonly user: string
  readonly seconds: number
  readonly method: string
  readonly target: string
  readonly protocol: string
  readonly host: string
  readonly status: number
  readonly size: number | null
  readonly referrer: string
  readonly agent: string
}

/** The line as a server without a policy would write it. */
function clfLine(said: Said, combined: boolean): string {
  const request = `${said.method} ${said.target}${said.protocol && ` ${said.protocol}`}`
  const line = `${bare(said.address)} - ${bare(said.user)} [${clfTime(said.seconds)}] "${escaped(request)}" ${said.status} ${said.size ?? '-'}`
  return combined ? `${line} "${escaped(said.referrer || '-')}" "${escaped(said.agent || '-')}"` : line
}

/** Keys of a line in JSON, the field each belongs to, and how its text is read. */
const TEXTS = [
  ['remote_addr', at.LOG_FIELD_ADDRESS, at.LOG_FORM_ADDRESS, 'address'],
  ['remote_user', at.LOG_FIELD_IDENTITY, at.LOG_FORM_WHOLE, 'user'],
  ['method', at.LOG_FIELD_REQUEST, at.LOG_FORM_WORD, 'method'],
  ['host', at.LOG_FIELD_REQUEST, at.LOG_FORM_WORD, 'host'],
  ['uri', at.LOG_FIELD_REQUEST, at.LOG_FORM_TARGET, 'target'],
  ['protocol', at.LOG_FIELD_REQUEST, at.LOG_FORM_WORD, 'protocol'],
  ['referer', at.LOG_FIELD_REFERRER, at.LOG_FORM_TARGET, 'referrer'],
  ['user_agent', at.LOG_FIELD_AGENT, at.LOG_FORM_WHOLE, 'agent'],
] as const

/** What stands in no line where nobody could decide: no person, no place, no page. */
function blankLine(format: string, seconds: number, status: number, reason: Reason): string {
  if (format === 'json') return canonical({ problem: reason, status, time: rfc3339(seconds) })
  const line = `- - - [${clfTime(seconds)}] "-" ${status} -`
  return format === 'common' ? `${line} "${reason}"` : `${line} "-" "-" "${reason}"`
}

/** Makes an access log under one policy. @throws when the policy is refused, or does not know the regime. */
export function createAccessLog(options: AccessLogOptions): AccessLog {
  const { format = 'combined', note = () => undefined } = options
  const desk = openDesk(options.policy, note)
  needRegime(desk, options.regime)
  const facts = factsBy(options)
  const now = options.now ?? (() => Math.floor(Date.now() / 1000))

  function said(request: Request, answer: Response, seconds: number): Said {
    const url = new URL(request.url)
    const header = (name: string): string => request.headers.get(name) ?? ''
    const size = answer.headers.get('content-length') ?? ''
    const { cf } = request as { cf?: { httpProtocol?: unknown } }
    return {
      address: options.client?.(request) ?? '',
      user: options.user?.(request) ?? '',
      seconds,
      method: request.method,
      target: url.pathname + url.search,
      protocol: options.protocol?.(request) ?? (typeof cf?.httpProtocol === 'string' ? cf.httpProtocol : ''),
      host: url.host,
      status: answer.status,
      // Only what the answer says of itself: its body is not touched.
      size: /^\d{1,15}$/.test(size) ? Number(size) : null,
      referrer: header('referer'),
      agent: header('user-agent'),
    }
  }

  /** A bit for each field that may be kept of this visitor, as the request came and as its answer leaves: a choice that it records can only narrow. */
  function keptOf(visits: readonly Visit[]): number {
    return visits.map((visit) => desk.with(visit, (gate) => gate.logFields())).reduce((all, some) => all & some)
  }

  function jsonLine(from: Said, kept: number): string | null {
    const line: Record<string, string | number> = {}
    for (const [key, field, form, name] of TEXTS) {
      const text = from[name] && desk.gate.logText(kept, field, form, from[name])
      if (text) line[key] = text
    }
    const may = (field: number): boolean => ((kept >>> field) & 1) === 1
    if (may(at.LOG_FIELD_TIME)) line['time'] = rfc3339(from.seconds)
    if (may(at.LOG_FIELD_STATUS)) line['status'] = from.status
    if (may(at.LOG_FIELD_SIZE) && from.size !== null) line['size'] = from.size
    return Object.keys(line).length > 0 ? canonical(line) : null
  }

  async function line(request: Request, answer: Response): Promise<string | null> {
    let seconds = 0
    try {
      seconds = now()
      const known = await facts(request)
      const cookie = request.headers.get('cookie') ?? ''
      const chosen = withChoiceOf(answer.headers, cookie)
      const kept = keptOf([cookie, ...(chosen === cookie ? [] : [chosen])].map((text) => desk.visit(request, request.url, known, seconds, text)))
      const from = said(request, answer, seconds)
      if (kept === 0) return null
      if (format === 'json') return jsonLine(from, kept)
      return desk.gate.logLine(kept, clfLine(from, format === 'combined')) ?? blankLine(format, seconds, answer.status, 'unreadable')
    } catch (error) {
      note(error)
      return blankLine(format, seconds, answer.status, 'undecided')
    }
  }

  /** Lines that are not written yet. */
  const begun = new Set<Promise<void>>()

  function record(request: Request, answer: Response): Promise<void> {
    const work = line(request, answer)
      .then((text) => (text === null ? undefined : options.write(text)))
      .then(() => undefined, note)
      .finally(() => begun.delete(work)) as Promise<void>
    begun.add(work)
    return work
  }
  const settled = async (): Promise<void> => {
    await Promise.all(begun)
  }

  const log = <Rest extends unknown[]>(handler: FetchHandler<Rest>) =>
    async (request: Request, ...rest: Rest): Promise<Response> => {
      // At the edge nothing goes on behind an answer but what it is told of: `ctx`, whichever argument that is.
      const execution = rest.find((one): one is Rest[number] & Execution => typeof (one as Partial<Execution> | undefined)?.waitUntil === 'function')
      const written = (answer: Response): void => {
        const work = record(request, answer)
        if (execution) execution.waitUntil(work)
      }
      try {
        const answer = await handler(request, ...rest)
        written(answer)
        return answer
      } catch (error) {
        written(new Response(null, { status: 500 }))
        throw error
      }
    }
  return Object.assign(log, { line, record, settled })
}
