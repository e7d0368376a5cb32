// What a ledger says of all choices together: for whoever answers for the policy. Read once, entry by entry; holds sums, never entries.

/** Sums of one name: a purpose, a vendor, a stored name. */
export interface PurposeCount {
  readonly id: string
  readonly granted: number
  readonly denied: number
}

export interface VendorCount {
  readonly id: string
  /** Choices after which it was let through at least once. */
  readonly released: number
  /** Requests that were kept from it, as far as pages said whose they were. */
  readonly blocked: number
}

export interface NameCount {
  readonly id: string
  readonly count: number
}

/** Choices of one day, UTC. */
export interface DayCount {
  /** "2026-11-27" */
  readonly day: string
  readonly granted: number
  readonly refused: number
  /** Grants of each purpose on that day. */
  readonly purposes: Readonly<Record<string, number>>
}

export interface LedgerReport {
  /** Entries of any kind, and of each. */
  readonly entries: number
  readonly kinds: readonly NameCount[]
  /** Choices: entries of kind consent or refusal that are no later copy of one (method "receipt"). */
  readonly choices: number
  readonly purposes: readonly PurposeCount[]
  /** Oldest first; days without a choice are left out. */
  readonly days: readonly DayCount[]
  readonly regimes: readonly NameCount[]
  /** Choices by the policy they were made under: `id` its version. */
  readonly policies: readonly (NameCount & { readonly sha256: string })[]
  readonly methods: readonly NameCount[]
  /** Choices whose browser sent Global Privacy Control. */
  readonly gpc: number
  readonly vendors: readonly VendorCount[]
  /** Requests that were kept from anybody. */
  readonly blocked: number
  readonly purged: readonly NameCount[]
  readonly residue: readonly NameCount[]
  /** What was given to whom. */
  readonly disclosures: readonly NameCount[]
}

/** Names come from browsers: somebody who invents them must not fill our memory. What is beyond counts as this one. */
const MOST_NAMES = 200
export const OTHER = 'other'

class Counts<T extends string> {
  readonly #rows = new Map<string, Record<T, number>>()
  constructor(private readonly columns: readonly T[]) {}

  add(id: string, column: T, count = 1): void {
    const key = this.#rows.has(id) || this.#rows.size < MOST_NAMES ? id : OTHER
    const row = this.#rows.get(key) ?? (Object.fromEntries(this.columns.map((name) => [name, 0])) as Record<T, number>)
    row[column] += count
    this.#rows.set(key, row)
  }

  /** Largest first, equal ones by name. */
  list(): ({ readonly id: string } & Record<T, number>)[] {
    const sum = (row: Record<T, number>): number => this.columns.reduce((total, name) => total + row[name], 0)
    return [...this.#rows].map(([id, row]) => ({ id, ...row })).sort((a, b) => sum(b) - sum(a) || (a.id < b.id ? -1 : 1))
  }
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [])
const whole = (value: unknown): number => (Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : 0)
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const object = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {})

/**
 * Adds a ledger up. `lines` is what Ledger.lines() gives, or a file's; lines that are no entry are not counted here: verify() names them.
 */
export async function reportOf(lines: AsyncIterable<string> | Iterable<string>): Promise<LedgerReport> {
  const counts = (): Counts<'count'> => new Counts(['count'])
  const [kinds, regimes, methods, purged, residue, disclosures] = [counts(), counts(), counts(), counts(), counts(), counts()]
  const purposes = new Counts(['granted', 'denied'])
  const vendors = new Counts(['released', 'blocked'])
  const policies = new Map<string, { id: string; sha256: string; count: number }>()
  const days = new Map<string, { day: string; granted: number; refused: number; purposes: Record<string, number> }>()
  let [entries, choices, gpc, blocked] = [0, 0, 0, 0]

  const choice = (at: number, kind: string, data: Readonly<Record<string, unknown>>): void => {
    choices += 1
    const day = new Date(at * 1000).toISOString().slice(0, 10)
    const row = days.get(day) ?? { day, granted: 0, refused: 0, purposes: Object.create(null) as Record<string, number> }
    row[kind === 'consent' ? 'granted' : 'refused'] += 1
    for (const id of texts(data['granted'])) {
      purposes.add(id, 'granted')
      if (id in row.purposes || Object.keys(row.purposes).length < MOST_NAMES) row.purposes[id] = (row.purposes[id] ?? 0) + 1
    }
    for (const id of texts(data['denied'])) purposes.add(id, 'denied')
    days.set(day, row)
    regimes.add(text(data['regime']), 'count')
    methods.add(text(data['method']), 'count')
    const { version, sha256 } = object(data['policy'])
    const under = policies.get(text(sha256)) ?? { id: text(version), sha256: text(sha256), count: 0 }
    under.count += 1
    policies.set(text(sha256), under)
    if (object(data['signals'])['gpcHeader'] === true || object(data['signals'])['gpcScript'] === true) gpc += 1
  }
  const enforced = (done: Readonly<Record<string, unknown>>): void => {
    blocked += whole(done['blocked'])
    for (const id of texts(done['released'])) vendors.add(id, 'released')
    for (const one of Array.isArray(done['blockedBy']) ? done['blockedBy'] : []) vendors.add(text(object(one)['vendor']), 'blocked', whole(object(one)['count']))
    for (const id of texts(done['purged'])) purged.add(id, 'count')
    for (const id of texts(done['residue'])) residue.add(id, 'count')
  }

  for await (const line of lines) {
    let entry: Readonly<Record<string, unknown>>
    try {
      entry = object(JSON.parse(line))
    } catch {
      continue
    }
    const { at, kind } = entry
    const data = object(entry['data'])
    if (typeof kind !== 'string' || typeof at !== 'number' || !(Math.abs(at) < 8.64e12)) continue
    entries += 1
    kinds.add(kind, 'count')
    if (kind === 'disclosure') disclosures.add(text(data['party']), 'count')
    if (kind !== 'consent' && kind !== 'refusal') continue
    if (data['method'] !== 'receipt') choice(at, kind, data)
    enforced(object(data['enforcement']))
  }
  return {
    entries, choices, gpc, blocked,
    kinds: kinds.list(), purposes: purposes.list(), regimes: regimes.list(), methods: methods.list(), vendors: vendors.list(),
    purged: purged.list(), residue: residue.list(), disclosures: disclosures.list(),
    days: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)),
    policies: [...policies.values()].sort((a, b) => b.count - a.count),
  }
}
