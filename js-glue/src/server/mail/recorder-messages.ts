// What RecorderThread and its thread say to each other.
import { type Fetched, type Outcome } from './decide-fetches.js'

/** Where the thread's store is. */
export type Places = { readonly sqlite: string } | { readonly postgres: string }

/** What a thread starts with. */
export interface Started {
  readonly keys: string | undefined
  readonly policy?: Uint8Array | undefined
  readonly database: Places
  /** Whether decisions are wanted back. */
  readonly told: boolean
}

/** Fetches as columns: lists of texts and numbers are copied between threads in a fraction of the time that objects take. */
export interface Packed {
  readonly tokens: readonly string[]
  readonly times: readonly number[]
  readonly agents: readonly string[]
  readonly addresses: readonly (string | null)[]
  /** 1: a click; 2: a prefetch; 4: HEAD. */
  readonly flags: readonly number[]
}

export type ToThread = { readonly id: string; readonly fetched: Packed } | { readonly close: true }
export type FromThread =
  | { readonly ready: true }
  | { readonly outcomes: readonly Outcome[] }
  | { readonly done: string }
  | { readonly refused: string; readonly error: Error }

export function packed(fetched: readonly Fetched[]): Packed {
  return {
    tokens: fetched.map(({ token }) => token),
    times: fetched.map(({ time }) => time),
    agents: fetched.map(({ agent }) => agent),
    addresses: fetched.map(({ address }) => address),
    flags: fetched.map(({ kind, prefetch, head }) => (kind === 'click' ? 1 : 0) | (prefetch ? 2 : 0) | (head ? 4 : 0)),
  }
}

export function unpacked({ tokens, times, agents, addresses, flags }: Packed): Fetched[] {
  return tokens.map((token, i) => ({
    kind: flags[i]! & 1 ? 'click' : 'open',
    token,
    time: times[i]!,
    agent: agents[i]!,
    prefetch: (flags[i]! & 2) !== 0,
    head: (flags[i]! & 4) !== 0,
    address: addresses[i]!,
  }))
}
