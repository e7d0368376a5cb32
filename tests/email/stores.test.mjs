// One suite against SQLite, D1 and PostgreSQL.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { choose, MailStore } from '../../js-glue/dist/mail.js';
import { gate, NOW } from './kit.mjs';
import { d1, postgres, postgresPrograms, sqlite } from './stores.mjs';

const places = { sqlite, d1, postgres };
const SUBJECT = { country: 'DE', account: { state: /** @type {const} */ ('active'), promotional: /** @type {const} */ ('in') },
  consent: { purposes: { 'email-open': /** @type {const} */ ('granted') }, policyVersion: '2013-12-01', time: NOW } };
const ids = (/** @type {string} */ n) => ({ mail: `${n}m`, unsubscribe: `${n}u`, tracking: `${n}t` });
const tokens = (/** @type {string[]} */ ...of) => of.map((id) => ({ campaign: 7, id }));
const on = { method: 'preference-page', textHash: 'ab'.repeat(32), locale: 'fr', policyVersion: '2013-12-01', time: NOW };
/** @param {string} id @param {object} [more] @returns {any} */
const event = (id, more = {}) => ({ id, kind: 'open', campaign: 7, time: NOW, keep: 'event', openClass: 'human_probable', recipient: 'ann', ...more });

/** What a store of the first schema has of this, as it was made then. */
const FIRST_SCHEMA = [
  'CREATE TABLE mf_schema (version INTEGER PRIMARY KEY)',
  'INSERT INTO mf_schema (version) VALUES (1)',
  'CREATE TABLE mf_recipient (id TEXT PRIMARY KEY, subject TEXT NOT NULL)',
  'CREATE TABLE mf_mail (token TEXT PRIMARY KEY, kind TEXT NOT NULL, recipient TEXT NOT NULL, campaign BIGINT NOT NULL, sent BIGINT NOT NULL)',
  'CREATE INDEX mf_mail_campaign ON mf_mail (campaign, kind)',
  'CREATE TABLE mf_event (id TEXT PRIMARY KEY, kind TEXT NOT NULL, campaign BIGINT NOT NULL, recipient TEXT NOT NULL, time BIGINT NOT NULL, class TEXT NOT NULL, target TEXT, address TEXT, agent TEXT)',
  'CREATE INDEX mf_event_campaign ON mf_event (campaign, kind)',
  'CREATE TABLE mf_count (campaign BIGINT NOT NULL, kind TEXT NOT NULL, total BIGINT NOT NULL, PRIMARY KEY (campaign, kind))',
];

for (const [name, make] of Object.entries(places)) {
  describe(name, { skip: name === 'postgres' && !postgresPrograms() ? 'PostgreSQL is not installed' : false }, () => {
    /** @type {import('./stores.mjs').Place} */
    let place;
    /** @type {MailStore} */
    let store;
    before(async () => {
      place = await make();
      store = await MailStore.open(await place.open());
      await store.putRecipient({ id: 'ann', subject: SUBJECT });
      await store.putMail(ids('1'), 'ann', 7, NOW);
    });
    after(async () => {
      await store.close();
      await place.stop();
    });

    test('opening again, twice at once, finds what was there', async () => {
      const others = await Promise.all([place.open(), place.open()].map(async (database) => MailStore.open(await database)));
      for (const other of others) assert.deepEqual((await other.recipient('ann'))?.subject, SUBJECT);
      if (name !== 'd1') await Promise.all(others.map((other) => other.close()));
    });

    test('a store of the first schema comes along, token by token', async () => {
      const old = await make();
      const database = await old.open();
      const rows = [['mf', 'mail'], ['uf', 'unsubscribe'], ['tf', 'tracking'], ['ms', 'mail']];
      await database.transaction(FIRST_SCHEMA.map((sql) => ({ sql, values: [] })));
      await database.transaction(rows.map(([token = '', kind = '']) => ({ sql: 'INSERT INTO mf_mail (token, kind, recipient, campaign, sent) VALUES (?, ?, ?, ?, ?)', values: [token, kind, 'ann', 7, NOW] })));
      const now = await MailStore.open(database);
      await now.putRecipient({ id: 'ann', subject: SUBJECT });
      for (const [token = '', kind] of rows) assert.deepEqual([...(await now.holders(tokens(token), /** @type {any} */ (kind))).keys()], [token]);
      assert.equal((await now.campaign(7)).sent, 2);
      await now.close();
      await old.stop();
    });

    test('many at once: all that came, once, and nothing of a batch that fails', async () => {
      const some = Array.from({ length: 700 }, (_, n) => `many ${n}`);
      await store.putRecipients([...some, ...some].map((id) => ({ id, subject: SUBJECT })));
      const mails = some.map((id) => ({ ids: ids(id), recipient: id, campaign: 43, time: NOW }));
      for (let i = 0; i < 2; ++i) await store.putMails(mails);
      assert.equal((await store.campaign(43)).sent, 700);
      await assert.rejects(store.putMails([...some.map((id) => ({ ids: ids(`new ${id}`), recipient: id, campaign: 43, time: NOW })), { ids: ids('x'), recipient: /** @type {any} */ (null), campaign: 43, time: NOW }]));
      assert.equal((await store.campaign(43)).sent, 700);
      await store.putMails([]);
      await store.putRecipients([]);
      assert.equal((await store.holders(some.map((id) => ({ campaign: 43, id: `${id}u` })), 'unsubscribe')).size, 700);
    });

    test('ids that look like numbers stay the text they are', async () => {
      for (const id of ['007', '42', '-1', '9007199254740993']) {
        await store.putRecipient({ id, subject: SUBJECT });
        await store.putMail(ids(`${id}#`), id, 42, NOW);
        await store.record(`numbers ${id}`, [event(`${id}.`, { recipient: id, campaign: 42, target: id })]);
        assert.equal((await store.holders([{ campaign: 42, id: `${id}#m` }], 'mail')).get(`${id}#m`)?.id, id);
        assert.deepEqual((await store.eventsOf(id)).map(({ id: event, recipient, target, time }) => [event, recipient, target, time]), [[`${id}.`, id, id, NOW]]);
      }
      assert.deepEqual((await store.campaign(42)).events['open'], { total: 4, people: 4 });
    });

    test('tokens lead to people, each kind apart', async () => {
      assert.deepEqual([...(await store.holders(tokens('1m', 'none'), 'mail')).keys()], ['1m']);
      assert.equal((await store.holders(tokens('1m'), 'tracking')).size, 0);
      const many = Array.from({ length: 300 }, (_, i) => `x${i}`);
      assert.equal((await store.holders(tokens(...many, '1t'), 'tracking')).get('1t')?.id, 'ann');
    });

    test('[E12] a choice and its receipt, once; what held before stands in it', async () => {
      const who = await store.recipient('ann');
      assert.ok(who);
      const receipt = await choose(gate, store, who, { purposes: { 'email-open': 'withdrawn' } }, on);
      assert.ok(receipt);
      assert.deepEqual(receipt.prior, { 'email-open': 'granted', promotional: 'in' });
      assert.equal(receipt.regime, 'eu');
      const now = await store.recipient('ann');
      assert.equal(now?.subject.consent?.purposes['email-open'], 'withdrawn');
      assert.equal(now?.subject.account?.promotional, 'in', 'E9: tracking apart from offers');
      assert.equal(await choose(gate, store, /** @type {any} */ (now), { purposes: { 'email-open': 'withdrawn' } }, on), null);
      assert.deepEqual(await store.receipts('ann'), [receipt]);
    });

    test('a batch twice counts once; a batch that fails leaves nothing', async () => {
      const batch = [event('a'), event('b', { kind: 'click', target: 'https://www.metrofax.com/' }), event('c', { keep: 'count', recipient: null }), event('d', { keep: 'count', recipient: null })];
      await store.record('batch-1', batch);
      await store.record('batch-1', batch);
      await assert.rejects(store.record('batch-2', [event('e'), event('f', { campaign: /** @type {any} */ ('no number'), kind: /** @type {any} */ (null) })]));
      await store.record('batch-3', [event('a'), event('g', { recipient: 'bob' })]);
      assert.deepEqual(await store.campaign(7), { sent: 1, counted: { open: 2 }, events: { open: { total: 2, people: 2 }, click: { total: 1, people: 1 } } });
    });

    test('[E16] address and agent only where the core said so', async () => {
      await store.record('batch-4', [event('h', { recipient: 'cy', keep: 'client', address: '192.0.2.1', agent: 'Mozilla' }), event('i', { recipient: 'cy', time: NOW + 1, address: '192.0.2.1', agent: 'Mozilla' })]);
      assert.deepEqual((await store.eventsOf('cy')).map(({ address, agent }) => [address, agent]), [['192.0.2.1', 'Mozilla'], [null, null]]);
    });

    test('[E8] the day of the last open, overwritten, never set back', async () => {
      for (const [batch, time] of [['d1', NOW], ['d2', NOW + 3 * 86_400], ['d3', NOW + 86_400]]) {
        await store.record(String(batch), [event(String(batch), { keep: 'last_day', recipient: 'dee', time: Number(time) })]);
      }
      assert.equal(await store.lastOpen('dee'), '2026-01-04');
      assert.deepEqual(await store.eventsOf('dee'), []);
    });

    test('[referral.one-time] once is once, whoever asks at the same time', async () => {
      const claims = await Promise.all(Array.from({ length: 8 }, () => store.once('referral:friend', NOW)));
      assert.equal(claims.filter(Boolean).length, 1);
      assert.equal(await store.once('referral:friend', NOW), false);
      assert.equal(await store.once('referral:other', NOW), true);
    });

    test('[children.delete] whoever is forgotten is gone, the receipts are not', async () => {
      await store.forget('ann');
      assert.equal(await store.recipient('ann'), null);
      assert.deepEqual(await store.eventsOf('ann'), []);
      assert.equal((await store.holders(tokens('1m'), 'mail')).size, 0);
      assert.equal((await store.receipts('ann')).length, 1);
    });
  });
}
