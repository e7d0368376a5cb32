// The recorder in a thread of its own: the same rows as without one, none lost and none twice, whatever ends or refuses.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { issueToken, randomId } from '../../js-glue/dist/email.js';
import { mailRoutes, MailStore, Recorder } from '../../js-glue/dist/mail.js';
import { RecorderThread } from '../../js-glue/dist/recorder-thread.js';
import { createHandler } from '../../js-glue/dist/server.js';
import { BASE, gate, keys, KEYS, NOW } from './kit.mjs';
import { sqlite } from './stores.mjs';

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) Gecko';
/** @type {import('./stores.mjs').Place} */
let place;
/** @type {MailStore} */
let store;
let where = '';
let ann = 0;
let who = '';
/** @type {string[]} */
let tokens = [];
before(async () => {
  place = await sqlite();
  where = place.where ?? '';
  store = await MailStore.open(await place.open());
});
after(async () => {
  await store.close();
  await place.stop();
});
beforeEach(async () => {
  who = `ann ${++ann}`;
  const ids = { mail: randomId(), unsubscribe: randomId(), tracking: randomId() };
  await store.putRecipient({ id: who, subject: { country: 'DE', consent: { purposes: { 'email-open': 'granted', 'email-click': 'granted' }, policyVersion: '2013-12-01', time: NOW - 1 } } });
  await store.putMail(ids, who, ann, NOW);
  const token = (/** @type {any} */ more) => issueToken(gate, keys, { kind: 'open', mode: 'identified', axis: 'email-open', campaign: ann, expires: NOW + 86_400, id: ids.mail, ...more });
  tokens = [await token({}), await token({ kind: 'click', axis: 'email-click', target: 'https://www.metrofax.com/' }), await token({ mode: 'anonymous', axis: 'email-aggregate', id: null }), await token({ expires: NOW - 1 }), await token({ id: randomId() }), 'x'];
});

const start = (/** @type {object} */ more = {}) => RecorderThread.start({ keys: KEYS, database: { sqlite: where }, ...more });
/** @param {string} token @param {object} [more] @returns {any} */
const fetched = (token, more = {}) => ({ kind: 'open', token, time: NOW, agent: AGENT, prefetch: false, head: false, address: '192.0.2.1', ...more });
/** Each token as pixel and as link, by a person, a prefetch and HEAD. */
const all = () => tokens.flatMap((token) => [{}, { kind: 'click' }, { prefetch: true }, { head: true, agent: '' }].map((more) => fetched(token, more)));
/** What is on record, without the ids. */
const rows = async () => ({ campaign: await store.campaign(ann), events: (await store.eventsOf(who)).map(({ id: _, ...event }) => event).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))) });

test('[E7] records what a Recorder does, and tells the same of it', async () => {
  const told = /** @type {any[][]} */ ([[], []]);
  const plain = new Recorder({ gate, keys, store, wait: 60_000, decided: (outcome) => told[0]?.push(outcome) });
  all().forEach((fetch) => plain.take(fetch));
  await plain.flush();
  const one = await rows();
  assert.equal(one.events.length, 2);
  const thread = await start({ decided: (/** @type {any} */ outcome) => told[1]?.push(outcome) });
  all().forEach((fetch) => thread.take(fetch));
  assert.equal(thread.unwritten, 24);
  await thread.flush();
  assert.equal(thread.unwritten, 0);
  const both = await rows();
  assert.deepEqual(both.events, [...one.events, ...one.events].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))));
  assert.equal(both.campaign.counted['open'], 2 * (one.campaign.counted['open'] ?? NaN));
  assert.deepEqual(told[1], told[0]);
  await thread.close();
});

test('[E10] answers are on their way before anything is handed over, at once where nothing waits', async () => {
  const thread = await start({ wait: 60_000 });
  const handler = createHandler(mailRoutes({ gate, keys, store, recorder: thread, tracking: [], policyVersion: '2013-12-01', now: () => NOW * 1000 }));
  const answer = handler(new Request(`${BASE}/b/${tokens[0]}.gif`, { headers: { 'user-agent': AGENT } }));
  assert.ok(answer instanceof Response, 'no promise');
  assert.equal((await store.eventsOf(who)).length, 0);
  await thread.takeNow(fetched(tokens[0] ?? ''));
  assert.equal((await store.eventsOf(who)).length, 2);
  await thread.close();
});

test('a thread that ends is followed by another, which writes what the first one had not, once', async () => {
  const noted = /** @type {unknown[]} */ ([]);
  const thread = await start({ batch: 10, note: (/** @type {unknown} */ error) => noted.push(error) });
  for (let i = 0; i < 500; ++i) thread.take(fetched(tokens[0] ?? ''));
  const worker = /** @type {any} */ (thread).worker;
  const ended = once(worker, 'exit');
  worker.terminate(); // in the midst of it
  await ended;
  for (let i = 0; i < 500; ++i) thread.take(fetched(tokens[0] ?? ''));
  await thread.flush().catch(() => thread.flush());
  await thread.close();
  assert.equal((await store.eventsOf(who)).length, 1000);
  assert.match(String(noted[0]), /ended/);
});

test('what the database refuses is told, kept and tried again', async () => {
  const noted = /** @type {unknown[]} */ ([]);
  const thread = await start({ note: (/** @type {unknown} */ error) => noted.push(error) });
  const database = await place.open();
  await database.transaction([{ sql: 'ALTER TABLE mf_event RENAME TO mf_away', values: [] }]);
  thread.take(fetched(tokens[0] ?? ''));
  await assert.rejects(thread.flush(), /mf_event/);
  assert.equal(thread.unwritten, 1);
  await database.transaction([{ sql: 'ALTER TABLE mf_away RENAME TO mf_event', values: [] }]);
  await database.close();
  while (thread.unwritten > 0) await thread.flush().catch(() => undefined);
  assert.equal((await store.eventsOf(who)).length, 1);
  assert.ok(noted.length > 0);
  await thread.close();
});

test('without keys, policy or database it does not start, and says why', async () => {
  await assert.rejects(start({ keys: undefined }), /METROFAX_MAIL_KEYS is not set/);
  await assert.rejects(start({ policy: new Uint8Array(100) }), /the policy was refused/);
  await assert.rejects(start({ database: { sqlite: '/nowhere/mail.db' } }), /open/);
});

test('more fetches than there is room for are dropped and counted', async () => {
  const thread = await start({ room: 5 });
  for (let i = 0; i < 8; ++i) thread.take(fetched('x'));
  assert.equal(thread.dropped, 3);
  await thread.close();
  assert.equal(thread.unwritten, 0);
});

test('a process that has nothing to do but this ends, when all is on record', async () => {
  const script = `import { RecorderThread } from ${JSON.stringify(fileURLToPath(new URL('../../js-glue/dist/recorder-thread.js', import.meta.url)))};
    const thread = await RecorderThread.start({ keys: ${JSON.stringify(KEYS)}, database: { sqlite: ${JSON.stringify(where)} } });
    thread.take(${JSON.stringify(fetched(tokens[0] ?? ''))});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  assert.equal((await store.eventsOf(who)).length, 1);
});
