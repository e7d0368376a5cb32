// State that lies (web.md): in each case denied, usable, no exception, and asked again where it should be.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOTHING, inEveryBrowser, received, stateOf, tagsJudged } from './visitor.mjs';

/** What may stand in the consent cookie that this SDK never wrote. */
const DAMAGED = {
  garbled: 'mf_consent=%%%%',
  empty: 'mf_consent=',
  'of a future version': 'mf_consent=99.AAAAAAAAAAAAAAAA',
  JSON: 'mf_consent={"__proto__":{"decided":true},"purposes":{"advertising":"granted"}}',
  huge: `mf_consent=${'1'.repeat(3500)}`,
};

const THROWING_COOKIES = `Object.defineProperty(Document.prototype, 'cookie', {
  get() { throw new DOMException('denied', 'SecurityError') }, set() { throw new DOMException('denied', 'SecurityError') }, configurable: true });`;
const THROWING_STORAGE = `for (const area of ['localStorage', 'sessionStorage'])
  Object.defineProperty(window, area, { get() { throw new DOMException('denied', 'SecurityError') }, configurable: true });`;

inEveryBrowser('state that lies', (visitor) => {
  for (const [what, cookie] of Object.entries(DAMAGED)) {
    test(`a consent cookie that is ${what}: asks again, denies until then`, async () => {
      const page = await visitor.visits('/', { init: `document.cookie = ${JSON.stringify(cookie + '; Path=/')};` });
      await page.waitVisible('.banner');
      await tagsJudged(page);
      assert.equal((await stateOf(page)).decided, false);
      assert.deepEqual(received(), NOTHING);
      await page.click('.banner .reject');
      await page.waitHidden('.banner');
      assert.equal((await stateOf(page)).purposes.advertising, 'denied');
      assert.deepEqual(page.errors, []);
    });
  }

  test('cookies and web storage that throw: asked, refused, and the page goes on', async () => {
    const page = await visitor.visits('/', { init: THROWING_COOKIES + THROWING_STORAGE });
    await page.waitVisible('.banner');
    await tagsJudged(page);
    assert.deepEqual(received(), NOTHING);
    await page.click('.banner .reject');
    await page.waitHidden('.banner');
    assert.equal((await stateOf(page)).purposes.measurement, 'denied');
    assert.deepEqual(received(), NOTHING);
    assert.deepEqual(page.errors, []);
  });

  test('back through the history: the page that comes back knows the choice', async () => {
    const page = await visitor.visits('/');
    await visitor.goes(page, '/pricing');
    await page.click('.banner .reject');
    await page.waitHidden('.banner');
    await page.back();
    await page.waitFor("window.metrofaxConsent?.state.decided === true");
    await page.waitHidden('.banner');
    assert.deepEqual(received(), NOTHING);
  });
});
