// The demo site's pages: what they are sent with, what they contain, where their links lead.
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { copyOfSdk } from '../support/sdk-copy.mjs';
import { demo, exchange } from './demo-support.mjs';

const pages = ['/', '/pricing', '/test-drive', '/register', '/sign-in', '/privacy', '/choices', '/changes', '/lab', '/lab/leaks', '/outbox', '/markup'];
/** The runtime alone: opted out of protect() by name, with the reason (server/protected.ts). */
const alone = ['/strict/no-wasm', '/strict/trusted-types', '/strict/nonce', '/runtime-alone'];
/** Policies of an answer: ours comes first where there are two. */
const policiesOf = ({ headers }) => headers['content-security-policy'].split(', ');

describe('pages of the demo site', () => {
  let site;
  let sdk;
  const get = (path, headers) => exchange({ port: site.port, path, headers });
  before(async () => {
    sdk = copyOfSdk(); // the server runs the core from there too
    await writeFile(join(sdk, 'consent.js'), '"served as it lies there, long enough to be compressed";'.repeat(20));
    await writeFile(join(sdk, 'secret.env'), 'not for serving');
    site = await demo({ sdk });
  });
  after(async () => {
    await site.close();
    await rm(sdk, { recursive: true });
  });

  for (const path of [...pages, ...alone, '/no/such/page', '/static/no-such-file']) {
    test(`${path} begins with the consent runtime and embeds three advertisers without a word about consent`, async () => {
      const { status, headers, text } = await get(path);
      assert.equal(status, path.includes('no-such') || path.includes('no/such') ? 404 : 200);
      assert.match(headers['content-type'], /^text\/html; charset=utf-8$/i);
      assert.match(text, /^<!doctype html><html lang="en"><head>(?:<meta http-equiv="Content-Security-Policy" content="script-src [^"]*">)?<script src="\/consent\.js"[^>]*><\/script>/);
      const [, tags] = /<script src="\/static\/tags\.js\?v=[\w-]+" ([^>]*)>/.exec(text);
      assert.ok(tags.includes(`data-northlight="http://northlight.localhost:${site.port + 1}"`));
      assert.ok(tags.includes(`data-adharbor="http://adharbor.localhost:${site.port + 2}"`));
      assert.ok(tags.includes(`data-circlet="http://circlet.localhost:${site.port + 3}"`));
      assert.doesNotMatch(tags, /data-purpose/);
    });

    test(`${path} is sent under a strict policy, ${alone.includes(path) ? "the site's own" : 'ours and the site\'s own'}, and has nothing inline`, async () => {
      const { headers, text } = await get(path);
      const [csp, ours] = policiesOf({ headers }).reverse();
      if (alone.includes(path)) assert.equal(ours, undefined);
      else {
        const [, nonce] = /^default-src [^;]*'nonce-([\w+/]{22}==)'/.exec(ours) ?? [];
        assert.match(ours, /; script-src 'self' 'nonce-/);
        assert.doesNotMatch(ours, /unsafe-inline|'unsafe-eval'/);
        assert.ok(nonce && text.includes(`<script src="/consent.js"`) && text.includes(`nonce="${nonce}"`), ours);
        assert.ok(!policiesOf(await get(path))[0].includes(nonce), 'a nonce is used once');
      }
      assert.doesNotMatch(csp, /unsafe-inline|unsafe-eval(?<!'wasm-unsafe-eval)|data:(?! http)/);
      assert.match(csp, /object-src 'none'; base-uri 'none'; form-action 'self'/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'strict-origin-when-cross-origin');
      assert.match(headers['cache-control'], /private/);
      assert.doesNotMatch(text, /<style|\sstyle=|\son[a-z]+=|javascript:/);
      for (const [, attributes, content] of text.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)) {
        assert.equal(content, '', `a script without a file: ${attributes}`);
      }
    });
  }

  test('the page with the partners in its markup has them held, without a tag of its author\'s', async () => {
    const { text } = await get('/static-embeds');
    assert.match(text, /^<!doctype html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="script-src [^"]*"><script src="\/consent\.js"[^>]* data-regime="eu" data-inline="script style" nonce="[^"]+"><\/script>/);
    // Held before a choice: the same tags, inert (createProtection).
    const held = (address) => assert.match(text, new RegExp(`<(script|iframe|img) [^>]*data-mf-src="http://${address.replace('?', '\\?')}[^>]*>`));
    held(`northlight.localhost:${site.port + 1}/nl.js"`);
    held(`adharbor.localhost:${site.port + 2}/frame?slot=footer"`);
    held(`adharbor.localhost:${site.port + 2}/tag.js"`);
    held(`adharbor.localhost:${site.port + 2}/px.gif?page=site"`);
    held(`circlet.localhost:${site.port + 3}/widget.js"`);
    held(`circlet.localhost:${site.port + 3}/button"`);
    assert.doesNotMatch(text, /\ssrc="http/);
    assert.doesNotMatch(text, /tags\.js|data-purpose/);
  });

  test('no id occurs twice on a page, and every label and description points at one', async () => {
    for (const path of pages) {
      const { text } = await get(path);
      const ids = [...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
      assert.equal(new Set(ids).size, ids.length, path);
      for (const [, list] of text.matchAll(/\s(?:for|aria-describedby|aria-labelledby)="([^"]*)"/g)) {
        for (const id of list.split(' ')) assert.ok(ids.includes(id), `${path}: nothing has the id ${id}`);
      }
    }
  });

  test('every link inside the site leads to a page, and to an id that is there', async () => {
    const known = new Map();
    const load = async (path) => {
      if (!known.has(path)) known.set(path, await get(path));
      return known.get(path);
    };
    for (const path of pages) {
      const { text } = await load(path);
      for (const [, link] of text.matchAll(/\shref="([^"]*)"/g)) {
        // What leads out, to a partner too: demo-partner.test.mjs follows it.
        if (/^https?:|^\/out\//.test(link)) continue;
        const [target, fragment] = link.split('#');
        const answer = await load(target === '' ? path : target);
        assert.equal(answer.status, 200, `${path} links to ${link}`);
        if (fragment) assert.ok(answer.text.includes(`id="${fragment}"`), `${path} links to ${link}`);
      }
    }
  });

  test('[scope.links] links to others carry nothing and are not decorated', async () => {
    const { text } = await get('/choices');
    const outward = [...text.matchAll(/<a href="(https:[^"]*)" rel="noreferrer"/g)].map(([, url]) => url);
    assert.ok(outward.some((url) => url.includes('networkadvertising.org')));
    assert.ok(outward.some((url) => url.includes('aboutads.info')));
    const { adChoices } = JSON.parse(await readFile(new URL('../../demo-site/policy/2013-12-01.json', import.meta.url), 'utf8'));
    assert.ok(adChoices.length >= 4);
    for (const { url } of adChoices) assert.ok(outward.includes(url), url);
  });

  test('the privacy page has every clause with what is promised and what is done', async () => {
    const policy = JSON.parse(await readFile(new URL('../../demo-site/policy/2013-12-01.json', import.meta.url), 'utf8'));
    const { text } = await get('/privacy');
    const plain = text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
    assert.ok(policy.clauses.length >= 50);
    for (const clause of policy.clauses) {
      const from = plain.indexOf(`<article class="clause" id="${clause.id}"`);
      assert.ok(from > 0, clause.id);
      const entry = plain.slice(from, plain.indexOf('</article>', from));
      assert.ok(entry.includes(clause.says), `${clause.id} says`);
      assert.ok(entry.includes(clause.does), `${clause.id} does`);
      assert.equal(entry.includes('>enforced<'), clause.declarative === undefined, clause.id);
    }
    assert.ok(!plain.includes('<h2 id="more">'), 'a clause that no heading claims');
  });

  test('strict pages leave out exactly what they are named after', async () => {
    const csp = async (path) => policiesOf(await get(path)).at(-1);
    assert.match(await csp('/'), /script-src 'self' 'wasm-unsafe-eval' http:\/\/northlight/);
    assert.match(await csp('/strict/no-wasm'), /script-src 'self' http:\/\/northlight/);
    assert.match(await csp('/strict/trusted-types'), /; require-trusted-types-for 'script'$/);
    const first = await get('/strict/nonce');
    const [, nonce] = /script-src 'nonce-([\w-]{22})' 'strict-dynamic' 'wasm-unsafe-eval';/.exec(first.headers['content-security-policy']);
    const scripts = first.text.match(/<script /g).length;
    assert.equal(first.text.split(`nonce="${nonce}"`).length - 1, scripts, 'every script carries the nonce');
    assert.ok(!(await csp('/strict/nonce')).includes(nonce), 'a nonce is used once');
  });

  test('W1 the Sec-GPC header reaches the page, and the site says that it honours it', async () => {
    assert.match((await get('/', { 'sec-gpc': '1' })).text, /<script src="\/consent\.js" data-server="\/consent\/cookies" data-gpc="1" data-regime="eu"/);
    for (const value of ['0', '', 'true', '11']) assert.doesNotMatch((await get('/', { 'sec-gpc': value })).text, /data-gpc/);
    assert.match((await get('/')).headers['vary'], /Sec-GPC/);
    const statement = await get('/.well-known/gpc.json');
    assert.match(statement.headers['content-type'], /^application\/json/);
    assert.deepEqual(JSON.parse(statement.text), { gpc: true, lastUpdate: '2026-11-23' });
  });

  test('a regime is taken from the address only if the policy has it', async () => {
    assert.match((await get('/?regime=us-ca')).text, /<script src="\/consent\.js" data-server="\/consent\/cookies" data-regime="us-ca"/);
    for (const wrong of ['xx', '"><script>', '__proto__', '']) {
      assert.match((await get(`/?regime=${encodeURIComponent(wrong)}`)).text, /<script src="\/consent\.js" data-server="\/consent\/cookies" data-regime="eu"/);
    }
  });

  test('the runtime is served with its type, from the cache when unchanged, compressed when wanted', async () => {
    const plain = await get('/consent.js');
    assert.equal(plain.headers['content-type'], 'text/javascript; charset=utf-8');
    assert.match(plain.headers['cache-control'], /no-cache/);
    const again = await get('/consent.js', { 'if-none-match': plain.headers['etag'] });
    assert.equal(again.status, 304);
    assert.equal(again.bytes.length, 0);
    const small = await get('/consent.js', { 'accept-encoding': 'gzip, br' });
    assert.equal(small.headers['content-encoding'], 'br');
    assert.equal(brotliDecompressSync(small.bytes).toString(), plain.text);
    assert.equal((await get('/consent.js', { 'accept-encoding': 'br;q=0' })).headers['content-encoding'], undefined);
    await writeFile(join(sdk, 'consent.js'), '"another version";');
    assert.equal((await get('/consent.js')).text, '"another version";', 'a new build is served at once');
  });

  test('files are served by plain name and known type alone', async () => {
    for (const path of ['/consent/secret.env', '/consent/..%2fpackage.json', '/consent/%2e%2e%2fsite.db', '/static/..%5csite.css', '/consent/.npmrc', '/static/']) {
      assert.equal((await get(path)).status, 404, path);
    }
  });

  test('files with their content hash in the address may be kept for ever, others not', async () => {
    const { text } = await get('/');
    const [, address] = /href="(\/static\/site\.css\?v=[\w-]+)"/.exec(text);
    assert.match((await get(address)).headers['cache-control'], /immutable/);
    assert.doesNotMatch((await get('/static/site.css?v=guessed')).headers['cache-control'], /immutable/);
    assert.doesNotMatch((await get('/static/site.css')).headers['cache-control'], /immutable/);
  });

  test('a foreign host name is refused', async () => {
    for (const host of ['evil.example', 'localhost.evil.example:80', 'metrofax.com', 'adharbor.localhost']) {
      assert.equal((await exchange({ port: site.port, host })).status, 421, host);
    }
    assert.equal((await exchange({ port: site.port, host: `127.0.0.1:${site.port}` })).status, 200);
  });

  test('the handshake is a sound file of three seconds', async () => {
    const { headers, bytes } = await get('/static/handshake.wav');
    assert.equal(headers['content-type'], 'audio/wav');
    assert.equal(bytes.subarray(0, 4).toString(), 'RIFF');
    assert.equal(bytes.readUInt32LE(4) + 8, bytes.length);
    assert.ok(bytes.length > 3 * 8000);
  });
});
