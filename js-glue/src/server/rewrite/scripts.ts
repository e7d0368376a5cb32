// Inline scripts, as far as their text says what they load: static imports, import() of a literal, import maps, speculation rules.
import { parse } from 'es-module-lexer/js'

import { isObject } from '../../wire/fields.js'

/** MIME types of classic scripts (MIME Sniffing §4.6), and the words for modules. */
const JAVASCRIPT = /^(?:module|(?:application|text)\/(?:x-)?(?:java|ecma|j|live)script(?:1\.\d)?)$/i

export type ScriptKind = 'javascript' | 'importmap' | 'speculationrules' | 'data'

/** What a browser does with a script element of this type attribute, null where it has none. */
export function scriptKind(type: string | null): ScriptKind {
  const name = (type ?? '').trim().toLowerCase()
  if (name === '' || JAVASCRIPT.test(name)) return 'javascript'
  return name === 'importmap' || name === 'speculationrules' ? name : 'data'
}

/**
 * URLs that the text of a script imports. Bare names are an import map's business. null: it has imports and cannot be read, which
 * is a no.
 */
export function importsIn(text: string): string[] | null {
  if (!/\bimport\b|\bfrom\b|\\u/.test(text)) return []
  try {
    const [imports] = parse(text)
    return imports.flatMap(({ n }) => (n === undefined || !/^(?:[./]|[a-z][a-z0-9+.-]*:)/i.test(n) ? [] : [n]))
  } catch {
    // A browser cannot run it either, unless it is a classic script that the lexer takes for a module's.
    return /\bimport\s*(?:\(|["'{*\w])/.test(text) ? null : []
  }
}

/** The import map without entries that may not be fetched; null where it cannot be read, which no browser can either. */
export function cleanImportMap(text: string, allowed: (url: string) => boolean): string | null {
  const keep = (map: unknown): Record<string, unknown> =>
    isObject(map) ? Object.fromEntries(Object.entries(map).filter(([, url]) => typeof url === 'string' && allowed(url))) : {}
  try {
    const map: unknown = JSON.parse(text)
    if (!isObject(map)) return null
    const { imports, scopes, integrity } = map
    return JSON.stringify({
      ...(imports === undefined ? {} : { imports: keep(imports) }),
      ...(isObject(scopes) ? { scopes: Object.fromEntries(Object.entries(scopes).map(([scope, one]) => [scope, keep(one)])) } : {}),
      ...(integrity === undefined ? {} : { integrity }),
    })
  } catch {
    return null
  }
}

/** Whether a document rule can only ever reach what `allowed` allows: one of its conditions, all of which must hold, says so. */
function bounded(where: unknown, allowed: (url: string) => boolean): boolean {
  if (!isObject(where)) return false
  const { and, or, href_matches: matches } = where
  if (Array.isArray(and)) return and.some((one) => bounded(one, allowed))
  if (Array.isArray(or)) return or.length > 0 && or.every((one) => bounded(one, allowed))
  const patterns = Array.isArray(matches) ? matches : [matches]
  // A pattern of a path alone stays on the page's own origin (URL Pattern, "create", with the document's base URL). Wildcards
  // of a whole URL may stand for any host.
  return patterns.every((one) => typeof one === 'string' && /^\/(?![/\\])/.test(one) && allowed(one.replace(/[*?#({].*$/s, '')))
}

/** Speculation rules (HTML, "speculative loading") without those that may reach what is not allowed; null: not JSON. */
export function cleanSpeculationRules(text: string, allowed: (url: string) => boolean): string | null {
  const keep = (rules: unknown): unknown[] =>
    (Array.isArray(rules) ? (rules as unknown[]) : []).flatMap((rule) => {
      if (!isObject(rule)) return []
      if (rule['where'] !== undefined || rule['source'] === 'document') return bounded(rule['where'], allowed) ? [rule] : []
      if (!Array.isArray(rule['urls']) || rule['relative_to'] !== undefined) return []
      const urls = (rule['urls'] as unknown[]).filter((url) => typeof url === 'string' && allowed(url))
      return urls.length > 0 ? [{ ...rule, urls }] : []
    })
  try {
    const rules: unknown = JSON.parse(text)
    if (!isObject(rules)) return null
    return JSON.stringify(
      Object.fromEntries(Object.entries(rules).map(([action, list]) => [action, Array.isArray(list) ? keep(list) : list])),
    )
  } catch {
    return null
  }
}
