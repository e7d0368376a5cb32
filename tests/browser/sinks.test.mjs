// The common ways out of a page and onto the machine, each tried by a script of the page before and after consent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrived, inEveryBrowser, received, NOTHING, pathsOf, stored, tagsJudged } from './visitor.mjs';

/** Each tries to reach `url`; a promise or an exception of its own is the way's own affair. @type {Record<string, [path: string, source: string]>} */
const WAYS = {
  'new Image': ['/collect?way=image', '(new Image()).src = url'],
  'img.setAttribute': ['/collect?way=attribute', "document.createElement('img').setAttribute('src', url)"],
  'img srcset': ['/collect?way=srcset', "document.createElement('img').srcset = url + ' 2x'"],
  'a script element': ['/nl.js?way=script', "document.head.append(Object.assign(document.createElement('script'), { src: url }))"],
  'an iframe': ['/collect?way=frame', "document.body.append(Object.assign(document.createElement('iframe'), { src: url }))"],
  fetch: ['/collect?way=fetch', "fetch(url, { mode: 'no-cors' }).catch(() => {})"],
  'fetch with a Request': ['/collect?way=request', "fetch(new Request(url, { method: 'POST', mode: 'no-cors' })).catch(() => {})"],
  XMLHttpRequest: ['/collect?way=xhr', "(() => { const x = new XMLHttpRequest(); x.open('GET', url); x.send() })()"],
  sendBeacon: ['/collect?way=beacon', "navigator.sendBeacon(url, 'x')"],
};

/** @param {string} path @param {string} source */
const attempt = (path, source) =>
  `(() => { const origin = new URL(document.querySelector('script[data-northlight]').dataset.northlight).origin;
     const url = origin + ${JSON.stringify(path)}; try { void (${source}) } catch {} return true })()`;

inEveryBrowser('ways out', (visitor) => {
  test('before consent and after refusal no way gets through', async () => {
    const page = await visitor.visits();
    for (const [path, source] of Object.values(WAYS)) await page.evaluate(attempt(path, source));
    await tagsJudged(page);
    assert.deepEqual(received(), NOTHING, `got through: ${pathsOf('northlight').join(' ')}`);
    await page.evaluate('metrofaxConsent.rejectAll()');
    for (const [path, source] of Object.values(WAYS)) await page.evaluate(attempt(path, source));
    await tagsJudged(page);
    assert.deepEqual(received(), NOTHING, `got through: ${pathsOf('northlight').join(' ')}`);
    assert.deepEqual(page.errors, []);
  });

  for (const [way, [path, source]] of Object.entries(WAYS)) {
    test(`${way}: waits for consent, then arrives`, async () => {
      const page = await visitor.visits();
      await page.evaluate(attempt(path, source));
      await page.evaluate('metrofaxConsent.set({ measurement: true })');
      if (/fetch|XML|Beacon/i.test(way)) await page.evaluate(attempt(path, source));
      await arrived([`northlight${path.split('?')[0]}`]);
      await page.waitFor("fetch('/lab/counts').then((response) => response.json()).then((counts) => counts.northlight.requests > 0)");
      assert.equal(received().adharbor, 0);
    });
  }

  test('EventSource and WebSocket: held, then connected', async () => {
    const page = await visitor.visits();
    const origins = await page.evaluate("({ ...document.querySelector('script[data-northlight]').dataset })");
    await page.evaluate((/** @type {string} */ url) => void (/** @type {any} */ (window).source = new EventSource(url)), `${origins.adharbor}/live`);
    await page.evaluate((/** @type {string} */ url) => void (/** @type {any} */ (window).socket = new WebSocket(url)), `${origins.circlet.replace('http', 'ws')}/live`);
    await tagsJudged(page);
    assert.deepEqual(received(), NOTHING);
    await page.evaluate('metrofaxConsent.acceptAll()');
    await arrived(['adharbor/live', 'circlet/live']);
  });

  test('document.cookie, localStorage and sessionStorage: nothing stays before consent; what is declared stays after', async () => {
    const page = await visitor.visits();
    const write = `(() => { document.cookie = '_nl=1; path=/; max-age=3600'; document.cookie = 'nobody_declared=1; path=/; max-age=3600';
      localStorage.setItem('nl_visitor', '1'); localStorage.nobody = '1'; sessionStorage.setItem('nobody', '1'); })()`;
    await page.evaluate(write);
    assert.deepEqual(await stored(page), []);
    await page.evaluate('metrofaxConsent.set({ measurement: true })');
    await page.evaluate(write);
    const names = await stored(page);
    assert.ok(names.includes('_nl') && names.includes('nl_visitor'), names.join());
    assert.ok(!names.includes('nobody_declared') && !names.includes('nobody'), names.join());
  });
});
