// Mail in the lab, by hand: opened, clicked, withdrawn by its last line, opened again; what is left behind changes before one's eyes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEveryBrowser } from './visitor.mjs';

/** What the lab says of the fetches so far, newest first. */
const LOG = "[...document.querySelectorAll('[data-mail-log] li')].map((entry) => `${entry.dataset.kind} ${entry.dataset.kept}`)";
const entries = (/** @type {number} */ count) => `document.querySelectorAll('[data-mail-log] li').length === ${count}`;

/** Goes to `url` as a link does: Firefox's driver waits in vain for a page's own navigations once a link has loaded one of its frames.
 * @param {import('./visitor.mjs').Page} page @param {string} url */
async function follows(page, url) {
  await page.evaluate(`void (location.href = ${JSON.stringify(url)})`);
  await page.waitFor(`location.href === ${JSON.stringify(url)} && document.readyState === 'complete'`);
}

/** Headless Chromium says that it is, and a program that nobody looks at opens nothing (E16). */
const LOOKED_AT = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36' };

inEveryBrowser('mail', (visitor) => {
  test('[E7][E9][gifs.optout] open, click, withdraw, open again: the difference is seen in the lab', async () => {
    const page = await visitor.visits('/lab', visitor.browser === 'chromium' ? { headers: LOOKED_AT } : {});
    await page.waitVisible('.banner');
    await page.click('.banner .reject'); // choices of the site are others than those of the mail
    await page.waitHidden('.banner');
    await page.click('#mail button[value=yes]');
    await page.click('[data-mail=open]');
    await page.waitFor(entries(1));
    assert.deepEqual(await page.evaluate(LOG), ['open client']);

    const hrefOf = (/** @type {string} */ what) => page.evaluate(`document.querySelector('[data-mail=${what}]').href`);
    const link = await page.newTab(/** @type {string} */ (await hrefOf('click')));
    await link.waitFor("location.pathname === '/pricing'");
    await link.close();
    await page.waitFor(entries(2));
    assert.deepEqual(await page.evaluate(LOG), ['click client', 'open client']);

    await follows(page, /** @type {string} */ (await hrefOf('choices')));
    assert.deepEqual(await page.axe(), []);
    await page.click('form.act button');
    await page.waitVisible('.done');
    assert.deepEqual(await page.axe(), []);
    await follows(page, new URL('/lab', await page.url()).href);
    await page.waitFor("window.metrofaxConsent?.status === 'ready'");
    await page.waitFor(entries(2));
    await page.click('[data-mail=open]');
    await page.waitFor(entries(3));
    assert.deepEqual(await page.evaluate(LOG), ['open nothing', 'click client', 'open client']);
    await page.waitFor("document.querySelector('[data-mail-log] li .fine span').textContent.includes(' ')");
    assert.match(await page.text('[data-mail-count]'), /^3 fetched, 2 left something behind\.$/);

    // A mail to who allows nothing: there is no pixel to fetch, and its links are the plain ones.
    await page.click('#mail button[value=no]');
    await page.waitFor("!document.querySelector('[data-mail=click]')");
    await page.click('[data-mail=open]');
    await page.waitFor("document.querySelector('iframe[name=lab-mail]')");
    assert.deepEqual(await page.axe(), []);
  });
});
