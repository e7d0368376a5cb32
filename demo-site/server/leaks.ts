// What the leak lab (tests/leaks) tries and declares, from the build, and what `tests/run leaks` measured on this machine, if it did.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const browsers = ['chromium', 'firefox', 'webkit'] as const;
export type Browser = (typeof browsers)[number];

/** A reason, and the ways that it explains. */
export interface Known {
  readonly reason: string;
  readonly browsers?: readonly string[];
  readonly states?: readonly string[];
  /** true: behind the server's planes; false: the runtime alone; absent: both. */
  readonly planes?: boolean;
  readonly vectors: readonly string[];
}

export interface Measured {
  /** Unix seconds. */
  readonly time: number;
  /** Ways that arrive, and things that stay, without the SDK in this browser. */
  readonly fire: number;
  readonly stay: number;
  /** By state, behind createProtection(). */
  readonly server?: Readonly<Record<string, { readonly leaks?: readonly string[]; readonly stored?: readonly string[] }>>;
}

export interface Leaks {
  readonly kinds: readonly { readonly name: string; readonly ways: number }[];
  /** Ways to leave something. */
  readonly storage: number;
  readonly states: readonly string[];
  readonly declared: Readonly<Record<Browser, Readonly<Record<string, { readonly leaks: readonly string[]; readonly storage: readonly string[] }>>>>;
  readonly known: { readonly leaks: readonly Known[]; readonly storage: readonly Known[] };
  readonly measured: Readonly<Partial<Record<Browser, Measured>>>;
}

/** @param built demo-site/.build; the lab writes into build/leaks of the same tree. */
export async function readLeaks(built: string): Promise<Leaks> {
  const declared = JSON.parse(await readFile(join(built, 'leaks.json'), 'utf8')) as Omit<Leaks, 'measured'>;
  const measured: Partial<Record<Browser, Measured>> = {};
  for (const browser of browsers) {
    const text = await readFile(join(built, '../../build/leaks', `${browser}.json`), 'utf8').catch(() => null);
    const found = text === null ? null : (JSON.parse(text) as Measured);
    // A run of another part of the lab, or one that was broken off, says nothing of this.
    if (found?.server && typeof found.time === 'number' && typeof found.fire === 'number') measured[browser] = found;
  }
  return { ...declared, measured };
}
