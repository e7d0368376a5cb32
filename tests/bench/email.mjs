// Mail: merging a 50 KB template against Handlebars rendering the same one, and the pixel's endpoint against an empty handler on
// the same runtime. Ratios of one run; --count recipients, --rounds rounds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import autocannon from 'autocannon';
import Handlebars from 'handlebars';
import { issueToken, KeyRing, nodeMailGate, randomId } from '../../js-glue/dist/email.js';
import { mailRoutes, MailStore, Recorder } from '../../js-glue/dist/mail.js';
import { createHandler } from '../../js-glue/dist/server.js';
import { openSqlite } from '../../js-glue/dist/store-sqlite.js';
import { fromRoot, need } from './paths.mjs';
import { median } from './stats.mjs';

const KEYS = `1:${'c0ffee00'.repeat(8)}`;
const NOW = 1_767_225_600;
const POLICY = 'demo-site/policy/2013-12-01.json';

/** 50 KB of table rows, a pixel, four counted links, both ways out. */
function template() {
  const row = '<tr><td style="padding:8px;font-family:Arial,sans-serif;color:#333">Fax by e-mail, an archive, one number.</td></tr>\n';
  const links = [0, 1, 2, 3].map((i) => `<a href="{{consentLink "https://www.metrofax.com/p/${i}"}}">Plan ${i}</a>`).join('');
  const head = '<!doctype html><html><body><p>Hello {{name}}</p>{{consentPixel}}<table>';
  const tail = `</table>${links}<a href="{{unsubscribeUrl}}">u</a><a href="{{trackingUrl}}">t</a></body></html>`;
  return head + row.repeat(Math.ceil((51_200 - head.length - tail.length) / row.length)) + tail;
}

/** Half of them allowed everything. @param {number} n */
const recipient = (n) => ({ id: `r${n}`, to: `r${n}@example.org`, fields: { name: `Name ${n}` },
  subject: { country: ['DE', 'FR', 'IT', 'US'][n % 4], account: { state: 'active', promotional: 'in' },
    consent: { purposes: n % 2 ? { 'email-open': 'granted', 'email-click': 'granted' } : {}, policyVersion: '2013-12-01', time: NOW - 1 } } });

/** Seconds of one merge into /dev/null. @param {string} folder */
async function mergeOnce(folder) {
  const sink = await open('/dev/null', 'w');
  const began = process.hrtime.bigint();
  const child = spawn(fromRoot('build/native/mfconsent'), ['email', 'merge', '--policy', fromRoot(POLICY), '--html', join(folder, 't.html'), '--subject', 'Hi', '--class', 'promotional',
    '--campaign', '7', '--base', 'https://mail.metrofax.com', '--now', '2026-01-01T00:00:00Z', '--clamp', '--quiet', '--recipients', join(folder, 'r.jsonl')],
  { env: { METROFAX_MAIL_KEYS: KEYS }, stdio: ['ignore', sink.fd, 'inherit'] });
  const [code] = await once(child, 'exit');
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  await sink.close();
  if (code !== 0) throw new Error(`mfconsent email merge ended with ${code}`);
  return seconds;
}

/** Seconds of as many renderings by Handlebars, tokens left out. @param {string} source @param {number} count */
function handlebarsOnce(source, count) {
  const engine = Handlebars.create();
  for (const name of ['consentPixel', 'unsubscribeUrl', 'trackingUrl']) engine.registerHelper(name, () => 'https://mail.metrofax.com/x');
  engine.registerHelper('consentLink', (target) => target);
  const render = engine.compile(source);
  let bytes = 0;
  const began = process.hrtime.bigint();
  // As a message's line, like ours: rendered, and written as JSON.
  for (let n = 0; n < count; ++n) bytes += JSON.stringify({ html: render({ name: `Name ${n}` }) }).length;
  return { seconds: Number(process.hrtime.bigint() - began) / 1e9, bytes };
}

/** @param {(request: Request) => Response | Promise<Response>} handler */
async function served(handler) {
  const server = createServer(getRequestListener(handler));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` };
}

/** @param {string} url */
const load = (url) => autocannon({ url, connections: 32, duration: 4, headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Gecko' } });

/** @param {string} folder @param {number} rounds */
async function benchPixel(folder, rounds) {
  const [gate, keys] = [nodeMailGate(), await KeyRing.read(KEYS)];
  const store = await MailStore.open(await openSqlite(join(folder, 'mail.db')));
  const ids = { mail: randomId(), unsubscribe: randomId(), tracking: randomId() };
  await store.putRecipient({ id: 'ann', subject: { country: 'DE', consent: { purposes: { 'email-open': 'granted' }, policyVersion: '2013-12-01', time: Math.floor(Date.now() / 1000) - 60 } } });
  await store.putMail(ids, 'ann', 7, 1);
  const token = await issueToken(gate, keys, { kind: 'open', mode: 'pseudonymous', axis: 'email-open', campaign: 7, expires: 4e9, id: ids.mail });
  const recorder = new Recorder({ gate, keys, store, room: 1e6 });
  const handler = createHandler(mailRoutes({ gate, keys, store, recorder, tracking: [], policyVersion: '2013-12-01' }));
  const ours = await served(async (request) => (await handler(request)) ?? new Response(null, { status: 404 }));
  const empty = await served(() => new Response(null, { status: 204 }));
  /** @type {{ ours: number[], empty: number[], p99: number[], emptyP99: number[] }} */
  const seen = { ours: [], empty: [], p99: [], emptyP99: [] };
  for (let i = 0; i < rounds; ++i) {
    const a = await load(`${ours.url}/b/${token}.gif`);
    const b = await load(empty.url);
    seen.ours.push(a.requests.average);
    seen.p99.push(a.latency.p99);
    seen.empty.push(b.requests.average);
    seen.emptyP99.push(b.latency.p99);
  }
  await recorder.flush();
  const { events } = await store.campaign(7);
  for (const { server } of [ours, empty]) server.close();
  await store.close();
  const result = { requestsPerSecond: median(seen.ours), emptyPerSecond: median(seen.empty), p99Ms: median(seen.p99), emptyP99Ms: median(seen.emptyP99), recorded: events['open']?.total ?? 0, dropped: recorder.dropped };
  return { ...result, ratio: result.requestsPerSecond / result.emptyPerSecond };
}

/** @param {{ count: number, rounds: number }} options */
export async function benchEmail({ count, rounds }) {
  await need('build/native/mfconsent', 'tests/support/build native');
  const folder = await mkdtemp(join(tmpdir(), 'bench-email-'));
  try {
    const source = template();
    await writeFile(join(folder, 't.html'), source);
    await writeFile(join(folder, 'r.jsonl'), Array.from({ length: count }, (_, n) => `${JSON.stringify(recipient(n))}\n`).join(''));
    const [ours, theirs] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
    const few = Math.ceil(count / 10);
    for (let i = 0; i < rounds; ++i) {
      ours.push(count / await mergeOnce(folder));
      theirs.push(few / handlebarsOnce(source, few).seconds);
    }
    const merge = { templateBytes: source.length, recipients: count, perSecond: median(ours), megabytesPerSecond: median(ours) * source.length / 1e6, handlebarsPerSecond: median(theirs), ratio: median(ours) / median(theirs) };
    console.log(`merge, ${source.length} bytes, ${count} recipients, one process: ${merge.perSecond.toFixed(0)} a second (${(merge.perSecond * 60 / 1e6).toFixed(2)} million a minute), ${merge.megabytesPerSecond.toFixed(0)} MB/s`);
    console.log(`Handlebars, the same template without a signature: ${merge.handlebarsPerSecond.toFixed(0)} a second; ours ${merge.ratio.toFixed(2)} times that`);
    const pixel = await benchPixel(folder, Math.min(rounds, 3));
    console.log(`pixel: ${pixel.requestsPerSecond.toFixed(0)} requests a second, p99 ${pixel.p99Ms} ms; empty handler ${pixel.emptyPerSecond.toFixed(0)}, p99 ${pixel.emptyP99Ms} ms; ratio ${pixel.ratio.toFixed(2)}; ${pixel.recorded} opens written, ${pixel.dropped} dropped`);
    return { merge, pixel };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
