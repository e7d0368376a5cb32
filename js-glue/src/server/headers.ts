// Response headers that make a browser store or request something: each asked about, what is denied left out.
import LinkHeader from 'http-link-header'
import { parseDictionary, parseList, serializeDictionary, serializeList } from 'structured-headers'

import { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { CONSENT_COOKIE } from './cookies.js'
import { type Desk, type Visit } from './desk.js'
import { linkRequests } from './rewrite/table.js'
import { refreshUrl, resolved } from './rewrite/urls.js'

type Filter = (value: string, may: (how: Initiator, url: string) => boolean) => string | null

/** Each takes a header's value and gives back what may stay of it, null for nothing. One that throws leaves nothing. */
const FILTERS: Readonly<Record<string, Filter>> = {
  link(value, may) {
    const links = LinkHeader.parse(value)
    links.refs = links.refs.filter(({ rel, uri }) => !linkRequests(rel) || may(Initiator.preload, uri))
    return links.refs.length > 0 ? links.toString() : null
  },
  refresh(value, may) {
    const url = refreshUrl(value)
    return url === null || may(Initiator.other, url) ? value : null
  },
  'speculation-rules'(value, may) {
    const kept = parseList(value).filter(([url]) => typeof url === 'string' && may(Initiator.preload, url))
    return kept.length > 0 ? serializeList(kept) : null
  },
  'reporting-endpoints'(value, may) {
    const kept = [...parseDictionary(value)].filter(([, [url]]) => typeof url === 'string' && may(Initiator.beacon, url))
    return kept.length > 0 ? serializeDictionary(new Map(kept)) : null
  },
  'report-to'(value, may) {
    const groups = JSON.parse(`[${value}]`) as { endpoints: { url: string }[] }[]
    const kept = groups.filter(({ endpoints }) => endpoints.every(({ url }) => may(Initiator.beacon, url)))
    return kept.length > 0 ? kept.map((group) => JSON.stringify(group)).join(', ') : null
  },
}

/**
 * The Cookie header as the browser's next request has it, as far as the consent cookie goes: a choice that an answer records holds
 * for this very answer, and for the cookies beside it. A form's tick is such a choice.
 */
export function withChoiceOf(answer: Headers, cookie: string): string {
  const own = (pair: string): boolean => pair.split('=', 1)[0]!.trim() === CONSENT_COOKIE
  const set = answer.getSetCookie().map((line) => line.split(';', 1)[0]!).filter(own).at(-1)?.trim()
  if (set === undefined) return cookie
  const others = cookie.split(';').map((pair) => pair.trim()).filter((pair) => pair && !own(pair))
  // Empty: it is taken away.
  return [...others, ...(set.endsWith('=') ? [] : [set])].join('; ')
}

/** Takes out of `headers` what this visitor's browser must not be told to request or to keep. */
export function filterHeaders(headers: Headers, desk: Desk, visit: Visit): void {
  const may = (how: Initiator, url: string): boolean => desk.mayRequest(visit, how, resolved(url, visit.page))
  for (const [name, filter] of Object.entries(FILTERS)) {
    const value = headers.get(name)
    if (value === null) continue
    let kept: string | null = null
    try {
      kept = filter(value, may)
    } catch {
      // What cannot be read is not sent on.
    }
    if (kept === null) headers.delete(name)
    else if (kept !== value) headers.set(name, kept)
  }
  const cookies = headers.getSetCookie()
  if (cookies.length === 0) return
  headers.delete('set-cookie')
  for (const line of cookies) {
    const allowed = desk.cookieAsAllowed(visit, line)
    if (allowed !== null) headers.append('set-cookie', allowed)
  }
}

/** Adds members to a comma-separated list header, without repeating one. */
export function addTo(headers: Headers, name: string, ...members: readonly string[]): void {
  const present = (headers.get(name) ?? '').split(',').map((one) => one.trim()).filter(Boolean)
  const known = new Set(present.map((one) => one.toLowerCase()))
  headers.set(name, [...present, ...members.filter((one) => !known.has(one.toLowerCase()))].join(', '))
}

/** What depends on one visitor is kept for nobody else, and asked for again each time. no-store of the site's stays. */
export function personalCaching(headers: Headers): void {
  const kept = (headers.get('cache-control') ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one && !/^(?:public|private|s-maxage|max-age|no-cache|immutable|must-revalidate|proxy-revalidate|stale-)/i.test(one))
  headers.set('cache-control', ['private', 'no-cache', ...kept].join(', '))
  for (const name of ['cdn-cache-control', 'surrogate-control', 'cloudflare-cdn-cache-control', 'expires']) headers.delete(name)
  addTo(headers, 'vary', 'Cookie', 'Sec-GPC')
}
