// What nobody writes and nobody needs is refused for its size, reading and writing alike: whatever is written can be read, and says the same.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { evaluate } from '../../js-glue/dist/node.js';
import { randomFrom } from './random.mjs';
import { bitsOfFields, textOf } from './signals-bits.mjs';
import { rangeText } from './signals-vectors.mjs';

/** @param {string} op @param {string} input @param {'lenient' | 'strict'} [mode] @returns {any} */
const decode = (op, input, mode = 'lenient') => evaluate({ op: `${op}.decode`, input, mode });
/** @param {string} op @param {any} value @param {'lenient' | 'strict'} [mode] @returns {any} */
const encode = (op, value, mode = 'strict') => evaluate({ op: `${op}.encode`, value, mode });
/** @param {any} answer */
const fault = ({ ok, error, at }) => (ok ? 'ok' : [error, at]);

/** Every second id from 1 up, so many. @param {number} count */
const apart = (count) => Array.from({ length: count }, (_, i) => 2 * i + 1).join(',');
const HEAD = bitsOfFields([[2, 6]]).padEnd(213, '0');
const SETS = '0'.repeat(34);

describe('limits', () => {
  test('4,095 runs of ids in a set: more are refused where the set begins, and not written', () => {
    const bits = (/** @type {number} */ count) => textOf(HEAD + bitsOfFields([[2 * count, 16], [0, 1]]) + '10'.repeat(count) + '0'.repeat(29));
    assert.equal(decode('tcf', bits(4095)).value.vendorConsents, apart(4095));
    assert.equal(encode('tcf', decode('tcf', bits(4095)).value, 'lenient').output, bits(4095));
    assert.deepEqual(fault(decode('tcf', bits(4096))), ['signal_too_large', 213]);
    for (const form of [undefined, { vendorConsents: { encoding: 'bits' } }, { vendorConsents: { encoding: 'range' } }]) {
      assert.equal(encode('tcf', { vendorConsents: apart(4095), ...(form && { form }) }).ok, true);
      assert.equal(encode('tcf', { vendorConsents: apart(4096), ...(form && { form }) }).error, 'signal_too_large');
    }
    assert.equal(encode('tcf', { pubRestrictions: [{ purposeId: 2, restrictionType: 1, vendors: apart(4096) }] }).error, 'signal_too_large');
  });

  test('256 publisher restrictions, as many as there are kinds', () => {
    const some = (/** @type {number} */ count) => Array.from({ length: count }, (_, i) => ({ purposeId: i % 64, restrictionType: (i >> 6) % 4, vendors: `${i + 1}` }));
    const text = (/** @type {number} */ count) => textOf(HEAD + SETS + bitsOfFields([[count, 12], ...some(count).flatMap(({ purposeId, restrictionType }, i) => /** @type {[number, number][]} */ ([[purposeId, 6], [restrictionType, 2], [1, 12], [0, 1], [i + 1, 16]]))]));
    assert.equal(decode('tcf', text(256)).value.pubRestrictions.length, 256);
    assert.equal(encode('tcf', decode('tcf', text(256)).value, 'lenient').output, text(256));
    assert.deepEqual(fault(decode('tcf', text(257))), ['signal_too_large', 259]);
    assert.equal(encode('tcf', { pubRestrictions: some(256) }, 'lenient').ok, true);
    assert.equal(encode('tcf', { pubRestrictions: some(257) }, 'lenient').error, 'signal_too_large');
    // Kinds that the value does not have are written without vendors: they count.
    const kinds = Array.from({ length: 256 }, (_, i) => `${i % 64}:${i >> 6}`).join(',');
    assert.equal(encode('tcf', { pubRestrictions: [], form: { restrictions: kinds } }, 'lenient').ok, true);
    assert.equal(encode('tcf', { pubRestrictions: [{ purposeId: 5, restrictionType: 0, vendors: '1' }, { purposeId: 5, restrictionType: 0, vendors: '2' }], form: { restrictions: kinds } }, 'lenient').error, 'signal_too_large');
  });

  test("8,192 characters of a segment of Canada's, 65,536 of a string", () => {
    const sections = (/** @type {string} */ vendors) => ({ sections: { tcfcav1: { VendorExpressConsent: vendors, VendorImpliedConsent: vendors, form: { VendorExpressConsent: { encoding: 'bits' }, VendorImpliedConsent: { encoding: 'bits' } } } } });
    assert.equal(encode('gpp', sections('24000')).ok, true);
    assert.equal(encode('gpp', sections('25000')).error, 'signal_too_large');
    const everywhere = (/** @type {number} */ characters) => ({ form: { segments: ['core', '.'.padEnd(characters + 1, 'o')] } });
    const room = 65_536 - encode('tcf', {}).output.length - 1;
    for (const [op, value] of /** @type {const} */ ([['tcf', (/** @type {number} */ n) => everywhere(n)], ['gpp', (/** @type {number} */ n) => ({ form: { header: '' }, sections: { tcfeuv2: everywhere(n) } })]])) {
      const { output } = encode(op, value(room), 'lenient');
      assert.equal(output.length, 65_536);
      assert.equal(decode(op, output).ok, true);
      assert.equal(encode(op, value(room + 1), 'lenient').error, 'too_long');
      assert.deepEqual(fault(decode(op, `${output}o`)), ['too_long', 65_536 * 6]);
    }
    const ids = (/** @type {number} */ count) => ({ version: 1, consented: Array.from({ length: count }, () => 1) });
    assert.equal(decode('ac', encode('ac', ids(32_767)).output).ok, true);
    assert.equal(encode('ac', ids(32_768)).error, 'too_long');
    assert.deepEqual(fault(decode('ac', `1~${'1.'.repeat(32_767)}1`)), ['too_long', 65_536]);
  });

  test('a form that makes another string of it is refused: segments without the core first, more than are read', () => {
    for (const segments of [['.oAAA'], ['.oAAA', 'core'], ['core', '.'], ['core', '.o~A'], ['core', '.o+A'], ['core', ...Array.from({ length: 64 }, () => '.oAAA')]]) {
      assert.equal(encode('tcf', { form: { segments } }, 'lenient').ok, false, JSON.stringify(segments));
      assert.equal(encode('gpp', { sections: { tcfeuv2: { form: { segments } } } }, 'lenient').ok, false, JSON.stringify(segments));
    }
  });
});

describe('whatever is written can be read', () => {
  const VALUES = 3_000;
  /** @param {ReturnType<typeof randomFrom>} random */
  const any = (random) => {
    const one = (/** @type {readonly any[]} */ all) => all[random.below(all.length)];
    const ids = () => one([() => '', () => rangeText(random.ids(300)), () => rangeText(random.ids(20_000)), () => apart(one([100, 4095, 4096])), () => '1-65535', () => '65535', () => rangeText(random.ids(60).map((id) => id * 1000))])();
    const form = (/** @type {string[]} */ names, /** @type {string[]} */ segments) => random.below(3) > 0 ? {} : {
      form: {
        ...(random.below(3) > 0 ? {} : { segments: Array.from({ length: 1 + random.below(4) }, () => one([...segments, '.oAAA', '.IAAA', '.Y', '.'])) }),
        ...(random.below(3) > 0 ? {} : { characters: Array.from({ length: 1 + random.below(3) }, () => one([0, 40, 47, 300, 9000, 65_536])) }),
        ...Object.fromEntries(names.filter(() => random.below(3) === 0).map((name) => [name, one([{ encoding: 'bits' }, { encoding: 'range' }, { maxVendorId: random.below(65_536) }, { ranges: '5-9,2,7' }, { coding: one(['A', 'B', 'C']), encoding: one(['bits', 'range']) }])])),
      },
    };
    const restrictions = () => Array.from({ length: one([0, 1, 3, 256, 257]) }, (_, i) => ({ purposeId: i % 64, restrictionType: (i >> 6) % 4, vendors: one(['', '5', '9,2', '1-65535', apart(200)]) }));
    const tcf = () => ({
      vendorConsents: ids(), vendorLegitimateInterests: ids(), ...(random.flag() ? { disclosedVendors: ids() } : {}), ...(random.below(4) ? {} : { allowedVendors: ids() }), pubRestrictions: restrictions(), consentLanguage: one(['EN', 'en', 'DE']),
      ...(random.flag() ? { publisherTC: { numCustomPurposes: 3, customPurposesConsent: one(['1', '3', '4']) } } : {}), ...form(['vendorConsents', 'disclosedVendors'], ['core', 'core', 'disclosedVendors', 'publisherTC']),
    });
    const canada = () => ({ VendorExpressConsent: ids(), VendorImpliedConsent: ids(), ...(random.flag() ? { DisclosedVendors: ids() } : {}), PubRestrictions: restrictions().slice(0, 60), ...form(['VendorExpressConsent', 'DisclosedVendors'], ['core', 'core', 'disclosedVendors']) });
    const us = () => ({ SaleOptOut: random.below(4), ...(random.flag() ? { Version: 1 + random.below(3) } : {}), ...form([], ['core', 'core', 'gpc']) });
    const codec = one(['tcf', 'gpp', 'gpp', 'usp', 'ac']);
    if (codec === 'tcf') return { codec, value: tcf() };
    if (codec === 'usp') return { codec, value: { Version: 1, Notice: one('YN-x'.split('')), OptOutSale: one('YN-'.split('')), LspaCovered: one('YN-'.split('')) } };
    if (codec === 'ac') return { codec, value: { version: 1 + random.below(2), consented: Array.from({ length: one([0, 5, 9000]) }, () => random.below(2 ** 32)), ...(random.flag() ? { disclosed: random.ids(40) } : {}) } };
    const states = ['usnat', 'usca', 'usva', 'usmd', 'usin', 'usnj'];
    const { pubRestrictions, vendorConsents } = tcf();
    const sections = { ...(random.flag() ? { tcfeuv2: { VendorConsent: vendorConsents, PubRestrictions: pubRestrictions } } : {}), ...(random.flag() ? { tcfcav1: canada() } : {}), ...(random.flag() ? { [one(states)]: us() } : {}), ...(random.below(4) ? {} : { 99: 'a.b' }) };
    return { codec, value: { sections, ...(random.below(4) ? {} : { form: { header: one(['', 'DBABMA', 'DBACMYA', 'x']) } }) } };
  };

  test(`${VALUES} random values of every codec, many as large as they may be or larger`, () => {
    const random = randomFrom(6);
    const counted = { written: 0, refused: 0, large: 0 };
    for (let i = 0; i < VALUES; i += 1) {
      const { codec, value } = any(random);
      const mode = random.flag() ? 'lenient' : 'strict';
      const { ok, output, error } = encode(codec, value, mode);
      if (!ok) {
        counted.refused += 1;
        counted.large += /too_l/.test(error) ? 1 : 0;
        continue;
      }
      counted.written += 1;
      const read = decode(codec, output);
      assert.equal(read.ok, true, `${JSON.stringify(read)} of ${JSON.stringify(value).slice(0, 2000)}`);
      // What a form made unusual is usual the second time.
      let same = output;
      if (decode(codec, output, 'strict').ok !== true) same = encode(codec, read.value, 'lenient').output;
      assert.ok(encode(codec, decode(codec, same).value, 'lenient').output === same, `${codec} ${mode} ${JSON.stringify(value).slice(0, 1000)}`);
    }
    for (const count of Object.values(counted)) assert.ok(count > VALUES / 20, JSON.stringify(counted));
  });
});

test('ranges as they were written are forgotten where the set is another one: as text and as bits', async () => {
  const { outputFiles } = await build({ entryPoints: [fileURLToPath(new URL('../../js-glue/src/signals/codecs.ts', import.meta.url))], bundle: true, format: 'esm', write: false });
  const { Codecs, IdSet } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`);
  const codecs = new Codecs(new WebAssembly.Instance(new WebAssembly.Module(readFileSync(new URL('../../js-glue/dist/codecs.wasm', import.meta.url))), {}).exports);
  const text = textOf(HEAD + bitsOfFields([[9, 16], [1, 1], [2, 12], [0, 1], [7, 16], [0, 1], [3, 16]]) + '0'.repeat(29));
  const { value } = codecs.decode('tcf', text);
  assert.equal(String(value.form.vendorConsents.ranges), '7,3');
  assert.equal(codecs.encode('tcf', value, false), text);
  for (const changed of ['3', IdSet.of([3])]) {
    assert.equal(String(codecs.decode('tcf', codecs.encode('tcf', { ...value, vendorConsents: changed }, false)).value.vendorConsents), '3');
  }
});
