// A click on a partner's offer in a real browser: it lands whatever was chosen, and the partner is told what was allowed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEveryBrowser, pathsOf } from './visitor.mjs';

inEveryBrowser('a partner\'s offer', (visitor) => {
  /** Clicks the offer; what the partner's page says it was told. @param {import('./visitor.mjs').Page} page */
  async function follows(page) {
    await page.click('.offer .button');
    await page.waitFor("location.pathname === '/offer' && document.querySelectorAll('[data-told]').length === 3");
    return page.evaluate("Object.fromEntries([...document.querySelectorAll('[data-told]')].map((one) => [one.dataset.told, one.textContent]))");
  }

  test('refused, it lands and says nothing of the visitor [cookies.handoff]', async () => {
    const page = await visitor.visits('/pricing?regime=us');
    await page.evaluate('metrofaxConsent.rejectAll()');
    assert.deepEqual(await follows(page), { campaign: 'stationery', click_id: 'nothing', email_sha256: 'nothing' });
    assert.deepEqual(pathsOf('adharbor').filter((path) => path.startsWith('/offer')), ['/offer?campaign=stationery']);
  });

  test('switched on, the number of the click goes along [cookies.handoff]', async () => {
    const page = await visitor.visits('/pricing?regime=us');
    await page.evaluate('metrofaxConsent.set({ handoff: true })');
    const told = /** @type {Record<string, string>} */ (await follows(page));
    assert.match(told['click_id'] ?? '', /^[0-9a-f]{24}$/);
    assert.equal(told['email_sha256'], 'nothing');
  });
});
