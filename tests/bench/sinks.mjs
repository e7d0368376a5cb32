// bench sinks: what it costs that everything asks first.
//
//  * a call: each sink in two pages of one browser, one with the SDK and one without it, by turns; p50 of the time per call in
//    batches. The difference is what a call costs more.
//  * a heavy page: 300 requests of its own origin and of a vendor who is granted, 2,000 insertions, with the SDK and everything granted,
//    and without it, by turns; until its last request has been answered, and the main thread's CPU until then.
// Pages run isolated across origins, so that their clock is fine.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { brotliCompressSync } from 'node:zlib';
import { closeAll, open } from '../support/browsers/index.mjs';
import { fromRoot, need } from './paths.mjs';
import { median, table } from './stats.mjs';
import { chromiumWithCdp } from './start.mjs';

/** What is measured: how things are made ready once, the call itself (`i` counts), and what is undone after a batch. @type {Record<string, [ready: string, call: string, undo?: string]>} */
const CALLS = {
  'img.src =': ["const it = document.createElement('img')", "it.src = 'data:,' + (i & 7)"],
  'img.src = own URL': ["const it = document.createElement('img'); it.loading = 'lazy'", "it.src = '/dot.gif?' + (i & 7)", "it.removeAttribute('src')"],
  'script.src =': ["const it = document.createElement('script')", "it.src = '/late.js?' + (i & 7)"],
  'setAttribute (class)': ["const it = document.createElement('p')", "it.setAttribute('class', 'a' + (i & 7))"],
  'setAttribute (src of a script)': ["const it = document.createElement('script')", "it.setAttribute('src', '/late.js?' + (i & 7))"],
  getAttribute: ["const it = document.createElement('p'); it.id = 'a'", "it.getAttribute('id')"],
  'appendChild, insertBefore': ["const at = document.createElement('div'), it = document.createElement('p'), other = document.createElement('p'); at.append(other)", 'i & 1 ? at.appendChild(it) : at.insertBefore(it, other)'],
  'append (text)': ["const at = document.createElement('div')", "at.append('x')", 'at.textContent = ""'],
  'innerHTML, plain': ["const it = document.createElement('div')", "it.innerHTML = '<b>bold</b> and <i>' + (i & 7) + '</i>'"],
  'innerHTML, with a picture': ["const it = document.createElement('div')", "it.innerHTML = '<p>text</p><img alt=\"\" src=\"data:,' + (i & 7) + '\">'"],
  textContent: ["const it = document.createElement('p')", "it.textContent = 'text ' + (i & 7)"],
  'createElement': ['', "document.createElement('p')"],
  'fetch (aborted)': ["const signal = AbortSignal.abort()", "fetch('/echo', { signal }).catch(() => 0)"],
  'XMLHttpRequest.open': ['const it = new XMLHttpRequest()', "it.open('GET', '/echo')"],
  'document.cookie (get)': ['', 'document.cookie'],
  'document.cookie =': ['', "document.cookie = 'mf_optout=; path=/; max-age=0'"],
  'localStorage.getItem': ['', "localStorage.getItem('mf_ui')"],
  'localStorage.setItem': ['', "localStorage.setItem('mf_ui', i & 7)"],
  'style.color =': ["const it = document.createElement('p')", "it.style.color = i & 1 ? 'red' : 'blue'"],
  'style.backgroundImage =': ["const it = document.createElement('p')", "it.style.backgroundImage = 'url(/dot.gif?' + (i & 7) + ')'"],
  'style.cssText =': ["const it = document.createElement('p')", "it.style.cssText = 'color: red; width: ' + (i & 7) + 'px'"],
  insertRule: ['const it = new CSSStyleSheet()', "it.insertRule('.a { color: red }', 0)", 'it.replaceSync("")'],
};

const BATCH = 400;
const REQUESTS = 300;
const INSERTIONS = 2000;
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
/** A declared vendor of the policy, for whom everything is granted. */
const VENDOR = 'circlet.localhost';

/** @param {boolean} sdk */
const callsPage = (sdk) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${sdk ? '<script src="/consent.js" data-regime="us" data-ui="/none.js"></script>' : ''}
<body><script>
window.ready = ${sdk ? "(metrofaxConsent.acceptAll(), metrofaxConsent.state.decided)" : 'true'};
window.measure = (source, rounds) => {
  const [ready, call, undo = ''] = source;
  const batch = new Function(ready + '; return (count) => { const from = performance.now(); for (let i = 0; i < count; ++i) { ' + call + ' } const took = performance.now() - from; ' + undo + '; return took / count * 1e6 }')();
  const all = [];
  for (let round = 0; round < rounds; ++round) all.push(batch(${BATCH}));
  return all;
};</script></body>`;

/** @param {boolean} sdk @param {number} port */
const heavyPage = (sdk, port) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${sdk ? '<script src="/consent.js" data-regime="us" data-ui="/none.js"></script>' : ''}
<body><div id="at"></div><script>
const started = performance.now();
${sdk ? 'if (metrofaxConsent.state.purposes.social !== "granted") throw new Error("not granted");' : ''}
const at = document.getElementById('at');
const waits = [];
for (let i = 0; i < ${INSERTIONS}; ++i) {
  const item = document.createElement('div');
  item.className = 'item';
  item.setAttribute('data-n', i);
  item.textContent = 'Item ' + i;
  if (i % 10 === 0) item.innerHTML = '<b>bold</b> <a href="#x">link ' + i + '</a>';
  if (i % 7 === 0) item.style.marginTop = '1px';
  i % 3 ? at.appendChild(item) : at.insertBefore(item, at.firstChild);
}
for (let i = 0; i < ${REQUESTS}; ++i) {
  const origin = i % 3 ? '' : 'http://${VENDOR}:${port}';
  if (i % 2) { const image = new Image(); waits.push(new Promise((done) => { image.onload = image.onerror = done; })); image.src = origin + '/dot.gif?' + i; at.append(image); }
  else waits.push(fetch(origin + '/echo?' + i, { mode: 'cors' }).then((answer) => answer.text()));
}
window.scripted = performance.now() - started;
Promise.all(waits).then(() => { window.took = performance.now(); });
</script></body>`;

async function serve() {
  await need('js-glue/dist/consent.js', 'tests/support/build');
  const script = brotliCompressSync(readFileSync(fromRoot('js-glue/dist/consent.js')));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('Cache-Control', pathname === '/consent.js' ? 'max-age=999' : 'no-store');
    for (const [name, value] of [['Cross-Origin-Opener-Policy', 'same-origin'], ['Cross-Origin-Embedder-Policy', 'require-corp'], ['Cross-Origin-Resource-Policy', 'cross-origin'], ['Access-Control-Allow-Origin', '*']]) response.setHeader(name ?? '', value ?? '');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const page = (/** @type {string} */ text) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end(text);
    if (pathname === '/consent.js') return void response.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8', 'Content-Encoding': 'br' }).end(script);
    if (pathname.startsWith('/calls/')) return page(callsPage(pathname.endsWith('/sdk')));
    if (pathname.startsWith('/heavy/')) return page(heavyPage(pathname.endsWith('/sdk'), port));
    if (pathname === '/dot.gif') return void response.writeHead(200, { 'Content-Type': 'image/gif' }).end(GIF);
    response.writeHead(pathname === '/echo' ? 200 : 404, { 'Content-Type': 'text/plain' }).end('echo');
  });
  await new Promise((resolve) => server.listen(0, '::', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://localhost:${port}`, close: () => { server.close(); server.closeAllConnections(); } };
}

/** @param {{ rounds: number, loads: number, browser: string }} options */
export async function benchSinks({ rounds, loads, browser }) {
  const name = /** @type {import('../support/browsers/types.d.ts').BrowserName} */ (browser);
  const server = await serve();
  try {
    const calls = await measureCalls(name, server.url, rounds);
    table(`A call in ${name}, everything granted, ns (p50 of batches of ${BATCH})`, ['', 'patched', 'unpatched', 'more', 'times'],
      Object.entries(calls).map(([call, { patched, unpatched }]) => [call, patched, unpatched, patched - unpatched, patched / unpatched]));
    const heavy = name === 'chromium' ? await measureHeavy(server.url, loads) : {};
    for (const [what, { without, granted, slowed }] of Object.entries(heavy)) console.log(`  ${what}: ${without.toFixed(1)} ms without, ${granted.toFixed(1)} with the SDK and everything granted; median of the pairs' ratios ${((slowed - 1) * 100).toFixed(1)} % more`);
    return { browser: name, calls, heavy };
  } finally {
    await closeAll();
    server.close();
  }
}

/** Two pages of one visitor, one with the SDK and one without, by turns. @param {import('../support/browsers/types.d.ts').BrowserName} browser @param {string} url @param {number} rounds */
async function measureCalls(browser, url, rounds) {
  const pages = { patched: await open(browser, `${url}/calls/sdk`), unpatched: await open(browser, `${url}/calls/none`) };
  for (const page of Object.values(pages)) await page.waitFor('window.ready');
  /** @type {Record<string, { patched: number, unpatched: number }>} */
  const found = {};
  for (const [call, source] of Object.entries(CALLS)) {
    /** @type {Record<'patched' | 'unpatched', number[]>} */
    const times = { patched: [], unpatched: [] };
    for (let round = -1; round < rounds; ++round) {
      for (const side of /** @type {const} */ (['patched', 'unpatched'])) {
        const some = /** @type {number[]} */ (await pages[side].evaluate(`measure(${JSON.stringify(source)}, 20)`));
        if (round >= 0) times[side].push(...some); // the first warms up
      }
    }
    found[call] = { patched: median(times.patched), unpatched: median(times.unpatched) };
  }
  return found;
}

/** @param {string} url @param {number} loads */
async function measureHeavy(url, loads) {
  const browser = await chromiumWithCdp();
  const context = await browser.createBrowserContext();
  /** @type {Record<'none' | 'sdk', { loaded: number, scripted: number, cpu: number }[]>} */
  const all = { none: [], sdk: [] };
  const visit = async (/** @type {'none' | 'sdk'} */ side) => {
    const page = await context.newPage();
    const cdp = await page.createCDPSession();
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.goto(`${url}/heavy/${side}`, { waitUntil: 'load' });
    await page.waitForFunction('window.took', { polling: 50, timeout: 60_000 });
    const { metrics } = await cdp.send('Performance.getMetrics');
    const cpu = 1000 * (metrics.find((each) => each.name === 'TaskDuration')?.value ?? NaN);
    const { took, scripted } = /** @type {any} */ (await page.evaluate('({ took, scripted })'));
    await page.close();
    return { loaded: took, scripted, cpu };
  };
  try {
    const first = await context.newPage();
    await first.goto(`${url}/calls/sdk`); // where everything is granted
    await first.close();
    for (let i = -2; i < loads; ++i) {
      // Who goes first changes.
      for (const side of /** @type {('none' | 'sdk')[]} */ (i % 2 ? ['none', 'sdk'] : ['sdk', 'none'])) {
        const one = await visit(side);
        if (i >= 0) all[side].push(one);
      }
      process.stderr.write(`\rbench: heavy page, pair ${i + 1} of ${loads} `);
    }
    process.stderr.write('\n');
  } finally {
    await browser.close();
  }
  const of = (/** @type {'loaded' | 'scripted' | 'cpu'} */ key) => ({
    without: median(all.none.map((one) => one[key])), granted: median(all.sdk.map((one) => one[key])),
    slowed: median(all.sdk.map((one, i) => one[key] / (all.none[i]?.[key] ?? NaN))),
  });
  return { 'until the last of it is there': of('loaded'), 'its script': of('scripted'), 'main thread': of('cpu') };
}
