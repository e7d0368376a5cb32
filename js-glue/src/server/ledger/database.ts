// What the ledger needs of a database, and its tables. The openers of @metrofax/consent's stores (SQLite, D1, PostgreSQL) fit.

export type LedgerValue = string | number | null
export type LedgerRow = Readonly<Record<string, LedgerValue>>

/** A statement with `?` for each of its values. */
export interface LedgerStatement {
  readonly sql: string
  readonly values: readonly LedgerValue[]
}

export interface LedgerDatabase {
  all(sql: string, values?: readonly LedgerValue[]): Promise<LedgerRow[]>
  /** All of them or none; on the disk when it resolves. Rejects if a constraint forbids one. */
  transaction(statements: readonly LedgerStatement[]): Promise<void>
}

/**
 * A number and a predecessor can each be taken once, so two writers cannot fork the chain, whichever machines they run on. What
 * names a person is in ledger_person alone: deleting a row there is the erasure.
 */
export const SCHEMA: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS ledger_entry (seq BIGINT NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    at BIGINT NOT NULL, principal TEXT, line TEXT NOT NULL, sha256 TEXT NOT NULL, prev_sha256 TEXT NOT NULL UNIQUE)`,
  'CREATE INDEX IF NOT EXISTS ledger_by_principal ON ledger_entry (principal, seq)',
  'CREATE TABLE IF NOT EXISTS ledger_person (person TEXT NOT NULL PRIMARY KEY, salt TEXT NOT NULL, principal TEXT NOT NULL UNIQUE, hold TEXT)',
]
