// Values into the memory of codecs.wasm, to be written, whole strings: the twin of core/signals/string_values.cpp. It and what it is made
// of are held equal to the core by tests/parity and tests/wasm/signals-twin.test.mjs, errors and their places included. The core's own
// reader takes JSON: with it codecs.wasm, which has four bytes left of its 8,500, would not keep its budget, and every set of ids would
// have to become text to be written. What decides (complete(), write_section()) is the core's either way.
import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'
import * as at from '../gen/codecs.js'
import { TCF_EU, USP, idOf, table } from './codec-table.js'
import { SectionWriter, TWO_32 } from './codec-write-section.js'

const MOST_SECTIONS = 256

export class ValueWriter extends SectionWriter {
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
