// Cookies where a server is: what it may set, what it takes away, and the account of what is there. Fetch API only.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { evaluate } from '../../js-glue/dist/node.js';
import { createCookieControl } from '../../js-glue/dist/server.js';
import { sealed } from '../support/consent-record.mjs';

const dist = (/** @type {string} */ name) => readFileSync(fileURLToPath(new URL(`../../js-glue/dist/${name}`, import.meta.url)));
const SITE = 'https://www.metrofax.com';
const NOW = 1790000000;
const modules = { gate: new WebAssembly.Module(dist('gate.wasm')), cookies: new WebAssembly.Module(dist('cookies.wasm')) };
const notice = JSON.parse(dist('notice.en.json').toString());
const control = createCookieControl({ modules, policy: dist('policy.bin'), notice, paths: ['/account/settings'], now: () => NOW * 1000 });

/** @param {string} cookie @param {{ path?: string, method?: string, body?: unknown, headers?: Record<string, string> }} [options] */
const asked = (cookie, { path = '/', method = 'GET', body, headers = {} } = {}) =>
  new Request(SITE + path, { method, headers: { ...(cookie ? { cookie } : {}), ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
const pairOf = (/** @type {string} */ line) => line.split(';', 1)[0] ?? '';
/** A visitor's consent cookie. @param {Record<string, boolean>} purposes */
const consent = (purposes) => pairOf(control.choose(asked(''), purposes)[0] ?? '');
const sentOf = (/** @type {string} */ cookie, /** @type {string[]} */ ...lines) => control.admit(asked(cookie), lines).map(({ sent }) => sent);

/** What a browser that holds `before` holds after the response: by the core's own store. @param {string[]} before @param {string[]} lines @param {string} path */
function after(before, lines, path) {
  const ops = [...before, ...lines].map((cookie) => ({ op: 'set', cookie, url: SITE + path, now: NOW }));
  return evaluate({ op: 'cookie.store', ops: [...ops, { op: 'get', url: SITE + path, now: NOW }] }).gets[0];
}

describe('Set-Cookie of a response', () => {
  test('what the visitor did not grant is taken out, what is necessary stays, byte for byte', () => {
    const session = 'mf_session=abc; Path=/; HttpOnly; SameSite=Lax; Secure';
    assert.deepEqual(sentOf('', session, '_ga=1; Max-Age=60', 'nobody=1', 'nobody=1; Max-Age=9'), [session, null, null, null]);
    assert.deepEqual(sentOf(consent({ measurement: true }), '_ga=1; Max-Age=60'), ['_ga=1; Max-Age=60']);
    assert.deepEqual(sentOf(consent({ measurement: false }), '_ga=1; Max-Age=60'), [null]);
  });

  test('[retention.necessary] what asks for more time than is declared gets what is declared', () => {
    const [sent] = sentOf(consent({ measurement: true }), '_gid=1; Max-Age=604800; Path=/; Expires=Fri, 01 Jan 2038 00:00:00 GMT');
    const { kind, lifetime } = evaluate({ op: 'cookie.classify', line: sent, url: SITE, now: NOW });
    assert.deepEqual([kind, lifetime], ['persistent', 86400]);
  });

  test('[cookies.session] a session cookie stays one, whatever time it asks for', () => {
    for (const time of ['Max-Age=60', 'Expires=Fri, 01 Jan 2038 00:00:00 GMT', 'max-age = 5 ;\tEXPIRES=Fri, 01 Jan 2038 00:00:00 GMT', 'Max-Age=60; Max-Age=x; Max-Age=70']) {
      const [sent] = sentOf('', `mf_session=a; ${time}; Path=/; HttpOnly`);
      assert.equal(evaluate({ op: 'cookie.classify', line: sent, url: SITE, now: NOW }).kind, 'session', `${time} -> ${sent}`);
      assert.match(sent, /Path=\/; HttpOnly$/);
    }
  });

  test('an opt-out signal and the regime count as in the page', () => {
    const us = createCookieControl({ modules, policy: dist('policy.bin'), regime: () => 'us', now: () => NOW * 1000 });
    const line = 'mf_interest=1; Max-Age=60';
    assert.equal(us.admit(asked(''), [line])[0]?.sent, line);
    const gpc = us.admit(asked('', { headers: { 'sec-gpc': '1' } }), [line])[0];
    assert.deepEqual([gpc?.sent, gpc?.verdict.reason], [null, 'gpc']);
    const dnt = us.admit(asked('', { headers: { dnt: '1' } }), [line])[0];
    assert.equal(dnt?.sent, null);
    assert.match(dnt?.verdict.reason ?? '', /dnt/);
  });

  test('a regime that the policy does not have, as an address may name it, is an unknown place: the strict one, and nothing is thrown', () => {
    for (const regime of ['xx', 'US', '__proto__', 'u'.repeat(9000)]) {
      const odd = createCookieControl({ modules, policy: dist('policy.bin'), regime: () => regime, now: () => NOW * 1000 });
      assert.deepEqual(odd.admit(asked(''), ['mf_interest=1; Max-Age=60']).map(({ sent }) => sent), [null], regime.slice(0, 20));
      assert.equal(odd.area(asked(''), 'remembered-login').outcome, 'deny');
    }
  });
});

describe('sweep', () => {
  const stored = [
    '_ga=1; Path=/; Max-Age=9999', '_fbp=1; Path=/; Domain=metrofax.com; HttpOnly; Max-Age=9999', '__Host-odd=1; Path=/; Secure; HttpOnly',
    '_gid=1; Path=/account; HttpOnly; Secure; SameSite=None; Partitioned; Max-Age=9999', 'mf_session=1; Path=/; HttpOnly',
  ];

  test('HttpOnly, Partitioned, prefixed, of parent domains and other paths: gone; what is necessary stays', () => {
    const path = '/account/settings';
    const held = after(stored, [], path);
    assert.equal(held.split('; ').length, stored.length);
    const { swept, lines, complete } = control.sweep(asked(held, { path }));
    assert.deepEqual(swept.sort(), ['__Host-odd', '_fbp', '_ga', '_gid']);
    assert.equal(complete, true);
    assert.equal(after(stored, lines, path), 'mf_session=1');
  });

  test('a name that only the page knows is swept on the paths the site says it has', () => {
    const { lines } = control.sweep(asked(''), { names: ['_gid'] });
    assert.equal(after(stored, lines, '/account/settings').includes('_gid'), false);
  });

  test('every response takes away what its request should not have carried, and keeps its own cookies', async () => {
    const answer = control.apply(asked('_ga=1; mf_session=1'), new Response('x', { status: 201, headers: [['set-cookie', 'mf_session=2; Path=/'], ['set-cookie', 'evil=1']] }));
    assert.equal(answer.status, 201);
    const lines = answer.headers.getSetCookie();
    assert.ok(lines.includes('mf_session=2; Path=/') && !lines.includes('evil=1'));
    assert.ok(lines.filter((line) => line.startsWith('_ga=;')).length > 3);
    const untouched = new Response('y');
    assert.equal(control.apply(asked('mf_session=1'), untouched), untouched);
  });

  test('what a prefix promises is no reason to sweep what was granted', () => {
    const granted = `${consent({ 'remember-me': true })}; __Host-mf_remember=t`;
    assert.deepEqual(control.sweep(asked(granted)).swept, []);
    assert.equal(control.inventory(asked(granted)).at(-1)?.verdict.outcome, 'allow');
    assert.deepEqual(control.sweep(asked('__Host-mf_remember=t')).swept, ['__Host-mf_remember']);
  });

  test('one answer stays within bounds and says that there is more', () => {
    const names = Array.from({ length: 300 }, (_, i) => `junk${i}`);
    const { swept, lines, complete } = control.sweep(asked(names.map((name) => `${name}=1`).join('; ')));
    assert.equal(complete, false);
    assert.ok(swept.length > 0 && lines.join().length < 64 * 1024);
    const narrow = control.sweep(asked('a=1; b=1', { path: '/account/settings' }), {}, 100);
    assert.deepEqual([narrow.swept, narrow.complete], [['a'], false]);
  });
});

describe('the choice on the server', () => {
  test('the cookie is under 200 bytes, Lax, Secure, and never two', () => {
    const all = Object.fromEntries(notice.purposes.filter((/** @type {any} */ { necessary }) => !necessary).map((/** @type {any} */ { id }) => [id, true]));
    const lines = control.choose(asked(''), all);
    assert.equal(lines.length, 1);
    assert.ok((lines[0] ?? '').length < 200, lines[0]);
    assert.match(lines[0] ?? '', /; SameSite=Lax/);
    assert.match(lines[0] ?? '', /; Secure/);
    const copy = pairOf(lines[0] ?? '');
    const path = '/account/settings';
    const before = [`${copy}; Domain=metrofax.com; Path=/; Max-Age=99`, `${copy}; Path=/; Max-Age=99`, `${copy}; Path=/account; Max-Age=99`];
    const held = after(before, [], path);
    assert.equal(held.split('mf_consent=').length - 1, 3);
    const now = after(before, control.choose(asked(held, { path }), { measurement: false }), path);
    assert.equal(now.split('mf_consent=').length - 1, 1);
  });

  test('what was chosen before is kept; an area says what is missing', () => {
    const first = consent({ measurement: true });
    const second = pairOf(control.choose(asked(first), { 'remember-me': true })[0] ?? '');
    assert.deepEqual(sentOf(second, '_ga=1; Max-Age=60'), ['_ga=1; Max-Age=60']);
    assert.equal(control.area(asked(second), 'remembered-login').outcome, 'allow');
    assert.equal(control.area(asked(first), 'remembered-login').reason, 'unknown');
    assert.equal(control.area(asked(''), 'remembered-login', { 'remember-me': true }).outcome, 'allow');
    const plain = new Request('http://www.metrofax.com/', { headers: { cookie: second } });
    assert.equal(control.area(plain, 'remembered-login').reason, 'insecure_page');
  });
});

describe('routes', () => {
  const [get, post] = control.routes();
  const send = (/** @type {Request} */ request) => (request.method === 'GET' ? get : post)?.handle({ request }) ?? Promise.reject(new Error('no route'));
  const own = { origin: SITE, 'sec-fetch-site': 'same-origin' };

  test('the inventory names every cookie, and flags what nobody declared', async () => {
    const response = await send(asked(`${consent({ measurement: true })}; _ga=1; mf_session=x; PHPSESSID=1; nameless`));
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const { cookies } = await response.json();
    assert.deepEqual(cookies.map((/** @type {any} */ row) => [row.name, row.declared, row.kind, row.lifetimeDays, row.purpose, row.vendor, row.verdict.outcome]), [
      ['mf_consent', true, 'persistent', 390, 'service', 'self', 'allow'],
      ['_ga', true, 'persistent', 400, 'measurement', 'google-analytics', 'allow'],
      ['mf_session', true, 'session', null, 'service', 'self', 'allow'],
      ['PHPSESSID', false, null, null, null, null, 'deny'],
      ['', false, null, null, null, null, 'deny'],
    ]);
    for (const { clause } of cookies) assert.match(clause, /^[a-z]+\.[a-z-]+$/);
  });

  test('a sweep keeps the record that the page wrote, under the same name and path', async () => {
    const record = consent({ measurement: false }).replace('mf_consent=', '');
    const response = await send(asked(`mf_consent=${record}; _ga=1`, { method: 'POST', path: '/consent/cookies', headers: own, body: { page: `${SITE}/pricing`, record } }));
    assert.deepEqual(await response.json(), { swept: ['_ga'], complete: true });
    const line = response.headers.getSetCookie().find((one) => one.startsWith('mf_consent='));
    assert.match(line ?? '', /^mf_consent=[^;]+; Path=\/; Max-Age=\d+; SameSite=Lax; Secure$/);
    assert.equal(pairOf(line ?? ''), `mf_consent=${record}`);
  });

  test('everything: the browser is told to clear the site', async () => {
    const response = await send(asked('_ga=1', { method: 'POST', headers: own, body: { everything: true } }));
    assert.equal(response.headers.get('clear-site-data'), '"cookies", "storage", "cache"');
  });

  test('another site, bad JSON and bad members get a problem that names them', async () => {
    for (const [status, detail, options] of /** @type {const} */ ([
      [403, /page of this site/, { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } }],
      [403, /page of this site/, { headers: { 'sec-fetch-site': 'same-site' } }],
      [403, /page of this site/, {}],
      [400, /an object/, { headers: own, body: [] }],
      [400, /\/page/, { headers: own, body: { page: 'https://evil.example/' } }],
      [400, /\/names/, { headers: own, body: { names: [1] } }],
      [400, /\/record/, { headers: own, body: { record: 'a;b' } }],
      [400, /\/record/, { headers: own, body: { record: 'garbage' } }],
      [400, /\/everything/, { headers: own, body: { everything: 1 } }],
      [400, /16 KiB/, { headers: own, body: { names: ['x'.repeat(20_000)] } }],
    ])) {
      const response = await send(asked('_ga=1', { method: 'POST', ...options }));
      assert.equal(response.status, status, String(detail));
      assert.equal(response.headers.get('content-type'), 'application/problem+json');
      const { detail: said, at } = await response.json();
      assert.match(`${at}: ${said}`, detail);
      assert.deepEqual(response.headers.getSetCookie(), []);
    }
  });
});

test('a policy that does not open is refused by name', () => {
  assert.throws(() => createCookieControl({ modules, policy: new Uint8Array(100) }), /policy_bad_checksum|policy_truncated/);
});

describe('a choice made on the server by somebody who chose under an older version [changes.material][changes.non-material]', () => {
  /** @param {string} version @param {string[]} granted */
  function record(version, granted) {
    const policy = JSON.parse(readFileSync(fileURLToPath(new URL('../../demo-site/policy/2013-12-01.json', import.meta.url)), 'utf8'));
    const bits = granted.reduce((sum, id) => sum + 2 ** policy.purposes.find((/** @type {any} */ one) => one.id === id).number, 0);
    const text = `1~${version}~eu~${(NOW - 86400).toString(16)}~${bits.toString(16)}~0~0`;
    return `mf_consent=${sealed(text)}`;
  }
  const versionOf = (/** @type {string[]} */ lines) => lines.map((line) => /^mf_consent=[12]~([^~]+)/.exec(line)?.[1]).find(Boolean);
  const old = record('2012-05-01', ['interest', 'measurement']);

  test('about something else: the record stays of its version, and what changed goes on waiting', () => {
    const lines = control.choose(asked(old), { 'remember-me': true });
    assert.equal(versionOf(lines), '2012-05-01');
    const after = pairOf(lines.at(-1) ?? '');
    assert.deepEqual(sentOf(after, 'mf_interest=1; Max-Age=60', '_ga=1; Max-Age=60'), [null, '_ga=1; Max-Age=60']);
  });

  test('about what changed: it is of the present version; so is one after which only words changed', () => {
    const lines = control.choose(asked(old), { interest: true });
    assert.equal(versionOf(lines), '2013-12-01');
    assert.deepEqual(sentOf(pairOf(lines.at(-1) ?? ''), 'mf_interest=1; Max-Age=60', '_ga=1; Max-Age=60'), ['mf_interest=1; Max-Age=60', '_ga=1; Max-Age=60']);
    assert.equal(versionOf(control.choose(asked(record('2013-06-01', ['interest'])), { social: false })), '2013-12-01');
  });

  test('a page may have such a record kept, one of a version that nobody knows not', async () => {
    const post = async (/** @type {string} */ cookie) => {
      const body = { page: `${SITE}/`, names: [], record: cookie.split('=')[1] };
      return control.routes().find(({ method }) => method === 'POST')?.handle({ request: asked(cookie, { path: '/consent/cookies', method: 'POST', body, headers: { 'sec-fetch-site': 'same-origin' } }) });
    };
    const kept = await post(old);
    assert.equal(kept?.status, 200);
    assert.equal(versionOf(kept?.headers.getSetCookie() ?? []), '2012-05-01');
    assert.equal((await post(record('1999-01-01', ['interest'])))?.status, 400);
  });

  test('under a version that nobody knows: old grants end with the next choice', () => {
    const lines = control.choose(asked(record('1999-01-01', ['interest', 'measurement'])), { measurement: true });
    assert.equal(versionOf(lines), '2013-12-01');
    assert.deepEqual(sentOf(pairOf(lines.at(-1) ?? ''), 'mf_interest=1; Max-Age=60', '_ga=1; Max-Age=60'), [null, '_ga=1; Max-Age=60']);
  });
});
