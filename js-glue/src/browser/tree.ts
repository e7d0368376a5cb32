// Nodes and markup on their way into a document: what was made where nothing is requested (a template, another document, a parser)
// is looked at before it comes to life.
import { KeptWeakMap, KeptWeakSet, cut as cutAt } from '../wire/intact.js'
import { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { addressesOf } from './css.js'
import { REQUESTING, holdStyle, lower, setAttr, stop } from './elements.js'
import { cleaned, cleanedPiece, framesIn, reachFrame, runtime, withoutNoscript } from './frames.js'
import { resolvedAll, type Holds } from './hold.js'
import {
  adopt, append, baseOf, connected, contentOf, documentOf, firstChildOf, importing, inert, localNameOf, parentOf, pattern, select, setInnerHtml, textOf, typeOf, stringOf } from './native.js'
import { method, property, prototypeIn, type Scope } from './patch.js'
import { fixed, trustedHtml } from './trusted.js'

const { insertBefore } = Node.prototype
const { apply } = Reflect

/**
 * What scripts put into a document, asked about attribute by attribute when it was made. The parser puts in nothing between that and the
 * time a document's observer is told (HTML: microtasks run before a script does), so the observer need not ask again.
 */
export const entered = new KeptWeakSet<Node>()

/** Looks at a node and all below it. */
export function stopTree(holds: Holds, root: Node): boolean {
  const found = typeOf(root) === 1 && stop(holds, root as Element, false, true)
  return stopBelow(holds, root) || found
}

function stopBelow(holds: Holds, root: Node): boolean {
  let found = false
  if (!firstChildOf(root)) return found
  const list = select(root, REQUESTING + ',script')
  for (let i = 0; i < list.length; ++i) found = stop(holds, list[i]!, false, true) || found
  return found
}

const isStyle = (node: unknown): node is Element => {
  try {
    return localNameOf(node) === 'style'
  } catch {
    return false
  }
}

/** Whether a style element may say this; if not, it says what it may and the rest is held. */
function styleMay(holds: Holds, style: Element, css: string): boolean {
  const urls = resolvedAll(addressesOf(css), baseOf(style))
  if (urls.length === 0 || holds.allowed_(Initiator.style, urls)) return true
  holdStyle(holds, style, css, urls)
  return false
}

/** Markup that can request anything has one of these in it: an element whose attributes do, an attribute that does wherever it is, or CSS that calls a function. */
const MARKUP = pattern(/<(?:[^\s<>/:]+:)?(?:script|style|link|meta|base|iframe|frame|object|embed|noscript|image|feimage|use|set|animate)|(?:src|srcset|poster|background|ping)\s*=/i)
const STYLED = pattern(/(?:style|filter|fill|stroke|mask|path|cursor|start|mid|end)\s*=/i)
const CALLS = pattern(/[(&]/)
/** Under a policy that admits no style attribute the parser would drop each. */
const mayRequest = (html: string): boolean => MARKUP.exec(html) !== null || (STYLED.exec(html) !== null && (runtime.nonce_.style_ !== '' || CALLS.exec(html) !== null))

/** The nodes that markup becomes in a context, where something in it may not be requested; else undefined. */
function nodesOf(holds: Holds, context: Node, html: string): Node | undefined {
  const shell = (typeOf(context) === 1 ? importing(inert, context, false) : inert.createElement('div')) as Element
  setInnerHtml(shell, trustedHtml(html))
  const root = localNameOf(shell) === 'template' ? contentOf(shell) : shell
  if (!stopBelow(holds, root)) return undefined
  const fragment = inert.createDocumentFragment()
  let child
  while ((child = firstChildOf(root))) append(fragment, child)
  return fragment
}

export function patchTree(holds: Holds, scope: Scope): void {
  /** Before nodes (among arguments) come below `self`, and after. */
  const entering = (native: (...args: unknown[]) => unknown, self: unknown, args: unknown[]): unknown => {
    const target = documentOf(self) ?? self
    let frames: Element[] | undefined
    let css: string | undefined
    let there: boolean | undefined
    for (let i = 0; i < args.length; ++i) {
      const node = args[i] as Node
      if (typeof node !== 'object' || node === null) {
        if (css !== undefined || isStyle(self)) css = (css ?? textOf(self) ?? '') + stringOf(node)
        continue
      }
      let type
      try {
        type = typeOf(node)
      } catch {
        continue // the platform says what is wrong
      }
      if (type === 3) {
        if (css !== undefined || isStyle(self)) css = (css ?? textOf(self) ?? '') + (textOf(node) ?? '')
        continue
      }
      if (documentOf(node) !== target) stopTree(holds, node)
      else if (type === 1 && LATE[localNameOf(node)]) stop(holds, node as Element)
      if (type === 1 && (there ??= connected(self))) entered.add(node)
      const inside = framesIn(node, type)
      if (inside.length) frames = frames ? [...frames, ...inside] : inside
    }
    if (css !== undefined && isStyle(self) && !styleMay(holds, self, css)) return args[0]
    const result = native(...args)
    if (frames) for (let i = 0; i < frames.length; ++i) reachFrame(frames[i])
    return result
  }
  const node = prototypeIn(scope, 'Node')
  const element = prototypeIn(scope, 'Element')
  const shadow = prototypeIn(scope, 'ShadowRoot')
  const document = prototypeIn(scope, 'Document')
  method(node, 'appendChild insertBefore replaceChild', entering)
  for (const owner of [element, document, prototypeIn(scope, 'DocumentFragment')])
    method(owner, 'append prepend replaceChildren moveBefore', entering)
  for (const owner of [element, prototypeIn(scope, 'CharacterData'), prototypeIn(scope, 'DocumentType')]) method(owner, 'before after replaceWith', entering)
  method(element, 'insertAdjacentElement', entering)
  method(prototypeIn(scope, 'Range'), 'insertNode surroundContents', (native, self, args) => {
    const { startContainer } = self as Range
    return entering(native, startContainer, args)
  })

  // Out of another document, or as a copy: looked at where it requests nothing.
  method(document, 'adoptNode', (native, self, args) => {
    if (documentOf(args[0]) !== self) stopTree(holds, args[0] as Node)
    return native(...args)
  })
  method(document, 'importNode', (native, self, args) => {
    if (documentOf(args[0]) === self) return native(...args)
    const copy = importing(inert, ...args) as Node
    return stopTree(holds, copy) ? adopt(self, copy) : native(...args)
  })
  method(prototypeIn(scope, 'XSLTProcessor'), 'transformToFragment', (native, _self, args) => {
    const made = native(args[0], inert) as Node
    if (made) stopTree(holds, made)
    return made && adopt(args[1], made)
  })

  // Markup as text.
  const inner = (owner: object | undefined): void => {
    property(owner, 'innerHTML', (native, self, args) => {
      const html = (args[0] = fixed(args[0] ?? ''))
      const text = stringOf(html)
      if (isStyle(self)) {
        if (styleMay(holds, self, text)) native(html)
        return
      }
      if (mayRequest(text)) {
        const bare = withoutNoscript(text)
        const nodes = nodesOf(holds, self as Node, bare)
        if (nodes) {
          native(trustedHtml(''))
          append(localNameSafe(self) === 'template' ? contentOf(self) : self, nodes)
          after(self as Node); return;
        }
        native(bare === text ? html : trustedHtml(bare))
        after(self as Node)
      } else native(html)
    })
    method(owner, 'setHTMLUnsafe', (native, self, args) => {
      const text = stringOf((args[0] = fixed(args[0])))
      const clean = cleaned(holds, text)
      if (clean !== text) args[0] = trustedHtml(clean)
      native(...args)
      after(self as Node)
    })
  }
  const after = (root: Node): void => {
    const frames = framesIn(root)
    for (let i = 0; i < frames.length; ++i) reachFrame(frames[i])
  }
  inner(element)
  inner(shadow)
  property(element, 'outerHTML', (native, self, args) => {
    const html = fixed(args[0] ?? '')
    const parent = parentOf(self)
    const nodes = parent && mayRequest(stringOf(html)) && nodesOf(holds, typeOf(parent) === 1 ? parent : inert.body, withoutNoscript(stringOf(html)))
    if (nodes) apply(Node.prototype.replaceChild, parent, [nodes, self as Node])
    else native(html)
    if (parent) after(parent)
  })
  method(element, 'insertAdjacentHTML', (native, self, args) => {
    const html = (args[1] = fixed(args[1]))
    const where = lower(stringOf(args[0]))
    const outside = where === 'beforebegin' || where === 'afterend'
    const parent = outside ? parentOf(self) : (self as Node)
    const nodes = parent && mayRequest(stringOf(html)) && nodesOf(holds, parent, withoutNoscript(stringOf(html)))
    if (nodes) {
      const { nextSibling, firstChild } = self as Node
      const before = where === 'beforebegin' ? (self as Node) : where === 'afterend' ? nextSibling : where === 'afterbegin' ? firstChild : null
      apply(insertBefore, parent, [nodes, before])
    } else native(...args)
    if (parent) after(parent)
  })
  method(prototypeIn(scope, 'Range'), 'createContextualFragment', (native, self, args, target) => {
    const html = fixed(args[0])
    if (!mayRequest(stringOf(html))) return native(html)
    const range = inert.createRange()
    const { startContainer } = self as Range
    const context = startContainer.nodeType === 1 ? startContainer : parentOf(startContainer)
    range.selectNodeContents(context ? (importing(inert, context, false) as Node) : inert.body)
    const bare = trustedHtml(withoutNoscript(stringOf(html)))
    const made = apply(target, range, [bare]) as DocumentFragment
    // Where nothing is stopped, custom elements come to life as they do without us.
    return stopTree(holds, made) ? adopt(documentOf(startContainer) ?? startContainer, made) : native(bare)
  })

  // Written into the parser. A tag that is cut off waits for its rest.
  const write = Object.getOwnPropertyDescriptor(document ?? {}, 'write')?.value as () => void
  const cut = new KeptWeakMap<object, string>()
  method(document, 'write writeln', (native, self, args, target) => {
    let text = cut.get(self as object) ?? ''
    for (let i = 0; i < args.length; ++i) text += stringOf(fixed(args[i]))
    if (target.name === 'writeln') text += '\n'
    const rest = CUT.exec(text)?.[0] ?? ''
    cut.set(self as object, rest)
    const piece = cutAt(text, text.length - rest.length)
    if (piece) native(trustedHtml(mayRequest(piece) ? cleanedPiece(holds, piece) : piece))
    after(self as Node)
  })
  method(document, 'close', (native, self) => {
    const rest = cut.get(self as object)
    cut.delete(self as object)
    if (rest) apply(write, self, [trustedHtml(cleanedPiece(holds, rest + '>'))])
    return native()
  })
  method(document, 'execCommand', (native, _self, args) => {
    if (INSERTING.exec(stringOf(args[0]))) {
      const value = stringOf((args[2] = fixed(args[2])))
      if (IMAGE.exec(stringOf(args[0]))) {
        if (!holds.allowed_(Initiator.image, resolvedAll([value]))) return false
      } else args[2] = trustedHtml(cleaned(holds, value))
    }
    return native(...args)
  })

  // Text in a style element.
  const text = (native: (value: unknown) => unknown, self: unknown, [value]: unknown[]): void => {
    const type = typeOf(self)
    if (type === 2) {
      setAttr(holds, native, self, value)
      return
    }
    const css = stringOf(value ?? '')
    // An exception costs more than all the rest: nobody is asked who is no element.
    const style = type === 1 ? self : type === 3 ? parentOf(self) : null
    if (!style || !isStyle(style) || styleMay(holds, style, css)) native(css)
  }
  property(node, 'textContent nodeValue', text)
  property(prototypeIn(scope, 'HTMLElement'), 'innerText', text)
  property(prototypeIn(scope, 'CharacterData'), 'data', text)
  method(prototypeIn(scope, 'CharacterData'), 'appendData insertData replaceData', (native, self, args) => {
    native(...args)
    const style = parentOf(self)
    if (isStyle(style)) styleMay(holds, style, textOf(style) ?? '')
  })
}

const LATE: Record<string, boolean | undefined> = { __proto__: null as never, script: true, style: true }
const INSERTING = pattern(/^insert(html|image)$/i)
const IMAGE = pattern(/image/i)
const CUT = pattern(/<[^>]*$/)
const localNameSafe = (node: unknown): string => (typeOf(node) === 1 ? localNameOf(node) : '')
