// What the site keeps, for how long, and its sweep. Cookies are swept where they lie: by their Max-Age, by the runtime, and by every answer.
import { testDriveRetention } from '../accounts/store.js';
import type { AccessFiles } from './access-file.js';
import type { PeopleParts } from './erasure.js';

/** Days by purpose, as the policy's compiler says them: the SDK's notice. */
export interface Kept {
  readonly purposes: readonly { readonly id: string; readonly retentionDays?: number | null }[];
}

export type Retention = (options: { readonly dryRun: boolean }) => ReturnType<PeopleParts['records']['sweepRetention']>;

/** @throws where the notice says nothing of a purpose that something is kept for. */
export function retentionOf({ store, office, records, accessLog }: PeopleParts & { readonly accessLog: AccessFiles }, { purposes }: Kept): Retention {
  const seconds = (purpose: string): number => {
    const days = purposes.find(({ id }) => id === purpose)?.retentionDays;
    if (days === undefined || days === null) throw new Error(`nobody says how long ${purpose} is kept`);
    return days * 86_400;
  };
  const places: Parameters<PeopleParts['records']['sweepRetention']>[0] = [
    { name: 'Sessions and remembered browsers', keep: 0, due: async (now) => ({ due: (await store.due(now)).tokens, held: 0 }), remove: (now) => store.sweep(now) },
    {
      name: 'Sample faxes', keep: testDriveRetention,
      due: async (before) => ({ due: (await store.due(before + testDriveRetention)).testDrives, held: 0 }),
      remove: (before) => store.sweep(before + testDriveRetention),
    },
    {
      name: 'Answers to surveys, entries in draws', keep: Math.min(seconds('survey'), seconds('sweepstakes')),
      due: async (before) => ({ due: await store.entries.before(before), held: 0 }), remove: (before) => store.entries.sweep(before),
    },
    { name: 'Opens and clicks of mail', keep: seconds('email-open'), due: async (before) => ({ due: await office.events.before(before), held: 0 }), remove: (before) => office.events.sweep(before) },
    {
      // A line goes when the first of what may stand in it must: logs.aggregate rests on these two purposes.
      name: 'Access log', keep: Math.min(seconds('security'), seconds('measurement')),
      due: async (before) => ({ due: (await accessLog.before(before)).length, held: 0 }),
      remove: (before) => accessLog.sweep(before),
    },
    {
      name: 'Whose the ledger’s entries are', keep: seconds('service'),
      due: async () => {
        const { erased, held } = await records.ledger.sweep(seconds('service'), { dryRun: true });
        return { due: erased.length, held: held.length };
      },
      remove: async () => { await records.ledger.sweep(seconds('service'), { dryRun: false }); },
    },
  ];
  return ({ dryRun }) => records.sweepRetention(places, { now: Math.floor(Date.now() / 1000), dryRun });
}
