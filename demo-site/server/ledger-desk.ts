// The ledger's desk of this site, as Node and the edge open it.
import type * as ledgers from '@metrofax/consent/ledger';

/** What the desk is told beside where it is: who the parties are, where the policy is to be read. */
export const deskFacts = {
  policyId: 'metrofax',
  parties: [
    { id: 'j2-us', name: 'j2 Cloud Services, Inc.', address: 'United States', contact: '/choices', type: 'PII controller' },
    { id: 'j2-ie', name: 'j2 Global Ireland Limited', address: 'Ireland', contact: '/choices', type: 'joint PII controller' },
  ],
  urls: { notice: '/privacy', withdrawal: '/choices', rights: '/privacy#pii.change' },
  locations: ['US'],
  regime: (request: Request) => new URL(request.url).searchParams.get('regime') ?? '',
} satisfies Partial<Parameters<typeof ledgers.createConsentDesk>[0]>;

/** Entries of the ledger between two seals. */
export const SEAL_EVERY = 20;

/** Whether a request of /consent is about an entry of the ledger: the SDK's own routes of a choice have the same paths. */
export async function isForDesk(request: Request): Promise<boolean> {
  if (request.method !== 'POST') return new URL(request.url).searchParams.has('id');
  if (!(request.headers.get('content-type') ?? '').startsWith('application/json')) return false;
  const body: unknown = await request.clone().json().catch(() => null);
  return typeof body === 'object' && body !== null && 'id' in body;
}
