// The visitor's choice without the runtime: GET and POST /consent, GET /consent/receipt, GET /.well-known/gpc.json. What a choice
// means, and the cookie that keeps it, are the core's.
import { html, raw } from 'hono/html'

import * as at from '../gen/layout.js'
import { isObject } from '../wire/fields.js'
import { List } from '../wire/gate.js'
import { type Desk, type Visit } from './desk.js'
import { type Route } from './handler.js'
import { factsBy, type PlaceOptions } from './place.js'
import { HttpError } from './problem.js'
import { openDesk } from './protection.js'

export interface ConsentRoutesOptions extends PlaceOptions {
  /** The compiled policy. */
  readonly policy: Uint8Array
  /** The day on which the site began to honour GPC, or last changed how: YYYY-MM-DD (W1). */
  readonly gpcSince: string
  /** Names of purposes for the page that works without scripts; else their ids are shown. */
  readonly names?: Readonly<Record<string, string>>
  /** Keeps a receipt, in a ledger for instance. A choice that could not be kept is not taken. */
  readonly keep?: (receipt: Receipt) => unknown
  readonly note?: (error: unknown) => void
  /** Unix seconds. */
  readonly now?: () => number
}

/** What was chosen, under which policy, with which signals; the same members as the runtime's receipt(). */
export interface Receipt {
  readonly schema: 'metrofax-consent-receipt/1'
  readonly policyVersion: string
  readonly policySha256: string
  readonly regime: string
  /** Unix seconds of the choice, 0 if nobody has chosen. */
  readonly time: number
  readonly purposes: Readonly<Record<string, 'granted' | 'denied' | 'unknown'>>
  /** Vendors refused one by one. */
  readonly refused: readonly string[]
  readonly signals: { readonly gpc: boolean }
}

const MOST_BODY = 16 * 1024

function receiptOf(desk: Desk, visit: Visit): Receipt {
  return desk.with(visit, (gate) => {
    gate.describe_()
    const { view_: view, subject_: subject, facts_: facts } = gate
    const present = view.getUint8(subject + at.SUBJECT_CONSENT_PRESENT) === 1
    const [granted, denied] = [view.getUint32(facts + at.FACTS_GRANTED, true), view.getUint32(subject + at.SUBJECT_DENIED, true)]
    const shown = view.getUint32(facts + at.FACTS_SHOWN, true) & ~view.getUint32(facts + at.FACTS_NECESSARY, true)
    const purposes: Record<string, 'granted' | 'denied' | 'unknown'> = {}
    for (let number = 0; number < 32; number++) {
      const bit = (1 << number) >>> 0
      if (shown & bit) purposes[gate.name_(List.purposes, number)!] = denied & bit ? 'denied' : granted & bit ? 'granted' : 'unknown'
    }
    const hash = new Uint8Array(view.buffer, facts + at.FACTS_SHA256, 32)
    return {
      schema: 'metrofax-consent-receipt/1',
      policyVersion: gate.name_(List.version, 0) ?? '',
      policySha256: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join(''),
      regime: visit.regime,
      time: present ? Number(view.getBigInt64(subject + at.SUBJECT_CONSENT_TIME, true)) : 0,
      purposes,
      refused: gate.refused_(),
      signals: { gpc: visit.gpc },
    }
  })
}

/** `vendors` null: every refusal of a vendor ends. */
interface Choices {
  readonly choices: ReadonlyMap<string, boolean>
  readonly vendors: ReadonlyMap<string, boolean> | null
  readonly specific: boolean
}

/** Writes a choice into the visit's subject; the Set-Cookie line that keeps it. What is not named keeps what it has. */
function choose(desk: Desk, visit: Visit, { choices, vendors, specific }: Choices): { line: string; after: Visit } {
  return desk.with(visit, (gate) => {
    const { view_: view, subject_: subject } = gate
    let [named, granted] = [0, 0]
    for (const [id, wanted] of choices) {
      const bit = 1 << gate.index_(List.purposes, id)
      named |= bit
      if (wanted) granted |= bit
    }
    gate.choose_(named, granted, specific)
    if (!vendors) gate.chooseVendor_(at.NO_INDEX, true)
    for (const [id, allowed] of vendors ?? []) gate.chooseVendor_(gate.index_(List.vendors, id), allowed)
    const line = gate.writeConsent_(new URL(visit.page).protocol === 'https:')
    if (!line) throw new HttpError(500, 'The choice cannot be kept: its record does not fit into the consent cookie.')
    return { line, after: { ...visit, subject: new Uint8Array(view.buffer).slice(subject, subject + at.SUBJECT_BYTES) } }
  })
}

/** Only a page of this site may choose for its visitor: SameSite=Lax lets a foreign form through in some browsers for a while. */
function fromHere(request: Request): boolean {
  const [site, origin] = [request.headers.get('sec-fetch-site'), request.headers.get('origin')]
  if (site !== null && site !== 'same-origin' && site !== 'none') return false
  return origin === null ? site !== null : origin === new URL(request.url).origin
}

async function bodyOf(request: Request): Promise<string> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  const text = declared > MOST_BODY ? '' : await request.text()
  if (declared > MOST_BODY || text.length > MOST_BODY) throw new HttpError(413, `A choice takes at most ${MOST_BODY} bytes.`)
  return text
}

/** The choices of a body: {"purposes": {id: boolean}, "vendors": {id: boolean}}, either of them, or {"all": boolean}; as a form, purpose.<id>=on and choice=accept, reject or some. */
function choicesIn(type: string, body: string, known: readonly string[], isVendor: (id: string) => boolean): Choices {
  const all = (wanted: boolean) => ({ choices: new Map(known.map((id) => [id, wanted])), vendors: wanted ? null : new Map<string, boolean>(), specific: false })
  if (type.startsWith('application/x-www-form-urlencoded')) {
    const form = new URLSearchParams(body)
    const choice = form.get('choice')
    if (choice === 'accept' || choice === 'reject') return all(choice === 'accept')
    if (choice !== 'some') throw new HttpError(400, 'Say accept, reject or some.', 'choice')
    return { choices: new Map(known.map((id) => [id, form.get(`purpose.${id}`) === 'on'])), vendors: new Map(), specific: true }
  }
  if (!type.startsWith('application/json')) throw new HttpError(415, 'A choice is a form or JSON.')
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw new HttpError(400, 'This is not JSON.')
  }
  if (isObject(value) && typeof value['all'] === 'boolean') return all(value['all'])
  const { purposes = {}, vendors = {} } = isObject(value) ? value : {}
  const said = isObject(value) && ('purposes' in value || 'vendors' in value)
  if (!said || !isObject(purposes)) throw new HttpError(400, 'Say which purposes: {"purposes": {"measurement": false}}.', '/purposes')
  if (!isObject(vendors)) throw new HttpError(400, 'Say which vendors: {"vendors": {"criteo": false}}.', '/vendors')
  const named = (of: Record<string, unknown>, where: string, isKnown: (id: string) => boolean) =>
    new Map(Object.entries(of).map(([id, wanted]) => {
      if (!isKnown(id)) throw new HttpError(400, `The policy knows no such ${where}.`, `/${where}s/${id}`)
      if (typeof wanted !== 'boolean') throw new HttpError(400, 'Say true or false.', `/${where}s/${id}`)
      return [id, wanted]
    }))
  return { choices: named(purposes, 'purpose', (id) => known.includes(id)), vendors: named(vendors, 'vendor', isVendor), specific: true }
}

const personal = { 'Cache-Control': 'no-store', Vary: 'Cookie, Sec-GPC', 'X-Content-Type-Options': 'nosniff' }
const json = (value: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(value), { headers: { ...personal, 'Content-Type': 'application/json', ...headers } })

/** The page of those whose browser runs no script. */
async function form(receipt: Receipt, names: Readonly<Record<string, string>>): Promise<Response> {
  const rows = Object.entries(receipt.purposes).map(([id, state]) =>
    html`<p><label><input type="checkbox" name="purpose.${id}" ${raw(state === 'granted' ? 'checked' : '')}> ${names[id] ?? id}</label></p>`)
  const page = html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Privacy choices</title></head>
<body><main><h1>Privacy choices</h1><form method="post">${rows}
<p><button name="choice" value="reject">Reject all</button> <button name="choice" value="accept">Accept all</button> <button name="choice" value="some">Save these choices</button></p></form>
<p><a href="consent/receipt">What was chosen, to keep</a></p></main></body></html>`
  const headers = { ...personal, 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': "default-src 'none'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'" }
  return new Response(String(await page), { headers })
}

/** The routes, for createHandler. @throws when the policy is refused. */
export function consentRoutes(options: ConsentRoutesOptions): readonly Route[] {
  const desk = openDesk(options.policy, options.note)
  const now = options.now ?? (() => Math.floor(Date.now() / 1000))
  const facts = factsBy(options)
  const visitOf = async (request: Request): Promise<Visit> => desk.visit(request, request.url, await facts(request), now())
  const wantsPage = (request: Request): boolean => /text\/html/.test(request.headers.get('accept') ?? '')
  return [
    {
      method: 'GET',
      path: '/consent',
      async handle({ request }) {
        const receipt = receiptOf(desk, await visitOf(request))
        return wantsPage(request) ? form(receipt, options.names ?? {}) : json(receipt)
      },
    },
    {
      method: 'POST',
      path: '/consent',
      async handle({ request }) {
        if (!fromHere(request)) throw new HttpError(403, 'Only a page of this site can choose for its visitor.')
        const visit = await visitOf(request)
        const known = Object.keys(receiptOf(desk, visit).purposes)
        const isVendor = (id: string): boolean => desk.with(visit, (gate) => ![0, at.NO_INDEX].includes(gate.index_(List.vendors, id)))
        const { line, after } = choose(desk, visit, choicesIn(request.headers.get('content-type') ?? '', await bodyOf(request), known, isVendor))
        if (!line) throw new HttpError(503, 'The choice could not be written.')
        const receipt = receiptOf(desk, after)
        await options.keep?.(receipt)
        if (!wantsPage(request)) return json(receipt, { 'Set-Cookie': line })
        return new Response(null, { status: 303, headers: { ...personal, Location: new URL(request.url).pathname, 'Set-Cookie': line } })
      },
    },
    {
      method: 'GET',
      path: '/consent/receipt',
      async handle({ request }) {
        return json(receiptOf(desk, await visitOf(request)), { 'Content-Disposition': 'attachment; filename="consent-receipt.json"' })
      },
    },
    {
      method: 'GET',
      path: '/.well-known/gpc.json',
      handle: () =>
        new Response(JSON.stringify({ gpc: true, lastUpdate: options.gpcSince }), { headers: { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=86400' } }),
    },
  ]
}
