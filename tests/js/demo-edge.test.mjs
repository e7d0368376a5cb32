// The demo as `demo-site/run --edge` serves it: workerd answers, D1 keeps what is recorded, and the site behind reads the same D1.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Visitor, demo, exchange, registration } from './demo-support.mjs';

let site;
before(async () => { site = await demo({ edge: true }); });
after(() => site?.close());

const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/153.0' };
const own = () => ({ origin: `http://localhost:${site.port}`, 'content-type': 'application/json' });
const addressed = (html, route) => [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, url]) => new URL(url)).find(({ pathname }) => pathname.startsWith(`/${route}/`)).pathname;
/** Resolves when the edge has noted what became of a fetch: it answers first, and notes then. */
const decided = (how, times) => new Promise((resolve) => {
  const stop = site.office.watch(() => { if ((times -= 1) === 0) { stop(); resolve(undefined); } });
  how();
});

/** Whose the entry of a receipt is, as the site finds it. */
async function personOf(id) {
  for await (const line of site.records.ledger.lines()) {
    if (!line.includes(id)) continue;
    return (await site.records.ledger.personOf(JSON.parse(line).data.principal)).person;
  }
  throw new Error(`no entry of ${id}`);
}

test('pages of the site behind come rewritten and under our policy; what is opted out does not', async () => {
  const page = await exchange({ port: site.port, path: '/pricing' });
  assert.match(page.headers['content-security-policy'], /^default-src [^,]*'nonce-[^,]*, default-src 'self'/);
  assert.match(page.text, /^<!doctype html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="script-src [^"]*"><script src="\/consent\.js"/);
  assert.doesNotMatch((await exchange({ port: site.port, path: '/runtime-alone' })).headers['content-security-policy'], /nonce/);
  const left = await exchange({ port: site.port, path: '/lab/leave', body: '["_ga=1; Path=/"]', headers: own() });
  assert.deepEqual(left.headers['set-cookie'], ['_ga=1; Path=/']);
  assert.equal((await exchange({ port: site.port, host: 'evil.example' })).status, 421);
});

test('a choice, its entry in the ledger and its receipt: answered by the worker, found by the site on the same D1', async () => {
  const visitor = new Visitor(site.port);
  const chosen = await visitor.send({ path: '/consent', body: '{"all":true}', headers: own() });
  assert.equal(chosen.status, 200, chosen.text);
  const id = '7f1d6f0e-2a55-4c3b-9d7a-0123456789ab';
  const entered = await visitor.send({ path: '/consent', body: JSON.stringify({ id, method: 'banner' }), headers: own() });
  assert.equal(entered.status, 201, entered.text);
  const receipt = JSON.parse((await visitor.get(`/consent/receipt?id=${id}`)).text);
  assert.deepEqual(receipt, JSON.parse(entered.text));
  assert.equal((await personOf(id)).startsWith('browser:'), true);
  assert.equal((await site.records.health()).problem, null);
  const foreign = await visitor.send({ path: '/consent', body: JSON.stringify({ id: `${id.slice(0, -1)}c`, method: 'banner' }), headers: { ...own(), origin: 'https://evil.example', connection: 'close' } });
  assert.equal(foreign.status, 403);
});

test('who is signed in is asked of the site: the entry is theirs', async () => {
  const visitor = new Visitor(site.port);
  assert.equal((await visitor.post('/register', registration({ email: 'edge@example.com' }))).status, 303);
  await visitor.send({ path: '/consent', body: '{"all":false}', headers: own() });
  const id = '7f1d6f0e-2a55-4c3b-9d7a-0123456789ad';
  assert.equal((await visitor.send({ path: '/consent', body: JSON.stringify({ id, method: 'banner' }), headers: own() })).status, 201);
  const [, account] = /^account:(.+)$/.exec(await personOf(id));
  assert.equal((await site.store.accountById(account)).email, 'edge@example.com');
});

test('[E7][E9] mail: pixel, link and withdrawal are answered at the edge, and what may be kept is on D1 and in the lab', async () => {
  const form = { class: 'promotional', email: 'ann@example.org', country: 'DE', offers: 'yes', active: 'yes', tracking: 'yes' };
  assert.equal((await exchange({ port: site.port, path: '/outbox', form })).status, 303);
  const [{ html }] = site.office.outbox();
  const get = (path) => exchange({ port: site.port, path, headers: BROWSER });
  let pixel, link;
  await decided(async () => {
    pixel = await get(addressed(html, 'b'));
    link = await get(addressed(html, 'c'));
  }, 2);
  assert.equal(pixel.bytes.length, 43);
  assert.deepEqual([link.status, link.headers.location], [302, `http://localhost:${site.port}/pricing`]);
  const events = async () => (await site.office.records()).events.map(({ kind }) => kind).sort();
  assert.deepEqual(await events(), ['click', 'open']);
  const page = await get(addressed(html, 't'));
  assert.match(page.headers['content-security-policy'], /^default-src [^,]*'nonce-[^,]*, default-src 'none'; img-src 'self'; style-src 'sha256-/);
  assert.doesNotMatch(page.text, /<script/);
  assert.equal((await exchange({ port: site.port, path: addressed(html, 't'), form: {} })).status, 200);
  await decided(() => void get(addressed(html, 'b')), 1);
  assert.deepEqual(await events(), ['click', 'open'], 'nothing more');
  assert.equal((await site.office.subjectOf('ann@example.org', 'DE')).consent.purposes['email-open'], 'withdrawn');
});

test('nothing went wrong that nobody was told of', () => assert.deepEqual(site.noted, []));
