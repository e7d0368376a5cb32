// Typed calls into gate.wasm. Copies bytes; holds no rule.
import * as at from '../gen/layout.js'
import { Kind } from '../gen/metrofax/consent/fb/kind.js'
import { Mode } from '../gen/metrofax/consent/fb/mode.js'
import { Outcome } from '../gen/metrofax/consent/fb/outcome.js'
import { Reason } from '../gen/metrofax/consent/fb/reason.js'
import { cut, decode, encodeInto, pattern, unitAt } from './intact.js'

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
  choose(named: number, wanted: number, oneByOne: number): void
  choose_vendor(vendor: number, how: number): number
  write_consent(secure: number): number
  sweep(length: number): number
  write_sources(): number
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

const { Uint8Array, Uint16Array, Uint32Array } = globalThis

/** UTF-16 units up to which a text is copied here, which is quicker than to have it encoded; most URLs are that short. */
const SHORT = 200

/** Of a URL that is too long to be read: what decides, from its first character above a space to its first '?' or '#'. */
const HEAD = pattern(/^[\0- ]*([^?#]*)/)

/** One instance of gate.wasm with one policy and one subject. Methods never throw on any text. */
export class Gate {
  protected readonly x_: GateExports
  /** The module's memory, by units of 1, 2 and 4 bytes: wasm and every platform with a browser are little-endian. */
  readonly bytes_: Uint8Array
  readonly halves_: Uint16Array
  readonly words_: Uint32Array
  protected readonly text_: number
  private readonly textBytes_: Uint8Array
  private readonly verdict_: number
  private readonly names_: (string | undefined)[][] = []
  private status_ = 0
  /** Offsets of SUBJECT_* count from here, in bytes. */
  readonly subject_: number
  readonly request_: number
  readonly facts_: number

  /** Opens `policy`. Without one that opens, every verdict is a deny with reason policy_missing. */
  constructor(exports: GateExports, policy: Uint8Array) {
    this.x_ = exports
    const { buffer } = exports.memory
    this.bytes_ = new Uint8Array(buffer)
    this.halves_ = new Uint16Array(buffer)
    this.words_ = new Uint32Array(buffer)
    this.text_ = exports.text_at()
    this.textBytes_ = this.piece_(this.text_, at.TEXT_BYTES)
    this.verdict_ = exports.verdict_at()
    this.subject_ = exports.subject_at()
    this.request_ = exports.request_at()
    this.facts_ = exports.facts_at()
    if (policy.length <= at.POLICY_BYTES) this.bytes_.set(policy, exports.policy_at())
    this.policyStatus_ = exports.open_policy(policy.length)
  }

  /** Of the module's memory: the two bytes, the four bytes at an address, and a piece of it. */
  half_(address: number): number {
    return this.halves_[address >>> 1]!
  }
  word_(address: number): number {
    return this.words_[address >>> 2]!
  }
  private piece_(from: number, length?: number): Uint8Array {
    return new Uint8Array(this.bytes_.buffer, from, length)
  }

  /** 0, or the ErrorCode for which the policy was refused. */
  readonly policyStatus_: number

  /** Copies at most `most` UTF-16 units of text to `to`, where there is room for all of them; the bytes written. */
  protected put_(text: string, to: number, most: number): number {
    const { length } = text
    if (length < SHORT) {
      const { bytes_: bytes } = this
      let unit
      for (let i = 0; ; ++i) {
        if (i === length) return length
        if ((unit = unitAt(text, i)) > 127) break
        bytes[to + i] = unit
      }
    }
    return encodeInto(cut(text, most), to === this.text_ ? this.textBytes_ : this.piece_(to)).written
  }

  /**
   * Copies a URL. Of a long one only what decides, and at most one unit more than the core reads. The core, which alone
   * knows the limit, calls that too long.
   */
  private putUrl_(url: string, to: number): number {
    return this.put_(url.length > at.MAX_URL_UNITS ? HEAD.exec(url)![1]! : url, to, at.MAX_URL_UNITS)
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
    const { bytes_: bytes, verdict_: from } = this
    if (this.status_) return denied(Reason.request_invalid, 'request_invalid')
    const reasonCode = this.half_(from + at.VERDICT_REASON)
    const mode = bytes[from + at.VERDICT_MODE]!
    const purpose = bytes[from + at.VERDICT_PURPOSE]!
    return {
      outcome: OUTCOMES[bytes[from + at.VERDICT_OUTCOME]!]!,
      mode: MODES[mode]!,
      reason: at.REASONS[reasonCode] ?? '',
      reasonCode,
      clause: this.name_(List.clauses, this.half_(from + at.VERDICT_CLAUSE)),
      purpose: purpose === 255 ? null : this.name_(List.purposes, purpose),
      vendor: this.name_(List.vendors, this.half_(from + at.VERDICT_VENDOR)),
      retention: mode === Mode.off ? null : this.word_(from + at.VERDICT_RETENTION),
    }
  }

  /** Of the last answer: the number of the purpose it is about; 255 none. */
  purpose_(): number {
    return this.bytes_[this.verdict_ + at.VERDICT_PURPOSE]!
  }

  /** Of the last answer about a cookie: the Max-Age in seconds that it is shortened to, 0 for the session; -1 if it is not. */
  maxAge_(): number {
    const shortened = !this.status_ && this.bytes_[this.verdict_ + at.VERDICT_OUTCOME] === Outcome.strip
    return shortened ? this.word_(this.verdict_ + at.VERDICT_RETENTION) : -1
  }

  /** Of the last answer: seconds for which what it is about may be kept; Infinity where nothing is recorded of anybody. */
  retention_(): number {
    return this.bytes_[this.verdict_ + at.VERDICT_MODE] ? this.word_(this.verdict_ + at.VERDICT_RETENTION) : Infinity
  }

  protected take_(length: number, from = this.text_): string {
    return decode(this.piece_(from, length))
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

  /**
   * Puts choices made now on top of the subject's consent: bits of the purposes chosen, and of those granted. oneByOne: the visitor
   * looked at each of them, which is what may answer an opt-out signal (W2).
   */
  choose_(named: number, wanted: number, oneByOne = false): void {
    this.x_.choose(named, wanted, oneByOne ? 1 : 0)
  }

  /** Puts a choice about one vendor on top of the subject's consent; NO_INDEX, allowed: ends every refusal of that kind. */
  chooseVendor_(vendor: number, allowed: boolean): void {
    this.x_.choose_vendor(vendor, allowed ? 1 : 0)
  }

  /** Ids of the vendors that the subject's consent refuses one by one. */
  refused_(): string[] {
    const found: string[] = []
    for (let i = 1, id; (id = this.name_(List.vendors, i)); ++i) if (this.x_.choose_vendor(i, 2)) found.push(id)
    return found
  }

  /** The subject's consent as cookie text, '' if it cannot be written. */
  writeConsent_(secure: boolean): string {
    return this.take_(this.x_.write_consent(secure ? 1 : 0))
  }

  /**
   * What a policy of the page (CSP) admits, a line each: '+' what may be reached now, '?' what a choice in this page could release,
   * and the host source behind it; '-' alone where a choice would open more in the next page. Null where they are too many to be told.
   */
  sources_(): string | null {
    const length = this.x_.write_sources() >>> 0
    return length <= at.TEXT_BYTES ? this.take_(length) : null
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
