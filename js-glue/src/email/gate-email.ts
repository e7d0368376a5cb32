// A mail that any tool made, and what may stay in it.
import { decodeHTMLAttribute } from 'entities'

import { type MailGate } from './mail-gate.js'
import { rewriteMail, type RewriterElement } from './html.js'
import { cssLoads, isHidden, loadsOf } from './loads.js'
import { type Verdict } from '../wire/gate.js'

/** Something that was taken out, and why. */
export interface Removed {
  readonly url: string
  /** Where it stood: 'img src', 'style', 'comment', … */
  readonly where: string
  readonly verdict: Verdict
}

export interface Gated {
  readonly html: string
  readonly removed: readonly Removed[]
}

const NOSCRIPT = /<noscript\b/gi
const NOSCRIPT_END = /<\/noscript\s*>/gi
/** In Outlook's conditional comments stand pictures and styles of their own. */
const COMMENT_LOAD = /\b(src|background|href)\s*=\s*(["'])(.*?)\2/gi

/**
 * Takes out of a mail what its recipient has not allowed: clear GIFs and hidden pictures wholly, other pictures by their address
 * (their place and alt text stay), addresses in CSS, web fonts, posters. Asks the core about each address with the recipient
 * as `subject`. What may stay is left byte for byte.
 */
export async function gateEmail(html: string, gate: MailGate, subject: unknown): Promise<Gated> {
  const removed: Removed[] = []
  // The rewriter takes <noscript> for text, as browsers with scripts do; mail programs have none and show it.
  let end = 0
  let shown = ''
  for (let from = noscriptAfter(html, end); from; from = noscriptAfter(html, end)) {
    const inner = await gateEmail(html.slice(from.inside, from.close), gate, subject)
    removed.push(...inner.removed)
    shown += html.slice(end, from.inside) + inner.html
    end = from.close
  }
  html = shown + html.slice(end)
  const known = new Map<string, Verdict>()
  const refused = (url: string, hidden: boolean, where: string): boolean => {
    const key = `${hidden ? 1 : 0}${url}`
    const verdict = known.get(key) ?? gate.ask_(subject, { kind: 'email.load', url: decoded(url), hidden })
    known.set(key, verdict)
    if (verdict.outcome === 'allow') return false
    removed.push({ url, where, verdict })
    return true
  }
  const css = (text: string, where: string): string => {
    const gone = cssLoads(text).filter(({ url }) => refused(url, false, where))
    return gone.reduceRight((rest, { from, to }) => `${rest.slice(0, from)}none${rest.slice(to)}`, text)
  }
  const element = (found: RewriterElement): void => {
    const tag = found.tagName.toLowerCase()
    const hidden = (tag === 'img' || tag === 'input' || tag === 'image') && isHidden((name) => found.getAttribute(name))
    for (const { name, urls } of loadsOf(tag, [...found.attributes])) {
      if (tag === 'link' && !fetches(found.getAttribute('rel'))) continue
      if (!urls.some((url) => refused(url, hidden, `${tag} ${name}`))) continue
      if (hidden || tag === 'link' || tag === 'script') {
        found.remove()
        return
      }
      found.removeAttribute(name)
    }
    const style = found.getAttribute('style')
    if (style === null || !/[(@\\&]/.test(style)) return
    const read = decodeHTMLAttribute(style)
    const kept = css(read, `${tag} style`)
    if (kept !== read) found.setAttribute('style', kept)
  }
  const gated = await rewriteMail(html, {
    element,
    style: (text) => css(text, 'style'),
    comment(comment) {
      if (!/^\[if\b/i.test(comment.text)) return
      const { text } = comment
      const tagAt = (at: number): string => {
        const from = text.lastIndexOf('<', at)
        return from < 0 ? '' : (/^<([\w:]+)/.exec(text.slice(from, from + 40))?.[1]?.toLowerCase() ?? '')
      }
      const loads = text
        .replace(COMMENT_LOAD, (whole, name: string, quote: string, url: string, at: number) => {
          const tag = tagAt(at)
          if (name.toLowerCase() === 'href' && tag !== 'link') return whole
          return refused(url, false, `comment ${tag} ${name}`) ? `${name}=${quote}${quote}` : whole
        })
      const kept = withoutUrls(loads, (url) => refused(url, false, 'comment style'))
      if (kept !== text) comment.text = kept
    },
  })
  return { html: gated, removed }
}

/** The first `<noscript>` from an offset on that has an end: where its inside begins, and where its end does. */
function noscriptAfter(html: string, offset: number): { inside: number; close: number } | null {
  NOSCRIPT.lastIndex = offset
  const opened = NOSCRIPT.test(html) ? html.indexOf('>', NOSCRIPT.lastIndex) : -1
  if (opened < 0) return null
  NOSCRIPT_END.lastIndex = opened
  const close = NOSCRIPT_END.exec(html)
  return close && { inside: opened + 1, close: close.index }
}

/** A text with `none` for each url() that is refused. As lenient as Outlook reads CSS, and each character is looked at once. */
function withoutUrls(text: string, refused: (url: string) => boolean): string {
  let kept = ''
  let from = 0
  let close = 0
  for (const { index, 0: opening, 1: quote = '' } of text.matchAll(/\burl\(\s*(["']?)/gi)) {
    if (index < from) continue
    const start = index + opening.length
    const quoted = quote ? text.indexOf(quote, start) : -1
    const behind = quoted < 0 ? null : /^\s*\)/.exec(text.slice(quoted + 1, quoted + 100))
    if (!behind && close < start) close = text.indexOf(')', start)
    if (!behind && close < 0) break
    const end = behind ? quoted + 1 + behind[0].length : close + 1
    if (!refused(text.slice(start, behind ? quoted : close))) continue
    kept += `${text.slice(from, index)}none`
    from = end
  }
  return kept + text.slice(from)
}

/** Whether a `<link>` of this kind is fetched. */
function fetches(rel: string | null): boolean {
  return /\b(stylesheet|preload|prefetch|icon|modulepreload|preconnect|dns-prefetch|prerender)\b/i.test(rel ?? '')
}

/** An address as the browser would have it: the rewriter shows attributes as they are written. */
function decoded(url: string): string {
  return decodeHTMLAttribute(url).replace(/[\t\n\r]/g, '').trim()
}
