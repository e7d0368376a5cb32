// One source for what leaks: README's table and the demo's /lab/leaks say what tests/leaks declares, no less and no more.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { KNOWN, listed } from '../leaks/known.mjs';
import { ALL } from '../leaks/pages.mjs';
import { STORAGE } from '../leaks/vectors/storage.mjs';
import { demo, exchange } from './demo-support.mjs';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
/** README's columns, as the lab calls the states. */
const COLUMNS = ['undecided, strict', 'undecided', 'rejected', 'gpc', 'withdrawn', 'locked', 'policy missing', 'lying, rejected'];

test('README tries as many ways as there are, and each figure of its table is what known.json allows', () => {
  const [, out, stay] = /tries (\d+) ways out and (\d+) ways to leave something/.exec(readme);
  assert.deepEqual([Number(out), Number(stay)], [ALL.length, Object.keys(STORAGE).length]);
  const racy = new Set(KNOWN.leaks.filter((entry) => entry.racy && entry.planes !== false).flatMap(({ vectors }) => vectors));
  for (const browser of ['chromium', 'firefox', 'webkit']) {
    const [, row] = new RegExp(`^\\| ${browser}, of \\d+ \\|(.*)\\|$`, 'im').exec(readme);
    const cells = row.split('|').map((cell) => cell.replaceAll('*', '').trim());
    assert.equal(cells.length, COLUMNS.length);
    for (const [i, state] of COLUMNS.entries()) {
      if (cells[i] === '') continue;
      const known = [...listed('leaks', browser, state, true)];
      const sure = known.filter((id) => !racy.has(id)).length;
      assert.ok(Number(cells[i]) >= sure && Number(cells[i]) <= known.length, `${browser}, ${state}: README says ${cells[i]}, known.json ${sure} to ${known.length}`);
    }
  }
});

let site;
before(async () => { site = await demo(); });
after(() => site.close());

test('/lab/leaks names each known way with its reason, and says what was measured here and what is declared', async () => {
  const { text } = await exchange({ port: site.port, path: '/lab/leaks' });
  for (const { vectors } of [...KNOWN.leaks, ...KNOWN.storage]) for (const vector of vectors) assert.ok(text.includes(`<code>${vector}</code>`), vector);
  assert.ok(text.includes(`${ALL.length} ways out`));
  assert.equal((text.match(/not measured on this machine|measured here on/g) ?? []).length, 3);
});
