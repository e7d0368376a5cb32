// What a store needs of a database: statements with `?` in place of values, some at once as one transaction.

export type Value = string | number | null
export type Row = Readonly<Record<string, Value>>

export interface Statement {
  readonly sql: string
  readonly values: readonly Value[]
}

export interface Database {
  /** Values that one statement takes at most. */
  readonly most: number
  /** Whether it is SQLite's: json_each() takes one value apart into rows. */
  readonly json: boolean
  /** The rows of one query. */
  all(sql: string, values?: readonly Value[]): Promise<Row[]>
  /** All or nothing; resolved, they survive a crash. */
  transaction(statements: readonly Statement[]): Promise<void>
  close(): Promise<void>
}

/**
 * Brings a database to the newest schema, step by step; each step and the note that it was taken are one transaction, so that
 * two processes that start at once, or one that is killed, leave no half of one.
 */
export async function migrate(database: Database, steps: readonly (readonly string[])[]): Promise<void> {
  await database.transaction([{ sql: 'CREATE TABLE IF NOT EXISTS mf_schema (version INTEGER PRIMARY KEY)', values: [] }])
  const [row] = await database.all('SELECT MAX(version) AS version FROM mf_schema')
  const present = Number(row?.['version'] ?? 0)
  if (present > steps.length) throw new Error(`the database is of schema ${present}, newer than this package's ${steps.length}`)
  for (let version = present + 1; version <= steps.length; ++version) {
    const statements = steps[version - 1]!.map((sql) => ({ sql, values: [] }))
    await database.transaction([...statements, { sql: 'INSERT INTO mf_schema (version) VALUES (?) ON CONFLICT DO NOTHING', values: [version] }])
  }
}
