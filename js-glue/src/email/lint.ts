// The linter for mail: any HTML, from any tool, templates included (E11, E14).
import { parse, parseFragment, type DefaultTreeAdapterMap } from 'parse5'

import { serviceOf } from './known-pixels.js'
import { cssLoads, isHidden, loadsOf } from './loads.js'
import { type MailGate } from './mail-gate.js'

export interface Finding {
  readonly severity: 'error' | 'warning'
  /** From 1; columns in UTF-16 units. */
  readonly line: number
  readonly column: number
  /** Stable name of what was found. */
  readonly rule: LintRule
  readonly message: string
}

export type LintRule =
  | 'hidden-image'
  | 'known-pixel'
  | 'undeclared'
  | 'not-clean'
  | 'font'
  | 'script'
  | 'no-tracking-link'
  | 'no-unsubscribe-link'
  | 'counted-way-out'
  | 'insecure'

export interface LintOptions {
  /** The mail must fetch nothing at all from anybody. */
  readonly clean?: boolean
  /** Promotional mail needs a way out. */
  readonly promotional?: boolean
  /** Whom the mail goes to; default: somebody unknown, in the strict regime. */
  readonly subject?: unknown
}

type Node = DefaultTreeAdapterMap['node']
type Element = DefaultTreeAdapterMap['element']

/** Fixed, because nothing that is granted is asked about. */
const STRANGER = { now: 1_700_000_000 }
/** Conditional comments within one another that are read. */
const MOST_NESTED = 8
const DYNAMIC = /\{\{|\{%|\*\||<%|\$\{|%%/
const OWN_PIXEL = /\{\{\{?\s*consentPixel|\{%-?\s*consentPixel|<!-- consent:pixel -->|<mj-consent-pixel|\/b\/[\w-]{40,}\.gif/
const OWN_LINK = /consentLink|["']consent:link:|\/c\/[\w-]{40,}/
const TRACKING_LINK = /\{\{\{?\s*trackingUrl|\{%-?\s*trackingUrl|["']consent:tracking["']|\/t\/[\w-]{40,}/
const UNSUBSCRIBE_LINK = /\{\{\{?\s*unsubscribeUrl|\{%-?\s*unsubscribeUrl|["']consent:unsubscribe["']|\/u\/[\w-]{40,}/
const WAY_OUT = /unsubscribe|opt-?out|preferences|trackingUrl|\/[ut]\//i

/** Line and column of an offset. */
class Places {
  /** Offsets of the lines. */
  readonly starts: number[]
  constructor(text: string) {
    this.starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  }
  at(offset: number): { line: number; column: number } {
    let low = 0
    let high = this.starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.starts[middle]! <= offset) low = middle
      else high = middle
    }
    return { line: low + 1, column: offset - this.starts[low]! + 1 }
  }
}

/** Everything that is wrong with a mail, in the order of its text. Never throws for what stands in it. */
export function lintEmail(html: string, gate: MailGate, options: LintOptions = {}): Finding[] {
  const lint = new Lint(html, gate, options)
  lint.read()
  return lint.findings.sort((a, b) => a.line - b.line || a.column - b.column)
}

class Lint {
  readonly findings: Finding[] = []
  readonly places: Places

  constructor(
    private readonly html: string,
    private readonly gate: MailGate,
    private readonly options: LintOptions,
    /** In how many conditional comments it stands. */
    private readonly depth = 0,
  ) {
    this.places = new Places(html)
  }

  read(): void {
    // A part of a mail (a cell, a row) would lose its tags in a document. No mail program runs scripts.
    const parsed = /<(?:!doctype|html|head|body)\b/i.test(this.html) ? parse : parseFragment
    this.walk(parsed(this.html, { sourceCodeLocationInfo: true, scriptingEnabled: false }))
    this.links()
  }

  private add(offset: number, rule: LintRule, message: string, severity: Finding['severity'] = 'error'): void {
    this.findings.push({ severity, ...this.places.at(offset), rule, message })
  }

  // Not by calling itself: a mail may be nested deeper than the stack is.
  private walk(root: Node): void {
    const open: Node[] = [root]
    for (let node = open.pop(); node; node = open.pop()) {
      if (node.nodeName === '#comment' && 'data' in node) this.comment(node.data, node.sourceCodeLocation?.startOffset ?? 0)
      if ('attrs' in node) this.element(node)
      if ('childNodes' in node) for (const child of node.childNodes) open.push(child)
      if ('content' in node) open.push(node.content)
    }
  }

  // Outlook reads what stands in conditional comments: a mail of its own.
  private comment(data: string, offset: number): void {
    const open = /^\[if[^\]]*\]>/i.exec(data)?.[0]
    if (!open) return
    if (this.depth >= MOST_NESTED) {
      this.add(offset, 'undeclared', 'conditional comments nested deeper than they are read: what they fetch is not known')
      return
    }
    const inside = data.slice(open.length).replace(/<!\[endif\]$/i, '')
    const shift = offset + '<!--'.length + open.length
    const inner = new Lint(inside, this.gate, { ...this.options, promotional: false }, this.depth + 1)
    inner.read()
    const { starts } = inner.places
    for (const { line, column, rule, message, severity } of inner.findings) {
      if (rule !== 'no-tracking-link') this.add(shift + starts[line - 1]! + column - 1, rule, message, severity)
    }
  }

  private element(element: Element): void {
    const tag = element.tagName
    const values = new Map(element.attrs.map(({ name, prefix, value }) => [prefix ? `${prefix}:${name}` : name, value]))
    const start = element.sourceCodeLocation?.startOffset ?? 0
    const at = (name: string): number => element.sourceCodeLocation?.attrs?.[name]?.startOffset ?? start
    const hidden = (tag === 'img' || tag === 'input') && isHidden((name) => values.get(name))
    if (tag === 'script') this.add(start, 'script', 'a mail carries no script: mail programs drop it, filters drop the mail')
    for (const { name, urls } of loadsOf(tag, values)) {
      if (tag === 'link' && !/stylesheet|preload|icon|prefetch/i.test(values.get('rel') ?? '')) continue
      for (const url of urls) this.load(url, at(name), hidden, `<${tag} ${name}>`)
    }
    const style = values.get('style')
    if (style && /[(@\\]/.test(style)) this.css(style, at('style'), `style of <${tag}>`)
    if (tag === 'style') {
      const text = element.childNodes[0]
      if (text && 'value' in text) this.css(text.value, text.sourceCodeLocation?.startOffset ?? start, '<style>', true)
    }
  }

  private css(css: string, offset: number, where: string, exact = false): void {
    for (const { url, from, font } of cssLoads(css)) {
      const at = exact ? offset + from : offset
      if (font) this.add(at, 'font', `a web font is fetched by whoever opens the mail, and tells when: ${shown(url)}`)
      else this.load(url, at, false, where)
    }
  }

  private load(url: string, at: number, hidden: boolean, where: string): void {
    if (OWN_PIXEL.test(url)) return
    if (DYNAMIC.test(url)) {
      if (hidden) this.add(at, 'hidden-image', `${where} fetches something that nobody sees, from an address the template makes`)
      return
    }
    if (url === '' || url.startsWith('#')) return
    const verdict = this.gate.ask_(this.options.subject ?? STRANGER, { kind: 'email.load', url, hidden })
    const service = serviceOf(url)
    if (hidden && !/^(data|cid):/i.test(url)) {
      const whose = service ? `: the pixel of ${service}` : ''
      this.add(at, service ? 'known-pixel' : 'hidden-image', `${where} fetches something that nobody sees${whose}: ${shown(url)}`)
    } else if (verdict.outcome !== 'allow') {
      if (service) this.add(at, 'known-pixel', `${where} fetches from ${service}: ${shown(url)}`)
      else this.add(at, 'undeclared', `${where}: ${verdict.reason.replaceAll('_', ' ')}: ${shown(url)}`)
    } else if (this.options.clean && verdict.reason !== 'local_scheme') {
      this.add(at, 'not-clean', `${where} fetches, and this mail must fetch nothing: ${shown(url)}`)
    } else if (/^http:/i.test(url)) {
      this.add(at, 'insecure', `${where} is fetched without TLS: ${shown(url)}`, 'warning')
    }
  }

  /** What has to stand in the mail as a whole. */
  private links(): void {
    const { html } = this
    const counts = OWN_PIXEL.exec(html) ?? OWN_LINK.exec(html)
    if (counts && !TRACKING_LINK.test(html)) {
      this.add(counts.index, 'no-tracking-link', 'the mail counts opens or clicks and has no link to withdraw from that alone (trackingUrl)')
    }
    if (this.options.promotional && !UNSUBSCRIBE_LINK.test(html)) {
      this.add(0, 'no-unsubscribe-link', 'promotional mail has no link to unsubscribe (unsubscribeUrl)')
    }
    for (const match of html.matchAll(/consentLink\s*(?:\(|\s)\s*(["'])(.*?)\1|["']consent:link:([^"']*)/g)) {
      const target = match[2] ?? match[3] ?? ''
      if (WAY_OUT.test(target)) this.add(match.index, 'counted-way-out', `the way out is never counted: ${shown(target)}`)
    }
  }
}

/** An address in a message: one line, not too long. */
function shown(url: string): string {
  const plain = url.replace(/[^\x21-\x7e]/g, '?')
  return plain.length > 120 ? `${plain.slice(0, 117)}...` : plain
}
