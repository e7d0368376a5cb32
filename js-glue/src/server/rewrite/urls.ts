// Text of an attribute, and the URLs in it.
import { decodeHTMLAttribute } from 'entities/decode'

import type { Shape } from './table.js'

/** What the browser makes of an attribute's source text. */
export const attributeValue = (source: string): string => (source.includes('&') ? decodeHTMLAttribute(source) : source)
/** The source text of a value, for between double quotes; the rewriter itself escapes those. */
export const attributeSource = (value: string): string => value.replaceAll('&', '&amp;')
/** Text of markup that we write ourselves. */
export const escapeAttribute = (value: string): string => attributeSource(value).replaceAll('"', '&quot;').replaceAll('<', '&lt;')

/** The URL as the browser will request it; what it cannot read goes on as it is, and the core denies it. */
export function resolved(url: string, base: string): string {
  try {
    return new URL(url, base).href
  } catch {
    return url
  }
}

/** A URL of `srcset`, descriptors left out. A comma inside a URL makes two of it, of which the first still names the host. */
const candidates = (value: string): string[] => value.split(/[\s,]+/).filter((part) => part && !/^[\d.]+[wxh]$/.test(part))

/** The URLs of an attribute; empty ones request nothing. CSS has its own reader. */
export function urlsIn(shape: Exclude<Shape, 'css'>, value: string): string[] {
  switch (shape) {
    case 'url':
      return value.trim() ? [value] : []
    case 'srcset':
      return candidates(value)
    case 'urls':
      return value.split(/[\t\n\f\r ]+/).filter(Boolean)
    case 'values':
      // Numbers, colours and paths of other animations mean nothing: only what could be a URL of another host is asked about.
      return value.split(';').filter((part) => /^\s*(?:[a-z][a-z0-9+.-]*:|[/\\]{2})/i.test(part))
  }
}

/** `<meta http-equiv=refresh>` and the Refresh header: the URL, null where the page only reloads (HTML, "shared declarative refresh steps"). */
export function refreshUrl(value: string): string | null {
  const rest = /^\s*[\d.]*[\s;,]*(.*)$/s.exec(value)?.[1] ?? ''
  const url = rest.replace(/^url\s*=\s*/i, '').replace(/^(["'])(.*?)(?:\1.*)?$/s, '$2')
  return url.trim() ? url : null
}
