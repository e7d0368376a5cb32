// Consent strings where specifications and libraries disagree or say nothing: what we read, refuse and write (the README's words and the
// specifications' sections are in each test's name). Natively the same: tests/parity and signals-twin.test.mjs hold both equal.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { evaluate } from '../../js-glue/dist/node.js';
import { bitsOf, bitsOfFields, textOf } from './signals-bits.mjs';

/** @param {string} op @param {string} input @param {'lenient' | 'strict'} [mode] @returns {any} */
const decode = (op, input, mode = 'lenient') => evaluate({ op, input, mode });
/** @param {string} op @param {any} value @param {'lenient' | 'strict'} [mode] @returns {any} */
const encode = (op, value, mode = 'strict') => evaluate({ op, value, mode });
/** Decoded and encoded again. @param {string} op @param {string} input */
const again = (op, input) => encode(op.replace('decode', 'encode'), decode(op, input).value, 'lenient').output;
/** @param {any} answer */
const warned = (answer) => answer.warnings.map((/** @type {any} */ one) => one.warning);
/** Error and place. @param {any} answer */
const fault = ({ ok, error, at }) => (ok ? 'ok' : [error, at]);

/** A TC string that says something in every field of its core. */
const TC = encode('tcf.encode', { created: 17_671_392_000, lastUpdated: 17_671_392_000, cmpId: 31, cmpVersion: 2, consentScreen: 3, consentLanguage: 'EN', vendorListVersion: 150, tcfPolicyVersion: 5,
  isServiceSpecific: true, publisherCC: 'DE', purposesConsent: '1-4', vendorConsents: '2-5,9,700', pubRestrictions: [{ purposeId: 3, restrictionType: 1, vendors: '5,9,700-720' }] }).output;
const BITS = bitsOf(TC);
/** 259 bits of nothing but a version. */
const EMPTY = bitsOfFields([[2, 6]]).padEnd(259, '0');
/** A core with these vendor consents, form and all, and nothing else. @param {[number, number][]} fields */
const vendors = (fields) => textOf(EMPTY.slice(0, 213) + bitsOfFields(fields) + '0'.repeat(29));

describe('TC strings', () => {
  test('2.1: every field of the core at its offset, with its width', () => {
    const fields = /** @type {const} */ ([['created', 6, 36], ['lastUpdated', 42, 36], ['cmpId', 78, 12], ['cmpVersion', 90, 12], ['consentScreen', 102, 6], ['vendorListVersion', 120, 12], ['tcfPolicyVersion', 132, 6],
      ['isServiceSpecific', 138, 1], ['useNonStandardTexts', 139, 1], ['specialFeatureOptIns', 140, 12], ['purposesConsent', 152, 24], ['purposesLITransparency', 176, 24], ['purposeOneTreatment', 200, 1]]);
    for (const [name, at, bits] of fields) {
      const { value } = decode('tcf.decode', textOf(EMPTY.slice(0, at) + '1'.repeat(bits) + EMPTY.slice(at + bits)));
      const all = bits === 1 ? true : /^(?:special|purposes)/.test(name) ? `1-${bits}` : 2 ** bits - 1;
      const none = bits === 1 ? false : typeof all === 'string' ? '' : 0;
      for (const [other] of fields) assert.deepEqual(value[other], other === name ? all : decode('tcf.decode', textOf(EMPTY)).value[other], `${name}: ${other}`);
      assert.deepEqual(decode('tcf.decode', textOf(EMPTY)).value[name], none);
      const first = bitsOf(encode('tcf.encode', { [name]: typeof all === 'string' ? '1' : all }, 'lenient').output);
      assert.equal(first[at], '1', name);
      // One more than the field holds.
      if (typeof all !== 'boolean') assert.equal(encode('tcf.encode', { [name]: typeof all === 'string' ? `${bits + 1}` : all + 1 }).error, 'signal_bad_value', name);
    }
    for (const [name, at] of /** @type {const} */ ([['consentLanguage', 108], ['publisherCC', 201]])) {
      const { value } = decode('tcf.decode', textOf(EMPTY.slice(0, at) + bitsOfFields([[4, 6], [25, 6]]) + EMPTY.slice(at + 12)));
      assert.equal(value[name], 'EZ');
    }
  });

  test('1: any padding is read, and written again as it was; a new string has whole quanta of 24 bits', () => {
    const length = 259;
    for (const characters of [Math.ceil(length / 6), Math.ceil(Math.ceil(length / 8) * 8 / 6), 44, 47]) {
      const text = textOf(EMPTY).padEnd(characters, 'A');
      const answer = decode('tcf.decode', text);
      assert.equal(answer.ok, true);
      assert.equal(again('tcf.decode', text), text);
      assert.deepEqual(warned(answer).filter((/** @type {string} */ one) => one !== 'signal_reserved'), [], text);
    }
    // More zeros than any padding has, and ones: read with a warning.
    for (const rest of ['AAAAAA', '_']) assert.ok(warned(decode('tcf.decode', textOf(EMPTY) + rest)).includes('signal_trailing_bits'));
    assert.equal(encode('tcf.encode', {}).output.length % 4, 0);
    assert.deepEqual(fault(decode('tcf.decode', `${TC.slice(0, -1)}=`)), ['signal_bad_character', (TC.length - 1) * 6]);
    for (const wrong of '+/ %') assert.deepEqual(fault(decode('tcf.decode', `${TC.slice(0, 20)}${wrong}${TC.slice(21)}`)), ['signal_bad_character', 120]);
  });

  test('2.6: cut anywhere before its last field ends it is refused, with a place', () => {
    const used = BITS.replace(/0+$/, '').length;
    for (let length = 1; length * 6 < used; length += 1) {
      const [error, at] = fault(decode('tcf.decode', TC.slice(0, length)));
      assert.equal(error, 'signal_truncated', `${length}`);
      assert.ok(at <= length * 6);
    }
    assert.deepEqual(fault(decode('tcf.decode', '')), ['signal_truncated', 0]);
    assert.deepEqual(fault(decode('tcf.decode', `.${TC}`)), ['signal_bad_segment', 0]);
  });

  test('2.6: vendor 0, a range that goes back: refused where it stands; TCF v1 and GPP: another version', () => {
    assert.deepEqual(fault(decode('tcf.decode', vendors([[9, 16], [1, 1], [1, 12], [0, 1], [0, 16]]))), ['signal_bad_range', 242]);
    assert.deepEqual(fault(decode('tcf.decode', vendors([[9, 16], [1, 1], [1, 12], [1, 1], [5, 16], [4, 16]]))), ['signal_bad_range', 242]);
    for (const text of ['BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA', `D${TC.slice(1)}`]) assert.deepEqual(fault(decode('tcf.decode', text)), ['signal_bad_version', 0]);
  });

  test('2.6: what everybody understands is read leniently with a warning, and refused strictly', () => {
    const cases = /** @type {const} */ ([
      ['CmpId 0', textOf(EMPTY), 'signal_reserved', {}],
      ['ranges out of order', vendors([[9, 16], [1, 1], [2, 12], [0, 1], [7, 16], [0, 1], [3, 16]]), 'signal_unordered', { vendorConsents: '3,7' }],
      ['ranges that overlap', vendors([[9, 16], [1, 1], [2, 12], [1, 1], [1, 16], [5, 16], [1, 1], [3, 16], [9, 16]]), 'signal_unordered', { vendorConsents: '1-9' }],
      ['a range beyond MaxVendorId', vendors([[5, 16], [1, 1], [1, 12], [1, 1], [1, 16], [9, 16]]), 'signal_beyond_max', { vendorConsents: '1-9' }],
      ['a restriction of type 3', textOf(EMPTY.slice(0, 247) + bitsOfFields([[1, 12], [2, 6], [3, 2], [1, 12], [0, 1], [5, 16]])), 'signal_reserved', { pubRestrictions: [{ purposeId: 2, restrictionType: 3, vendors: '5' }] }],
      ['a segment of a type that nobody knows', `${TC}.oAAA`, 'signal_unknown_segment', { vendorConsents: '2-5,9,700' }],
      ['a segment twice: the first counts', `${TC}.IABA.IAAA`, 'signal_bad_segment', { disclosedVendors: decode('tcf.decode', `${TC}.IABA`).value.disclosedVendors }],
      ['a small letter', textOf(EMPTY.slice(0, 108) + bitsOfFields([[36, 6], [45, 6]]) + EMPTY.slice(120)), 'signal_bad_value', { consentLanguage: 'en' }],
    ]);
    for (const [name, text, warning, said] of cases) {
      const answer = decode('tcf.decode', text);
      assert.ok(answer.ok && warned(answer).includes(warning), `${name}: ${JSON.stringify(answer)}`);
      for (const [field, value] of Object.entries(said)) assert.deepEqual(answer.value[field], value, name);
      assert.equal(decode('tcf.decode', text, 'strict').ok, false, name);
      assert.equal(again('tcf.decode', text), text, name);
    }
    // Nothing is wrong with these.
    for (const fields of /** @type {[number, number][][]} */ ([[[9, 16], [1, 1], [0, 12]], [[900, 16], [0, 1], [1, 1], ...Array.from({ length: 899 }, () => /** @type {[number, number]} */ ([0, 1]))]])) {
      const text = vendors(fields);
      assert.deepEqual(warned(decode('tcf.decode', text)).filter((/** @type {string} */ one) => one !== 'signal_reserved'), []);
      assert.equal(again('tcf.decode', text), text);
    }
  });

  test('2.2 to 2.4: segments in any order, known by their first bits; empty ones as the specification has them', () => {
    const all = [`${TC}.IAAA.YAAAAAAAAAAA`, `${TC}.YAAAAAAAAAAA.IAAA`, `${TC}.QAAA`];
    for (const text of all) assert.equal(again('tcf.decode', text), text);
    assert.equal(encode('tcf.encode', { ...decode('tcf.decode', TC).value, disclosedVendors: '', publisherTC: {} }).output, all[0]);
    assert.deepEqual([decode('tcf.decode', TC).value.disclosedVendors, decode('tcf.decode', `${TC}.IAAA`).value.disclosedVendors], [null, '']);
    assert.equal(decode('tcf.decode', `${TC}.QAAA`).value.allowedVendors, '');
    assert.equal(encode('tcf.encode', {}).output.includes('.'), false, 'no segment that nobody asked for');
    const custom = { purposesConsent: '1,24', purposesLITransparency: '2', numCustomPurposes: 63, customPurposesConsent: '1,63', customPurposesLITransparency: '33' };
    assert.deepEqual(decode('tcf.decode', encode('tcf.encode', { publisherTC: custom }).output).value.publisherTC, custom);
  });

  test('2.5: the smaller of bits and ranges', () => {
    const bits = (/** @type {string} */ ids) => Number(bitsOf(encode('tcf.encode', { vendorConsents: ids }).output)[229]);
    assert.deepEqual(['1', '1-40', '29', '28', '46', '1-45', '44,46', '1,3,5,7,9', '1-200,301-900', '65535'].map(bits), [0, 0, 1, 0, 1, 1, 1, 0, 1, 1]);
  });

  test('segments beyond what anybody writes are refused, and not written', () => {
    const many = (/** @type {number} */ count) => TC + '.oAAA'.repeat(count - 1);
    assert.equal(again('tcf.decode', many(64)), many(64));
    assert.deepEqual(fault(decode('tcf.decode', many(65))), ['signal_too_large', many(64).length * 6 + 6]);
    const { value } = decode('tcf.decode', many(64));
    value.form.segments.push('.oAAA');
    assert.equal(encode('tcf.encode', value, 'lenient').error, 'signal_too_large');
  });
});

describe('GPP strings', () => {
  const SECTION = { 2: TC, 5: encode('gpp.encode', { sections: { tcfcav1: {} } }).output.split('~')[1], 6: '1YNN', 7: 'CVVVkkkkkpFY' };
  /** @param {string} header @param {number[]} ids */
  const gpp = (header, ids) => [header, ...ids.map((id) => /** @type {Record<number, string>} */ (SECTION)[id] ?? 'CAAAAAAA')].join('~');

  test("3: the specification's headers and the reference's, byte for byte", () => {
    for (const [header, reference, ids] of /** @type {[string, string, number[]][]} */ ([['DBABM', 'DBABMA', [2]], ['DBACNY', 'DBACNYA', [2, 6]], ['DBABjw', 'DBABjw', [5, 6]], ['DBABL', 'DBABLA', [7]]])) {
      for (const one of [header, reference]) {
        const { value } = decode('gpp.decode', gpp(one, ids));
        assert.deepEqual(value.sectionIds, ids);
        assert.equal(encode('gpp.encode', value, 'lenient').output, gpp(one, ids));
      }
      assert.equal(encode('gpp.encode', { sections: decode('gpp.decode', gpp(header, ids)).value.sections }, 'lenient').output, gpp(reference, ids));
    }
    assert.equal(encode('gpp.encode', { sections: {} }).output, 'DBAA');
    const all = Object.fromEntries([2, 5, 6, ...Array.from({ length: 21 }, (_, i) => i + 7)].map((id) => [id, 'x']));
    assert.equal(encode('gpp.encode', { sections: { ...all, 6: '1---' } }).output.split('~')[0], 'DBACOcGA');
  });

  test('3: what is wrong with a header or a section, and where', () => {
    const rows = /** @type {[string, string, number][]} */ ([['EBABMA~x', 'signal_bad_value', 0], ['DCABMA~x', 'signal_bad_version', 6], ['DBACNYA~x', 'signal_section_count', 12], ['DBABTA~1YNN~1YNN', 'signal_section_count', 12], ['DBABTA~', 'signal_bad_segment', 42]]);
    for (const [text, error, at] of rows) assert.deepEqual(fault(decode('gpp.decode', text)), [error, at], text);
  });

  test('3: a TC string alone is one; unknown sections, and TCF v1, are kept as they stand', () => {
    const alone = decode('gpp.decode', TC);
    assert.deepEqual([alone.value.sectionIds, alone.value.sections.tcfeuv2.CmpId, again('gpp.decode', TC)], [[2], 31, TC]);
    for (const [id, text] of [['1', 'BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA'], ['28', 'anything.at-all'], ['4000', '!']]) {
      const { output } = encode('gpp.encode', { sections: { [id]: text } });
      assert.deepEqual([decode('gpp.decode', output).value.sections[id], again('gpp.decode', output)], [text, output]);
    }
  });

  test('sections beyond what anybody writes are refused', () => {
    const many = (/** @type {number} */ count) => `${textOf(bitsOfFields([[3, 6], [1, 6], [1, 12]]) + '1' + '01010000000011' + fibonacci(count - 1))}${'~A'.repeat(count)}`;
    assert.equal(decode('gpp.decode', many(256)).value.sectionIds.length, 256);
    assert.equal(again('gpp.decode', many(256)), many(256));
    assert.equal(decode('gpp.decode', many(257)).error, 'signal_too_large');
  });
});

/** GPP, "Fibonacci coding". @param {number} value */
function fibonacci(value) {
  const places = [1, 2];
  while (/** @type {number} */ (places.at(-1)) <= value) places.push(/** @type {number} */ (places.at(-1)) + /** @type {number} */ (places.at(-2)));
  let bits = '';
  for (const place of places.reverse()) {
    if (place > value && bits === '') continue;
    bits = (place <= value ? '1' : '0') + bits;
    if (place <= value) value -= place;
  }
  return `${bits}1`;
}

describe('sections', () => {
  test("4.2: Canada's three codings of ids are told apart, and written again as they were; a new one is the reference's", () => {
    const ids = '3,7-9,40-300';
    const value = { VendorExpressConsent: ids, VendorImpliedConsent: '2', DisclosedVendors: ids, PubRestrictions: [{ purposeId: 2, restrictionType: 1, vendors: '5-9' }] };
    const texts = ['A', 'B', 'C'].map((coding) => {
      const form = Object.fromEntries(['VendorExpressConsent', 'VendorImpliedConsent', 'DisclosedVendors'].map((name) => [name, { coding, encoding: 'range' }]));
      const [one] = value.PubRestrictions;
      return encode('gpp.encode', { sections: { tcfcav1: { ...value, form, PubRestrictions: [{ ...one, form: { coding, ...(coding === 'B' ? {} : { encoding: 'range' }) } }] } } }).output;
    });
    assert.equal(new Set(texts).size, 3);
    for (const text of texts) {
      const { sections } = decode('gpp.decode', text).value;
      for (const name of /** @type {const} */ (['VendorExpressConsent', 'VendorImpliedConsent', 'DisclosedVendors'])) assert.equal(sections.tcfcav1[name], value[name], text);
      assert.equal(sections.tcfcav1.PubRestrictions[0].vendors, '5-9');
      assert.equal(again('gpp.decode', text), text);
    }
    const fresh = encode('gpp.encode', { sections: { tcfcav1: { VendorExpressConsent: ids } } }).output;
    assert.equal(decode('gpp.decode', fresh).value.sections.tcfcav1.form, undefined);
    // Read once for each coding: a segment longer than anybody's is not.
    const long = `${fresh.split('.')[0] ?? ''}`.padEnd(7 + 8 * 1024, 'A');
    assert.equal(decode('gpp.decode', long).ok, true);
    assert.deepEqual(fault(decode('gpp.decode', `${long}A`)), ['signal_too_large', 42]);
    // Before Canada's 1.1 there were no restrictions: the string ends before their number.
    const core = bitsOf(encode('gpp.encode', { sections: { tcfcav1: {} } }).output.split('~')[1].split('.')[0]);
    const early = `DBABDA~${textOf(core.slice(0, 199 + 34))}`;
    assert.deepEqual(decode('gpp.decode', early).value.sections.tcfcav1.PubRestrictions, []);
    assert.equal(again('gpp.decode', early), early);
  });

  const usnat = (/** @type {string} */ text) => decode('gpp.decode', `DBABLA~${text}`).value.sections.usnat;

  test('5: usnat by its length, whatever version it names', () => {
    const hybrid = usnat('BVVVkkkkkpFY');
    assert.deepEqual([hybrid.Version, hybrid.SensitiveDataProcessing.length, hybrid.KnownChildSensitiveDataConsents.length], [1, 16, 3]);
    const old = decode('gpp.decode', 'DBABL~BVQqAAAAAg').value.sections.usnat;
    assert.deepEqual([old.Version, old.SensitiveDataProcessing.length, old.KnownChildSensitiveDataConsents.length], [1, 12, 2]);
    assert.equal(usnat('CVVVkkkkkpFY').Version, 2);
    for (const text of ['DBABLA~BVVVkkkkkpFY', 'DBABL~BVQqAAAAAg', 'DBABLA~CVVVkkkkkpFY.YA', 'DBABLA~CVVVkkkkkpFY.Q']) assert.equal(again('gpp.decode', text), text);
    assert.equal(encode('gpp.encode', { sections: { usnat: {} } }).output.split('~')[1].split('.')[0].length, 12);
  });

  test('5: the Gpc subsection there or not, its paddings, and where none is defined', () => {
    const said = ['CVVVkkkkkpFY', 'CVVVkkkkkpFY.Y', 'CVVVkkkkkpFY.YA', 'CVVVkkkkkpFY.Q', 'CVVVkkkkkpFY.QA'].map((text) => [usnat(text).GpcSegmentIncluded, usnat(text).Gpc]);
    assert.deepEqual(said, [[false, false], [true, true], [true, true], [true, false], [true, false]]);
    assert.equal(encode('gpp.encode', { sections: { usnat: { Gpc: true, GpcSegmentIncluded: false } } }).ok, false, 'never lost in silence');
    for (const section of ['usva', 'usut', 'usfl']) {
      const text = `${encode('gpp.encode', { sections: { [section]: {} } }).output}.QA`;
      const answer = decode('gpp.decode', text);
      assert.deepEqual([warned(answer), again('gpp.decode', text)], [['signal_unknown_segment'], text]);
    }
  });

  test('5: 3 is reserved, shown as 3 with a warning; MspaCoveredTransaction 0 is read, and not written', () => {
    const answer = decode('gpp.decode', `DBABLA~${textOf(bitsOf('CVVVkkkkkpFY').replace(/^(.{6})../, '$111'))}`);
    assert.deepEqual([answer.value.sections.usnat.SharingNotice, warned(answer)], [3, ['signal_reserved']]);
    assert.equal(encode('gpp.encode', { sections: { usnat: { MspaCoveredTransaction: 0 } } }).ok, false);
    assert.equal(encode('gpp.encode', { sections: { usnat: { MspaCoveredTransaction: 0 } } }, 'lenient').ok, true);
  });

  test("5: Maryland and later: the reference's form is written, a Section Header before it is read", () => {
    for (const [id, section, text] of /** @type {[number, string, string][]} */ ([[24, 'usmd', 'BQAA.QA'], [25, 'usin', 'BQAA.AAA'], [26, 'usky', 'BQAA.AAA'], [27, 'usri', 'BQAA.AAA']])) {
      const { output } = encode('gpp.encode', { sections: { [section]: {} } });
      assert.equal(output.split('~')[1], text);
      const { form: _none, ...plain } = decode('gpp.decode', output).value.sections[section];
      // SectionID, Version, SubSections: nobody can write core's id 0 as a Fibonacci number, so whatever is behind these is passed over.
      const headed = output.replace('~', `~${textOf(bitsOfFields([[id, 6], [1, 6], [0, 12]]))}.`);
      const { form: _kept, ...read } = decode('gpp.decode', headed).value.sections[section];
      assert.deepEqual(read, plain);
      assert.equal(again('gpp.decode', headed), headed);
    }
  });
});

describe('Additional Consent', () => {
  test('6: both versions, without the dot, and what is refused', () => {
    assert.deepEqual(decode('ac.decode', '2~1.10~dv.2.3.4').value, { version: 2, consented: [1, 10], disclosed: [2, 3, 4] });
    assert.deepEqual(decode('ac.decode', '1~1.10').value, { version: 1, consented: [1, 10], disclosed: null });
    assert.deepEqual(decode('ac.decode', '2~~dv.1').value, { version: 2, consented: [], disclosed: [1] });
    const lenient = decode('ac.decode', '2~1~dv');
    assert.deepEqual([lenient.value.disclosed, warned(lenient), decode('ac.decode', '2~1~dv', 'strict').ok], [[], ['signal_truncated'], false]);
    for (const [text, at] of /** @type {[string, number][]} */ ([['2~1', 3], ['3~1', 0], ['2~1..2~dv.', 4], ['2~x~dv.', 2], ['2~1~xv.2', 4], ['1~1~dv.2', 3], ['1~4294967296', 2], ['', 0]])) assert.equal(decode('ac.decode', text).at, at, text);
    assert.deepEqual(decode('ac.decode', '1~4294967295').value.consented, [4294967295]);
  });
});
