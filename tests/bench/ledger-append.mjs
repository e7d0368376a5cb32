// Entries that the ledger takes a second on each of its databases, one by one (each on the disk before the next), and in batches of a
// hundred and a thousand, sealed every hundred entries, each of a person of its own. Beside it the same rows without a chain: what the database itself needs.
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { Ledger, SigningKey } from '../../js-glue/dist/ledger.js';
import { d1, postgres, postgresPrograms, sqlite } from '../email/stores.mjs';
import { need } from './paths.mjs';
import { table } from './stats.mjs';

const NOW = 1_790_000_000;
const SIZES = [1, 100, 1000];
/** Entries of a round, by the size of its batches. */
const COUNT = new Map([[1, 100], [100, 2000], [1000, 4000]]);

/** @param {number} n */
const event = (n) => ({
  id: `e-${n}`, kind: 'consent', at: NOW, person: `browser:${n}`,
  data: { granted: ['measurement'], denied: ['advertising', 'social'], method: 'banner', regime: 'eu', policy: { version: '2013-12-01', sha256: 'a'.repeat(64) }, signals: { gpcHeader: false } },
});

/** @param {import('../email/stores.mjs').Place} place @param {WebAssembly.Module} module @param {import('../../js-glue/src/server/ledger/crypto.ts').SigningKey} key */
async function speeds(place, module, key) {
  const database = await place.open();
  const ledger = await Ledger.open({ module, database, key, now: () => NOW, sealEvery: 100 });
  let n = 0;
  const found = [];
  for (const size of SIZES) {
    const count = COUNT.get(size) ?? 0;
    const [began, used] = [performance.now(), process.cpuUsage()];
    for (let done = 0; done < count; done += size) await ledger.append(Array.from({ length: size }, () => event(n++)));
    const seconds = (performance.now() - began) / 1000;
    const cpu = process.cpuUsage(used);
    console.error(`${size} a batch: ${Math.round(count / seconds)} entries/s`);
    found.push({ size, perSecond: count / seconds, perProcessorSecond: count / ((cpu.user + cpu.system) / 1e6) });
  }
  await database.transaction([{ sql: 'CREATE TABLE bench_row (seq BIGINT PRIMARY KEY, id TEXT UNIQUE, line TEXT, prev TEXT UNIQUE)', values: [] }]);
  const bare = [];
  for (const size of SIZES) {
    const count = COUNT.get(size) ?? 0;
    const began = performance.now();
    for (let done = 0; done < count; done += size) {
      await database.transaction(Array.from({ length: size }, () => ({ sql: 'INSERT INTO bench_row VALUES (?, ?, ?, ?)', values: [n, `e-${n}`, 'x'.repeat(420), `p-${n++}`] })));
    }
    bare.push({ size, perSecond: count / ((performance.now() - began) / 1000) });
  }
  await database.close?.();
  return found.map((one, i) => ({ ...one, ofBare: one.perSecond / (bare[i]?.perSecond ?? NaN) }));
}

/** @param {{ databases: string }} options */
export async function benchLedgerAppend({ databases }) {
  const module = new WebAssembly.Module(await readFile(await need('js-glue/dist/ledger.wasm', 'tests/support/build')));
  const key = await SigningKey.read(String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })));
  /** @type {Record<string, () => Promise<import('../email/stores.mjs').Place>>} */
  const places = { SQLite: sqlite, PostgreSQL: postgres, D1: d1 };
  const rows = [];
  for (const name of databases.split(',')) {
    const open = places[name];
    if (!open) throw new Error(`no database ${name}; there are ${Object.keys(places).join(', ')}`);
    if (name === 'PostgreSQL' && !postgresPrograms()) continue;
    const place = await open();
    try {
      for (const one of await speeds(place, module, key)) rows.push({ name, ...one });
    } finally {
      await place.stop();
    }
  }
  table(
    `ledger append, load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} processors`,
    ['database', 'entries a batch', 'entries/s', 'entries/s of our own processor time', 'of the same rows without a chain'],
    rows.map(({ name, size, perSecond, perProcessorSecond, ofBare }) => [name, size, Math.round(perSecond), Math.round(perProcessorSecond), ofBare.toFixed(2)]),
  );
  return { rows };
}
