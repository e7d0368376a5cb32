// Everything the site has of a person, and how it goes: one order for the owner's own deletion and for counsel's.
import type { Account, Store } from '../accounts/store.js';
import type { Office } from '../mail/office.js';
import type { Records } from './records.js';

export interface PeopleParts {
  readonly store: Store;
  readonly office: Office;
  readonly records: Records;
}

/** A person as the ledger names them: "account:<id>" or "browser:<id>". */
const accountIdOf = (person: string): string | null => /^account:(.+)$/.exec(person)?.[1] ?? null;

export async function accountOfPerson(person: string, { store }: PeopleParts): Promise<Account | null> {
  const id = accountIdOf(person);
  return id === null ? null : store.accountById(id);
}

/**
 * Carries a deletion out place by place and looks again (children.delete, pii.change). The ledger is last; a legal hold keeps the record
 * there, and nothing else (retention.legal-minimum): its residue says so.
 */
export async function erasePerson(person: string, reason: string, id: string, parts: PeopleParts) {
  const { store, office, records } = parts;
  const account = await accountOfPerson(person, parts);
  return records.carryOutDeletion(person, [
    {
      name: 'mail',
      remaining: async () => (account && (await office.fileOf(account.email)).known ? ['address and its mails'] : []),
      remove: async () => { if (account) await office.forget(account.email); },
    },
    {
      name: 'survey and prize draw',
      remaining: async () => (account && (await store.entries.of(account.id)) > 0 ? ['answers and entries'] : []),
      remove: async () => { if (account) await store.entries.forget(account.id); },
    },
    {
      name: 'account',
      remaining: async () => ((await accountOfPerson(person, parts)) ? ['account, sessions, remembered browsers'] : []),
      remove: async () => { if (account) await store.deleteAccount(account.id); },
    },
    {
      name: 'ledger',
      remaining: async () => ((await records.ledger.principalOf(person)) === undefined ? [] : ['whose the entries are']),
      remove: async () => { await records.ledger.erase(person, reason, id); },
    },
  ]);
}
