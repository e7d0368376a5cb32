// The ledger in a database: a number and a predecessor can each be taken once, so two writers cannot fork the chain, whichever
// machines they run on.

/** A statement with `?` for each of its values. */
export interface SqlStatement {
  readonly sql: string
  readonly args: readonly (string | number | null)[]
}

/** What the ledger needs of a database. SQLite (libSQL), PostgreSQL and D1 each have one below. */
export interface Sql {
  all(statement: SqlStatement): Promise<Record<string, unknown>[]>
  /** All of them or none. Rejects if a constraint forbids one. */
  write(statements: readonly SqlStatement[]): Promise<void>
}

/** Of @libsql/client's Client. */
export function libsqlLedger(client: {
  execute(statement: { sql: string; args: (string | number | null)[] }): Promise<{ rows: ArrayLike<unknown> }>
  batch(statements: { sql: string; args: (string | number | null)[] }[], mode: 'write'): Promise<unknown>
}): Sql {
  const own = ({ sql, args }: SqlStatement) => ({ sql, args: [...args] })
  return {
    all: async (statement) => Array.from((await client.execute(own(statement))).rows, (row) => ({ ...(row as Record<string, unknown>) })),
    write: async (statements) => { await client.batch(statements.map(own), 'write') },
  }
}

/** Of a D1 binding: a batch is one transaction there. */
export function d1Ledger(database: {
  prepare(sql: string): { bind(...args: unknown[]): { all(): Promise<{ results: Record<string, unknown>[] }> } }
  batch(statements: unknown[]): Promise<unknown>
}): Sql {
  const bound = ({ sql, args }: SqlStatement) => database.prepare(sql).bind(...args)
  return {
    all: async (statement) => (await bound(statement).all()).results,
    write: async (statements) => { await database.batch(statements.map(bound)) },
  }
}

interface PgClient {
  query(sql: string, args?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
}

/** Of pg's Pool. */
export function postgresLedger(pool: PgClient & { connect(): Promise<PgClient & { release(): void }> }): Sql {
  const numbered = (sql: string): string => {
    let n = 0
    return sql.replace(/\?/g, () => `$${String(++n)}`)
  }
  return {
    all: async ({ sql, args }) => (await pool.query(numbered(sql), [...args])).rows,
    write: async (statements) => {
      const client = await pool.connect()
      try {
        await client.query('BEGIN')
        for (const { sql, args } of statements) await client.query(numbered(sql), [...args])
        await client.query('COMMIT')
      } catch (error) {
        await client.query('ROLLBACK')
        throw error
      } finally {
        client.release()
      }
    },
  }
}

/** Tables of the ledger. What names a person is in ledger_person alone: deleting a row there is the erasure. */
export const SCHEMA: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS ledger_entry (seq BIGINT NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    at BIGINT NOT NULL, principal TEXT, line TEXT NOT NULL, sha256 TEXT NOT NULL, prev_sha256 TEXT NOT NULL UNIQUE)`,
  'CREATE INDEX IF NOT EXISTS ledger_by_principal ON ledger_entry (principal, seq)',
  'CREATE TABLE IF NOT EXISTS ledger_person (person TEXT NOT NULL PRIMARY KEY, salt TEXT NOT NULL, principal TEXT NOT NULL UNIQUE, hold TEXT)',
]
