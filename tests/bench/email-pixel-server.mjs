// The pixel's endpoint over SQLite, and an empty handler, each on a port of its own; for email-pixel.mjs, which loads them from
// another process. Argument: a folder. Prints {"ours", "empty"} (addresses); on SIGTERM what was recorded.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { issueToken, KeyRing, nodeMailGate, randomId } from '../../js-glue/dist/email.js';
import { mailRoutes, MailStore, Recorder } from '../../js-glue/dist/mail.js';
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
const store = await MailStore.open(await openSqlite(join(process.argv[2] ?? '.', 'mail.db')));
const ids = { mail: randomId(), unsubscribe: randomId(), tracking: randomId() };
await store.putRecipient({ id: 'ann', subject: { country: 'DE', consent: { purposes: { 'email-open': 'granted' }, policyVersion: POLICY_VERSION, time: Math.floor(Date.now() / 1000) - 60 } } });
await store.putMail(ids, 'ann', CAMPAIGN, 1);
const token = await issueToken(gate, keys, { kind: 'open', mode: 'pseudonymous', axis: 'email-open', campaign: CAMPAIGN, expires: 4e9, id: ids.mail });
const recorder = new Recorder({ gate, keys, store, room: 1e7 });
const handler = createHandler(mailRoutes({ gate, keys, store, recorder, tracking: [], policyVersion: POLICY_VERSION }));
const ours = await served(async (request) => (await handler(request)) ?? new Response(null, { status: 404 }));
const empty = await served(() => new Response(null, { status: 204 }));
console.log(JSON.stringify({ ours: `${ours.url}/b/${token}.gif`, empty: empty.url }));

await once(process, 'SIGTERM');
for (const { server } of [ours, empty]) {
  server.close();
  server.closeAllConnections();
}
await recorder.flush();
const { events } = await store.campaign(CAMPAIGN);
console.log(JSON.stringify({ recorded: events['open']?.total ?? 0, dropped: recorder.dropped }));
await store.close();
