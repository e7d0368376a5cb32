// Plane 1: a page on its way to the browser. Whatever in it would reach somebody the core denies is left in place under another
// name, inert, for the runtime to put back (browser/release.ts):
//
//   data-mf="src"                            the attributes held, each as data-mf-<name>
//   <script type="text/plain" data-mf="src" data-mf-src data-mf-type>     a script, with its own type
//   <script type="text/plain" data-mf="" data-mf-need="url url">          an inline script, with what it imports
//   url("data:,mf:https%3A…")                a URL in CSS
//   data-mf-style                            a style attribute: the CSP admits none, the runtime sets it
import { decodeHTML } from 'entities/decode'

import { Initiator } from '../../gen/metrofax/consent/fb/initiator.js'
import type { Handlers, RewriterElement, RewriterText } from '../platform-types.js'
import { cleanCss } from './css.js'
import { cleanImportMap, cleanSpeculationRules, importsIn, scriptKind, type ScriptKind } from './scripts.js'
import { SELECTOR, linkRequests, usesAnywhere, usesOf, type Use } from './table.js'
import { attributeSource, attributeValue, escapeAttribute, refreshUrl, resolved, urlsIn } from './urls.js'

/** Longest text of one style, script or noscript element that is looked at; more ends the page. */
const LONGEST_TEXT = 8 * 1024 * 1024
/** How deep pages in pages are looked into; what lies deeper is left out. */
const DEEPEST = 8

/** What a pass over a page needs. */
export interface PageParts {
  /** Whether the core lets this absolute URL be requested. */
  mayRequest(how: Initiator, url: string): boolean
  /** The page's URL. */
  readonly page: string
  readonly nonce: string
  /** What inline texts get the nonce: not where the site's own CSP has it, which then decides what runs. */
  readonly addNonce: { readonly script: boolean; readonly style: boolean }
  /** The runtime's address, and a policy for a meta element before it; null where it is not to be put in. */
  readonly runtime: { readonly src: string; readonly attributes: Readonly<Record<string, string>>; readonly policy: string | null } | null
  /** Rewrites a page inside a page. */
  nested(html: string, handlers: Handlers): Promise<string>
  /** Told of every inline script and style that stays: a CSP without nonces needs its hash. */
  readonly inline?: (kind: 'script' | 'style', text: string) => void
}

type Depth = 'page' | 'frame' | 'noscript'

const HTML = 'http://www.w3.org/1999/xhtml'

/** One after the other, and never inside the module's own call: the rewriter's instance serves the inner pages too. */
async function inTurn(works: readonly (() => Promise<void>)[]): Promise<void> {
  await Promise.resolve()
  for (const work of works) await work()
}

const remove = (element: RewriterElement, name: string): void => {
  // A second attribute of the same name would count once the first has gone.
  while (element.hasAttribute(name)) element.removeAttribute(name)
}

class Pass {
  private base: string
  private baseSeen = false
  /** The runtime's tag is in, or is not wanted. */
  private placed: boolean

  constructor(
    private readonly parts: PageParts,
    private readonly kind: Depth,
    private readonly depth: number,
    base: string,
  ) {
    this.base = base
    this.placed = parts.runtime === null || kind !== 'page'
  }

  private may(how: Initiator, url: string): boolean {
    return this.parts.mayRequest(how, resolved(url, this.base))
  }

  private clean(css: string): string {
    return cleanCss(css, (url) => this.may(Initiator.style, url))
  }

  private hold(element: RewriterElement, name: string, source: string): void {
    remove(element, name)
    element.setAttribute(`data-mf-${name}`, source)
    element.setAttribute('data-mf', `${this.held.get(element) ?? ''} ${name}`.trim())
    this.held.set(element, `${this.held.get(element) ?? ''} ${name}`.trim())
  }
  private readonly held = new WeakMap<RewriterElement, string>()

  // ---- elements

  /** Everything about one start tag. Only pages inside pages take time. */
  element(element: RewriterElement): Promise<void> | undefined {
    const tag = element.tagName.toLowerCase()
    const foreign = element.namespaceURI !== HTML
    switch (tag) {
      case 'body':
        // A policy counts in the head only.
        if (!this.placed) this.place((markup) => element.prepend(markup, { html: true }), false)
        break
      case 'head':
        // Not at the document's end, where it would complete a tag that the page left open.
        if (!this.placed) {
          element.onEndTag((end) => {
            if (!this.placed) this.place((markup) => end.before(markup, { html: true }))
          })
        }
        break
      case 'meta':
        this.meta(element)
        break
      case 'base':
        this.setBase(element)
        break
      case 'link':
        this.link(element)
        break
      case 'script':
        if (this.isSecondRuntime(element)) return undefined
        break
      case 'style':
        this.style(element, foreign)
        break
      default:
    }
    const later: (() => Promise<void>)[] = []
    for (const use of usesOf(tag)) this.attribute(element, tag, use, later)
    if (foreign) for (const use of usesAnywhere) this.attribute(element, tag, use, later)
    this.styleOf(element)
    if (tag === 'script') this.script(element)
    const srcdoc = tag === 'iframe' ? element.getAttribute('srcdoc') : null
    if (srcdoc !== null) {
      later.push(async () => {
        element.setAttribute('srcdoc', attributeSource(await this.inside(attributeValue(srcdoc), 'frame')))
      })
    }
    return later.length > 0 ? inTurn(later) : undefined
  }

  private attribute(element: RewriterElement, tag: string, { attribute, how, shape }: Use, later: (() => Promise<void>)[]): void {
    const source = element.getAttribute(attribute)
    if (source === null) return
    const value = attributeValue(source)
    if (shape === 'css') {
      if (this.clean(value) !== value) this.hold(element, attribute, source)
    } else if (!urlsIn(shape, value).every((url) => this.may(how, url))) {
      if (tag === 'script') this.holdScript(element)
      this.hold(element, attribute, source)
    } else if (how === Initiator.frame && /^\s*data:/i.test(value)) {
      later.push(() => this.dataFrame(element, attribute, source, value))
    }
  }

  /** A page in a data: URL loads on its own, where no runtime of ours can reach. Only HTML can be looked into. */
  private async dataFrame(element: RewriterElement, attribute: string, source: string, value: string): Promise<void> {
    const [, type = '', base64, body = ''] = /^\s*data:([^,]*?)(;\s*base64\s*)?,([^#]*)/is.exec(value) ?? []
    const mime = type.split(';', 1)[0]!.trim().toLowerCase()
    if (mime === '' || mime === 'text/plain' || /^(image\/(?!svg)|audio\/|video\/|application\/(json|pdf)$)/.test(mime)) return
    let html: string | undefined
    try {
      const bytes = decodeURIComponentLenient(body)
      if (mime === 'text/html') html = await this.inside(base64 ? fromBase64(bytes) : bytes, 'frame')
    } catch {
      // What cannot be read cannot be shown.
    }
    remove(element, attribute)
    if (html === undefined) element.setAttribute(`data-mf-${attribute}`, source)
    else element.setAttribute(attribute, `data:text/html;charset=utf-8,${encodeURIComponent(html)}`)
  }

  private styleOf(element: RewriterElement): void {
    const source = element.getAttribute('style')
    if (source === null) return
    const value = attributeValue(source)
    const cleaned = this.clean(value)
    if (this.kind === 'noscript') {
      if (cleaned !== value) element.setAttribute('style', attributeSource(cleaned))
      return
    }
    remove(element, 'style')
    element.setAttribute('data-mf-style', attributeSource(cleaned))
  }

  private meta(element: RewriterElement): void {
    const source = element.getAttribute('content')
    const kind = attributeValue(element.getAttribute('http-equiv') ?? '').trim().toLowerCase()
    if (kind !== 'refresh' || source === null) return
    const url = refreshUrl(attributeValue(source))
    // Nobody clicked: it is a request like any other. It does not come back, since a page that leaves by itself at consent helps nobody.
    if (url === null || this.may(Initiator.other, url)) return
    remove(element, 'content')
    element.setAttribute('data-mf-content', source)
  }

  private setBase(element: RewriterElement): void {
    const source = element.getAttribute('href')
    if (source === null) return
    const url = resolved(attributeValue(source), this.parts.page)
    if (!this.parts.mayRequest(Initiator.other, url)) {
      remove(element, 'href')
      element.setAttribute('data-mf-href', source)
    } else if (!this.baseSeen && this.kind !== 'noscript') {
      this.baseSeen = true
      this.base = url
    }
  }

  private link(element: RewriterElement): void {
    const source = element.getAttribute('href')
    if (source === null || !linkRequests(attributeValue(element.getAttribute('rel') ?? ''))) return
    const url = attributeValue(source)
    if (url.trim() && !this.may(Initiator.preload, url)) this.hold(element, 'href', source)
  }

  // ---- scripts

  /** The page's own tag of the runtime: the first gets its attributes, what stands behind one of ours goes. */
  private isSecondRuntime(element: RewriterElement): boolean {
    const { parts } = this
    const source = element.getAttribute('src')
    const src = source === null ? null : resolved(attributeValue(source), this.base)
    this.runtimeHere = parts.runtime !== null && this.kind === 'page' && src?.split(/[?#]/, 1)[0] === resolved(parts.runtime.src, parts.page)
    if (this.runtimeHere && this.placed) {
      element.remove()
      return true
    }
    if (!this.placed && !this.runtimeHere && element.namespaceURI === HTML) this.place((markup) => element.before(markup, { html: true }))
    return false
  }
  private runtimeHere = false

  /** The script whose text comes next; scripts do not nest. */
  private current = { kind: 'data' as ScriptKind, foreign: false, held: '' }

  private script(element: RewriterElement): void {
    const { parts } = this
    if (this.runtimeHere) {
      this.placed = true
      element.before(this.policy(), { html: true })
      for (const [name, value] of Object.entries(parts.runtime!.attributes)) {
        if (!element.hasAttribute(name)) element.setAttribute(name, attributeSource(value))
      }
    }
    const type = element.getAttribute('type')
    const loads = ['src', 'href', 'xlink:href', 'data-mf-src'].some((name) => element.hasAttribute(name))
    if (parts.addNonce.script && (!loads || this.runtimeHere)) element.setAttribute('nonce', parts.nonce)
    const foreign = element.namespaceURI !== HTML
    const current = { kind: loads ? ('data' as const) : scriptKind(type === null ? null : attributeValue(type)), foreign, held: '' }
    this.current = current
    if (current.kind !== 'javascript') return
    const attributes = type === null ? '' : ` data-mf-type="${escapeAttribute(attributeValue(type))}"`
    element.onEndTag((tag) => {
      if (current.held) tag.after(`<script type="text/plain" data-mf=""${attributes} ${current.held}</script>`, { html: true })
    })
  }

  private style(element: RewriterElement, foreign: boolean): void {
    if (this.parts.addNonce.style) element.setAttribute('nonce', this.parts.nonce)
    this.foreignStyle = foreign ? '' : null
    if (!foreign) return
    // In SVG it is no raw text: character references count, and comments fall out between two halves of a word.
    element.onEndTag((tag) => {
      tag.before(attributeSource(this.clean(decodeHTML(this.foreignStyle ?? ''))).replaceAll('<', '&lt;'), { html: true })
      this.foreignStyle = null
    })
  }
  private foreignStyle: string | null = null

  private holdScript(element: RewriterElement): void {
    const type = element.getAttribute('type')
    remove(element, 'type')
    element.setAttribute('type', 'text/plain')
    if (type !== null) element.setAttribute('data-mf-type', type)
  }

  private place(put: (markup: string) => void, policy = true): void {
    this.placed = true
    put((policy ? this.policy() : '') + this.tag())
  }

  private tag(): string {
    const { runtime, nonce } = this.parts
    const attributes = Object.entries({ src: runtime!.src, ...runtime!.attributes, ...(nonce ? { nonce } : {}) })
    return `<script${attributes.map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`).join('')}></script>`
  }

  /** In the head, where it counts; it is always before the page's first script. */
  private policy(): string {
    const policy = this.parts.runtime?.policy ?? null
    return policy === null ? '' : `<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">`
  }

  // ---- text

  /** A handler of the text of one kind of element: the whole of it at once, to be replaced by what `work` returns (null: as it is). */
  private whole(work: (text: string) => string | null | Promise<string | null>): (chunk: RewriterText) => Promise<void> | undefined {
    let text = ''
    return (chunk) => {
      text += chunk.text
      if (text.length > LONGEST_TEXT) throw new Error(`an element with more than ${LONGEST_TEXT} characters of text`)
      if (!chunk.lastInTextNode) {
        chunk.remove()
        return undefined
      }
      const all = text
      text = ''
      const put = (cleaned: string | null): void => {
        chunk.replace(cleaned ?? all, { html: true })
      }
      const cleaned = work(all)
      if (cleaned instanceof Promise) return cleaned.then(put)
      put(cleaned)
      return undefined
    }
  }

  private scriptText(source: string): string | null {
    const { current } = this
    const text = current.foreign ? decodeHTML(source) : source
    const may = (how: Initiator) => (url: string): boolean => this.may(how, url)
    switch (current.kind) {
      case 'data':
        return null
      case 'importmap':
        return cleanImportMap(text, may(Initiator.script)) ?? ''
      case 'speculationrules':
        return cleanSpeculationRules(text, may(Initiator.preload)) ?? ''
      case 'javascript': {
        const denied = importsIn(text)?.filter((url) => !this.may(Initiator.script, url))
        if (denied?.length === 0) {
          this.parts.inline?.('script', text)
          return null
        }
        // Without the list of what it needs it waits for nothing, and never runs.
        if (denied) current.held = `data-mf-need="${escapeAttribute(denied.map((url) => resolved(url, this.base)).join(' '))}">${source}`
        return ''
      }
    }
  }

  handlers(): Handlers {
    return {
      on: [
        { selector: `script, link, meta, base, iframe, head, body, style, [style], ${SELECTOR}`, element: (element) => this.element(element) },
        {
          selector: 'style',
          text: this.whole((text) => {
            if (this.foreignStyle === null) {
              const cleaned = this.clean(text)
              this.parts.inline?.('style', cleaned)
              return cleaned
            }
            this.foreignStyle += text
            return ''
          }),
        },
        {
          selector: 'noscript',
          text: this.whole(async (text) => {
            await Promise.resolve()
            return this.kind === 'noscript' ? '' : this.inside(text, 'noscript')
          }),
        },
        { selector: 'script', text: this.whole((text) => this.scriptText(text)) },
      ],
    }
  }

  /** A page inside this one. */
  private async inside(html: string, kind: Depth): Promise<string> {
    if (this.depth >= DEEPEST) return ''
    return this.parts.nested(html, new Pass(this.parts, kind, this.depth + 1, this.base).handlers())
  }
}

const decodeURIComponentLenient = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const fromBase64 = (text: string): string => {
  const binary = atob(text.replace(/\s/g, ''))
  return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)))
}

/** The handlers of one pass over one page. */
export const pageHandlers = (parts: PageParts): Handlers => new Pass(parts, 'page', 0, parts.page).handlers()
