// Plane 2: the content security policy of one answer, from what the core admits. CSP Level 3; no 'unsafe-inline' anywhere.
import { type Sources } from './server-gate.js'

/** What a site may still ask of the policy that it is sent under. Nothing here opens a way to a third party. */
export interface CspOptions {
  /** 'unsafe-eval', and scripts from blob: and data: with it: for code that is made in the page. It is under the runtime like all other. */
  readonly allowEval?: boolean | undefined
  /** Source texts of inline event handlers, admitted by their hash ('unsafe-hashes'). */
  readonly inlineHandlers?: readonly string[] | undefined
}

interface Shape extends CspOptions {
  readonly sources: Sources
  /** URL of the page: its port and scheme are those of its sources. */
  readonly page: string
  /** What inline scripts and styles are admitted by: "'nonce-…'", or hashes. */
  readonly inline: { readonly script: readonly string[]; readonly style: readonly string[] }
  readonly handlers: readonly string[]
}

/** What is longer is written shorter, and what is then too long for common clients (Node reads 16 KB of headers) left out. */
const LONGEST = 6000

/** Host sources as the core writes them: nothing that could end an expression, a directive or the header. */
const HOST_SOURCE = /^(?:\*\.)?[a-z0-9_][a-z0-9._-]*(?:\/[!-+\--:<-~]*)?$/

const at = (source: string, scheme: string, port: string): string => {
  const slash = source.indexOf('/')
  return slash < 0 ? scheme + source + port : scheme + source.slice(0, slash) + port + source.slice(slash)
}

const written = (directives: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(directives)
    .map(([name, values]) => [name, ...(values.length > 0 ? values : ["'none'"])].join(' '))
    .join('; ')

/** Host sources of a page. One without a port means the scheme's own; a site on another, as in development, has its partners there too. */
const hostsFor = (page: string) => {
  const port = new URL(page).port ? ':*' : ''
  return (list: readonly string[], scheme = ''): string[] => list.filter((source) => HOST_SOURCE.test(source)).map((source) => at(source, scheme, port))
}

/** Those of its sources that speak WebSocket, as the core names them. */
const socketsFor = (page: string) => {
  const { protocol, port } = new URL(page)
  const scheme = protocol === 'https:' ? 'wss://' : 'ws://'
  return (list: readonly string[]): string[] =>
    list
      .filter((source) => source.startsWith('wss://') && HOST_SOURCE.test(source.slice(6)))
      .map((source) => at(source.slice(6), scheme, port ? ':*' : ''))
}

/** Where scripts come from: ourselves, `admitted`, and what code made in the page needs. */
const scriptsFrom = (admitted: readonly string[], inline: readonly string[], allowEval: boolean | undefined): string[] =>
  ["'self'", ...inline, "'wasm-unsafe-eval'", ...(allowEval ? ["'unsafe-eval'", 'blob:', 'data:'] : []), ...admitted]

/** The text of the header, or of a meta element. Always closed by default-src; at most about LONGEST bytes. */
export function contentSecurityPolicy({ sources, page, inline, handlers, allowEval }: Shape): string {
  const { protocol } = new URL(page)
  const hosts = hostsFor(page)
  const sockets = socketsFor(page)
  const opened = new Set(sources.open)
  const shape = (admitted: readonly string[], whole: boolean): string => {
    const all = hosts(admitted)
    const open = hosts(admitted.filter((source) => opened.has(source)))
    const script = scriptsFrom(all, inline.script, allowEval)
    // What comes with its address has been looked at where it was made, and what it names is under this policy.
    const style = ["'self'", 'data:', 'blob:', ...inline.style, ...all]
    const own = {
      'script-src-attr': handlers.length > 0 ? ["'unsafe-hashes'", ...handlers] : [],
      'worker-src': ["'self'", 'blob:', 'data:'],
      'base-uri': ["'self'"],
      'form-action': ["'self'", ...open],
    }
    // Every list once: default-src stands for styles, pictures, fonts, media, frames and connections together.
    if (!whole) return written({ 'default-src': ["'self'", 'data:', 'blob:', ...inline.style, ...all, ...sockets(admitted)], 'script-src': script, ...(opened.size < admitted.length ? { 'object-src': ["'self'", 'blob:', 'data:'] } : {}), ...own })
    const media = ["'self'", 'data:', 'blob:', ...all]
    return written({
      'default-src': ["'self'", ...all],
      'script-src': script,
      'style-src': style,
      'img-src': media,
      'font-src': ["'self'", 'data:', ...all],
      'media-src': media,
      // The scheme of a source without one is the page's, and a socket has another. Here is room for it whoever speaks it.
      'connect-src': [...media, ...hosts(admitted, protocol === 'https:' ? 'wss://' : 'ws://')],
      'frame-src': media,
      'manifest-src': ["'self'", ...all],
      'object-src': ["'self'", 'blob:', 'data:', ...open],
      ...own,
    })
  }
  const admitted = [...sources.open, ...sources.held]
  const long = shape(admitted, true)
  if (long.length <= LONGEST) return long
  const short = shape(admitted, false)
  if (short.length <= 2 * LONGEST) return short
  // Too many to name: what is held stays shut until the next page.
  const strict = shape(sources.open, false)
  return strict.length <= 2 * LONGEST ? strict : shape([], false)
}

/**
 * What stands beside the header in a `<meta>`: from where scripts come, whatever nonce they have. A script hands its nonce on to what it
 * imports (HTML, "new descendant script fetch options"), so the header alone would let an inline script import from anywhere. Inline
 * scripts are the header's affair: they need its nonce, whatever is said here.
 */
export function scriptSources({ sources, page, allowEval }: Pick<Shape, 'sources' | 'page' | 'allowEval'>): string {
  const hosts = hostsFor(page)
  const text = (list: readonly string[]): string => written({ 'script-src': scriptsFrom(hosts(list), ["'unsafe-inline'"], allowEval) })
  const all = text([...sources.open, ...sources.held])
  return all.length <= 2 * LONGEST ? all : text(sources.open)
}

/** 128 bits of the platform's generator (CSP3 §7.1 wants at least that), base64. */
export function makeNonce(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
}

/** `'sha256-…'` of an inline text. */
export async function hashSource(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`
}

/** The nonce by which a policy of the site's own admits scripts; null if none does. */
export function nonceIn(policy: string | null): string | null {
  for (const directive of policy?.split(/[;,]/) ?? []) {
    const match = /^\s*(?:script-src|script-src-elem|default-src)\s.*?'nonce-([A-Za-z0-9+/_-]+={0,2})'/is.exec(directive)
    if (match) return match[1]!
  }
  return null
}

/** Whether a policy of the site's own says which inline styles apply. */
export const governsStyles = (policy: string | null): boolean => /(?:^|[;,])\s*(?:style-src|style-src-elem|default-src)\s/i.test(policy ?? '')

/** A policy of the site's own without the report-uri of those who may not hear of it; enforcement is as it was. */
export function filterReports(policy: string, allowed: (url: string) => boolean): string {
  return policy
    .split(',')
    .map((one) =>
      one
        .split(';')
        .flatMap((directive) => {
          const [name = '', ...values] = directive.trim().split(/\s+/)
          if (name.toLowerCase() !== 'report-uri') return name ? [directive.trim()] : []
          const kept = values.filter(allowed)
          return kept.length > 0 ? [[name, ...kept].join(' ')] : []
        })
        .join('; '),
    )
    .filter(Boolean)
    .join(', ')
}
