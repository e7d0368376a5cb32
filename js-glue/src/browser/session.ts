// One visitor's session in this page: the gate, the subject, the consent cookie, the other tabs. Holds no rule: what a
// choice means is asked of the core.
import * as at from '../gen/layout.js'
import { Age } from '../gen/metrofax/consent/fb/age.js'
import { Kind } from '../gen/metrofax/consent/fb/kind.js'
import { Model } from '../gen/metrofax/consent/fb/model.js'
import { Outcome } from '../gen/metrofax/consent/fb/outcome.js'
import { Reason } from '../gen/metrofax/consent/fb/reason.js'
import { StorageApi } from '../gen/metrofax/consent/fb/storage-api.js'
import { Tri } from '../gen/metrofax/consent/fb/tri.js'
import { lineOf } from '../wire/line.js'
import type { Reload } from './fence.js'
import { getter, matches, methodOf, pattern, setter } from './native.js'
import { List, denied, type Gate, type Verdict } from '../wire/gate.js'

export type Choice = 'granted' | 'denied' | 'unknown'

/** What the page shows of the visitor's choice. `time` in unix seconds, 0 if nobody has chosen. */
export interface State {
  /** Every purpose has been chosen, and no grant has aged out; a single one, ticked somewhere on the site, does not end the question. */
  decided: boolean
  /** Purposes whose use changed in substance since they were chosen: they wait to be chosen again (changes.material). */
  changed: string[]
  purposes: Record<string, Choice>
  regime: string
  gpc: boolean
  model: 'opt-in' | 'opt-out'
  time: number
  policyVersion: string
  /** Vendors refused one by one, whatever their purposes. */
  refused: string[]
  /** Purposes that were granted one by one, knowing of an opt-out signal, which these grants alone answer (W2). */
  specific: string[]
  /**
   * Whether choices need another page, because the content security policy of this one can only be tightened: `later` what grants more
   * than now, `now` what was granted already. Reloading brings it about.
   */
  reload: Reload
  /** Whether the browser kept the choice; false where cookies are switched off: it then lasts as long as the page. */
  kept: boolean
  /** Names that were to be removed and are still there; of a database, cache, service worker or bucket with its kind before it. */
  residue: string[]
}

/** One line of the log. `time` in milliseconds since 1970; storage has `api` and `key`, everything else `url`. */
export interface LogLine {
  time: number
  request: { kind: string; url?: string; initiator?: string; api?: string; key?: string; writer?: string }
  verdict: Verdict
}

/** This very origin's, sockets included (a page that is secure has secure ones only). */
const OWN = pattern(/^(?:https?|wss?):\/\/([^/?#\\]*)/)
const LOCAL = pattern(/^(?:data|blob|about):/)
const LOG_LINES = 300
// Initiator and StorageApi of policy.fbs by number; tests/js holds them equal.
export const INITIATORS = 'other script image frame style font media fetch xhr beacon eventsource websocket navigation form preload worker ping webrtc'.split(' ')
export const STORAGE_APIS = ' cookie httpCookie localStorage sessionStorage indexedDB caches opfs serviceWorker windowName historyState credentials storageBuckets fileSystem'.split(' ')

const cookieOf = getter(Document.prototype, 'cookie')
const setCookie = setter(Document.prototype, 'cookie')
const dispatch = methodOf(EventTarget.prototype, 'dispatchEvent')
const { CustomEvent } = globalThis
const { now: clock } = Date
const { floor } = Math
const shift = methodOf(Array.prototype, 'shift')
/** Copies of the consent cookie in document.cookie. */
const COPIES = pattern(/(?:^|; *)(mf_consent=[^;]*)/g)
const OPT_OUTS = pattern(/(?:^|; *)(mf_optout=[^;]*)/g)
const US_PRIVACY = pattern(/(?:^|; *)(usprivacy=[^;]*)/g)
/** What a cookie line or a key is called. */
const NAME = pattern(/^[^=;]*/)
const FIRST = pattern(/^[^;]*/)
/** document.cookie, before anybody patched it; '' where cookies are switched off. */
export const readCookies = (): string => {
  try {
    return cookieOf(document) as string
  } catch {
    return ''
  }
}
export const writeCookie = (line: string): void => {
  try {
    setCookie(document, line)
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}

export class Session {
  gate_: Gate | null = null
  damaged_ = false
  reload_: Reload = 'no'
  readonly log_: LogLine[] = []
  /** Cookies and keys that were to go and are still there (sweep.ts). */
  residue_: string[] = []
  /** Databases, caches and the like, likewise (purge.ts). */
  stored_: string[] = []
  /** What is to be done before the page sees an area of web storage for the first time. */
  beforeArea_: (() => void) | undefined
  /** What document.cookie said when it was last asked for the choice. */
  cookies_ = ''
  private readonly listeners_ = new Set<(state: State) => void>()
  private channel_: BroadcastChannel | null = null
  private seen_ = ''
  private clock_ = 0
  private kept_ = true

  constructor(
    private readonly regime_: string,
    /** What the browser or the server said: GPC, DNT, an opt-out with NAI, one with DAA. */
    private readonly signals_: readonly boolean[],
    private readonly child_: boolean,
  ) {}

  /** The gate is there: reads the subject. */
  open_(gate: Gate): void {
    this.gate_ = gate
    const { bytes_: bytes, halves_: halves, subject_: from } = gate
    for (let i = 0; i < at.MAX_PARENTAL_GRANTS; ++i) halves[((from + at.SUBJECT_PARENTAL) >>> 1) + i] = at.NO_INDEX
    halves[(from + at.SUBJECT_REGIME) >>> 1] = gate.index_(List.regimes, this.regime_)
    bytes[from + at.SUBJECT_AGE] = this.child_ ? Age.under13 : Age.unknown
    this.signals_.forEach((on, i) => { bytes[from + at.SUBJECT_GPC + i] = on ? Tri.on : Tri.unset })
    gate.setPage_(location.protocol.startsWith('http') ? location.href : document.baseURI)
    this.read_()
    // A channel takes milliseconds to open, which the first tag of a page does not have. What it would have told by then is
    // in the cookie.
    const later = (): void => {
      this.listen_()
      this.refresh_()
    }
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', later)
    else later()
    for (const event of ['pageshow', 'focus', 'visibilitychange']) addEventListener(event, () => { this.refresh_(); }, true)
  }

  private listen_(): void {
    if (this.channel_) return
    try {
      this.channel_ = new BroadcastChannel('mf_consent')
      this.channel_.onmessage = ({ data }) => { this.refresh_(String(data)); }
    } catch {
      // Opaque origins have no channels; focus and pageshow still bring news.
    }
  }

  private read_(cookies = readCookies()): void {
    this.cookies_ = cookies
    const named = (copies: RegExp): string => {
      let text = ''
      for (const copy of matches(copies, cookies)) text += (text && ';') + copy
      return text
    }
    this.seen_ = named(COPIES)
    // With them go the cookies that opt out.
    this.damaged_ = !this.gate_!.readConsent_(`${this.seen_};${named(OPT_OUTS)};${named(US_PRIVACY)}`)
    this.tick_()
  }

  /**
   * Another tab may have decided: reads the cookie again and tells if it changed. A message from that tab brings the text
   * along, because it can be here before the cookie is (Firefox keeps a copy of the cookies in each process).
   */
  refresh_(cookies?: string): void {
    // Where the browser keeps no cookie, the choice is here and nowhere else.
    if (cookies === undefined && !this.kept_) return
    const before = this.seen_
    this.read_(cookies)
    if (before !== this.seen_) this.tell_()
  }

  private tick_(): void {
    const now = clock()
    if (now - this.clock_ < 1000 && now >= this.clock_) return
    this.clock_ = now
    const { words_: words, subject_ } = this.gate_!
    const at_ = (subject_ + at.SUBJECT_NOW) >>> 2
    words[at_] = floor(now / 1000) // the lower half of it
    words[at_ + 1] = floor(now / 1000 / 2 ** 32)
  }

  /** Asks the gate; only `allow` lets anything happen. Locked: nothing but this very origin. */
  ask_(kind: Kind, how: number, text: string, writer?: string, purpose = 255, quiet = false): boolean {
    const { gate_: gate } = this
    if (!gate) {
      const own = kind === Kind.web_request && (OWN.exec(text)?.[1] === location.host || LOCAL.exec(text) !== null)
      if (!own && !quiet) this.note_(kind, how, text, denied(Reason.locked, 'locked'))
      return own
    }
    this.tick_()
    gate.bytes_[gate.request_ + at.REQUEST_PURPOSE] = purpose
    const outcome = gate.decide_(kind, how, text, writer)
    if (!quiet) this.note_(kind, how, text, gate.verdictOf_(), writer)
    return outcome === Outcome.allow
  }

  /** Asks for the whole verdict, and leaves no trace in the log. A purpose that the policy does not have can never be granted. */
  decide_(kind: Kind, how: number, text: string, writer?: string, purpose?: string): Verdict {
    const { gate_: gate } = this
    if (!gate) return denied(Reason.locked, 'locked')
    const number = purpose === undefined ? 255 : gate.index_(List.purposes, purpose)
    if (number > 255) return denied(Reason.no_rule, 'no_rule')
    this.tick_()
    gate.bytes_[gate.request_ + at.REQUEST_PURPOSE] = number
    gate.decide_(kind, how, text, writer)
    return gate.verdictOf_()
  }

  receipt_(): Record<string, unknown> {
    const { gate_: gate } = this
    const { purposes, refused, regime, time, policyVersion } = this.state_()
    const hash = gate ? new Uint8Array(gate.bytes_.buffer, gate.facts_ + at.FACTS_SHA256, 32) : []
    const policySha256 = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
    return { schema: 'metrofax-consent-receipt/1', policyVersion, policySha256, regime, time, purposes, refused, signals: { gpc: this.signals_[0] } }
  }

  private note_(kind: Kind, how: number, text: string, verdict: Verdict, writer?: string): void {
    const { log_: log } = this
    const line: LogLine = {
      time: Date.now(),
      request:
        kind === Kind.web_storage
          ? { kind: 'web.storage', api: STORAGE_APIS[how], key: NAME.exec(text)![0], ...(writer ? { writer } : {}) }
          : { kind: 'web.request', url: text, initiator: INITIATORS[how] },
      verdict,
    }
    log[log.length] = line
    if (log.length > LOG_LINES) shift(log)
    if (verdict.outcome !== 'allow' && verdict.outcome !== 'strip') announce('blocked', line)
  }

  /** What there is to choose. */
  private purposes_(): [id: string, bit: number][] {
    const { gate_: gate } = this
    if (!gate?.describe_()) return []
    const shown = gate.word_(gate.facts_ + at.FACTS_SHOWN) & ~gate.word_(gate.facts_ + at.FACTS_NECESSARY)
    const found: [string, number][] = []
    for (let i = 0; i < 32; ++i) if ((shown >>> i) & 1) found.push([gate.name_(List.purposes, i)!, (1 << i) >>> 0])
    return found
  }

  private masks_(): [granted: number, denied: number, present: boolean] {
    const gate = this.gate_
    if (!gate) return [0, 0, false]
    const { subject_: from } = gate
    return [gate.word_(gate.facts_ + at.FACTS_GRANTED), gate.word_(from + at.SUBJECT_DENIED), gate.bytes_[from + at.SUBJECT_CONSENT_PRESENT] === 1]
  }

  state_(): State {
    const { gate_: gate } = this
    const shown = this.purposes_()
    const [granted, refused, present] = this.masks_()
    const purposes: State['purposes'] = {}
    const [changed, specific]: [string[], string[]] = [[], []]
    let decided = present
    for (const [id, bit] of shown) {
      if (gate!.word_(gate!.subject_ + at.SUBJECT_SPECIFIC) & granted & bit) specific.push(id)
      const waits = gate!.word_(gate!.facts_ + at.FACTS_CHANGED) & bit
      if (waits) changed.push(id)
      purposes[id] = refused & bit ? 'denied' : granted & bit && !waits ? 'granted' : 'unknown'
      decided &&= ((granted | refused) & bit) !== 0 && !waits
    }
    const from = gate?.subject_ ?? 0
    return {
      decided,
      changed,
      purposes,
      regime: gate?.name_(List.regimes, gate.half_(gate.facts_ + at.FACTS_REGIME)) ?? '',
      gpc: this.signals_[0]!,
      model: gate?.bytes_[gate.facts_ + at.FACTS_MODEL] === Model.opt_out ? 'opt-out' : 'opt-in',
      time: present ? gate!.word_(from + at.SUBJECT_CONSENT_TIME) + (gate!.word_(from + at.SUBJECT_CONSENT_TIME + 4) | 0) * 2 ** 32 : 0,
      policyVersion: gate?.name_(List.version, 0) ?? '',
      refused: gate?.refused_() ?? [],
      specific,
      reload: this.reload_,
      kept: this.kept_,
      residue: [...this.residue_, ...this.stored_],
    }
  }

  /**
   * Records a choice: purposes and vendors not named keep what they have; null ends every refusal of a vendor. specific: chosen one by one,
   * knowing of an opt-out signal.
   */
  choose_(choice: (id: string) => boolean | undefined, specific: boolean, vendors: Record<string, boolean> | null = {}): void {
    const { gate_: gate } = this
    if (!gate) return
    let [named, granted] = [0, 0]
    const partners: [number, boolean][] = vendors ? [] : [[at.NO_INDEX, true]]
    for (const id in vendors) {
      const vendor = gate.index_(List.vendors, id)
      if (vendor !== at.NO_INDEX) partners[partners.length] = [vendor, vendors[id] === true]
    }
    for (const [id, bit] of this.purposes_()) {
      const wanted = choice(id)
      if (wanted !== undefined) named |= bit
      if (wanted) granted |= bit
    }
    if (!named && !partners[0]) return // nothing that the policy knows: no choice
    this.tick_()
    gate.choose_(named, granted, specific)
    for (const [vendor, allowed] of partners) gate.chooseVendor_(vendor, allowed)
    const line = gate.writeConsent_(location.protocol === 'https:')
    if (line) writeCookie(line)
    // What the browser kept is what counts for the next page; this one goes on with the choice as it was made.
    this.seen_ = FIRST.exec(line)![0]
    this.kept_ = !!line && readCookies().includes(this.seen_)
    this.damaged_ = false
    this.listen_()
    this.channel_?.postMessage(this.seen_)
    this.tell_()
  }

  onChange_(listener: (state: State) => void): () => void {
    this.listeners_.add(listener)
    return () => this.listeners_.delete(listener)
  }

  tell_(): void {
    const state = this.state_()
    for (const listener of this.listeners_) {
      try {
        listener(state)
      } catch (error) {
        reportError(error)
      }
    }
    announce('change', state)
  }

  /** The consent cookie's value as last read or written here. */
  get record_(): string {
    return this.seen_.replace(/^[^=]*=/, '')
  }

  /** Copies of the consent cookie that would stand beside a new one. */
  get copies_(): boolean {
    return this.damaged_ || this.seen_.includes(';')
  }

  /** Whether a cookie or key may stay: asked as if it were written now, for the session. */
  mayStay_(api: StorageApi, name: string): boolean {
    this.tick_()
    return this.gate_?.decide_(Kind.web_storage, api, api === StorageApi.cookie ? lineOf(name) : name) === Outcome.allow
  }
}

/** Tells the page: metrofaxconsent:<name> on document. */
export function announce(name: string, detail: unknown): void {
  dispatch(document, new CustomEvent('metrofaxconsent:' + name, { detail }))
}
