// Plane 1 and a <meta> of plane 2 for pages that no server touches: a build step, for somebody who has not chosen yet.
import { type Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { contentSecurityPolicy, hashSource } from './csp.js'
import { type Facts } from './desk.js'
import { platform } from './platform.js'
import { openDesk } from './protection.js'
import { pageHandlers, type PageParts } from './rewrite/page.js'
import { escapeAttribute } from './rewrite/urls.js'

export interface StaticOptions {
  readonly policy: Uint8Array
  /** Address of consent.js. Default '/consent.js'. */
  readonly script?: string | undefined
  /** Where the pages will be visited from; the strict regime unless told. */
  readonly facts?: Facts
  readonly note?: (error: unknown) => void
}

/** Protects one page: its HTML (UTF-8 text) and the address it will have. Rejects where the page cannot be protected. */
export type ProtectStatic = (html: string, url: string) => Promise<string>

const streamOf = (text: string): ReadableStream<Uint8Array> => new Response(text).body as ReadableStream<Uint8Array>

/**
 * Makes the function that protects pages in files. Consent is not known then, so everything that needs one is held and released by
 * the runtime; the CSP admits, by host, what a grant could release, and inline scripts and styles by their hash.
 */
export function createStaticProtection(options: StaticOptions): ProtectStatic {
  const desk = openDesk(options.policy, options.note)
  const src = options.script ?? '/consent.js'
  return async (html, url) => {
    const visit = desk.visit(new Request(url), url, options.facts ?? {}, Math.floor(Date.now() / 1000))
    const inline = { script: new Set<string>(), style: new Set<string>() }
    const rewrite = (text: string, handlers: Parameters<typeof platform.rewrite>[1]): Promise<string> => new Response(platform.rewrite(streamOf(text), handlers)).text()
    // Where the policy goes: before the runtime, and so before the first script.
    const place = `mf-${crypto.randomUUID()}`
    const parts: PageParts = {
      mayRequest: (how: Initiator, address: string) => desk.mayRequest(visit, how, address),
      page: url,
      nonce: '',
      addNonce: { script: false, style: false },
      runtime: { src, attributes: { 'data-mf-static': place }, policy: null },
      nested: rewrite,
      inline: (kind, text) => inline[kind].add(text),
    }
    const page = await rewrite(html, pageHandlers(parts))
    const marker = ` data-mf-static="${place}"`
    const at = page.lastIndexOf('<', page.indexOf(marker))
    if (at < 0) throw new Error('there is no place for consent.js: the page has no head, no body and no script')
    const hashes = async (texts: Iterable<string>): Promise<string[]> => Promise.all([...texts].map(hashSource))
    const sources = desk.with(visit, (gate) => gate.sources())
    const policy = contentSecurityPolicy({ sources, page: url, inline: { script: await hashes(inline.script), style: await hashes(inline.style) }, handlers: [] })
    return `${page.slice(0, at)}<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">${page.slice(at).replace(marker, '')}`
  }
}
