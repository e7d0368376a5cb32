// What bench codecs measures in Node and in a browser alike: bundled for the latter. Ours go from text to a value whose sets of ids are
// bits, and back from it; beside it to the plain value that `evaluate` answers, ids as range text, and back. Theirs go from text to their
// model and back.
import * as community from '@iabtcf/core';
import * as techLab from '@iabtechlabtcf/core';
import { GppModel } from '@iabgpp/cmpapi';
import { Codecs, asText } from '../../js-glue/src/signals/codecs.ts';
import { hostileStrings } from './hostile-strings.mjs';

/** Many short rounds: on a machine that does other things as well, the quickest of them was left alone. */
const ROUNDS = 101;
/** Long enough for a round that the clock's tick does not matter. Milliseconds. */
const ROUND_MS = 4;
/** Until everything is compiled that will be, which a browser does beside what it runs. Milliseconds. */
const WARM_MS = 400;

/** @typedef {{ median: number, best: number }} Times microseconds a call, of the rounds */

/** @param {() => unknown} call */
function warm(call) {
  for (const from = performance.now(); performance.now() - from < WARM_MS;) call();
}

/** @param {() => unknown} call @param {number} [count] of rounds @returns {Times} */
function timed(call, count = ROUNDS) {
  const most = ROUND_MS;
  let calls = 1;
  warm(call);
  const round = () => {
    const from = performance.now();
    for (let i = 0; i < calls; i += 1) call();
    return performance.now() - from;
  };
  // The quickest of three: others take the processor away in the middle of one.
  while (Math.min(round(), round(), round()) < most) calls *= 2;
  const rounds = Array.from({ length: count }, () => (round() * 1000) / calls).sort((a, b) => a - b);
  return { median: rounds[count >> 1] ?? NaN, best: rounds[0] ?? NaN };
}

/** Every second of a thousand vendors, most of them, and those disclosed. */
function realistic() {
  const some = Array.from({ length: 500 }, (_, i) => 2 * i + 1).join(',');
  return {
    created: 17_671_392_000, lastUpdated: 17_671_392_000, cmpId: 31, cmpVersion: 2, consentLanguage: 'EN', vendorListVersion: 150, tcfPolicyVersion: 5, isServiceSpecific: true,
    publisherCC: 'DE', purposesConsent: '1-11', purposesLITransparency: '2,7-11', specialFeatureOptIns: '1', vendorConsents: some, vendorLegitimateInterests: '1-400,450-1000',
    disclosedVendors: '1-1000', pubRestrictions: [{ purposeId: 3, restrictionType: 1, vendors: '5,9,700-720' }], publisherTC: { purposesConsent: '1-4' },
  };
}

const USNAT = 'DBABLA~CVVVkkkkkpFY.YA';

/** @param {Uint8Array} wasm codecs.wasm */
export function measure(wasm) {
  const codecs = new Codecs(/** @type {any} */ (new WebAssembly.Instance(new WebAssembly.Module(/** @type {BufferSource} */ (wasm)), {}).exports));
  /** @param {any} result */
  const fine = (result) => {
    if (typeof result === 'object' && 'code' in result) throw new Error(result.message);
    return result;
  };
  const plain = realistic();
  const tc = fine(codecs.encode('tcf', plain));
  const { value } = fine(codecs.decode('tcf', tc));
  const gpp = fine(codecs.encode('gpp', { sections: { tcfeuv2: tc, usnat: { SaleOptOut: 1 }, usca: { SaleOptOut: 2 } } }));
  const model = community.TCString.decode(tc);
  const labModel = techLab.TCString.decode(tc);
  const [theirs, lab] = [encoder(community, model), encoder(techLab, labModel)];
  /** Calls, and rounds where they are not as many as usual. @type {Record<string, Record<string, [call: () => unknown, count?: number]>>} */
  const calls = {
    'TC string, decode': { ours: [() => codecs.decode('tcf', tc)], 'ours, ids as text': [() => codecs.decode('tcf', tc, false, asText)], '@iabtcf/core': [() => community.TCString.decode(tc)], '@iabtechlabtcf/core': [() => techLab.TCString.decode(tc)] },
    'TC string, encode': { ours: [() => codecs.encode('tcf', value)], 'ours, ids as text': [() => codecs.encode('tcf', plain)], '@iabtcf/core': [theirs, 15], '@iabtechlabtcf/core': [lab, 15] },
    'GPP of three sections, decode': { ours: [() => codecs.decode('gpp', gpp)], '@iabgpp/cmpapi': [() => new GppModel(gpp).toObject()] },
    'usnat, decode': { ours: [() => codecs.decode('gpp', USNAT)], '@iabgpp/cmpapi': [() => new GppModel(USNAT).toObject()] },
  };
  // Each of them, once before the first is measured: what is measured first would be compiled while it is, and what comes after it not.
  for (const row of Object.values(calls)) for (const [call] of Object.values(row)) warm(call);
  const microseconds = Object.fromEntries(Object.entries(calls).map(([name, row]) => [name, Object.fromEntries(Object.entries(row).map(([who, [call, count]]) => [who, timed(call, count)]))]));
  /** Decoding to sets, and what `evaluate` does: to text. @type {Record<string, Times>} */
  const hostile = {};
  for (const { name, codec, text } of hostileStrings()) {
    hostile[name] = timed(() => codecs.decode(codec, text), 41);
    hostile[`${name}, ids as text`] = timed(() => codecs.decode(codec, text, false, asText), 41);
    const read = /** @type {any} */ (codecs.decode(codec, text)).value;
    if (read) hostile[`${name}, written again`] = timed(() => codecs.encode(codec, read, false), 41);
  }
  return { strings: { tc, gpp, usnat: USNAT }, microseconds, hostile };
}

const PURPOSES = Array.from({ length: 11 }, (_, i) => i + 1);
/** A vendor list of a thousand vendors with every purpose, made here: without one their encoders refuse. */
const VENDOR_LIST = {
  gvlSpecificationVersion: 3, vendorListVersion: 150, tcfPolicyVersion: 5, lastUpdated: '2026-01-01T00:00:00Z',
  purposes: Object.fromEntries(PURPOSES.map((id) => [id, { id }])), specialPurposes: {}, features: {}, specialFeatures: { 1: { id: 1 } }, stacks: {}, dataCategories: {},
  vendors: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [i + 1, {
    id: i + 1, name: `${i + 1}`, purposes: PURPOSES, legIntPurposes: [2, 7, 8, 9, 10, 11], flexiblePurposes: PURPOSES.slice(1), specialPurposes: [], features: [], specialFeatures: [1],
  }])),
};

/** Their encoder, with its vendor list; ours has none to look into. @param {any} library @param {any} model */
function encoder(library, model) {
  model.gvl = new library.GVL(structuredClone(VENDOR_LIST));
  return () => library.TCString.encode(model);
}
