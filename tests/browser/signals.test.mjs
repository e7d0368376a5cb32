// Global Privacy Control (web.md W1, W2) in a regime where silence means yes, so that the signal is what makes the difference.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_TAGS, arrived, inEveryBrowser, received, stateOf, stored, tagsJudged } from './visitor.mjs';

const GPC = { headers: { 'Sec-GPC': '1' } };

inEveryBrowser('signals', (visitor) => {
  test('California without a signal: advertising runs until somebody objects', async () => {
    const page = await visitor.visits('/?regime=us-ca');
    await arrived(ALL_TAGS);
    assert.equal((await stateOf(page)).model, 'opt-out');
  });

  test('GPC: no sale, no sharing, no targeted advertising, and the visitor is told so', async () => {
    const page = await visitor.visits('/?regime=us-ca', GPC);
    await tagsJudged(page);
    assert.equal((await stateOf(page)).gpc, true);
    assert.equal(received().adharbor, 0);
    const verdict = await page.evaluate("metrofaxConsent.log.find((line) => line.request.url?.includes('/tag.js')).verdict");
    assert.equal(verdict.reason, 'gpc');
    assert.equal(verdict.clause, 'choice.third-party-ads');
    assert.ok(!(await stored(page)).includes('_ah'));
    await page.waitVisible('.banner');
    assert.match(await page.text('.banner'), /Opt-out request honoured/);
    assert.deepEqual(page.errors, []);
  });

  test('GPC beats "accept all"; only a choice of its own for this purpose opens it', async () => {
    const page = await visitor.visits('/?regime=us-ca', GPC);
    await page.click('.banner .accept');
    await page.waitFor('metrofaxConsent.state.decided');
    await tagsJudged(page);
    assert.equal(received().adharbor, 0);
    await visitor.allowsLater(page, 'set({ advertising: true })');
    await arrived(['adharbor/tag.js']);
  });

  /** Why Adharbor's tag was kept back. @param {import('./visitor.mjs').Page} page */
  const reason = async (page) => {
    await tagsJudged(page);
    return page.evaluate("metrofaxConsent.log.find((line) => line.request.url?.includes('/tag.js')).verdict.reason");
  };
  /** Goes to the page again as somebody who has these cookies. @param {import('./visitor.mjs').Page} page @param {string[]} cookies */
  const again = async (page, cookies) => {
    await page.evaluate(`void ${JSON.stringify(cookies)}.forEach((cookie) => { document.cookie = cookie + '; path=/; max-age=600' })`);
    await visitor.goes(page, '/?regime=us-ca');
    return reason(page);
  };

  test('Do Not Track is heard where the policy names it, and only 1 says anything', async () => {
    const dnt = (/** @type {string} */ value) => ({ init: `Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => ${value}, configurable: true })` });
    const page = await visitor.visits('/?regime=us-ca', dnt('"1"'));
    assert.equal(await reason(page), 'dnt');
    assert.equal(received().adharbor, 0);
    const other = await visitor.visits('/?regime=us-ca', dnt('"unspecified"'));
    assert.equal(await reason(other), 'opt_out_regime');
  });

  test("opt-outs in the site's cookies: US Privacy, NAI, DAA, one vendor; what cannot be read is one", async () => {
    const page = await visitor.visits('/privacy?regime=eu');
    assert.equal(await again(page, ['usprivacy=1YYN']), 'usp_opt_out');
    assert.equal(await again(page, ['usprivacy=1YNN', 'mf_optout=nai']), 'nai_opt_out');
    assert.equal(await again(page, ['mf_optout=daa']), 'daa_opt_out');
    assert.equal(await again(page, ['mf_optout=northlight.adharbor']), 'vendor_opt_out');
    assert.equal(await again(page, ['usprivacy=nonsense', 'mf_optout=']), 'signal_unreadable');
    assert.equal(received().adharbor, 0);
    // A cookie that says no is necessary: no sweep takes it away.
    assert.ok((await stored(page)).includes('usprivacy'));
    assert.equal(await again(page, ['usprivacy=1YNN']), 'opt_out_regime');
    await arrived(['adharbor/tag.js']);
    assert.deepEqual(page.errors, []);
  });

  test('a choice of its own beats the string, and not the opt-out of one vendor', async () => {
    const page = await visitor.visits('/privacy?regime=us-ca');
    await again(page, ['usprivacy=1YYN']);
    await visitor.allowsLater(page, 'set({ advertising: true })');
    await arrived(['adharbor/tag.js']);
    assert.equal(await again(page, []), 'granted');
    assert.equal(await again(page, ['mf_optout=adharbor']), 'vendor_opt_out');
  });

  test('the signal cannot be changed by the page after it was read', async () => {
    const page = await visitor.visits('/?regime=us-ca', GPC);
    await page.evaluate("void Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => false, configurable: true })");
    assert.equal((await stateOf(page)).gpc, true);
    await page.evaluate(`void (new Image().src = metrofaxConsent.log.find((line) => line.request.url?.includes('px.gif')).request.url + '&again')`);
    await tagsJudged(page);
    assert.equal(received().adharbor, 0);
  });
});
