// The three forms of a receipt against what is published of them: tests/vectors/receipt-rules.json, with its sources.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { receiptOf, toDpv, toKantara } from '../../js-glue/dist/ledger.js';

/** @typedef {[pointer: string, type: string]} Rule */
/** @type {Record<'ts27560' | 'kantara' | 'dpv', { source: string, members: Rule[], optional?: Rule[] }>} */
const rules = JSON.parse(readFileSync(new URL('../vectors/receipt-rules.json', import.meta.url), 'utf8'));

const NOW = 1_790_000_000;
/** @type {any} */
const facts = {
  recordId: '2f1c6f4e-5a0c-4b5e-9d55-0d9ad8a1c0de', principal: 'a'.repeat(64),
  notice: { url: 'https://www.metrofax.com/privacy', sha256: 'b'.repeat(64), language: 'en' },
  policy: { id: 'metrofax', version: '2013-12-01', sha256: 'c'.repeat(64) },
  regime: { id: 'eu', model: 'opt-in' }, jurisdiction: 'DE',
  purposes: [
    { id: 'service', description: 'Running the service', state: 'granted', necessary: true, data: ['account'], retention: 'P13M', recipients: [] },
    { id: 'measurement', description: 'Measurement', state: 'granted', necessary: false, data: ['device identifier'], retention: 'P13M', recipients: ['Northlight Analytics'], refusedRecipients: ['Google Analytics'] },
    { id: 'advertising', description: 'Advertising', state: 'denied', necessary: false, data: ['device identifier'], retention: 'P13M', recipients: ['Adharbor'] },
  ],
  parties: [{ id: 'metrofax', name: 'j2 Cloud Services, Inc.', address: 'Los Angeles', contact: 'privacy@metrofax.example', type: 'PII controller' }],
  locations: ['US'], withdrawal: 'https://www.metrofax.com/choices', rights: 'https://www.metrofax.com/privacy#pii.change',
  event: { at: NOW, validity: 'P13M', method: 'banner', state: 'given' },
  signals: { gpcHeader: false, gpcScript: null, dnt: null, optOuts: [] },
  enforcement: { released: ['northlight'], blocked: 3, purged: [], residue: [] },
};

/** @type {Record<string, (value: unknown) => boolean>} */
const TYPES = {
  text: (value) => typeof value === 'string' && value !== '',
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  whole: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  list: (value) => Array.isArray(value),
  // ISO 8601: a time in UTC, a duration that is not empty.
  time: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value) && !Number.isNaN(Date.parse(value)),
  duration: (value) => typeof value === 'string' && /^P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/.test(value),
};

/** Pointers that a form breaks. @param {unknown} value @param {Rule[]} members @param {boolean} [required] @returns {string[]} */
function broken(value, members, required = true) {
  return members.filter(([pointer, type]) => {
    /** @type {unknown[]} */
    let found = [value];
    for (const step of pointer.split('/')) {
      found = found.flatMap((one) => (step === '*' ? (Array.isArray(one) && (one.length > 0 || !required) ? one : [undefined]) : [TYPES['object']?.(one) ? /** @type {any} */ (one)[step] : undefined]));
    }
    const good = (/** @type {unknown} */ one) => (type.startsWith('one:') ? type.slice(4).split('|').includes(String(one)) : TYPES[type]?.(one) === true);
    return !found.every((one) => (one === undefined ? !required : good(one)));
  }).map(([pointer]) => pointer);
}

const forms = {
  ts27560: (/** @type {any} */ of) => receiptOf(of),
  kantara: (/** @type {any} */ of) => toKantara(receiptOf(of)),
  dpv: (/** @type {any} */ of) => toDpv(receiptOf(of)),
};

describe('receipts by the published rules [pii.change]', () => {
  for (const [name, make] of /** @type {[keyof typeof forms, (of: any) => any][]} */ (Object.entries(forms))) {
    test(`${name}: every member that must be there is, in its type; taking any of them away is noticed`, () => {
      const form = make(facts);
      assert.deepEqual(broken(form, rules[name].members), []);
      assert.deepEqual(broken(form, rules[name].optional ?? [], false), []);
      for (const [pointer] of rules[name].members) {
        const cut = structuredClone(form);
        /** @param {any} at @param {string[]} steps */
        const remove = (at, [step = '', ...rest]) => {
          if (step === '*') for (const one of rest.length > 0 ? at : []) remove(one, rest);
          else if (rest.length === 0 || (rest.length === 1 && rest[0] === '*')) delete at[step];
          else remove(at[step], rest);
        };
        remove(cut, pointer.split('/'));
        assert.ok(broken(cut, rules[name].members).includes(pointer), pointer);
      }
    });
  }

  test('every state of an event is one that TS 27560 and DPV have', () => {
    for (const state of ['requested', 'given', 'refused', 'withdrawn', 'expired', 'invalidated']) {
      const of = { ...facts, event: { ...facts.event, state } };
      assert.deepEqual(broken(receiptOf(of), rules.ts27560.members), [], state);
      assert.deepEqual(broken(toDpv(receiptOf(of)), rules.dpv.members), [], state);
    }
  });

  test('Kantara: a third party is named where data goes to one, and nowhere else', () => {
    const purposes = /** @type {any} */ (toKantara(receiptOf(facts))).services.flatMap((/** @type {any} */ one) => one.purposes);
    assert.deepEqual(purposes.map((/** @type {any} */ one) => [one.thirdPartyDisclosure, one.thirdPartyName]), [[false, undefined], [true, 'Northlight Analytics']]);
  });

  test('DPV: where it is stored and for how long, and whom the visitor refused within a purpose', () => {
    const [, measurement] = /** @type {any} */ (toDpv(receiptOf(facts)))['dpv:hasProcess'];
    assert.deepEqual(measurement['dpv:hasStorageCondition'].map((/** @type {any} */ one) => one['@type']), ['dpv:StorageDuration', 'dpv:StorageLocation']);
    assert.deepEqual(measurement['dpv:hasRecipient'].map((/** @type {any} */ one) => one['dpv:hasName']), ['Northlight Analytics']);
    assert.deepEqual(measurement['dpv:hasProcess']['dpv:hasRecipient'].map((/** @type {any} */ one) => one['dpv:hasName']), ['Google Analytics']);
    assert.equal(measurement['dpv:hasProcess']['dpv:hasConsentStatus']['@id'], 'dpv:ConsentRefused');
  });
});
