// TypeScript reads a value that is to be written (js-glue/src/signals/codec-write.ts) as the core's JSON does natively: values of every
// section, mutated (a fixed seed), get the same answer from both, error, place and words included. And sets of ids say the same as bits,
// as runs and as text.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { canonical, evaluate } from '../../js-glue/dist/node.js';
import { randomFrom } from './random.mjs';

const mfconsent = fileURLToPath(new URL('../../build/native/mfconsent', import.meta.url));
const VALUES = 6_000;
/** Of so many some are right, most are wrong, and wrong in many ways. */
const LEAST = { right: 200, kinds: 8 };

const JUNK = [null, true, 0, 1, 2, 3, -1, 1.5, 4096, 65_535, 65_536, 2 ** 32, 2 ** 53, 1e21, '', 'Y', '1-5,7', '5-3', '0', 'x"', 'a\\b', 'é', 'en', '??', '.A', 'core', '5:0,11:2', '5:', '99:1',
  [], [1], [0], [1, 2, 3], ['x'], {}, { encoding: 'bits' }, { coding: 'A', ranges: '1-5' }, { maxVendorId: 9 }, [{ purposeId: 2, restrictionType: 1, vendors: '3-9,1' }], [{ purposeId: 0, vendors: '1' }],
  [{ purposeId: 2, restrictionType: 3, vendors: [5, 6], form: { coding: 'C', encoding: 'bits' } }], ['.x', 'core'], [40, 40], '1YNN', '1YXN'];
const KEYS = ['form', 'vendorConsents', 'publisherTC', 'pubRestrictions', 'version', 'Version', 'Gpc', 'GpcSegmentIncluded', 'sections', 'sectionIds', 'usnat', 'uspv1', '99', '7', 'tcfeuv2', 'tcfcav1', 'segments',
  'characters', 'restrictions', 'layout', 'customPurposesConsent', 'SensitiveDataProcessing', 'MspaCoveredTransaction', 'header', 'consented', 'Notice', 'PubRestrictions'];

/** @param {ReturnType<typeof randomFrom>} random @param {any} value @returns {any} */
function mutated(random, value) {
  const one = () => structuredClone(JUNK[random.below(JUNK.length)]);
  if (typeof value !== 'object' || value === null || random.below(8) === 0) return one();
  const copy = structuredClone(value);
  const names = Object.keys(copy);
  const name = names.length > 0 && random.below(4) > 0 ? names[random.below(names.length)] : Array.isArray(copy) ? copy.length : KEYS[random.below(KEYS.length)];
  if (!Array.isArray(copy) && random.below(10) === 0) delete copy[name];
  else copy[name] = random.flag() && copy[name] !== undefined ? mutated(random, copy[name]) : one();
  return copy;
}

describe('values that are to be written', () => {
  test(`${VALUES} of them, mutated: TypeScript and the core answer alike`, () => {
    const vectors = readFileSync(new URL('../vectors/signals.jsonl', import.meta.url), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    const values = vectors.flatMap(({ request, answer }) => request.op.endsWith('.encode') ? [[request.op, request.value]] : answer.value ? [[request.op.replace('decode', 'encode'), answer.value]] : []);
    const random = randomFrom(4);
    const requests = Array.from({ length: VALUES }, () => {
      const [op, value] = values[random.below(values.length)];
      return { op, value: random.below(20) === 0 ? value : mutated(random, value), mode: random.flag() ? 'lenient' : 'strict' };
    });
    const { stdout } = spawnSync(mfconsent, ['eval'], { input: requests.map((request) => `${JSON.stringify(request)}\n`).join(''), encoding: 'utf8', maxBuffer: 1 << 28 });
    const natively = stdout.trimEnd().split('\n');
    requests.forEach((request, i) => assert.equal(canonical(evaluate(request)), natively[i], JSON.stringify(request)));
    const answers = natively.map((line) => JSON.parse(line));
    assert.ok(answers.filter(({ ok }) => ok).length >= LEAST.right);
    assert.ok(new Set(answers.map(({ error }) => error)).size >= LEAST.kinds);
  });
});

describe('sets of ids', async () => {
  const { outputFiles } = await build({ entryPoints: [fileURLToPath(new URL('../../js-glue/src/signals/ids.ts', import.meta.url))], bundle: true, format: 'esm', write: false });
  const { BadRange, IdSet, eachRange } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`);

  test('1,000 random sets are the same as bits, as runs and as text', () => {
    const random = randomFrom(5);
    for (let i = 0; i < 1_000; i += 1) {
      const wanted = random.ids(i % 10 === 0 ? 65_535 : 200);
      const bits = IdSet.of(wanted);
      /** @type {number[]} */
      const list = [];
      eachRange(String(bits), (/** @type {number} */ first, /** @type {number} */ last) => { list.push((first | (last << 16)) >>> 0); });
      const runs = new IdSet(null, list);
      assert.deepEqual(bits.ids(), wanted);
      assert.deepEqual(runs.ids(), wanted);
      assert.equal(String(runs), String(bits));
      assert.equal(runs.empty, wanted.length === 0);
      assert.equal(bits.empty, wanted.length === 0);
      for (const id of [0, 1, 2, 33, random.below(300), 65_535]) {
        assert.equal(bits.has(id), wanted.includes(id), `${id}`);
        assert.equal(runs.has(id), wanted.includes(id), `${id}`);
      }
    }
  });

  test('what is no id is refused', () => {
    for (const id of [0, -1, 1.5, 65_536, Number.NaN]) assert.throws(() => IdSet.of([id]), BadRange);
    for (const text of ['0', '5-3', '1,', ',1', '1-', '65536', '1 ,2', 'x', '1-2-3', '99999999999']) assert.throws(() => eachRange(text, () => {}), BadRange, text);
  });
});
