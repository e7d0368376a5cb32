// The pixel's endpoint over SQLite, a handler that gives the same answer and does nothing, and an empty one, each on a port of its
// own under the same runtime; for email-pixel.mjs, which loads them from another process. Arguments: a folder, how many mails.
// Prints {"ours", "same", "empty" (addresses), "paths"}; for each line that comes in, how many fetches are not on record yet; at the
// end of the input what was recorded.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { getRequestListener } from '@hono/node-server';
import { issueToken, KeyRing, nodeMailGate, randomId } from '../../js-glue/dist/email.js';
import { mailRoutes, MailStore } from '../../js-glue/dist/mail.js';
import { RecorderThread } from '../../js-glue/dist/recorder-thread.js';
import { createHandler } from '../../js-glue/dist/server.js';
import { openSqlite } from '../../js-glue/dist/store-sqlite.js';
import { KEYS, POLICY_VERSION } from './email-kit.mjs';

const CAMPAIGN = 7;

/** @param {(request: Request) => Response | Promise<Response>} handler */
async function served(handler) {
  const server = createServer(getRequestListener(handler));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` };
}

const [gate, keys] = [nodeMailGate(), await KeyRing.read(KEYS)];
const sqlite = join(process.argv[2] ?? '.', 'mail.db');
const store = await MailStore.open(await openSqlite(sqlite));
const mails = Array.from({ length: Number(process.argv[3] ?? 1000) }, (_, n) => ({ recipient: `r${n}`, ids: { mail: randomId(), unsubscribe: randomId(), tracking: randomId() }, campaign: CAMPAIGN, time: 1 }));
const time = Math.floor(Date.now() / 1000) - 60;
await store.putRecipients(mails.map(({ recipient }) => ({ id: recipient, subject: { country: 'DE', consent: { purposes: { 'email-open': 'granted' }, policyVersion: POLICY_VERSION, time } } })));
await store.putMails(mails);
const paths = await Promise.all(mails.map(async ({ ids }) => `/b/${await issueToken(gate, keys, { kind: 'open', mode: 'pseudonymous', axis: 'email-open', campaign: CAMPAIGN, expires: 4e9, id: ids.mail })}.gif`));
const recorder = await RecorderThread.start({ keys: KEYS, database: { sqlite }, room: 1e7, note: console.error });
const handler = createHandler(mailRoutes({ gate, keys, store, recorder, tracking: [], policyVersion: POLICY_VERSION }));
const nobody = () => new Response(null, { status: 404 });
const ours = await served((request) => {
  const answer = handler(request);
  return answer instanceof Promise ? answer.then((later) => later ?? nobody()) : answer ?? nobody();
});
const sample = await handler(new Request(`http://x${paths[0]}`));
const [bytes, headers] = [new Uint8Array(await /** @type {Response} */ (sample).arrayBuffer()), Object.fromEntries(/** @type {Response} */ (sample).headers)];
const same = await served(() => new Response(bytes, { headers }));
const empty = await served(() => new Response(null, { status: 204 }));
console.log(JSON.stringify({ ours: ours.url, same: same.url, empty: empty.url, paths }));

for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify({ unwritten: recorder.unwritten }));
for (const { server } of [ours, same, empty]) {
  server.close();
  server.closeAllConnections();
}
await recorder.close();
const { events } = await store.campaign(CAMPAIGN);
console.log(JSON.stringify({ recorded: events['open']?.total ?? 0, dropped: recorder.dropped }));
await store.close();
