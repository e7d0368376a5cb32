// Who is asked. Each takes a question (how a request is made, and its URL) and answers with a small number.
import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { fromRoot, made, need } from './paths.mjs';
import { PAGE } from './urls.mjs';

/** @typedef {(how: number, url: string) => number} Ask */
/** @typedef {{ blob: string, hosts: string[] }} Known */

/** Our gate in wasm, asked from JavaScript: js-glue/src/wire/gate.ts bundled as for dist/node.js, and the page.wasm that consent.js carries.
 * @param {Known} known @param {boolean} [whole] the verdict as an object with its names, as the page's log has it */
async function wasm({ blob }, whole = false) {
  const bytes = await readFile(await need('js-glue/dist/page.wasm', 'tests/support/build'));
  const bundle = made(`gate-${process.pid}.mjs`);
  await build({
    stdin: { contents: "export { Gate } from './wire/gate.js'; export * as at from './gen/layout.js'", resolveDir: fromRoot('js-glue/src'), loader: 'ts' },
    outfile: bundle, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning', tsconfig: fromRoot('js-glue/tsconfig.json'),
  });
  const { Gate, at } = await import(bundle);
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const gate = new Gate(instance.exports, await readFile(blob));
  if (gate.policyStatus_ !== 0) throw new Error(`the policy was refused: ErrorCode ${gate.policyStatus_}`);
  gate.setPage_(PAGE);
  const { view_: view, subject_: subject, request_: request } = gate;
  const { granted, denied, now } = visitor((/** @type {string} */ id) => gate.index_(0, id));
  view.setUint32(subject + at.SUBJECT_NOW, now, true);
  view.setUint16(subject + at.SUBJECT_REGIME, gate.index_(2, 'eu'), true);
  view.setUint8(subject + at.SUBJECT_CONSENT_PRESENT, 1);
  view.setUint32(subject + at.SUBJECT_GRANTED, granted, true);
  view.setUint32(subject + at.SUBJECT_DENIED, denied, true);
  view.setUint32(subject + at.SUBJECT_CONSENT_TIME, now - 86_400, true);
  view.setUint16(subject + at.SUBJECT_REVISION, 0, true);
  view.setUint8(request + at.REQUEST_PURPOSE, 255);
  const web_request = 1;
  if (!whole) return /** @type {Ask} */ ((how, url) => gate.decide_(web_request, how, url));
  return /** @type {Ask} */ ((how, url) => {
    gate.decide_(web_request, how, url);
    return gate.verdictOf_().reasonCode;
  });
}

/** Somebody in the EU who yesterday let the site measure and embed, and refused advertising. @param {(id: string) => number} numberOf */
export function visitor(numberOf) {
  const mask = (/** @type {string[]} */ ids) => ids.reduce((bits, id) => bits | (1 << numberOf(id)), 0) >>> 0;
  return { granted: mask(['measurement', 'social', 'remember-me']), denied: mask(['advertising', 'personalisation', 'interest']), now: 1_795_000_000 };
}

/** What a script would write at least: the host by hand, and a Map of the same hosts asked for each of its suffixes.
 * Knows no user name, port or upper case, and decides nothing but whose the host is. @param {Known} known */
function suffixes({ hosts }) {
  const vendors = new Map(hosts.map((host, i) => [host, 1 + (i >> 1)]));
  return Promise.resolve(/** @type {Ask} */ ((_how, url) => {
    const start = url.indexOf('//') + 2;
    const slash = url.indexOf('/', start);
    let host = slash < 0 ? url.slice(start) : url.slice(start, slash);
    for (;;) {
      const vendor = vendors.get(host);
      if (vendor !== undefined) return vendor;
      const dot = host.indexOf('.');
      if (dot < 0) return 0;
      host = host.slice(dot + 1);
    }
  }));
}

/** The same with the platform's URL parser, which gets the host of every URL right. @param {Known} known */
function parsed({ hosts }) {
  const vendors = new Map(hosts.map((host, i) => [host, 1 + (i >> 1)]));
  return Promise.resolve(/** @type {Ask} */ ((_how, url) => {
    let host = new URL(url).hostname;
    for (;;) {
      const vendor = vendors.get(host);
      if (vendor !== undefined) return vendor;
      const dot = host.indexOf('.');
      if (dot < 0) return 0;
      host = host.slice(dot + 1);
    }
  }));
}

const TYPES = /** @type {const} */ (['other', 'script', 'image', 'sub_frame', 'stylesheet', 'font', 'media', 'fetch', 'xhr', 'ping']);

/** Ghostery's engine over its own TrackerDB; built from the data, because the engine that the data ships is of an older version.
 * @param {'match' | 'metadata' | 'domain'} what */
async function trackerDb(what) {
  const { FiltersEngine, Request } = await import('@ghostery/adblocker');
  const data = await readFile(await need('node_modules/@ghostery/trackerdb/dist/trackerdb.json', 'npm install'), 'utf8');
  // Serialised and read back, as it is shipped: its indices are then the compact ones.
  const engine = FiltersEngine.deserialize(FiltersEngine.fromTrackerDB(JSON.parse(data)).serialize());
  /** @param {number} how @param {string} url */
  const request = (how, url) => Request.fromRawDetails({ url, sourceUrl: PAGE, type: TYPES[how] ?? 'other' });
  /** @type {Record<typeof what, Ask>} */
  const asks = {
    match: (how, url) => (engine.match(request(how, url)).match ? 1 : 0),
    metadata: (how, url) => engine.getPatternMetadata(request(how, url), { getDomainMetadata: true }).length,
    domain: (_how, url) => {
      const start = url.indexOf('//') + 2;
      const slash = url.indexOf('/', start);
      return engine.metadata?.fromDomain(slash < 0 ? url.slice(start) : url.slice(start, slash)).length ?? 0;
    },
  };
  return asks[what];
}

/** @type {Record<string, (known: Known) => Promise<Ask>>} */
export const CONTESTANTS = {
  'ours, wasm from JavaScript': (known) => wasm(known),
  'ours, wasm, verdict as object': (known) => wasm(known, true),
  'JavaScript Map suffix walk': suffixes,
  'URL() and Map suffix walk': parsed,
  'TrackerDB fromDomain': () => trackerDb('domain'),
  'TrackerDB match': () => trackerDb('match'),
  'TrackerDB metadata + domain': () => trackerDb('metadata'),
};
