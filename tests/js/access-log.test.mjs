// createAccessLog: a line for each answer with what the policy allows to keep, the same bytes as `mfconsent log redact` leaves of the
// line that a server without a policy would have written.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createAccessLog } from '../../js-glue/dist/server.js';
import { choiceLine, policy } from './server-support.mjs';
import { random } from '../bench/random.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'metrofax-access-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** `mfconsent log redact` of lines: what it keeps, and how many it could not read. */
function native(lines, args) {
  const ran = spawnSync(join(root, 'build/native/mfconsent'), ['log', 'redact', '--policy', join(root, 'demo-site/policy/2013-12-01.json'), '--max-reports', '9', ...args], { input: `${lines.join('\n')}\n`, maxBuffer: 1 << 28 });
  assert.notEqual(ran.status, 2, ran.stderr.toString());
  return { kept: ran.stdout.toString().split('\n').slice(0, -1), err: ran.stderr.toString() };
}

const NOW = 1_790_000_000;
const CLOCK = '21/Sep/2026:14:13:20 +0000';
const [granted, refused] = await Promise.all([true, false].map(async (all) => (await choiceLine(all)).split(';', 1)[0]));
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) "quoted" \\ back';

/** A site behind a log: what it wrote, and what it noted. */
function site(options = {}, answer = () => new Response('hello', { headers: { 'content-length': '5' } })) {
  const [lines, noted] = [[], []];
  const log = createAccessLog({ policy, write: (line) => lines.push(line), note: (error) => noted.push(error), client: (request) => request.headers.get('x-client'), now: () => Math.floor(Date.now() / 1000), ...options });
  const handler = log(answer);
  const ask = async (url, headers = {}, init = {}) => {
    const response = await handler(new Request(new URL(url, 'https://www.metrofax.com/'), { headers: { 'x-client': '203.0.113.57', 'user-agent': 'curl/8', ...headers }, ...init })).catch((error) => error);
    await new Promise((resolve) => setImmediate(resolve));
    return response;
  };
  return { ask, lines, noted, log };
}

describe('createAccessLog [logs.aggregate]', () => {
  test('nobody known: time, method, path, status and size; address truncated, the rest gone', async () => {
    const { ask, lines, noted } = site({ now: () => NOW });
    await ask('/search/15551234567?q=fax&page=2#x', { referer: 'https://x.example/?who=me', cookie: 'sid=secret' });
    assert.deepEqual(lines, [`203.0.113.0 - - [${CLOCK}] "GET /search/-?q=&page=" 200 5 "-" "-"`]);
    assert.deepEqual(noted, []);
  });

  test('a line is kept as a whole where its visitor granted it; refused or damaged, as of nobody', async () => {
    const { ask, lines } = site();
    await ask('/search?q=fax', { cookie: granted, referer: 'https://x.example/?a=b' });
    await ask('/search?q=fax', { cookie: refused, referer: 'https://x.example/?a=b' });
    await ask('/search?q=fax', { cookie: `${granted}x`, referer: 'https://x.example/?a=b' });
    assert.match(lines[0], /^203\.0\.113\.57 - - \[.*\] "GET \/search\?q=fax" 200 5 "https:\/\/x\.example\/\?a=b" "curl\/8"$/);
    for (const line of lines.slice(1)) assert.match(line, /^203\.0\.113\.0 - - \[.*\] "GET \/search\?q=" 200 5 "-" "-"$/);
  });

  test('a choice that the answer records narrows this line, and never widens it', async () => {
    const choosing = (line) => site({}, () => new Response(null, { headers: { 'set-cookie': `${line}; Path=/` } }));
    const withdrawing = choosing(refused);
    await withdrawing.ask('/consent?x=1', { cookie: granted });
    const granting = choosing(granted);
    await granting.ask('/consent?x=1', { cookie: refused });
    for (const { lines } of [withdrawing, granting]) assert.match(lines[0], /^203\.0\.113\.0 .* "GET \/consent\?x=" /);
  });

  test('a child’s line names nobody, whatever its cookie says', async () => {
    const child = site({ facts: () => ({ age: 'under13' }) });
    await child.ask('/a?b=c', { cookie: granted });
    assert.match(child.lines[0], /^203\.0\.113\.0 .*"GET \/a\?b=" .*"-" "-"$/);
  });

  test('fails closed: what cannot be decided is a line without address, path or agent, and says so', async () => {
    const rows = [
      ['facts', site({ facts: () => { throw new Error('secret 203.0.113.57'); } }), 'undecided'],
      ['client', site({ client: () => { throw new Error('x'); } }), 'undecided'],
      ['too long', site({}), 'unreadable', `/${'x'.repeat(70_000)}`],
    ];
    for (const [name, { ask, lines, noted }, reason, path = '/secret?a=b'] of rows) {
      const response = await ask(path, { cookie: granted });
      assert.equal(response.status, 200, `${name}: the visitor has the answer`);
      assert.match(lines[0], new RegExp(`^- - - \\[[^\\]]+\\] "-" 200 - "-" "-" "${reason}"$`), name);
      assert.equal(noted.length, reason === 'undecided' ? 1 : 0, name);
      assert.ok(native([lines[0]], []).kept.length === 1, `${name}: a line that log tools read`);
    }
    const json = site({ format: 'json', facts: () => Promise.reject(new Error('x')), now: () => NOW });
    await json.ask('/secret');
    assert.deepEqual(json.lines, ['{"problem":"undecided","status":200,"time":"2026-09-21T14:13:20Z"}']);
    const clockless = site({ now: () => { throw new Error('no clock'); } });
    await clockless.ask('/secret');
    assert.match(clockless.lines[0], /^- - - \[01\/Jan\/1970:00:00:00 \+0000\] "-" 200 /);
  });

  test('an error of the handler is a 500 and goes on; one of write() reaches note and nobody else', async () => {
    const failing = site({}, () => { throw new Error('handler'); });
    assert.equal((await failing.ask('/x')).message, 'handler');
    assert.match(failing.lines[0], /"GET \/x" 500 - /);
    const unwritable = site({ write: () => Promise.reject(new Error('disk full')) });
    assert.equal((await unwritable.ask('/x')).status, 200);
    assert.equal(String(unwritable.noted[0]), 'Error: disk full');
  });

  test('a server that ends waits for the lines that are begun, those that fail too', async () => {
    const written = [];
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const { log, noted } = site({ facts: async () => { await turn(); return {}; }, write: async (line) => { await turn(); if (written.push(line) === 2) throw new Error('disk'); } });
    for (let i = 0; i < 3; i += 1) void log.record(new Request('https://www.metrofax.com/'), new Response());
    assert.equal(written.length, 0);
    await log.settled();
    assert.equal(written.length, 3);
    assert.deepEqual(noted.map(({ message }) => message), ['disk']);
    await log.settled();
  });

  test('at the edge the line is work that the execution waits for', async () => {
    const { log, lines } = site();
    const waited = [];
    await log(() => new Response(null))(new Request('https://www.metrofax.com/'), { env: 1 }, { waitUntil: (work) => waited.push(work) });
    await Promise.all(waited);
    assert.equal(waited.length, 1);
    assert.equal(lines.length, 1);
  });

  test('a policy or a regime that is none is refused at once', () => {
    assert.throws(() => createAccessLog({ policy: new Uint8Array(8), write: () => undefined }), /the policy was refused/);
    assert.throws(() => createAccessLog({ policy, regime: 'xx', write: () => undefined }), /no regime "xx"/);
  });
});

// ---- the same bytes as the command

const ADDRESSES = ['203.0.113.57', '203.0.113.57:4711', '[2001:db8:1:2::7]:443', '2001:db8:1:2::7', '::1', '::ffff:192.0.2.33', '10.0.0.1', 'fe80::1%eth0', 'crawler.example.com', ''];
const PATHS = ['/', '/pricing', '/a/b.html?q=1', '/p?a=1&b&c=&john@x.example=2&d;e=5', '/f/+15551234567/x', '/u/tok/x', '/b/i/x.gif', '/x;jsessionid=AF?y=2', '/me%40x.example', '/Zm9vYmFyQmF6MTIz', '/2026-11-26/x', '/?a=b?c=d', '//a//b', '/account/123456/', '/john%2540example.com', '/ip/10.0.0.1', '/v2/utf8/html5-video', '/ü?ä=ö', '/a\\b?c\\d=1', '/%00', '/?"q"=1'];
const REFERRERS = ['', 'https://www.example.com/', 'https://u:p@www.metrofax.com/pricing?utm_source=mail&id=83121#x', '/relative', 'android-app://com.example/'];
const AGENTS = ['', 'curl/8.9.1', AGENT, 'tab\there', 'caf\u00e9'];
const USERS = ['', 'frank', 'jo hn', 'a@b.example', 'x [y]', '"'];
const METHODS = ['GET', 'HEAD', 'POST', 'PROPFIND'];

/** Requests, and the same in every order of a run. */
function* requests(count) {
  const next = random(0x616c6f67);
  const of = (list) => list[Math.floor(next() * list.length)];
  for (let i = 0; i < count; ++i) {
    const headers = { 'x-client': of(ADDRESSES), 'x-user': of(USERS), 'x-protocol': of(['', 'HTTP/1.1', 'HTTP/2']), referer: of(REFERRERS), 'user-agent': of(AGENTS) };
    yield { url: of(PATHS), method: of(METHODS), headers };
  }
}

const OPEN = { now: NOW, regime: 'eu', consent: { policyVersion: '2013-12-01', time: NOW - 86_400, purposes: { measurement: 'granted', 'profile-pii': 'granted' } } };

/** Requests that the log of each format writes, first as nobody but the command reads them, then under a subject. */
async function written(format, regime, cookie) {
  const options = { policy, format, regime, now: () => NOW, client: ({ headers }) => headers.get('x-client'), user: ({ headers }) => headers.get('x-user'), protocol: ({ headers }) => headers.get('x-protocol') };
  const lines = [];
  const log = createAccessLog({ ...options, write: () => undefined });
  for (const { url, method, headers } of requests(1500)) {
    const request = new Request(new URL(url, 'https://www.metrofax.com/'), { method, headers: { ...headers, ...(cookie ? { cookie } : {}) } });
    lines.push(await log.line(request, new Response(null, { status: 204, headers: { 'content-length': '0' } })));
  }
  return lines;
}

/** The consent cookie that a visitor of the regime has who granted everything a day before NOW. */
const recordOf = async () => {
  const { createCookieControl } = await import('../../js-glue/dist/server.js');
  const { readFileSync } = await import('node:fs');
  const compiled = (name) => new WebAssembly.Module(readFileSync(join(root, 'js-glue/dist', name)));
  const control = createCookieControl({ modules: { gate: compiled('gate.wasm'), cookies: compiled('cookies.wasm') }, policy, regime: () => 'eu', now: () => (NOW - 86_400) * 1000 });
  return control.choose(new Request('https://www.metrofax.com/'), { measurement: true, 'profile-pii': true }).at(-1).split(';', 1)[0];
};

describe('the same bytes as mfconsent log redact [logs.aggregate]', () => {
  for (const format of ['common', 'combined', 'json']) {
    test(`${format}: whole where all is granted, and then as the command leaves it for whoever granted nothing`, async () => {
      const record = await recordOf();
      const whole = await written(format, 'eu', record);
      const subject = join(folder, `${format}.json`);
      writeFileSync(subject, JSON.stringify(OPEN));
      const granting = native(whole, ['--subject', subject]);
      assert.deepEqual(granting.kept, whole, 'nothing is left to take from a line of whoever granted everything');
      const few = await written(format, 'eu', '');
      const nobody = native(whole, []);
      assert.equal(nobody.err, '');
      assert.deepEqual(few, nobody.kept);
      assert.notDeepEqual(few, whole);
    });
  }

  test('a line that carries its consent comes out of the command as the middleware writes it', async () => {
    const record = (await recordOf()).replace(/^mf_consent=/, '');
    const whole = await written('combined', 'eu', `mf_consent=${record}`);
    const carrying = whole.map((line, i) => `${line} "-" "${i % 2 ? record : '-'}"`);
    const kept = native(carrying, ['--with-consent']).kept;
    const few = await written('combined', 'eu', '');
    assert.deepEqual(kept, whole.map((line, i) => (i % 2 ? line : few[i])));
  });
});
