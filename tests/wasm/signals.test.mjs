// Consent strings against every public vector (../shared/vectors/signals; absent in a user's clone, then skipped by name), natively and in
// codecs.wasm. A vector whose expectation is not ours is listed with its reason and must stay different.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { canonical, evaluate } from '../../js-glue/dist/node.js';
import { DIFFERENT, SECTIONS, differences, haveVectors, ours, valueOf, vectorsOf } from './signals-vectors.mjs';

const mfconsent = fileURLToPath(new URL('../../build/native/mfconsent', import.meta.url));

/** @typedef {{ op: string, input?: string, value?: any, mode?: string }} Question */

/** @param {Question[]} questions @returns {any[]} */
function natively(questions) {
  const { stdout } = spawnSync(mfconsent, ['eval'], { input: questions.map((question) => `${JSON.stringify(question)}\n`).join(''), encoding: 'utf8', maxBuffer: 1 << 28 });
  return stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
}

const skip = haveVectors ? false : 'no shared vectors here';
const same = (/** @type {any} */ a, /** @type {any} */ b) => canonical({ id: null, ok: true, a }) === canonical({ id: null, ok: true, a: b });

for (const [where, ask] of /** @type {const} */ ([['natively', natively], ['in codecs.wasm', (/** @type {Question[]} */ questions) => questions.map((question) => evaluate(question))]])) {
  /** @param {Question} question */
  const one = (question) => ask([question])[0];

  describe(`public vectors ${where}`, { skip }, () => {
    for (const [file, count] of /** @type {const} */ ([['tcf-generated', 200], ['tcf-thirdparty-strings', 54]])) {
      test(`${file}: ${count} TC strings decoded, and encoded again byte for byte`, () => {
        const vectors = vectorsOf(file);
        assert.equal(vectors.length, count);
        const decoded = ask(vectors.map(({ input }) => ({ op: 'tcf.decode', input })));
        vectors.forEach(({ input, expected }, i) => {
          assert.equal(decoded[i].ok, true, input);
          const { form: _form, ...value } = decoded[i].value;
          const wanted = expected.pubRestrictions.map((/** @type {any} */ one) => ({ purposeId: one.purposeId, restrictionType: one.type, vendors: one.vendors }));
          value.pubRestrictions = value.pubRestrictions.map((/** @type {any} */ one) => ({ purposeId: one.purposeId, restrictionType: one.restrictionType, vendors: one.vendors }));
          assert.deepEqual(value, { ...expected, pubRestrictions: wanted }, input);
        });
        // What a specification does not allow to be written is written again on request only.
        const encoded = ask(decoded.map(({ value }) => ({ op: 'tcf.encode', value, mode: 'lenient' })));
        assert.deepEqual(encoded.map(({ output }) => output), vectors.map(({ input }) => input));
      });
    }

    test('gpp-generated: 187 strings of all sections decoded, and encoded again byte for byte', () => {
      const vectors = vectorsOf('gpp-generated');
      assert.equal(vectors.length, 187);
      const decoded = ask(vectors.map(({ input }) => ({ op: 'gpp.decode', input })));
      vectors.forEach(({ input, expected }, i) => {
        assert.deepEqual(decoded[i].value?.sectionIds, expected.sectionIds, input);
        for (const [section, theirs] of Object.entries(expected.sections)) {
          assert.deepEqual(differences(section, decoded[i].value.sections[section], theirs), [], input);
        }
      });
      const encoded = ask(decoded.map(({ value }) => ({ op: 'gpp.encode', value })));
      assert.deepEqual(encoded.map(({ output }) => output), vectors.map(({ input }) => input));
    });

    if (where === 'natively') return; // one question at a time from here on; that both answer the same is the parity suite's

    test('iabgpp-es-tests: 404 cases of the reference implementation', () => {
      const vectors = vectorsOf('iabgpp-es-tests');
      assert.equal(vectors.length, 404);
      /** @type {string[]} */
      const different = [];
      for (const vector of vectors) {
        if (!passes(vector)) different.push(`${vector.kind} ${vector.section}: ${vector.test.split(' > ')[1]} ${vector.expected?.length ? vector.expected : vector.input}`);
      }
      assert.deepEqual(different.sort(), Object.keys(DIFFERENT).sort());
    });

    test('ac: 27 strings decoded, and encoded again', () => {
      const vectors = vectorsOf('ac');
      assert.equal(vectors.length, 27);
      for (const { input, expected } of vectors) {
        const { value } = one({ op: 'ac.decode', input });
        assert.deepEqual(value, expected, input);
        assert.equal(one({ op: 'ac.encode', value }).output, input);
      }
    });

    test('uspv1: 62 strings, the empty one among them: no string is no signal, which is not the codec\'s to say', () => {
      const vectors = vectorsOf('uspv1');
      assert.equal(vectors.length, 62);
      for (const { kind, input, expected } of vectors) {
        const { ok, value } = one({ op: 'usp.decode', input });
        assert.equal(ok, kind !== 'decode-error' && input !== '', input);
        if (!ok) continue;
        const { optOutSale: _optOutSale, ...wanted } = expected;
        assert.deepEqual(value, wanted);
        assert.equal(one({ op: 'usp.encode', value }).output, input);
      }
    });

    test('signals: Sec-GPC and DNT headers', () => {
      for (const { kind, input, expected, note } of vectorsOf('signals')) {
        if (kind === 'sec-gpc' && typeof expected === 'boolean') assert.equal(one({ op: 'gpc.parse', input }).signal, expected || null, note);
        if (kind === 'dnt') assert.equal(one({ op: 'dnt.parse', input }).signal, expected.startsWith('opted-out') ? true : expected === 'tracking allowed' ? false : null, JSON.stringify(input));
      }
    });

    /** The text of one section as a GPP string. @param {string} section @param {string} text */
    function wrapped(section, text) {
      const raw = section === 'uspv1' ? '1---' : 'x';
      return one({ op: 'gpp.encode', value: { sections: { [section]: raw } } }).output.replace(`~${raw}`, `~${text}`);
    }

    /** @param {any} vector */
    function passes(vector) {
      const { kind, section, input, expected } = vector;
      const whole = section === 'gpp' || section === 'header';
      if (section === 'header') {
        if (kind === 'decode-error') return one({ op: 'gpp.decode', input }).ok === false;
        const ids = kind === 'decode' ? expected.SectionIds : vector.input_fields.SectionIds;
        const header = kind === 'decode' ? input : expected;
        const value = { sections: Object.fromEntries(ids.map((/** @type {number} */ id) => [id, id === 6 ? '1---' : 'x'])) };
        return one({ op: 'gpp.encode', value }).output.split('~')[0] === header;
      }
      if (kind === 'encode-error') {
        const [name, value] = ours(section, vector.set_field, vector.set_value) ?? [];
        return one({ op: 'gpp.encode', value: { sections: { [section]: { [name]: value } } } }).ok === false;
      }
      if (kind === 'encode') {
        const start = vector.from_input ? one({ op: 'gpp.decode', input: whole ? vector.from_input : wrapped(section, vector.from_input) }).value : null;
        const { output } = one({ op: 'gpp.encode', value: valueOf(vector, start) });
        return (whole ? output : output?.split('~')[1]) === expected;
      }
      const decoded = one({ op: 'gpp.decode', input: whole ? input : wrapped(section, input) });
      if (kind === 'decode-error') return decoded.ok === false;
      if (!decoded.ok) return false;
      return Object.entries(expected).every(([path, wanted]) => {
        if (path.startsWith('hasSection:')) return path.slice(11) in decoded.value.sections === wanted;
        if (path === 'sectionIds') return same(decoded.value.sectionIds, wanted);
        const [of, name] = path.includes('.') ? path.split('.') : [section, path];
        if (vector.volatile && /^(Created|LastUpdated)$/.test(name)) return true;
        return of in SECTIONS && differences(of, decoded.value.sections[of], { [name]: wanted }).length === 0;
      });
    }
  });
}
