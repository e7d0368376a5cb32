import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, createClient, type Row } from '@libsql/client';
import { Entries, entrySchema } from './entries.js';
import { Remembered, rememberSchema } from './remember.js';
import { textOf } from './rows.js';

/** What a person gave when registering; each field serves one purpose, named in the policy. */
export interface Account {
  readonly id: string;
  /** Lower case; unique. */
  readonly email: string;
  readonly name: string;
  readonly phone: string;
  /** Optional, purpose personalisation. Empty when not given. */
  readonly jobTitle: string;
  readonly industry: string;
  readonly plan: string;
  /** Purpose billing: the last four digits and the expiry (MM/YY) are all that is kept of a card. Empty when not given. */
  readonly cardLast4: string;
  readonly cardExpiry: string;
  /** Whether promotional mail was asked for. */
  readonly offers: boolean;
}

/** An account to be created: with the password's hash, never the password. */
export type NewAccount = Omit<Account, 'id'> & { readonly passwordHash: string };

const schema = [
  `CREATE TABLE IF NOT EXISTS accounts (
     id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL, name TEXT NOT NULL, phone TEXT NOT NULL,
     job_title TEXT NOT NULL, industry TEXT NOT NULL, plan TEXT NOT NULL, card_last4 TEXT NOT NULL, card_expiry TEXT NOT NULL,
     offers INTEGER NOT NULL, created INTEGER NOT NULL) STRICT`,
  // Sessions; an older version kept remembered browsers here too, which now sign in once more.
  `CREATE TABLE IF NOT EXISTS tokens (
     hash TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('session', 'remember')),
     account TEXT NOT NULL, expires INTEGER NOT NULL) STRICT`,
  'CREATE INDEX IF NOT EXISTS tokens_account ON tokens (account)',
  ...rememberSchema,
  ...entrySchema,
  `CREATE TABLE IF NOT EXISTS test_drives (
     id TEXT PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL, message TEXT NOT NULL, offers INTEGER NOT NULL,
     created INTEGER NOT NULL) STRICT`,
];

/** A sample fax that somebody asked for. */
export interface TestDrive {
  readonly email: string;
  readonly name: string;
  readonly message: string;
  readonly offers: boolean;
}

/** How long a test drive is kept: long enough to answer a question about it (retention.necessary). */
export const testDriveRetention = 30 * 86_400;

/** The demo's people, in one SQLite file. Times are unix seconds and come from the caller. */
export class Store {
  readonly #db: Client;
  readonly remembered: Remembered;
  readonly entries: Entries;

  private constructor(db: Client) {
    this.#db = db;
    this.remembered = new Remembered(db);
    this.entries = new Entries(db);
  }

  /** Opens or creates `<folder>/site.db`. @throws when the folder cannot be written. */
  static async open(folder: string): Promise<Store> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Two demos on two ports may share the folder: one waits for the other instead of failing.
    const db = createClient({ url: `file:${join(folder, 'site.db')}`, timeout: 5000 });
    await db.execute('PRAGMA journal_mode = WAL');
    await db.batch(schema, 'write');
    return new Store(db);
  }

  /** @returns the account, or null when the e-mail address has one already. */
  async createAccount(account: NewAccount, now: number): Promise<Account | null> {
    const id = randomUUID();
    const made = await this.#db.execute({
      sql: `INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING`,
      args: [
        id, account.email, account.passwordHash, account.name, account.phone, account.jobTitle, account.industry,
        account.plan, account.cardLast4, account.cardExpiry, account.offers ? 1 : 0, now,
      ],
    });
    return made.rowsAffected === 1 ? this.accountById(id) : null;
  }

  async accountById(id: string): Promise<Account | null> {
    return this.#one('SELECT * FROM accounts WHERE id = ?', [id]).then((row) => (row ? toAccount(row) : null));
  }

  /** The account of an address with its password hash, for signing in. */
  async credentials(email: string): Promise<{ account: Account; passwordHash: string } | null> {
    const row = await this.#one('SELECT * FROM accounts WHERE email = ?', [email]);
    return row ? { account: toAccount(row), passwordHash: textOf(row, 'password_hash') } : null;
  }

  /** pii.change: what a person may change by signing in. */
  async updateAccount(id: string, to: Pick<Account, 'name' | 'phone' | 'jobTitle' | 'industry' | 'offers'>): Promise<void> {
    await this.#db.execute({
      sql: 'UPDATE accounts SET name = ?, phone = ?, job_title = ?, industry = ?, offers = ? WHERE id = ?',
      args: [to.name, to.phone, to.jobTitle, to.industry, to.offers ? 1 : 0, id],
    });
  }

  /** Deletes the account and, with it, every session and remembered browser. */
  async deleteAccount(id: string): Promise<void> {
    await this.remembered.forgetAll(id);
    await this.#db.execute({ sql: 'DELETE FROM accounts WHERE id = ?', args: [id] });
  }

  /** A password is only ever replaced; the caller ends what the old one had opened. */
  async changePassword(id: string, passwordHash: string): Promise<void> {
    await this.#db.execute({ sql: 'UPDATE accounts SET password_hash = ? WHERE id = ?', args: [passwordHash, id] });
  }

  async addToken(hash: string, account: string, expires: number): Promise<void> {
    await this.#db.execute({ sql: "INSERT INTO tokens VALUES (?, 'session', ?, ?)", args: [hash, account, expires] });
  }

  /** The account a session's token stands for, or null when it is unknown or over. */
  async accountByToken(hash: string, now: number): Promise<Account | null> {
    const row = await this.#one(
      `SELECT accounts.* FROM tokens JOIN accounts ON accounts.id = tokens.account
       WHERE tokens.hash = ? AND tokens.kind = 'session' AND tokens.expires > ?`,
      [hash, now],
    );
    return row ? toAccount(row) : null;
  }

  async dropToken(hash: string): Promise<void> {
    await this.#db.execute({ sql: 'DELETE FROM tokens WHERE hash = ?', args: [hash] });
  }

  async addTestDrive(drive: TestDrive, now: number): Promise<void> {
    await this.#db.execute({
      sql: 'INSERT INTO test_drives VALUES (?, ?, ?, ?, ?, ?)',
      args: [randomUUID(), drive.email, drive.name, drive.message, drive.offers ? 1 : 0, now],
    });
  }

  /** Removes what has outlived its retention (retention.necessary): tokens that are over, test drives after 30 days. */
  async sweep(now: number): Promise<void> {
    await this.#db.batch(
      [
        { sql: 'DELETE FROM tokens WHERE expires <= ?', args: [now] },
        { sql: 'DELETE FROM remembered WHERE expires <= ?', args: [now] },
        { sql: 'DELETE FROM test_drives WHERE created <= ?', args: [now - testDriveRetention] },
      ],
      'write',
    );
  }

  /** How much of it has: what sweep() would remove. */
  async due(now: number): Promise<{ tokens: number; testDrives: number }> {
    const count = async (sql: string, at: number): Promise<number> => Number((await this.#one(sql, [at]))?.['n'] ?? 0);
    return {
      tokens: (await count('SELECT COUNT(*) AS n FROM tokens WHERE expires <= ?', now)) + (await count('SELECT COUNT(*) AS n FROM remembered WHERE expires <= ?', now)),
      testDrives: await count('SELECT COUNT(*) AS n FROM test_drives WHERE created <= ?', now - testDriveRetention),
    };
  }

  close(): void {
    this.#db.close();
  }

  async #one(sql: string, args: (string | number)[]): Promise<Row | undefined> {
    return (await this.#db.execute({ sql, args })).rows[0];
  }
}

function toAccount(row: Row): Account {
  const text = (name: string): string => textOf(row, name);
  return {
    id: text('id'),
    email: text('email'),
    name: text('name'),
    phone: text('phone'),
    jobTitle: text('job_title'),
    industry: text('industry'),
    plan: text('plan'),
    cardLast4: text('card_last4'),
    cardExpiry: text('card_expiry'),
    offers: row['offers'] === 1,
  };
}
