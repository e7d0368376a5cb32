// A page that forbids wasm, of a site that forgot to put gate.asmjs.js beside consent.js: locked for good, and nothing leaves.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { open } from '../support/browsers/index.mjs';
import { copyOfSdk } from '../support/sdk-copy.mjs';
import { NOTHING, inEveryBrowser, received, site } from './visitor.mjs';

const sdk = copyOfSdk();
rmSync(join(sdk, 'gate.asmjs.js'), { force: true });
after(() => rmSync(sdk, { recursive: true, force: true }));

inEveryBrowser('locked', ({ browser }) => {
  test('stays locked: every partner denied with reason `locked`, the page itself works', async () => {
    const page = await open(browser, `${site()}/strict/no-wasm`);
    await page.waitFor("metrofaxConsent.log.filter((line) => line.verdict.reason === 'locked').length >= 3");
    assert.equal(await page.evaluate('metrofaxConsent.status'), 'locked');
    await page.evaluate("fetch('/lab/counts').then((response) => response.text())");
    assert.deepEqual(received(), NOTHING);
    const verdict = await page.evaluate("metrofaxConsent.decide({ kind: 'web.request', url: 'http://adharbor.localhost:1/px.gif', initiator: 'image' })");
    assert.deepEqual([verdict.outcome, verdict.reason], ['deny', 'locked']);
    await page.evaluate("metrofaxConsent.acceptAll()");
    await page.evaluate("fetch('/lab/counts').then((response) => response.text())");
    assert.deepEqual(received(), NOTHING);
    assert.ok((await page.text('h1')).length > 0);
    await page.close();
  });
}, { sdk });
