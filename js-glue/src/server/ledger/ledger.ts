// The ledger on a server: append-only, chained, sealed; people in it under salted hashes whose salts can be deleted.
import canonicalize from 'canonicalize'

import { LedgerCore, LedgerError, NO_ENTRY } from './core.js'
import { hex, salted, sha256, type SigningKey, type VerifyingKey } from './crypto.js'
import { SCHEMA, type LedgerDatabase, type LedgerRow, type LedgerStatement } from './database.js'

/** Something that happened. `data` must be JSON with whole numbers only and without "principal", which is made from `person`. */
export interface LedgerEvent {
  /** Of the event: reported twice, it is entered once. 1 to 64 of letters, digits and "-_.:". */
  readonly id: string
  /** "consent", "withdrawal", "disclosure", … */
  readonly kind: string
  /** Unix seconds of when it happened. */
  readonly at: number
  /** Whom it is about: an account's or browser's identifier. Never in the entry itself. */
  readonly person?: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface LedgerHead {
  /** How many entries there are. */
  readonly entries: number
  /** SHA-256 of the last one. */
  readonly sha256: string
}

/** An entry as stored. */
export interface StoredEntry {
  readonly seq: number
  readonly line: string
  readonly sha256: string
}

export interface LedgerOptions {
  /** ledger.wasm, compiled. */
  readonly module: WebAssembly.Module
  readonly database: LedgerDatabase
  /** Seals are by this key; without one there are none. */
  readonly key?: SigningKey
  /** Entries behind which a seal is due. */
  readonly sealEvery?: number
  /** Unix seconds; an event later than this by more than five minutes is refused. */
  readonly now: () => number
}

/** What health() found. */
export interface LedgerHealth {
  /** How many entries, from the first on, are as they were written. */
  readonly verified: number
  /** SHA-256 of the last of them. */
  readonly sha256: string
  /** Seals among them, and how many entries the last one covers. */
  readonly seals: number
  readonly sealed: number
  /** The first entry that cannot be trusted, and why; null where there is none. */
  readonly problem: { readonly seq: number; readonly problem: string } | null
}

/** What append() did with each event, in order. */
export type Appended = 'added' | 'duplicate'

const CLOCK_SKEW = 300
const TRIES = 50

export class Ledger {
  readonly #core: LedgerCore
  readonly #options: LedgerOptions
  #queue: Promise<unknown> = Promise.resolve()

  private constructor(options: LedgerOptions) {
    this.#core = new LedgerCore(options.module)
    this.#options = options
  }

  /** Opens the ledger of a database, making its tables where they are not. */
  static async open(options: LedgerOptions): Promise<Ledger> {
    await options.database.transaction(SCHEMA.map((sql) => ({ sql, values: [] })))
    return new Ledger(options)
  }

  async head(): Promise<LedgerHead> {
    const [row] = await this.#all('SELECT seq, sha256 FROM ledger_entry ORDER BY seq DESC LIMIT 1')
    return row ? { entries: Number(row['seq']) + 1, sha256: String(row['sha256']) } : { entries: 0, sha256: NO_ENTRY }
  }

  /**
   * Appends events in their order, all of them or none, and a seal where one is due. Throws LedgerError for an event that can
   * be no entry (`code` record_bad_form, bad_json, record_too_long) or lies in the future (`from_future`).
   */
  append(events: readonly LedgerEvent[]): Promise<Appended[]> {
    return this.#alone(() => this.#append(events, false))
  }

  /** Seals what is not sealed yet. */
  seal(): Promise<void> {
    return this.#alone(async () => { await this.#append([], true) })
  }

  /** The salted hash under which a person is in the ledger; undefined if they are not, or no longer. */
  async principalOf(person: string): Promise<string | undefined> {
    const [row] = await this.#all('SELECT principal FROM ledger_person WHERE person = ?', person)
    return row ? String(row['principal']) : undefined
  }

  /** Whom a salted hash stands for, and the reason for which their record is held; undefined once they are erased. */
  async personOf(principal: string): Promise<{ readonly person: string; readonly hold: string | null } | undefined> {
    const [row] = await this.#all('SELECT person, hold FROM ledger_person WHERE principal = ?', principal)
    return row && { person: String(row['person']), hold: row['hold'] === null ? null : String(row['hold']) }
  }

  /** Everything about a person, oldest first. */
  async fileOf(person: string): Promise<StoredEntry[]> {
    const principal = await this.principalOf(person)
    return principal === undefined ? [] : this.entriesOf(principal)
  }

  async entriesOf(principal: string): Promise<StoredEntry[]> {
    return stored(await this.#all('SELECT seq, line, sha256 FROM ledger_entry WHERE principal = ? ORDER BY seq', principal))
  }

  /** The entry of an event. */
  async entry(id: string): Promise<StoredEntry | undefined> {
    return stored(await this.#all('SELECT seq, line, sha256 FROM ledger_entry WHERE id = ?', id))[0]
  }

  /** How many entries there are of each kind, and how old the newest is (unix s). */
  async kinds(): Promise<{ readonly kind: string; readonly count: number; readonly latest: number }[]> {
    const rows = await this.#all('SELECT kind, COUNT(*) AS count, MAX(at) AS latest FROM ledger_entry GROUP BY kind ORDER BY kind')
    return rows.map((row) => ({ kind: String(row['kind']), count: Number(row['count']), latest: Number(row['latest']) }))
  }

  /** Keeps a person's record from erasure and sweep while a reason is set (retention.legal-minimum); null lifts it. */
  async hold(person: string, reason: string | null): Promise<void> {
    await this.#write({ sql: 'UPDATE ledger_person SET hold = ? WHERE person = ?', values: [reason, person] })
  }

  /**
   * Erases a person: the salt goes, so that nobody can say any more whose the entries were; the entries stay, and the chain
   * with them. Answers what happened: "held" under a legal hold, "unknown" if the ledger does not have them.
   */
  async erase(person: string, reason: string, id: string): Promise<'erased' | 'held' | 'unknown'> {
    const [row] = await this.#all('SELECT principal, hold FROM ledger_person WHERE person = ?', person)
    if (!row) return 'unknown'
    if (row['hold'] !== null) return 'held'
    await this.#erase(String(row['principal']), reason, id)
    return 'erased'
  }

  /** The row first: an erasure that is in the ledger has happened. */
  async #erase(principal: string, reason: string, id: string): Promise<void> {
    await this.#write({ sql: 'DELETE FROM ledger_person WHERE principal = ? AND hold IS NULL', values: [principal] })
    await this.append([{ id, kind: 'erasure', at: this.#options.now(), data: { erased: principal, reason } }])
  }

  /**
   * retention.necessary: erases whoever's latest entry is older than `keep` seconds. A dry run says whom, and does nothing.
   * People under a legal hold are named and kept.
   */
  async sweep(keep: number, { dryRun }: { dryRun: boolean }): Promise<{ readonly erased: string[]; readonly held: string[] }> {
    const due = await this.#all(
      `SELECT p.person, p.principal, p.hold FROM ledger_person p
         WHERE COALESCE((SELECT MAX(e.at) FROM ledger_entry e WHERE e.principal = p.principal), 0) < ? ORDER BY p.person`,
      this.#options.now() - keep,
    )
    const people = (rows: LedgerRow[]): string[] => rows.map((row) => String(row['person']))
    const erased = due.filter((row) => row['hold'] === null)
    if (!dryRun) for (const { principal } of erased) await this.#erase(String(principal), 'retention', `sweep:${String(principal).slice(0, 32)}`)
    return { erased: people(erased), held: people(due.filter((row) => row['hold'] !== null)) }
  }

  /** Entries from a number on, for export and verification. */
  async read(from: number, limit: number): Promise<StoredEntry[]> {
    return stored(await this.#all('SELECT seq, line, sha256 FROM ledger_entry WHERE seq >= ? ORDER BY seq LIMIT ?', from, limit))
  }

  /** The whole ledger as lines, or what comes from an entry on, as `mfconsent ledger verify` reads them, a thousand entries in memory at a time. */
  async *lines(first = 0): AsyncGenerator<string> {
    for await (const { line } of this.#entries(first)) yield line
  }

  async *#entries(first: number): AsyncGenerator<StoredEntry> {
    for (let from = first; ; ) {
      const rows = await this.read(from, 1000)
      yield* rows
      if (rows.length < 1000) return
      from += rows.length
    }
  }

  /**
   * Checks everything that is stored; what is wrong with the first entry that cannot be trusted, or null. Entries that no seal
   * stands behind yet are vouched for by the chain alone, whatever keys are given: health() says how many are sealed.
   */
  async verify(keys: readonly VerifyingKey[] = []): Promise<{ readonly seq: number; readonly problem: string } | null> {
    return (await this.health(keys)).problem
  }

  /**
   * As verify(), with how far it came: entries up to the first that cannot be trusted, the hash of the last good one, seals.
   *
   * `known`, what it answered before, with the same keys: only what came since is read. That the last entry of then is still there as it
   * was is looked at, so that a history that was cut or chained anew is found, which no reading from the start can find; what was
   * changed before it and left unchained is found by the next whole reading.
   */
  async health(keys: readonly VerifyingKey[] = [], known?: LedgerHealth): Promise<LedgerHealth> {
    let [seq, prev, seals, sealed] = [0, NO_ENTRY, 0, 0]
    if (known && known.problem === null && known.verified > 0) {
      const last = known.verified - 1
      const [anchor] = await this.read(last, 1)
      if (anchor?.seq !== last || (await sha256(anchor.line)) !== known.sha256) {
        // The entry that was vouched for is gone: how far the rest holds is told from the start.
        const whole = await this.health(keys)
        const problem = anchor?.seq === last ? 'it is not the entry that was checked before: the history was rewritten' : 'it was there when the ledger was last checked: the ledger was truncated'
        return whole.problem ? whole : { ...whole, verified: Math.min(whole.verified, last), problem: { seq: last, problem } }
      }
      ;[seq, prev, seals, sealed] = [known.verified, known.sha256, known.seals, known.sealed]
    }
    for await (const { line, sha256: entered } of this.#entries(seq)) {
      const looked = await this.#look(line, seq, prev, keys)
      const { seal } = looked
      const hash = await sha256(line)
      // The hash that was stored beside an entry tells a changed one from the next, which names it. Whoever changed both is found there.
      const problem = looked.problem || (hash === entered ? '' : 'it is not what was entered: the SHA-256 stored with it is of another text')
      if (problem) return { verified: seq, sha256: prev, seals, sealed, problem: { seq, problem } }
      prev = hash
      seq += 1
      if (!seal) continue
      seals += 1
      sealed = seq
    }
    return { verified: seq, sha256: prev, seals, sealed, problem: null }
  }

  async #look(line: string, seq: number, prev: string, keys: readonly VerifyingKey[]): Promise<{ readonly problem: string; readonly seal: boolean }> {
    const wrong = (problem: string) => ({ problem, seal: false })
    try {
      this.#core.check(line)
    } catch (error) {
      return wrong(error instanceof LedgerError ? `${error.message} (${error.code} at byte ${String(error.offset)})` : String(error))
    }
    const entry = JSON.parse(line) as { seq: number; prev_sha256: string; kind: string; data: Record<string, unknown> }
    if (entry.seq !== seq) return wrong(`entry ${String(entry.seq)} stands where ${String(seq)} belongs`)
    if (entry.prev_sha256 !== prev) return wrong('it does not name the entry before it as that is: one of the two was changed, or belongs to another history')
    const seal = entry.kind === 'seal'
    if (!seal || keys.length === 0) return { problem: '', seal }
    const key = keys.find(({ id }) => id === entry.data['key'])
    if (!key) return wrong(`a seal by key ${String(entry.data['key'])}, which was not given`)
    const good = await key.verify(this.#core.sealText(prev, seq), String(entry.data['signature']))
    return good ? { problem: '', seal } : wrong("the seal's signature does not fit")
  }

  async #append(events: readonly LedgerEvent[], seal: boolean): Promise<Appended[]> {
    const latest = this.#options.now() + CLOCK_SKEW
    for (const { at, id } of events) if (at > latest) throw new LedgerError(`event ${id} lies in the future`, 'from_future')
    for (let tries = TRIES; ; tries--) {
      const before = await this.head()
      const { statements, done } = await this.#statements(events, before, seal)
      if (statements.length === 0) return done
      try {
        await this.#options.database.transaction(statements)
        return done
      } catch (error) {
        // Somebody else took the number: ours comes after theirs. Anything else is what it is.
        if (tries === 0 || (await this.head()).entries === before.entries) throw error
      }
    }
  }

  async #statements(events: readonly LedgerEvent[], head: LedgerHead, seal: boolean): Promise<{ statements: LedgerStatement[]; done: Appended[] }> {
    // The contested number first: whoever waits for it then holds nothing that the other could be waiting for.
    const statements: LedgerStatement[] = []
    const joining: LedgerStatement[] = []
    const named = events.flatMap(({ person }) => (person === undefined ? [] : [person]))
    const people = new Map((await this.#in("SELECT person AS key, principal AS value FROM ledger_person WHERE person", named)))
    const known = new Set((await this.#in("SELECT id AS key, kind AS value FROM ledger_entry WHERE id", events.map(({ id }) => id))).map(([id]) => id))
    let [seq, prev] = [head.entries, head.sha256]
    const add = async (at: number, id: string, kind: string, data: object, principal: string | null) => {
      const line = this.#core.write({ at, id, kind, data: canonicalize(data) ?? '', prev, seq })
      const hash = await sha256(line)
      const sql = 'INSERT INTO ledger_entry (seq, id, kind, at, principal, line, sha256, prev_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'
      statements.push({ sql, values: [seq, id, kind, at, principal, line, hash, prev] })
      seq += 1
      prev = hash
    }
    const done: Appended[] = []
    for (const { id, kind, at, person, data } of events) {
      if (kind === 'seal') throw new LedgerError(`event ${id}: seals are the ledger's own`, 'record_bad_form')
      const twice = known.has(id)
      known.add(id)
      done.push(twice ? 'duplicate' : 'added')
      if (twice) continue
      const principal = person === undefined ? null : (people.get(person) ?? (await newPerson(person, joining)))
      if (person !== undefined && principal !== null) people.set(person, principal)
      await add(at, id, kind, principal === null ? data : { ...data, principal }, principal)
    }
    const { key, sealEvery = 100 } = this.#options
    if (key && seq > 0) {
      const [last] = await this.#all("SELECT seq FROM ledger_entry WHERE kind = 'seal' ORDER BY seq DESC LIMIT 1")
      const open = seq - (last ? Number(last['seq']) + 1 : 0)
      if (open > 0 && (seal || open >= sealEvery)) {
        const signature = await key.sign(this.#core.sealText(prev, seq))
        await add(this.#options.now(), `seal-${String(seq)}`, 'seal', { alg: 'Ed25519', key: key.id, signature }, null)
      }
    }
    return { statements: [...statements, ...joining], done }
  }

  /** Pairs of key and value for what is in a list, ninety at a time: D1 takes no more than a hundred. */
  async #in(select: string, list: readonly string[]): Promise<[string, string][]> {
    const found: [string, string][] = []
    const wanted = [...new Set(list)]
    for (let from = 0; from < wanted.length; from += 90) {
      const some = wanted.slice(from, from + 90)
      const rows = await this.#all(`${select} IN (${some.map(() => '?').join(', ')})`, ...some)
      for (const row of rows) found.push([String(row['key']), String(row['value'])])
    }
    return found
  }

  /** One writer of this process at a time: the others' turns come in order, and none is lost to a race with itself. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work)
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  #all(sql: string, ...values: (string | number)[]): Promise<LedgerRow[]> {
    return this.#options.database.all(sql, values)
  }

  #write(statement: LedgerStatement): Promise<void> {
    return this.#options.database.transaction([statement])
  }
}

async function newPerson(person: string, statements: LedgerStatement[]): Promise<string> {
  const salt = hex(crypto.getRandomValues(new Uint8Array(32)))
  const principal = await salted(salt, person)
  statements.push({ sql: 'INSERT INTO ledger_person (person, salt, principal, hold) VALUES (?, ?, ?, NULL)', values: [person, salt, principal] })
  return principal
}

const stored = (rows: LedgerRow[]): StoredEntry[] =>
  rows.map((row) => ({ seq: Number(row['seq']), line: String(row['line']), sha256: String(row['sha256']) }))
