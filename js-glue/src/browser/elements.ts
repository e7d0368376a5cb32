// What an attribute of an element requests: one table of elements, one reading of values, one way to hold them.
import { KeptMap, KeptSet, KeptWeakMap, lowerCase, words } from '../wire/intact.js'
import { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { addressesOf, silenced } from './css.js'
import { candidates, resolved, resolvedAll, type Held, type Holds } from './hold.js'
import { attribute, attributesOf, baseOf, localNameOf, matches, pattern, removeAttribute, setAttribute, stringOf } from './native.js'
import { constructor, method, property, prototypeIn, type Scope } from './patch.js'
import { LOCAL, framed, runtime, textOfLocal } from './frames.js'
import { fixed } from './trusted.js'

/** Interface, element names (* every one), attributes, and what the browser would call the request. */
const TABLE: [name: string, tags: string, attributes: string, how: Initiator][] = [
  ['HTMLScriptElement', 'script', 'src', Initiator.script],
  ['HTMLImageElement', 'img', 'src srcset', Initiator.image],
  ['HTMLIFrameElement', 'iframe', 'src srcdoc', Initiator.frame],
  ['HTMLFrameElement', 'frame', 'src', Initiator.frame],
  ['HTMLLinkElement', 'link', 'href imagesrcset', Initiator.style],
  ['HTMLMediaElement', 'video audio', 'src', Initiator.media],
  ['HTMLVideoElement', 'video', 'poster', Initiator.image],
  ['HTMLSourceElement', 'source', 'src srcset', Initiator.media],
  ['HTMLTrackElement', 'track', 'src', Initiator.media],
  ['HTMLEmbedElement', 'embed', 'src', Initiator.frame],
  ['HTMLObjectElement', 'object', 'data', Initiator.frame],
  ['HTMLInputElement', 'input', 'src', Initiator.image],
  ['HTMLBodyElement', 'body table thead tbody tfoot tr td th', 'background', Initiator.image],
  ['HTMLAnchorElement', 'a', 'ping', Initiator.ping],
  ['HTMLAreaElement', 'area', 'ping', Initiator.ping],
  ['HTMLMetaElement', 'meta', 'content', Initiator.frame],
  ['HTMLBaseElement', 'base', 'href', Initiator.other],
  ['SVGElement', 'image feImage use script', 'href xlink:href', Initiator.image],
  ['SVGElement', 'set animate', 'to values from by', Initiator.image],
  ['HTMLElement', '*', 'style', Initiator.image],
]
const table: Record<string, Record<string, Initiator | undefined> | undefined> = { __proto__: null as never }
const attributes = new KeptSet<string>()
for (const [, tags, names, how] of TABLE)
  for (const name of words(names)) {
    attributes.add(name)
    for (const tag of words(tags)) (table[tag] ??= { __proto__: null as never })[name] = how
  }
/** Presentation attributes of SVG may name a file. */
for (const name of words('filter fill stroke mask clip-path cursor marker-start marker-mid marker-end')) {
  attributes.add(name)
  table['*']![name] = Initiator.image
}

/** Everything that may request. */
export const REQUESTING =
  [...attributes].map((name) => (name === 'xlink:href' ? '' : `[${name}]`)).filter(Boolean).join() + ',image,script[type],style'

/** Links that make a browser fetch or connect; the others (canonical, alternate, license …) only say something. */
const FETCHED = pattern(/stylesheet|icon|pre|manifest/i)
const REFRESH = pattern(/^\s*[\d.]+\s*[;,\s]\s*(?:url\s*=\s*)?["']?([^"']*)/i)
const REFRESHING = pattern(/refresh/i)
const STRINGS = pattern(/[^;\s]+/g)
export const lower = (text: string): string => (UPPER.exec(text) ? lowerCase(text) : text)
const UPPER = pattern(/[A-Z]/)

/** What an attribute of an element requests; undefined if it requests nothing. */
export function initiatorOf(element: Element, name: string): Initiator | undefined {
  const tag = localNameOf(element)
  if (tag === 'link' && name === 'href') {
    const rel = attribute(element, 'rel')
    if (rel && !FETCHED.exec(rel)) return undefined
  }
  return table[tag]?.[name] ?? table['*']![name]
}

/** The addresses in an attribute's value. Of srcdoc: none, its markup is looked at by itself. */
export function urlsOf(element: Element, name: string, value: unknown): string[] {
  const base = baseOf(element)
  const text = stringOf(value)
  switch (name) {
    case 'srcset':
    case 'imagesrcset':
      return resolvedAll(candidates(text), base)
    case 'ping':
    case 'values':
      return resolvedAll(matches(STRINGS, text), base)
    case 'content': {
      const url = REFRESH.exec(text)?.[1]
      return url && REFRESHING.exec(attribute(element, 'http-equiv') ?? 'refresh') ? [resolved(url, base)] : []
    }
    case 'src': case 'href': case 'xlink:href': case 'poster': case 'data': case 'background': case 'to': case 'from': case 'by':
      return [resolved(text, base)]
    case 'srcdoc':
      return []
    default:
      return resolvedAll(addressesOf(text), base)
  }
}

/** Sets a style attribute; under a policy that admits none, by the way it leaves to scripts (CSP3 §6.7.2.3, "via CSSOM"). */
function setStyle(element: Element, css: string): void {
  const { style } = element as Partial<HTMLElement>
  if (runtime.nonce_.style_ && style) style.cssText = css
  else setAttribute(element, 'style', css)
}

/** Admits an inline text that has been looked at to the policy the page came with. True if it needed that. */
function admit(element: Element, nonce: string): boolean {
  if (!nonce || attribute(element, 'nonce') || (element as HTMLElement).nonce) return false
  setAttribute(element, 'nonce', nonce)
  return true
}

interface Waiting extends Held {
  value: unknown
}

/** What elements wait for: element -> attribute -> the value held back. */
const waiting = new KeptWeakMap<object, Map<string, Waiting>>()

/** What the page set and reads back while it waits. */
export const waitingFor = (element: unknown, name: unknown): Waiting | undefined =>
  waiting.get(element as Element)?.get(lower(stringOf(name)))

/** The page takes back what an attribute waits for. */
function forget(holds: Holds, element: unknown, name: string): void {
  const held = waitingFor(element, name)
  if (!held) return
  holds.drop_(held)
  waiting.get(element as Element)!.delete(name)
}

/** Sets a URL now, or when it may be requested; `setIt` does it natively. A later value replaces one that waits. */
export function setUrl(holds: Holds, element: Element, attributeName: string, given: unknown, setIt: (value: unknown) => void): void {
  const name = lower(attributeName)
  const how = initiatorOf(element, name)
  if (how === undefined) { setIt(given); return; }
  const apply = name === 'style' && runtime.nonce_.style_ ? (css: unknown): void => { setStyle(element, stringOf(css)) } : setIt
  const value = fixed(given)
  // A nonce would let it load from anywhere; its host is what admits it.
  if (runtime.nonce_.script_ && localNameOf(element) === 'script') removeAttribute(element, 'nonce')
  const urls = urlsOf(element, name, value)
  forget(holds, element, name)
  if (how === Initiator.frame && framed(holds, element, name, value, apply)) return
  if (how === Initiator.style && LOCAL.exec(urls[0]!)) {
    // A sheet that comes with its address.
    void textOfLocal(urls[0]!).then(([css]) => { holds.try_({ how_: how, urls: resolvedAll(addressesOf(css)), run_: () => { apply(value) } }) }, () => undefined)
    return
  }
  if (holds.allowed_(how, urls)) { apply(value); return; }
  // The rest of a style is no request.
  if (name === 'style') setStyle(element, silenced(stringOf(value)))
  const slots = waiting.get(element) ?? new KeptMap<string, Waiting>()
  const held = {
    how_: how,
    urls,
    value,
    element_: how === Initiator.frame || how === Initiator.media ? element : undefined,
    run_() {
      slots.delete(name)
      apply(value)
    },
  }
  waiting.set(element, slots.set(name, held))
  holds.keep_(held)
}

/** import "…", import … from "…" and import("…") with an address of somebody else's. */
const IMPORTS = pattern(/\b(?:import|from)\s*\(?\s*["'`]((?:[a-z]+:|\/\/)[^"'`]*)/gi)
/** What is imported has the importer's nonce (HTML, "new descendant script fetch options"): a host's being named would no longer matter. */
const IMPORTING = pattern(/\bimport\b/)
/** What a script's text imports by name. */
export const importsOf = (text: string): string[] => matches(IMPORTS, text)

const JSON_TYPES = pattern(/speculationrules|importmap/i)
const JSON_STRINGS = pattern(/"((?:[^"\\]|\\.)*)"/g)
const ADDRESS = pattern(/:|^\/\/|\\/)

/** Whether a script that is data to the browser names only what may be requested. */
function dataMayStay(holds: Holds, element: Element): boolean {
  for (const text of matches(JSON_STRINGS, element.textContent ?? ''))
    if (ADDRESS.exec(text) && !holds.allowed_(Initiator.preload, [resolved(text)], undefined, true)) return false
  return true
}

/**
 * Takes from an element that is not there yet what it may not request, and holds it. True if there was something.
 * kept: the element itself will not be there, what is written of it will. fresh: it was made from text, elsewhere.
 */
export function stop(holds: Holds, element: Element, kept = false, fresh = kept): boolean {
  let found = false
  const tag = localNameOf(element)
  const { script_: scriptNonce, style_: styleNonce } = runtime.nonce_
  if (tag === 'style') {
    const text = element.textContent ?? ''
    const urls = resolvedAll(addressesOf(text), baseOf(element))
    if (urls.length && !holds.allowed_(Initiator.style, urls, undefined, true)) {
      holdStyle(holds, element, text, urls)
      found = true
    }
    if (!kept || fresh) found = admit(element, styleNonce) || found
  } else if (tag === 'script' && !holds.allowed_(Initiator.script, importsOf(element.textContent ?? ''), undefined, true)) {
    setAttribute(element, 'type', 'text/plain')
    found = true
  } else if (tag === 'script' && JSON_TYPES.exec(attribute(element, 'type') ?? '') && !dataMayStay(holds, element)) {
    setAttribute(element, 'type', 'text/plain')
    found = true
  } else if (tag === 'script' && (!kept || fresh) && !loads(element) && !IMPORTING.exec(element.textContent ?? '')) found = admit(element, scriptNonce)
  const list = attributesOf(element)
  for (let i = list.length - 1; i >= 0; --i) {
    const { name, value } = list[i]!
    const how = initiatorOf(element, lower(name))
    if (how === undefined) continue
    if (how === Initiator.frame && framed(holds, element, lower(name), value)) {
      found = true
      continue
    }
    const allowed = holds.allowed_(how, urlsOf(element, lower(name), value), undefined, true)
    if (name === 'style' && styleNonce && fresh) {
      // Where the policy admits no style attribute, the parser drops it.
      found = true
      if (!kept && allowed) setStyle(element, value)
      if (kept) {
        setAttribute(element, 'data-mf-style', value)
        removeAttribute(element, name)
      }
      if (kept || allowed) continue
    }
    if (allowed) continue
    found = true
    if (kept) {
      // What comes to life elsewhere is held there (markup.ts).
      setAttribute(element, 'data-held', `${attribute(element, 'data-held') ?? ''} ${name}`)
      setAttribute(element, `data-held-${name}`, value)
      if (name === 'style') setAttribute(element, name, silenced(value))
      else removeAttribute(element, name)
      continue
    }
    if (name !== 'style') removeAttribute(element, name)
    setUrl(holds, element, name, value, (allowed) => { setAttribute(element, name, allowed) })
  }
  return found
}

/** A style sheet in the page without what it may not request, until it may. */
export function holdStyle(holds: Holds, element: Node, text: string, urls: string[]): void {
  const put = (css: string): void => { element.textContent = css }
  put(silenced(text))
  const held: Held = { how_: Initiator.style, urls, run_: () => { put(text) } }
  holds.keep_(held)
}

/** An attribute as a node is given a value. */
export function setAttr(holds: Holds, native: (value: unknown) => unknown, self: unknown, value: unknown): void {
  const { ownerElement, name } = self as Attr
  if (ownerElement) setUrl(holds, ownerElement, name, value, native)
  else native(value)
}

const loads = (script: Element): boolean => attribute(script, 'src') !== null || attribute(script, 'href') !== null || attribute(script, 'xlink:href') !== null

/** Attributes that say one address, which their property makes absolute. */
const SINGLE = pattern(/^(src|href|poster|data)$/)

/** Properties that are called otherwise than their attribute. */
const PROPERTIES: Record<string, string> = { imagesrcset: 'imageSrcset' }

export function patchElements(holds: Holds, scope: Scope): void {
  for (const [name, , names] of TABLE)
    for (const at of words(names))
      property(
        prototypeIn(scope, name),
        at === 'style' ? '-' : PROPERTIES[at] ?? at,
        (native, self, [value]) => { setUrl(holds, self as Element, at, value, native); },
        (native, self) => {
          const held = waitingFor(self, at)
          return held ? (SINGLE.exec(at) ? held.urls[0] : held.value) : native()
        },
      )
  const prototype = prototypeIn(scope, 'Element')
  for (const [name, at] of [['setAttribute', 0], ['setAttributeNS', 1]] as const)
    method(prototype, name, (native, self, args) => {
      const given = (args[at] = fixed(args[at]))
      // Most attributes request nothing, whatever has them.
      if (!attributes.has(lower(stringOf(given)))) {
        native(...args)
        return
      }
      setUrl(holds, self as Element, stringOf(given), args[at + 1], (value) => {
        args[at + 1] = value
        native(...args)
      })
    })
  method(prototype, 'removeAttribute', (native, self, args) => {
    forget(holds, self, lower(stringOf(args[0])))
    native(...args)
  })
  method(prototype, 'getAttribute', (native, self, args) => {
    const held = waitingFor(self, args[0])
    return held ? stringOf(held.value) : native(...args)
  })
  method(prototype, 'hasAttribute', (native, self, args) => !!waitingFor(self, args[0]) || native(...args))

  // Attributes as nodes.
  const put = (native: (...args: unknown[]) => unknown, element: Element, args: unknown[]): unknown => {
    const { name, value } = args[0] as Attr
    let result: unknown = null
    setUrl(holds, element, name, value, () => { result = native(...args) })
    return result
  }
  method(prototype, 'setAttributeNode setAttributeNodeNS', (native, self, args) => put(native, self as Element, args))
  const owners = new KeptWeakMap<object, Element>()
  property(prototype, 'attributes', undefined, (native, self) => {
    const list = native() as object
    owners.set(list, self as Element)
    return list
  })
  method(prototypeIn(scope, 'NamedNodeMap'), 'setNamedItem setNamedItemNS', (native, self, args) => put(native, owners.get(self as object)!, args))
  property(prototypeIn(scope, 'Attr'), 'value', (native, self, [value]) => { setAttr(holds, native, self, value) })

  // A link's rel can come after its address.
  const asLink = (self: unknown): void => {
    const link = self as HTMLLinkElement
    const href = attribute(link, 'href')
    if (href !== null && !holds.allowed_(Initiator.style, [resolved(href, baseOf(link))], undefined, true)) {
      removeAttribute(link, 'href')
      setUrl(holds, link, 'href', href, (value) => { setAttribute(link, 'href', value) })
    }
  }
  const link = prototypeIn(scope, 'HTMLLinkElement')
  property(link, 'rel', (native, self, [value]) => {
    native(value)
    asLink(self)
  })
  property(link, 'relList', undefined, (native, self) => {
    asLink(self)
    return native()
  })

  // What an SVG element animates knows its element only here.
  const animated = new KeptWeakMap<object, Element>()
  for (const name of ['SVGImageElement', 'SVGFEImageElement', 'SVGUseElement', 'SVGScriptElement'])
    property(prototypeIn(scope, name), 'href', undefined, (native, self) => {
      const value = native() as object
      animated.set(value, self as Element)
      return value
    })
  property(prototypeIn(scope, 'SVGAnimatedString'), 'baseVal', (native, self, [value]) => {
    const element = animated.get(self as object)
    if (element) setUrl(holds, element, 'href', value, native)
    else native(value)
  })

  // The constructor sets the URL behind the setter's back.
  constructor(scope, 'Audio', (make, [url]) => {
    const audio = make() as HTMLAudioElement
    if (url !== undefined) audio.src = url as string
    return audio
  })
}
