// Writes choices and opens as fast as it can and says which are acknowledged, until it is killed or its database is gone.
// Arguments: sqlite, postgres or d1, and where.
import { writeSync } from 'node:fs';
import { MailStore } from '../../js-glue/dist/mail.js';
import { openPostgres } from '../../js-glue/dist/store-postgres.js';
import { openSqlite } from '../../js-glue/dist/store-sqlite.js';
import { openD1In } from './stores.mjs';

const [, , database, where = ''] = process.argv;
const store = await MailStore.open(database === 'postgres' ? openPostgres(where) : await (database === 'd1' ? openD1In : openSqlite)(where));
const base = { time: 1, method: 'form', purposes: {}, prior: {}, textHash: '', locale: 'en', regime: 'eu', policyVersion: '1' };
const lane = async (/** @type {number} */ number) => {
  for (let i = 0; ; ++i) {
    const id = `${number}-${process.pid}-${i}`;
    if (number % 2 === 0) await store.choose({}, { id, recipient: 'ann', ...base });
    else await store.record(id, Array.from({ length: 20 }, (_, n) => ({ id: `${id}-${n}`, kind: /** @type {const} */ ('open'), campaign: number, time: 1, keep: /** @type {const} */ (n % 2 ? 'count' : 'event'), openClass: 'human_probable', recipient: 'ann' })));
    writeSync(1, `${id}\n`);
  }
};
await Promise.all([0, 1, 2, 3].map(lane));
