// california.disclosure: what was given to whom for direct marketing, listed for a person once in a calendar year.
// California Civil Code §1798.83 ("Shine the Light") and the published policy's own promise: 30 days, one named address.
import { type Ledger } from './ledger.js'

/** The policy's promise of an answer, in seconds. */
export const ANSWER_WITHIN = 30 * 86400

/** A disclosure that the gate allowed (or, for purpose "legal", that the law required). */
export interface Disclosure {
  readonly id: string
  readonly person: string
  /** Vendor id, or whom the law named. */
  readonly party: string
  readonly purpose: string
  /** Kinds of data that went. */
  readonly categories: readonly string[]
  readonly at: number
  /** The verdict it went out under; what was not allowed must not have gone, and is refused here too. */
  readonly verdict: { readonly outcome: string; readonly reason: string; readonly clause: string | null }
}

/** Records a disclosure. Throws RangeError for one that was not allowed: it did not happen, or must be reported as a breach. */
export async function recordDisclosure(ledger: Ledger, disclosure: Disclosure): Promise<void> {
  const { id, person, party, purpose, categories, at, verdict } = disclosure
  if (verdict.outcome !== 'allow') throw new RangeError(`disclosure ${id} was not allowed: ${verdict.reason}`)
  await ledger.append([{ id, kind: 'disclosure', at, person, data: { party, purpose, categories, reason: verdict.reason, clause: verdict.clause } }])
}

/** What became of a request for the list. */
export type ListRequest =
  | { readonly state: 'accepted'; readonly due: number; readonly year: number }
  /** One was made this calendar year. `due` is when that one is answered. */
  | { readonly state: 'already'; readonly due: number; readonly year: number }
  /** Came another way than the named one: the answer points there, and nothing is counted. */
  | { readonly state: 'elsewhere'; readonly channel: string }

interface Entry {
  readonly at: number
  readonly kind: string
  readonly data: Readonly<Record<string, unknown>>
}

const entriesOf = async (ledger: Ledger, person: string): Promise<Entry[]> => (await ledger.fileOf(person)).map(({ line }) => JSON.parse(line) as Entry)

/** Calendar years are California's own. */
const yearOf = (at: number): number =>
  Number(new Intl.DateTimeFormat('en-US', { timeZone: 'America/Los_Angeles', year: 'numeric' }).format(new Date(at * 1000)))

/** Takes a request. `channel` is how it came, `named` the one that the policy names. */
export async function requestList(ledger: Ledger, { person, channel, named, at, id }: { person: string; channel: string; named: string; at: number; id: string }): Promise<ListRequest> {
  if (channel !== named) return { state: 'elsewhere', channel: named }
  const year = yearOf(at)
  const before = (await entriesOf(ledger, person)).find(({ kind, at: then }) => kind === 'list-request' && yearOf(then) === year)
  if (before) return { state: 'already', due: before.at + ANSWER_WITHIN, year }
  await ledger.append([{ id, kind: 'list-request', at, person, data: { year } }])
  return { state: 'accepted', due: at + ANSWER_WITHIN, year }
}

export interface ListedDisclosure {
  readonly party: string
  readonly purpose: string
  readonly categories: readonly string[]
  readonly at: number
}

/** The list for one calendar year, oldest first. Disclosures that the law required are no direct marketing. */
export async function disclosureList(ledger: Ledger, person: string, year: number): Promise<ListedDisclosure[]> {
  const found = (await entriesOf(ledger, person)).filter(({ kind, at, data }) => kind === 'disclosure' && data['purpose'] !== 'legal' && yearOf(at) === year)
  return found.map(({ at, data }) => ({ at, party: String(data['party']), purpose: String(data['purpose']), categories: data['categories'] as string[] }))
}

/** Everything the ledger has of a person, for the right to know (CCPA §1798.110, GDPR art. 15). */
export async function personFile(ledger: Ledger, person: string): Promise<{ readonly principal: string | null; readonly entries: readonly unknown[] }> {
  const file = await ledger.fileOf(person)
  return { principal: (await ledger.principalOf(person)) ?? null, entries: file.map(({ line, sha256 }) => ({ entry: JSON.parse(line) as unknown, sha256 })) }
}
