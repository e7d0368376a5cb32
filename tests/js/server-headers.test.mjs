// Plane 2: the content security policy and the other headers of an answer.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync, brotliCompressSync } from 'node:zlib';
import { createProtection } from '../../js-glue/dist/server.js';
import { PAGE, T, choiceLine, html, leaks, policy, protection, visit } from './server-support.mjs';

const { protect } = protection();
const answer = (headers = {}, request = {}, body = '<script>1</script>') => protect(visit(request), html(body, headers));
/** The first policy of an answer, which is ours, by directive. */
const cspOf = (response) => new Map(response.headers.get('content-security-policy').split(', ')[0].split('; ').map((one) => { const [name, ...values] = one.split(' '); return [name, values]; }));
const IN_US = { facts: () => ({ country: 'US', region: 'WY' }) };

describe('the policy', () => {
  test("closes everything that is not named, knows a nonce, and has no 'unsafe-inline'", async () => {
    const response = await answer();
    const csp = cspOf(response);
    for (const name of ['default-src', 'script-src', 'worker-src', 'object-src', 'base-uri', 'form-action']) assert.ok(csp.has(name), name);
    assert.doesNotMatch(response.headers.get('content-security-policy'), /unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)|\s\*(?:[ ;]|$)|https?:(?:[ ;]|$)/);
    const nonce = /'nonce-([^']+)'/.exec(csp.get('script-src').join(' '))[1];
    assert.equal(Buffer.from(nonce, 'base64').length, 16);
    assert.match(await response.text(), new RegExp(`<script nonce="${nonce.replaceAll('+', '\\+')}">1`));
    assert.notEqual(await answer().then((other) => other.headers.get('content-security-policy')), response.headers.get('content-security-policy'));
  });

  test('live: an undecided visitor’s names declared vendors and nobody else', async () => {
    const all = cspOf(await answer()).get('script-src');
    assert.ok(all.includes('*.google-analytics.com'));
    assert.ok(!all.some((source) => source.includes('tracker.example')));
  });

  test('refused, or signalled where that counts: it names none of them', async () => {
    const signal = cspOf(await protection(IN_US).protect(visit({ 'sec-gpc': '1' }), html('')));
    assert.ok(!signal.get('script-src').some((source) => /doubleclick|facebook/.test(source)));
    const open = cspOf(await protection(IN_US).protect(visit(), html('')));
    assert.ok(open.get('script-src').some((source) => /google-analytics/.test(source)));
  });

  test('sockets are named apart: in the long form of everybody, in the short one of those that the policy says speak them', async () => {
    const names = cspOf(await answer());
    const sockets = [...names.values()].flat().filter((source) => source.startsWith('ws'));
    assert.ok(!names.has('connect-src'), 'this policy is in its short form');
    assert.deepEqual([...new Set(sockets)].sort(), ['wss://*.circlet.localhost', 'wss://*.hotjar.com', 'wss://circlet.localhost', 'wss://hotjar.com']);
    assert.ok(sockets.every((source) => names.get('default-src').includes(source)));
    const insecure = cspOf(await protect(new Request('http://localhost:8080/'), html('')));
    assert.ok(insecure.get('default-src').includes('ws://circlet.localhost:*'), insecure.get('default-src').join(' '));
  });

  test('stays within what proxies pass on', async () => {
    for (const facts of [undefined, IN_US.facts]) {
      const { headers } = await protection(facts ? { facts } : {}).protect(visit(), html(''));
      assert.ok(headers.get('content-security-policy').length <= 12_000);
    }
  });

  test('beside a policy of the site both hold; a nonce of the site’s is kept, and scripts that it does not admit get none', async () => {
    const theirs = "script-src 'nonce-c2l0ZQ=='; report-uri /own https://tracker.example/report";
    const response = await answer({ 'content-security-policy': theirs }, {}, '<script nonce="c2l0ZQ==">1</script><script>2</script>');
    const policies = response.headers.get('content-security-policy').split(', ');
    assert.equal(policies[1], "script-src 'nonce-c2l0ZQ=='; report-uri /own");
    assert.ok(policies[0].includes("'nonce-c2l0ZQ=='"));
    assert.match(await response.text(), /data-regime="eu" data-inline="style" nonce="c2l0ZQ=="><\/script><script nonce="c2l0ZQ==">1<\/script><script>2<\/script>/);
  });

  test('a site cannot be made to inject through it', async () => {
    for (const nonce of ["x'; script-src *", 'a b', 'ä']) {
      const response = await protect(visit(), html('', { 'content-security-policy': `script-src 'nonce-${encodeURI(nonce)}'` }));
      assert.doesNotMatch(response.headers.get('content-security-policy').split(', ')[0], /script-src \*/);
    }
  });

  test('of a document that cannot be rewritten, and of a script that may be a worker: only what may be reached now', async () => {
    for (const type of ['image/svg+xml', 'application/xhtml+xml', 'text/javascript']) {
      const response = await protect(visit(), new Response('x', { headers: { 'content-type': type } }));
      assert.doesNotMatch(response.headers.get('content-security-policy'), /google-analytics|nonce/, type);
    }
    assert.equal((await protect(visit(), new Response('x', { headers: { 'content-type': 'image/gif' } }))).headers.get('content-security-policy'), null);
  });
});

describe('headers that make a browser ask or keep', () => {
  for (const [name, value, kept] of [
    ['link', `<${T}/a>; rel=preload; as=script, </own.css>; rel=preload; as=style, <${T}>; rel="preconnect"`, '</own.css>; rel=preload; as=style'],
    ['link', `<${T}/a>; rel=canonical`, `<${T}/a>; rel=canonical`], ['link', '<<broken', null],
    ['refresh', `5; url=${T}/`, null], ['refresh', '5', '5'], ['refresh', '0;URL="/own"', '0;URL="/own"'],
    ['speculation-rules', `"${T}/a", "/own.json"`, '"/own.json"'], ['speculation-rules', 'broken"', null],
    ['reporting-endpoints', `a="${T}/r", b="/own"`, 'b="/own"'],
    ['report-to', `{"group":"a","endpoints":[{"url":"${T}/r"}]}`, null],
    ['nothing-special', T, T],
  ]) {
    test(`${name}: ${value}`, async () => assert.equal((await answer({ [name]: value })).headers.get(name), kept));
  }

  test('Set-Cookie: a choice that the answer itself records holds for the cookies beside it, and for the page', async () => {
    const [yes, no] = [await choiceLine(true), await choiceLine(false)];
    const tried = async (cookie, ...lines) => {
      const headers = new Headers({ 'content-type': 'text/html' });
      for (const line of [...lines, '_ga=1; Max-Age=99']) headers.append('set-cookie', line);
      const answer = await protect(visit(cookie === null ? {} : { cookie: `other=1; ${cookie.split(';')[0]}` }), new Response(`<img src="${T}/a">`, { headers }));
      return [answer.headers.getSetCookie().some((line) => line.startsWith('_ga=')), (await answer.text()).includes(`<img src="${T}/a">`)];
    };
    assert.deepEqual(await tried(null), [false, false]);
    assert.deepEqual(await tried(null, yes), [true, true]);
    assert.deepEqual(await tried(no, yes), [true, true]);
    assert.deepEqual(await tried(yes, no), [false, false]);
    assert.deepEqual(await tried(yes, 'mf_consent=; Max-Age=0; Path=/'), [false, false], 'taken away: undecided');
    assert.deepEqual(await tried(no, 'mf_consent=; Max-Age=0; Domain=metrofax.com', yes), [true, true], 'copies go first');
    assert.deepEqual(await tried(yes, 'mf_consent=nonsense'), [false, false], 'what cannot be read is no grant');
  });

  test('Set-Cookie: each line asked about', async () => {
    const headers = new Headers({ 'content-type': 'text/html' });
    for (const line of ['_ga=1; Max-Age=9999', 'mf_consent=x; Path=/', 'unheard-of=1; Max-Age=99']) headers.append('set-cookie', line);
    const response = await protect(visit(), new Response('', { headers }));
    assert.equal(response.status, 200);
    assert.ok(!response.headers.getSetCookie().some((line) => /^_ga|^unheard/.test(line)));
  });

  test('Permissions-Policy: what this browser knows, beside what the site says', async () => {
    const chromium = { 'sec-ch-ua': '"Chromium";v="156", "Not_A Brand";v="24"' };
    assert.equal((await answer({}, chromium)).headers.get('permissions-policy'), 'ch-ua-high-entropy-values=(self), deferred-fetch=(self), deferred-fetch-minimal=(self)');
    assert.equal((await answer({ 'permissions-policy': 'camera=(), deferred-fetch=()' }, chromium)).headers.get('permissions-policy'),
      'camera=(), deferred-fetch=(), ch-ua-high-entropy-values=(self), deferred-fetch-minimal=(self)');
    assert.equal((await answer()).headers.get('permissions-policy'), null);
  });
});

test('a page is kept for nobody else and never confirmed', async () => {
  const { headers } = await answer({ 'cache-control': 'public, max-age=600, no-transform', etag: '"1"', 'last-modified': 'x', vary: 'Accept', expires: 'x', 'content-length': '10' });
  assert.equal(headers.get('cache-control'), 'private, no-cache, no-transform');
  assert.equal(headers.get('vary'), 'Accept, Cookie, Sec-GPC');
  for (const name of ['etag', 'last-modified', 'expires', 'content-length']) assert.equal(headers.get(name), null, name);
  const old = await protect(visit({ 'sec-fetch-dest': 'document' }), new Response(null, { status: 304 }));
  assert.equal(old.status, 502);
});

test('compressed answers: gzip and brotli are read, what cannot be is refused', async () => {
  const page = `<img src="${T}/a">`;
  for (const [encoding, body] of [['gzip', gzipSync(page)], ['br', brotliCompressSync(page)]]) {
    const response = await answer({ 'content-encoding': encoding }, {}, body);
    assert.equal(response.headers.get('content-encoding'), null);
    assert.deepEqual(leaks(await response.text()), []);
  }
  assert.equal((await answer({ 'content-encoding': 'unheard-of' })).status, 502);
});

test('HEAD has the headers and no body; a part of a page is refused', async () => {
  const head = await protect(new Request(PAGE, { method: 'HEAD' }), html(null));
  assert.ok(head.headers.get('content-security-policy'));
  assert.equal(await head.text(), '');
  const part = await protect(visit(), new Response('mg src=x>', { status: 206, headers: { 'content-type': 'text/html' } }));
  assert.equal(part.status, 502);
});

test('an address of ours that leads a picture to a tracker is refused; a visitor’s click is not', async () => {
  const away = () => new Response(null, { status: 302, headers: { location: `${T}/a` } });
  assert.equal((await protect(visit({ 'sec-fetch-dest': 'image' }), away())).status, 403);
  assert.equal((await protect(visit({ 'sec-fetch-dest': 'document' }), away())).status, 302);
});

test('style sheets: what is denied in them is taken out, and then they are kept for one visitor', async () => {
  const css = (text) => protect(visit({ 'sec-fetch-dest': 'style' }), new Response(text, { headers: { 'content-type': 'text/css', 'cache-control': 'public, max-age=600', etag: '"1"' } }));
  const clean = await css('p{background:url(/own.png)}');
  assert.equal(await clean.text(), 'p{background:url(/own.png)}');
  assert.equal(clean.headers.get('cache-control'), 'public, max-age=600');
  const dirty = await css(`@import url("${T}/a.css");p{color:red}`);
  assert.match(await dirty.text(), /^@import url\("data:,mf:https%3A[^"]*"\);p\{color:red\}$/);
  assert.equal(dirty.headers.get('cache-control'), 'private, no-cache');
  assert.equal(dirty.headers.get('etag'), null);
});

test('a policy that does not open is no protection: said at once', () => {
  assert.throws(() => createProtection({ policy: policy.subarray(0, 100) }), /refused/);
  assert.throws(() => createProtection({ policy: new Uint8Array(0) }), /refused: policy_/);
  assert.throws(() => createProtection(/** @type {any} */ ({})), /^TypeError: policy: expected the bytes of a compiled policy/);
  assert.throws(() => createProtection({ policy, regime: 'bogus' }), /^TypeError: regime: the policy has no regime "bogus"; it has .*eu/);
  const copy = new Uint8Array(policy).buffer;
  for (const held of [copy, new DataView(copy), new Uint8Array(copy)]) assert.equal(typeof createProtection({ policy: /** @type {any} */ (held), regime: 'us-ca' }), 'function');
});
