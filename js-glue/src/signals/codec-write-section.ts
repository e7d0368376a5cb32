// Sections of bits into the memory of codecs.wasm, as drafts (core/signals/complete.h): the twin of core/signals/value_reader.cpp. What a
// value leaves to us is completed in the core.
import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'
import * as at from '../gen/codecs.js'
import { CANADA, type Item, type Table } from './codec-table.js'
import { CURRENT, IdWriter, PLAIN } from './codec-write-ids.js'

export const TWO_32 = 2 ** 32
const MOST_RESTRICTIONS = 256
const CUSTOM_BITS = 63

export class SectionWriter extends IdWriter {
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
    if (kinds.length > MOST_RESTRICTIONS) this.refuse_(ErrorCode.signal_too_large)
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

  // ---- all of it

  /** The address of the draft. */
  protected section_(value: unknown, shape: Table): number {
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
}
