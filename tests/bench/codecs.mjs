// bench codecs: consent strings through codecs.wasm in Node and through the libraries of the field, in one run. Ours go from text to a value
// whose sets of ids are bits, and back from it; beside it to the plain value that `evaluate` answers, ids as range text, and back. Theirs go
// from text to their model and back.
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import * as community from '@iabtcf/core';
import * as techLab from '@iabtechlabtcf/core';
import { GppModel } from '@iabgpp/cmpapi';
import { fromRoot } from './paths.mjs';
import { median } from './stats.mjs';

const ROUNDS = 9;
/** Long enough for a round that the clock's tick does not matter. Milliseconds. */
const ROUND_MS = 60;

/** Microseconds a call, the median of nine rounds. @param {() => unknown} call */
function timed(call) {
  let calls = 1;
  for (let took = 0; took < ROUND_MS; calls *= 2) {
    const from = performance.now();
    for (let i = 0; i < calls; i += 1) call();
    took = performance.now() - from;
    if (took >= ROUND_MS) break;
  }
  const rounds = Array.from({ length: ROUNDS }, () => {
    const from = performance.now();
    for (let i = 0; i < calls; i += 1) call();
    return ((performance.now() - from) * 1000) / calls;
  });
  return median(rounds);
}

async function ours() {
  const { outputFiles } = await build({ entryPoints: [fromRoot('js-glue/src/signals/codecs.ts')], bundle: true, format: 'esm', write: false });
  const { Codecs, asText } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`);
  const codecs = new Codecs(new WebAssembly.Instance(new WebAssembly.Module(readFileSync(fromRoot('js-glue/dist/codecs.wasm'))), {}).exports);
  return { codecs, asText };
}

/** Every second of a thousand vendors, most of them, and those disclosed: about 700 characters. */
function realistic() {
  const some = Array.from({ length: 500 }, (_, i) => 2 * i + 1).join(',');
  return {
    created: 17_671_392_000, lastUpdated: 17_671_392_000, cmpId: 31, cmpVersion: 2, consentLanguage: 'EN', vendorListVersion: 150, tcfPolicyVersion: 5, isServiceSpecific: true,
    publisherCC: 'DE', purposesConsent: '1-11', purposesLITransparency: '2,7-11', specialFeatureOptIns: '1', vendorConsents: some, vendorLegitimateInterests: '1-400,450-1000',
    disclosedVendors: '1-1000', pubRestrictions: [{ purposeId: 3, restrictionType: 1, vendors: '5,9,700-720' }], publisherTC: { purposesConsent: '1-4' },
  };
}

/** Strings of 64 KB that make a decoder work: the characters that claim most. @param {string} filler */
const hostile = (filler) => `CPSG_8APSG_8ANwAAAENAwCgAP_AAAAAAAAA${filler.repeat(65_500)}`.slice(0, 65_536);

export async function benchCodecs() {
  const { codecs, asText } = await ours();
  const plain = realistic();
  const tc = codecs.encode('tcf', plain);
  const value = codecs.decode('tcf', tc).value;
  const gpp = codecs.encode('gpp', { sections: { tcfeuv2: tc, usnat: { SaleOptOut: 1 }, usca: { SaleOptOut: 2 } } });
  const model = community.TCString.decode(tc);
  const labModel = techLab.TCString.decode(tc);
  const rows = {
    'TC string, decode': { ours: timed(() => codecs.decode('tcf', tc)), 'ours, ids as text': timed(() => codecs.decode('tcf', tc, false, asText)), '@iabtcf/core': timed(() => community.TCString.decode(tc)), '@iabtechlabtcf/core': timed(() => techLab.TCString.decode(tc)) },
    'TC string, encode': { ours: timed(() => codecs.encode('tcf', value)), 'ours, ids as text': timed(() => codecs.encode('tcf', plain)), '@iabtcf/core': encoder(community, model), '@iabtechlabtcf/core': encoder(techLab, labModel) },
    'GPP of three sections, decode': { ours: timed(() => codecs.decode('gpp', gpp)), '@iabgpp/cmpapi': timed(() => new GppModel(gpp).toObject()) },
    'usnat, decode': { ours: timed(() => codecs.decode('gpp', 'DBABLA~CVVVkkkkkpFY.YA')), '@iabgpp/cmpapi': timed(() => new GppModel('DBABLA~CVVVkkkkkpFY.YA').toObject()) },
  };
  const worst = Object.fromEntries([...'A_qVgP'].map((filler) => [filler, timed(() => codecs.decode('tcf', hostile(filler)))]));
  console.log(`TC string of ${tc.length} characters, GPP string of ${gpp.length}; microseconds`);
  console.table(Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, Object.fromEntries(Object.entries(row).map(([who, us]) => [who, Math.round(us * 100) / 100]))])));
  console.log(`64 KB of hostile text, the slowest of ${Object.keys(worst).length}: ${Math.round(Math.max(...Object.values(worst)))} us`);
  return { characters: { tc: tc.length, gpp: gpp.length }, microseconds: rows, hostile: worst };
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
  return timed(() => library.TCString.encode(model));
}
