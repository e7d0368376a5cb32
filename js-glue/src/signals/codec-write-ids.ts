// Ids of a value into the memory of codecs.wasm: sets as bits or as runs, masks of purposes.
import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'
import * as at from '../gen/codecs.js'
import type { CodecMemory } from './codec-memory.js'
import { ValueWalk } from './codec-walk.js'
import { BadRange, IdRuns, IdSet, eachRange } from './ids.js'

/** core/signals/ids.h, IdCoding. */
export const LEGACY = 0
export const CURRENT = 1
const SPEC = 2
export const PLAIN = 3

export class IdWriter extends ValueWalk {
  constructor(
    protected readonly m_: CodecMemory,
    protected readonly strict_: boolean,
    sorted: boolean,
  ) {
    super(sorted)
    m_.reset_()
  }

  protected take_(bytes: number): number {
    return this.m_.take_(bytes) || this.refuse_(ErrorCode.signal_too_large)
  }

  /** Puts a text beside everything else, and where it is into a span. */
  protected put_(span: number, value: string): void {
    const { from, length } = this.m_.write_(value)
    if (length > at.INPUT_BYTES) this.refuse_(ErrorCode.signal_too_large)
    this.m_.putSpan_(span, from, length)
  }

  private eachRun_(value: unknown, visit: (first: number, last: number) => void): void {
    if (value instanceof IdRuns) return value.eachRun(visit)
    if (typeof value !== 'string') {
      if (!Array.isArray(value)) this.refuse_(ErrorCode.wrong_type)
      return this.entries_(value, (one) => {
        const id = this.number_(one, 0xffff) || this.refuse_(ErrorCode.signal_bad_range)
        visit(id, id)
      })
    }
    try {
      eachRange(value, visit)
    } catch (error) {
      if (!(error instanceof BadRange)) throw error
      this.text_(value) // which may be wrong in another way
      this.refuse_(ErrorCode.signal_bad_range)
    }
  }

  /** Runs into the input, the first id and the last in a word. */
  protected runs_(span: number, value: unknown): void {
    const { m_: m } = this
    const { words_: words } = m
    // At least two characters a range.
    const most = typeof value === 'string' ? (value.length + 1) >>> 1 : Array.isArray(value) ? value.length : value instanceof IdRuns ? value.most : 0
    const from = this.take_(4 * most)
    let at = from >>> 2
    this.eachRun_(value, (first, last) => { words[at++] = first | (last << 16) })
    m.shorten_(from, 4 * at - from)
    m.putSpan_(span, from, at - (from >>> 2))
  }

  protected set_(set: number, value: unknown, canada: boolean): void {
    this.m_.bytes_[set + at.SET_CODING] = canada ? CURRENT : LEGACY
    const words = value instanceof IdSet ? value.words : null
    if (!words) return this.runs_(set + at.SET_RUNS, value)
    if (words.length > 2048 || (words[2047] ?? 0) & 1) this.refuse_(ErrorCode.signal_bad_range)
    const from = this.take_(4 * words.length + 4)
    this.m_.words_.set(words, from >>> 2)
    this.m_.putSpan_(set, from, words.length)
  }

  protected setForm_(set: number, value: unknown, restriction: boolean): void {
    const { m_: m } = this
    this.members_(value, (name, one) => {
      if (name === 'maxVendorId') {
        const max = this.number_(one, 0xffff)
        m.bytes_[set + at.SET_MAX] = max & 0xff
        m.bytes_[set + at.SET_MAX + 1] = max >>> 8
      } else if (name === 'ranges') this.runs_(set + at.SET_CODED, one)
      else if (name === 'encoding') {
        const form = ['bits', 'range'].indexOf(this.text_(one)) + 1 || this.refuse_(ErrorCode.signal_bad_value)
        m.bytes_[set + at.SET_FORM] = form
      } else if (name === 'coding') {
        const coding = this.text_(one)
        if (!/^[ABC]$/.test(coding)) this.refuse_(ErrorCode.signal_bad_value)
        m.bytes_[set + at.SET_CODING] = coding === 'A' ? SPEC : coding === 'C' ? CURRENT : restriction ? PLAIN : LEGACY
      } else this.refuse_(ErrorCode.unknown_key)
    })
  }

  /** @param bits the first id is the highest of them */
  protected mask_(address: number, value: unknown, bits: number): void {
    let low = 0
    let high = 0
    let highest = 0
    this.eachRun_(value, (first, last) => {
      highest = Math.max(highest, last)
      for (let id = first; id <= Math.min(last, bits); ++id) {
        const place = bits - id
        if (place < 32) low |= 1 << place
        else high |= 1 << (place - 32)
      }
    })
    if (highest > bits) this.refuse_(ErrorCode.signal_bad_value)
    this.m_.putSpan_(address, low, high)
  }
}
