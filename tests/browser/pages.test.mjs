// Every page of the demo as people meet it who see little, use a keyboard, a telephone or a dark room.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrived, inEveryBrowser, received, NOTHING, tagsJudged } from './visitor.mjs';

const PAGES = ['/', '/pricing', '/test-drive', '/register', '/sign-in', '/privacy', '/choices', '/lab', '/lab/leaks', '/markup'];

/** Layout shifts as Chromium reports them; other browsers report none, and the places of things are compared in all. */
const SHIFTS = `window.shifts = []; if (PerformanceObserver.supportedEntryTypes?.includes('layout-shift'))
  new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => entry.value))).observe({ type: 'layout-shift', buffered: true });`;

inEveryBrowser('pages', (visitor) => {
  for (const [what, options] of /** @type {const} */ ([
    ['wide and light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
    ['320 px and dark', { viewport: { width: 320, height: 640 }, colorScheme: 'dark' }],
  ])) {
    test(`${what}: axe finds nothing, with the banner and without, and nothing is wider than the window`, async () => {
      const page = await visitor.visits('/', options);
      await page.waitVisible('.banner');
      assert.deepEqual(await page.axe(), [], 'with the banner');
      await page.click('.banner .reject');
      await page.waitHidden('.banner');
      for (const path of PAGES) {
        await visitor.goes(page, path);
        assert.deepEqual(await page.axe(), [], path);
        assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${path} is wider than ${options.viewport.width} px`);
      }
      assert.deepEqual(received(), NOTHING);
      assert.deepEqual(page.errors, []);
    });
  }

  test('nothing moves when the banner comes, and nothing when it goes', async () => {
    const page = await visitor.visits('/', { init: SHIFTS });
    await page.waitVisible('.banner');
    const places = () => page.evaluate("['header', 'main', 'h1', 'footer'].map((name) => document.querySelector(name).getBoundingClientRect().top + scrollY)");
    const before = await places();
    await page.click('.banner .reject');
    await page.waitHidden('.banner');
    assert.deepEqual(await places(), before);
    assert.deepEqual(await page.evaluate('shifts'), []);
  });

  test('by keyboard alone: refuse all but measurement', async () => {
    const page = await visitor.visits('/');
    await page.waitVisible('.banner');
    const inFocus = () => page.evaluate("(() => { let a = document.activeElement; while (a.shadowRoot?.activeElement) a = a.shadowRoot.activeElement; return a.id || a.className })()");
    const tabTo = async (/** @type {RegExp} */ wanted) => {
      const seen = [];
      for (let step = 0; step < 80; step += 1) {
        await page.press('Tab');
        seen.push(await inFocus());
        if (wanted.test(seen.at(-1) ?? '')) return;
      }
      assert.fail(`${wanted} cannot be reached: ${seen.join(' · ')}`);
    };
    await tabTo(/preferences/);
    await page.press('Enter');
    await page.waitVisible('dialog');
    await tabTo(/^on-measurement$/);
    await page.press(' ');
    await tabTo(/save/);
    await page.press('Enter');
    await page.waitHidden('dialog');
    await arrived(['northlight/nl.js']);
    await tagsJudged(page);
    const { adharbor, circlet } = received();
    assert.deepEqual({ adharbor, circlet }, { adharbor: 0, circlet: 0 });
  });

  test('markup that waits: nothing before its purpose, each thing after', async () => {
    const page = await visitor.visits('/markup');
    await tagsJudged(page);
    assert.deepEqual(received(), NOTHING);
    assert.deepEqual(await page.evaluate("['waiting-frame', 'waiting-image', 'waiting-video', 'waiting-audio'].map((id) => document.getElementById(id).hasAttribute('src'))"), [false, false, false, false]);
    await page.evaluate('metrofaxConsent.set({ advertising: true, personalisation: true })');
    await arrived(['adharbor/frame', 'adharbor/px.gif']);
    await page.waitFor("getComputedStyle(document.querySelector('.accent-sample')).textDecorationLine !== 'none' || document.querySelector('#waiting-link').sheet !== null");
    const { northlight, circlet } = received();
    assert.deepEqual({ northlight, circlet }, { northlight: 0, circlet: 0 });
    await page.evaluate('metrofaxConsent.set({ measurement: true, social: true })');
    await arrived(['northlight/nl.js', 'circlet/clip']);
  });
});
