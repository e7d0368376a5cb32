// Under which regime a visitor is: as the site configured, or where its server says the visitor is, or, unknown, the strict one (W7). What
// a country's regime is, the core knows; here is only read who says which country.
import { type Facts } from './desk.js'

/**
 * Who says where visitors are. Only what the site's own front sets can be believed: any client can send a header, so nothing is read
 * unless it is named here, and the front has to overwrite what clients send.
 * cloudflare: request.cf where there is one, else CF-IPCountry and cf-region-code. Or names of headers: `country` holds an ISO 3166-1
 * alpha-2 code or a whole ISO 3166-2 one (US-CA), `region` what stands behind its hyphen.
 */
export type Place = 'cloudflare' | { readonly country: string; readonly region?: string }

export interface PlaceOptions {
  /** What the site knows of the visitor; goes before everything below. */
  readonly facts?: (request: Request) => Facts | Promise<Facts>
  /** One regime for everybody, by its id in the policy. */
  readonly regime?: string
  readonly place?: Place
}

interface CloudflareRequest {
  readonly cf?: { readonly country?: unknown; readonly regionCode?: unknown }
}

/** A country, and the region that was said with it, readable or not: the core judges. XX (unknown) and T1 (Tor) are no places. */
function placeOf(country: unknown, region: unknown): Pick<Facts, 'country' | 'region'> {
  // Two answers ("DE, US": added by two hops, or by a client) are none.
  const [, code, behind] = /^([A-Z]{2})(?:-([A-Z0-9]{1,3}))?$/.exec(typeof country === 'string' ? country.trim().toUpperCase() : '') ?? []
  if (code === undefined || code === 'XX') return {}
  const part = behind ?? (typeof region === 'string' ? region.trim().toUpperCase() : '')
  return { country: code, ...(part === '' ? {} : { region: part }) }
}

function located(request: Request, place: Place): Pick<Facts, 'country' | 'region'> {
  const header = (name: string): string | null => request.headers.get(name)
  if (place !== 'cloudflare') return placeOf(header(place.country), place.region === undefined ? undefined : header(place.region))
  const { cf } = request as CloudflareRequest
  return cf?.country === undefined ? placeOf(header('cf-ipcountry'), header('cf-region-code')) : placeOf(cf.country, cf.regionCode)
}

/** What is known of a request's visitor. Rejects as `facts` does. */
export function factsBy({ facts, regime, place }: PlaceOptions): (request: Request) => Promise<Facts> {
  return async (request) => {
    const known = (await facts?.(request)) ?? {}
    if (known.regime !== undefined || known.country !== undefined) return known
    if (regime !== undefined) return { ...known, regime }
    return place === undefined ? known : { ...known, ...located(request, place) }
  }
}
