// The routes that mail leads to: the pixel, the link, one-click unsubscribing, withdrawing the tracking (E5-E11).
import { type KeyRing } from '../../email/keys.js'
import { TokenError, type MailGate, type Token } from '../../email/mail-gate.js'
import { type Route, type RouteContext } from '../handler.js'
import { HttpError } from '../problem.js'
import { type MailStore, type StoredRecipient } from '../store/mail-store.js'
import { choose, type Choice } from './choices.js'
import { gif } from './gif.js'
import { RateLimit, type Limit } from '../limit.js'
import { hashOf, invalidBody, page, preferenceBody, unsubscribeBody, type ShownPurpose } from './pages.js'
import { type Fetched, type Recording } from './decide-fetches.js'
import { languageOf, TEXTS, type Language } from './texts.js'

export interface MailRoutesOptions {
  readonly gate: MailGate
  readonly keys: KeyRing
  readonly store: MailStore
  readonly recorder: Recording
  /** Purposes that the page behind /t is about, with their words by language. */
  readonly tracking: readonly { readonly id: string; readonly words: Readonly<Record<Language, { readonly name: string; readonly description: string }>> }[]
  /** Of the policy that choices are made under. */
  readonly policyVersion: string
  /** Milliseconds. Default: the clock. */
  readonly now?: () => number
  /**
   * The address that asks, for the rate limit and, if the core allows it, for the record. A Request does not say it; whoever
   * serves knows. null, the default: unknown, and then nothing is limited here.
   */
  readonly client?: (request: Request) => string | null
  /**
   * For tokens of /c, /u and /t that are not ours, and for the pages of /u and /t. Neither the pixel nor a POST or a click with a
   * good token is ever refused: mailbox providers POST for all their people from few addresses. Default: 20 at once, then 2 a second.
   */
  readonly limit?: Limit
}

const MAX_BODY = 4096

/** Makes the rows for createHandler(). */
export function mailRoutes(options: MailRoutesOptions): Route[] {
  const desk = new MailDesk(options)
  return [
    { method: 'GET', path: '/b/:token{.*\\.gif}', handle: (context) => desk.pixel(context) },
    { method: 'GET', path: '/c/:token', handle: (context) => desk.click(context) },
    { method: 'GET', path: '/u/:token', handle: (context) => desk.askUnsubscribe(context) },
    { method: 'POST', path: '/u/:token', handle: (context) => desk.unsubscribe(context) },
    { method: 'GET', path: '/t/:token', handle: (context) => desk.preferences(context) },
    { method: 'POST', path: '/t/:token', handle: (context) => desk.setPreferences(context) },
    { method: 'GET', path: '/t/:token/receipts', handle: (context) => desk.receipts(context) },
  ]
}

class MailDesk {
  private readonly limiter: RateLimit
  private readonly now: () => number

  constructor(private readonly o: MailRoutesOptions) {
    this.limiter = new RateLimit(o.limit ?? { burst: 20, rate: 2 })
    this.now = o.now ?? Date.now
  }

  private fetched(kind: Fetched['kind'], request: Request, token: string): Fetched {
    const purpose = request.headers.get('sec-purpose') ?? request.headers.get('purpose') ?? request.headers.get('x-purpose') ?? ''
    return {
      kind,
      token,
      time: Math.floor(this.now() / 1000),
      agent: request.headers.get('user-agent') ?? '',
      prefetch: /\bpre(fetch|view|render)/i.test(purpose),
      head: request.method === 'HEAD',
      address: this.o.client?.(request) ?? null,
    }
  }

  /** Notes a fetch, after the answer: in a batch with others, or where the edge ends with the answer, by itself. */
  private note(kind: Fetched['kind'], { request, execution }: RouteContext, token: string): void {
    const fetched = this.fetched(kind, request, token)
    if (execution) execution.waitUntil(this.o.recorder.takeNow(fetched))
    else this.o.recorder.take(fetched)
  }

  // E10: the answer does not depend on the token, which nobody has looked at when it is given.
  pixel(context: RouteContext): Response {
    this.note('open', context, context.param('token').slice(0, -'.gif'.length))
    return gif()
  }

  private limited(request: Request): void {
    const client = this.o.client?.(request) ?? null
    if (client === null) return
    const wait = this.limiter.wait(client, this.now())
    // abuse.load
    if (wait > 0) throw new HttpError(429, TEXTS[languageOf(request)].wait, undefined, { 'Retry-After': String(wait) })
  }

  /** What a token that is not ours gets, and whoever tries many. */
  private unknown(request: Request): Promise<Response> {
    this.limited(request)
    return page(404, languageOf(request), invalidBody(languageOf(request)))
  }

  /** A token that is ours; expired ones too, for whoever wants to leave or to follow a link may do so for ever. */
  private async token(text: string): Promise<Token | null> {
    const { gate, keys } = this.o
    try {
      const { body, mac, key } = gate.splitToken_(text)
      return (await keys.verify(key, body, mac)) ? gate.unpackToken_(body) : null
    } catch (error) {
      if (error instanceof TokenError) return null
      throw error
    }
  }

  // E9: the target is in the signed part; there is no other way to be sent anywhere.
  async click(context: RouteContext): Promise<Response> {
    const { request, param } = context
    const text = param('token')
    const token = await this.token(text)
    if (token?.kind !== 'click' || !token.target) return this.unknown(request)
    this.note('click', context, text)
    return new Response(null, {
      status: 302,
      headers: { Location: token.target, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', 'X-Robots-Tag': 'noindex' },
    })
  }

  /** Who holds the token of a link; null: none of ours, or of somebody who is forgotten. */
  private async holder(text: string, kind: 'unsubscribe' | 'tracking'): Promise<StoredRecipient | null> {
    const token = await this.token(text)
    if (token?.kind !== kind || token.id === null) return null
    return (await this.o.store.holders([token], kind)).get(token.id) ?? null
  }

  async askUnsubscribe({ request, param }: RouteContext): Promise<Response> {
    this.limited(request)
    const language = languageOf(request)
    const who = await this.holder(param('token'), 'unsubscribe')
    return who ? page(200, language, unsubscribeBody(language)) : page(404, language, invalidBody(language))
  }

  // RFC 8058 §3.2: a POST is enough, without cookie, login or redirect. The body is not needed to know what is meant.
  async unsubscribe({ request, param }: RouteContext): Promise<Response> {
    const language = languageOf(request)
    const who = await this.holder(param('token'), 'unsubscribe')
    if (!who) return this.unknown(request)
    const method = (await formOf(request)).get('List-Unsubscribe') === 'One-Click' ? 'one-click' : 'post'
    await this.choose(who, { promotional: 'out' }, language, method, unsubscribeBody(language))
    return page(200, language, unsubscribeBody(language, 'unsubscribed'))
  }

  private choose(who: StoredRecipient, choice: Choice, language: Language, method: string, shown: string): Promise<unknown> {
    const { gate, store, policyVersion } = this.o
    const time = Math.floor(this.now() / 1000)
    return hashOf(shown).then((textHash) => choose(gate, store, who, choice, { method, textHash, locale: language, policyVersion, time }))
  }

  private shown(who: StoredRecipient, language: Language): ShownPurpose[] {
    const subject = { ...who.subject, now: Math.floor(this.now() / 1000) }
    return this.o.tracking.map(({ id, words }) => {
      const asked = 'anonymous'
      const on = ['email.open', 'email.click'].some((kind) => this.o.gate.ask_(subject, { kind, asked, purpose: id }).outcome === 'allow')
      return { id, ...words[language], on }
    })
  }

  private body(who: StoredRecipient, language: Language, said?: 'withdrawn' | 'saved' | 'same', receipts?: string): string {
    return preferenceBody(language, this.shown(who, language), who.subject.account?.promotional ?? 'unknown', said, receipts)
  }

  async preferences({ request, param }: RouteContext): Promise<Response> {
    this.limited(request)
    const language = languageOf(request)
    const who = await this.holder(param('token'), 'tracking')
    return who ? page(200, language, this.body(who, language)) : page(404, language, invalidBody(language))
  }

  // A bare POST withdraws the tracking and nothing else (E9, E11); with do=save each choice is its own.
  async setPreferences({ request, param }: RouteContext): Promise<Response> {
    const language = languageOf(request)
    const who = await this.holder(param('token'), 'tracking')
    if (!who) return this.unknown(request)
    const form = await formOf(request)
    const save = form.get('do') === 'save'
    const ids = this.o.tracking.map(({ id }) => id)
    const chosen = ids.flatMap((id): [string, 'granted' | 'denied'][] => {
      const value = form.get(id)
      return value === 'yes' ? [[id, 'granted']] : value === 'no' ? [[id, 'denied']] : []
    })
    const promotional = { yes: 'in', no: 'out' }[form.get('promotional') ?? ''] as 'in' | 'out' | undefined
    const choice: Choice = save
      ? { purposes: Object.fromEntries(chosen), ...(promotional ? { promotional } : {}) }
      : { purposes: Object.fromEntries(ids.map((id) => [id, 'withdrawn' as const])) }
    const receipt = await this.choose(who, choice, language, save ? 'preference-page' : 'withdrawal', this.body(who, language))
    const after = (await this.o.store.recipient(who.id)) ?? who
    const said = receipt ? (save ? 'saved' : 'withdrawn') : save ? 'same' : 'withdrawn'
    return page(200, language, this.body(after, language, said, `${encodeURIComponent(param('token'))}/receipts`))
  }

  /** Everything the holder of the link has chosen, to keep (E12). */
  async receipts({ request, param }: RouteContext): Promise<Response> {
    this.limited(request)
    const who = await this.holder(param('token'), 'tracking')
    if (!who) return page(404, languageOf(request), invalidBody(languageOf(request)))
    const body = JSON.stringify({ receipts: await this.o.store.receipts(who.id) }, null, 2)
    const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'Content-Disposition': 'attachment; filename="receipts.json"', 'Referrer-Policy': 'no-referrer' }
    return new Response(body, { headers })
  }
}

/** A form's bytes; no more is read than is allowed, whatever length was said or not. */
async function bytesOf(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(MAX_BODY)
  let length = 0
  const reader = request.body?.getReader()
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done) return bytes.subarray(0, length)
    if (length + value.length > MAX_BODY) {
      await reader?.cancel()
      throw new HttpError(413, 'The form is too long.')
    }
    bytes.set(value, length)
    length += value.length
  }
}

async function formOf(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? ''
  const bytes = await bytesOf(request)
  if (!/^multipart\/form-data\b/i.test(type)) return new URLSearchParams(new TextDecoder().decode(bytes))
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData().catch(() => new FormData())
  return new URLSearchParams([...form.entries()].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
}
