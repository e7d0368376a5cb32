// Two tabs of one visitor: a choice in one is a choice in both, at once and without a reload.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_TAGS, arrived, forgetReceived, inEveryBrowser, received, NOTHING, stateOf, stored, tagsJudged } from './visitor.mjs';

inEveryBrowser('tabs', (visitor) => {
  test('accepted in one, released in the other', async () => {
    const first = await visitor.visits('/pricing');
    const second = await visitor.opensTab(first, '/');
    await tagsJudged(first);
    await tagsJudged(second);
    await second.evaluate('metrofaxConsent.acceptAll()');
    await arrived(ALL_TAGS);
    await first.waitFor("metrofaxConsent.state.purposes.advertising === 'granted'");
    await first.waitHidden('.banner');
    // The first tab's own tags, not only the second's: its page is in what the tag manager's frame was told.
    await first.waitFor("window.northlight && window.adharbor");
    assert.deepEqual(first.errors, []);
  });

  test('withdrawn in one, stopped and swept in the other', async () => {
    const first = await visitor.visits('/');
    await first.evaluate('metrofaxConsent.acceptAll()');
    await arrived(ALL_TAGS);
    const second = await visitor.opensTab(first, '/pricing');
    await second.waitFor('window.northlight && window.adharbor');
    await second.evaluate('metrofaxConsent.withdraw()');
    await first.waitFor("metrofaxConsent.state.purposes.measurement === 'denied'");
    assert.deepEqual(await stored(first), ['mf_consent']);
    forgetReceived();
    await first.evaluate("window.northlight.track('after')");
    await first.evaluate("fetch('/lab/counts').then((response) => response.text())");
    assert.equal((await stateOf(first)).decided, true);
    assert.deepEqual(received(), NOTHING);
  });
});
