// Where choices become entries, and entries receipts: POST /consent, GET /consent/receipt.
import * as at from '../../gen/layout.js'
import { Tri } from '../../gen/metrofax/consent/fb/tri.js'
import { List, type GateExports } from '../../wire/gate.js'
import { JsonGate } from '../../wire/json-gate.js'
import { writeSubject } from '../../wire/request-json.js'
import { HttpError, problem } from '../problem.js'
import { hex, sha256, type SigningKey } from './crypto.js'
import { type Ledger } from './ledger.js'
import { receiptOf, signReceipt, toDpv, toKantara, type ReceiptFacts, type ReceiptParty } from './receipt.js'

/** What the notice (notice.<lang>.json) says, as far as a receipt needs it. */
export interface DeskNotice {
  readonly version: string
  readonly lang: string
  readonly purposes: readonly { readonly id: string; readonly description: string; readonly necessary: boolean; readonly retentionDays: number }[]
  readonly vendors: readonly { readonly id: string; readonly name: string; readonly purposes: readonly string[] }[]
}

export interface DeskOptions {
  /** gate.wasm, compiled, and the policy that is in force. */
  readonly gate: WebAssembly.Module
  readonly policy: Uint8Array
  /** The text of the notice as visitors get it: its hash is in every entry. */
  readonly notice: string
  readonly ledger: Ledger
  readonly key: SigningKey
  readonly parties: readonly ReceiptParty[]
  /** Addresses of the policy's text, of the choices, of the rights; where the record lies (ISO 3166). */
  readonly urls: { readonly notice: string; readonly withdrawal: string; readonly rights: string }
  readonly locations: readonly string[]
  readonly policyId: string
  readonly regime?: (request: Request) => string
  /** Whom a choice is by, where somebody is signed in. */
  readonly person?: (request: Request) => Promise<string | null>
  readonly now: () => number
}

/** What an entry of a choice holds. */
interface ChoiceData {
  readonly denied: readonly string[]
  readonly enforcement: ReceiptFacts['enforcement']
  readonly granted: readonly string[]
  readonly language: string
  readonly method: string
  readonly notice: string
  readonly policy: { readonly sha256: string; readonly version: string }
  readonly principal: string
  /** Ids of vendors refused one by one; entries from before there were any have none. */
  readonly refused?: readonly string[]
  readonly regime: string
  /** Seconds for which the choice holds. */
  readonly validity: number
  readonly model: 'opt-in' | 'opt-out'
  readonly signals: { readonly gpcHeader: boolean | null; readonly gpcScript: boolean | null; readonly dnt: boolean | null; readonly optOuts?: readonly string[] }
}

const RECORD_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const MOST_NAMES = 64
/** "receipt": no new choice, a copy of one made before. */
const METHODS = ['banner', 'preferences', 'switch', 'form', 'receipt'] as const

/** A list of short names out of a request body; anything else is nothing. */
const names = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string' && /^[\w.:~@/-]{1,80}$/.test(one)).slice(0, MOST_NAMES) : []
/** Requests kept from each vendor, as a page counted them. */
const counted = (value: unknown): { vendor: string; count: number }[] =>
  (Array.isArray(value) ? (value as unknown[]) : []).slice(0, MOST_NAMES).flatMap((one) => {
    const { vendor, count } = (one ?? {}) as Record<string, unknown>
    const [name] = names([vendor])
    return name !== undefined && Number.isSafeInteger(count) && Number(count) > 0 ? [{ vendor: name, count: Number(count) }] : []
  })
const tri = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null)
const json = (body: unknown, status: number, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body, null, 2), { status, headers: { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store', ...headers } })

/** What is wrong with a request is the answer to it, whatever router asks. */
async function answered(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof HttpError) return problem(error.status, error.detail, error.at)
    throw error
  }
}

export interface ConsentDesk {
  /** Rows for createHandler. */
  routes(path?: string): { method: 'GET' | 'POST'; path: string; handle: (context: { request: Request }) => Promise<Response> }[]
}

/**
 * Makes a desk. `POST path` with {"id": UUID made by the browser, "method", "enforcement", "signals"} enters the choice that the request's
 * consent cookie holds, as the core reads it, and answers with the signed receipt (201; 200 if this id was entered before). `GET
 * path/receipt?id=…&as=27560|kantara|dpv` makes it again from the ledger: who has the id may read it. Nothing the body says is
 * taken for the choice itself.
 */
export async function createConsentDesk(options: DeskOptions): Promise<ConsentDesk> {
  const gate = new JsonGate(new WebAssembly.Instance(options.gate, {}).exports as unknown as GateExports, options.policy)
  if (gate.policyStatus_) throw new Error(`the policy was refused: ErrorCode ${String(gate.policyStatus_)}`)
  const notice = JSON.parse(options.notice) as DeskNotice
  const noticeHash = await sha256(options.notice)

  /** What the cookie says, by the core. */
  function choiceOf(request: Request) {
    const { view_: view, subject_: subject, facts_: facts } = gate
    const regime = options.regime?.(request) ?? ''
    writeSubject(gate, { now: options.now(), ...(regime ? { regime } : {}), signals: { gpc: request.headers.get('sec-gpc')?.trim() === '1' } })
    const good = gate.readConsent_(request.headers.get('cookie') ?? '')
    if (!good) throw new HttpError(400, 'The consent cookie is damaged: choose again.')
    if (view.getUint8(subject + at.SUBJECT_CONSENT_PRESENT) === 0) throw new HttpError(400, 'There is no choice to record: the request has no consent cookie.')
    if (view.getUint16(subject + at.SUBJECT_REVISION, true) !== 0) throw new HttpError(400, 'The choice was made under another version of the policy: choose again.')
    gate.describe_()
    const set = (offset: number) => {
      const mask = view.getUint32(offset, true)
      return notice.purposes.map(({ id }) => id).filter((id) => ((mask >>> gate.index_(List.purposes, id)) & 1) === 1)
    }
    return {
      at: Number(view.getBigInt64(subject + at.SUBJECT_CONSENT_TIME, true)),
      granted: set(facts + at.FACTS_GRANTED),
      denied: set(subject + at.SUBJECT_DENIED),
      refused: gate.refused_(),
      optOuts: optOutsOf(),
      regime: gate.name_(List.regimes, view.getUint16(facts + at.FACTS_REGIME, true)) ?? '',
      model: view.getUint8(facts + at.FACTS_MODEL) === 0 ? ('opt-in' as const) : ('opt-out' as const),
      // The regime's lifetime of a grant or a refusal, as the core puts it into the cookie.
      validity: Number(/Max-Age=(\d+)/.exec(gate.writeConsent_(true))?.[1] ?? 0),
      policy: hex(new Uint8Array(view.buffer, facts + at.FACTS_SHA256, 32)),
    }
  }

  /** The opt-outs in force beside GPC and DNT, as the core read them: frameworks by name, vendors by id. */
  function optOutsOf(): string[] {
    const { view_: view, subject_: subject } = gate
    const named = ([['nai', at.SUBJECT_NAI], ['daa', at.SUBJECT_DAA], ['usprivacy', at.SUBJECT_USP], ['gpp', at.SUBJECT_GPP], ['tcf', at.SUBJECT_TCF]] as const)
      .filter(([, offset]) => (view.getUint8(subject + offset) as Tri) === Tri.on)
      .map(([name]) => name as string)
    if (view.getUint8(subject + at.SUBJECT_UNREADABLE) === 1) named.push('unreadable')
    for (let i = 0; i < at.MAX_OPT_OUTS; ++i) {
      const vendor = view.getUint16(subject + at.SUBJECT_OPTED_OUT + 2 * i, true)
      const id = vendor > 0 ? gate.name_(List.vendors, vendor - 1) : null
      if (id !== null) named.push(`vendor:${id}`)
    }
    return named
  }

  async function enter(request: Request): Promise<Response> {
    const body = (await request.json().catch(() => null)) as Record<string, unknown> | null
    const id = body?.['id']
    if (typeof id !== 'string' || !RECORD_ID.test(id)) throw new HttpError(400, 'Expected {"id": a UUID in lower case, …}.', '/id')
    const method = METHODS.find((one) => one === body?.['method']) ?? 'banner'
    const done = (body?.['enforcement'] ?? {}) as Record<string, unknown>
    const said = (body?.['signals'] ?? {}) as Record<string, unknown>
    const blocked = done['blocked']
    const blockedBy = counted(done['blockedBy'])
    const { at: chosen, granted, denied, refused, optOuts, regime, model, policy, validity } = choiceOf(request)
    const data: Omit<ChoiceData, 'principal'> = {
      denied, granted, refused, method, regime, model, validity,
      language: notice.lang,
      notice: noticeHash,
      policy: { sha256: policy, version: notice.version },
      signals: { gpcHeader: request.headers.get('sec-gpc') === null ? null : request.headers.get('sec-gpc')?.trim() === '1', gpcScript: tri(said['gpcScript']), dnt: tri(said['dnt']), optOuts },
      enforcement: { released: names(done['released']), blocked: Number.isSafeInteger(blocked) && Number(blocked) >= 0 ? Number(blocked) : 0, purged: names(done['purged']), residue: names(done['residue']), ...(blockedBy.length > 0 ? { blockedBy } : {}) },
    }
    const person = (await options.person?.(request)) ?? `browser:${id}`
    const kind = granted.length > 0 ? 'consent' : 'refusal'
    const [outcome] = await options.ledger.append([{ id: `choice-${id}`, kind, at: chosen, person, data: { ...data } }])
    return json(await receipt(id), outcome === 'added' ? 201 : 200)
  }

  async function receipt(id: string) {
    return signReceipt(await unsigned(id), options.key)
  }

  async function unsigned(id: string) {
    const stored = await options.ledger.entry(`choice-${id}`)
    if (!stored) throw new HttpError(404, 'There is no receipt of this id.')
    const entry = JSON.parse(stored.line) as { at: number; kind: string; prev_sha256: string; data: ChoiceData }
    const { data } = entry
    return receiptOf({
      recordId: id,
      principal: data.principal,
      notice: { url: options.urls.notice, sha256: data.notice, language: data.language },
      policy: { id: options.policyId, version: data.policy.version, sha256: data.policy.sha256 },
      regime: { id: data.regime, model: data.model },
      jurisdiction: data.regime,
      parties: options.parties,
      locations: options.locations,
      withdrawal: options.urls.withdrawal,
      rights: options.urls.rights,
      purposes: notice.purposes
        .filter(({ id: purpose, necessary }) => necessary || data.granted.includes(purpose) || data.denied.includes(purpose))
        .map(({ id: purpose, description, necessary, retentionDays }) => ({
          id: purpose, description, necessary,
          state: necessary || data.granted.includes(purpose) ? ('granted' as const) : ('denied' as const),
          data: necessary ? ['account and usage data needed for the service'] : ['online identifier', 'usage data'],
          retention: `P${String(retentionDays)}D`,
          ...recipientsOf(purpose, necessary, data.refused ?? []),
        })),
      event: { at: entry.at, validity: `PT${String(data.validity)}S`, method: data.method, state: entry.kind === 'refusal' ? 'refused' : 'given' },
      signals: { ...data.signals, optOuts: data.signals.optOuts ?? [] },
      enforcement: data.enforcement,
      ledger: { seq: stored.seq, sha256: stored.sha256, prev_sha256: entry.prev_sha256 },
    })
  }

  /** Whom a purpose's data may reach, and whom the visitor refused: what is necessary no refusal touches. */
  function recipientsOf(purpose: string, necessary: boolean, refused: readonly string[]) {
    const all = notice.vendors.filter(({ purposes }) => purposes.includes(purpose))
    const isRefused = ({ id }: { readonly id: string }): boolean => !necessary && refused.includes(id)
    return { recipients: all.filter((one) => !isRefused(one)).map(({ name }) => name), refusedRecipients: all.filter(isRefused).map(({ name }) => name) }
  }

  async function show(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url)
    const id = searchParams.get('id') ?? ''
    if (!RECORD_ID.test(id)) throw new HttpError(400, 'Expected ?id= and the id of a receipt.', 'id')
    const name = { 'Content-Disposition': `attachment; filename="consent-receipt-${id}.json"` }
    switch (searchParams.get('as') ?? '27560') {
      case '27560':
        return json(await receipt(id), 200, name)
      case 'kantara': {
        const kantara = toKantara(await unsigned(id))
        if (!kantara) throw new HttpError(404, 'Kantara 1.1 has no words for a refusal or a withdrawal.')
        return json(kantara, 200, name)
      }
      case 'dpv':
        return json(toDpv(await unsigned(id)), 200, { ...name, 'Content-Type': 'application/ld+json' })
      default:
        throw new HttpError(400, 'Expected as=27560, kantara or dpv.', 'as')
    }
  }

  return {
    routes: (path = '/consent') => [
      { method: 'POST', path, handle: ({ request }) => answered(() => enter(request)) },
      { method: 'GET', path: `${path}/receipt`, handle: ({ request }) => answered(() => show(request)) },
    ],
  }
}
