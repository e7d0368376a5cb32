import type { Context, MiddlewareHandler } from 'hono';
import { type AdvertiserId, advertiserIds } from '../server/origins.js';

/** One request that reached an advertiser. Everything in it is what that advertiser's own access log would hold. */
export interface Hit {
  /** Counts up from 1 over all advertisers, never reset. */
  readonly seq: number;
  readonly advertiser: AdvertiserId;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  /** Query, at most 200 characters. */
  readonly query: string;
  /** Cookies that came along, name and value as sent, at most 200 characters each. */
  readonly cookies: readonly (readonly [string, string])[];
  /** The Referer header or the empty string. */
  readonly referrer: string;
  /** What in the page caused it, as far as the headers tell: script, iframe, image, fetch, eventsource, websocket … */
  readonly initiator: string;
}

/** What one advertiser has received since the last reset. */
export interface Counts {
  requests: number;
  byPath: Record<string, number>;
  /** Cookies that arrived, summed over the requests. */
  cookies: number;
}

const kept = 400;
const longestText = 200;

/** Counts and remembers what reached the advertisers, and tells those who watch. In memory: a restart begins at nothing. */
export class Ledger {
  readonly #counts = new Map<AdvertiserId, Counts>();
  #hits: Hit[] = [];
  #seq = 0;
  readonly #watchers = new Set<(event: Hit | 'reset') => void>();

  constructor() {
    this.#clear();
  }

  /** Counts one request. */
  record(hit: Omit<Hit, 'seq'>): void {
    const counts = this.#counts.get(hit.advertiser);
    if (!counts) return;
    counts.requests += 1;
    // A page can make an advertiser's paths endless; past this many they count under one name.
    const path = hit.path in counts.byPath || Object.keys(counts.byPath).length < 100 ? hit.path : 'other';
    counts.byPath[path] = (counts.byPath[path] ?? 0) + 1;
    counts.cookies += hit.cookies.length;
    const numbered: Hit = { seq: ++this.#seq, ...hit };
    this.#hits.push(numbered);
    if (this.#hits.length > kept) this.#hits = this.#hits.slice(-kept);
    for (const watcher of this.#watchers) watcher(numbered);
  }

  /** Counts by advertiser; a copy. */
  counts(): Record<AdvertiserId, Counts> {
    const copy = {} as Record<AdvertiserId, Counts>;
    for (const [id, counts] of this.#counts) copy[id] = { ...counts, byPath: { ...counts.byPath } };
    return copy;
  }

  /** The latest requests, oldest first, at most 400. */
  hits(): readonly Hit[] {
    return this.#hits;
  }

  reset(): void {
    this.#clear();
    for (const watcher of this.#watchers) watcher('reset');
  }

  /** Calls `watcher` at every request and reset until the returned function is called. */
  watch(watcher: (event: Hit | 'reset') => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #clear(): void {
    this.#hits = [];
    // Without a prototype: paths come from outside, and `__proto__` is a path like any other.
    for (const id of advertiserIds) {
      this.#counts.set(id, { requests: 0, byPath: Object.create(null) as Record<string, number>, cookies: 0 });
    }
  }
}

/** Records every request of one advertiser before it is answered. */
export function recorded(ledger: Ledger, advertiser: AdvertiserId): MiddlewareHandler {
  return async (c, next) => {
    const url = new URL(c.req.url);
    ledger.record({
      advertiser,
      time: Date.now(),
      method: c.req.method,
      path: url.pathname.slice(0, longestText),
      query: url.search.slice(0, longestText),
      cookies: readCookies(c.req.header('cookie') ?? ''),
      referrer: (c.req.header('referer') ?? '').slice(0, longestText),
      initiator: initiatorOf(c),
    });
    await next();
  };
}

function readCookies(header: string): (readonly [string, string])[] {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, Math.max(at, 0)).slice(0, longestText), pair.slice(at + 1).slice(0, longestText)] as const;
    });
}

function initiatorOf(c: Context): string {
  if (c.req.header('upgrade')?.toLowerCase() === 'websocket') return 'websocket';
  if (c.req.header('accept') === 'text/event-stream') return 'eventsource';
  const destination = c.req.header('sec-fetch-dest');
  if (destination && destination !== 'empty') return destination;
  // sendBeacon posts text without asking first; fetch and XHR cannot be told apart from outside.
  if (c.req.method === 'POST' && c.req.header('sec-fetch-mode') === 'no-cors') return 'beacon';
  return destination === 'empty' ? 'fetch or xhr' : 'unknown';
}
