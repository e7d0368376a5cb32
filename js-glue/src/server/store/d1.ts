// Cloudflare D1, at the edge.
import { type Database, type Row, type Statement, type Value } from './database.js'

interface D1Statement {
  bind(...values: Value[]): D1Statement
  all(): Promise<{ results: Row[] }>
}

/** What we use of a D1 binding. */
export interface D1 {
  prepare(sql: string): D1Statement
  batch(statements: D1Statement[]): Promise<unknown>
}

/** A store's database over a D1 binding. D1 runs a batch as one transaction. */
export function openD1(binding: D1): Database {
  const bound = ({ sql, values }: Statement): D1Statement => binding.prepare(sql).bind(...values)
  return {
    most: 90, // D1 takes 100
    json: true,
    async all(sql, values = []) {
      const { results } = await bound({ sql, values }).all()
      return results.map((row) => ({ ...row }))
    },
    async transaction(statements) {
      await binding.batch(statements.map(bound))
    },
    close: () => Promise.resolve(),
  }
}
