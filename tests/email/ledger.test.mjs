// The ledger on the three databases of the stores: one chain whoever writes, erasure, sweep, the same suite on each.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Ledger } from '../../js-glue/dist/ledger.js';
import { d1, postgres, postgresPrograms, sqlite } from './stores.mjs';

const module = new WebAssembly.Module(readFileSync(new URL('../../js-glue/dist/ledger.wasm', import.meta.url)));
const NOW = 1_790_000_000;
const places = { sqlite, d1, postgres };

for (const [name, make] of Object.entries(places)) {
  describe(`ledger on ${name}`, { skip: name === 'postgres' && !postgresPrograms() ? 'PostgreSQL is not installed' : false }, () => {
    /** @type {import('./stores.mjs').Place} */
    let place;
    /** @type {Ledger[]} */
    let writers;
    /** @type {import('../../js-glue/src/server/store/database.ts').Database[]} */
    let databases;
    before(async () => {
      place = await make();
      databases = [await place.open(), await place.open()];
      writers = [];
      for (const database of databases) writers.push(await Ledger.open({ module, database, now: () => NOW }));
    });
    after(async () => {
      if (name !== 'd1') for (const database of databases) await database.close();
      await place.stop();
    });
    const first = () => /** @type {Ledger} */ (writers[0]);

    test('two writers make one chain; an event reported to both is entered once', async () => {
      const event = (/** @type {number} */ n) => ({ id: `e-${n}`, kind: 'consent', at: NOW - 100 + n, person: `p-${n % 3}`, data: { granted: ['measurement'] } });
      await Promise.all(Array.from({ length: 20 }, (_, n) => /** @type {Ledger} */ (writers[n % 2]).append([event(n), event(100 + n)])));
      assert.deepEqual(await first().append([event(7)]), ['duplicate']);
      assert.equal((await first().head()).entries, 40);
      assert.equal(await first().verify(), null);
      assert.deepEqual(await first().kinds(), [{ kind: 'consent', count: 40, latest: NOW + 19 }]);
    });

    test('a person is erased, held, swept; identifiers of digits stay what they are', async () => {
      await first().append([{ id: 'o-1', kind: 'consent', at: NOW - 400 * 86400, person: '007', data: {} }, { id: 'o-2', kind: 'consent', at: NOW - 400 * 86400, person: 'held', data: {} }]);
      await first().hold('held', 'tax');
      assert.deepEqual(await first().sweep(395 * 86400, { dryRun: true }), { erased: ['007'], held: ['held'] });
      assert.deepEqual(await first().sweep(395 * 86400, { dryRun: false }), { erased: ['007'], held: ['held'] });
      assert.equal(await first().principalOf('007'), undefined);
      assert.equal(await first().erase('held', 'request', 'x'), 'held');
      assert.equal(await first().erase('p-1', 'request', 'y'), 'erased');
      assert.deepEqual(await first().fileOf('p-1'), []);
      assert.equal(await first().verify(), null);
    });
  });
}
