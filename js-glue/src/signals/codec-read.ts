// What codecs.wasm has read, out of its memory into objects: names by codec-table.ts, ids as sets that are read when asked.
import * as at from '../gen/codecs.js'
import type { CodecMemory } from './codec-memory.js'
import { CANADA, USP, prefixOf, table as tableOf, type Item, type Table } from './codec-table.js'
import { IdRuns, IdSet } from './ids.js'

/** What ids become in a value: a set of them, or in a set's `form` the ranges as they were written. A set is good until the next call. */
export type AsIds = (ids: IdRuns) => unknown
export type Value = Record<string, unknown>

const TWO_32 = 2 ** 32
/** core/signals/complete.h, FormPart. */
const FORM_ORDER = 1
const FORM_LENGTHS = 2
const FORM_RESTRICTIONS = 4
const FORM_LAYOUT = 8
const CODINGS = 'BCAB'

const letter = (six: number): number => (six < 26 || (six >= 32 && six < 58) ? 65 + six : 63)

export class ValueReader {
  constructor(
    private readonly m_: CodecMemory,
    /** What ids become; null: the sets themselves, which then have memory of their own. */
    private readonly as_: AsIds | null,
  ) {}

  private ids_(ids: IdRuns): unknown {
    return this.as_ ? this.as_(ids) : ids
  }

  private ints_(address: number): Int32Array | number[] {
    return this.m_.ints_(address, this.as_ === null)
  }

  private set_(address: number): IdSet {
    const { m_: m } = this
    return m.word_(address) === 0 ? new IdSet(null, this.ints_(address + at.SET_RUNS)) : new IdSet(this.ints_(address))
  }

  /** How a set was written; null where that is how we would. @param usual the coding of the section's sets */
  private form_(address: number, usual: number): Value | null {
    const { m_: m } = this
    const coding = m.bytes_[address + at.SET_CODING]!
    const form = m.bytes_[address + at.SET_FORM]!
    const max = m.half_(address + at.SET_MAX)
    const coded = m.word_(address + at.SET_CODED + 4)
    if (coding === usual && form === 0 && max === 0 && coded === 0) return null
    const value: Value = {}
    if (coding !== usual) value['coding'] = CODINGS[coding]
    if (form !== 0) value['encoding'] = form === 1 ? 'bits' : 'range'
    if (max !== 0) value['maxVendorId'] = max
    if (coded !== 0) value['ranges'] = this.ids_(new IdRuns(this.ints_(address + at.SET_CODED)))
    return value
  }

  /** Left is the first id. @param bits 63 at most */
  private mask_(address: number, bits: number): IdSet {
    const low = this.m_.word_(address)
    if (bits <= 32) return new IdSet([bits === 0 ? 0 : (low << (32 - bits)) >>> 0])
    const high = this.m_.word_(address + 4)
    return new IdSet([((high << (64 - bits)) | (low >>> (bits - 32))) >>> 0, (low << (64 - bits)) >>> 0])
  }

  private list_(address: number, count: number, shown: number): number[] {
    const low = this.m_.word_(address)
    const list: number[] = []
    for (let i = 0; i < shown; ++i) list.push(i < count ? (low >>> (2 * (count - 1 - i))) & 3 : 0)
    return list
  }

  /** By purpose and type, whatever the string's order, and without those for nobody. Canada's are a list, and stay one. */
  private restrictions_(section: number, canada: boolean): Value[] {
    const { m_: m } = this
    const all: Value[] = []
    const kinds: number[] = []
    let ascending = true
    const from = m.word_(section + at.SECTION_RESTRICTIONS)
    const end = from + m.word_(section + at.SECTION_RESTRICTIONS + 4) * at.RESTRICTION_BYTES
    for (let one = from; one < end; one += at.RESTRICTION_BYTES) {
      const ids = this.set_(one + at.RESTRICTION_VENDORS)
      if (!canada && ids.empty) continue
      const purposeId = m.bytes_[one]!
      const restrictionType = m.bytes_[one + 1]!
      const value: Value = { purposeId, restrictionType, vendors: this.ids_(ids) }
      const form = this.form_(one + at.RESTRICTION_VENDORS, canada ? 1 : 3)
      if (form) value['form'] = form
      const kind = purposeId * 4 + restrictionType
      ascending &&= all.length === 0 || kind >= kinds[all.length - 1]!
      kinds.push(kind)
      all.push(value)
    }
    if (canada || ascending) return all
    // There are at most 4,095 of them.
    return [...Uint32Array.from(kinds, (kind, i) => kind * 4096 + i).sort()].map((one) => all[one & 4095]!)
  }

  private item_(section: number, item: Item): unknown {
    const { m_: m } = this
    const address = section + at.SECTION_VALUES + 8 * item.index
    const low = m.word_(address)
    switch (item.type) {
      case 'boolean':
        return low !== 0
      case 'letters':
        return String.fromCharCode(letter(low >>> 6), letter(low & 63))
      case 'bitfield':
        return this.ids_(this.mask_(address, item.bits))
      case 'customs':
        return this.ids_(this.mask_(address, m.word_(address - 8 * item.behind)))
      case 'ids':
        return this.ids_(this.set_(section + at.SECTION_SETS + low * at.SET_BYTES))
      case 'restrictions':
        return this.restrictions_(section, m.bytes_[m.word_(section)] === CANADA)
      case 'number':
      case 'choice': {
        if (item.count === 1) return m.word_(address + 4) * TWO_32 + low
        const short = at.USNAT_FIRST[item.field] ?? item.count
        const first = (m.bytes_[section + at.SECTION_FORM]! & FORM_LAYOUT) !== 0
        // usnat's second version is shown whole even where it was written with the fields of the first.
        const whole = !first || m.word_(section + at.SECTION_VALUES) > 1
        return this.list_(address, first ? short : item.count, whole ? item.count : short)
      }
    }
  }

  /** The section at an address, with `form` where it was not written as we would. */
  section(section: number, tcf: boolean): Value {
    const { m_: m } = this
    const table = tableOf(m.bytes_[m.word_(section)]!, tcf)!
    const present = m.bytes_[section + at.SECTION_PRESENT]!
    const has = (segment: number): boolean => ((present >> segment) & 1) === 1
    // The second subsection of the United States has its values even where it is not there.
    const item = (index: number): unknown => {
      const one = table.items[index]!
      return has(one.segment) || (table.included !== '' && one.segment > 0) ? this.item_(section, one) : null
    }
    const value = table.shape ? table.shape(item, has) : this.members_(table, item, has)
    const parts = m.bytes_[section + at.SECTION_FORM]!
    let form: Value | null = parts === 0 ? null : this.sectionForm_(section, table, parts)
    for (const one of table.sets) if (has(one.segment)) form = this.formOf_(section, one, table.id === CANADA ? 1 : 0, form)
    if (form) value['form'] = form
    return value
  }

  /** Of a section without a shape: its members one by one. A TC string, which has an object within, has one. */
  private members_(table: Table, item: (index: number) => unknown, has: (segment: number) => boolean): Value {
    const value: Value = {}
    for (const { name, index } of table.items) value[name] = item(index)
    if (table.included) value[table.included] = has(1)
    return value
  }

  /** Adds to a section's form how one of its sets was written, if that is worth a word. */
  private formOf_(section: number, item: Item, usual: number, form: Value | null): Value | null {
    const of = this.form_(section + at.SECTION_SETS + this.m_.word_(section + at.SECTION_VALUES + 8 * item.index) * at.SET_BYTES, usual)
    return of ? { ...form, [item.name]: of } : form
  }

  private sectionForm_(section: number, shape: Table, parts: number): Value | null {
    const { m_: m } = this
    const form: Value = {}
    if (parts & FORM_LAYOUT && m.word_(section + at.SECTION_VALUES) > 1) form['layout'] = 1
    if (parts & (FORM_ORDER | FORM_LENGTHS)) {
      const from = m.word_(section + at.SECTION_ORDER)
      const kept = Array.from({ length: m.word_(section + at.SECTION_ORDER + 4) }, (_, i) => from + i * at.KEPT_BYTES)
      if (parts & FORM_ORDER) form['segments'] = kept.map((one) => (m.bytes_[one] === at.RAW_SEGMENT ? `.${m.text_(one + at.KEPT_RAW)}` : shape.segments[m.bytes_[one]!]!.name))
      if (parts & FORM_LENGTHS) form['characters'] = kept.map((one) => m.word_(one + at.KEPT_CHARACTERS))
    }
    if (parts & FORM_RESTRICTIONS) {
      const from = m.word_(section + at.SECTION_RESTRICTIONS)
      const kinds = Array.from({ length: m.word_(section + at.SECTION_RESTRICTIONS + 4) }, (_, i) => from + i * at.RESTRICTION_BYTES)
      form['restrictions'] = kinds.map((one) => `${m.bytes_[one]!}:${m.bytes_[one + 1]!}`).join()
    }
    return Object.keys(form).length > 0 ? form : null
  }

  private usp_(address: number): Value {
    const { bytes_: bytes } = this.m_
    const letterAt = (i: number): string => String.fromCharCode(bytes[address + i]!)
    return { Version: bytes[address]! - 48, Notice: letterAt(1), OptOutSale: letterAt(2), LspaCovered: letterAt(3) }
  }

  tcf(): Value {
    return this.section(this.m_.word_(this.m_.board_ + at.BOARD_SECTION), true)
  }

  gpp(): Value {
    const { m_: m } = this
    const { board_: board } = m
    const from = m.word_(board + at.BOARD_SECTIONS)
    const end = from + m.word_(board + at.BOARD_SECTIONS + 4) * at.GPP_BYTES
    const sectionIds: number[] = []
    const sections: Value = {}
    for (let one = from; one < end; one += at.GPP_BYTES) {
      const id = m.half_(one)
      const section = m.word_(one + at.GPP_SECTION)
      sectionIds.push(id)
      sections[prefixOf(id)] = section !== 0 ? this.section(section, false) : id === USP ? this.usp_(one + at.GPP_USP) : m.text_(one + at.GPP_TEXT)
    }
    const value: Value = { sectionIds, sections }
    const bare = m.bytes_[board + at.BOARD_BARE] !== 0
    if (bare || m.word_(board + at.BOARD_HEADER + 4) > 0) value['form'] = { header: bare ? '' : m.text_(board + at.BOARD_HEADER) }
    return value
  }

  usp(): Value {
    return this.usp_(this.m_.board_ + at.BOARD_USP)
  }

  ac(): Value {
    const { m_: m } = this
    const version = m.bytes_[m.board_ + at.BOARD_AC_VERSION]!
    return {
      version,
      consented: m.numbers_(m.board_ + at.BOARD_CONSENTED),
      disclosed: version === 1 ? null : m.numbers_(m.board_ + at.BOARD_DISCLOSED),
    }
  }

  warnings(): [code: number, at: number][] {
    const { m_: m } = this
    const from = m.word_(m.board_ + at.BOARD_NOTES)
    const all: [number, number][] = []
    for (let i = m.word_(m.board_ + at.BOARD_NOTES + 4); i > 0; --i) all.unshift([m.half_(from + 8 * i - 8), m.word_(from + 8 * i - 4)])
    return all
  }
}
