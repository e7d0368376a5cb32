// The demo through workerd: edge/worker.ts answers in front of the site, as it would on Cloudflare Workers, and keeps choices, recipients and
// what mail brought on D1. The pages and their advertisers stay in this process, which reads and writes the same D1.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Miniflare, Response as EdgeResponse, type Request as EdgeRequest } from 'miniflare';
import { openD1, type D1, type Database, type Outcome } from '@metrofax/consent/server/mail';
import { PortInUse } from './listen.js';

/** What the worker asks of this process. */
export interface Behind {
  readonly site: (request: Request) => Response | Promise<Response>;
  /** Whom a request's session is of. */
  readonly person: (request: Request) => Promise<string | null>;
  /** Hears what became of a mail's pixel or link. */
  readonly decided: (outcome: Outcome) => void;
}

export interface Edge {
  /** The worker's D1, from here. */
  readonly database: Database;
  /** From now on requests are answered; before, with 503. */
  serve(behind: Behind): void;
  close(): Promise<void>;
}

export interface EdgeOptions {
  readonly port: number;
  /** js-glue/dist, demo-site/.build, and where D1 keeps its file. */
  readonly sdk: string;
  readonly built: string;
  readonly data: string;
  readonly policyVersion: string;
  readonly mailKeys: string;
  readonly ledgerKey: string;
}

/** Two implementations of the Fetch API meet here; what crosses is what both have. */
async function across(request: EdgeRequest, ask: (request: Request) => Response | Promise<Response>): Promise<EdgeResponse> {
  const { method, url, headers } = request;
  const body = method === 'GET' || method === 'HEAD' ? null : await request.arrayBuffer();
  const answer = await ask(new Request(url, { method, headers: [...headers], body, redirect: 'manual' }));
  return new EdgeResponse(answer.body as never, { status: answer.status, headers: [...answer.headers] as [string, string][] });
}

/** Starts workerd with the worker on `port`. @throws PortInUse */
export async function openEdge({ port, sdk, built, data, policyVersion, mailKeys, ledgerKey }: EdgeOptions): Promise<Edge> {
  const module = async (type: 'ESModule' | 'CompiledWasm' | 'Data' | 'Text', name: string) => ({ type, path: name, contents: await readFile(join(sdk, name)) }) as const;
  const scripts = (await readdir(sdk)).filter((name) => /^(?:server|email|mail)\.workerd\.js$|^edge-.*\.js$|^ledger\.js$/.test(name));
  let behind: Behind | undefined;
  const asked = (work: (behind: Behind, request: Request) => Response | Promise<Response>) => (request: EdgeRequest) =>
    across(request, (plain) => (behind ? work(behind, plain) : new Response('The site is starting.', { status: 503 })));
  const edge = new Miniflare({
    host: '127.0.0.1',
    port,
    compatibilityDate: '2026-01-01',
    cf: false,
    d1Databases: ['DB'],
    d1Persist: join(data, 'd1'),
    bindings: { METROFAX_MAIL_KEYS: mailKeys, METROFAX_LEDGER_KEY: ledgerKey, POLICY_VERSION: policyVersion },
    modules: [
      { type: 'ESModule', path: 'worker.js', contents: await readFile(join(built, 'edge-worker.js')) },
      ...(await Promise.all([
        ...scripts.map((name) => module('ESModule', name)),
        ...['server.wasm', 'gate.wasm', 'ledger.wasm'].map((name) => module('CompiledWasm', name)),
        ...['notice.en.json', 'purposes.json'].map((name) => module('Text', name)),
        module('Data', 'policy.bin'),
      ])),
    ],
    serviceBindings: {
      SITE: asked(({ site }, request) => site(request)),
      PERSON: asked(async ({ person }, request) => new Response(await person(request))),
      DECIDED: asked(async ({ decided }, request) => {
        decided((await request.json()) as Outcome);
        return new Response(null, { status: 204 });
      }),
    },
  });
  try {
    await edge.ready;
    // Its type is of a package for workers, which this process is not.
    const binding: unknown = await edge.getD1Database('DB');
    return { database: openD1(binding as D1), serve: (given) => { behind = given; }, close: () => edge.dispose() };
  } catch (error) {
    await edge.dispose().catch(() => undefined);
    if (/EADDRINUSE|already in use/i.test(String(error))) throw new PortInUse(port);
    throw error;
  }
}
