// SQLite through @libsql/client: the default, nothing to install or start. WAL, and a commit is on disk before it is answered.
import { createClient, type Client } from '@libsql/client'

import { type Database, type Row, type Statement, type Value } from './database.js'

class Sqlite implements Database {
  // SQLite takes 32,766; longer statements are no faster.
  readonly most = 900
  readonly json = true
  private last: Promise<unknown> = Promise.resolve()

  constructor(private readonly client: Client) {}

  async all(sql: string, values: readonly Value[] = []): Promise<Row[]> {
    const { rows, columns } = await this.client.execute({ sql, args: [...values] })
    return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, plain(row[i])])))
  }

  // One writer at a time: what waits here would only wait in SQLite, and give up there.
  async transaction(statements: readonly Statement[]): Promise<void> {
    const run = this.last.then(() => this.client.batch(statements.map(({ sql, values }) => ({ sql, args: [...values] })), 'write'))
    this.last = run.catch(() => undefined)
    await run
  }

  async close(): Promise<void> {
    await this.last
    this.client.close()
  }
}

const plain = (value: unknown): Value => (typeof value === 'bigint' ? Number(value) : typeof value === 'string' || typeof value === 'number' ? value : null)

/** Opens a database file, made where there is none. */
export async function openSqlite(path: string): Promise<Database> {
  const client = createClient({ url: `file:${path}`, intMode: 'number' })
  await client.execute('PRAGMA journal_mode = WAL')
  await client.execute('PRAGMA synchronous = FULL')
  // Pages that many mails touch are kept and written back once: 64 MB each, where SQLite has 2 and 4.
  await client.execute('PRAGMA cache_size = -65536')
  await client.execute('PRAGMA wal_autocheckpoint = 16384')
  await client.execute('PRAGMA busy_timeout = 5000')
  return new Sqlite(client)
}
