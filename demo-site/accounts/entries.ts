import type { Client } from '@libsql/client';

/** What one may take part in; each is a purpose of the policy by the same name. */
export type EventKind = 'survey' | 'sweepstakes';

/** Somebody's answer or entry. Name and address are empty where they were not given. */
export interface Entry {
  readonly kind: EventKind;
  /** Of whoever was signed in; empty for others. */
  readonly account: string;
  readonly name: string;
  readonly email: string;
  readonly answer: string;
  /** Whether the name went to the organiser. */
  readonly shared: boolean;
}

export const entrySchema = [
  `CREATE TABLE IF NOT EXISTS entries (
     id TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('survey', 'sweepstakes')), account TEXT NOT NULL, name TEXT NOT NULL,
     email TEXT NOT NULL, answer TEXT NOT NULL, shared INTEGER NOT NULL, created INTEGER NOT NULL) STRICT`,
  'CREATE INDEX IF NOT EXISTS entries_account ON entries (account)',
];

/** Answers to surveys and entries in draws (survey.voluntary, sweepstakes.voluntary). Times are unix seconds. */
export class Entries {
  constructor(private readonly db: Client) {}

  async add(id: string, entry: Entry, now: number): Promise<void> {
    const { kind, account, name, email, answer, shared } = entry;
    await this.db.execute({ sql: 'INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)', args: [id, kind, account, name, email, answer, shared ? 1 : 0, now] });
  }

  /** How many an account has. */
  async of(account: string): Promise<number> {
    return this.count('SELECT COUNT(*) AS n FROM entries WHERE account = ?', account);
  }

  async forget(account: string): Promise<void> {
    await this.db.execute({ sql: 'DELETE FROM entries WHERE account = ?', args: [account] });
  }

  /** How many are as old as that, and their removal. */
  async before(time: number): Promise<number> {
    return this.count('SELECT COUNT(*) AS n FROM entries WHERE created <= ?', time);
  }

  async sweep(time: number): Promise<void> {
    await this.db.execute({ sql: 'DELETE FROM entries WHERE created <= ?', args: [time] });
  }

  private async count(sql: string, of: string | number): Promise<number> {
    return Number((await this.db.execute({ sql, args: [of] })).rows[0]?.['n'] ?? 0);
  }
}
