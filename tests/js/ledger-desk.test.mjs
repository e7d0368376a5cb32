// POST /consent and GET /consent/receipt: the choice is what the cookie says, read by the core; the receipt can be had again.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ledger, SigningKey, createConsentDesk } from '../../js-glue/dist/ledger.js';
import { memoryOrFile } from './ledger-database.mjs';
import { sealed } from '../support/consent-record.mjs';

const dist = fileURLToPath(new URL('../../js-glue/dist/', import.meta.url));
const read = (/** @type {string} */ name) => readFileSync(dist + name);
const folder = mkdtempSync(join(tmpdir(), 'metrofax-desk-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const pair = generateKeyPairSync('ed25519');
const key = await SigningKey.read(String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })));
const publicFile = join(folder, 'public.pem');
writeFileSync(publicFile, pair.publicKey.export({ type: 'spki', format: 'pem' }));

const NOW = 1_790_000_000;
const { database } = await memoryOrFile(':memory:');
const ledger = await Ledger.open({ module: new WebAssembly.Module(read('ledger.wasm')), database, key, now: () => NOW });
const desk = await createConsentDesk({
  gate: new WebAssembly.Module(read('gate.wasm')), policy: read('policy.bin'), notice: read('notice.en.json').toString(), ledger, key,
  parties: [{ id: 'metrofax', name: 'j2 Cloud Services, Inc.', address: 'Los Angeles', contact: 'privacy@metrofax.example', type: 'PII controller' }],
  urls: { notice: '/privacy', withdrawal: '/choices', rights: '/privacy#pii.change' }, locations: ['US'], policyId: 'metrofax',
  regime: (request) => new URL(request.url).searchParams.get('regime') ?? '', now: () => NOW,
});
const [enter, show] = desk.routes().map(({ handle }) => (/** @type {Request} */ request) => handle({ request }));

/** The cookie's text, as the core writes it: bit 6 is measurement, bit 7 advertising. @param {number} granted @param {number} denied @param {string} [version] @param {string} [refused] bits of vendors' numbers */
function record(granted, denied, version = '2013-12-01', refused = '') {
  const text = `${refused ? 3 : 1}~${version}~eu~${(NOW - 60).toString(16)}~${granted.toString(16)}~${denied.toString(16)}~0${refused && `~0~${refused}`}`;
  return `mf_consent=${sealed(text)}`;
}
/** @param {string} cookie @param {object} body @param {Record<string, string>} [headers] */
const post = async (cookie, body, headers = {}) => {
  const response = await /** @type {any} */ (enter)(new Request('https://www.metrofax.com/consent', { method: 'POST', body: JSON.stringify(body), headers: { cookie, ...headers } }));
  return { status: response.status, body: await response.json() };
};
const get = async (/** @type {string} */ query) => {
  const response = await /** @type {any} */ (show)(new Request(`https://www.metrofax.com/consent/receipt${query}`));
  return { status: response.status, body: await response.json(), headers: response.headers };
};

test('a choice is entered once, as the cookie has it, and its receipt holds offline [pii.change]', async () => {
  const id = randomUUID();
  const body = { id, method: 'preferences', purposes: { advertising: 'granted' }, enforcement: { released: ['northlight'], blocked: 3, purged: [], residue: ['<b>'] }, signals: { gpcScript: false } };
  const { status, body: receipt } = await post(record(0x40, 0x80), body, { 'sec-gpc': '1' });
  assert.equal(status, 201);
  const states = Object.fromEntries(receipt.pii_processing.purposes.map((/** @type {any} */ purpose) => [purpose.purpose, purpose.state]));
  assert.equal(states.measurement, 'granted');
  assert.equal(states.advertising, 'denied', 'what the body says of it is nothing');
  assert.equal(states.interest, undefined, 'what was not chosen is not in it');
  assert.deepEqual(receipt.signals, { gpc_header: true, gpc_script: false, dnt: null, opt_outs: [] });
  assert.deepEqual(receipt.enforcement, { released: ['northlight'], blocked: 3, purged: [], residue: [] });
  assert.equal(receipt.events[0].validity_duration, `PT${390 * 86400}S`);
  const file = join(folder, 'receipt.json');
  writeFileSync(file, JSON.stringify(receipt));
  const checked = spawnSync(fileURLToPath(new URL('../../build/native/mfconsent', import.meta.url)), ['receipt', 'verify', '--key', publicFile, file], { encoding: 'utf8' });
  assert.equal(checked.status, 0, checked.stderr);

  const again = await post(record(0x40, 0x80), body);
  assert.equal(again.status, 200);
  assert.deepEqual(again.body, receipt);
  assert.deepEqual((await get(`?id=${id}`)).body, receipt);
  assert.match((await get(`?id=${id}`)).headers.get('cache-control'), /no-store/);
  assert.equal((await get(`?id=${id}&as=kantara`)).body.consentReceiptID, id);
  assert.equal((await get(`?id=${id}&as=dpv`)).body['dct:identifier'], id);
  assert.equal((await ledger.kinds()).find(({ kind }) => kind === 'consent')?.count, 1);
});

test('vendors refused one by one, and opt-outs in force, are in the entry and on the receipt', async () => {
  const id = randomUUID();
  // Bit 1 is northlight, bit 2 adharbor; the switch names adharbor as well.
  const cookie = `${record(0xc0, 0, '2013-12-01', '6')}; mf_optout=nai.adharbor; usprivacy=1YYN`;
  const { status, body: receipt } = await post(cookie, { id });
  assert.equal(status, 201);
  const of = (/** @type {string} */ id) => receipt.pii_processing.purposes.find((/** @type {any} */ one) => one.purpose === id);
  assert.deepEqual(of('measurement').refused_third_parties, ['Northlight Analytics']);
  assert.ok(!of('measurement').recipient_third_parties.includes('Northlight Analytics'));
  assert.deepEqual(of('advertising').refused_third_parties, ['Adharbor']);
  assert.ok(!('refused_third_parties' in of('service')));
  assert.deepEqual(receipt.signals.opt_outs, ['nai', 'usprivacy', 'vendor:adharbor']);
  const entry = JSON.parse(/** @type {any} */ (await ledger.entry(`choice-${id}`)).line);
  assert.deepEqual(entry.data.refused, ['northlight', 'adharbor']);
});

test('a refusal is entered as one; Kantara has no words for it', async () => {
  const id = randomUUID();
  const { body } = await post(record(0, 0xc0), { id });
  assert.equal(body.events[0].event_state, 'refused');
  assert.equal(body.events[0].validity_duration, `PT${184 * 86400}S`);
  assert.equal((await get(`?id=${id}&as=kantara`)).status, 404);
});

test('no cookie, a damaged one, one of another version, no id: nothing is entered, and the answer says why', async () => {
  const before = (await ledger.head()).entries;
  const id = randomUUID();
  for (const [cookie, sent, why] of /** @type {[string, object, RegExp][]} */ ([
    ['', { id }, /no consent cookie/],
    [`${record(0x40, 0)}0`, { id }, /damaged/],
    [`${record(0x40, 0)}; ${record(0, 0x40)}`, { id }, /damaged/],
    [record(0x40, 0, '2012-05-01'), { id }, /another version/],
    [record(0x40, 0), {}, /UUID/],
    [record(0x40, 0), { id: "x' OR 1=1" }, /UUID/],
  ])) {
    const { status, body } = await post(cookie, sent);
    assert.equal(status, 400);
    assert.match(body.detail, why);
  }
  assert.equal((await ledger.head()).entries, before);
  assert.equal((await get(`?id=${id}`)).status, 404);
  assert.equal((await get('?id=1')).status, 400);
  assert.equal((await get(`?id=${id}&as=pdf`)).status, 400);
});
