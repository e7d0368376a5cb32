// The demo's ledger: a choice made in a browser is entered as its cookie says it, its receipt holds offline, and who deletes the
// account is nobody in it any more.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { demo as startDemo } from './demo-support.mjs';
import { sealed } from '../support/consent-record.mjs';

/** @type {Awaited<ReturnType<typeof startDemo>>} */
let demo;
before(async () => { demo = await startDemo(); });
after(() => demo.close());

/** @param {number} granted */
function record(granted) {
  const text = `1~2013-12-01~us~${Math.floor(Date.now() / 1000 - 60).toString(16)}~${granted.toString(16)}~0~0`;
  return `mf_consent=${sealed(text)}`;
}

test('POST /consent gives a receipt that mfconsent checks with the published key [pii.change]', async () => {
  const id = randomUUID();
  const headers = { cookie: record(0x40), origin: demo.url, 'content-type': 'application/json' };
  const made = await fetch(`${demo.url}/consent?regime=us`, { method: 'POST', headers, body: JSON.stringify({ id }) });
  assert.equal(made.status, 201);
  const receipt = join(demo.data, 'receipt.json');
  writeFileSync(receipt, await made.text());
  const key = join(demo.data, 'key.pem');
  writeFileSync(key, await (await fetch(`${demo.url}/consent/receipt-key.pem`)).text());
  const checked = spawnSync(fileURLToPath(new URL('../../build/native/mfconsent', import.meta.url)), ['receipt', 'verify', '--key', key, receipt], { encoding: 'utf8' });
  assert.equal(checked.status, 0, checked.stderr);
  assert.equal((await fetch(`${demo.url}/consent/receipt?id=${id}&as=dpv`)).status, 200);
  assert.equal((await fetch(`${demo.url}/consent`, { method: 'POST', headers: { ...headers, origin: 'https://evil.example' }, body: JSON.stringify({ id: randomUUID() }) })).status, 403);
  assert.equal(statSync(join(demo.data, 'ledger-key.pem')).mode & 0o777, 0o600);
});

test('/changes says what the version to come changes, and what of it waits for a choice [changes.material]', async () => {
  const text = await (await fetch(`${demo.url}/changes`)).text();
  assert.match(text, /2027-01-01/);
  assert.equal([...text.matchAll(/data-change="material"/g)].length, 3);
  assert.match(text, /Interest tracking/);
});

test('the mail that announces a policy is a service message: to who is active, whatever they chose of offers; never to who left [changes.deactivated][email.service]', async () => {
  const send = async (/** @type {string} */ email, /** @type {'active' | 'deactivated'} */ state) => {
    await demo.office.know(email, { country: 'DE', account: { state, promotional: 'out' } });
    return demo.office.post('policy-change', email, { name: 'Ann' });
  };
  const sent = await send('ann@example.com', 'active');
  assert.deepEqual([sent.verdicts.send.outcome, sent.verdicts.send.reason], ['allow', 'service_mail']);
  assert.match(sent.delivered?.source ?? '', /Our privacy policy changes/);
  assert.match(sent.html, /If you do nothing, nothing new happens/);
  const left = await send('left@example.com', 'deactivated');
  assert.deepEqual([left.verdicts.send.reason, left.delivered], ['account_deactivated', null]);
});

test('the routes of the package are mounted beside the desk: GET and POST /consent, GET /consent/receipt, 405 for the rest', async () => {
  const state = await fetch(`${demo.url}/consent`);
  assert.deepEqual([state.status, (await state.json()).purposes.measurement], [200, 'unknown']);
  assert.match(await (await fetch(`${demo.url}/consent`, { headers: { accept: 'text/html' } })).text(), /<button name="choice" value="reject">/);
  const headers = { origin: demo.url, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
  const chosen = await fetch(`${demo.url}/consent`, { method: 'POST', headers, body: JSON.stringify({ purposes: { measurement: true } }) });
  assert.deepEqual([chosen.status, (await chosen.json()).purposes.measurement], [200, 'granted']);
  const cookie = (chosen.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  assert.equal((await (await fetch(`${demo.url}/consent/receipt`, { headers: { cookie } })).json()).purposes.measurement, 'granted');
  const refused = await fetch(`${demo.url}/consent`, { method: 'PUT', headers, body: '{}' });
  assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET, POST, HEAD']);
  assert.equal((await (await fetch(`${demo.url}/.well-known/gpc.json`)).json()).gpc, true);
});
