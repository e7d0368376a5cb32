import { randomUUID } from 'node:crypto';
import type { Client } from '@libsql/client';
import { textOf } from './rows.js';

/** Table of remembered browsers. A token is kept after it was exchanged, so that an old copy is recognised for what it is. */
export const rememberSchema = [
  `CREATE TABLE IF NOT EXISTS remembered (
     hash TEXT PRIMARY KEY, family TEXT NOT NULL, account TEXT NOT NULL, expires INTEGER NOT NULL, spent INTEGER) STRICT`,
  'CREATE INDEX IF NOT EXISTS remembered_account ON remembered (account)',
  'CREATE TABLE IF NOT EXISTS alarms (account TEXT PRIMARY KEY, time INTEGER NOT NULL) STRICT',
];

/**
 * Seconds for which an exchanged token is taken for a late copy of the same browser (two tabs that open together) and not for
 * a stolen one. It then opens a session and is not exchanged again.
 */
const grace = 10;

/** What a remember-me token is worth. `late`: exchanged a moment ago; `stolen`: a copy, and every browser has been forgotten. */
export type Worth =
  | { readonly kind: 'good' | 'late'; readonly account: string; readonly family: string }
  | { readonly kind: 'stolen' }
  | { readonly kind: 'nothing' };

/** The remembered browsers of the accounts, in the demo's database. Tokens come as hashes; times are unix seconds. */
export class Remembered {
  readonly #db: Client;

  constructor(db: Client) {
    this.#db = db;
  }

  /** A new token: of a browser that is remembered from now on, or the next one of a `family`. */
  async add(hash: string, account: string, expires: number, family: string = randomUUID()): Promise<void> {
    await this.#db.execute({ sql: 'INSERT INTO remembered VALUES (?, ?, ?, ?, NULL)', args: [hash, family, account, expires] });
  }

  /**
   * Uses a token: a good one is spent by this. One that was spent before is a copy of it, ours or a thief's, and nobody can
   * tell whose: all sessions and remembered browsers of the account end, and its owner is told at the next sign-in.
   */
  async use(hash: string, now: number): Promise<Worth> {
    const spend = await this.#db.execute({
      sql: 'UPDATE remembered SET spent = ? WHERE hash = ? AND spent IS NULL AND expires > ? RETURNING account, family',
      args: [now, hash, now],
    });
    const found = spend.rows[0];
    if (found) return { kind: 'good', account: textOf(found, 'account'), family: textOf(found, 'family') };
    const { rows } = await this.#db.execute({ sql: 'SELECT account, family, spent FROM remembered WHERE hash = ? AND expires > ?', args: [hash, now] });
    const spent = rows[0];
    if (!spent) return { kind: 'nothing' };
    const account = textOf(spent, 'account');
    if (now - Number(spent['spent']) <= grace) return { kind: 'late', account, family: textOf(spent, 'family') };
    await this.#db.batch(
      [
        ...forgetting(account),
        { sql: 'INSERT INTO alarms VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET time = excluded.time', args: [account, now] },
      ],
      'write',
    );
    return { kind: 'stolen' };
  }

  /** Forgets the browser that holds this token, with every earlier token of its. */
  async forget(hash: string): Promise<void> {
    await this.#db.execute({ sql: 'DELETE FROM remembered WHERE family IN (SELECT family FROM remembered WHERE hash = ?)', args: [hash] });
  }

  /** Ends every session and forgets every browser of an account: its password changed, or it is deleted. */
  async forgetAll(account: string): Promise<void> {
    await this.#db.batch([...forgetting(account), { sql: 'DELETE FROM alarms WHERE account = ?', args: [account] }], 'write');
  }

  /** When an old token of the account was used, null if never since the password changed. */
  async alarm(account: string): Promise<number | null> {
    const { rows } = await this.#db.execute({ sql: 'SELECT time FROM alarms WHERE account = ?', args: [account] });
    return rows[0] ? Number(rows[0]['time']) : null;
  }
}

const forgetting = (account: string): { sql: string; args: string[] }[] =>
  ['tokens', 'remembered'].map((table) => ({ sql: `DELETE FROM ${table} WHERE account = ?`, args: [account] }));
