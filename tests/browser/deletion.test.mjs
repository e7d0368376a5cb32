// Deletion, measured: every kind of cookie on every kind of host, in real browsers. The page's own consent.js takes away what
// script can reach, the server's sweep the rest; then the browser is asked, by a request, what it still holds.
//
// The kinds are those of ../shared/vectors (own-deletion.json) where they are there, and the same ones generated here besides.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { embedded } from '../../js-glue/build/embed.mjs';
import { createCookieControl } from '../../js-glue/dist/server.js';
import { BROWSERS, closeAll, open } from '../support/browsers/index.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = `${root}js-glue/dist/`;
const SHARED = `${root}../shared/vectors/cookies/own-deletion.json`;

/** Pages by their kind, and a path of the same site that they do not lie under. */
const PAGES = {
  apex: 'https://example.com/',
  www: 'https://www.example.com/shop/item.html',
  'three levels': 'https://eu.shop.example.com/a/b/c',
  'two-label suffix': 'https://www.example.co.uk/x/',
  'private suffix': 'https://me.github.io/site/page',
  localhost: 'http://localhost/app/',
  address: 'http://192.168.1.10/app/',
};
const ELSEWHERE = '/elsewhere/deep';

/** Set-Cookie lines for a page, each under a name of its own. @param {string} page @returns {string[]} */
function linesFor(page) {
  const { hostname, pathname, protocol } = new URL(page);
  const folders = pathname.split('/').slice(1, -1).map((_, i, all) => `/${all.slice(0, i + 1).join('/')}`);
  const parents = /^[\d.]+$|^localhost$/.test(hostname) ? [] : hostname.split('.').slice(0, -1).map((_, i, all) => [...all, hostname.split('.').at(-1)].slice(i).join('.'));
  const rest = [
    'x=1; Path=/', 'x=1; Path=/; Max-Age=9999', 'x=1; Max-Age=9999', 'x=1; Path=/; HttpOnly; Max-Age=9999', 'x=1; Path=/; SameSite=Strict', `x=1; Path=${ELSEWHERE}; Max-Age=9999`,
    ...folders.flatMap((path) => [`x=1; Path=${path}`, `x=1; Path=${path}/; HttpOnly`]),
    ...parents.flatMap((domain) => [`x=1; Path=/; Domain=${domain}`, `x=1; Path=/; Domain=.${domain}; HttpOnly; Max-Age=9999`]),
  ];
  if (protocol === 'https:') {
    rest.push('x=1; Path=/; Secure', '__Host-x=1; Path=/; Secure', '__Host-x=1; Path=/; Secure; HttpOnly', '__Host-x=1; Path=/; Secure; SameSite=None; Partitioned',
      'x=1; Path=/; Secure; SameSite=None; Partitioned', '__Secure-x=1; Path=/; Secure; HttpOnly; SameSite=None; Partitioned',
      ...parents.map((domain) => `__Secure-x=1; Path=/; Secure; Domain=${domain}; SameSite=None; Partitioned`));
  }
  const shared = existsSync(SHARED) ? JSON.parse(readFileSync(SHARED, 'utf8')).vectors.filter((/** @type {any} */ vector) => sameKind(vector.page, page)).map((/** @type {any} */ vector) => vector.cookie) : [];
  return [...shared, ...rest].map((line, i) => line.replace(/^(__Host-|__Secure-)?\w+=/, (_all, prefix = '') => `${prefix}c${i}=`));
}
const sameKind = (/** @type {string} */ a, /** @type {string} */ b) => new URL(a).hostname === new URL(b).hostname;
const namesOf = (/** @type {string | undefined} */ header) => (header ?? '').split('; ').filter(Boolean).map((pair) => pair.split('=', 1)[0] ?? '').sort();

/** @type {string} */
let folder;
/** @type {{ http: number, https: number }} */
let ports;
/** @type {import('node:http').Server[]} */
let servers = [];
/** Cookie headers by path of what asked, last ones. @type {Map<string, string | undefined>} */
const seen = new Map();

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'metrofax-deletion-'));
  const policy = JSON.parse(readFileSync(`${root}demo-site/policy/2013-12-01.json`, 'utf8'));
  policy.firstParty.hosts.push(...['example.com', 'example.co.uk', 'me.github.io'].map((host) => ({ host, subdomains: true })), { host: '192.168.1.10', subdomains: false });
  const [source, compiled] = [join(folder, 'policy.json'), join(folder, 'policy.bin')];
  writeFileSync(source, JSON.stringify(policy));
  execFileSync(`${root}build/native/mfconsent`, ['policy', 'compile', source, '-o', compiled]);
  const script = await build({
    entryPoints: [`${root}js-glue/src/browser/main.ts`], bundle: true, write: false, format: 'iife', target: 'es2022', logLevel: 'warning',
    tsconfig: `${root}js-glue/tsconfig.json`, plugins: [embedded(`${dist}gate.wasm`, compiled)],
  });
  const modules = { gate: new WebAssembly.Module(readFileSync(`${dist}gate.wasm`)), cookies: new WebAssembly.Module(readFileSync(`${dist}cookies.wasm`)) };
  const control = createCookieControl({ modules, policy: readFileSync(compiled), paths: [ELSEWHERE] });
  const [, sweep] = control.routes();

  /** @type {import('node:http').RequestListener} */
  const answer = (request, response) => {
    const secure = 'encrypted' in request.socket;
    // The port of a mapped name is the default one; that of localhost is ours and no part of a cookie.
    const url = new URL(request.url ?? '/', `${secure ? 'https' : 'http'}://${request.headers.host}`);
    const file = url.pathname.split('/').at(-1) ?? '';
    const asked = url.searchParams.get('as') ?? '';
    if (asked) seen.set(asked, request.headers.cookie);
    if (file === 'consent.js') {
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' }).end(script.outputFiles?.[0]?.text);
    } else if (asked === 'sweep') {
      // What the page calls by name, the server knows on its own paths too.
      const names = (url.searchParams.get('names') ?? '').split(' ').filter(Boolean);
      const body = JSON.stringify({ page: url.origin + (url.searchParams.get('page') ?? '/'), names });
      const headers = { cookie: request.headers.cookie ?? '', origin: url.origin, 'sec-fetch-site': 'same-origin' };
      void sweep?.handle({ request: new Request(url, { method: 'POST', headers, body }) }).then(async (swept) => {
        response.writeHead(swept.status, { 'set-cookie': swept.headers.getSetCookie() }).end(await swept.text());
      });
    } else if (asked) {
      response.writeHead(200, { 'cache-control': 'no-store' }).end();
    } else {
      const base = Object.values(PAGES).find((page) => new URL(page).pathname === url.pathname && sameKind(page, url.href));
      const lines = base ? linesFor(base) : [];
      const html = '<!doctype html><link rel="icon" href="data:,"><title>deletion</title><script src="first?as=stored"></script><script src="consent.js" data-ui="data:,"></script>';
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'set-cookie': lines }).end(html);
    }
  };
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test', '-addext', 'subjectAltName=DNS:*.example.com,DNS:example.com,DNS:www.example.co.uk,DNS:me.github.io,DNS:eu.shop.example.com',
    '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')], { stdio: 'ignore' });
  const tls = createSecureServer({ key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')), maxHeaderSize: 256 * 1024 }, answer);
  const plain = createServer({ maxHeaderSize: 256 * 1024 }, answer);
  servers = [tls, plain];
  const listening = servers.map((server) => new Promise((/** @type {(port: number) => void} */ resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port));
  }));
  const [https = 0, http = 0] = await Promise.all(listening);
  ports = { http, https };
});

after(async () => {
  await closeAll();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

for (const browser of BROWSERS) {
  describe(`deletion, in ${browser}`, { timeout: 240_000 }, () => {
    for (const [kind, address] of Object.entries(PAGES)) {
      test(`[retention.necessary] ${kind}: what script can reach is gone, then the rest`, async () => {
        const url = kind === 'localhost' ? address.replace('localhost', `localhost:${ports.http}`) : address;
        const { pathname } = new URL(url);
        const page = await open(browser, url, kind === 'localhost' ? {} : { hosts: ports });
        const ask = async (/** @type {string} */ as, query = '', path = 'ask') => {
          await page.evaluate(async (to) => { await fetch(to, { cache: 'no-store' }); }, `${path}?as=${as}${query}`);
          return namesOf(seen.get(as));
        };
        try {
          await page.waitFor("window.metrofaxConsent?.status === 'ready'");
          const sent = linesFor(address);
          const httpOnly = new Set(sent.filter((line) => /; HttpOnly/.test(line)).map((line) => line.split('=', 1)[0] ?? ''));
          const stored = namesOf(seen.get('stored'));
          assert.ok(stored.length >= (address.startsWith('https:') ? 10 : 5), `the browser kept ${stored.length} of ${sent.length}`);
          assert.deepEqual(namesOf(/** @type {string} */ (await page.evaluate('document.cookie'))), [], 'script still sees some');
          assert.deepEqual(await page.evaluate('metrofaxConsent.state.residue'), []);
          const left = await ask('left');
          assert.deepEqual(left, stored.filter((name) => httpOnly.has(name)), 'the server still gets exactly what script cannot reach');
          const away = await ask('away', '', `${ELSEWHERE}/ask`);
          const elsewhere = away.filter((name) => !left.includes(name));
          assert.equal(elsewhere.length, 1, 'a cookie of a path that no script here sees');
          // An answer carries so much; as the page does, one asks until there is no more.
          await page.evaluate(async (to) => {
            for (let i = 0; i < 10 && !(await (await fetch(to, { cache: 'no-store' })).json()).complete; i++);
          }, `ask?as=sweep&page=${pathname}&names=${elsewhere.join('+')}`);
          assert.deepEqual(await ask('end'), []);
          assert.deepEqual(await ask('end-away', '', `${ELSEWHERE}/ask`), []);
          console.log(`   ${browser}, ${kind}: ${stored.length + 1} kept of ${sent.length} set; ${stored.length - left.length} gone by script, ${left.length + 1} by the server, 0 left`);
        } finally {
          await page.close();
        }
      });
    }
  });
}
