// A policy that changed since the visitor chose: asked again only for what changed in substance, in words that say so; everything else
// goes on, and a choice about something else makes no old grant a new one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inEveryBrowser, stateOf } from './visitor.mjs';
import { sealed } from '../support/consent-record.mjs';

const read = (/** @type {string} */ path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const policy = read('../../demo-site/policy/2013-12-01.json');
/** @param {...string} ids */
const bits = (...ids) => policy.purposes.filter((/** @type {any} */ one) => ids.includes(one.id)).reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + 2 ** one.number, 0);
const asked = policy.purposes.filter((/** @type {any} */ one) => !one.necessary && one.shown !== false).map((/** @type {any} */ one) => one.id);

/** A consent cookie of yesterday. @param {string} version @param {string[]} refused */
function record(version, refused = []) {
  const granted = bits(...asked.filter((/** @type {string} */ id) => !refused.includes(id)));
  const text = `1~${version}~eu~${Math.floor(Date.now() / 1000 - 86400).toString(16)}~${granted.toString(16)}~${bits(...refused).toString(16)}~0`;
  return `mf_consent=${sealed(text)}; Path=/; Max-Age=86400`;
}

inEveryBrowser('a policy that changed [changes.material][changes.non-material]', (visitor) => {
  /** Comes back with a choice of another version. @param {string} cookie */
  async function returns(cookie) {
    const page = await visitor.visits();
    await page.evaluate(`void (document.cookie = ${JSON.stringify(cookie)})`);
    await visitor.goes(page, '/pricing');
    return page;
  }
  /** The version in the cookie. @param {import('./visitor.mjs').Page} page */
  const version = (page) => page.evaluate("document.cookie.match(/mf_consent=[12]~([^~]+)/)[1]");

  test('only what changed is asked; until then it waits, and a choice about something else does not release it', async () => {
    const page = await returns(record('2012-05-01', ['advertising']));
    await page.waitVisible('.banner');
    const text = String(await page.evaluate("document.querySelector('metrofax-consent').shadowRoot.querySelector('.banner .text').textContent"));
    assert.match(text, /has changed since you chose\. New for: Interest tracking\./);
    let state = await stateOf(page);
    assert.deepEqual([state.decided, state.changed], [false, ['interest']]);
    assert.deepEqual([state.purposes.interest, state.purposes.measurement, state.purposes.advertising], ['unknown', 'granted', 'denied']);
    await page.evaluate('void metrofaxConsent.set({ measurement: true })');
    assert.equal(await version(page), '2012-05-01', 'the record stays of its version until what changed is chosen');
    assert.equal((await stateOf(page)).purposes.interest, 'unknown');
    assert.equal(await page.visible('.banner'), true);

    await page.click('.banner .acceptChanged');
    await page.waitHidden('.banner');
    state = await stateOf(page);
    assert.deepEqual([state.decided, state.changed, state.purposes.interest, state.purposes.advertising], [true, [], 'granted', 'denied'], 'a no to something else stays one');
    assert.equal(await version(page), '2013-12-01');
    await visitor.goes(page, '/');
    assert.equal(await page.visible('.banner'), false);
    assert.deepEqual(page.errors, []);
  });

  test('what changed in words alone asks nobody, nor does a no', async () => {
    for (const cookie of [record('2013-06-01'), record('2012-05-01', ['interest'])]) {
      const page = await returns(cookie);
      const state = await stateOf(page);
      assert.deepEqual([state.decided, state.changed], [true, []]);
      assert.equal(await page.visible('.banner'), false);
    }
  });
});
