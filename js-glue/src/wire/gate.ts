// Typed calls into gate.wasm. Copies bytes; holds no rule.
import * as at from '../gen/layout.js'
import { Kind } from '../gen/metrofax/consent/fb/kind.js'
import { Mode } from '../gen/metrofax/consent/fb/mode.js'
import { Outcome } from '../gen/metrofax/consent/fb/outcome.js'
import { Reason } from '../gen/metrofax/consent/fb/reason.js'
import { Tri } from '../gen/metrofax/consent/fb/tri.js'

/** What gate.wasm exports (wasm/exports.txt). */
export interface GateExports {
  memory: WebAssembly.Memory
  text_at(): number
  page_at(): number
  policy_at(): number
  subject_at(): number
  request_at(): number
  verdict_at(): number
  facts_at(): number
  open_policy(length: number): number
  set_page(length: number): number
  decide(kind: number, how: number, length: number, writerLength: number): number
  name_of(list: number, index: number): number
  index_of(list: number, length: number): number
  regime_of(countryLength: number, regionLength: number): number
  read_signal(which: number, length: number): number
  describe(): number
  read_consent(length: number): number
  choose(named: number, wanted: number): void
  write_consent(secure: number): number
  sweep(length: number): number
}

/** The lists behind name_of and index_of (wasm/wire.h, List). */
export const enum List {
  purposes,
  vendors,
  regimes,
  clauses,
  areas,
  reasons,
  version,
}

/** A verdict as JSON has it; names of clause, purpose and vendor are the policy's ids. */
export interface Verdict {
  readonly outcome: 'deny' | 'allow' | 'hold' | 'strip'
  readonly mode: 'off' | 'anonymous' | 'pseudonymous' | 'identified'
  readonly reason: string
  readonly reasonCode: number
  readonly clause: string | null
  readonly purpose: string | null
  readonly vendor: string | null
  readonly retention: number | null
}

export const OUTCOMES = ['deny', 'allow', 'hold', 'strip'] as const
export const MODES = ['off', 'anonymous', 'pseudonymous', 'identified'] as const

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** One instance of gate.wasm with one policy and one subject. Methods never throw on any text. */
export class Gate {
  protected readonly x_: GateExports
  private readonly bytes_: Uint8Array
  protected readonly text_: number
  private readonly textBytes_: Uint8Array
  private readonly verdict_: number
  private readonly names_: (string | undefined)[][] = []
  private status_ = 0
  /** Offsets of SUBJECT_* count from here, in `view`. */
  readonly subject_: number
  readonly request_: number
  readonly facts_: number
  readonly view_: DataView

  /** Opens `policy`. Without one that opens, every verdict is a deny with reason policy_missing. */
  constructor(exports: GateExports, policy: Uint8Array) {
    this.x_ = exports
    this.bytes_ = new Uint8Array(exports.memory.buffer)
    this.view_ = new DataView(exports.memory.buffer)
    this.text_ = exports.text_at()
    this.textBytes_ = this.bytes_.subarray(this.text_, this.text_ + at.TEXT_BYTES)
    this.verdict_ = exports.verdict_at()
    this.subject_ = exports.subject_at()
    this.request_ = exports.request_at()
    this.facts_ = exports.facts_at()
    if (policy.length <= at.POLICY_BYTES) this.bytes_.set(policy, exports.policy_at())
    this.policyStatus_ = exports.open_policy(policy.length)
  }

  /** 0, or the ErrorCode for which the policy was refused. */
  readonly policyStatus_: number

  /** Copies at most `most` UTF-16 units of text to `to`, where there is room for all of them; the bytes written. */
  protected put_(text: string, to: number, most: number): number {
    const into = to === this.text_ ? this.textBytes_ : this.bytes_.subarray(to)
    return encoder.encodeInto(text.length > most ? text.slice(0, most) : text, into).written
  }

  /**
   * Copies a URL. Of a long one only what decides: from its first character above a space to its first '?' or '#', at most
   * one unit more than the core reads. The core, which alone knows the limit, calls that too long.
   */
  private putUrl_(url: string, to: number): number {
    const head = url.length > at.MAX_URL_UNITS ? url.replace(/^[\0- ]+/, '').split(/[?#]/, 1)[0]! : url
    return this.put_(head, to, at.MAX_URL_UNITS)
  }

  /** The page that asks from now on. */
  setPage_(url: string): void {
    this.x_.set_page(this.putUrl_(url, this.x_.page_at()))
  }

  /**
   * Asks. how: the Initiator of a request, the StorageApi of storage. text: URL, cookie line or key. Returns the outcome;
   * verdict() tells the rest. Whatever goes wrong on the way is a deny.
   */
  decide_(kind: Kind, how: number, text: string, writer = ''): Outcome {
    const key = kind === Kind.web_storage
    const length = key ? this.put_(text, this.text_, at.MAX_KEY_UNITS) : this.putUrl_(text, this.text_)
    const more = writer ? this.putUrl_(writer, this.text_ + length) : 0
    this.status_ = this.x_.decide(kind, how, length, more)
    return this.status_ ? Outcome.deny : (this.bytes_[this.verdict_ + at.VERDICT_OUTCOME] as Outcome)
  }

  /** The whole of the last answer. */
  verdictOf_(): Verdict {
    const { view_: view, verdict_: from } = this
    if (this.status_) return denied(Reason.request_invalid, 'request_invalid')
    const reasonCode = view.getUint16(from + at.VERDICT_REASON, true)
    const mode = view.getUint8(from + at.VERDICT_MODE)
    const purpose = view.getUint8(from + at.VERDICT_PURPOSE)
    return {
      outcome: OUTCOMES[view.getUint8(from + at.VERDICT_OUTCOME)]!,
      mode: MODES[mode]!,
      reason: at.REASONS[reasonCode] ?? '',
      reasonCode,
      clause: this.name_(List.clauses, view.getUint16(from + at.VERDICT_CLAUSE, true)),
      purpose: purpose === 255 ? null : this.name_(List.purposes, purpose),
      vendor: this.name_(List.vendors, view.getUint16(from + at.VERDICT_VENDOR, true)),
      retention: mode === Mode.off ? null : view.getUint32(from + at.VERDICT_RETENTION, true),
    }
  }

  /** Of the last answer about a cookie: the Max-Age in seconds that it is shortened to, 0 for the session; -1 if it is not. */
  maxAge_(): number {
    const { view_: view, verdict_: from } = this
    const shortened = !this.status_ && view.getUint8(from + at.VERDICT_OUTCOME) === Outcome.strip
    return shortened ? view.getUint32(from + at.VERDICT_RETENTION, true) : -1
  }

  /** Of the last answer: seconds for which what it is about may be kept; Infinity where nothing is recorded of anybody. */
  retention_(): number {
    const { view_: view, verdict_: from } = this
    return view.getUint8(from + at.VERDICT_MODE) ? view.getUint32(from + at.VERDICT_RETENTION, true) : Infinity
  }

  protected take_(length: number, from = this.text_): string {
    return decoder.decode(this.bytes_.subarray(from, from + length))
  }

  /** The id at `index` of a list; null if there is none. */
  name_(list: List, index: number): string | null {
    if (index === at.NO_INDEX) return null
    const names = (this.names_[list] ??= [])
    return (names[index] ??= this.take_(this.x_.name_of(list, index))) || null
  }

  /** The index of an id in a list; NO_INDEX if the list does not have it. */
  index_(list: List, id: string): number {
    return this.x_.index_of(list, this.put_(id, this.text_, at.MAX_KEY_UNITS))
  }

  /** Fills in the facts about policy and regime (FACTS_*). */
  describe_(): boolean {
    return this.x_.describe() === 0
  }

  /** Reads the consent cookie out of document.cookie's text into the subject; true unless it is damaged. */
  readConsent_(cookies: string): boolean {
    return this.x_.read_consent(this.put_(cookies, this.text_, at.MAX_KEY_UNITS)) === 0
  }

  /** Whether a signal is on that a choice purpose by purpose may answer (W2). */
  get optedOut_(): boolean {
    return this.bytes_.subarray(this.subject_ + at.SUBJECT_GPC, this.subject_ + at.SUBJECT_UNREADABLE).includes(Tri.on)
  }

  /** Puts choices made now on top of the subject's consent: bits of the purposes chosen, and of those granted. */
  choose_(named: number, wanted: number): void {
    this.x_.choose(named, wanted)
  }

  /** The subject's consent as cookie text, '' if it cannot be written. */
  writeConsent_(secure: boolean): string {
    return this.take_(this.x_.write_consent(secure ? 1 : 0))
  }

  /** What a script of the page assigns to document.cookie to remove every cookie of this name that it can reach. */
  sweep_(name: string): string[] {
    const behind = this.put_(name, this.text_, at.MAX_KEY_UNITS)
    return this.take_(this.x_.sweep(behind), this.text_ + behind).split('\n').slice(0, -1)
  }
}

/** A verdict that denies without the gate: it could not be asked. */
export function denied(reasonCode: Reason, reason: string): Verdict {
  return {
    outcome: 'deny',
    mode: 'off',
    reason,
    reasonCode,
    clause: null,
    purpose: null,
    vendor: null,
    retention: null,
  }
}
