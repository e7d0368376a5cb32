// What stands in each section and is called how, for reading and writing alike; printed by the core (src/gen/codecs.ts).
import { FIELDS, SECTIONS, SHAPES, type FieldType } from '../gen/codecs.js'

export const TCF_EU = 2
export const CANADA = 5
export const USP = 6
export const USNAT = 7

export interface Item {
  readonly name: string
  readonly field: number
  readonly type: FieldType
  readonly bits: number
  /** Entries of a list; 1: no list. */
  readonly count: number
  readonly segment: number
  /** Among all items of the section. */
  readonly index: number
  /** Of bits whose number a field before them says: how many items before. */
  readonly behind: number
}

/** A section under the names of GPP's section documents, or a TC string under its own (`tcf`). */
export interface Table {
  readonly id: number
  readonly tcf: boolean
  readonly segments: readonly { readonly name: string; readonly items: readonly Item[] }[]
  /** Of all segments. */
  readonly items: readonly Item[]
  /** Those that are sets of ids. */
  readonly sets: readonly Item[]
  /** Makes the value, where the section is one of those that are read most. */
  readonly shape: (typeof SHAPES)[number] | undefined
  /** Fields by name. In a TC string's own naming the publisher's are found in its object alone. */
  readonly byName: ReadonlyMap<string, Item>
  /** The member that says whether the second subsection of a section of the United States is there; '' where there is none. */
  readonly included: string
}

const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)

function tableOf(id: number, tcf: boolean): Table | null {
  const [, ...shapes] = SECTIONS[id] ?? []
  if (shapes.length === 0) return null
  let index = 0
  let number = 0
  const segments = shapes.map(([name, ...fields], segment) => ({
    name,
    items: fields.map((entry): Item => {
      const [field, count] = typeof entry === 'number' ? [entry, 1] : entry
      const [gppName, tcfName, type, bits] = FIELDS[field]!
      if (type === 'number') number = index
      return { name: tcf ? tcfName || lower(gppName) : gppName, field, type, bits, count, segment, behind: index - number, index: index++ }
    }),
  }))
  const items = segments.flatMap((segment) => segment.items)
  const named = segments.slice(0, tcf ? 3 : undefined).flatMap(({ items }) => items)
  const second = id >= USNAT ? segments[1]?.name : undefined
  return {
    id,
    tcf,
    segments,
    items,
    sets: items.filter(({ type }) => type === 'ids'),
    shape: SHAPES[tcf ? -id : id],
    byName: new Map(named.map((item) => [item.name, item])),
    included: second === undefined ? '' : second === 'gpc' ? 'GpcSegmentIncluded' : 'SensitiveDataConsentSegmentIncluded',
  }
}

const tables = new Map<number, Table | null>()

/** The table of a section made of bits; null for every other id. */
export function table(id: number, tcf = false): Table | null {
  const key = tcf ? -id : id
  let known = tables.get(key)
  if (known === undefined) tables.set(key, (known = tableOf(id, tcf)))
  return known
}

/** A section's client-side API prefix; of ids that nobody here knows the id itself. */
export const prefixOf = (id: number): string => (id === USP ? 'uspv1' : (SECTIONS[id]?.[0] ?? String(id)))

const ids = new Map<string, number>([['uspv1', USP], ...Object.entries(SECTIONS).map(([id, [prefix]]): [string, number] => [prefix, Number(id)])])

/** The id of a prefix, or of an id's digits; 0 of anything else. */
export const idOf = (name: string): number => ids.get(name) ?? (/^[1-9]\d{0,4}$/.test(name) && Number(name) <= 0xffff ? Number(name) : 0)
