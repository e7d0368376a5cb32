// Permissions-Policy: features that hand something of the visitor's to frames of others, or to advertising machinery.
import { parseDictionary } from 'structured-headers'

interface Feature {
  readonly name: string
  readonly value: '()' | '(self)'
  /** The Chromium versions that know it: [first, behind the last). Others print a warning for a name they do not know. */
  readonly from: number
  readonly until: number
}

const FEATURES: readonly Feature[] = [
  // Default everybody: a frame reads model, platform version and architecture of the device.
  { name: 'ch-ua-high-entropy-values', value: '(self)', from: 119, until: Infinity },
  // Requests that leave when the page has gone. The page and its own frames keep them; '()' for the second would leave the page itself
  // without any (Chromium counts its share as well).
  { name: 'deferred-fetch', value: '(self)', from: 135, until: Infinity },
  { name: 'deferred-fetch-minimal', value: '(self)', from: 135, until: Infinity },
  { name: 'browsing-topics', value: '()', from: 115, until: 150 },
  { name: 'attribution-reporting', value: '()', from: 115, until: 150 },
  { name: 'join-ad-interest-group', value: '()', from: 115, until: 150 },
  { name: 'run-ad-auction', value: '()', from: 115, until: 150 },
]

/** The Chromium of a `Sec-CH-UA` header, 0 if it is none or does not say. */
const chromium = (header: string | null): number => Number(/"Chromium"\s*;\s*v="(\d{1,4})"/.exec(header ?? '')?.[1] ?? 0)

/**
 * The header's value: what the site says, and beside it the features above that this browser knows and the site does not speak
 * of. null: nothing to say. A browser without Sec-CH-UA has none of these features.
 */
export function permissionsPolicy(site: string | null, clientHints: string | null): string | null {
  const version = chromium(clientHints)
  let named: ReadonlySet<string>
  try {
    named = new Set(site ? parseDictionary(site).keys() : [])
  } catch {
    named = new Set() // a browser drops what it cannot read, too
    site = null
  }
  const ours = FEATURES.filter(({ name, from, until }) => !named.has(name) && version >= from && version < until)
  const all = [...(site ? [site] : []), ...ours.map(({ name, value }) => `${name}=${value}`)]
  return all.length > 0 ? all.join(', ') : null
}
