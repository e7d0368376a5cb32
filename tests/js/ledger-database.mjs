// SQLite for the ledger's tests, as the package's own store opens it.
import { createClient } from '@libsql/client';

/** @param {string} path a file, or ":memory:" */
export async function memoryOrFile(path) {
  const client = createClient({ url: `file:${path}` });
  await client.execute('PRAGMA busy_timeout = 20000');
  /** @type {import('../../js-glue/src/server/ledger/database.js').LedgerDatabase} */
  const database = {
    all: async (sql, values = []) => (await client.execute({ sql, args: [...values] })).rows.map((row) => /** @type {any} */ ({ ...row })),
    transaction: async (statements) => { await client.batch(statements.map(({ sql, values }) => ({ sql, args: [...values] })), 'write'); },
  };
  return { client, database };
}
