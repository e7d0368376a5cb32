// The demo at the edge: what a site on Cloudflare Workers would upload. Every answer goes through protect(); choices, the ledger's desk
// and what mail leads to are answered here, over D1; pages come from the site behind the binding SITE.
import { createConsentDesk, Ledger, SigningKey } from '@metrofax/consent/ledger';
import { edgeMailGate, KeyRing } from '@metrofax/consent/email';
import { consentRoutes, createHandler, createProtection, type Handler } from '@metrofax/consent/server';
import { mailRoutes, MailStore, openD1, Recorder, type D1 } from '@metrofax/consent/server/mail';
import { trackingOf } from '../mail/tracking.js';
import { deskFacts, isForDesk, SEAL_EVERY } from '../server/ledger-desk.js';
import { protectSite } from '../server/protected.js';
import { isSameOriginWrite } from '../server/writes.js';
import gateModule from './gate.wasm';
import ledgerModule from './ledger.wasm';
import notice from './notice.en.json';
import policyBytes from './policy.bin';
import purposes from './purposes.json';

interface Binding {
  fetch(request: Request): Promise<Response>;
}

interface Env {
  readonly DB: D1;
  /** The site itself. */
  readonly SITE: Binding;
  /** Answers with whom the request's session is of, empty for nobody. */
  readonly PERSON: Binding;
  /** Told of what became of a mail's pixel or link, for the lab. */
  readonly DECIDED: Binding;
  readonly METROFAX_MAIL_KEYS: string;
  readonly METROFAX_LEDGER_KEY: string;
  readonly POLICY_VERSION: string;
}

interface Execution {
  waitUntil(part: Promise<unknown>): void;
}

const note = (error: unknown): void => console.error(error);
const policy = new Uint8Array(policyBytes);
const protect = protectSite(createProtection, { policy, note });
const names = Object.fromEntries((JSON.parse(notice) as { purposes: { id: string; name?: string }[] }).purposes.map(({ id, name }) => [id, name ?? id]));
const choices = createHandler(consentRoutes({ policy, gpcSince: '2026-11-23', names, facts: (request) => ({ regime: deskFacts.regime(request) }) }), { note });
const tracking = trackingOf(JSON.parse(purposes) as Parameters<typeof trackingOf>[0]);

let mail: Promise<Handler> | undefined;

/** /b, /c, /u and /t. */
async function openMail(env: Env): Promise<Handler> {
  const [keys, store] = [await KeyRing.read(env.METROFAX_MAIL_KEYS), await MailStore.open(openD1(env.DB))];
  const gate = edgeMailGate(policy);
  const told: Promise<unknown>[] = [];
  const recorder = new Recorder({
    gate, keys, store, note,
    decided: (outcome) => told.push(env.DECIDED.fetch(new Request('http://site/decided', { method: 'POST', body: JSON.stringify(outcome) })).catch(note)),
  });
  const recording = {
    take: () => undefined, // never asked where a request has its execution
    takeNow: async (fetched: Parameters<Recorder['takeNow']>[0]) => {
      await recorder.takeNow(fetched);
      await Promise.all(told.splice(0));
    },
  };
  const client = (request: Request): string | null => request.headers.get('cf-connecting-ip');
  return createHandler(mailRoutes({ gate, keys, store, recorder: recording, tracking, policyVersion: env.POLICY_VERSION, client }), { note });
}

/** The ledger's desk, for one request: nothing in it outlives the request whose database it talks to. */
async function desk(request: Request, env: Env): Promise<Response | null> {
  const now = (): number => Math.floor(Date.now() / 1000);
  const key = await SigningKey.read(env.METROFAX_LEDGER_KEY);
  const ledger = await Ledger.open({ module: ledgerModule, database: openD1(env.DB), key, now, sealEvery: SEAL_EVERY });
  const person = async (asked: Request): Promise<string | null> => (await (await env.PERSON.fetch(new Request('http://site/person', { headers: asked.headers }))).text()) || null;
  const open = await createConsentDesk({ ...deskFacts, gate: gateModule, policy, notice, ledger, key, person, now });
  return createHandler(open.routes(), { note })(request);
}

const ours = (text: string): boolean => /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(text);

async function answer(request: Request, env: Env, execution: Execution): Promise<Response> {
  const { hostname, pathname } = new URL(request.url);
  if (!ours(hostname)) return new Response('This server answers for localhost only.', { status: 421 });
  if (/^\/[bcut]\//.test(pathname)) {
    const handler = await (mail ??= openMail(env).catch((error: unknown) => {
      mail = undefined;
      throw error;
    }));
    return (await handler(request, execution)) ?? env.SITE.fetch(request);
  }
  if (pathname === '/consent' || pathname === '/consent/receipt') {
    if (request.method === 'POST' && !isSameOriginWrite(request)) {
      // Unread, a body takes the connection with it, and with that somebody's next request.
      await request.body?.pipeTo(new WritableStream());
      return new Response('This request did not come from a page of this site.', { status: 403 });
    }
    return ((await isForDesk(request)) ? await desk(request, env) : await choices(request)) ?? env.SITE.fetch(request);
  }
  return env.SITE.fetch(request);
}

export default {
  async fetch(request: Request, env: Env, execution: Execution): Promise<Response> {
    const answered = await answer(request, env, execution).catch((error: unknown) => {
      note(error);
      return new Response('The request could not be answered.', { status: 500 });
    });
    return protect(request, answered);
  },
};
