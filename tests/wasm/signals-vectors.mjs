// The public vectors of ../shared/vectors/signals as questions to gpp.*, tcf.*, usp.* and ac.*: what other libraries call their
// fields, turned into the specifications' names, and back.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../shared/vectors/signals/', import.meta.url));
export const haveVectors = existsSync(folder);

/** @param {string} name @returns {any[]} */
export const vectorsOf = (name) => JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8'));

/** Section ids by prefix (GPP, "Section Information"). @type {Record<string, number>} */
export const SECTIONS = Object.fromEntries(['tcfeuv2', 'header', 'integrity', 'tcfcav1', 'uspv1', 'usnat', 'usca', 'usva', 'usco', 'usut', 'usct', 'usfl', 'usmt',
  'usor', 'ustx', 'usde', 'usia', 'usne', 'usnh', 'usnj', 'ustn', 'usmn', 'usmd', 'usin', 'usky', 'usri'].map((prefix, i) => [prefix, i + 2]));

/** Those of the United States. */
export const DIFFERENTIAL_SECTIONS = Object.keys(SECTIONS).filter((prefix) => prefix.startsWith('us') && prefix !== 'uspv1');

/** What @iabgpp/cmpapi calls the fields of tcfeuv2. @type {Record<string, string>} */
const EU_NAMES = {
  PolicyVersion: 'TcfPolicyVersion', UseNonStandardStacks: 'UseNonStandardTexts', SpecialFeatureOptins: 'SpecialFeatureOptIns',
  PurposeConsents: 'PurposeConsent', PurposeLegitimateInterests: 'PurposesLITransparency', PublisherCountryCode: 'PublisherCC',
  VendorConsents: 'VendorConsent', VendorLegitimateInterests: 'VendorLegitimateInterest', PublisherRestrictions: 'PubRestrictions',
  PublisherConsents: 'PubPurposesConsent', PublisherLegitimateInterests: 'PubPurposesLITransparency',
  PublisherCustomConsents: 'CustomPurposesConsent', PublisherCustomLegitimateInterests: 'CustomPurposesLITransparency',
  VendorsAllowed: 'AllowedVendors', VendorsDisclosed: 'DisclosedVendors',
};

/** Ids as range text. @param {number[]} ids */
export function rangeText(ids) {
  /** @type {number[][]} */
  const runs = [];
  for (const id of [...new Set(ids)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && last[1] === id - 1) last[1] = id;
    else runs.push([id, id]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}

const isIds = (/** @type {string} */ name) => /Vendor/.test(name) && name !== 'VendorListVersion';

/** One field of theirs in our form; undefined for what is no field. @param {string} section @param {string} name @param {any} value */
export function ours(section, name, value) {
  if (/SegmentType$/.test(name)) return undefined;
  const tcf = section.startsWith('tcf');
  const key = section === 'tcfeuv2' ? (EU_NAMES[name] ?? name) : name;
  if (/^(Created|LastUpdated)$/.test(name)) return [key, Math.round(Date.parse(value) / 100)];
  if (key === 'PubRestrictions') {
    // A TC string's restrictions are a map (TCF, "Publisher Restrictions"): one for nobody is none.
    return [key, value.filter((/** @type {any} */ one) => section === 'tcfcav1' || one.ids.length > 0).map((/** @type {any} */ one) => ({
      purposeId: one.key ?? one.purposeId, restrictionType: one.type ?? one.restrictionType, vendors: rangeText(one.ids ?? one.vendors),
    }))];
  }
  if (tcf && Array.isArray(value)) {
    return [key, rangeText(isIds(key) ? value : value.flatMap((/** @type {boolean} */ on, /** @type {number} */ i) => (on ? [i + 1] : [])))];
  }
  return [key, value];
}

/** What @iabgpp/cmpapi 3.2.0 writes for a new section. @type {Record<string, Record<string, unknown>>} */
const DEFAULTS = {
  tcfeuv2: { ConsentLanguage: 'EN', TcfPolicyVersion: 5, IsServiceSpecific: true, PublisherCC: 'AA', DisclosedVendors: '', PubPurposesConsent: '' },
  tcfcav1: { ConsentLanguage: 'EN', TcfPolicyVersion: 2, PubPurposesExpressConsent: '' },
  uspv1: { Version: 1, Notice: '-', OptOutSale: '-', LspaCovered: '-' },
};

/** The value for gpp.encode of an `encode` vector. @param {any} vector @param {any} start a decoded value to change, or null */
export function valueOf(vector, start) {
  const value = start ?? { sections: {} };
  delete value.sectionIds;
  for (const [path, theirs] of Object.entries(vector.input_fields)) {
    const [section, name] = path.includes('.') ? path.split('.') : [vector.section, path];
    value.sections[section] ??= { ...DEFAULTS[section] };
    const field = ours(section, name, theirs);
    if (field) value.sections[section][field[0]] = field[1];
    if (/^CustomPurposes/.test(field?.[0] ?? '')) value.sections[section].NumCustomPurposes ??= theirs.length;
  }
  if (vector.section !== 'gpp' && vector.section !== 'header') value.sections[vector.section] ??= { ...DEFAULTS[vector.section] };
  for (const section of Object.values(value.sections)) if (typeof section === 'object') delete section.form;
  return value;
}

/** What of `theirs` is not what we read, as [name, ours, theirs]; absent subsections are null with us and empty with them.
 * @param {string} section @param {any} decoded @param {Record<string, any>} theirs */
export function differences(section, decoded, theirs) {
  const found = [];
  for (const [name, value] of Object.entries(theirs)) {
    const field = ours(section, name, value);
    if (!field) continue;
    const [key, wanted] = field;
    const mine = decoded[key];
    const empty = mine === null && (wanted === '' || wanted === 0 || (Array.isArray(wanted) && wanted.length === 0));
    if (!empty && JSON.stringify(mine) !== JSON.stringify(wanted)) found.push([key, mine, wanted]);
  }
  return found;
}

/** Cases of iabgpp-es-tests that are not ours, by kind, section, name and string, with the reason.
 * @type {Record<string, string>} */
export const DIFFERENT = {
  // requirements of usnat: libraries before 3.2.0 wrote version 1 with the fields of version 2; 3.2.0 cuts such a string to 12 and 2
  // entries and loses the rest. We read and write what is there.
  'decode usnat: should decode BVVVkkkkkpFY.YA BVVVkkkkkpFY': 'version 1 with 16 and 3 entries is read whole',
  'encode gpp: should encode usnat v1 with v2 values DBABLA~BAAAVVVVUQA.QA': 'version 1 with 16 and 3 entries is written whole',
  'encode usnat: should encode usnat v1 with v2 values BAAAVVVVUQA.QA': 'version 1 with 16 and 3 entries is written whole',
  // US Privacy String, "Version": "The version of this string specification used to encode the string", of which there is 1.
  'decode uspv1: should decode 2YNY 2YNY': 'there is no version 2',
  'encode uspv1: should decode to 2NYY 2NYY': 'there is no version 2',
  // The library sets Created whenever LastUpdated is set, or takes the clock; a codec writes what it is given.
  'encode gpp: should decode and encode consistently DBABMA~CQuIxQAQuIxQAAAAAAENAAFgALPgAEAAAAAAF5wCAAKgAgACiAIAAVoA0gB3ALzAAAAA.IAAA.YAAAAAAAAAAA': 'holds the clock of the day it was made',
  'encode tcfeuv2: encode with service specific CPTtLAAPTtLAAAAAAAENAAFgAAAAAAAAAAAAAAAAAAAA.IAAA.YAAAAAAAAAAA': 'Created is not overwritten by LastUpdated',
  'encode tcfeuv2: encode with vendor [11, 28, 29] and publisher TC CPTtLAAPTtLAAAKAAAENAAFgALwAAEAAAAAAAOgAgABgAAAA.IAoAAgABgAAEAQAAEAAA.d4AACEAAAAAA': 'Created is not overwritten by LastUpdated',
};
