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
    await page.evaluate('metrofaxConsent.set({ advertising: true })');
    await arrived(['adharbor/tag.js']);
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
