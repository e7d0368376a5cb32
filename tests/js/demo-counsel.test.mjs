// Counsel's view: who may see it and who not, what it says of the ledger, and that nothing out of the ledger gets a life of its own there.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createClient } from '@libsql/client';
import { demo as startDemo, exchange, registration, Visitor } from './demo-support.mjs';
import { createOperators } from '../../js-glue/dist/server.js';
import { csv, reportOf, sweepRetention } from '../../js-glue/dist/ledger.js';
import { sealed } from '../support/consent-record.mjs';

const KEY = 'a long credential for tests';
/** @type {Awaited<ReturnType<typeof startDemo>>} */
let demo;
before(async () => { demo = await startDemo({ counselKey: KEY }); });
after(() => demo.close());

/** @param {number} granted @param {number} denied */
function record(granted, denied = 0) {
  const text = `1~2013-12-01~us~${Math.floor(Date.now() / 1000 - 60).toString(16)}~${granted.toString(16)}~${denied.toString(16)}~0`;
  return `mf_consent=${sealed(text)}`;
}

/** Enters a choice; the receipt's id. @param {string} cookie @param {object} [enforcement] @param {string} [method] */
async function choose(cookie, enforcement = {}, method = 'banner') {
  const id = randomUUID();
  const headers = { cookie, origin: demo.url, 'content-type': 'application/json' };
  const made = await fetch(`${demo.url}/consent?regime=us`, { method: 'POST', headers, body: JSON.stringify({ id, method, enforcement }) });
  assert.equal(made.status, 201, await made.clone().text());
  return id;
}

async function operator() {
  const visitor = new Visitor(demo.port);
  const answer = await visitor.post('/counsel/sign-in', { credential: KEY });
  assert.equal(answer.status, 303);
  return visitor;
}
/** @param {string} text */
const csrfOf = (text) => /name="csrf" value="([\w-]{43})"/.exec(text)?.[1] ?? '';

describe('who may see it', () => {
  test('without a credential the page is off, and says why', async () => {
    const off = await startDemo();
    try {
      const page = await exchange({ port: off.port, path: '/counsel' });
      assert.equal(page.status, 503);
      assert.match(page.text, /No credential is set/);
      assert.equal((await exchange({ port: off.port, path: '/counsel/sign-in', form: { credential: '' } })).status, 503);
    } finally {
      await off.close();
    }
    const short = createOperators({ credential: 'short', now: () => 0, client: () => null });
    assert.match(short.off ?? '', /shorter than 16/);
    assert.equal((await short.signIn(new Request('https://x.example/'), 'short')).state, 'off');
  });

  test('nothing is shown, exported or done without a session; a form of another session or site does nothing', async () => {
    const id = await choose(record(0x40));
    for (const path of ['/counsel', `/counsel/person?receipt=${id}`, `/counsel/person/export?receipt=${id}`, '/counsel/export/ledger.jsonl', '/counsel/export/purposes.csv']) {
      const page = await exchange({ port: demo.port, path });
      assert.match(page.text, /name="credential"/, path);
      assert.ok(!page.text.includes(id), path);
    }
    const erase = { receipt: id, sure: 'yes' };
    assert.equal((await exchange({ port: demo.port, path: '/counsel/person/erase', form: erase })).status, 403);
    const ann = await operator();
    const [mine, others] = [csrfOf((await ann.get('/counsel')).text), csrfOf((await (await operator()).get('/counsel')).text)];
    assert.ok(mine && others && mine !== others);
    for (const csrf of ['', others]) assert.equal((await ann.post('/counsel/person/erase', { ...erase, csrf })).status, 403);
    const foreign = await ann.send({ path: '/counsel/person/erase', form: { ...erase, csrf: mine }, headers: { origin: 'https://evil.example' } });
    assert.equal(foreign.status, 403);
    assert.match((await ann.get(`/counsel/person?receipt=${id}`)).text, /A person’s file\./);
  });

  test('a session is always a new token, a planted or doubled one is nobody\'s, and signing out ends it here', async () => {
    const planted = 'A'.repeat(43);
    const visitor = new Visitor(demo.port);
    visitor.cookies.set('mf_operator', planted);
    const answer = await visitor.post('/counsel/sign-in', { credential: KEY });
    const line = (answer.headers['set-cookie'] ?? []).find((/** @type {string} */ one) => one.startsWith('mf_operator=')) ?? '';
    assert.match(line, /; Path=\/; HttpOnly; SameSite=Strict$/);
    const token = visitor.cookies.get('mf_operator');
    assert.notEqual(token, planted);
    const twice = await exchange({ port: demo.port, path: '/counsel', headers: { cookie: `mf_operator=${planted}; mf_operator=${token}` } });
    assert.match(twice.text, /name="credential"/);
    // The site's own pages leave it where it is: it is declared.
    const home = await visitor.get('/');
    assert.ok(!(home.headers['set-cookie'] ?? []).some((/** @type {string} */ one) => one.startsWith('mf_operator=')));
    const csrf = csrfOf((await visitor.get('/counsel')).text);
    await visitor.post('/counsel/sign-out', { csrf });
    assert.match((await exchange({ port: demo.port, path: '/counsel', headers: { cookie: `mf_operator=${token}` } })).text, /name="credential"/);
  });

  test('over https it is a __Host- cookie; over http elsewhere nobody signs in; sessions end', async () => {
    let time = 1000;
    const operators = createOperators({ credential: KEY, now: () => time, client: () => '192.0.2.1' });
    const url = 'https://www.metrofax.com/counsel';
    assert.equal((await operators.signIn(new Request('http://www.metrofax.com/counsel'), KEY)).state, 'insecure');
    const signed = await operators.signIn(new Request(url), KEY);
    assert.ok(signed.state === 'in');
    assert.match(signed.cookie, /^__Host-mf_operator=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    const request = new Request(url, { headers: { cookie: signed.cookie.split(';')[0] ?? '' } });
    for (let i = 0; i < 5; i++) {
      time += 890;
      assert.ok(await operators.session(request));
    }
    time += 901;
    assert.equal(await operators.session(request), null);
  });

  test('five wrong tries from one place wait, all at once too; an IPv6 customer is one place; sixty wait for all', async () => {
    let [time, address] = [1000, '2001:db8:1:2::1'];
    const operators = createOperators({ credential: KEY, now: () => time, client: () => address });
    const attempt = (secret = 'wrong') => operators.signIn(new Request('https://x.example/', { headers: { 'x-forwarded-for': String(Math.random()) } }), secret);
    const states = (await Promise.all(Array.from({ length: 8 }, () => attempt()))).map(({ state }) => state);
    assert.deepEqual(states.filter((state) => state === 'wrong').length, 5);
    address = '2001:db8:1:2:ffff::9';
    assert.deepEqual(await attempt(KEY), { state: 'wait', seconds: 180 });
    address = '2001:db8:1:3::1';
    assert.equal((await attempt(KEY)).state, 'in');
    for (let i = 0; i < 55; i++) {
      address = `198.51.100.${i}`;
      assert.equal((await attempt()).state, 'wrong');
    }
    address = '203.0.113.9';
    assert.equal((await attempt(KEY)).state, 'wait');
    time += 901;
    assert.equal((await attempt(KEY)).state, 'in');
  });

  test('a wrong credential is 403, too many are 429 with a time to wait, and no script may run', async () => {
    const own = await startDemo({ counselKey: KEY });
    try {
      const attempt = () => exchange({ port: own.port, path: '/counsel/sign-in', form: { credential: 'not it, but as long as it is' } });
      for (let i = 0; i < 5; i++) assert.equal((await attempt()).status, 403);
      const last = await attempt();
      assert.equal(last.status, 429);
      // One try in three minutes from here on; the clock is the machine's.
      const wait = Number(last.headers['retry-after']);
      assert.ok(wait > 120 && wait <= 180, String(wait));
      assert.match(String(last.headers['content-security-policy']), /^default-src [^,]*'nonce-[^,]*, default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'/);
      assert.match(String(last.headers['cache-control']), /no-store/);
      assert.ok(!/<script|style="|onclick/i.test(last.text));
      assert.equal((await exchange({ port: own.port, path: '/counsel/sign-in', form: { credential: KEY }, headers: { origin: 'https://evil.example' } })).status, 403);
    } finally {
      await own.close();
    }
  });
});

describe('what it shows', () => {
  test('rates by purpose, what was stopped and let through by vendor; a receipt made later is no second choice', async () => {
    const lines = [
      ['consent', { granted: ['measurement'], denied: ['interest'], method: 'banner', regime: 'eu', policy: { version: 'v', sha256: 'a' }, signals: { gpcHeader: true }, enforcement: { released: ['northlight'], blocked: 3, blockedBy: [{ vendor: 'adharbor', count: 3 }], purged: ['_x'], residue: [] } }],
      ['consent', { granted: ['measurement'], denied: ['interest'], method: 'receipt', regime: 'eu', policy: {}, enforcement: {} }],
      ['refusal', { granted: [], denied: ['measurement', 'interest'], method: 'banner', regime: 'us', policy: { version: 'v', sha256: 'a' }, enforcement: { blocked: 'many', released: [1, 'northlight'] } }],
      ['disclosure', { party: 'event', purpose: 'survey' }],
    ].map(([kind, data], i) => JSON.stringify({ kind, at: 86400 * i, data }));
    const report = await reportOf([...lines, 'not an entry', '{"kind":"consent","at":1e99,"data":{}}']);
    assert.equal(report.choices, 2);
    assert.deepEqual(report.purposes, [{ id: 'interest', granted: 0, denied: 2 }, { id: 'measurement', granted: 1, denied: 1 }]);
    assert.deepEqual(report.vendors, [{ id: 'adharbor', released: 0, blocked: 3 }, { id: 'northlight', released: 2, blocked: 0 }]);
    assert.deepEqual(report.days.map(({ day, granted, refused }) => [day, granted, refused]), [['1970-01-01', 1, 0], ['1970-01-03', 0, 1]]);
    assert.deepEqual(report.policies, [{ id: 'v', sha256: 'a', count: 2 }]);
    assert.deepEqual([report.gpc, report.blocked, report.entries], [1, 3, 4]);
    const invented = await reportOf(Array.from({ length: 5000 }, (_, i) => JSON.stringify({ kind: 'consent', at: 0, data: { granted: [`p${i}`, '__proto__'], enforcement: { released: [`v${i}`] } } })));
    assert.ok(invented.vendors.length <= 201 && invented.purposes.length <= 201 && Object.keys(invented.days[0]?.purposes ?? {}).length <= 201, 'invented names fill nothing');
  });

  test('a cell that a spreadsheet would calculate is text', () => {
    assert.equal(csv(['a', 'b'], [['=1+1', -2], ['@SUM(A1)', 1], [' \t+x', 0], ['say "no"', 3]]), '"a","b"\r\n"\'=1+1",-2\r\n"\'@SUM(A1)",1\r\n"\' \t+x",0\r\n"say ""no""",3\r\n');
  });

  test('the page counts what was entered, names policy and changes, exports; names out of a browser stay text', async () => {
    await choose(record(0x40), { released: ['-2', '@x'], blocked: 4, blockedBy: [{ vendor: 'adharbor', count: 4 }, { vendor: '<script>', count: 1 }, { vendor: 'x', count: -1 }] });
    const ann = await operator();
    const page = (await ann.get('/counsel')).text;
    assert.match(page, /Every entry, 0 to \d+, is as it was written/);
    assert.match(page, /2013-12-01 → 2027-01-01/);
    assert.equal([...page.matchAll(/data-weight="material"/g)].length, 3);
    assert.ok(!/<script|style="/i.test(page));
    assert.match((await ann.get('/counsel/export/vendors.csv')).text, /"'-2",1,0\r\n/);
    const report = JSON.parse((await ann.get('/counsel/export/report.json')).text).report;
    // The page's own hash of the policy is what the core put into the entries.
    assert.ok(page.includes(`title="${report.policies[0].sha256}"`) && page.includes('in force since 2013-12-01') && !page.includes('earlier, or another build'));
    assert.equal(report.vendors.find((/** @type {any} */ one) => one.id === 'adharbor').blocked, 4);
    assert.equal((await ann.get('/counsel/export/ledger.jsonl')).text.trimEnd().split('\n').length, (await demo.records.ledger.head()).entries - 0);
    const hostile = await ann.get(`/counsel/person?receipt=${encodeURIComponent('"><img src=x onerror=alert(1)>')}`);
    assert.equal(hostile.status, 404);
    assert.ok(!hostile.text.includes('<img'));
  });

  test('a person\'s file: record, mail, account; export; a hold keeps the record only; erasure reaches everything [pii.change][retention.legal-minimum]', async () => {
    const visitor = new Visitor(demo.port);
    await visitor.post('/register', registration({ email: 'file@example.com' }));
    await demo.office.know('file@example.com', { country: 'DE', account: { state: 'active', promotional: 'in' } });
    const id = await choose(`mf_session=${visitor.cookies.get('mf_session')}; ${record(0x40)}`);
    const ann = await operator();
    const at = `/counsel/person?receipt=${id}`;
    const page = (await ann.get(at)).text;
    assert.match(page, /file@example\.com/);
    assert.match(page, /Offers: in/);
    const csrf = csrfOf(page);
    const file = JSON.parse((await ann.get(`/counsel/person/export?receipt=${id}`)).text);
    assert.equal(file.account.email, 'file@example.com');
    assert.ok(!JSON.stringify(file).includes('scrypt'));
    assert.equal((await ann.post('/counsel/person/hold', { csrf, receipt: id, reason: 'Docket 7' })).status, 303);
    assert.match((await ann.get(at)).text, /Reason: Docket 7/);
    assert.equal((await ann.post('/counsel/person/erase', { csrf, receipt: id })).status, 422, 'not without the tick');
    const held = (await ann.post('/counsel/person/erase', { csrf, receipt: id, sure: 'yes' })).text;
    assert.match(held, /account, sessions, remembered browsers gone/);
    assert.match(held, /ledger: whose the entries are still there/);
    assert.equal((await visitor.get('/account')).status, 303, 'the session went with the account');
    await ann.post('/counsel/person/hold', { csrf, receipt: id, reason: '' });
    assert.match((await ann.post('/counsel/person/erase', { csrf, receipt: id, sure: 'yes' })).text, /Erased, and looked at again: nothing is left/);
    assert.match((await ann.get(at)).text, /<h1>Erased\.<\/h1>/);
    const noted = (await ann.get('/counsel/export/ledger.jsonl')).text;
    for (const act of ['export', 'hold set', 'hold lifted', 'sign-in']) assert.ok(noted.includes(`"act":"${act}"`), act);
  });

  test('a ledger that was changed: the first wrong entry, and what still holds', async () => {
    const own = await startDemo({ counselKey: KEY });
    try {
      const visitor = new Visitor(own.port);
      for (let i = 0; i < 3; i++) await visitor.post('/counsel/sign-in', { credential: KEY });
      const db = createClient({ url: `file:${join(own.data, 'ledger.db')}` });
      await db.execute(`UPDATE ledger_entry SET line = replace(line, '"act":"sign-in"', '"act":"<b>sign"') WHERE seq = 1`);
      db.close();
      const { text } = await visitor.get('/counsel');
      assert.match(text, /Entry 1 cannot be trusted: it is not what was entered: the SHA-256 stored with it is of another text\./);
      assert.match(text, /Entry 0 holds; nothing after it can be relied on\./);
      assert.match(text, /broken at 1/);
    } finally {
      await own.close();
    }
  });
});

describe('retention [retention.necessary][retention.legal-minimum]', () => {
  test('a dry run says what would go and touches nothing; a place that fails is named and stops no other; what is held stays', async () => {
    /** @param {string} name @param {number[]} times @param {number} held */
    const place = (name, times, held = 0) => ({
      name, keep: 100, due: async (/** @type {number} */ before) => ({ due: times.filter((time) => time < before).length, held }),
      remove: async (/** @type {number} */ before) => { times.splice(0, times.length, ...times.filter((time) => time >= before)); },
    });
    const [old, broken] = [[1, 899, 900, 950], { ...place('broken', [1]), remove: () => Promise.reject(new Error('read-only')) }];
    const places = [broken, place('events', old, 2)];
    const dry = await sweepRetention(places, { now: 1000, dryRun: true });
    assert.deepEqual(dry.map(({ due, left, error }) => [due, left, error]), [[1, 1, undefined], [2, 2, undefined]]);
    assert.equal(old.length, 4);
    const done = await sweepRetention(places, { now: 1000, dryRun: false });
    assert.deepEqual(done.map(({ due, held, left, error }) => [due, held, left, error]), [[1, 0, 1, 'read-only'], [2, 2, 0, undefined]]);
    assert.deepEqual(old, [900, 950]);
  });

  test('the page says what is due by the policy\'s own periods, and sweeps it on demand', async () => {
    await demo.store.addTestDrive({ name: 'Ann', email: 'old@example.com', message: '', offers: false }, Math.floor(Date.now() / 1000) - 31 * 86_400);
    const ann = await operator();
    const due = (/** @type {string} */ text) => /Sample faxes<\/th><td>(\d+)<\/td><td>(\d+)<\/td>/.exec(text)?.slice(1);
    const page = (await ann.get('/counsel')).text;
    assert.deepEqual(due(page), ['30', '1']);
    assert.match(page, /Opens and clicks of mail<\/th><td>\d{3}<\/td><td>0<\/td>/);
    assert.equal((await ann.post('/counsel/sweep', { csrf: 'x'.repeat(43) })).status, 403);
    assert.equal((await ann.post('/counsel/sweep', { csrf: csrfOf(page) })).status, 303);
    assert.deepEqual(due((await ann.get('/counsel')).text), ['30', '0']);
  });
});
