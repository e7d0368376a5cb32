// The survey and the prize draw: who took part is passed on only with the box ticked, and what was kept goes again.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createClient } from '@libsql/client';
import { demo as startDemo, registration, Visitor } from './demo-support.mjs';
import { disclosureList } from '../../js-glue/dist/ledger.js';
import { sealed } from '../support/consent-record.mjs';

/** @type {Awaited<ReturnType<typeof startDemo>>} */
let demo;
before(async () => { demo = await startDemo(); });
after(() => demo.close());

/** @type {Record<string, Record<string, string>>} */
const FORMS = {
  survey: { habit: 'Never', comment: 'More paper', name: 'Ann Example', age: '18plus' },
  sweepstakes: { name: 'Ann Example', email: 'Ann@Example.com', age: '13to17' },
};
/** A consent cookie's value after "accept all". */
function everythingGranted() {
  const text = `1~2013-12-01~us~${Math.floor(Date.now() / 1000 - 60).toString(16)}~3fffff~0~0`;
  return sealed(text);
}
async function rows() {
  const db = createClient({ url: `file:${join(demo.data, 'site.db')}` });
  try {
    return (await db.execute('SELECT * FROM entries ORDER BY rowid')).rows;
  } finally {
    db.close();
  }
}
/** Reason and clause by recipient. @param {string} text */
const sharing = (text) => [...text.matchAll(/<tr data-reason="(\w+)">.*?<td>(Yes|No)\..*?privacy#([\w.-]+)"/gs)].map(([, reason, told, clause]) => [told, reason, clause]);
const entries = async () => (await demo.records.ledger.head()).entries;
const year = new Date().getUTCFullYear();

for (const kind of ['survey', 'sweepstakes']) {
  describe(`${kind} [${kind}.voluntary][${kind}.no-disclosure]`, () => {
    test('the box is there, and nobody has ticked it; what is missing is said and nothing is kept', async () => {
      const before = (await rows()).length;
      const visitor = new Visitor(demo.port);
      const { text } = await visitor.get(`/${kind}`);
      assert.match(text, /<input type="checkbox" id="share"/);
      assert.ok(!/id="share"[^>]*checked/.test(text));
      assert.equal((await visitor.post(`/${kind}`, { share: 'yes' })).status, 422);
      assert.equal((await rows()).length, before);
    });

    test('left empty, the organiser is told nothing, and the ledger neither', async () => {
      const before = await entries();
      const answer = await new Visitor(demo.port).post(`/${kind}?regime=us`, FORMS[kind]);
      assert.equal(answer.status, 200);
      assert.deepEqual(sharing(answer.text), [['No', 'denied', `${kind}.no-disclosure`], ['No', 'purpose_mismatch', 'intermediary.purpose']]);
      assert.equal(await entries(), before);
      const row = (await rows()).at(-1);
      assert.deepEqual([row?.['kind'], row?.['shared'], row?.['account'], row?.['name']], [kind, 0, '', kind === 'survey' ? '' : 'Ann Example']);
    });

    test('a grant of everything, given in the banner, is not the box', async () => {
      const visitor = new Visitor(demo.port);
      visitor.cookies.set('mf_consent', everythingGranted());
      const { text } = await visitor.post(`/${kind}?regime=us`, FORMS[kind]);
      assert.deepEqual(sharing(text), [['No', 'denied', `${kind}.no-disclosure`], ['No', 'purpose_mismatch', 'intermediary.purpose']]);
    });

    test('ticked, the disclosure is allowed and in the list of the person; the account takes it along', async () => {
      const visitor = new Visitor(demo.port);
      await visitor.post('/register', registration({ email: `${kind}@example.com` }));
      const account = (await rows()).length;
      const told = await visitor.post(`/${kind}?regime=us`, { ...FORMS[kind], share: 'yes' });
      assert.deepEqual(sharing(told.text), [['Yes', 'granted', `${kind}.no-disclosure`], ['No', 'purpose_mismatch', 'intermediary.purpose']]);
      const row = (await rows()).at(-1);
      assert.equal((await rows()).length, account + 1);
      assert.equal(row?.['shared'], 1);
      const person = `account:${row?.['account']}`;
      assert.deepEqual((await disclosureList(demo.records.ledger, person, year)).map(({ party, purpose, categories }) => [party, purpose, categories]), [['event', kind, ['name']]]);
      assert.ok(!visitor.cookies.has('mf_consent'), 'the box is no choice for the next event');
      assert.deepEqual(sharing((await visitor.post(`/${kind}?regime=us`, FORMS[kind])).text)[0], ['No', 'denied', `${kind}.no-disclosure`]);

      // Deleting the account takes both rows along.
      assert.equal(await demo.store.entries.of(String(row?.['account'])), 2);
      assert.equal((await visitor.post('/account/delete', {})).status, 303);
      assert.equal(await demo.store.entries.of(String(row?.['account'])), 0);
      assert.equal((await disclosureList(demo.records.ledger, person, year)).length, 0);
    });

    test('of a child nothing is kept [children.none]', async () => {
      const before = [(await rows()).length, await entries()];
      const answer = await new Visitor(demo.port).post(`/${kind}`, { ...FORMS[kind], share: 'yes', age: 'under13' });
      assert.match(answer.text, /thrown away/);
      assert.deepEqual([(await rows()).length, await entries()], before);
    });

    test('after a year it goes [retention.necessary]', async () => {
      const now = Math.floor(Date.now() / 1000);
      await demo.store.entries.add(`old-${kind}`, { kind: /** @type {'survey'} */ (kind), account: '', name: 'Old', email: '', answer: '', shared: false }, now - 400 * 86400);
      assert.equal(await demo.store.entries.before(now - 365 * 86400), 1);
      await demo.store.entries.sweep(now - 365 * 86400);
      assert.ok((await rows()).every(({ name }) => name !== 'Old'));
    });
  });
}
