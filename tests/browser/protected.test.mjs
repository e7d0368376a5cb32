// Every page of the demo behind createProtection(): in no state does a browser report that our policy stopped something which our
// rewrite and our runtime had let through.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_TAGS, NOTHING, arrived, forgetReceived, inEveryBrowser, received, tagsJudged } from './visitor.mjs';

const PAGES = ['/pricing', '/test-drive', '/register', '/sign-in', '/privacy', '/choices', '/changes', '/lab', '/signals', '/outbox', '/survey', '/sweepstakes', '/markup', '/consent', '/counsel', '/no/such/page', '/'];
/** Pages without a script. */
const QUIET = ['/counsel', '/consent'];

const WATCH = `window.violations = [];
  document.addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective + ' ' + event.blockedURI + ' ' + (event.sourceFile ?? '') + ':' + event.lineNumber));`;

inEveryBrowser('protected pages', (visitor) => {
  /** @param {import('./visitor.mjs').Page} page @param {() => Promise<unknown>} settled when everything on a page has been asked for */
  async function everyPage(page, settled) {
    /** @type {string[]} */
    const found = [];
    for (const path of PAGES) {
      await (QUIET.includes(path) ? visitor.sees(page, path) : visitor.goes(page, path));
      if (!QUIET.includes(path)) await settled();
      found.push(.../** @type {string[]} */ (await page.evaluate('violations')).map((one) => `${path}: ${one}`));
    }
    assert.deepEqual(found, []);
    assert.deepEqual(page.errors, []);
  }

  test('undecided', async () => {
    const page = await visitor.visits('/', { init: WATCH });
    await page.waitVisible('.banner');
    await everyPage(page, () => tagsJudged(page));
    assert.deepEqual(received(), NOTHING);
  });

  test('refused', async () => {
    const page = await visitor.visits('/', { init: WATCH });
    await page.click('.banner .reject');
    await page.waitHidden('.banner');
    await everyPage(page, () => tagsJudged(page));
    assert.deepEqual(received(), NOTHING);
  });

  test('accepted, and what is accepted comes', async () => {
    const page = await visitor.visits('/', { init: WATCH });
    await page.click('.banner .accept');
    await arrived(ALL_TAGS);
    assert.deepEqual(await page.evaluate('violations'), []);
    await everyPage(page, async () => {
      await arrived(ALL_TAGS);
      forgetReceived();
    });
  });

  test('allowed after a refusal: the page comes again, with what was allowed; a form that was begun is not thrown away', async () => {
    const page = await visitor.visits('/', { init: WATCH });
    await page.click('.banner .reject');
    await page.waitHidden('.banner');
    await visitor.goes(page, '/pricing');
    await visitor.allowsLater(page, 'acceptAll()');
    await arrived(ALL_TAGS);
    await page.evaluate('void metrofaxConsent.rejectAll()');
    await visitor.goes(page, '/register');
    await page.evaluate("void (document.querySelector('#name').value = 'Ann')");
    forgetReceived();
    await page.evaluate('metrofaxConsent.acceptAll()');
    await page.waitVisible('.comes-next button');
    assert.equal(await page.evaluate("document.querySelector('#name').value"), 'Ann');
    assert.deepEqual(received(), NOTHING);
    await page.click('.comes-next button');
    await arrived(ALL_TAGS);
  });
});
