// Strict pages (web.md): no wasm, Trusted Types, nonces.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_TAGS, NOTHING, arrived, inEveryBrowser, received, stateOf, tagsJudged } from './visitor.mjs';

/** Notes what the page saw at the time. Runs before everything else. */
const DIARY = `window.diary = []; document.addEventListener('metrofaxconsent:ready', () => diary.push('ready'));
  document.addEventListener('metrofaxconsent:blocked', (event) => diary.push(event.detail.verdict.reason));`;

inEveryBrowser('strict pages', (visitor) => {
  test("without 'wasm-unsafe-eval': locked, then the same module as JavaScript, then as everywhere", async () => {
    const page = await visitor.visits('/strict/no-wasm', { init: DIARY });
    const refused = await page.evaluate("(() => { try { new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); return false } catch { return true } })()");
    // WebKit lets the driver's script do what it refused the page's own; that it refused is the next line.
    if (visitor.browser !== 'webkit') assert.equal(refused, true, 'this page really forbids WebAssembly');
    assert.equal(await page.evaluate("performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('/gate.asmjs.js'))"), true);
    await page.waitVisible('.banner');
    await tagsJudged(page);
    assert.deepEqual(received(), NOTHING);
    assert.equal((await page.evaluate('diary')).filter((/** @type {string} */ word) => word === 'ready').length, 1);
    await page.click('.banner .accept');
    await arrived(ALL_TAGS);
    assert.equal((await stateOf(page)).purposes.advertising, 'granted');
  });

  test('Trusted Types required: banner, preferences and release all work', async () => {
    const page = await visitor.visits('/strict/trusted-types');
    await page.click('.banner .preferences');
    await page.waitVisible('dialog');
    await page.press('Escape');
    await page.waitHidden('dialog');
    await tagsJudged(page);
    assert.deepEqual(received(), NOTHING);
    await page.click('.banner .accept');
    await arrived(ALL_TAGS);
  });

  test('nonce and strict-dynamic', async () => {
    const page = await visitor.visits('/strict/nonce');
    await page.waitVisible('.banner');
    await tagsJudged(page);
    assert.deepEqual(received(), NOTHING);
    await page.click('.banner .accept');
    await arrived(ALL_TAGS);
  });
});
