// Real libraries under the runtime: each page of libraries/pages runs its script without the SDK, and with it in three states. What
// it does on its own must be the same in all four, what somebody else takes part in must be the same once everything is granted.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, closeAll, open } from '../support/browsers/index.mjs';
import { startSite } from './libraries/server.mjs';

/** Pages, by file name. */
const PAGES = ['react', 'vue', 'jquery', 'htmx', 'leaflet', 'lit', 'elements', 'alpine', 'turbo', 'chart', 'swiper', 'plyr', 'storage', 'chunks', 'pay'];

const TAG = '<script src="/sdk/consent.js" data-regime="eu" data-lang="en"></script>';
const NO_COOKIE = 'mf_consent=; Path=/; Max-Age=0';
const CHOICES = { granted: 'metrofaxConsent.acceptAll()', rejected: 'metrofaxConsent.rejectAll()' };

/**
 * Where a patched function is not the platform's to whoever looks closely: what is denied or has nothing to do is so before anybody looks at `this`,
 * where the platform throws a TypeError for a wrong one. In all else (text, name, length, prototype, properties, descriptors,
 * aliases, TypeErrors for missing arguments, `new`, subclasses) the two are the same.
 */
const BEFORE_THIS = ['CacheStorage#open', 'CookieStore#set', 'CredentialsContainer#create', 'CredentialsContainer#store', 'Document#cookie (set)', 'IDBFactory#open',
  'StorageBucketManager#open', 'StorageManager#getDirectory', 'name (set)', 'webkitRequestFileSystem'];

/** Longest that the tests of one browser take together, in milliseconds. */
const LIMIT = 240_000;

/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
before(async () => { site = await startSite(); });
after(async () => {
  await closeAll();
  await site.close();
});

for (const browser of BROWSERS) {
  describe(`libraries, in ${browser}`, { timeout: LIMIT }, () => {
    /** @type {import('../support/browsers/types.d.ts').Page} */
    let page;
    /** What the page is sent with in each state. @type {Record<string, { head: string, cookie: string }>} */
    const states = { 'without the SDK': { head: '', cookie: NO_COOKIE }, undecided: { head: TAG, cookie: NO_COOKIE } };

    before(async () => {
      page = await open(browser, 'about:blank', { reducedMotion: true });
      for (const [state, choice] of Object.entries(CHOICES)) {
        const { url, end } = site.visit('empty.html', { head: TAG, cookie: NO_COOKIE });
        await page.goto(url);
        await page.evaluate(choice);
        const cookie = (await page.cookies()).find(({ name }) => name === 'mf_consent');
        assert.ok(cookie, `${state} left no cookie`);
        states[state] = { head: TAG, cookie: `mf_consent=${cookie.value}; Path=/; Max-Age=9999` };
        end();
      }
    });
    after(() => page.close());

    /** @param {string} name @param {string} state */
    async function outcomeOf(name, state) {
      const { url, visit, end } = site.visit(`${name}.html`, states[state] ?? assert.fail());
      await page.goto(url);
      const outcome = /** @type {any} */ (await page.waitFor('window.outcome'));
      const sdk = await page.evaluate('window.metrofaxConsent && { status: metrofaxConsent.status, decided: metrofaxConsent.state.decided, granted: metrofaxConsent.state.purposes.social }');
      end();
      assert.deepEqual(sdk ?? null, {
        'without the SDK': null, undecided: { status: 'ready', decided: false, granted: 'unknown' },
        granted: { status: 'ready', decided: true, granted: 'granted' }, rejected: { status: 'ready', decided: true, granted: 'denied' },
      }[state], `the page is not ${state}`);
      const requests = [...visit.requests].sort();
      const theirs = requests.filter((request) => request.startsWith('vendor '));
      return { ...outcome, requests: requests.filter((request) => !theirs.includes(request)), ...(outcome.vendor && { vendor: { ...outcome.vendor, requests: theirs } }) };
    }

    for (const name of PAGES) {
      test(`${name}: the same without the SDK, undecided, granted and rejected`, async () => {
        const { vendor: alone, ...own } = await outcomeOf(name, 'without the SDK');
        assert.equal(own.failed, undefined, JSON.stringify(own.events));
        for (const state of ['granted', 'undecided', 'rejected']) {
          const { vendor, ...outcome } = await outcomeOf(name, state);
          assert.deepEqual(outcome, own, state);
          if (state === 'granted') assert.deepEqual(vendor, alone);
          else assert.deepEqual(vendor?.requests ?? [], [], `${state}: somebody else was reached`);
        }
      });
    }

    test('natives: patched functions look and act as the platform\'s do', async () => {
      const { url, end } = site.visit('natives.html', states['undecided'] ?? assert.fail());
      await page.goto(url);
      const { failed, patched, found } = /** @type {any} */ (await page.waitFor('window.outcome'));
      end();
      assert.equal(failed, undefined);
      assert.ok(patched.length > 150 && patched.includes('Element#setAttribute') && patched.includes('fetch'), patched.join());
      const aboutThis = /^(.*): (?:nobody|a number|undefined)(?:, (?:no )?arguments)?$/;
      assert.deepEqual(Object.entries(found).filter(([what]) => !aboutThis.test(what)), []);
      assert.deepEqual([...new Set(Object.keys(found).map((what) => aboutThis.exec(what)?.[1]))].sort(), BEFORE_THIS.filter((path) => patched.includes(path)));
    });
  });
}
