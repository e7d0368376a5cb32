// Nothing leaves, nothing stays: every way out and every way to leave something, in every state, in one browser. What a browser does
// not do without the SDK does not count; what leaks is in known.json by name and reason, or fails. Twice: the runtime alone, which any
// page can have, and behind createProtection(), which rewrites the page and sends it under a content security policy.
// METROFAX_LAB_STATES=undecided,gpc narrows while developing.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, closeAll } from '../support/browsers/index.mjs';
import { gone, listed } from './known.mjs';
import { Lab } from './lab.mjs';
import { ALL } from './pages.mjs';
import { STATES } from './states.mjs';
import { STORAGE } from './vectors/storage.mjs';

/** @typedef {keyof typeof import('./known.mjs').KNOWN} List */

/** Of the states, those in which every engine is measured; the others are Chromium's alone, for time. METROFAX_LAB_ALL=1 runs all. */
const EVERYWHERE = ['undecided', 'undecided, strict', 'rejected', 'gpc', 'granted'];
/** And of the runtime alone. */
const EVERYWHERE_ALONE = ['rejected'];
/**
 * What fails where it is not in known.json. In Firefox and WebKit what no longer comes is in the report and not judged: there the icon, a
 * prefetch, a reload come when the browser has time for them, and the control run says of each only that it came once.
 * @param {import('../support/browsers/types.d.ts').BrowserName} browser @returns {List[]}
 */
const judgedIn = (browser) => (browser === 'chromium' ? ['leaks', 'storage', 'lost', 'unreleased'] : ['leaks', 'storage']);
const all = process.env.METROFAX_LAB_ALL === '1';

/** @param {import('../support/browsers/types.d.ts').BrowserName} browser @param {boolean} planes */
const statesFor = (browser, planes) =>
  Object.entries(STATES).filter(([name, state]) =>
    (process.env.METROFAX_LAB_STATES?.split(';').includes(name) ?? true) && (planes ? !state.alone : !state.planes) && (all || browser === 'chromium' || (planes ? EVERYWHERE : EVERYWHERE_ALONE).includes(name)));

/** @param {import('../support/browsers/types.d.ts').BrowserName} browser */
export function leaksIn(browser) {
  /** What build/leaks/<browser>.json holds, from which the demo's /lab/leaks is drawn. @type {Record<string, any>} */
  const report = { time: Math.floor(Date.now() / 1000), tried: ALL.length, storageTried: Object.keys(STORAGE).length };
  /** @type {import('./lab.mjs').Arrived} */
  let control;
  const judged = judgedIn(browser);

  after(async () => {
    const out = new URL('../../build/leaks/', import.meta.url);
    mkdirSync(out, { recursive: true });
    writeFileSync(new URL(`${browser}.json`, out), `${JSON.stringify(report, null, 1)}\n`);
    await closeAll();
  });

  const skipped = !BROWSERS.includes(browser) && 'not among METROFAX_BROWSERS';

  for (const planes of [true, false]) {
    const what = planes ? 'with the server' : 'the runtime alone';
    // As a test, not as an empty group: skips are counted.
    if (skipped) {
      test(`${what}, in ${browser}`, { skip: skipped }, () => undefined);
      continue;
    }
    describe(`${what}, in ${browser}`, { timeout: 420_000 }, () => {
      /** @type {Lab} */
      let lab;
      /** What each state showed, for each list of known.json. @type {Record<List, Map<string, string[]>>} */
      const seen = { leaks: new Map(), storage: new Map(), lost: new Map(), unreleased: new Map() };
      const states = statesFor(browser, planes);
      /** @type {Record<string, any>} */
      const figures = (report[planes ? 'server' : 'runtime'] = {});

      before(async () => {
        lab = await Lab.start({ planes });
        control ??= await lab.control(browser);
        Object.assign(report, { fire: control.tracker.length, stay: control.stored.length });
      });
      after(() => lab.close());

      test('without the SDK the vectors arrive', () => {
        assert.ok(control.tracker.length > ALL.length / 2, `only ${control.tracker.join(' ')}`);
        assert.ok(control.stored.length > Object.keys(STORAGE).length / 2, `only ${control.stored.join(' ')}`);
      });

      for (const [name, state] of states) {
        test(state.granted ? `${name}: what may leave does` : `${name}: nothing leaves, nothing stays`, async () => {
          const without = (/** @type {List} */ list, /** @type {string[]} */ ids) => ids.filter((id) => !listed(list, browser, name, planes).has(id));
          const arrived = await lab.measure(browser, state, without('lost', control.own), state.granted ? without('unreleased', control.tracker) : []);
          /** @param {List} list @param {string[]} found @param {string} what */
          const judge = (list, found, what) => {
            seen[list].set(name, found);
            const known = listed(list, browser, name, planes);
            const unknown = found.filter((id) => !known.has(id));
            return unknown.length > 0 && judged.includes(list) ? [`${what}: ${unknown.join(' ')}`] : [];
          };
          const leaks = control.tracker.filter((id) => arrived.tracker.includes(id));
          const problems = judge('lost', control.own.filter((id) => !arrived.own.includes(id)), "the site's own requests that no longer come");
          if (state.granted) problems.push(...judge('unreleased', control.tracker.filter((id) => !arrived.tracker.includes(id)), 'granted and does not come'));
          else {
            problems.push(...judge('leaks', leaks, 'left'));
            problems.push(...judge('storage', control.stored.filter((id) => arrived.stored.includes(id)), 'stayed'));
          }
          figures[name] = { leaks: state.granted ? undefined : leaks, stored: state.granted ? undefined : arrived.stored, lost: seen.lost.get(name) };
          assert.deepEqual(problems, []);
          assert.deepEqual(lab.errors, []);
        });
      }

      test('whatever is listed as known is still so', { skip: process.env.METROFAX_LAB_STATES && 'not all states ran' }, () => {
        const possible = { leaks: control.tracker, storage: control.stored, lost: control.own, unreleased: control.tracker };
        for (const list of judged) {
          assert.deepEqual(gone(list, browser, seen[list], possible[list], planes), [], `no longer so, take it out of known.json (${list})`);
        }
      });
    });
  }
}
