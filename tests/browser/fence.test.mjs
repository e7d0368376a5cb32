// The content security policy that consent.js puts into a page no server protects: what passes by no function a script could replace.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, closeAll, open } from '../support/browsers/index.mjs';

const dist = new URL('../../js-glue/dist/', import.meta.url);
/** Paths the vendor was asked for. @type {string[]} */
let asked = [];
/** @type {import('node:http').Server} */
let server;
let [site, vendor] = ['', ''];

/** Ways that no patch reaches, each by its own path. @param {string} to */
const WAYS = (to) => `(async () => {
  await import('${to}/import.js').catch(() => undefined);
  const frame = document.body.appendChild(document.createElement('iframe'));
  // Where it is stopped not every engine says that anything has loaded.
  const gone = new Promise((done) => {
    frame.onload = done;
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => { if (effectiveDirective === 'frame-src') done() });
  });
  frame.contentWindow.location = '${to}/frame';
  await gone;
  const code = "fetch('${to}/worker', { mode: 'no-cors' }).catch(() => undefined).then(() => postMessage('done'))";
  const worker = new Worker(URL.createObjectURL(new Blob([code])));
  await new Promise((done) => { worker.onmessage = done });
})()`;
const ALL = ['/frame', '/import.js', '/worker'];

before(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '';
    const answer = (/** @type {string} */ type, /** @type {string | Buffer} */ body) => { response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'access-control-allow-origin': '*', 'cache-control': 'no-store' }).end(body); };
    if (request.headers.host?.startsWith('northlight.')) {
      asked.push(path);
      answer(path.endsWith('.js') ? 'text/javascript' : 'text/html', '');
    } else if (path === '/consent.js') answer('text/javascript', readFileSync(new URL('consent.js', dist)));
    else answer('text/html', `<!doctype html><link rel="icon" href="data:,"><title>page</title><script src="consent.js" data-ui="data:," data-regime="eu"${path === '/off' ? ' data-csp="off"' : ''}></script><body>`);
  });
  await new Promise((/** @type {(value?: unknown) => void} */ done) => { server.listen(0, '127.0.0.1', () => { done(); }); });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  [site, vendor] = [`http://localhost:${port}`, `http://northlight.localhost:${port}`];
});
after(async () => {
  await closeAll();
  server.closeAllConnections();
  server.close();
});

for (const browser of BROWSERS) {
  describe(`a page's own policy, in ${browser}`, { timeout: 120_000 }, () => {
    /** @param {string} choice what is said on a page before @param {string} [path] @param {string} [then] what is said on the page itself */
    const arrives = async (choice, path = '/', then = '') => {
      const page = await open(browser, `${site}/`);
      try {
        await page.evaluate(`void (${choice || 0})`);
        await page.goto(site + path);
        await page.evaluate(`void (${then || 0})`);
        asked = [];
        await page.evaluate(WAYS(vendor));
        return [...asked].sort();
      } finally {
        await page.close();
      }
    };

    test('[W6] refused: none arrives; granted: all of them', async () => {
      assert.deepEqual(await arrives('metrofaxConsent.rejectAll()'), []);
      assert.deepEqual(await arrives('metrofaxConsent.acceptAll()'), ALL);
    });

    test('refused on the page itself: it is closed from then on; where a site wants no such policy it stays open', async () => {
      assert.deepEqual(await arrives('', '/', 'metrofaxConsent.rejectAll()'), []);
      assert.deepEqual(await arrives('metrofaxConsent.rejectAll()', '/off'), ALL);
    });

    test('undecided, under "live": code in a worker that came as text reaches nobody who waits; granted, the next one does', async () => {
      assert.deepEqual(await arrives(''), ['/frame', '/import.js']);
      assert.deepEqual(await arrives('', '/', 'metrofaxConsent.acceptAll()'), ALL);
      const page = await open(browser, `${site}/`);
      asked = [];
      const said = await page.evaluate(`(async () => { const said = [];
        const code = (to) => URL.createObjectURL(new Blob(["fetch('" + to + "', { mode: 'no-cors' }).then(() => postMessage('reached'), () => postMessage('refused'))"]));
        class Mine extends Worker { mine() { return true } }
        const tells = (to) => new Promise((done) => {
          const worker = new Mine(code(to));
          said.push(worker instanceof Worker && worker.mine(), Object.getPrototypeOf(new Worker(code(to))) === Worker.prototype);
          worker.onmessage = ({ data }) => { said.push(data); done() };
        });
        await tells('${site}/own');
        await tells('${vendor}/early');
        metrofaxConsent.set({ measurement: true });
        await tells('${vendor}/late');
        said.push(frames.length, document.querySelectorAll('iframe').length);
        return said })()`);
      assert.deepEqual(said, [true, true, 'reached', true, true, 'refused', true, true, 'reached', 0, 0]);
      assert.deepEqual([...new Set(asked)], ['/late']);
      await page.close();
    });

    test('what is the site\'s own goes on, and nothing of the policy is left in the markup', async () => {
      const page = await open(browser, `${site}/`);
      await page.evaluate('metrofaxConsent.rejectAll()');
      await page.reload();
      const own = await page.evaluate(`(async () => { const said = [];
        said.push((await fetch('/own')).status, eval('1 + 1'), typeof (await import('/consent.js')));
        const worker = new Worker(URL.createObjectURL(new Blob(["postMessage('worker')"])));
        said.push((await new Promise((done) => { worker.onmessage = done })).data, document.querySelectorAll('meta').length);
        const style = document.head.appendChild(document.createElement('style')); style.textContent = 'body { color: rgb(1, 2, 3) }';
        document.body.setAttribute('onclick', 'window.clicked = true'); document.body.click();
        said.push(getComputedStyle(document.body).color, window.clicked); return said })()`);
      assert.deepEqual(own, [200, 2, 'object', 'worker', 0, 'rgb(1, 2, 3)', true]);
      await page.close();
    });
  });
}
