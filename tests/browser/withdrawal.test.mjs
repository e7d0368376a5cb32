// Withdrawal: everything a purpose stored goes and is looked for again, what goes on by itself is ended, and what comes back is named.
// The page, its service worker and the vendor are real servers here; the policy is the demo's, with more for its analytics vendor to keep.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { WebSocketServer } from 'ws';
import { embedded } from '../../js-glue/build/embed.mjs';
import { BROWSERS, closeAll, open } from '../support/browsers/index.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What the vendor may keep under `measurement`, by api. */
const KEPT = { indexedDB: 'nl_queue', caches: 'nl-cache', serviceWorker: '/sw.js', opfs: 'getDirectory' };

/** Keeps one of each kind, as the vendor's script would; what a browser does not have or refuses is not among the answer. */
const KEEP = `(async () => {
  const kept = [], each = async (name, work) => { try { await work(); kept.push(name) } catch {} };
  await each('indexedDB', () => new Promise((done, failed) => { const r = indexedDB.open('nl_queue'); r.onsuccess = () => { window.queue = r.result; done() }; r.onerror = failed }));
  await each('caches', async () => (await caches.open('nl-cache')).put('/kept', new Response('kept')));
  await each('serviceWorker', () => navigator.serviceWorker.register('sw.js'));
  await each('opfs', async () => (await navigator.storage.getDirectory()).getFileHandle('nl.bin', { create: true }));
  return kept;
})()`;

/** What is there, asked by a page that carries no SDK. */
const FIND = `(async () => {
  const found = [], each = async (name, work) => { try { if (await work()) found.push(name) } catch {} };
  await each('indexedDB', async () => (await indexedDB.databases()).length);
  await each('caches', async () => (await caches.keys()).length);
  await each('serviceWorker', async () => (await navigator.serviceWorker.getRegistrations()).length);
  await each('opfs', async () => { for await (const name of (await navigator.storage.getDirectory()).keys()) return name });
  return found;
})()`;

/** @type {string} */
let folder;
/** @type {{ server: import('node:http').Server, sockets: Set<import('node:stream').Duplex> }[]} */
const servers = [];
let site = '';
let vendor = '';
/** Paths the vendor was asked for. @type {string[]} */
let asked = [];
/** Vendor connections that are open: event streams and sockets by path. @type {Map<string, number>} */
const connected = new Map();
/** Called at every change of `connected` and `asked`. @type {Set<() => void>} */
const watchers = new Set();
const changed = () => { for (const watcher of watchers) watcher(); };
const count = (/** @type {string} */ path, /** @type {number} */ by) => { connected.set(path, (connected.get(path) ?? 0) + by); changed(); };

/** Resolves when `is` holds, now or after a change. @param {() => boolean} is */
const until = (is) => new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
  const look = () => { if (is()) { watchers.delete(look); resolve(); } };
  watchers.add(look);
  look();
});

/** @param {import('node:http').RequestListener} answer @param {string} host */
async function serve(answer, host) {
  const server = createServer(answer);
  const sockets = new Set();
  server.on('connection', (/** @type {import('node:stream').Duplex} */ socket) => { sockets.add(socket); });
  await new Promise((/** @type {(value?: unknown) => void} */ done) => { server.listen(0, '127.0.0.1', () => { done(); }); });
  servers.push({ server, sockets });
  return { server, url: `http://${host}:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}` };
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'metrofax-withdrawal-'));
  const policy = JSON.parse(readFileSync(`${root}demo-site/policy/2013-12-01.json`, 'utf8'));
  const northlight = policy.vendors.find((/** @type {any} */ one) => one.id === 'northlight');
  for (const [api, name] of Object.entries(KEPT))
    northlight.storage.push({ name, api: [api], match: 'exact', kind: 'persistent', lifetime: 'P13M', purpose: 'measurement', party: 'first' });
  const [source, compiled] = [join(folder, 'policy.json'), join(folder, 'policy.bin')];
  writeFileSync(source, JSON.stringify(policy));
  execFileSync(`${root}build/native/mfconsent`, ['policy', 'compile', source, '-o', compiled]);
  const script = await build({
    entryPoints: [`${root}js-glue/src/browser/main.ts`], bundle: true, write: false, format: 'iife', target: 'es2022', logLevel: 'warning',
    tsconfig: `${root}js-glue/tsconfig.json`, plugins: [embedded(`${root}js-glue/dist/page.wasm`, compiled)],
  });
  const text = script.outputFiles?.[0]?.text ?? '';
  ({ url: site } = await serve((request, response) => {
    const type = (/** @type {string} */ of) => ({ 'content-type': `${of}; charset=utf-8`, 'cache-control': 'no-store' });
    const page = (/** @type {string} */ head) => `<!doctype html><link rel="icon" href="data:,"><title>page</title>${head}<body>`;
    if (request.url === '/consent.js') response.writeHead(200, type('text/javascript')).end(text);
    else if (request.url === '/sw.js') response.writeHead(200, type('text/javascript')).end('addEventListener("fetch", () => {})');
    else if (request.url === '/holder.js')
      response.writeHead(200, type('text/javascript')).end("const r = indexedDB.open('nl_queue'); r.onsuccess = () => { self.held = r.result; postMessage('open') }");
    else response.writeHead(200, type('text/html')).end(page(request.url === '/bare' ? '' : '<script src="consent.js" data-ui="data:," data-csp="off" data-regime="eu"></script>'));
  }, 'localhost'));
  const live = await serve((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    changed();
    if (path !== '/events') {
      response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'no-store', 'access-control-allow-origin': '*' })
        .end(path === '/frame' ? "<script>setInterval(() => fetch('/beat'), 20)</script>" : '');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'access-control-allow-origin': '*' });
    response.write('data: here\n\n');
    count(path, 1);
    response.on('close', () => { count(path, -1); });
  }, 'northlight.localhost');
  vendor = live.url;
  new WebSocketServer({ server: live.server, path: '/socket' }).on('connection', (socket) => {
    count('/socket', 1);
    socket.on('close', () => { count('/socket', -1); });
  });
});

after(async () => {
  await closeAll();
  for (const { server, sockets } of servers) {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => { asked = []; });

for (const browser of BROWSERS) {
  describe(`withdrawal, in ${browser}`, { timeout: 120_000 }, () => {
    /** A visitor who has granted everything. */
    const granting = async () => {
      const page = await open(browser, `${site}/`);
      await page.evaluate('metrofaxConsent.acceptAll()');
      return page;
    };
    const idle = (/** @type {import('../support/browsers/types.d.ts').Page} */ page) => page.waitFor(`(${FIND}).then((found) => found.length === 0)`);

    test('[choice.withdrawal] databases, caches, files and service workers go, an open database among them; the log of residue is empty', async () => {
      const page = await granting();
      const kept = /** @type {string[]} */ (await page.evaluate(KEEP));
      assert.ok(kept.includes('indexedDB') && kept.includes('caches') && kept.includes('serviceWorker'), `kept: ${kept.join(' ')}`);
      const bare = await page.newTab(`${site}/bare`);
      // What was kept under the grant is there; Firefox tells its other processes a moment later.
      await bare.waitFor(`(${FIND}).then((found) => String(found) === ${JSON.stringify(String(kept))})`);
      await page.evaluate('metrofaxConsent.withdraw()');
      await idle(bare);
      assert.deepEqual(await page.evaluate('metrofaxConsent.state.residue'), []);
      await bare.close();
      await page.close();
    });

    test('[retention.necessary] what was there before the SDK came goes too, a purpose that keeps its grant keeps its own', async () => {
      const page = await open(browser, `${site}/bare`);
      await page.evaluate(`${KEEP}.then(() => { window.queue?.close() })`);
      await page.evaluate("new Promise((done) => { const r = indexedDB.open('nobody'); r.onsuccess = () => { r.result.close(); done() } })");
      await page.goto(`${site}/`);
      await idle(page);
      await page.evaluate('metrofaxConsent.acceptAll()');
      await page.evaluate(KEEP);
      await page.evaluate('metrofaxConsent.set({ advertising: false })');
      // Databases of no purpose are gone at the next look, and this one is still there then.
      await page.evaluate("dispatchEvent(new Event('pageshow'))");
      assert.deepEqual(await page.evaluate('indexedDB.databases().then((list) => list.map((one) => one.name))'), ['nl_queue']);
      await page.close();
    });

    test('what cannot be taken away is residue by name, and goes when it can', async () => {
      const page = await granting();
      // A worker's realm is its own: nobody outside can close what it has open.
      await page.evaluate("new Promise((done) => { window.holder = new Worker('holder.js'); holder.onmessage = done })");
      await page.evaluate('metrofaxConsent.withdraw()');
      await page.waitFor("metrofaxConsent.state.residue.includes('indexedDB nl_queue')");
      await page.evaluate('holder.terminate()');
      await page.waitFor("dispatchEvent(new Event('pageshow')), metrofaxConsent.state.residue.length === 0");
      await page.close();
    });

    test('[cookies.third-party] sockets, event streams and frames of a vendor are ended, and come again with a new grant', async () => {
      const page = await granting();
      await page.evaluate((/** @type {string} */ to) => {
        const all = /** @type {any} */ (window);
        all.ends = [];
        all.source = new EventSource(`${to}/events`);
        all.source.onerror = () => { all.ends.push('source'); };
        all.socket = new WebSocket(`${to.replace('http', 'ws')}/socket`);
        all.socket.onclose = () => { all.ends.push('socket'); };
        document.body.innerHTML = `<iframe src="${to}/frame"></iframe><div></div>`;
      }, vendor);
      await until(() => connected.get('/events') === 1 && connected.get('/socket') === 1 && asked.includes('/beat'));
      await page.evaluate('metrofaxConsent.withdraw()');
      await until(() => connected.get('/events') === 0 && connected.get('/socket') === 0);
      await page.waitFor("ends.includes('source') && ends.includes('socket')");
      // The frame's document has gone: its own page can be seen again.
      await page.waitFor("document.querySelector('iframe').contentDocument?.URL === 'about:blank'");
      asked = [];
      // Ten times as long as a beat, by the page's own clock: nothing that it says comes any more.
      await page.evaluate("fetch('/bare').then(() => new Promise((done) => setTimeout(done, 200)))");
      assert.deepEqual(asked, []);
      await page.evaluate('metrofaxConsent.acceptAll()');
      await until(() => asked.includes('/frame') && asked.includes('/beat'));
      await page.close();
    });

    test('another tab follows: its connections end and its database goes', async () => {
      const page = await granting();
      const other = await page.newTab(`${site}/`);
      await other.waitFor("metrofaxConsent.state.purposes.measurement === 'granted'");
      await other.evaluate(KEEP);
      await other.evaluate((/** @type {string} */ to) => { /** @type {any} */ (window).source = new EventSource(`${to}/events`); }, vendor);
      await until(() => connected.get('/events') === 1);
      await page.evaluate('metrofaxConsent.withdraw()');
      await until(() => connected.get('/events') === 0);
      await idle(other);
      await other.waitFor('metrofaxConsent.state.residue.length === 0');
      await other.close();
      await page.close();
    });
  });
}
