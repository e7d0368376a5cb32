// Planes 1 and 2 before a real parser and its preload scanner: partners written into the markup, which no script can hold.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_TAGS, NOTHING, arrived, inEveryBrowser, received, stateOf } from './visitor.mjs';


inEveryBrowser('partners in the markup', (visitor) => {
  test('before a choice nothing reaches them; a grant releases them without a reload, in the order of the page', async () => {
    const page = await visitor.visits('/static-embeds');
    await page.waitVisible('.banner');
    await page.waitFor("document.readyState === 'complete'");
    assert.deepEqual(received(), NOTHING);
    const held = await page.evaluate('metrofaxConsent.held.flatMap((one) => one.urls)');
    assert.ok(held.length >= 6, held.join(' '));
    await page.evaluate("void (window.released = [], document.addEventListener('metrofaxconsent:released', (event) => released.push(...event.detail.urls)))");
    await page.click('.banner .accept');
    await arrived(ALL_TAGS);
    assert.deepEqual((await page.evaluate('released')).slice(0, held.length), held);
    assert.deepEqual(page.errors, []);
  });

  test('refused: nothing, here and on the next visit, whose policy names none of them', async () => {
    const page = await visitor.visits('/static-embeds');
    await page.click('.banner .reject');
    await page.waitHidden('.banner');
    await visitor.goes(page, '/static-embeds');
    await page.waitFor("document.readyState === 'complete'");
    assert.equal((await stateOf(page)).purposes.advertising, 'denied');
    assert.deepEqual(received(), NOTHING);
    assert.equal(await page.evaluate("fetch('/static-embeds').then((answer) => answer.headers.get('content-security-policy').split(', ')[0].includes('adharbor'))"), false);
    assert.deepEqual(page.errors, []);
  });
});
