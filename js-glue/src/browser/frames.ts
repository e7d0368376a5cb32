// Fresh realms: a frame's window has everything unpatched. Each is patched as soon as anybody can reach it, by the runtime of the
// page that made it; a document that brings scripts of its own begins with the tag of consent.js, which finds that runtime.
import { KeptMap, KeptWeakSet, cut, lowerCase } from '../wire/intact.js'
import type { Holds } from './hold.js'
import { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { attribute, innerHtmlOf, inert, localNameOf, matches, hasElements, pattern, select, contentOf, setAttribute, setInnerHtml, stringOf, typeOf } from './native.js'
import { method, property, prototypeIn, type Scope } from './patch.js'
import { lower, stop, REQUESTING } from './elements.js'
import { trustedHtml } from './trusted.js'

const { Blob, DOMParser, fetch, URL } = globalThis
const { createObjectURL } = URL
const { defineProperty, getOwnPropertyDescriptor } = Object
const realms = new KeptWeakSet<object>()
const documents = new KeptWeakSet<object>()
const prelude = { tag: '' }

/** What patches a realm, what watches a document, and consent.js's own tag: told by main.ts. */
export const runtime: { patch_(scope: Scope): void; watch_(document: Document): void; consent: unknown; nonce_: { script_: string; style_: string } } = {
  patch_: () => undefined, watch_: () => undefined, consent: null,
  /** By which the policy that the server sent (protection.ts) admits what was looked at; '' where no such policy is. */
  nonce_: { script_: '', style_: '' },
}
export const setPrelude = (tag: string): void => { prelude.tag = tag }

/** Patches the realm of a window, its document and its frames, once each. Of another origin's nothing can be had. */
export function reach(window: Window | null | undefined): void {
  try {
    const scope = window as unknown as Scope & Window
    const realm = scope['Function'] as object
    if (!realms.has(realm)) {
      realms.add(realm)
      if (getOwnPropertyDescriptor(scope, 'metrofaxConsent')?.writable === false) return
      defineProperty(scope, 'metrofaxConsent', { value: runtime.consent, enumerable: true })
      runtime.patch_(scope)
      // Before any listener of the page: what has loaded in a frame may be a realm nobody has seen.
      scope.addEventListener('load', ({ target }) => { reachFrame(target) }, true)
    }
    const { document } = scope
    if (!documents.has(document)) {
      documents.add(document)
      runtime.watch_(document)
    }
    for (let i = 0; i < scope.length; ++i) reach(scope[i])
  } catch {
    // Another origin's, or gone.
  }
}

const FRAMES = 'iframe,frame,object,embed'
const FRAME = pattern(/^(iframe|frame|object|embed)$/)
const windowsOf: Record<string, (() => Window | null) | undefined> = { __proto__: null as never }
for (const [tag, name] of [['iframe', 'HTMLIFrameElement'], ['frame', 'HTMLFrameElement'], ['object', 'HTMLObjectElement']] as const)
  windowsOf[tag] = Object.getOwnPropertyDescriptor((globalThis as unknown as Scope)[name]?.prototype ?? {}, 'contentWindow')?.get as () => Window | null
const { apply } = Reflect

/** The realm in a frame element; nothing of what is none. */
export function reachFrame(element: unknown): void {
  try {
    const get = windowsOf[localNameOf(element)]
    if (get) reach(apply(get, element, []))
  } catch {
    // No element.
  }
}

export const BLANK = 'about:blank'

/**
 * What a frame shows against what its address says. Chromium passes an address by in two cases; then it is told again:
 * - A frame of the page's markup got its address late: after a reload its history says what was in it before, nothing.
 * - Its address was taken back when a document was about to arrive: that document comes nevertheless, after the empty one.
 */
const again = (frame: HTMLIFrameElement): void => {
  const src = attribute(frame, 'src')
  const shown = frame.contentDocument?.URL
  if (src !== null && (src === BLANK ? !shown : shown === BLANK)) setAttribute(frame, 'src', src)
}
const onLoad = ({ currentTarget }: Event): void => { again(currentTarget as HTMLIFrameElement) }
const onEmptied = ({ currentTarget }: Event): void => {
  if (attribute(currentTarget, 'src') === BLANK) again(currentTarget as HTMLIFrameElement)
}

/** Holds a frame to the address it has just been given; to an empty one for as long as it has it. */
export function insist(element: Element, empty = false): void {
  if (!windowsOf[localNameOf(element)] || localNameOf(element) === 'object') return
  if (empty) element.addEventListener('load', onEmptied)
  else element.addEventListener('load', onLoad, { once: true })
}

/** The frames that a node is or holds, as they are now. */
export const framesIn = (node: Node, type = typeOf(node)): Element[] => {
  const found: Element[] = []
  if (type === 1 && FRAME.exec(localNameOf(node))) found[0] = node as Element
  if (hasElements(node, type)) {
    const list = select(node, FRAMES)
    for (let i = 0; i < list.length; ++i) found[found.length] = list[i]!
  }
  return found
}

// ---- documents that come as text

const NOSCRIPT = pattern(/<noscript[^]*?(?:<\/noscript[^>]*>|$)/gi)
const WHOLE = pattern(/<(?:html|head|body|frameset|!doctype)/i)
const SCRIPTS = pattern(/<script|\bon[a-z]+\s*=|javascript:/i)
const symbolReplace = RegExp.prototype[Symbol.replace]
const { parseFromString } = DOMParser?.prototype ?? {}
const parse = (text: string, type: DOMParserSupportedType): Document => apply(parseFromString, new DOMParser(), [text, type])

/** Without what only pages without scripts show: a parser without scripts would read it differently. */
export const withoutNoscript = (html: string): string => (matches(NOSCRIPT, html)[0] ? apply<RegExp, [string, string], string>(symbolReplace as never, NOSCRIPT, [html, '']) : html)

function stopAll(holds: Holds, root: Node, fresh = true): boolean {
  let found = false
  const list = select(root, REQUESTING + ',script,template')
  for (let i = 0; i < list.length; ++i) {
    const element = list[i]!
    if (localNameOf(element) === 'template') found = stopAll(holds, contentOf(element), fresh) || found
    else found = stop(holds, element, true, fresh) || found
  }
  return found
}

const INLINE = pattern(/<(script|style)(?![^>]*\s(?:src|href|nonce)\s*=|[^>]*>[^<]*\bimport\b)(?=[\s>])/gi)
/** A piece of a page, whose elements may end in another: inline texts in it are admitted as they stand. */
const admitted = (html: string): string => {
  const { script_: script, style_: style } = runtime.nonce_
  return style ? apply<RegExp, unknown[], string>(symbolReplace as never, INLINE, [html, (all: string, tag: string) => `${all} nonce="${lower(tag) === 'style' ? style : script}"`]) : html
}
/** `piece` for the parser, which reads on. */
export const cleanedPiece = (holds: Holds, piece: string): string => admitted(cleaned(holds, piece, false, false))

/** Markup in which nothing is requested that may not be; the same text where nothing was. */
export function cleaned(holds: Holds, given: string, whole = false, fresh = true): string {
  const html = withoutNoscript(given)
  if (whole || WHOLE.exec(html)) {
    const document = parse(trustedHtml(html), 'text/html')
    return stopAll(holds, document, fresh) ? `<!doctype html>${document.documentElement.outerHTML}` : html
  }
  const template = inert.createElement('template')
  setInnerHtml(template, trustedHtml(html))
  return stopAll(holds, contentOf(template), fresh) ? innerHtmlOf(template) : html
}

/** A document for a frame: cleaned, and where it has scripts, with ours first. */
const framedDocument = (holds: Holds, html: string): string =>
  (SCRIPTS.exec(html) ? prelude.tag : '') + cleaned(holds, html, true)

/** Blobs that have an address, by it. */
export const blobs = new KeptMap<string, Blob>()

export const LOCAL = pattern(/^[\0- ]*(blob|data):/i)
const JAVASCRIPT = pattern(/^[\0- ]*j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t\s*:/i)
const NOTHING = pattern(/^\s*javascript:\s*(?:void\b[^;,]*|false|''|"")?;?\s*$/i)
const HTML = pattern(/^[^;,]*html/i)
const DATA = pattern(/^[\0- ]*data:/i)
const SVG = pattern(/svg/)
const OTHER_TAB = pattern(/^_(?!parent|self|top)/i)
/** A URL without its fragment. */
const PLAIN = pattern(/^[^#]*/)
const INERT_TYPE = pattern(/^(image\/(?!svg)|application\/pdf|text\/plain|audio\/|video\/)/i)

/** The text behind a blob: or data: address. */
export const textOfLocal = async (url: string): Promise<[text: string, type: string]> => {
  const blob = blobs.get(PLAIN.exec(url)![0])
  if (blob) return [await blob.text(), blob.type]
  const response = await fetch(url)
  return [await response.text(), response.headers.get('Content-Type') ?? '']
}

/**
 * Frames whose document comes with them: srcdoc, blob: and data:. Takes over (true) and sets what has been looked at, by
 * `apply` or as an attribute.
 */
export function framed(holds: Holds, element: Element, name: string, value: unknown, apply?: (value: unknown) => void): boolean {
  if (!FRAME.exec(localNameOf(element))) return false
  const put = apply ?? ((allowed: unknown) => { setAttribute(element, name, allowed) })
  const text = stringOf(value)
  if (name === 'srcdoc') {
    const clean = framedDocument(holds, text)
    if (!apply && clean === text) return false
    put(trustedHtml(clean))
    return true
  }
  // What a javascript: address comes to would be a document; one that comes to nothing is none.
  if (JAVASCRIPT.exec(text)) return !NOTHING.exec(text)
  if (!LOCAL.exec(text) || cut(text, ours.length) === ours) return false
  if (!apply) setAttribute(element, name, BLANK)
  void textOfLocal(text).then(([html, type]) => {
    if (INERT_TYPE.exec(type)) { put(text); return }
    if (HTML.exec(type)) {
      const clean = framedDocument(holds, html)
      put(DATA.exec(text)
        ? `data:${type},${encodeURIComponent(clean)}`
        : (ours = createObjectURL(new Blob([clean], { type }))))
      return
    }
    // XML may run scripts too; it goes in whole or not at all.
    const parsed = parse(html, SVG.exec(type) ? 'image/svg+xml' : 'text/xml')
    if (!select(parsed, 'script').length && !stopAll(holds, parsed)) put(text)
  }).catch(() => undefined)
  return true
}
let ours = '\0'

export function patchFrames(holds: Holds, scope: Scope): void {
  for (const name of ['HTMLIFrameElement', 'HTMLFrameElement', 'HTMLObjectElement'])
    property(prototypeIn(scope, name), 'contentWindow contentDocument', undefined, (native, self) => {
      reachFrame(self)
      return native()
    })
  method(scope['URL'], 'createObjectURL', (native, _self, args) => {
    const url = native(...args) as string
    if (args[0] instanceof Blob || (args[0] as object)?.constructor?.name === 'Blob') blobs.set(url, args[0] as Blob)
    return url
  })
  method(scope['URL'], 'revokeObjectURL', (native, _self, args) => {
    blobs.delete(stringOf(args[0]))
    return native(...args)
  })
  method(scope, 'open', (native, _self, args) => {
    const [url, target] = args as (string | undefined)[]
    const frame = !!target && !OTHER_TAB.exec(target) && frameNamed(scope as unknown as Window, target)
    const address = url === undefined ? '' : url
    if (address && !holds.allowed_(frame ? Initiator.frame : Initiator.navigation, [absoluteIn(scope, address)])) return null
    const opened = native(...args) as Window | null
    reach(opened)
    return opened
  })
}

const absoluteIn = (scope: Scope, url: string): string => {
  try {
    return new URL(url, (scope as unknown as Window).document.baseURI).href
  } catch {
    return url
  }
}

/** Whether a link's or a form's target, seen from a window, is a frame and not the visitor's own tab. */
export function frameNamed(window: Window, target: string): boolean {
  const name = lowerCase(target)
  if (name === '_blank' || name === '_top') return false
  if (!name || name === '_self') return window !== window.top
  if (name === '_parent') return window.parent !== window.top
  const within = (some: Window): boolean => {
    for (let i = 0; i < some.length; ++i) {
      try {
        const one = some[i] as unknown as Window
        if (one.name === target || within(one)) return true
      } catch {
        // A frame that has gone to another origin: its name is not ours to read, its element's is.
      }
    }
    return false
  }
  const root = window.top ?? window
  try {
    if (within(root)) return true
    const list = select(window.document, 'iframe[name],frame[name]')
    for (let i = 0; i < list.length; ++i) if (attribute(list[i], 'name') === target) return true
    return false
  } catch {
    return false
  }
}

