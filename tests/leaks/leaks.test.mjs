// Nothing leaves, nothing stays: every way out and every way to leave something, in every state, in three browsers. What a
// browser does not do without the SDK does not count; what leaks is in known.json by name and reason, or fails.
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

const states = Object.entries(STATES).filter(([name]) => process.env.METROFAX_LAB_STATES?.split(',').includes(name) ?? true);

/** Engines whose known.json has been measured; METROFAX_LAB_ALL=1 runs the others too. */
const MEASURED = process.env.METROFAX_LAB_ALL ? BROWSERS : ['chromium'];

/** What tests/.out/leaks.json holds. @type {Record<string, any>} */
const report = { tried: ALL.length, storageTried: Object.keys(STORAGE).length, browsers: {} };

/** @type {Lab} */
let lab;
before(async () => { lab = await Lab.start(); });
after(async () => {
  const out = new URL('../.out/', import.meta.url);
  mkdirSync(out, { recursive: true });
  writeFileSync(new URL('leaks.json', out), `${JSON.stringify(report, null, 1)}\n`);
  await lab.close();
  await closeAll();
});

for (const browser of BROWSERS) {
  describe(`leaks, in ${browser}`, { timeout: 400_000, skip: !MEASURED.includes(browser) && 'known.json has no figures of this browser yet' }, () => {
    /** @type {import('./lab.mjs').Arrived} */
    let control;
    /** What each state showed, for each list of known.json. */
    const seen = { leaks: new Map(), storage: new Map(), lost: new Map(), unreleased: new Map() };

    before(async () => {
      control = await lab.control(browser);
      report.browsers[browser] = { fire: control.tracker.length, stay: control.stored.length, states: {} };
    });

    test('without the SDK the vectors arrive', () => {
      assert.ok(control.tracker.length > ALL.length / 2, `only ${control.tracker.join(' ')}`);
      assert.ok(control.stored.length > Object.keys(STORAGE).length / 2, `only ${control.stored.join(' ')}`);
    });

    for (const [name, state] of states) {
      test(state.granted ? `${name}: what may leave does` : `${name}: nothing leaves, nothing stays`, { skip: !process.env.METROFAX_LAB_ALL && state.open }, async () => {
        const arrived = await lab.measure(browser, state, control.own);
        /** @param {keyof typeof seen} list @param {string[]} found @param {string} what */
        const judge = (list, found, what) => {
          seen[list].set(name, found);
          const known = listed(list, browser, name);
          const unknown = found.filter((id) => !known.has(id));
          return unknown.length > 0 ? [`${what}: ${unknown.join(' ')}`] : [];
        };
        const leaks = control.tracker.filter((id) => arrived.tracker.includes(id));
        const lost = control.own.filter((id) => !arrived.own.includes(id));
        const problems = judge('lost', lost, "the site's own requests that no longer come");
        if (state.granted) problems.push(...judge('unreleased', control.tracker.filter((id) => !arrived.tracker.includes(id)), 'granted and does not come'));
        else {
          problems.push(...judge('leaks', leaks, 'left'));
          problems.push(...judge('storage', control.stored.filter((id) => arrived.stored.includes(id)), 'stayed'));
        }
        report.browsers[browser].states[name] = { leaks: state.granted ? undefined : leaks, stored: state.granted ? undefined : arrived.stored, lost };
        assert.deepEqual(problems, []);
      });
    }

    test('whatever is listed as known is still so', { skip: states.length < Object.keys(STATES).length && 'not all states ran' }, () => {
      const possible = { leaks: control.tracker, storage: control.stored, lost: control.own, unreleased: control.tracker };
      for (const list of /** @type {(keyof typeof seen)[]} */ (Object.keys(seen))) {
        assert.deepEqual(gone(list, browser, seen[list], possible[list]), [], `no longer so, take it out of known.json (${list})`);
      }
    });
  });
}
