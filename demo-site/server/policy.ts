import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** One sentence of the published policy, as the policy file has it. */
export interface Clause {
  readonly id: string;
  /** What the policy promises. */
  readonly says: string;
  /** What the SDK does about it. */
  readonly does: string;
  /** Why no decision depends on it; absent when the gate enforces it. */
  readonly declarative?: string;
}

export interface Purpose {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly necessary: boolean;
  /** sale, share, targeted, profiling, cookieless: what law cares about. */
  readonly uses: readonly string[];
  readonly clause: string;
}

export interface Vendor {
  readonly id: string;
  readonly name: string;
  readonly controller: string;
  readonly policyUrl: string;
  readonly optOutUrl: string | null;
  readonly purposes: readonly string[];
  readonly hosts: readonly { readonly host: string }[];
}

/** A law's area, for the choice of where a visit is from. */
export interface Regime {
  readonly id: string;
  readonly name: string;
  readonly model: string;
}

interface Rule {
  readonly id: string;
  readonly clause: string;
  readonly kinds?: readonly string[];
  readonly needs: string;
}

/** A part of the site that needs what a visitor may refuse (cookies.rejection). */
export interface LimitedArea {
  readonly id: string;
  readonly purpose: string;
  readonly clause: string;
}

/** A page where one opts out with many advertising companies at once. */
export interface AdChoice {
  readonly name: string;
  readonly url: string;
  readonly where: string;
}

/** What the pages show of the policy. The whole file is checked and compiled by mfconsent; here it is only read. */
export interface PublishedPolicy {
  readonly version: string;
  readonly clauses: readonly Clause[];
  readonly purposes: readonly Purpose[];
  readonly vendors: readonly Vendor[];
  readonly adChoices?: readonly AdChoice[];
  readonly regimes: readonly Regime[];
  readonly firstParty: { readonly limitedAreas?: readonly LimitedArea[] };
  readonly effective: { readonly currentUsers: string };
  /** Newest first: the versions before this one. */
  readonly supersedes: readonly { readonly version: string }[];
  /** Of the file, as ledger and receipts cite it. */
  readonly sha256: string;
  /** What cites a clause, in words: the rules, reasons, purposes, vendors and storage entries that carry it out. */
  readonly enforcedBy: ReadonlyMap<string, readonly string[]>;
}

interface PolicyFile extends Omit<PublishedPolicy, 'enforcedBy' | 'sha256'> {
  readonly rules: readonly Rule[];
  readonly reasons: Readonly<Record<string, string>>;
  readonly storage: readonly { readonly name: string; readonly clause?: string }[];
}

/** What `mfconsent policy diff --json` says of the version to come. */
export interface PolicyChanges {
  readonly version: string;
  readonly effective: string;
  readonly sha256: string;
  readonly changes: readonly { readonly weight: 'material' | 'narrows' | 'text'; readonly what: string; readonly purposes: readonly string[] | null }[];
}

/** Reads what demo-site/build.mjs wrote; nothing changes where there is no such file. */
export async function readChanges(file: string): Promise<PolicyChanges | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as PolicyChanges);
}

/** Reads the authored policy. @throws with the file's name when it is not there or is not a policy. */
export async function readPolicy(file: string): Promise<PublishedPolicy> {
  let policy: PolicyFile;
  let sha256: string;
  try {
    const text = await readFile(file);
    sha256 = createHash('sha256').update(text).digest('hex');
    policy = JSON.parse(text.toString('utf8')) as PolicyFile;
  } catch (error) {
    throw new Error(`cannot read the policy ${file}: ${(error as Error).message}`, { cause: error });
  }
  for (const list of ['clauses', 'purposes', 'vendors', 'regimes', 'rules', 'storage'] as const) {
    if (!Array.isArray(policy[list])) throw new Error(`the policy ${file} has no list "${list}"`);
  }
  return { ...policy, sha256, enforcedBy: citations(policy) };
}

function citations(policy: PolicyFile): Map<string, string[]> {
  const cited = new Map<string, string[]>();
  const cite = (clause: string | undefined, what: string): void => {
    if (clause !== undefined) cited.set(clause, [...(cited.get(clause) ?? []), what]);
  };
  for (const rule of policy.rules) cite(rule.clause, `rule ${rule.id}`);
  for (const [reason, clause] of Object.entries(policy.reasons)) cite(clause, `reason ${reason}`);
  for (const purpose of policy.purposes) cite(purpose.clause, `purpose ${purpose.id}`);
  for (const entry of policy.storage) cite(entry.clause, `stored name ${entry.name}`);
  for (const area of policy.firstParty.limitedAreas ?? []) cite(area.clause, `limited area ${area.id}`);
  const vendors = policy.vendors as readonly (Vendor & { clause?: string })[];
  const perClause = new Map<string, number>();
  for (const { clause } of vendors) if (clause) perClause.set(clause, (perClause.get(clause) ?? 0) + 1);
  for (const [clause, count] of perClause) cite(clause, count === 1 ? '1 partner entry' : `${count} partner entries`);
  return cited;
}
