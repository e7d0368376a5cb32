import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accountOf } from '../accounts/sessions.js';
import { Store } from '../accounts/store.js';
import { adharbor } from '../advertisers/adharbor.js';
import { circlet } from '../advertisers/circlet.js';
import { filesFrom } from '../advertisers/files.js';
import { Ledger } from '../advertisers/ledger.js';
import { northlight } from '../advertisers/northlight.js';
import { mailKeys, Office } from '../mail/office.js';
import { AccessFiles } from './access-file.js';
import { createSite } from './app.js';
import { AssetFolder } from './assets.js';
import { openOperators } from './counsel.js';
import type { Edge } from './edge.js';
import { type Listening, listen } from './listen.js';
import { advertiserIds, advertiserPort, originsFor } from './origins.js';
import { type CookieControl, openConsent } from './consent.js';
import { readChanges, readPolicy } from './policy.js';
import { readLeaks } from './leaks.js';
import { retentionOf } from './retention.js';
import { openRecords, type Records, signingKey } from './records.js';

/** Where the demo finds its things; all folders absolute. */
export interface DemoOptions {
  /** The site's port; the advertisers take the next three. */
  readonly port: number;
  /** demo-site/.build */
  readonly built: string;
  /** js-glue/dist */
  readonly sdk: string;
  /** The authored policy. */
  readonly policyFile: string;
  /** Where the SQLite file lives. */
  readonly data: string;
  /** What an operator signs in with at /counsel; without one the page is off. */
  readonly counselKey?: string | undefined;
  /** Where unexpected errors are noted. */
  readonly note: (error: unknown) => void;
  /** Serve the site through workerd, and keep what it records on D1. */
  readonly edge?: boolean;
  /** Host names beside localhost under which the site answers; for tests of what plain http may not do. */
  readonly hosts?: readonly string[];
}

export { AccessFiles } from './access-file.js';
export { PortInUse } from './listen.js';

/** A running demo. */
export interface Demo {
  readonly url: string;
  readonly ledger: Ledger;
  readonly store: Store;
  readonly cookies: CookieControl;
  readonly office: Office;
  readonly records: Records;
  /** The site itself, without a network: for requests that a loopback server never sees (https). */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Once every answer so far has its line in the access log. */
  logged(): Promise<void>;
  /** Stops all four servers and closes the store. */
  stop(): Promise<void>;
}

/** Starts the site and its three advertisers. @throws PortInUse, or an error that names the file that is missing. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const policy = await readPolicy(options.policyFile);
  const { cookies, choices, protect, access, words } = await openConsent(options.sdk);
  const origins = originsFor(options.port);
  const ledger = new Ledger();
  const store = await Store.open(options.data);
  const person = (request: Request): Promise<string | null> => accountOf(request, store);
  const keys = mailKeys();
  // Miniflare is loaded by who asks for it.
  const edge: Edge | null = options.edge ? await (await import('./edge.js')).openEdge({ ...options, policyVersion: policy.version, mailKeys: keys, ledgerKey: await signingKey(options.data) }) : null;
  const records = await openRecords(options.sdk, options.data, person, edge?.database);
  const office = await Office.open({
    data: options.data,
    database: edge?.database,
    keys,
    site: origins.site,
    policyVersion: policy.version,
    policy: await readFile(join(options.sdk, 'policy.bin')),
    words: JSON.parse(await readFile(join(options.sdk, 'purposes.json'), 'utf8')) as Parameters<typeof Office.open>[0]['words'],
    note: options.note,
  });
  const clients = new WeakMap<Request, string>();
  const operators = await openOperators(options.sdk, options.counselKey, (request) => clients.get(request) ?? null);
  const running: Pick<Listening, 'close'>[] = [];
  const stop = async (): Promise<void> => {
    clearInterval(sweeper);
    await Promise.all(running.map((one) => one.close()));
    await log.settled();
    await files.close();
    await office.close();
    store.close();
    await records.close();
    await edge?.close();
  };
  const files = new AccessFiles(join(options.data, 'logs'), () => Math.floor(Date.now() / 1000));
  const log = access({ write: (line) => files.write(line), client: (request) => clients.get(request), note: options.note });
  const retention = retentionOf({ store, office, records, accessLog: files }, words);
  /** Once an hour what has outlived its time goes; what could not is noted. */
  const sweep = async (): Promise<void> => {
    for (const { place, error } of await retention({ dryRun: false })) if (error !== undefined) options.note(new Error(`${place}: ${error}`));
  };
  await sweep();
  const sweeper = setInterval(() => void sweep().catch(options.note), 3_600_000);
  sweeper.unref();

  const file = filesFrom(new AssetFolder(join(options.built, 'advertisers')));
  const makers = { northlight, adharbor, circlet };
  const site = createSite({
    origins,
    policy,
    changes: await readChanges(join(options.built, 'changes.json')),
    store,
    cookies,
    choices,
    // At the edge the worker does that.
    protect: options.edge ? (_request, answer) => Promise.resolve(answer) : protect(options.note),
    access: log,
    words,
    records,
    operators,
    clients,
    retention,
    ...(options.hosts ? { hosts: options.hosts } : {}),
    ledger,
    leaks: () => readLeaks(options.built),
    office,
    files: new AssetFolder(join(options.built, 'public')),
    sdk: new AssetFolder(options.sdk),
    note: options.note,
  });
  try {
    if (edge) edge.serve({ site: (request) => site.fetch(request), person, decided: (outcome) => office.decided(outcome) });
    else running.push(await listen(options.port, site));
    for (const id of advertiserIds) running.push(await listen(advertiserPort(options.port, id), makers[id](ledger, file)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: origins.site, ledger, store, cookies, office, records, fetch: (request) => site.fetch(request), logged: () => log.settled(), stop };
}
