// Consent strings against the libraries of the field: 2,000 random models each (fixed seeds). What we write they read as the model
// it was made from, and what they write we read so. METROFAX_DIFFERENTIAL=10000 is the long run. Their encoders take milliseconds where
// their decoders take microseconds, so every twentieth model goes that way as well.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as community from '@iabtcf/core';
import * as techLab from '@iabtechlabtcf/core';
import { GppModel } from '@iabgpp/cmpapi';
import { evaluate } from '../../js-glue/dist/node.js';
import { randomFrom } from './random.mjs';
import { DIFFERENTIAL_SECTIONS, differences, rangeText } from './signals-vectors.mjs';

const MODELS = Number(process.env.METROFAX_DIFFERENTIAL ?? 2_000);
const DECODE_EVERY = 20;

/** @param {any} request */
function answered(request) {
  const answer = evaluate(request);
  assert.equal(answer.ok, true, JSON.stringify(answer));
  return /** @type {any} */ (answer);
}

/** @param {ReturnType<typeof randomFrom>} random */
function tcfModel(random) {
  const day = 17_000_000_000 + 864_000 * random.below(400) - (17_000_000_000 % 864_000);
  const customs = random.below(4);
  const purposes = () => rangeText(random.ids(11));
  return {
    version: 2, created: day, lastUpdated: day, cmpId: 2 + random.below(4094), cmpVersion: 1 + random.below(4095), consentScreen: random.below(64),
    consentLanguage: ['EN', 'DE', 'FR', 'IT', 'ES'][random.below(5)], vendorListVersion: 1 + random.below(4095), tcfPolicyVersion: 2 + random.below(4),
    isServiceSpecific: true, useNonStandardTexts: random.flag(), specialFeatureOptIns: rangeText(random.ids(2)), purposesConsent: purposes(),
    purposesLITransparency: purposes(), purposeOneTreatment: random.flag(), publisherCC: ['DE', 'FR', 'AA', 'ZZ'][random.below(4)],
    vendorConsents: rangeText(random.ids(300)), vendorLegitimateInterests: rangeText(random.ids(300)),
    pubRestrictions: Array.from({ length: random.below(3) }, (_, i) => ({ purposeId: 2 + i, restrictionType: random.below(3), vendors: rangeText([1 + random.below(9), ...random.ids(40)]) })),
    disclosedVendors: random.flag() ? rangeText(random.ids(300)) : null, allowedVendors: null,
    publisherTC: random.flag() ? { purposesConsent: purposes(), purposesLITransparency: purposes(), numCustomPurposes: customs, customPurposesConsent: rangeText(random.ids(4).filter((id) => id <= customs)), customPurposesLITransparency: '' } : null,
  };
}

/** A vector of theirs as range text. @param {Iterable<[number, boolean]>} vector */
const idsOf = (vector) => rangeText([...vector].flatMap(([id, on]) => (on ? [id] : [])));

/** What they read, under our names. @param {any} model @param {ReturnType<typeof tcfModel>} like segments that are there */
function ofTheirs(model, like) {
  const restrictions = model.publisherRestrictions.getRestrictions().map((/** @type {any} */ one) => ({
    purposeId: one.purposeId, restrictionType: one.restrictionType, vendors: rangeText(model.publisherRestrictions.getVendors(one)),
  })).sort((/** @type {any} */ a, /** @type {any} */ b) => a.purposeId - b.purposeId || a.restrictionType - b.restrictionType);
  return {
    version: model.version, created: model.created.getTime() / 100, lastUpdated: model.lastUpdated.getTime() / 100, cmpId: model.cmpId, cmpVersion: model.cmpVersion,
    consentScreen: model.consentScreen, consentLanguage: model.consentLanguage, vendorListVersion: model.vendorListVersion, tcfPolicyVersion: model.policyVersion,
    isServiceSpecific: model.isServiceSpecific, useNonStandardTexts: model.useNonStandardTexts ?? model.useNonStandardStacks,
    specialFeatureOptIns: idsOf(model.specialFeatureOptins), purposesConsent: idsOf(model.purposeConsents), purposesLITransparency: idsOf(model.purposeLegitimateInterests),
    purposeOneTreatment: model.purposeOneTreatment, publisherCC: model.publisherCountryCode, vendorConsents: idsOf(model.vendorConsents),
    vendorLegitimateInterests: idsOf(model.vendorLegitimateInterests), pubRestrictions: restrictions,
    disclosedVendors: like.disclosedVendors === null ? null : idsOf(model.vendorsDisclosed), allowedVendors: null,
    publisherTC: like.publisherTC === null ? null : {
      purposesConsent: idsOf(model.publisherConsents), purposesLITransparency: idsOf(model.publisherLegitimateInterests), numCustomPurposes: model.numCustomPurposes,
      customPurposesConsent: idsOf(model.publisherCustomConsents), customPurposesLITransparency: idsOf(model.publisherCustomLegitimateInterests),
    },
  };
}

describe('TC strings', () => {
  for (const [name, library, seed] of /** @type {const} */ ([['@iabtcf/core', community, 1], ['@iabtechlabtcf/core', techLab, 2]])) {
    test(`${name} reads ${MODELS} random models that we wrote, each as it was`, () => {
      const random = randomFrom(seed);
      for (let i = 0; i < MODELS; i += 1) {
        const model = tcfModel(random);
        const { output } = answered({ op: 'tcf.encode', value: model });
        assert.deepEqual(ofTheirs(library.TCString.decode(output), model), model, output);
        if (i % DECODE_EVERY !== 0) continue;
        const { form: _form, ...value } = answered({ op: 'tcf.decode', input: output }).value;
        assert.deepEqual(value, model, output);
      }
    });
  }
});

describe('GPP strings', () => {
  const CHOICES = new Set(['Version', 'MspaVersion', 'Gpc', 'GpcSegmentIncluded', 'SensitiveDataConsentSegmentIncluded', 'GpcSegmentType']);

  test(`@iabgpp/cmpapi reads ${MODELS} random models that we wrote, each as it was; every ${DECODE_EVERY}th it wrote, we read`, () => {
    const random = randomFrom(3);
    /** Each section's fields, with the number of entries of lists. @type {Record<string, Record<string, unknown>>} */
    const shapes = {};
    for (const section of DIFFERENTIAL_SECTIONS) {
      const { output } = answered({ op: 'gpp.encode', value: { sections: { [section]: {} } } });
      shapes[section] = answered({ op: 'gpp.decode', input: output }).value.sections[section];
    }
    for (let i = 0; i < MODELS; i += 1) {
      /** @type {Record<string, any>} */
      const sections = {};
      for (let n = 1 + random.below(3); n > 0; n -= 1) {
        const section = DIFFERENTIAL_SECTIONS[random.below(DIFFERENTIAL_SECTIONS.length)] ?? 'usnat';
        const value = { ...shapes[section] };
        for (const [name, shape] of Object.entries(value)) {
          if (Array.isArray(shape)) value[name] = shape.map(() => random.below(3));
          else if (name === 'MspaCoveredTransaction') value[name] = 1 + random.below(2);
          else if (!CHOICES.has(name)) value[name] = random.below(3);
        }
        if ('Gpc' in value) Object.assign(value, random.flag() ? { Gpc: random.flag(), GpcSegmentIncluded: true } : { Gpc: false, GpcSegmentIncluded: false });
        sections[section] = value;
      }
      const { output } = answered({ op: 'gpp.encode', value: { sections } });
      const theirs = new GppModel(output);
      for (const [section, value] of Object.entries(sections)) assert.deepEqual(differences(section, value, theirs.getSection(section)), [], output);
      if (i % DECODE_EVERY !== 0) continue;
      const written = new GppModel();
      for (const [section, value] of Object.entries(sections)) {
        for (const [name, field] of Object.entries(value)) if (name !== 'MspaVersion') written.setFieldValue(section, name, field);
      }
      const read = answered({ op: 'gpp.decode', input: written.encode() }).value.sections;
      assert.deepEqual(Object.fromEntries(Object.entries(read).map(([section, { form: _form, ...value }]) => [section, value])), sections);
    }
  });

  test('what stops @iabgpp/cmpapi and @iabtechlabtcf/core costs nothing: ranges that claim everything', () => {
    const wide = `CAAAAAAAAAAAAAAAAAENAACAAAAAAAAAAAAA${'_'.repeat(40)}`;
    assert.equal(evaluate({ op: 'tcf.decode', input: wide }).ok, false);
    for (const input of ['DBABlVVVVVVVVVVVVVVVVVVw', 'DBABqqqqqqqqqqqqqqqqqqqr']) assert.equal(evaluate({ op: 'gpp.decode', input }).ok, false);
  });
});
