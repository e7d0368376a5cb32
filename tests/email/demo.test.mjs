// The demo's mail from the form to the record: sent by SMTP, opened, clicked, withdrawn, opened again.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startDemo } from '../../demo-site/.build/demo.mjs';
import { root } from './kit.mjs';

const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/153.0' };
/** @type {any} */
let demo;
let folder = '';
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mf-mail-demo-'));
  const port = 20_000 + (process.pid % 20_000);
  demo = await startDemo({ port, built: `${root}demo-site/.build`, sdk: `${root}js-glue/dist`, policyFile: `${root}demo-site/policy/2013-12-01.json`, data: folder, note: (/** @type {unknown} */ error) => { throw error; } });
});
after(async () => {
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** @param {string} url @param {RequestInit} [init] */
const ask = (url, init = {}) => fetch(new URL(url, demo.url), { redirect: 'manual', ...init, headers: { ...BROWSER, ...init.headers } });
/** What the program prints, and nothing else asks: no cookie, no origin, no script. @param {string[]} options */
const curl = async (...options) => (await promisify(execFile)('curl', ['--silent', '--show-error', ...options])).stdout;
const form = (/** @type {Record<string, string>} */ fields) => ({ method: 'POST', body: new URLSearchParams(fields) });
const send = async (/** @type {string} */ of, /** @type {Record<string, string>} */ more = {}) => {
  const answer = await ask('/outbox', form({ class: of, email: 'ann@example.org', country: 'DE', offers: 'yes', active: 'yes', ...more }));
  assert.equal(answer.status, 303, await answer.text());
  return demo.office.outbox()[0];
};
const records = async () => (await ask('/outbox/records')).json();
const hrefs = (/** @type {string} */ html, /** @type {string} */ route) => [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, url]) => url ?? '').filter((url) => url.includes(`/${route}/`));

test('[test-drive.sample] the form mails the sample at once; offers only to who asked', async () => {
  const answer = await ask('/test-drive', form({ name: 'Ann', email: 'drive@example.org', message: 'Hello' }));
  assert.equal(answer.status, 200);
  const [offer, sample] = demo.office.outbox();
  assert.match(sample.delivered.source, /^Subject: Your sample fax from MetroFax\r?$/m);
  assert.deepEqual(sample.delivered.to, ['drive@example.org']);
  assert.equal(offer.delivered, null);
  assert.equal(offer.verdicts.send.reason, 'promotional_unknown');
});

test('[E7][E9] open, click, withdraw, open again: what is recorded changes, for mail already sent', async () => {
  const mail = await send('promotional', { tracking: 'yes' });
  const [pixel] = hrefs(mail.html, 'b');
  const [link] = hrefs(mail.html, 'c');
  assert.ok(pixel && link);
  assert.equal((await ask(pixel)).headers.get('content-length'), '43');
  const click = await ask(link);
  assert.deepEqual([click.status, click.headers.get('location')], [302, `${demo.url}/pricing`]);
  const before = (await records()).events;
  assert.deepEqual(before.map((/** @type {any} */ { kind }) => kind).sort(), ['click', 'open']);
  const [withdraw] = hrefs(mail.html, 't');
  assert.ok(withdraw);
  const page = await ask(withdraw, { headers: { 'accept-language': 'de' } });
  const shown = await page.text();
  assert.match(shown, /<html lang="de">.*Aufzeichnung beenden/s);
  assert.doesNotMatch(shown, />email-/, 'every purpose has its name');
  assert.equal((await ask(withdraw, form({ do: 'withdraw' }))).status, 200);
  await ask(pixel);
  await ask(link);
  assert.equal((await records()).events.length, before.length);
  assert.match(await (await ask('/outbox')).text(), /data-recorded="2"/);
});

test('[choice.promotional] one click of a mail program, then no offers, but service mail', async () => {
  const mail = await send('promotional');
  const header = /^List-Unsubscribe: <([^>]+)>/m.exec(mail.delivered.source.replace(/\r\n[ \t]+/g, ' '))?.[1] ?? '';
  assert.match(mail.delivered.source, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m);
  const said = await curl('--include', '--data', 'List-Unsubscribe=One-Click', header);
  assert.match(said, /^HTTP\/1\.1 200 /);
  assert.doesNotMatch(said, /^(?:set-cookie|location):/im);
  assert.equal((await demo.office.post('promotional', 'ann@example.org', { name: 'Ann' })).verdicts.send.reason, 'promotional_opted_out');
  const service = await demo.office.post('service', 'ann@example.org', { name: 'Ann' });
  assert.ok(service.delivered);
  assert.doesNotMatch(service.delivered.source, /^List-Unsubscribe/m);
});

test('[E4] without consent a mail carries neither pixel nor counted link', async () => {
  const mail = await send('welcome');
  assert.ok(mail.delivered);
  assert.deepEqual([hrefs(mail.html, 'b'), hrefs(mail.html, 'c')], [[], []]);
  assert.doesNotMatch(mail.html, /<img/);
});

test('[E1][E5] Italy: counted, nobody recognised; one-time referral', async () => {
  const mail = await send('promotional', { email: 'ugo@example.org', country: 'IT' });
  assert.equal(mail.verdicts.open.mode, 'anonymous');
  const [pixel] = hrefs(mail.html, 'b');
  await ask(pixel ?? '');
  const { counted, events } = await records();
  assert.equal(counted.promotional.open, 1);
  assert.ok(!events.some((/** @type {any} */ { recipient }) => recipient === 'ugo@example.org'));
  assert.ok((await send('referral', { email: 'friend@example.org' })).delivered);
  assert.equal((await send('referral', { email: 'friend@example.org' })).verdicts.send.reason, 'already_sent');
});

test('a mail is shown in a frame that can do nothing', async () => {
  const mail = await send('service');
  const shown = await ask(`/outbox/${mail.id}/mail`);
  assert.match(shown.headers.get('content-security-policy') ?? '', /^default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'/);
  assert.match((await ask(`/outbox/${mail.id}/mail?pictures=1`)).headers.get('content-security-policy') ?? '', new RegExp(`img-src ${demo.url} data:;`));
  assert.match(await (await ask('/outbox')).text(), /<iframe[^>]+ sandbox="allow-popups allow-popups-to-escape-sandbox"/);
  assert.equal((await ask('/outbox/none/mail')).status, 404);
  assert.equal((await ask('/outbox', form({ class: 'other', email: 'a@b', country: 'DE' }))).status, 422);
});
