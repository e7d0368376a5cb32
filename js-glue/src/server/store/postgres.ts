// PostgreSQL through `pg`, for several machines.
import pg from 'pg'

import { type Database, type Row, type Statement, type Value } from './database.js'

/** `?` becomes `$1`, `$2`, …; our statements hold no `?` in text. */
const numbered = (sql: string): string => {
  let count = 0
  return sql.replace(/\?/g, () => `$${String(++count)}`)
}

class Postgres implements Database {
  // PostgreSQL takes 65,535; longer statements are no faster.
  readonly most = 900
  readonly json = false
  constructor(private readonly pool: pg.Pool) {}

  async all(sql: string, values: readonly Value[] = []): Promise<Row[]> {
    const { rows } = await this.pool.query<Record<string, unknown>>(numbered(sql), [...values])
    return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])))
  }

  async transaction(statements: readonly Statement[]): Promise<void> {
    const client = await this.pool.connect()
    let broken: unknown
    try {
      await client.query('BEGIN')
      for (const { sql, values } of statements) await client.query(numbered(sql), [...values])
      await client.query('COMMIT')
    } catch (error) {
      broken = error
      await client.query('ROLLBACK').catch(() => undefined)
      throw error
    } finally {
      client.release(broken instanceof Error && 'code' in broken ? undefined : (broken as Error | undefined))
    }
  }

  async close(): Promise<void> {
    await this.pool.end()
  }
}

const plain = (value: unknown): Value => (typeof value === 'number' || typeof value === 'string' ? value : null)

// BIGINT, and so COUNT, comes as text because it may not fit a number; ours do. TEXT stays text: an id may be "007".
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => (oid === pg.types.builtins.INT8 ? Number : (pg.types.getTypeParser(oid, format) as unknown)),
}

/** Connects; `url` as libpq has it: postgresql://user@host/database. */
export function openPostgres(url: string): Database {
  const pool = new pg.Pool({ connectionString: url, max: 8, types })
  pool.on('error', () => undefined) // an idle connection that breaks is replaced; queries report for themselves
  return new Postgres(pool)
}
