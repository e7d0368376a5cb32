// What is noted of a fetch, between the answer and the row: never in the way of the answer, never lost, never twice.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createHandler } from '../../js-glue/dist/server.js';
import { mailRoutes, MailStore, Recorder } from '../../js-glue/dist/mail.js';
import { issueToken, randomId } from '../../js-glue/dist/email.js';
import { BASE, gate, keys, NOW } from './kit.mjs';
import { sqlite } from './stores.mjs';

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) Gecko';
/** @type {import('./stores.mjs').Place} */
let place;
/** @type {MailStore} */
let store;
let ann = 0;
let who = '';
let pixel = '';
before(async () => {
  place = await sqlite();
  store = await MailStore.open(await place.open());
});
after(async () => {
  await store.close();
  await place.stop();
});
beforeEach(async () => {
  who = `ann ${++ann}`;
  const ids = { mail: randomId(), unsubscribe: randomId(), tracking: randomId() };
  await store.putRecipient({ id: who, subject: { country: 'DE', account: { state: 'active', promotional: 'in' }, consent: { purposes: { 'email-open': 'granted' }, policyVersion: '2013-12-01', time: NOW - 1 } } });
  await store.putMail(ids, who, 7, NOW);
  pixel = await issueToken(gate, keys, { kind: 'open', mode: 'identified', axis: 'email-open', campaign: 7, expires: NOW + 86_400, id: ids.mail });
});

/** @param {any} parts */
const routes = (parts) => createHandler(mailRoutes({ gate, keys, store, tracking: [], policyVersion: '2013-12-01', now: () => NOW * 1000, ...parts }));
const ask = (/** @type {import('../../js-glue/src/server/handler.ts').Handler} */ handler, /** @type {string} */ token, /** @type {any} */ execution = undefined) =>
  handler(new Request(`${BASE}/b/${token}.gif`, { headers: { 'user-agent': AGENT } }), execution);
/** @returns {import('../../js-glue/src/server/mail/recorder.ts').Fetched} */
const fetched = () => ({ kind: 'open', token: pixel, time: NOW, agent: AGENT, prefetch: false, head: false, address: null });

test('[E10] when the pixel is answered, neither keys nor core nor database has been asked: no token has a time of its own', async () => {
  const untouchable = /** @type {any} */ (new Proxy({}, { get: (_, name) => { throw new Error(`asked for ${String(name)}`); } }));
  const taken = /** @type {any[]} */ ([]);
  const handler = routes({ gate: untouchable, keys: untouchable, store: untouchable, recorder: { take: (/** @type {any} */ fetch) => taken.push(fetch) } });
  for (const token of [pixel, `${pixel.slice(0, -1)}x`, 'x', 'A'.repeat(9000)]) assert.equal((await ask(handler, token))?.status, 200);
  assert.equal(taken.length, 4);
});

test('[E10] nor at the edge, where the work begins with the request: whatever the token, the same steps come before the answer', async () => {
  let asked = 0;
  const counting = /** @type {any} */ (new Proxy({}, { get: () => { asked += 1; throw new Error('asked'); } }));
  const recorder = new Recorder({ gate: counting, keys: counting, store: counting, note: () => undefined });
  const handler = routes({ gate: counting, keys: counting, store: counting, recorder });
  for (const token of [pixel, `${pixel.slice(0, -1)}x`, 'x', 'A'.repeat(9000)]) {
    const work = /** @type {Promise<unknown>[]} */ ([]);
    asked = 0;
    assert.equal((await ask(handler, token, { waitUntil: (/** @type {Promise<unknown>} */ part) => work.push(part) }))?.status, 200);
    assert.equal(asked, 0, 'before the answer');
    await Promise.all(work);
    assert.ok(asked > 0, 'after it');
  }
});

test('[E10] answered before the write, and while the database is away', async () => {
  /** @type {(value?: unknown) => void} */
  let open = () => {};
  const gone = new Promise((resolve) => { open = resolve; });
  const slow = /** @type {any} */ ({ holders: async (/** @type {any[]} */ ...asked) => { await gone; return store.holders(.../** @type {[any, any]} */ (asked)); }, record: store.record.bind(store) });
  const recorder = new Recorder({ gate, keys, store: slow, wait: 0 });
  assert.equal((await ask(routes({ recorder }), pixel))?.status, 200);
  const work = /** @type {Promise<unknown>[]} */ ([]);
  assert.equal((await ask(routes({ recorder }), pixel, { waitUntil: (/** @type {Promise<unknown>} */ part) => work.push(part) }))?.status, 200, 'at the edge as well');
  assert.equal((await store.eventsOf(who)).length, 0);
  open();
  await Promise.all([recorder.flush(), ...work]);
  assert.equal((await store.eventsOf(who)).length, 2);
});

test('a write that fails is tried again under the same id, and counts once', async () => {
  const errors = [];
  let failures = 2;
  const shaky = /** @type {any} */ ({ holders: store.holders.bind(store), async record(/** @type {string} */ id, /** @type {any} */ batch) {
    await store.record(id, batch); // written, and then the answer is lost
    if (failures-- > 0) throw new Error('connection lost');
  } });
  const recorder = new Recorder({ gate, keys, store: shaky, wait: 60_000, note: (error) => errors.push(error) });
  recorder.take(fetched());
  await assert.rejects(recorder.flush(), /connection lost/);
  await assert.rejects(recorder.flush(), /connection lost/);
  await recorder.flush();
  assert.equal((await store.eventsOf(who)).length, 1);
  // At the edge: once more, then it is told.
  failures = 1;
  await recorder.takeNow(fetched());
  assert.equal((await store.eventsOf(who)).length, 2);
  failures = 2;
  await recorder.takeNow(fetched());
  assert.deepEqual([errors.length, recorder.dropped], [1, 1]);
});

test('whoever is told of decisions and fails at it does not keep them from being written', async () => {
  const errors = /** @type {unknown[]} */ ([]);
  const recorder = new Recorder({ gate, keys, store, wait: 60_000, note: (error) => errors.push(error), decided: () => { throw new Error('the listener'); } });
  recorder.take(fetched());
  await recorder.flush();
  assert.equal((await store.eventsOf(who)).length, 1);
  assert.deepEqual(errors.map(String), ['Error: the listener']);
});

test('more fetches than there is room for are dropped and counted, not kept', async () => {
  const recorder = new Recorder({ gate, keys, store, wait: 60_000, room: 5 });
  for (let i = 0; i < 8; ++i) recorder.take({ ...fetched(), token: 'x' });
  assert.equal(recorder.dropped, 3);
  await recorder.flush();
});
