// The mounted routes where they run: in this process over SQLite, and under workerd over D1, the package's files as they are published.
import { readdirSync, readFileSync } from 'node:fs';
import { createHandler } from '../../js-glue/dist/server.js';
import { mailRoutes, MailStore, openD1, Recorder } from '../../js-glue/dist/mail.js';
import { gate, keys, KEYS, root } from './kit.mjs';
import { sqlite } from './stores.mjs';

/** @typedef {object} Desk
 * @property {MailStore} store
 * @property {() => void} renew the next requests meet routes that have seen none
 * @property {(request: Request, clock: number) => Promise<Response>} ask answered; what is noted of it is written by settle()
 * @property {() => Promise<void>} settle
 * @property {() => Promise<void>} stop */

const words = /** @type {any} */ (Object.fromEntries(['en', 'fr', 'it', 'de', 'es'].map((lang) => [lang, { name: `name ${lang}`, description: 'what it is' }])));
export const tracking = ['email-open', 'email-click', 'email-aggregate', 'email-deliverability'].map((id) => ({ id, words }));
export const POLICY_VERSION = '2013-12-01';
const client = (/** @type {Request} */ request) => request.headers.get('x-client');

/** @returns {Promise<Desk>} */
async function node() {
  const place = await sqlite();
  const store = await MailStore.open(await place.open());
  let now = 0;
  /** @type {Recorder} */
  let recorder;
  /** @type {import('../../js-glue/src/server/handler.ts').Handler} */
  let handler;
  return {
    store,
    renew() {
      recorder = new Recorder({ gate, keys, store, wait: 0 });
      handler = createHandler(mailRoutes({ gate, keys, store, recorder, tracking, policyVersion: POLICY_VERSION, now: () => now, client }));
    },
    async ask(request, clock) {
      now = clock;
      return (await handler(request)) ?? new Response('nobody', { status: 404 });
    },
    settle: () => recorder.flush(),
    async stop() {
      await store.close();
      await place.stop();
    },
  };
}

// As a user would write it; x-run, x-now and x-settle are the test's: which routes, the clock, and whether to wait for the writes.
const WORKER = `
import { createHandler } from './server.workerd.js'
import { edgeMailGate, KeyRing } from './email.workerd.js'
import { mailRoutes, MailStore, openD1, Recorder } from './mail.workerd.js'
import policy from './policy.bin'

const gate = edgeMailGate(new Uint8Array(policy))
const tracking = ${JSON.stringify(tracking)}
const desks = new Map()

async function open(env) {
  const [keys, store] = [await KeyRing.read(env.METROFAX_MAIL_KEYS), await MailStore.open(openD1(env.DB))]
  const desk = { now: 0 }
  const recorder = new Recorder({ gate, keys, store, note: (error) => console.error(error) })
  desk.handler = createHandler(mailRoutes({ gate, keys, store, recorder, tracking, policyVersion: '${POLICY_VERSION}', now: () => desk.now, client: (request) => request.headers.get('x-client') }))
  return desk
}

export default {
  async fetch(request, env, context) {
    const run = request.headers.get('x-run')
    if (!desks.has(run)) desks.set(run, await open(env))
    const desk = desks.get(run)
    desk.now = Number(request.headers.get('x-now'))
    const work = []
    const answer = await desk.handler(request, { waitUntil(part) { work.push(part); context.waitUntil(part) } })
    if (request.headers.has('x-settle')) await Promise.all(work)
    return answer ?? new Response('nobody', { status: 404 })
  },
}
`;

/** @returns {Promise<Desk>} */
async function workerd() {
  const { Miniflare } = await import('miniflare');
  const dist = `${root}js-glue/dist/`;
  const module = (/** @type {'ESModule' | 'CompiledWasm' | 'Data'} */ type, /** @type {string} */ path) => ({ type, path, contents: readFileSync(dist + path) });
  const scripts = readdirSync(dist).filter((name) => /^(?:server|email|mail)\.workerd\.js$|^edge-.*\.js$/.test(name));
  const edge = new Miniflare({
    compatibilityDate: '2026-01-01', cf: false, d1Databases: ['DB'], bindings: { METROFAX_MAIL_KEYS: KEYS },
    modules: [{ type: 'ESModule', path: 'worker.js', contents: WORKER }, ...scripts.map((name) => module('ESModule', name)), module('CompiledWasm', 'server.wasm'), module('Data', 'policy.bin')],
  });
  await edge.ready.catch(async (error) => {
    await edge.dispose().catch(() => undefined);
    throw error;
  });
  const store = await MailStore.open(openD1(/** @type {any} */ (await edge.getD1Database('DB'))));
  let run = 0;
  return {
    store,
    renew: () => { run += 1; },
    async ask(request, clock) {
      const headers = { ...Object.fromEntries(request.headers), 'x-run': String(run), 'x-now': String(clock), 'x-settle': '1' };
      const body = request.method === 'GET' || request.method === 'HEAD' ? null : await request.arrayBuffer();
      const answer = await edge.dispatchFetch(request.url, { method: request.method, headers, body, redirect: 'manual' });
      return /** @type {any} */ (answer);
    },
    settle: async () => undefined, // each answer came after its writes
    stop: () => edge.dispose(),
  };
}

export const desks = { 'Node, SQLite': node, 'workerd, D1': workerd };
