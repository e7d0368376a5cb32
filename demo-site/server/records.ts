// The ledger of choices, and receipts of them: the SDK's, over a SQLite file beside the accounts.
import { generateKeyPairSync, createPublicKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as ledgers from '@metrofax/consent/ledger';
import type * as databases from '@metrofax/consent/server/sqlite';
import type { Database } from '@metrofax/consent/server/mail';
import { deskFacts, SEAL_EVERY } from './ledger-desk.js';

export interface Records {
  readonly ledger: ledgers.Ledger;
  /** POST /consent, GET /consent/receipt. */
  readonly routes: ReturnType<ledgers.ConsentDesk['routes']>;
  /** What receipts and seals are checked with (PEM). */
  readonly publicKey: string;
  /**
   * The ledger checked, seals too: all of it where it is short, is asked for, was last read an hour ago or was found wanting; else what came
   * since. What was once there and is gone is found either way. `whole`: when it was last read from its first entry on (unix s).
   */
  health(all?: boolean): Promise<Checked>;
  report(): Promise<ledgers.LedgerReport>;
  /** The SDK's own table writer, and its orders of deletion. */
  csv(header: readonly string[], rows: readonly (readonly ledgers.Cell[])[]): string;
  readonly sweepRetention: typeof ledgers.sweepRetention;
  readonly carryOutDeletion: typeof ledgers.carryOutDeletion;
  readonly recordDisclosure: typeof ledgers.recordDisclosure;
  close(): Promise<void>;
}

export type Checked = ledgers.LedgerHealth & { readonly whole: number };

/** Seconds after which the ledger is read from its first entry again. */
const WHOLE_EVERY = 3600;
/** Entries up to which that is done for every page. */
const SHORT = 5000;

/** The key of METROFAX_LEDGER_KEY_FILE; without one the demo makes its own at its first start, readable by its user alone. */
export async function signingKey(data: string): Promise<string> {
  const named = process.env['METROFAX_LEDGER_KEY_FILE'];
  const file = named ?? join(data, 'ledger-key.pem');
  const known = await readFile(file, 'utf8').catch((error: unknown) => {
    if (named !== undefined) throw new Error(`cannot read the ledger's key ${file}`, { cause: error });
    return null;
  });
  if (known !== null) return known;
  const pem = String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(file, pem, { mode: 0o600, flag: 'wx' });
  return pem;
}

/** Opens the ledger in `database`, or in a SQLite file in the folder `data`; `person` says who is signed in. */
export async function openRecords(sdk: string, data: string, person: (request: Request) => Promise<string | null>, given?: Database): Promise<Records> {
  const { Ledger, SigningKey, VerifyingKey, carryOutDeletion, createConsentDesk, csv, recordDisclosure, reportOf, sweepRetention } = (await import(pathToFileURL(join(sdk, 'ledger.js')).href)) as typeof ledgers;
  const pem = await signingKey(data);
  const key = await SigningKey.read(pem);
  const { openSqlite } = (await import(pathToFileURL(join(sdk, 'store-sqlite.js')).href)) as typeof databases;
  const database = given ?? (await openSqlite(join(data, 'ledger.db')));
  const now = (): number => Math.floor(Date.now() / 1000);
  const module = async (name: string) => new WebAssembly.Module(await readFile(join(sdk, name)));
  const ledger = await Ledger.open({ module: await module('ledger.wasm'), database, key, now, sealEvery: SEAL_EVERY });
  const desk = await createConsentDesk({
    ...deskFacts,
    gate: await module('gate.wasm'),
    policy: await readFile(join(sdk, 'policy.bin')),
    notice: await readFile(join(sdk, 'notice.en.json'), 'utf8'),
    ledger,
    key,
    person,
    now,
  });
  const publicKey = String(createPublicKey(pem).export({ type: 'spki', format: 'pem' }));
  const keys = [await VerifyingKey.read(publicKey)];
  /** The newest answer in which all was well, whether the newest of all was such, and when all of it was read. */
  let good: ledgers.LedgerHealth | undefined;
  let [wanting, whole] = [false, 0];
  const health = async (all = false): Promise<Checked> => {
    const started = now();
    // What is gone since then is found by this alone: a ledger that was cut is whole to whoever reads it for the first time.
    let found = await ledger.health(keys, good);
    const due = all || wanting || started - whole >= WHOLE_EVERY || found.verified <= SHORT;
    if (due && found.problem === null && good) found = await ledger.health(keys);
    if (due) whole = started;
    wanting = found.problem !== null;
    if (!wanting) good = found;
    return { ...found, whole };
  };
  return {
    ledger, publicKey, csv, carryOutDeletion, recordDisclosure, sweepRetention,
    routes: desk.routes(),
    health,
    report: () => reportOf(ledger.lines()),
    close: () => database.close(),
  };
}
