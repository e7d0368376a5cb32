// The interface as a visitor meets it, in three browsers, with the real consent.js, under a strict Content-Security-Policy
// that requires Trusted Types. The page is made here so that nothing but the SDK is on it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, closeAll, open } from '../support/browsers/index.mjs';

const dist = new URL('../../js-glue/dist/', import.meta.url);
const CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
  "require-trusted-types-for 'script'";
const TYPES = { html: 'text/html', js: 'text/javascript', json: 'application/json', css: 'text/css' };

/** What the site's own style sheet would do to an element that is not protected from it. */
const STYLE = `body { margin: 0; font: 17px/1.5 serif } .tall { height: 1500px }
section, dialog, button, metrofax-consent { display: none; border: 9px dashed red; padding: 90px; transform: rotate(9deg) }`;

const HTML = `<!doctype html><html lang="LANG"><head><meta charset="utf-8"><title>Page</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/page.css">
<script src="/consent.js" data-regime="eu"></script></head><body><header><a id="first" href="#x">Home</a></header>
<main><h1>Heading</h1><p><a id="choices" href="#x">Privacy choices</a> <input id="field" aria-label="Number"></p>
<div class="tall"></div><a id="last" href="#x">Last</a></main></body></html>`;

/** Serves dist/ and the page. /no-notice/ has no notice files, /rtl/ has the English notice marked right-to-left. */
function answer(request, response) {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const name = pathname.split('/').pop() || 'page.html';
  const send = (text) => {
    const type = TYPES[name.split('.').pop()] ?? 'text/plain';
    response.writeHead(200, { 'content-type': type + '; charset=utf-8', 'content-security-policy': CSP }).end(text);
  };
  if (name === 'page.html') return send(HTML.replace('LANG', 'en').replaceAll('"/consent', `"${pathname}consent`));
  if (name === 'page.css') return send(STYLE);
  const file = new URL(name, dist);
  if (!existsSync(file) || (pathname.startsWith('/no-notice/') && name.endsWith('.json')))
    return response.writeHead(404).end();
  const text = readFileSync(file);
  send(
    pathname.startsWith('/rtl/') && name.endsWith('.json') ? JSON.stringify({ ...JSON.parse(text), dir: 'rtl' }) : text,
  );
}

/** Where focus is, through shadow roots: an id, else the first class, else the tag. */
const FOCUS = `(() => { let a = document.activeElement; while (a.shadowRoot?.activeElement) a = a.shadowRoot.activeElement;
  return a.id || a.className || a.localName })()`;
const focusOf = (page) => page.evaluate(FOCUS);
const state = (page) =>
  page.evaluate('({ decided: metrofaxConsent.state.decided, ...metrofaxConsent.state.purposes })');
/** Lays everything out and lets no animation stand in a measurement's way. */
const still = { reducedMotion: true };

const server = createServer(answer);
let site = '';
before(async () => {
  await new Promise((listening) => server.listen(0, 'localhost', listening));
  site = `http://localhost:${server.address().port}/`;
});
after(async () => {
  server.close();
  await closeAll();
});

for (const browser of BROWSERS) {
  describe(`the interface in ${browser}`, { timeout: 240_000 }, () => {
    /** Opens a page of the site and waits for the banner. @returns {Promise<import('../support/browsers/types.d.ts').Page>} */
    const visit = async (options = {}, path = '') => {
      const page = await open(browser, site + path, { ...still, ...options });
      await page.waitVisible('.banner');
      return page;
    };
    const ended = async (page) => {
      assert.deepEqual(page.errors, []);
      await page.close();
    };

    test('the banner takes no focus, is first in the tab order, and axe finds nothing, light and dark', async () => {
      for (const colorScheme of ['light', 'dark']) {
        const page = await visit({ colorScheme });
        assert.equal(await focusOf(page), 'body');
        assert.deepEqual(await page.axe(), []);
        const order = [];
        for (let step = 0; step < 5; step++) {
          await page.press('Tab');
          order.push(await focusOf(page));
        }
        assert.deepEqual(order, ['link', 'main reject', 'main accept', 'wide preferences', 'first']);
        await ended(page);
      }
    });

    for (const [key, choice, steps, expected] of [
      ['Enter', 'reject', 2, 'denied'],
      [' ', 'accept', 3, 'granted'],
    ]) {
      test(`${choice} with ${key === ' ' ? 'Space' : key}: decided, said aloud, focus on the heading`, async () => {
        const page = await visit();
        for (let step = 0; step < steps; step++) await page.press('Tab');
        await page.press(key);
        await page.waitHidden('.banner');
        assert.equal(await focusOf(page), 'h1');
        await page.waitFor(
          `/\\w/.test(document.querySelector('metrofax-consent').shadowRoot.querySelector('[role=status]').textContent)`,
        );
        const { decided, measurement, advertising } = await state(page);
        assert.deepEqual(
          { decided, measurement, advertising },
          { decided: true, measurement: expected, advertising: expected },
        );
        await ended(page);
      });
    }

    test('with the mouse, focus returns to the field the visitor was in', async () => {
      const page = await visit();
      await page.focus('#field');
      await page.click('.accept');
      await page.waitHidden('.banner');
      assert.equal(await focusOf(page), 'field');
      await ended(page);
    });

    test('reject is exactly as prominent as accept', async () => {
      const page = await visit();
      const [reject, accept] = await page.evaluate(() =>
        ['.reject', '.accept'].map((name) => {
          const button = document.querySelector('metrofax-consent').shadowRoot.querySelector(name);
          const { width, height, top } = button.getBoundingClientRect();
          const style = getComputedStyle(button);
          return [width, height, top, style.font, style.color, style.backgroundColor, style.border, style.boxShadow];
        }),
      );
      assert.deepEqual(reject, accept);
      assert.ok(reject[1] >= 44, `${reject[1]} px high`);
      await ended(page);
    });

    test('at 320 by 480 the page can be seen and used, and nothing shifts or overflows', async () => {
      const page = await visit({ viewport: { width: 320, height: 480 } });
      const seen = await page.evaluate(() => {
        const banner = document
          .querySelector('metrofax-consent')
          .shadowRoot.querySelector('.banner')
          .getBoundingClientRect();
        return {
          covered: banner.height / innerHeight,
          inside: banner.top >= 0 && banner.bottom <= innerHeight && banner.left >= 0 && banner.right <= innerWidth,
          overflow: document.documentElement.scrollWidth > innerWidth,
          top: document.querySelector('header').getBoundingClientRect().top,
        };
      });
      assert.ok(seen.covered <= 0.6, `covers ${seen.covered}`);
      assert.deepEqual([seen.inside, seen.overflow, seen.top], [true, false, 0]);
      for (const button of ['.reject', '.accept', '.wide']) assert.ok(await page.visible(button), button);
      await page.click('#first');
      await page.waitFor("location.hash === '#x'");
      assert.deepEqual(await page.axe(), []);
      await ended(page);
    });

    test('Escape in the banner puts the question off and decides nothing', async () => {
      const page = await visit();
      await page.press('Tab');
      await page.press('Escape');
      await page.waitHidden('.banner');
      assert.equal((await state(page)).decided, false);
      assert.equal(await focusOf(page), 'h1');
      await page.evaluate("metrofaxConsent.show('banner')");
      await page.waitVisible('.banner');
      await ended(page);
    });

    test('the preference centre: keyboard inside, Escape back to where it was opened, save what is switched', async () => {
      const page = await visit();
      await page.focus('.wide');
      await page.press('Enter');
      await page.waitVisible('dialog');
      assert.equal(await focusOf(page), 'prefs-title');
      await page.press('Escape');
      await page.waitFor(`${FOCUS} === 'wide preferences'`);
      await page.press(' ');
      await page.waitVisible('dialog');
      assert.equal(await page.evaluate(SWITCH('service', 'disabled')), true);
      assert.equal(await page.evaluate(SWITCH('service', 'checked')), true);
      assert.equal(await page.evaluate(SWITCH('measurement', 'checked')), false);
      await page.focus('#on-measurement');
      await page.press(' ');
      await page.focus('.save');
      await page.press('Enter');
      await page.waitHidden('dialog');
      assert.equal(await page.visible('.banner'), false);
      assert.equal(await focusOf(page), 'h1');
      const { measurement, advertising } = await state(page);
      assert.deepEqual([measurement, advertising], ['granted', 'denied']);
      await ended(page);
    });

    test('opened again before the browser has told that Escape closed it, the preference centre is there', async () => {
      const page = await visit();
      await page.evaluate("metrofaxConsent.show('preferences')");
      await page.waitVisible('dialog');
      await page.evaluate(`new Promise((done) => {
        const dialog = document.querySelector('metrofax-consent').shadowRoot.querySelector('dialog');
        dialog.addEventListener('close', () => setTimeout(done));
        dialog.close();
        metrofaxConsent.show('preferences');
      })`);
      assert.equal(await page.visible('dialog'), true);
      assert.equal(await focusOf(page), 'prefs-title');
      await ended(page);
    });

    test('everything about purposes, partners and storage is there to unfold, and axe finds nothing', async () => {
      const page = await visit({ viewport: { width: 320, height: 640 } });
      await page.evaluate("metrofaxConsent.show('preferences')");
      await page.waitVisible('dialog');
      await page.evaluate(() => {
        for (const part of document.querySelector('metrofax-consent').shadowRoot.querySelectorAll('details'))
          part.open = true;
      });
      assert.deepEqual(await page.axe(), []);
      const text = await page.text('dialog');
      for (const word of ['_nl', 'nl_visitor', 'ah_uid', 'mf_consent']) assert.ok(text.includes(word), word);
      const links = await page.evaluate(() =>
        [...document.querySelector('metrofax-consent').shadowRoot.querySelectorAll('dialog a')].map((a) =>
          a.getAttribute('href'),
        ),
      );
      assert.ok(
        links.some((href) => /#cookies\.|#gifs\./.test(href)),
        'a link to a clause',
      );
      const { adChoices } = JSON.parse(readFileSync(new URL('notice.en.json', dist)));
      assert.ok(adChoices.length > 0);
      for (const { url } of adChoices) assert.ok(links.includes(url), url);
      // Only the list scrolls: title and buttons stay where they are, whatever is unfolded below.
      const [wide, scrolled] = await page.evaluate(() => {
        const dialog = document.querySelector('metrofax-consent').shadowRoot.querySelector('dialog');
        dialog.querySelector('.purpose:last-child').scrollIntoView();
        return [dialog.scrollWidth > innerWidth, dialog.scrollTop];
      });
      assert.deepEqual([wide, scrolled], [false, 0]);
      await ended(page);
    });

    test('one partner can be refused under a purpose that is granted, and let back in [choice.third-party-ads][W2]', async () => {
      const page = await visit();
      const reason = (url) => page.evaluate(`metrofaxConsent.decide({ kind: 'web.request', url: '${url}' }).reason`);
      const ad = 'https://adharbor.localhost/px.gif';
      await page.evaluate("metrofaxConsent.acceptAll()");
      assert.equal(await reason(ad), 'granted');
      const choose = async () => {
        await page.evaluate("metrofaxConsent.show('preferences')");
        await page.waitVisible('dialog');
        await page.evaluate(() => {
          for (const part of document.querySelector('metrofax-consent').shadowRoot.querySelectorAll('details')) part.open = true;
        });
        await page.click('.partner input[name=adharbor]');
        assert.equal(await page.evaluate(() => document.querySelector('metrofax-consent').shadowRoot.querySelectorAll('.partner input[name=northlight]:checked').length), 0, 'nobody else is touched');
        assert.deepEqual(await page.axe(), []);
        await page.click('dialog .save');
        // What is granted after a refusal comes with the next page.
        await page.waitFor("window.metrofaxConsent?.status === 'ready' && metrofaxConsent.state.decided === true && metrofaxConsent.state.reload !== 'now'");
      };
      await choose();
      assert.deepEqual(await page.evaluate('metrofaxConsent.state.refused'), ['adharbor']);
      assert.equal(await reason(ad), 'vendor_refused');
      assert.equal(await page.evaluate('metrofaxConsent.state.purposes.advertising'), 'granted');
      assert.deepEqual(await page.evaluate('metrofaxConsent.receipt().refused'), ['adharbor']);
      assert.match(await page.evaluate('document.cookie'), /mf_consent=3~/);
      // Another choice, and refusing everything, keep it; its own switch ends it, and so does accepting all.
      await page.evaluate('(metrofaxConsent.rejectAll(), metrofaxConsent.set({ advertising: true }))');
      assert.equal(await reason(ad), 'vendor_refused');
      await choose();
      assert.equal(await reason(ad), 'granted');
      await page.evaluate("(metrofaxConsent.set({}, { adharbor: false, nobody: false }), metrofaxConsent.set(null, { adharbor: true }))");
      assert.equal(await reason(ad), 'vendor_refused');
      await page.evaluate('metrofaxConsent.acceptAll()');
      assert.deepEqual(await page.evaluate('metrofaxConsent.state.refused'), []);
      assert.equal(await reason(ad), 'granted');
      await ended(page);
    });

    test('opened by a link that is gone afterwards: focus goes to the heading, never to body', async () => {
      const page = await visit();
      await page.focus('#choices');
      await page.evaluate("metrofaxConsent.show('preferences')");
      await page.waitVisible('dialog');
      await page.evaluate("document.querySelector('#choices').remove()");
      await page.click('dialog .close');
      await page.waitHidden('dialog');
      assert.equal(await focusOf(page), 'h1');
      await ended(page);
    });

    test('Global Privacy Control is said to be honoured, and what switching on in spite of it means [W1]', async () => {
      const page = await visit({ headers: { 'Sec-GPC': '1' } });
      assert.match(await page.text('.banner'), /Opt-out request honoured/);
      await page.click('.wide');
      await page.waitVisible('dialog');
      assert.match(await page.text('dialog'), /Opt-out request honoured/);
      assert.equal(await page.visible('#gpc-advertising'), false);
      await page.focus('#on-advertising');
      await page.press(' ');
      assert.equal(await page.visible('#gpc-advertising'), true);
      assert.deepEqual(await page.axe(), []);
      await ended(page);
    });

    test('the inspector follows the page and gives reason, clause and its sentence', async () => {
      const page = await visit();
      await page.focus('#choices');
      await page.evaluate("metrofaxConsent.show('inspector')");
      await page.waitVisible('.inspector');
      assert.equal(await focusOf(page), 'log-title');
      await page.evaluate("void (new Image().src = 'http://adharbor.localhost:9/px.gif?who=me')");
      await page.waitFor(
        "[...document.querySelector('metrofax-consent').shadowRoot.querySelectorAll('.entry code')].some((code) => code.textContent.includes('px.gif'))",
      );
      await page.evaluate(() => {
        for (const entry of document.querySelector('metrofax-consent').shadowRoot.querySelectorAll('.entry'))
          entry.open = true;
      });
      const [reason, clause, says] = await page.waitFor(() => {
        const entry = [...document.querySelector('metrofax-consent').shadowRoot.querySelectorAll('.entry')].find(
          (row) => row.textContent.includes('px.gif'),
        );
        const said = [...entry.querySelectorAll('dd')].map((dd) => dd.textContent);
        return said.length > 2 && said;
      });
      assert.match(reason, /not decided/);
      assert.match(clause, /^[a-z]+(\.[a-z-]+)+$/);
      assert.ok(says.length > 20, says);
      assert.deepEqual(await page.axe(), []);
      await page.press('Escape');
      await page.waitHidden('.inspector');
      assert.equal(await focusOf(page), 'choices');
      await ended(page);
    });

    test('removed by a blocker: nothing is allowed by it, and show() makes it anew', async () => {
      const page = await visit();
      await page.evaluate("document.querySelector('metrofax-consent').remove()");
      assert.equal((await state(page)).decided, false);
      await page.evaluate("metrofaxConsent.show('preferences')");
      await page.waitVisible('dialog');
      await page.evaluate("document.querySelector('metrofax-consent').remove()");
      await page.evaluate("metrofaxConsent.show('banner')");
      await page.waitVisible('.banner');
      assert.equal(await page.evaluate('document.body.firstElementChild.localName'), 'metrofax-consent');
      await ended(page);
    });

    test('right to left it stands on the other side, and nothing overflows', async () => {
      const page = await visit({}, 'rtl/');
      assert.ok(
        await page.evaluate(() => {
          const { left, right } = document
            .querySelector('metrofax-consent')
            .shadowRoot.querySelector('.banner')
            .getBoundingClientRect();
          return left > innerWidth - right && document.documentElement.scrollWidth <= innerWidth;
        }),
      );
      assert.deepEqual(await page.axe(), []);
      await ended(page);
    });

    test('without a notice there is still a choice, and rejecting works', async () => {
      const page = await visit({}, 'no-notice/');
      assert.equal(await page.visible('.wide'), false);
      assert.equal(await page.visible('.link'), true);
      assert.deepEqual(await page.axe(), []);
      await page.click('.reject');
      await page.waitHidden('.banner');
      assert.equal((await state(page)).decided, true);
      await ended(page);
    });
  });
}

/** The property of a purpose's switch, as an expression. */
function SWITCH(purpose, property) {
  return `document.querySelector('metrofax-consent').shadowRoot.querySelector('#on-${purpose}').${property}`;
}
