// The visitor's choices and what follows from each: first visit, reject, accept all, accept some, withdraw, change of mind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_TAGS, NOTHING, arrived, forgetReceived, inEveryBrowser, received, stateOf, stored, tagsJudged } from './visitor.mjs';

inEveryBrowser('choices', (visitor) => {
  test('first visit: the banner asks, and three advertisers get nothing', async () => {
    const page = await visitor.visits();
    await page.waitVisible('.banner');
    await tagsJudged(page);
    assert.deepEqual(received(), NOTHING);
    assert.deepEqual(await stored(page), []);
    const state = await stateOf(page);
    assert.equal(state.decided, false);
    assert.equal(state.regime, 'eu');
    assert.deepEqual([...new Set(Object.values(state.purposes))], ['unknown']);
    const verdicts = await page.evaluate("metrofaxConsent.log.filter((line) => line.request.url?.includes('.localhost')).map((line) => line.verdict)");
    assert.ok(verdicts.length >= 6, 'each tag was judged');
    for (const verdict of verdicts) {
      assert.notEqual(verdict.outcome, 'allow');
      assert.match(verdict.reason, /^[a-z_]+$/);
      assert.match(verdict.clause, /^[a-z]+(\.[a-z-]+)+$/);
    }
    assert.deepEqual(page.errors, []);
  });

  test('reject: nothing leaves, here or on the next page, and nobody asks again', async () => {
    const page = await visitor.visits();
    await page.click('.banner .reject');
    await page.waitHidden('.banner');
    assert.equal((await stateOf(page)).decided, true);
    await visitor.goes(page, '/pricing');
    await tagsJudged(page);
    assert.equal(await page.visible('.banner'), false);
    assert.equal((await stateOf(page)).purposes.advertising, 'denied');
    assert.deepEqual(received(), NOTHING);
    assert.deepEqual(await stored(page), ['mf_consent']);
    assert.deepEqual(page.errors, []);
  });

  test('chosen while the banner was on its way: it does not come, and whoever asks for it afterwards gets it', async () => {
    const page = await visitor.visits();
    await page.waitVisible('.banner');
    await page.evaluate("void (window.shown = [], document.addEventListener('metrofaxconsent:shown', (event) => shown.push(event.detail)))");
    await page.evaluate("document.querySelector('metrofax-consent').shadowRoot.querySelector('.banner').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))");
    await page.waitHidden('.banner');
    // ui.js waits for its notice even where it has it: the choice comes in between.
    await page.evaluate("void (metrofaxConsent.show('banner'), metrofaxConsent.acceptAll(), metrofaxConsent.show('inspector'))");
    await page.waitFor("shown.includes('inspector')");
    assert.deepEqual(await page.evaluate('shown'), ['inspector']);
    await page.evaluate("metrofaxConsent.show('banner')");
    await page.waitVisible('.banner');
    assert.deepEqual(page.errors, []);
  });

  test('explain() has the words once the interface has them; odd arguments throw nothing into the page and choose nothing', async () => {
    const page = await visitor.visits();
    await page.waitVisible('.banner');
    const explained = await page.evaluate("metrofaxConsent.explain(metrofaxConsent.decide({ kind: 'web.request', url: 'https://www.google-analytics.com/g/collect', initiator: 'fetch' }))");
    assert.equal(explained.verdict.reason, 'unknown');
    assert.notEqual(explained.reasonText, 'unknown');
    assert.equal(explained.clause.id, explained.verdict.clause);
    assert.ok(explained.clause.says.length > 20 && explained.clause.does.length > 20, JSON.stringify(explained.clause));
    const odd = await page.evaluate(`[undefined, null, 7, 'x', []].map((value) => {
      metrofaxConsent.set(value); metrofaxConsent.show(value)
      return metrofaxConsent.decide(value).outcome + ' ' + typeof metrofaxConsent.explain(value)
    })`);
    assert.deepEqual([...new Set(odd)], ['deny object']);
    assert.equal((await stateOf(page)).time, 0);
    assert.deepEqual(page.errors, []);
  });

  test('accept all: everything held is released without a reload, in its order, and comes again on the next page', async () => {
    const page = await visitor.visits();
    await tagsJudged(page);
    const held = await page.evaluate('metrofaxConsent.held.flatMap((one) => one.urls)');
    await page.evaluate("void (window.released = [], document.addEventListener('metrofaxconsent:released', (event) => released.push(...event.detail.urls)))");
    await page.click('.banner .accept');
    await arrived(ALL_TAGS);
    assert.deepEqual(await page.evaluate('released'), held);
    await page.waitFor("document.cookie.includes('_nl=') && document.cookie.includes('_ah=') && localStorage.getItem('nl_visitor')");
    forgetReceived();
    await visitor.goes(page, '/pricing');
    await arrived(ALL_TAGS);
    assert.equal(await page.visible('.banner'), false);
    assert.deepEqual(page.errors, []);
  });

  test('accept some: exactly those arrive', async () => {
    const page = await visitor.visits();
    await page.click('.banner .preferences');
    await page.waitVisible('dialog');
    await page.click('#on-measurement');
    await page.click('dialog .save');
    await page.waitHidden('dialog');
    await arrived(['northlight/nl.js', 'northlight/collect']);
    await tagsJudged(page);
    await visitor.goes(page, '/pricing');
    await arrived(['northlight/nl.js', 'northlight/collect']);
    await tagsJudged(page);
    const { adharbor, circlet } = received();
    assert.deepEqual({ adharbor, circlet }, { adharbor: 0, circlet: 0 });
    const names = await stored(page);
    assert.ok(names.includes('_nl') && names.includes('nl_visitor'), names.join());
    assert.ok(!names.includes('_ah'), names.join());
    assert.deepEqual(page.errors, []);
  });

  test('withdraw: what was stored is gone, nothing leaves any more, and accepting again works', async () => {
    const page = await visitor.visits();
    await page.click('.banner .accept');
    await arrived(ALL_TAGS);
    await page.waitFor("document.cookie.includes('_nl=') && document.cookie.includes('_ah=')");
    await page.evaluate("metrofaxConsent.show('preferences')");
    await page.click('dialog .withdraw');
    await page.waitFor("metrofaxConsent.state.purposes.advertising === 'denied'");
    assert.deepEqual(await stored(page), ['mf_consent']);
    assert.deepEqual((await stateOf(page)).residue, []);
    await visitor.goes(page, '/pricing');
    forgetReceived();
    await page.reload();
    await tagsJudged(page);
    assert.deepEqual(received(), NOTHING);
    assert.deepEqual(await stored(page), ['mf_consent']);
    // This page came to somebody who had refused, and is closed for good: a grant costs a reload, which is said before.
    assert.equal((await stateOf(page)).reload, 'later');
    await page.evaluate("metrofaxConsent.show('preferences')");
    await page.waitVisible('dialog');
    assert.match(await page.evaluate("document.querySelector('metrofax-consent').shadowRoot.querySelector('dialog').textContent"), /loaded again once/);
    await page.click('dialog .acceptAll');
    await arrived(ALL_TAGS);
    await page.waitFor("window.metrofaxConsent?.state.reload === 'no'");
  });

  test('the receipt says what was chosen, under which policy', async () => {
    const page = await visitor.visits();
    await page.evaluate('metrofaxConsent.set({ measurement: true })');
    const receipt = await page.evaluate('metrofaxConsent.receipt()');
    assert.equal(receipt.policyVersion, '2013-12-01');
    assert.match(receipt.policySha256, /^[0-9a-f]{64}$/);
    assert.equal(receipt.purposes.measurement, 'granted');
    assert.equal(receipt.purposes.advertising, 'unknown');
  });
});
