// What the ledger is for: the yearly list of disclosures, profiles that know when they were allowed, deletion that is looked at.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { memoryOrFile } from './ledger-database.mjs';
import { Ledger, buildProfile, carryOutDeletion, disclosureList, personFile, recordDisclosure, requestList } from '../../js-glue/dist/ledger.js';
import { evaluate } from '../../js-glue/dist/node.js';

const module = new WebAssembly.Module(readFileSync(new URL('../../js-glue/dist/ledger.wasm', import.meta.url)));
/** @param {() => number} now */
const open = async (now) => Ledger.open({ module, database: (await memoryOrFile(':memory:')).database, now });
const day = 86400;
/** @param {string} text */
const time = (text) => Date.parse(text) / 1000;

/** @param {object} subject @param {object} request @returns {any} */
const decide = (subject, request) => /** @type {any} */ (evaluate({ op: 'decide', subject, request })).verdict;
/** @param {Record<string, string>} purposes @param {number} at */
const consent = (purposes, at) => ({ purposes, policyVersion: '2013-12-01', time: at });

describe('disclosures [california.disclosure][intermediary.purpose][intermediary.enrichment][survey.no-disclosure][sweepstakes.no-disclosure][disclosure.legal]', () => {
  test('only what the gate allowed is recorded, and the list is of one person and one year of California', async () => {
    const now = time('2026-06-01T00:00:00Z');
    const ledger = await open(() => now);
    const granted = { now, regime: 'us-ca', consent: consent({ measurement: 'granted', advertising: 'granted', survey: 'granted', enrichment: 'granted' }, now - day) };
    let n = 0;
    /** @param {string} person @param {string} party @param {string} purpose @param {number} at @param {object} [subject] */
    const disclose = (person, party, purpose, at, subject = granted) =>
      recordDisclosure(ledger, { id: `d-${++n}`, person, party, purpose, categories: ['e-mail address'], at, verdict: decide(subject, { kind: 'disclosure', party, purpose }) });
    await disclose('ann', 'northlight', 'measurement', time('2026-01-01T07:59:59Z')); // still 2025 in Los Angeles
    await disclose('ann', 'northlight', 'measurement', time('2026-01-01T08:00:00Z'));
    await disclose('ann', 'event', 'survey', time('2026-03-01T00:00:00Z'));
    await disclose('ann', 'court', 'legal', time('2026-03-02T00:00:00Z'));
    await disclose('bob', 'enrichment', 'enrichment', time('2026-03-03T00:00:00Z'));
    await assert.rejects(disclose('ann', 'northlight', 'advertising', now), /not allowed: purpose_mismatch/);
    await assert.rejects(disclose('ann', 'enrichment', 'enrichment', now, { ...granted, signals: { gpc: true } }), /not allowed: gpc/);
    await assert.rejects(disclose('ann', 'event', 'sweepstakes', now), /not allowed: unknown/);
    assert.deepEqual((await disclosureList(ledger, 'ann', 2026)).map(({ party, purpose }) => [party, purpose]), [['northlight', 'measurement'], ['event', 'survey']]);
    assert.equal((await disclosureList(ledger, 'ann', 2025)).length, 1);
    assert.equal((await disclosureList(ledger, 'nobody', 2026)).length, 0);
    const file = await personFile(ledger, 'ann');
    assert.equal(file.entries.length, 4, 'what the law took is in the person\'s file as well');
    assert.ok(!JSON.stringify(file).includes('"ann"'));
  });

  test('a list may be asked for once in a calendar year, is due in 30 days, and only through the named channel', async () => {
    const ledger = await open(() => time('2027-12-31T00:00:00Z'));
    const ask = (/** @type {string} */ id, /** @type {string} */ at, channel = 'mail') => requestList(ledger, { id, person: 'ann', channel, named: 'mail', at: time(at) });
    assert.deepEqual(await ask('r-0', '2026-02-01T00:00:00Z', 'phone'), { state: 'elsewhere', channel: 'mail' });
    const due = time('2026-02-01T00:00:00Z') + 30 * day;
    assert.deepEqual(await ask('r-1', '2026-02-01T00:00:00Z'), { state: 'accepted', due, year: 2026 });
    assert.deepEqual(await ask('r-2', '2026-12-31T23:00:00Z'), { state: 'already', due, year: 2026 });
    assert.deepEqual(await ask('r-3', '2027-01-01T08:00:00Z'), { state: 'accepted', due: time('2027-01-01T08:00:00Z') + 30 * day, year: 2027 });
  });
});

describe('profiles [profile.store][profile.supplement][profile.pii-link]', () => {
  const now = time('2026-06-01T00:00:00Z');
  const all = { interest: 'granted', measurement: 'granted', 'profile-pii': 'granted', 'profile-third-party': 'granted' };
  const account = { state: 'active', promotional: 'in' };
  /** @param {object} more */
  const subject = (more = {}) => ({ now, regime: 'eu', account, consent: consent(all, now - 10 * day), ...more });
  /** @param {any} source @param {any} who */
  const seen = (source, who) => ({ source, fact: `${source} fact`, at: now - day, subject: { ...who, now: now - day } });

  test('a source counts only if it was allowed when collected, and still is', () => {
    const { facts, left } = buildProfile([
      seen('cookies', subject()),
      seen('logs', { now, regime: 'eu' }), // nobody had been asked
      seen('gifs', subject({ signals: { gpc: true } })),
      seen('third-party', subject({ consent: consent({ interest: 'granted' }, now - 10 * day) })), // its own choice
    ], subject(), decide);
    assert.deepEqual(facts.map(({ source }) => source), ['cookies']);
    assert.deepEqual(left.map(({ source, reason, when }) => [source, reason, when]), [['logs', 'unknown', 'collected'], ['gifs', 'gpc', 'collected'], ['third-party', 'unknown', 'collected']]);
    const withdrawn = buildProfile([seen('cookies', subject())], subject({ consent: consent({ interest: 'denied' }, now - 60) }), decide);
    assert.deepEqual(withdrawn.facts, []);
    assert.deepEqual(withdrawn.left.map(({ reason, when }) => [reason, when]), [['denied', 'now']]);
    assert.deepEqual(buildProfile([seen('cookies', subject())], subject({ age: 'under13' }), decide).facts, []);
  });

  test('a name is tied to it only with the promotional opt-in, then and now', () => {
    const build = (/** @type {object} */ then, /** @type {object} */ today) => buildProfile([seen('cookies', subject(then))], subject(today), decide, { identified: true });
    assert.equal(build({}, {}).identified, true);
    assert.equal(build({ account: { ...account, promotional: 'unknown' } }, {}).identified, false);
    const out = build({}, { account: { ...account, promotional: 'out' } });
    assert.equal(out.identified, false);
    assert.equal(out.facts.length, 1, 'the facts stay, without the name');
    assert.equal(buildProfile([], subject(), decide, { identified: true }).identified, false);
  });
});

describe('deletion [children.delete]', () => {
  test('an order reaches every place, is looked at again, and says what is left', async () => {
    const now = time('2026-06-01T00:00:00Z');
    const ledger = await open(() => now);
    await ledger.append([{ id: 'e-1', kind: 'consent', at: now - day, person: 'kid', data: {} }]);
    /** @param {string} name @param {string[]} holds @param {boolean} [stuck] */
    const place = (name, holds, stuck = false) => ({ name, remaining: () => holds, remove: () => void (stuck || holds.splice(0)) });
    const inLedger = {
      name: 'ledger',
      remaining: async (/** @type {string} */ person) => ((await ledger.principalOf(person)) === undefined ? [] : ['identifier']),
      remove: async (/** @type {string} */ person) => void (await ledger.erase(person, 'children.delete', 'erase-kid')),
    };
    const failing = { name: 'tokens', remaining: () => ['t'], remove: () => Promise.reject(new Error('store is down')) };
    const first = await carryOutDeletion('kid', [place('cookies', ['_nl', 'mf_interest']), place('profile', ['p']), place('storage', ['nl_visitor'], true), failing, inLedger]);
    assert.equal(first.done, false);
    assert.deepEqual(first.places.map(({ place: name, residue, error }) => [name, residue, error]), [
      ['cookies', [], undefined], ['profile', [], undefined], ['storage', ['nl_visitor'], undefined], ['tokens', ['t'], 'store is down'], ['ledger', [], undefined],
    ]);
    assert.deepEqual(first.places[0]?.found, ['_nl', 'mf_interest']);
    assert.equal((await carryOutDeletion('kid', [place('storage', ['x']), inLedger])).done, true);
    assert.equal(await ledger.verify(), null);
  });
});
