// Values into the memory of codecs.wasm, to be written: the twin of core/signals/value_reader.cpp and string_values.cpp, held equal by
// tests/parity, errors and their places included. What a value leaves to us is completed in the core (complete.cpp).
import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'
import * as at from '../gen/codecs.js'
import type { CodecMemory } from './codec-memory.js'
import { CANADA, TCF_EU, USP, idOf, table, type Item, type Table } from './codec-table.js'
import { ValueWalk } from './codec-walk.js'
import { BadRange, IdSet, eachRange } from './ids.js'

const TWO_32 = 2 ** 32
const MOST_SECTIONS = 256
const MOST_RESTRICTIONS = 4095
const CUSTOM_BITS = 63
/** core/signals/ids.h, IdCoding. */
const LEGACY = 0
const CURRENT = 1
const SPEC = 2
const PLAIN = 3

export class ValueWriter extends ValueWalk {
  constructor(
    private readonly m_: CodecMemory,
    private readonly strict_: boolean,
    sorted: boolean,
  ) {
    super(sorted)
    m_.reset_()
  }

  private take_(bytes: number): number {
    return this.m_.take_(bytes) || this.refuse_(ErrorCode.signal_too_large)
  }

  /** Puts a text beside everything else, and where it is into a span. */
  private put_(span: number, value: string): void {
    const { from, length } = this.m_.write_(value)
    if (length > at.INPUT_BYTES) this.refuse_(ErrorCode.signal_too_large)
    this.m_.putSpan_(span, from, length)
  }

  // ---- ids

  private eachRun_(value: unknown, visit: (first: number, last: number) => void): void {
    if (value instanceof IdSet) value.eachRun(visit)
    else if (Array.isArray(value)) {
      this.entries_(value, (one) => {
        const id = this.number_(one, 0xffff) || this.refuse_(ErrorCode.signal_bad_range)
        visit(id, id)
      })
    } else {
      const text = this.text_(value)
      try {
        eachRange(text, visit)
      } catch (error) {
        if (error instanceof BadRange) this.refuse_(ErrorCode.signal_bad_range)
        throw error
      }
    }
  }

  /** Runs into the input, the first id and the last in a word. */
  private runs_(span: number, value: unknown): void {
    const list: number[] = []
    this.eachRun_(value, (first, last) => { list.push(first | (last << 16)) })
    const from = this.take_(4 * list.length)
    this.m_.words_.set(list, from >>> 2)
    this.m_.putSpan_(span, from, list.length)
  }

  private set_(set: number, value: unknown, canada: boolean): void {
    this.m_.bytes_[set + at.SET_CODING] = canada ? CURRENT : LEGACY
    const words = value instanceof IdSet ? value.words : null
    if (!words) return this.runs_(set + at.SET_RUNS, value)
    if (words.length > 2048) this.refuse_(ErrorCode.signal_bad_range)
    const from = this.take_(4 * words.length + 4)
    this.m_.words_.set(words, from >>> 2)
    this.m_.putSpan_(set, from, words.length)
  }

  private setForm_(set: number, value: unknown, restriction: boolean): void {
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
  private mask_(address: number, value: unknown, bits: number): void {
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

  // ---- fields

  private letters_(value: unknown): number {
    const text = this.text_(value)
    if (text.length !== 2) this.refuse_(ErrorCode.signal_bad_value)
    let letters = 0
    for (const character of text) {
      const code = character.charCodeAt(0)
      const small = code >= 97 && code <= 122
      // Lenient writes again what a writer wrote that did not capitalise, and something else for what was no letter.
      const none = code === 63 && !this.strict_
      if (!small && !none && (code < 65 || code > 90)) this.refuse_(ErrorCode.signal_bad_value)
      letters = (letters << 6) | (none ? 63 : small && this.strict_ ? code - 97 : code - 65)
    }
    return letters
  }

  private list_(draft: number, address: number, value: unknown, item: Item): void {
    let all = 0
    let count = 0
    this.entries_(value, (entry) => {
      if (count++ === item.count) this.refuse_(ErrorCode.signal_bad_value)
      all = all * 4 + this.number_(entry, this.strict_ ? 2 : 3)
    })
    this.m_.bytes_[draft + at.DRAFT_ENTRIES + item.index] = count
    this.m_.put_(address, all)
  }

  private restrictions_(draft: number, value: unknown, canada: boolean): void {
    const { m_: m } = this
    const list = this.take_(at.RESTRICTION_BYTES * Math.min(MOST_RESTRICTIONS, Array.isArray(value) ? value.length : 0))
    this.entries_(value, (entry, index) => {
      if (index === MOST_RESTRICTIONS) this.refuse_(ErrorCode.signal_too_large)
      const one = list + index * at.RESTRICTION_BYTES
      const vendors = one + at.RESTRICTION_VENDORS
      m.bytes_[vendors + at.SET_CODING] = canada ? CURRENT : PLAIN
      this.members_(entry, (name, member) => {
        if (name === 'purposeId') m.bytes_[one] = this.number_(member, 63)
        else if (name === 'type' || name === 'restrictionType') m.bytes_[one + 1] = this.number_(member, this.strict_ ? 2 : 3)
        else if (name === 'vendors') this.runs_(vendors + at.SET_RUNS, member)
        else if (name === 'form') this.setForm_(vendors, member, true)
        else this.refuse_(ErrorCode.unknown_key)
      })
      if (m.bytes_[one] === 0 && this.strict_) this.refuse_(ErrorCode.signal_bad_value)
    })
    m.putSpan_(draft + at.SECTION_RESTRICTIONS, list, (value as unknown[]).length)
  }

  private item_(draft: number, shape: Table, item: Item, value: unknown): void {
    const { m_: m } = this
    const address = draft + at.SECTION_VALUES + 8 * item.index
    const canada = shape.id === CANADA
    switch (item.type) {
      case 'letters':
        m.put_(address, this.letters_(value))
        break
      case 'boolean':
        m.put_(address, this.boolean_(value) ? 1 : 0)
        break
      case 'bitfield':
        this.mask_(address, value, item.bits)
        break
      case 'customs':
        this.mask_(address, value, CUSTOM_BITS) // moved to its place when NumCustomPurposes is known
        break
      case 'ids': {
        const set = m.word_(draft + at.DRAFT_SETS)
        m.put_(address, set)
        m.put_(draft + at.DRAFT_SETS, set + 1)
        this.set_(draft + at.SECTION_SETS + set * at.SET_BYTES, value, canada)
        break
      }
      case 'restrictions':
        this.restrictions_(draft, value, canada)
        break
      case 'number':
      case 'choice':
        if (item.count > 1) this.list_(draft, address, value, item)
        else {
          const number = this.number_(value, item.type === 'choice' ? (this.strict_ ? 2 : 3) : 2 ** item.bits - 1)
          m.putSpan_(address, number % TWO_32, Math.floor(number / TWO_32))
        }
    }
    m.put_(draft + at.DRAFT_SEEN, m.word_(draft + at.DRAFT_SEEN) | (1 << item.index))
    m.bytes_[draft + at.SECTION_PRESENT]! |= 1 << item.segment
  }

  // ---- form

  private order_(draft: number, shape: Table, value: unknown): void {
    const { m_: m } = this
    const list = this.take_(at.KEPT_BYTES * (Array.isArray(value) ? value.length : 0))
    this.entries_(value, (entry, index) => {
      const one = list + index * at.KEPT_BYTES
      const text = this.text_(entry)
      const segment = text.startsWith('.') ? at.RAW_SEGMENT : shape.segments.findIndex(({ name }) => name === text)
      if (segment < 0) this.refuse_(ErrorCode.signal_bad_value)
      m.bytes_[one] = segment
      if (segment === at.RAW_SEGMENT) this.put_(one + at.KEPT_RAW, text.slice(1))
    })
    m.putSpan_(draft + at.SECTION_ORDER, list, (value as unknown[]).length)
  }

  private lengths_(draft: number, value: unknown): void {
    const list = this.take_(4 * (Array.isArray(value) ? value.length : 0))
    this.entries_(value, (entry, index) => { this.m_.put_(list + 4 * index, this.number_(entry, at.MAX_TEXT)) })
    this.m_.putSpan_(draft + at.DRAFT_LENGTHS, list, (value as unknown[]).length)
  }

  /** `5:0,11:2`: purpose and type of each restriction in the string's order. */
  private kinds_(draft: number, value: unknown): void {
    const text = this.text_(value)
    const kinds = text === '' ? [] : text.split(',')
    if (kinds.length > MOST_RESTRICTIONS) this.refuse_(ErrorCode.signal_bad_value)
    const list = this.take_(2 * kinds.length)
    kinds.forEach((kind, i) => {
      const [, purpose = '', type = ''] = /^(\d+):(\d+)$/.exec(kind) ?? this.refuse_(ErrorCode.signal_bad_value)
      if (Number(purpose) > 63 || Number(type) > 3) this.refuse_(ErrorCode.signal_bad_value)
      this.m_.bytes_[list + 2 * i] = Number(purpose)
      this.m_.bytes_[list + 2 * i + 1] = Number(type)
    })
    this.m_.putSpan_(draft + at.DRAFT_KINDS, list, kinds.length)
    this.m_.bytes_[draft + at.DRAFT_HAS_KINDS] = 1
  }

  private form_(draft: number, shape: Table, value: unknown): void {
    const { m_: m } = this
    this.members_(value, (name, one) => {
      if (name === 'segments') this.order_(draft, shape, one)
      else if (name === 'characters') this.lengths_(draft, one)
      else if (name === 'restrictions') this.kinds_(draft, one)
      else if (name === 'layout') m.bytes_[draft + at.DRAFT_FIRST_LAYOUT] = this.number_(one, 1)
      else {
        const item = shape.byName.get(name)
        if (item?.type !== 'ids') this.refuse_(ErrorCode.unknown_key)
        const there = (m.word_(draft + at.DRAFT_SEEN) >>> item.index) & 1
        const set = there ? draft + at.SECTION_SETS + m.word_(draft + at.SECTION_VALUES + 8 * item.index) * at.SET_BYTES : this.take_(at.SET_BYTES)
        this.setForm_(set, one, false)
      }
    })
  }

  // ---- values

  private section_(value: unknown, shape: Table): number {
    const { m_: m } = this
    const draft = this.take_(at.DRAFT_BYTES)
    m.bytes_[draft + at.DRAFT_ID] = shape.id
    m.bytes_[draft + at.DRAFT_INCLUDED] = 1
    const late: { form?: unknown } = {}
    this.members_(value, (name, one) => {
      if (name === 'form' && one !== null) late.form = one
      else if (name !== '' && name === shape.included) m.bytes_[draft + at.DRAFT_INCLUDED] = this.boolean_(one) ? 1 : 0
      else if (shape.tcf && name === 'publisherTC') this.publisher_(draft, shape, one)
      else {
        const item = shape.byName.get(name) ?? this.refuse_(ErrorCode.unknown_key)
        if (one !== null) this.item_(draft, shape, item, one)
      }
    })
    if (late.form !== undefined) {
      this.place_.push('form')
      this.form_(draft, shape, late.form)
      this.place_.pop()
    }
    return draft
  }

  private publisher_(draft: number, shape: Table, value: unknown): void {
    if (value === null) return
    const segment = shape.segments.findIndex(({ name }) => name === 'publisherTC')
    this.m_.bytes_[draft + at.SECTION_PRESENT]! |= 1 << segment
    this.members_(value, (name, one) => {
      const item = shape.segments[segment]!.items.find((candidate) => candidate.name === name)
      this.item_(draft, shape, item ?? this.refuse_(ErrorCode.unknown_key), one)
    })
  }

  tcf(value: unknown): void {
    this.m_.put_(this.m_.board_ + at.BOARD_SECTION, this.section_(value, table(TCF_EU, true)!))
  }

  /** A US Privacy String, which needs no module to be put together. */
  usp(value: unknown): string {
    const letters: Record<string, string> = {}
    let left = 4
    this.members_(value, (name, one) => {
      left -= 1
      if (name === 'Version') {
        if (this.number_(one, Number.MAX_SAFE_INTEGER) !== 1) this.refuse_(ErrorCode.signal_bad_version)
      } else if (/^(?:Notice|OptOutSale|LspaCovered)$/.test(name)) {
        letters[name] = this.text_(one)
        if (!/^[YN-]$/.test(letters[name])) this.refuse_(ErrorCode.signal_bad_value)
      } else this.refuse_(ErrorCode.unknown_key)
    })
    if (left > 0) this.refuse_(ErrorCode.missing_key)
    return `1${letters['Notice']!}${letters['OptOutSale']!}${letters['LspaCovered']!}`
  }

  private gppSection_(one: number, id: number, value: unknown): void {
    const { m_: m } = this
    if (typeof value === 'string') {
      const text = this.text_(value)
      // As it stands; whether it says what its section should is not looked at, only that it stays one section.
      if (!/^[ -}]+$/.test(text)) this.refuse_(ErrorCode.signal_bad_value)
      this.put_(one + at.GPP_TEXT, text)
    } else if (id === USP) this.put_(one + at.GPP_TEXT, this.usp(value))
    else m.put_(one + at.GPP_SECTION, this.section_(value, table(id) ?? this.refuse_(ErrorCode.wrong_type)))
  }

  /** What the value calls its sections, in the order of their ids. */
  gpp(value: unknown): string[] {
    const { m_: m } = this
    const { board_: board } = m
    let listed: number[] | null = null
    const given: { id: number; name: string; at: number }[] = []
    m.putSpan_(board + at.BOARD_HEADER, 0, 0)
    m.bytes_[board + at.BOARD_BARE] = 0
    this.members_(value, (key, member) => {
      if (key === 'sectionIds') {
        listed = []
        this.entries_(member, (id, index) => {
          if (index === MOST_SECTIONS) this.refuse_(ErrorCode.signal_bad_value)
          listed!.push(this.number_(id, 0xffff))
        })
      } else if (key === 'form') {
        this.members_(member, (name, one) => {
          if (name !== 'header') this.refuse_(ErrorCode.unknown_key)
          const header = this.text_(one)
          this.put_(board + at.BOARD_HEADER, header)
          m.bytes_[board + at.BOARD_BARE] = header === '' ? 1 : 0
        })
      } else if (key === 'sections') {
        this.members_(member, (name, one) => {
          const id = idOf(name)
          if (id === 0 || given.length === MOST_SECTIONS) this.refuse_(ErrorCode.unknown_key)
          const from = this.take_(at.GPP_BYTES)
          m.bytes_[from] = id & 0xff
          m.bytes_[from + 1] = id >>> 8
          this.gppSection_(from, id, one)
          given.push({ id, name, at: from })
        })
      } else this.refuse_(ErrorCode.unknown_key)
    })
    given.sort((a, b) => a.id - b.id)
    const ids = listed as number[] | null
    if (ids && (ids.length !== given.length || given.some(({ id }, i) => id !== ids[i]))) this.refuse_(ErrorCode.signal_section_count)
    const list = this.take_(at.GPP_BYTES * given.length)
    given.forEach((one, i) => m.bytes_.copyWithin(list + i * at.GPP_BYTES, one.at, one.at + at.GPP_BYTES))
    m.putSpan_(board + at.BOARD_SECTIONS, list, given.length)
    return given.map(({ name }) => name)
  }

  private numbers_(span: number, value: unknown): number {
    const list = this.take_(4 * (Array.isArray(value) ? value.length : 0))
    this.entries_(value, (entry, index) => {
      this.m_.put_(list + 4 * index, this.number_(entry, TWO_32 - 1) || this.refuse_(ErrorCode.signal_bad_value))
    })
    this.m_.putSpan_(span, list, (value as unknown[]).length)
    return (value as unknown[]).length
  }

  ac(value: unknown): void {
    const { m_: m } = this
    const { board_: board } = m
    let [version, consented, disclosed] = [0, -1, -1]
    m.putSpan_(board + at.BOARD_DISCLOSED, 0, 0)
    this.members_(value, (name, one) => {
      if (name === 'version') {
        version = this.number_(one, Number.MAX_SAFE_INTEGER)
        if (version !== 1 && version !== 2) this.refuse_(ErrorCode.signal_bad_version)
      } else if (name === 'consented') {
        consented = this.numbers_(board + at.BOARD_CONSENTED, one)
      } else if (name !== 'disclosed') this.refuse_(ErrorCode.unknown_key)
      else if (one !== null) disclosed = this.numbers_(board + at.BOARD_DISCLOSED, one)
    })
    if (version === 0 || consented < 0 || (version === 2 && disclosed < 0)) this.refuse_(ErrorCode.missing_key)
    if (version === 1 && disclosed > 0) this.refuse_(ErrorCode.signal_bad_value)
    m.bytes_[board + at.BOARD_AC_VERSION] = version
  }
}
