// The data types that consent strings are made of, and the tables of the United States' sections, against the public vectors
// (../shared/vectors/signals; absent in a user's clone, then skipped by name). No operation speaks of a data type alone, so each stands
// in a field of a string that is made of it: bit by bit what is expected, read and written again.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { evaluate } from '../../js-glue/dist/node.js';
import { bitsOf, textOf } from './signals-bits.mjs';
import { haveVectors, rangeText, vectorsOf } from './signals-vectors.mjs';

const skip = haveVectors ? false : 'no shared vectors here';

/** @param {any} request @returns {any} */
const ask = (request) => evaluate({ ...request, mode: 'lenient' });
/** A TC string of zeros but for these fields, as bits. @param {any} [value] */
const core = (value = {}) => bitsOf(ask({ op: 'tcf.encode', value }).output ?? assert.fail(JSON.stringify(value)));
const EMPTY = core();
/** A TC string with bits put in, or with everything behind them. @param {number} at @param {string} bits @param {string} [rest] */
const withBits = (at, bits, rest = EMPTY.slice(at + bits.length)) => textOf(EMPTY.slice(0, at) + bits + rest);
/** @param {string} input @returns {any} */
const read = (input) => ask({ op: 'tcf.decode', input }).value;

/** Where the fields of a TC string's core lie (requirements/signals.md, 2.1). */
const AT = { cmpId: 78, language: 108, serviceSpecific: 138, specialFeatures: 140, vendors: 213, restrictions: 247 };
/** Of a restriction's ids: behind the number of restrictions, purpose and type. */
const RESTRICTION = '000000000001' + '000010' + '01';
const NO_VENDORS = '0'.repeat(17);

/** Header bits of a GPP string with these sections. @param {number[]} ids */
const header = (ids) => bitsOf(ask({ op: 'gpp.encode', value: { sections: Object.fromEntries(ids.map((id) => [id, id === 6 ? '1---' : 'x'])) } }).output.split('~')[0]);
/** Ids of Canada's vendors in form C, range(Fibonacci). @param {string} bits @returns {string} */
function canada(bits) {
  const text = ask({ op: 'gpp.encode', value: { sections: { tcfcav1: {} } } }).output;
  const start = bitsOf(text.split('~')[1].split('.')[0]);
  const field = '1'.repeat(16) + '1' + bits + NO_VENDORS + '0'.repeat(12);
  return ask({ op: 'gpp.decode', input: `DBABDA~${textOf(start.slice(0, 199) + field)}` }).value.sections.tcfcav1.VendorExpressConsent;
}

/** Each coder: what is wrong with a vector, or nothing. @type {Record<string, (vector: any) => void>} */
const CODERS = {
  BooleanEncoder({ kind, args: [arg], expected }) {
    if (kind === 'datatype-encode') assert.equal(core({ isServiceSpecific: arg })[AT.serviceSpecific], expected);
    else assert.equal(read(withBits(AT.serviceSpecific, arg)).isServiceSpecific, expected);
  },
  FibonacciIntegerEncoder({ kind, args: [arg], expected }) {
    if (kind === 'datatype-encode') assert.equal(header([arg]).slice(25, 25 + expected.length), expected);
    else assert.equal(canada(`000000000001` + `0${arg}`), String(expected));
  },
  FibonacciInteger: (vector) => CODERS['FibonacciIntegerEncoder']?.({ kind: 'datatype-decode', ...vector }),
  FibonacciIntegerRangeEncoder({ kind, args: [arg], expected }) {
    if (kind === 'datatype-encode') assert.equal(header(arg).slice(12, 12 + expected.length), expected);
    else assert.equal(canada(arg), rangeText(expected));
  },
  FibonacciRange: ({ args: [arg], expected_ranges: ranges }) => assert.equal(canada(arg), textOfRanges(ranges)),
  FixedBitfieldEncoder({ kind, args: [arg], expected }) {
    if (kind === 'datatype-encode-error') return assert.equal(ask({ op: 'tcf.encode', value: { specialFeatureOptIns: '13' } }).error, 'signal_bad_value');
    const ids = (/** @type {boolean[]} */ flags) => rangeText(flags.flatMap((on, i) => (on ? [i + 1] : [])));
    if (kind === 'datatype-encode') assert.equal(core({ specialFeatureOptIns: ids(arg) }).slice(AT.specialFeatures, AT.specialFeatures + expected.length), expected);
    else assert.equal(read(withBits(AT.specialFeatures, arg)).specialFeatureOptIns, ids(expected));
  },
  FixedIntegerEncoder({ kind, args: [arg, bits], expected }) {
    if (kind === 'datatype-encode-error') return assert.equal(ask({ op: 'tcf.encode', value: { cmpId: 4096 } }).error, 'signal_bad_value');
    if (kind === 'datatype-encode') assert.equal(core({ cmpId: arg }).slice(AT.cmpId + 12 - bits, AT.cmpId + 12), expected);
    else assert.equal(read(withBits(AT.cmpId, arg.padStart(12, '0'))).cmpId, expected);
  },
  FixedIntegerListEncoder({ kind, args: [arg], expected }) {
    const field = 'KnownChildSensitiveDataConsents'; // of usca two entries, behind 34 bits
    const written = (/** @type {number[]} */ list) => ask({ op: 'gpp.encode', value: { sections: { usca: { [field]: list } } } });
    if (kind === 'datatype-encode-error') assert.equal(written([3, 3, 3]).error, 'signal_bad_value');
    else if (kind === 'datatype-encode') assert.equal(bitsOf(written(arg).output.split('~')[1].split('.')[0]).slice(34, 38), expected);
    else {
      const bits = bitsOf(written([]).output.split('~')[1].split('.')[0]);
      const input = `DBABBg~${textOf(bits.slice(0, 34) + arg.padEnd(4, '0') + bits.slice(38))}`;
      assert.deepEqual(ask({ op: 'gpp.decode', input }).value.sections.usca[field], expected);
    }
  },
  FixedIntegerRangeEncoder({ kind, args: [arg], expected }) {
    const bits = kind === 'datatype-encode' ? expected : arg;
    const ids = kind === 'datatype-encode' ? arg : expected;
    if (ids.length === 0) return assert.deepEqual(read(withBits(AT.restrictions, RESTRICTION + bits, '')).pubRestrictions, []);
    assert.deepEqual(read(withBits(AT.restrictions, RESTRICTION + bits, '')).pubRestrictions[0].vendors, rangeText(ids));
    const written = core({ pubRestrictions: [{ purposeId: 2, restrictionType: 1, vendors: rangeText(ids) }] });
    assert.equal(written.slice(AT.restrictions, AT.restrictions + 20 + bits.length), RESTRICTION + bits);
  },
  'IntRange (base64url, no header)'({ args: [arg], expected_ranges: ranges }) {
    assert.equal(read(withBits(AT.restrictions, RESTRICTION + bitsOf(arg), '')).pubRestrictions[0].vendors, textOfRanges(ranges));
  },
  // These two have no arguments: what they write is read, and written the same again.
  encodableFixedIntegerRange({ expected }) {
    const value = read(withBits(AT.restrictions, RESTRICTION + expected, ''));
    assert.equal(core(value).slice(AT.restrictions + 20, AT.restrictions + 20 + expected.length), expected);
  },
  encodableOptimizedFixedRange({ expected }) {
    const value = read(withBits(AT.vendors, expected + NO_VENDORS + '0'.repeat(12), ''));
    assert.equal(core(value).slice(AT.vendors, AT.vendors + expected.length), expected);
  },
  FixedStringEncoder({ kind, args: [arg], expected }) {
    if (kind === 'datatype-encode') assert.equal(core({ consentLanguage: arg }).slice(AT.language, AT.language + 12), expected);
    else assert.equal(read(withBits(AT.language, arg)).consentLanguage, expected);
  },
};

/** @param {[number, number][]} ranges */
const textOfRanges = (ranges) => ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');

/** Vectors that are not ours, with the reason. @type {Record<string, string>} */
const DIFFERENT = {
  // GPP, "string": "each letter is encoded as 6 bits, a=0..z=25"; the library makes of a small letter 32 and of a space 63.
  'datatype-encode FixedStringEncoder ["a",2]': 'a language has two letters, written as capitals',
  'datatype-decode FixedStringEncoder ["100000111111"]': 'there is no language of one letter: what is no letter is shown as ?, with a warning',
};

/** Sections for the headers of the vectors. @type {Record<number, string>} */
const BODIES = { 2: textOf(EMPTY), 5: ask({ op: 'gpp.encode', value: { sections: { tcfcav1: {} } } }).output.split('~')[1], 6: '1---' };

/** A TypeScript file of the package. @param {string} path @returns {Promise<any>} */
async function load(path) {
  const { outputFiles } = await build({ entryPoints: [fileURLToPath(new URL(`../../js-glue/src/${path}`, import.meta.url))], bundle: true, format: 'esm', write: false });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`);
}

describe('public vectors', { skip }, async () => {
  const { FIELDS, SECTIONS, USNAT_FIRST } = await load('gen/codecs.ts');
  const { VENDORS } = await load('signals/vendor-table.ts');

  test("us-sections: every field's name, place, width and number of entries, and what the core's bits come to", () => {
    const sections = /** @type {Record<string, any>} */ (/** @type {unknown} */ (vectorsOf('us-sections')));
    assert.equal(Object.keys(sections).length, 21);
    for (const [name, { id, core: fields, core_bits: bits, core_v1: older, sub }] of Object.entries(sections)) {
      const [prefix, [, ...items], second] = SECTIONS[id];
      const ours = items.map((/** @type {any} */ item) => {
        const [field, count] = typeof item === 'number' ? [item, 1] : item;
        return [FIELDS[field][0], FIELDS[field][3], count];
      });
      assert.deepEqual([prefix, second?.[0] ?? null], [name, sub]);
      assert.deepEqual(ours, fields, name);
      assert.equal(ours.reduce((/** @type {number} */ sum, /** @type {number[]} */ [, width = 0, count = 0]) => sum + width * count, 0), bits, name);
      if (!older) continue;
      const first = items.map((/** @type {any} */ item) => (typeof item === 'number' ? 1 : USNAT_FIRST[item[0]]));
      assert.deepEqual(ours.map(([field, width]) => [field, width]).map((pair, i) => [...pair, first[i]]), older);
    }
  });

  test('signals: Google consent mode has the fields of its vector; what cannot be read of it is named', () => {
    const vectors = vectorsOf('signals');
    const kinds = new Set(vectors.map(({ kind }) => kind));
    // gcd and gcs are Google's own, undocumented, and nothing here reads a request of theirs: for reading test traffic only (signals.md, 7).
    assert.deepEqual([...kinds].sort(), ['consent-mode-types', 'dnt', 'gcd', 'gcd-letter', 'sec-gpc']);
    const { keys, extra_default_keys: more } = vectors.find(({ kind }) => kind === 'consent-mode-types');
    assert.deepEqual([...VENDORS.google.fields].sort(), [...keys].sort());
    for (const option of more) assert.ok(option.split(' ')[0] in VENDORS.google.options, option);
    // A field value has no blanks around it (RFC 9110, 5.5): servers take them off, the codec takes what it is given. Two headers are none.
    for (const input of ['1 ', '1, 1']) assert.equal((evaluate({ op: 'gpc.parse', input })).signal, null);
  });

  test('datatypes: 138 of them', () => {
    const vectors = vectorsOf('datatypes');
    assert.equal(vectors.length, 138);
    /** @type {string[]} */
    const different = [];
    for (const vector of vectors) {
      const { kind, encoder, args, input, expected } = vector;
      if (kind === 'header') {
        assert.deepEqual(ask({ op: 'gpp.decode', input: [input, ...expected.sectionIds.map((/** @type {number} */ id) => BODIES[id])].join('~') }).value?.sectionIds, expected.sectionIds, input);
        continue;
      }
      const check = CODERS[encoder];
      assert.ok(check, encoder);
      try {
        check(vector);
      } catch (error) {
        const name = `${kind} ${encoder} ${JSON.stringify(args)}`;
        if (!(name in DIFFERENT)) throw error;
        different.push(name);
      }
    }
    assert.deepEqual(different.sort(), Object.keys(DIFFERENT).sort());
  });
});
