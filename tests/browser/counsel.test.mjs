// Counsel's view of a ledger that somebody changed, in a browser: it says so first, names the entry, and shows how far the rest holds.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { createClient } from '@libsql/client';
import { demo as startDemo } from '../js/demo-support.mjs';
import { BROWSERS, closeAll, open } from '../support/browsers/index.mjs';

const KEY = 'a long credential for tests';
const CHOICES = 8;
/** @type {Awaited<ReturnType<typeof startDemo>>} */
let demo;
/** @type {import('../support/browsers/types.d.ts').Page} */
let page;
beforeEach(async () => { demo = await startDemo({ counselKey: KEY }); });
afterEach(async () => {
  await page.close();
  await demo.close();
});
after(closeAll);

/** Somebody who signs in once there are choices in the ledger. @param {import('../support/browsers/types.d.ts').BrowserName} browser @param {object} options */
async function signedIn(browser, options) {
  const events = Array.from({ length: CHOICES }, (_, n) => ({
    id: `choice-${randomUUID()}`, kind: 'consent', at: 1_790_000_000 + n, person: `browser:${n}`,
    data: { granted: ['measurement'], denied: [], method: 'banner', regime: 'eu', policy: {}, enforcement: {} },
  }));
  await demo.records.ledger.append(events);
  page = await open(browser, `${demo.url}/counsel`, { reducedMotion: true, ...options });
  await page.focus('input[name=credential]');
  await page.type(KEY);
  await page.press('Enter');
  await page.waitFor("document.querySelector('#ledger') !== null");
}

/** @param {string} sql */
async function tamper(sql) {
  const db = createClient({ url: `file:${join(demo.data, 'ledger.db')}` });
  await db.execute(sql);
  db.close();
  await page.goto(`${demo.url}/counsel`);
}

/** What an operator sees, and where: the sections in order, and the shares of the ledger's bar. */
const seen = () => page.evaluate(() => ({
  sections: [...document.querySelectorAll('section[aria-labelledby]')].map((section) => section.getAttribute('aria-labelledby')),
  alert: document.querySelector('[role=alert]')?.textContent?.replace(/\s+/g, ' ').trim() ?? null,
  alertAt: document.querySelector('[role=alert]')?.getBoundingClientRect().bottom ?? null,
  bad: [...document.querySelectorAll('.ledger-strip')].slice(0, 1).flatMap((strip) => [...strip.querySelectorAll('.fill-bad')]).map((bar) => bar.getBoundingClientRect().width),
  strip: document.querySelector('.ledger-strip .bar')?.getBoundingClientRect().width ?? 0,
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
}));

for (const browser of BROWSERS) {
  describe(`counsel's view of a tampered ledger, in ${browser} [security.need-to-know]`, { timeout: 240_000 }, () => {
    test('a ledger that holds: no alarm, the ledger in its place', async () => {
      await signedIn(browser, {});
      const { alert, sections } = await seen();
      assert.equal(alert, null);
      assert.notEqual(sections[0], 'ledger');
      assert.match(await page.text('.ledger-state'), new RegExp(`Every entry, 0 to ${CHOICES}, is as it was written`));
    });

    test('a row that was changed after it had been checked: the page begins with it, names the entry, and half the bar is red', async () => {
      await signedIn(browser, { colorScheme: 'dark' });
      await tamper(`UPDATE ledger_entry SET line = replace(line, '"granted":["measurement"', '"granted":["interest"') WHERE seq = 4`);
      const { alert, alertAt, sections, bad, strip } = await seen();
      assert.match(alert ?? '', /^The ledger is broken\. Entry 4 cannot be trusted: it is not what was entered/);
      assert.ok(alertAt !== null && alertAt < 800, 'before anybody scrolls');
      assert.equal(sections[0], 'ledger');
      assert.match(await page.text('.ledger-state.bad:not([role])'), /Entries 0 to 3 hold; nothing after them can be relied on\..*counts every entry that is stored, the untrusted ones too/s);
      assert.equal(bad.length, 1);
      assert.ok(Math.abs((bad[0] ?? 0) / strip - 5 / 9) < 0.02, `${bad[0]} of ${strip}`);
      assert.deepEqual(await page.axe(), []);
      // It stays so, whatever is read of it next.
      await page.goto(`${demo.url}/counsel`);
      assert.match((await seen()).alert ?? '', /Entry 4 cannot be trusted/);
    });

    test('rows that were cut off the end are missed, on a phone too; asked to read all of it again, it still says so', async () => {
      await signedIn(browser, { viewport: { width: 390, height: 800 } });
      await tamper('DELETE FROM ledger_entry WHERE seq >= 6');
      const first = await seen();
      assert.match(first.alert ?? '', /^The ledger is broken\. Entries 6 to 8 are missing\. .*the ledger was truncated/);
      assert.ok(first.overflow <= 0, `${first.overflow} px beyond the screen`);
      assert.deepEqual(await page.axe(), []);
      await page.click('form[action="/counsel/check"] button');
      await page.waitFor("location.hash === '#ledger' && document.readyState === 'complete'");
      assert.match((await seen()).alert ?? '', /The ledger is broken\./);
    });
  });
}
