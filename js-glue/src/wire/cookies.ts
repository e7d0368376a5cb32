// Typed calls into cookies.wasm. Copies bytes; holds no rule.
import * as at from '../gen/layout.js'
import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'

/** What cookies.wasm exports (wasm/cookies-exports.txt). */
export interface CookiesExports {
  memory: WebAssembly.Memory
  text_at(): number
  question_at(): number
  answer_at(): number
  pairs_at(): number
  out_at(): number
  policy_at(): number
  open_policy(length: number): number
  check_page(): number
  parse_line(): number
  accept_line(): number
  classify_line(): number
  read_date(): number
  read_header(from: number): number
  serialize_line(): number
  store_clear(): void
  store_set(): number
  store_get(): number
  sweep_plan(): number
  sweep_write(n: number, by: number): number
}

/** The page or response of a question: its URL, and what only the caller knows of it. */
export interface CookiePage {
  url: string
  site: number
  publicSuffix: string
  partition: string
}

/** Everything in a question that is not text; see CookieQuestion in wasm/cookies_wire.h. */
export interface Asked {
  profile?: number
  api?: number
  now?: number | bigint
}

/** A cookie to be written; texts may be empty, `expires` in unix seconds. */
export interface CookieParts {
  name: string
  value: string
  domain: string
  path: string
  maxAge: string
  expires: bigint | null
  secure: boolean
  httpOnly: boolean
  partitioned: boolean
  sameSite: number
}

/** One cookie of a header; `pattern` is the row of its declaration in the open policy, -1 if nobody declared it. */
export interface HeaderCookie {
  name: string
  value: string
  pattern: number
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** One instance of cookies.wasm. A text that does not fit is an error too_long, as everywhere. */
export class Cookies {
  private readonly bytes_: Uint8Array
  private readonly view_: DataView
  private readonly text_: Uint8Array
  private readonly question_: number
  private readonly answer_: number
  private readonly out_: number
  private readonly pairs_: number
  private readonly words_: Uint32Array
  private readonly start_: number
  private plain_: string | null = null
  private scanned_ = 0

  constructor(readonly x_: CookiesExports) {
    const { buffer } = x_.memory
    this.bytes_ = new Uint8Array(buffer)
    this.view_ = new DataView(buffer)
    this.text_ = this.bytes_.subarray(x_.text_at(), x_.text_at() + at.COOKIE_TEXT_BYTES)
    this.question_ = x_.question_at()
    this.answer_ = x_.answer_at()
    this.out_ = x_.out_at()
    this.pairs_ = x_.pairs_at()
    this.words_ = new Uint32Array(buffer)
    this.start_ = x_.text_at()
  }

  /** Opens the policy by whose declarations headers are read. 0, or the ErrorCode for which it was refused. */
  open_(policy: Uint8Array): number {
    if (policy.length > at.POLICY_BYTES) return ErrorCode.too_long
    this.bytes_.set(policy, this.x_.policy_at())
    return this.x_.open_policy(policy.length)
  }

  /** Puts the texts of a question into place; false where they do not fit. */
  ask_(texts: readonly string[], { profile = 0, api = 0, now = 0 }: Asked = {}, site = 0): boolean {
    const { view_: view, question_: from } = this
    this.bytes_.fill(0, from, from + at.QUESTION_BYTES)
    let length = 0
    for (const [i, text] of texts.entries()) {
      const { read, written } = encoder.encodeInto(text, this.text_.subarray(length))
      if (read < text.length) return false
      length += written
      view.setUint32(from + at.QUESTION_LINE + 4 * i, written, true)
    }
    view.setUint8(from + at.QUESTION_PROFILE, profile)
    view.setUint8(from + at.QUESTION_API, api)
    view.setUint8(from + at.QUESTION_SITE, site)
    view.setBigInt64(from + at.QUESTION_NOW, BigInt(now), true)
    return true
  }

  /** As ask_, with a page. */
  askOn_(line: string, page: CookiePage, asked: Asked): boolean {
    return this.ask_([line, page.url, page.publicSuffix, page.partition], asked, page.site)
  }

  /** A cookie to be written. */
  askParts_(parts: CookieParts, profile: number): boolean {
    const { name, value, domain, path, maxAge, expires } = parts
    if (!this.ask_([name, value, domain, path, maxAge], { profile, now: expires ?? 0 })) return false
    const { view_: view, question_: from } = this
    view.setUint8(from + at.QUESTION_HAS_EXPIRES, expires === null ? 0 : 1)
    view.setUint8(from + at.QUESTION_SECURE, parts.secure ? 1 : 0)
    view.setUint8(from + at.QUESTION_HTTP_ONLY, parts.httpOnly ? 1 : 0)
    view.setUint8(from + at.QUESTION_PARTITIONED, parts.partitioned ? 1 : 0)
    view.setUint8(from + at.QUESTION_SAME_SITE, parts.sameSite)
    return true
  }

  /** A text of the answer (ANSWER_NAME, …); null where it is absent. */
  text_of_(member: number): string | null {
    return this.textAt_(this.answer_ + member)
  }

  byte_(member: number): number {
    return this.bytes_[this.answer_ + member]!
  }

  flag_(member: number): boolean {
    return this.byte_(member) !== 0
  }

  time_(member: number): number {
    return Number(this.view_.getBigInt64(this.answer_ + member, true))
  }

  /** The error of the last question, 0 if there is none, and where. */
  error_(): [code: ErrorCode, offset: number] {
    const { view_: view, answer_: from } = this
    return [view.getUint32(from + at.ANSWER_ERROR, true), view.getUint32(from + at.ANSWER_OFFSET, true)]
  }

  /** The first `length` bytes that the last call wrote. */
  written_(length: number): string {
    return decoder.decode(this.bytes_.subarray(this.out_, this.out_ + length))
  }

  /**
   * Puts a Cookie header (or document.cookie) into place and takes its first cookies apart, at most as many as one call
   * answers: how many, -1 where it does not fit. name_(i), value_(i) and pattern_(i) then tell of them, until the next
   * question: text is made only of what somebody looks at.
   */
  scan_(header: string): number {
    const { read, written } = encoder.encodeInto(header, this.text_)
    if (read < header.length) return -1
    this.words_[(this.question_ + at.QUESTION_LINE) >>> 2] = written
    // Where every character is a byte, places in the buffer are places in the text, and nothing is decoded.
    this.plain_ = written === header.length ? header : null
    this.scanned_ = written
    return this.x_.read_header(0)
  }

  /** The name of the i-th cookie of the last scan; '' of a nameless one. */
  name_(i: number): string {
    return this.part_(this.pairs_ + i * at.PAIR_BYTES + at.PAIR_NAME)
  }

  value_(i: number): string {
    return this.part_(this.pairs_ + i * at.PAIR_BYTES + at.PAIR_VALUE)
  }

  /** The row of its declaration in the open policy, -1 if nobody declared it. */
  pattern_(i: number): number {
    return this.words_[(this.pairs_ + i * at.PAIR_BYTES + at.PAIR_PATTERN) >>> 2]! - 1
  }

  private part_(wire: number): string {
    const { words_: words, plain_: plain } = this
    const from = words[wire >>> 2]!
    const length = words[(wire >>> 2) + 1]!
    if (plain !== null) return plain.substring(from - this.start_, from - this.start_ + length)
    return decoder.decode(this.bytes_.subarray(from, from + length))
  }

  /** Goes on where the last scan stopped: how many more there are now, 0 at the end. */
  more_(): number {
    const next = this.words_[(this.answer_ + at.ANSWER_OFFSET) >>> 2]!
    return next < this.scanned_ ? this.x_.read_header(next) : 0
  }

  /** All cookies of a header, in its order; null where it does not fit. */
  header_(header: string): HeaderCookie[] | null {
    let count = this.scan_(header)
    if (count < 0) return null
    const found: HeaderCookie[] = []
    for (; count > 0; count = this.more_()) {
      for (let i = 0; i < count; ++i) found.push({ name: this.name_(i), value: this.value_(i), pattern: this.pattern_(i) })
    }
    return found
  }

  private textAt_(wire: number): string | null {
    const from = this.view_.getUint32(wire, true)
    return from === at.ABSENT ? null : decoder.decode(this.bytes_.subarray(from, from + this.view_.getUint32(wire + 4, true)))
  }
}
