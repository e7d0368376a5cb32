// @metrofax/consent/ledger: the same bytes as mfconsent's, no fork whoever writes, people erased and the chain whole, receipts that
// are checked without us.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { memoryOrFile } from './ledger-database.mjs';
import { Ledger, LedgerCore, SigningKey, VerifyingKey, receiptOf, signReceipt, toDpv, toKantara, verifyReceipt } from '../../js-glue/dist/ledger.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const mfconsent = join(root, 'build/native/mfconsent');
const module = new WebAssembly.Module(readFileSync(join(root, 'js-glue/dist/ledger.wasm')));
const folder = mkdtempSync(join(tmpdir(), 'metrofax-ledger-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const pair = generateKeyPairSync('ed25519');
const PEM = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const PUBLIC = String(pair.publicKey.export({ type: 'spki', format: 'pem' }));
const file = (/** @type {string} */ name, /** @type {string} */ text) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const [keyFile, publicFile] = [file('key.pem', PEM), file('public.pem', PUBLIC)];
const key = await SigningKey.read(PEM);
const verifying = await VerifyingKey.read(PUBLIC);

const NOW = 1_790_000_000;
let databases = 0;
/** @param {{ path?: string, now?: () => number, sealEvery?: number }} [options] */
async function open({ path = join(folder, `ledger-${++databases}.db`), now = () => NOW, sealEvery = 10 } = {}) {
  const { client, database } = await memoryOrFile(path);
  return { client, path, ledger: await Ledger.open({ module, database, key, sealEvery, now }) };
}
/** @param {number} n @param {object} [more] */
const event = (n, more = {}) => ({ id: `e-${n}`, kind: 'consent', at: NOW - 1000 + n, data: { note: 'é"\n\u{1F600}', purposes: { measurement: 'granted' } }, ...more });
/** @param {any} ledger @returns {Promise<string[]>} */
async function linesOf(ledger) {
  const lines = [];
  for await (const line of ledger.lines()) lines.push(line);
  return lines;
}
/** @param {string[]} args @param {string} [input] */
const native = (args, input = '') => spawnSync(mfconsent, args, { input, encoding: 'utf8' });

describe('ledger on a server [retention.necessary][retention.legal-minimum][pii.change]', () => {
  test('ledger.wasm imports nothing and offers what wasm/ledger-exports.txt lists', () => {
    assert.deepEqual(WebAssembly.Module.imports(module), []);
    const wanted = readFileSync(join(root, 'wasm/ledger-exports.txt'), 'utf8').trim().split('\n').filter((name) => name !== '_initialize');
    assert.deepEqual(WebAssembly.Module.exports(module).map(({ name }) => name).filter((name) => name !== '_initialize').sort(), wanted.sort());
  });

  test('the bytes are those of mfconsent, seals included', async () => {
    const events = Array.from({ length: 10 }, (_, n) => event(n));
    const { ledger } = await open({ now: () => events.at(-1)?.at ?? 0 });
    await ledger.append(events);
    const path = join(folder, 'native.jsonl');
    assert.equal(native(['ledger', 'append', path, '--batch', '10', '--seal-key', keyFile], events.map((one) => JSON.stringify(one)).join('\n')).status, 0);
    const lines = await linesOf(ledger);
    assert.equal(lines.length, 11);
    assert.equal(`${lines.join('\n')}\n`, readFileSync(path, 'utf8'));
  });

  test('the core refuses what is not canonical, natively and in wasm at the same byte', () => {
    const core = new LedgerCore(module);
    const good = core.write({ at: NOW, data: '{"a":[1,"é"]}', id: 'e', kind: 'consent', prev: '0'.repeat(64), seq: 0 });
    core.check(good);
    for (let at = 0; at < good.length; at += 3) {
      for (const c of ['"', ' ', '\\', '0', '}', '']) {
        const line = good.slice(0, at) + c + good.slice(at + 1);
        if (line === good) continue;
        let wasm = '';
        try {
          core.check(line);
        } catch (error) {
          const { code, offset } = /** @type {any} */ (error);
          wasm = `(${code} at byte ${offset})`;
        }
        const { broken } = JSON.parse(native(['ledger', 'verify', '-'], `${line}\n`).stdout);
        assert.equal(/\(.* at byte \d+\)/.exec(broken?.problem ?? '')?.[0] ?? '', wasm, line);
      }
    }
  });

  test('two writers of one database make one chain', async () => {
    const one = await open({ sealEvery: 7 });
    const two = await open({ path: one.path, sealEvery: 7 });
    await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 ? one : two).ledger.append([event(n), event(100 + n)])));
    const lines = await linesOf(one.ledger);
    assert.equal(lines.filter((line) => !line.includes('"kind":"seal"')).length, 80);
    assert.equal(await two.ledger.verify([verifying]), null);
    const checked = native(['ledger', 'verify', '--key', publicFile, '-'], `${lines.join('\n')}\n`);
    assert.equal(checked.status, 0, checked.stderr);
  });

  test('an event reported twice is entered once; one from the future, or that can be no entry, is refused whole', async () => {
    const { ledger } = await open();
    assert.deepEqual(await ledger.append([event(1), event(2), event(1)]), ['added', 'added', 'duplicate']);
    assert.deepEqual(await ledger.append([event(2), event(0)]), ['duplicate', 'added'], 'out of order, and kept');
    /** @type {[object, string][]} */
    const wrong = [[{ at: NOW + 301 }, 'from_future'], [{ data: { share: 0.5 } }, 'bad_json'], [{ id: 'a b' }, 'record_bad_form'], [{ kind: 'seal' }, 'record_bad_form'], [{ data: { x: 'x'.repeat(20_000) } }, 'record_too_long']];
    for (const [more, code] of wrong) await assert.rejects(ledger.append([event(50), event(51, more)]), { code });
    assert.equal((await ledger.head()).entries, 3);
    assert.deepEqual(await ledger.append([event(52, { at: NOW + 299 })]), ['added']);
    assert.equal(JSON.parse(native(['ledger', 'verify', '-'], `${(await linesOf(ledger)).join('\n')}\n`).stdout).backwards, 1);
  });

  test('what was changed in the database is found', async () => {
    const { ledger, client } = await open();
    await ledger.append(Array.from({ length: 12 }, (_, n) => event(n)));
    await client.execute("UPDATE ledger_entry SET line = replace(line, 'granted', 'denied') WHERE seq = 4");
    assert.deepEqual(await ledger.verify(), { seq: 4, problem: 'it is not what was entered: the SHA-256 stored with it is of another text' }, 'the entry itself');
    // Whoever is careful writes the new hash beside it as well.
    const [{ line } = { line: '' }] = await ledger.read(4, 1);
    await client.execute(`UPDATE ledger_entry SET sha256 = '${createHash('sha256').update(line).digest('hex')}' WHERE seq = 4`);
    assert.deepEqual(await ledger.verify(), { seq: 5, problem: 'it does not name the entry before it as that is: one of the two was changed, or belongs to another history' });
    await client.execute("UPDATE ledger_entry SET line = replace(line, 'granted', 'denied') WHERE seq = 11");
    await client.execute("UPDATE ledger_entry SET line = replace(line, 'denied', 'granted') WHERE seq = 4");
    await client.execute('UPDATE ledger_entry SET sha256 = (SELECT prev_sha256 FROM ledger_entry e WHERE e.seq = 5) WHERE seq = 4');
    assert.equal((await ledger.verify())?.seq, 11, 'the last one, which none names yet');
    await client.execute("UPDATE ledger_entry SET line = replace(line, ':', ': ') WHERE seq = 3");
    assert.match((await ledger.verify())?.problem ?? '', /^not an entry in canonical form \(record_bad_form at byte 6\)$/);
  });

  test('people are in it under salted hashes; erased, nobody can say who they were, and the chain holds', async () => {
    const { ledger, client } = await open();
    await ledger.append([event(1, { person: 'ann@example.com' }), event(2, { person: 'bob@example.com' }), event(3, { person: 'ann@example.com' })]);
    const principal = (await ledger.principalOf('ann@example.com')) ?? '';
    assert.match(principal, /^[0-9a-f]{64}$/);
    assert.notEqual(principal, createHash('sha256').update('ann@example.com').digest('hex'));
    assert.equal((await ledger.fileOf('ann@example.com')).length, 2);
    assert.ok(!(await linesOf(ledger)).join().includes('example.com'));

    await ledger.hold('ann@example.com', 'litigation 7');
    assert.equal(await ledger.erase('ann@example.com', 'request', 'x-1'), 'held');
    await ledger.hold('ann@example.com', null);
    assert.equal(await ledger.erase('ann@example.com', 'request', 'x-2'), 'erased');
    assert.equal(await ledger.erase('ann@example.com', 'request', 'x-3'), 'unknown');
    assert.deepEqual(await ledger.fileOf('ann@example.com'), []);
    assert.equal((await client.execute("SELECT * FROM ledger_person WHERE person LIKE 'ann%'")).rows.length, 0);
    assert.equal((await ledger.entriesOf(principal)).length, 2, 'what happened stays');
    assert.equal(await ledger.verify([verifying]), null);
    await ledger.append([event(9, { person: 'ann@example.com' })]);
    assert.notEqual(await ledger.principalOf('ann@example.com'), principal, 'who comes back is somebody new');
  });

  test('the sweep erases whom it is time for, and not before; a legal hold keeps; a dry run only says', async () => {
    const { ledger } = await open();
    await ledger.append([event(1, { person: 'old', at: NOW - 400 * 86400 }), event(2, { person: 'held', at: NOW - 400 * 86400 }), event(3, { person: 'young', at: NOW - 86400 })]);
    await ledger.hold('held', 'tax');
    const wanted = { erased: ['old'], held: ['held'] };
    assert.deepEqual(await ledger.sweep(395 * 86400, { dryRun: true }), wanted);
    assert.ok(await ledger.principalOf('old'));
    assert.deepEqual(await ledger.sweep(395 * 86400, { dryRun: false }), wanted);
    assert.equal(await ledger.principalOf('old'), undefined);
    assert.ok(await ledger.principalOf('held'));
    assert.ok(await ledger.principalOf('young'));
    assert.deepEqual(await ledger.sweep(395 * 86400, { dryRun: false }), { erased: [], held: ['held'] });
    assert.equal(await ledger.verify(), null);
  });
});

// ---- receipts

/** @type {import('../../js-glue/src/server/ledger/receipt.js').ReceiptFacts} */
const facts = {
  recordId: '2f1c6f4e-5a0c-4b5e-9d55-0d9ad8a1c0de',
  principal: 'a'.repeat(64),
  notice: { url: 'https://www.metrofax.com/privacy', sha256: 'b'.repeat(64), language: 'en' },
  policy: { id: 'metrofax', version: '2013-12-01', sha256: 'c'.repeat(64) },
  regime: { id: 'eu', model: 'opt-in' },
  jurisdiction: 'DE',
  purposes: [
    { id: 'service', description: 'Running the service', state: 'granted', necessary: true, data: ['account'], retention: 'P13M', recipients: [] },
    { id: 'measurement', description: 'Measurement é', state: 'granted', necessary: false, data: ['device identifier'], retention: 'P13M', recipients: ['Northlight Analytics'], rule: { outcome: 'allow', reason: 'granted', clause: 'gifs.site' } },
    { id: 'advertising', description: 'Advertising', state: 'denied', necessary: false, data: ['device identifier'], retention: 'P13M', recipients: ['Adharbor'] },
  ],
  parties: [{ id: 'metrofax', name: 'j2 Cloud Services, Inc.', address: 'Los Angeles', contact: 'privacy@metrofax.example', type: 'PII controller' }],
  locations: ['US'],
  withdrawal: 'https://www.metrofax.com/choices',
  rights: 'https://www.metrofax.com/privacy#pii.change',
  event: { at: NOW, validity: 'P13M', method: 'banner', state: 'given' },
  signals: { gpcHeader: false, gpcScript: null, dnt: null, optOuts: [] },
  enforcement: { released: ['northlight'], blocked: 3, purged: [], residue: [] },
  ledger: { seq: 7, sha256: 'd'.repeat(64), prev_sha256: 'e'.repeat(64) },
};

test('health goes on from where it was: only what came since is read, and a history that was cut or chained anew is found [retention.necessary]', async () => {
  const { client, ledger } = await open();
  await ledger.append(Array.from({ length: 25 }, (_, n) => event(n)));
  const first = await ledger.health([verifying]);
  assert.equal(first.problem, null);
  /** @type {number[]} */
  const read = [];
  const { read: whole } = ledger;
  ledger.read = (/** @type {number} */ from, /** @type {number} */ limit) => {
    read.push(from);
    return whole.call(ledger, from, limit);
  };
  await ledger.append([event(100)]);
  const next = await ledger.health([verifying], first);
  assert.deepEqual(next, await ledger.health([verifying]));
  assert.deepEqual(read, [first.verified - 1, first.verified, 0]);

  // What was changed within is found by the whole reading, what is new by either.
  await client.execute(`UPDATE ledger_entry SET line = REPLACE(line, '"at":', '"at": ') WHERE seq = ${next.verified - 1}`);
  const changed = await ledger.health([verifying], first);
  assert.equal(changed.problem?.seq, next.verified - 1);
  await client.execute(`DELETE FROM ledger_entry WHERE seq >= ${first.verified - 1}`);
  assert.equal((await ledger.health([verifying])).problem, null, 'a ledger that was cut is whole to whoever did not see it before');
  const cut = await ledger.health([verifying], first);
  assert.deepEqual(cut.problem, { seq: first.verified - 1, problem: 'it was there when the ledger was last checked: the ledger was truncated' });
  assert.equal(cut.verified, first.verified - 1);
  await ledger.append([event(200), event(201)]);
  assert.match(String((await ledger.health([verifying], first)).problem?.problem), /the history was rewritten/);
});

describe('receipts [pii.change]', () => {
  /** @param {unknown} receipt */
  const offline = (receipt) => native(['receipt', 'verify', '--key', publicFile, file('receipt.json', JSON.stringify(receipt, null, 2))]);

  test('a receipt is signed here and checked by mfconsent alone; a changed one is refused by both', async () => {
    const receipt = await signReceipt(receiptOf(facts), key);
    assert.equal(await verifyReceipt(receipt, [verifying]), true);
    const good = offline(receipt);
    assert.equal(good.status, 0, good.stderr);
    assert.equal(JSON.parse(good.stdout).valid, true);
    const changed = structuredClone(receipt);
    /** @type {any} */ (changed).pii_processing.purposes[2].state = 'granted';
    assert.equal(await verifyReceipt(changed, [verifying]), false);
    assert.match(offline(changed).stderr, /its signature does not fit: it was changed/);
    assert.match(offline({ ...receipt, signature: { ...receipt.signature, key: '0'.repeat(16) } }).stderr, /signed by key 0{16}, which was not given/);
    for (const bad of [null, 7, 'x', {}, { signature: null }, { ...receipt, signature: { alg: 'none', key: key.id, value: '' } }]) {
      assert.equal(await verifyReceipt(bad, [verifying]), false);
      assert.notEqual(offline(bad).status, 0);
    }
  });

  test('what TS 27560 asks for is there, and its absence is named', async () => {
    const whole = receiptOf(facts);
    /** @type {[(receipt: any) => void, string][]} */
    const cuts = [
      [(r) => delete r.header.record_id, '/header/record_id'],
      [(r) => delete r.pii_processing.language, '/pii_processing/language'],
      [(r) => delete r.pii_processing.purposes[1].jurisdiction, '/pii_processing/purposes/*/jurisdiction'],
      [(r) => { r.pii_processing.purposes[1].pii_information = []; }, '/pii_processing/purposes/*/pii_information/*/pii_type'],
      [(r) => { r.party_identification = []; }, '/party_identification/*/party_id'],
      [(r) => delete r.events[0].event_state, '/events/*/event_state'],
    ];
    for (const [cut, pointer] of cuts) {
      const receipt = structuredClone(whole);
      cut(receipt);
      const { status, stdout } = offline(await signReceipt(receipt, key));
      assert.equal(status, 1);
      assert.ok(JSON.parse(stdout).problems.includes(`${pointer} is missing (ISO/IEC TS 27560)`), pointer);
    }
  });

  test('Kantara 1.1: required members in their types, and nothing for what it cannot say', () => {
    /** @type {any} */
    const receipt = toKantara(receiptOf(facts));
    for (const name of ['version', 'jurisdiction', 'collectionMethod', 'consentReceiptID', 'piiPrincipalId', 'policyUrl', 'language']) assert.ok(typeof receipt[name] === 'string' && receipt[name] !== '', name);
    assert.equal(receipt.consentTimestamp, NOW);
    assert.equal(receipt.sensitive, false);
    assert.deepEqual(receipt.spiCat, []);
    for (const controller of receipt.piiControllers) for (const name of ['piiController', 'contact', 'address', 'email', 'phone']) assert.ok(name in controller, name);
    const purposes = receipt.services.flatMap((/** @type {any} */ service) => service.purposes);
    assert.deepEqual(purposes.map((/** @type {any} */ purpose) => purpose.purposeCategory[0]), ['service', 'measurement'], 'what was refused is no consent');
    for (const purpose of purposes) {
      assert.equal(typeof purpose.primaryPurpose, 'boolean');
      assert.equal(typeof purpose.termination, 'string');
      assert.ok(Array.isArray(purpose.piiCategory));
      assert.equal(purpose.thirdPartyDisclosure, 'thirdPartyName' in purpose);
    }
    for (const state of /** @type {const} */ (['refused', 'withdrawn', 'expired'])) assert.equal(toKantara(receiptOf({ ...facts, event: { ...facts.event, state } })), undefined);
  });

  test('DPV: every term is of a vocabulary that the context names, and the states are told apart', () => {
    /** @type {any} */
    const record = toDpv(receiptOf(facts));
    const terms = [...JSON.stringify(record).matchAll(/"([a-z]+):([A-Za-z]+)"/g)].map(([, prefix = '']) => prefix);
    for (const prefix of terms) assert.ok(prefix in record['@context'], prefix);
    assert.deepEqual(record['@type'], ['dpv:ConsentRecord', 'dpv:ConsentReceipt']);
    assert.equal(record['dpv:hasConsentStatus']['@id'], 'dpv:ConsentGiven');
    assert.deepEqual(record['dpv:hasProcess'].map((/** @type {any} */ process) => process['dpv:hasConsentStatus']['@id']), ['dpv:ConsentGiven', 'dpv:ConsentGiven', 'dpv:ConsentRefused']);
    assert.equal(toDpv(receiptOf({ ...facts, event: { ...facts.event, state: 'withdrawn' } }))['dpv:hasConsentStatus']['@id'], 'dpv:ConsentWithdrawn');
  });
});
