// What counsel's pages show: read from the ledger, the policy and the stores; nothing here decides anything.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as server from '@metrofax/consent/server';
import type { LedgerReport } from '@metrofax/consent/ledger';
import type { Account } from '../accounts/store.js';
import { accountOfPerson, erasePerson, type PeopleParts } from './erasure.js';
import type { Retention } from './retention.js';
import type { PolicyChanges, PublishedPolicy } from './policy.js';
import type { Checked } from './records.js';

export type { LedgerReport } from '@metrofax/consent/ledger';
export type { Checked } from './records.js';

/** An entry of a person's file. */
export interface FiledEntry {
  readonly seq: number;
  readonly at: number;
  readonly kind: string;
  readonly sha256: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Everything about whoever made the choice that a receipt is of. */
export interface PersonFile {
  readonly receipt: string;
  readonly principal: string;
  /** How the ledger knows them; null once they are erased. */
  readonly person: string | null;
  readonly hold: string | null;
  readonly entries: readonly FiledEntry[];
  readonly account: Omit<Account, 'id'> | null;
  readonly mail: Awaited<ReturnType<PeopleParts['office']['fileOf']>> | null;
}

export interface CounselParts extends PeopleParts {
  readonly policy: PublishedPolicy;
  readonly changes: PolicyChanges | null;
  readonly retention: Retention;
}

export interface Overview {
  readonly report: LedgerReport;
  readonly health: Checked;
  readonly entries: number;
  /** What a sweep would remove. */
  readonly retention: Awaited<ReturnType<Retention>>;
}

/** Makes the door of counsel's pages; `client` is where a request comes from. */
export async function openOperators(sdk: string, credential: string | undefined, client: (request: Request) => string | null): Promise<server.Operators> {
  const { createOperators } = (await import(pathToFileURL(join(sdk, 'server.js')).href)) as typeof server;
  return createOperators({ credential, client, now: () => Math.floor(Date.now() / 1000) });
}

export const receiptId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export class Counsel {
  constructor(readonly parts: CounselParts) {}

  async overview(): Promise<Overview> {
    const { records, retention } = this.parts;
    const [report, health, { entries }] = [await records.report(), await records.health(), await records.ledger.head()];
    return { report, health, entries, retention: await retention({ dryRun: true }) };
  }

  /** The file behind a receipt's id; null where there is no such receipt. */
  async personFile(receipt: string): Promise<PersonFile | null> {
    const { records, office } = this.parts;
    const stored = await records.ledger.entry(`choice-${receipt}`);
    const principal = stored && (JSON.parse(stored.line) as { data: { principal?: unknown } }).data.principal;
    if (typeof principal !== 'string') return null;
    const known = await records.ledger.personOf(principal);
    const entries = (await records.ledger.entriesOf(principal)).map(({ line, seq, sha256 }) => ({ ...(JSON.parse(line) as Pick<FiledEntry, 'at' | 'kind' | 'data'>), seq, sha256 }));
    const found = known ? await accountOfPerson(known.person, this.parts) : null;
    const account = found && (({ id: _, ...rest }) => rest)(found);
    return { receipt, principal, person: known?.person ?? null, hold: known?.hold ?? null, entries, account, mail: found ? await office.fileOf(found.email) : null };
  }

  async erase(receipt: string, id: string) {
    const file = await this.personFile(receipt);
    return file?.person ? erasePerson(file.person, 'counsel, at the request of the person', id, this.parts) : null;
  }

  /** Sets or lifts a legal hold (retention.legal-minimum). */
  async hold(receipt: string, reason: string | null): Promise<void> {
    const file = await this.personFile(receipt);
    if (file?.person) await this.parts.records.ledger.hold(file.person, reason);
  }

  /** What an operator did, in the ledger, where it stays: in the file of the person whom it is about. */
  async note(act: string, id: string, person?: string): Promise<void> {
    const at = Math.floor(Date.now() / 1000);
    await this.parts.records.ledger.append([{ id, kind: 'operator', at, ...(person === undefined ? {} : { person }), data: { act } }]);
  }

  /** The tables of the report, by name. */
  async table(name: string): Promise<string | null> {
    const { records } = this.parts;
    const { purposes, days, vendors } = await records.report();
    switch (name) {
      case 'purposes':
        return records.csv(['purpose', 'granted', 'denied'], purposes.map(({ id, granted, denied }) => [id, granted, denied]));
      case 'days':
        return records.csv(['day', 'granted', 'refused', 'purposes granted'], days.map(({ day, granted, refused, purposes: of }) => [day, granted, refused, Object.entries(of).map(([id, count]) => `${id}:${String(count)}`).join(' ')]));
      case 'vendors':
        return records.csv(['vendor', 'choices after which it was let through', 'requests kept from it'], vendors.map(({ id, released, blocked }) => [id, released, blocked]));
      default:
        return null;
    }
  }
}
