// `decide` in JSON over gate.wasm: the same shapes, checks and messages as core/cli/ops_decide.cpp, held equal byte for
// byte by tests/parity. Only names become numbers here; what they mean is the core's business.
import * as at from '../gen/layout.js'
import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'
import { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { Kind } from '../gen/metrofax/consent/fb/kind.js'
import { Mode } from '../gen/metrofax/consent/fb/mode.js'
import { StorageApi } from '../gen/metrofax/consent/fb/storage-api.js'
import { Topic } from '../gen/metrofax/consent/fb/topic.js'
import { Tri } from '../gen/metrofax/consent/fb/tri.js'
import { Fields, fail, isObject } from './fields.js'
import { List, type Verdict } from './gate.js'
import { type JsonGate } from './json-gate.js'

const enumOf = (type: Record<string, string | number>, name: string): number => {
  const value = Object.hasOwn(type, name) ? type[name] : undefined
  return typeof value === 'number' && value > 0 ? value : 0
}

// ---- subject

function regimeOf(gate: JsonGate, fields: Fields, country = '', region = ''): number {
  const regime = fields.text('regime')
  if (regime) {
    const index = gate.index_(List.regimes, regime)
    if (index === at.NO_INDEX) fail(ErrorCode.bad_value, fields.at('regime'), 'the id of a regime of the policy')
    return index
  }
  const bytes = (text: string): number => new TextEncoder().encode(text).length
  if (!country) return at.NO_INDEX
  if (bytes(region) > 3 && region.startsWith(country) && country.length === 2 && region[2] === '-') region = region.slice(3)
  return gate.regimeOf_(country, region)
}

function writeConsent(gate: JsonGate, subject: Fields): void {
  const { view_: view, subject_: from } = gate
  const value = subject.find('consent')
  if (value === undefined) return
  const fields = new Fields(value, subject.at('consent'), ['purposes', 'vendors', 'policyVersion', 'time', 'specific', 'combined'])
  view.setUint8(from + at.SUBJECT_CONSENT_PRESENT, 1)
  let granted = 0
  let denied = 0
  const purposes = fields.find('purposes')
  if (purposes !== undefined) {
    if (!isObject(purposes)) fail(ErrorCode.wrong_type, fields.at('purposes'), 'an object')
    for (const id of Object.keys(purposes).sort()) {
      const state = purposes[id]
      if (state !== 'granted' && state !== 'denied' && state !== 'withdrawn') {
        fail(ErrorCode.bad_value, fields.at('purposes') + '/' + id, 'one of granted, denied, withdrawn')
      }
      const number = gate.index_(List.purposes, id)
      if (number >= 32) continue
      if (state === 'granted') granted |= 1 << number
      else denied |= 1 << number
    }
  }
  view.setUint32(from + at.SUBJECT_GRANTED, granted >>> 0, true)
  view.setUint32(from + at.SUBJECT_DENIED, denied >>> 0, true)
  const vendors = fields.find('vendors')
  if (vendors !== undefined) {
    if (!isObject(vendors)) fail(ErrorCode.wrong_type, fields.at('vendors'), 'an object')
    for (const id of Object.keys(vendors).sort()) {
      const state = vendors[id]
      if (state !== 'granted' && state !== 'denied') fail(ErrorCode.bad_value, fields.at('vendors') + '/' + id, 'one of granted, denied')
      const vendor = gate.index_(List.vendors, id)
      if (vendor !== at.NO_INDEX) gate.chooseVendor_(vendor, state === 'granted')
    }
  }
  view.setUint16(from + at.SUBJECT_REVISION, gate.index_(List.version, fields.text('policyVersion')), true)
  view.setBigInt64(from + at.SUBJECT_CONSENT_TIME, BigInt(fields.time('time')), true)
  view.setUint32(from + at.SUBJECT_SPECIFIC, fields.flag('specific') ? 0xffffffff : 0, true)
  view.setUint8(from + at.SUBJECT_COMBINED, fields.flag('combined') ? 1 : 0)
}

function tri(fields: Fields, key: string): Tri {
  if (fields.find(key) === undefined) return Tri.unset
  return fields.flag(key) ? Tri.on : Tri.off
}

function writeSignals(gate: JsonGate, subject: Fields): void {
  const { view_: view, subject_: from } = gate
  const value = subject.find('signals')
  if (value === undefined) return
  const fields = new Fields(value, subject.at('signals'), ['gpc', 'dnt', 'naiOptOut', 'daaOptOut', 'usp', 'gpp', 'tcf', 'vendorOptOuts'])
  view.setUint8(from + at.SUBJECT_GPC, tri(fields, 'gpc'))
  view.setUint8(from + at.SUBJECT_DNT, tri(fields, 'dnt'))
  view.setUint8(from + at.SUBJECT_NAI, tri(fields, 'naiOptOut'))
  view.setUint8(from + at.SUBJECT_DAA, tri(fields, 'daaOptOut'))
  let unreadable = false
  const strings = [
    ['usp', at.SUBJECT_USP],
    ['gpp', at.SUBJECT_GPP],
    ['tcf', at.SUBJECT_TCF],
  ] as const
  strings.forEach(([key, place], which) => {
    const text = fields.text(key)
    const read = text ? gate.signal_(which, text) : Tri.unset
    unreadable ||= read > Tri.on
    view.setUint8(from + place, read > Tri.on ? Tri.unset : read)
  })
  view.setUint8(from + at.SUBJECT_UNREADABLE, unreadable ? 1 : 0)
  const vendors = fields.find('vendorOptOuts')
  if (vendors === undefined) return
  const pointer = fields.at('vendorOptOuts')
  if (!Array.isArray(vendors)) fail(ErrorCode.wrong_type, pointer, "an array of vendors' ids")
  if (vendors.length > at.MAX_OPT_OUTS) fail(ErrorCode.too_long, pointer, 'at most 8 ids')
  vendors.forEach((id: unknown, i) => {
    const vendor = typeof id === 'string' ? gate.index_(List.vendors, id) : at.NO_INDEX
    if (vendor === at.NO_INDEX) fail(ErrorCode.bad_value, `${pointer}/${String(i)}`, 'the id of a vendor of the policy')
    view.setUint16(from + at.SUBJECT_OPTED_OUT + 2 * i, vendor + 1, true)
  })
}

/** Writes a subject into the gate. pointer: where it stands. Throws OpError. */
export function writeSubject(gate: JsonGate, value: unknown, pointer = '/subject'): void {
  const { view_: view, subject_: from } = gate
  for (let i = 0; i < at.SUBJECT_BYTES; ++i) view.setUint8(from + i, 0)
  for (let i = 0; i < at.MAX_PARENTAL_GRANTS; ++i) view.setUint16(from + at.SUBJECT_PARENTAL + 2 * i, at.NO_INDEX, true)
  view.setUint16(from + at.SUBJECT_REVISION, at.NO_INDEX, true)
  const fields = new Fields(value, pointer, [
    'now',
    'regime',
    'country',
    'region',
    'consent',
    'signals',
    'account',
    'age',
    'parental',
  ])
  view.setBigInt64(from + at.SUBJECT_NOW, BigInt(fields.time('now')), true)
  view.setUint16(from + at.SUBJECT_REGIME, regimeOf(gate, fields, fields.text('country'), fields.text('region')), true)
  writeConsent(gate, fields)
  writeSignals(gate, fields)
  const account = fields.find('account')
  if (account !== undefined) {
    const inner = new Fields(account, fields.at('account'), ['state', 'promotional', 'rememberMe'])
    view.setUint8(from + at.SUBJECT_ACCOUNT, inner.choice('state', ['none', 'active', 'deactivated']))
    view.setUint8(from + at.SUBJECT_PROMOTIONAL, inner.choice('promotional', ['unknown', 'in', 'out']))
    view.setUint8(from + at.SUBJECT_REMEMBER_ME, inner.flag('rememberMe') ? 1 : 0)
  }
  view.setUint8(from + at.SUBJECT_AGE, fields.choice('age', ['unknown', 'under13', '13plus']))
  const parental = fields.find('parental')
  if (parental === undefined) return
  if (!isObject(parental)) fail(ErrorCode.wrong_type, fields.at('parental'), 'an object')
  let grants = 0
  for (const recipient of Object.keys(parental).sort()) {
    if (parental[recipient] !== 'granted') fail(ErrorCode.bad_value, fields.at('parental') + '/' + recipient, 'granted')
    const vendor = gate.index_(List.vendors, recipient)
    if (vendor === at.NO_INDEX || grants === at.MAX_PARENTAL_GRANTS) continue
    view.setUint16(from + at.SUBJECT_PARENTAL + 2 * grants++, vendor, true)
  }
}

// ---- request

function topic(prefix: string, name: string, pointer: string): number {
  const wanted = prefix + name.replaceAll('-', '_')
  const value = Object.hasOwn(Topic, wanted) ? (Topic as unknown as Record<string, number>)[wanted] : undefined
  if (typeof value !== 'number') fail(ErrorCode.bad_value, pointer, "a name the policy's rules know")
  return value
}

interface Asked {
  kind: Kind
  how?: number
  text?: string
  page?: string
  writer?: string
  topics?: number
  purpose?: number
  party?: number
  mode?: Mode
  identified?: boolean
  ceiling?: Mode
  /** RequestFlag of wasm/wire.h. */
  flags?: number
  coRecipients?: unknown[]
  /** The regime that the request names instead of the subject's. */
  regime?: number
}

function readStorage(value: unknown): Asked {
  const fields = new Fields(value, '/request', ['kind', 'api', 'key', 'line', 'page', 'writer'])
  const how = enumOf(StorageApi, fields.text('api'))
  const page = fields.text('page')
  const writer = fields.text('writer')
  let text = fields.text('line') || fields.text('key')
  const cookie = how === StorageApi.cookie || how === StorageApi.httpCookie
  if (cookie && fields.find('line') === undefined) text += '='
  return { kind: Kind.web_storage, how, text, page, writer }
}

const enum Flag {
  clamp = 1,
  sentBefore = 2,
  hidden = 4,
  narrow = 8,
}

const MODE_NAMES = ['off', 'anonymous', 'pseudonymous', 'identified'] as const

function purposeOf(gate: JsonGate, fields: Fields): number {
  const id = fields.text('purpose')
  const purpose = id ? gate.index_(List.purposes, id) : 255
  if (purpose === at.NO_INDEX) fail(ErrorCode.bad_value, fields.at('purpose'), 'the id of a purpose of the policy')
  return purpose
}

function readMail(gate: JsonGate, kind: Kind, value: unknown): Asked {
  if (kind === Kind.email_send) {
    const fields = new Fields(value, '/request', ['kind', 'class', 'sentBefore'])
    const topics = topic('class_', fields.text('class'), fields.at('class'))
    return { kind, topics, flags: fields.flag('sentBefore') ? Flag.sentBefore : 0 }
  }
  if (kind === Kind.email_load) {
    const fields = new Fields(value, '/request', ['kind', 'url', 'hidden'])
    if (fields.find('url') === undefined) fail(ErrorCode.missing_key, '/request/url', 'a value')
    return { kind, text: fields.text('url'), flags: fields.flag('hidden') ? Flag.hidden : 0 }
  }
  const keys = ['kind', 'campaign', 'asked', 'regime', 'class', 'purpose', 'ceiling', 'clamp', 'coRecipients']
  const fields = new Fields(value, '/request', keys)
  if (typeof fields.find('campaign') !== 'number') fields.text('campaign')
  const regime = fields.text('regime') ? regimeOf(gate, fields) : undefined
  const mode = fields.choice('asked', MODE_NAMES)
  const topics = fields.text('class') ? topic('class_', fields.text('class'), fields.at('class')) : 0
  const purpose = purposeOf(gate, fields)
  const ceiling = fields.find('ceiling') === undefined ? Mode.identified : fields.choice('ceiling', MODE_NAMES)
  const flags = fields.flag('clamp') ? Flag.clamp : 0
  const others = fields.find('coRecipients')
  if (others !== undefined && !Array.isArray(others)) fail(ErrorCode.wrong_type, fields.at('coRecipients'), 'an array of subjects')
  const coRecipients: unknown[] = others ?? []
  return { kind, mode, topics, purpose, ceiling, flags, coRecipients, ...(regime === undefined ? {} : { regime }) }
}

function readData(gate: JsonGate, kind: Kind, value: unknown): Asked {
  if (kind === Kind.profile_link) {
    const fields = new Fields(value, '/request', ['kind', 'source', 'identified'])
    const topics = topic('source_', fields.text('source'), fields.at('source'))
    return { kind, topics, identified: fields.flag('identified') }
  }
  if (kind === Kind.log_line) {
    const fields = new Fields(value, '/request', ['kind', 'fields'])
    const names = fields.need('fields')
    if (!Array.isArray(names)) fail(ErrorCode.wrong_type, fields.at('fields'), 'an array of field names')
    let topics = 0
    names.forEach((name: unknown, i) => {
      const pointer = fields.at('fields') + '/' + String(i)
      if (typeof name !== 'string') fail(ErrorCode.wrong_type, pointer, 'text')
      topics |= topic('field_', name, pointer)
    })
    return { kind, topics }
  }
  const fields = new Fields(value, '/request', ['kind', 'party', 'purpose'])
  const party = fields.text('party')
  if (fields.text('purpose') === 'legal') return { kind, topics: Topic.to_legal }
  const purpose = purposeOf(gate, fields)
  const vendor = gate.index_(List.vendors, party)
  if (vendor !== at.NO_INDEX) return { kind, purpose, party: vendor, topics: Topic.to_processor }
  const topics = party === 'entity' ? Topic.data_entity : topic('to_', party, fields.at('party'))
  return { kind, purpose, topics }
}

function readRequest(gate: JsonGate, value: unknown): Asked {
  if (!isObject(value)) fail(ErrorCode.wrong_type, '/request', 'an object')
  if (typeof value['kind'] !== 'string') fail(ErrorCode.missing_key, '/request/kind', 'a kind of request')
  const name = value['kind'].replaceAll('_', ' ').replaceAll('.', '_')
  const kind: Kind = enumOf(Kind, name)
  switch (kind) {
    case Kind.web_request: {
      const fields = new Fields(value, '/request', ['kind', 'url', 'initiator', 'page'])
      if (fields.find('url') === undefined) fail(ErrorCode.missing_key, '/request/url', 'a value')
      const text = fields.text('url')
      const page = fields.text('page')
      const how = enumOf(Initiator, fields.text('initiator'))
      return { kind, how, text, page }
    }
    case Kind.web_storage:
      return readStorage(value)
    case Kind.web_handoff: {
      const fields = new Fields(value, '/request', ['kind', 'url', 'page'])
      return { kind, text: fields.text('url'), page: fields.text('page') }
    }
    case Kind.area: {
      const fields = new Fields(value, '/request', ['kind', 'area', 'page'])
      return { kind, text: fields.text('area'), page: fields.text('page') }
    }
    case Kind.email_send:
    case Kind.email_open:
    case Kind.email_click:
    case Kind.email_load:
      return readMail(gate, kind, value)
    case Kind.profile_link:
    case Kind.log_line:
    case Kind.disclosure:
      return readData(gate, kind, value)
    default:
      return { kind }
  }
}

function writeRequest(gate: JsonGate, asked: Asked): void {
  const { view_: view, request_: from } = gate
  view.setUint32(from + at.REQUEST_TOPICS, (asked.topics ?? 0) >>> 0, true)
  view.setUint16(from + at.REQUEST_PARTY, asked.party ?? at.NO_INDEX, true)
  view.setUint8(from + at.REQUEST_PURPOSE, asked.purpose ?? 255)
  view.setUint8(from + at.REQUEST_ASKED, asked.mode ?? Mode.off)
  view.setUint8(from + at.REQUEST_IDENTIFIED, asked.identified ? 1 : 0)
  view.setUint8(from + at.REQUEST_CEILING, asked.ceiling ?? Mode.identified)
  view.setUint8(from + at.REQUEST_FLAGS, asked.flags ?? 0)
  view.setUint16(from + at.REQUEST_REGIME, asked.regime ?? at.NO_INDEX, true)
}

function decided(gate: JsonGate, asked: Asked): Verdict {
  gate.setPage_(asked.page ?? '')
  gate.decide_(asked.kind, asked.how ?? 0, asked.text ?? '', asked.writer)
  // What asks after this, from a page, asks for itself again.
  writeRequest(gate, { kind: asked.kind })
  return gate.verdictOf_()
}

/** One verdict on "request" in JSON, of the subject that is before the gate. Not for mail that several read. Throws OpError on bad input. */
export function askJson(gate: JsonGate, value: unknown): Verdict {
  const asked = readRequest(gate, value)
  writeRequest(gate, asked)
  return decided(gate, asked)
}

/** One verdict for {"subject", "request"} in JSON. Throws OpError on bad input. */
export function decideJson(gate: JsonGate, fields: Fields): Verdict {
  const subject = fields.need('subject')
  writeSubject(gate, subject)
  const asked = readRequest(gate, fields.need('request'))
  const { view_: view, request_: from } = gate
  writeRequest(gate, asked)
  // E3: everybody else in the mail narrows what may be asked, one after the other.
  asked.coRecipients?.forEach((other, i) => {
    writeSubject(gate, other, `/request/coRecipients/${String(i)}`)
    view.setUint8(from + at.REQUEST_FLAGS, (asked.flags ?? 0) | Flag.narrow)
    gate.decide_(asked.kind, 0, '')
  })
  if (asked.coRecipients?.length) writeSubject(gate, subject)
  view.setUint8(from + at.REQUEST_FLAGS, asked.flags ?? 0)
  return decided(gate, asked)
}
