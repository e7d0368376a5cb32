// Markup: what is inert until consent, and what the page's own markup brings.
import { KeptWeakSet } from '../wire/intact.js'
import { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { List } from '../wire/gate.js'
import { insist } from './frames.js'
import { resolved, type Holds } from './hold.js'
import { HELD, releaseHeld } from './release.js'
import type { Session } from './session.js'
import { REQUESTING, initiatorOf, setUrl, stop as stopElement, urlsOf } from './elements.js'
import { entered } from './tree.js'
import { setAttribute, attribute, matches, pattern, removeAttribute } from './native.js'
import { scriptText, scriptUrl } from './trusted.js'

const INERT = pattern(/^(type|data-src|src)$/)
const SRC = pattern(/^src$/)
const IDS = pattern(/[^\s,]+/g)
const started = new KeptWeakSet<Element>()

/** The last released script that others have to wait for, as they would behind a tag of its kind. */
let turn: Promise<unknown> | undefined

/** A script that never was one, with the attributes of another. */
function copyOf(element: HTMLScriptElement, without: RegExp): HTMLScriptElement {
  const script = document.createElement('script')
  for (const { name, value } of element.attributes) if (!without.exec(name)) script.setAttribute(name, value)
  script.nonce = element.nonce
  script.async = false
  return script
}

/** Brings an inert element to life: a script as a fresh copy (the old one was never one), others by their URL. */
function activate(element: HTMLElement): void {
  const url = element.dataset['src']
  if (!(element instanceof HTMLScriptElement)) {
    if (url) element.setAttribute(element instanceof HTMLLinkElement ? 'href' : 'src', url)
    insist(element)
    return
  }
  const script = copyOf(element, INERT)
  script.async = element.hasAttribute('async')
  const type = element.dataset['type']
  if (type) script.type = type
  if (url) script.src = scriptUrl(resolved(url))
  else script.text = scriptText(element.text)
  const put = (): void => { element.replaceWith(script); }
  if (!url && turn) {
    void turn.then(put)
    return
  }
  put()
  // Only what does load ends the waiting.
  if (url && !type && !script.async && !script.noModule && script.isConnected && attribute(script, 'src') !== null)
    turn = new Promise((done) => { for (const end of ['load', 'error']) script.addEventListener(end, done) })
}

/** `data-purpose` elements: held under the purposes their author names, beside what their URL is for. */
function hold(session: Session, holds: Holds, element: HTMLElement): void {
  if (started.has(element) || (element instanceof HTMLScriptElement && element.type !== 'text/plain')) return
  started.add(element)
  const url = element.dataset['src']
  const how = initiatorOf(element, 'src') ?? initiatorOf(element, 'href') ?? Initiator.other
  const purposes: number[] = []
  for (const id of matches(IDS, element.dataset['purpose'] ?? '')) {
    const number = session.gate_?.index_(List.purposes, id) ?? 255
    // A purpose the policy does not know can never be granted.
    if (number > 31) return
    purposes[purposes.length] = number
  }
  const run = (): void => { activate(element); }
  if (purposes.length === 0) return
  const urls = [resolved(url ?? location.href)]
  const chain = (at: number): (() => void) =>
    at === purposes.length ? run : () => { holds.try_({ how_: how, urls, purpose_: purposes[at]!, element_: how === Initiator.frame || how === Initiator.media ? element : undefined, run_: chain(at + 1) }); }
  chain(0)()
}

/** Untagged markup that the parser made: stopped as far as a script still can. */
function stop(holds: Holds, element: Element): void {
  const src = element instanceof HTMLScriptElement ? attribute(element, 'src') : null
  if (src === null) {
    stopElement(holds, element)
    return
  }
  if (holds.allowed_(Initiator.script, urlsOf(element, 'src', src), undefined, true)) return
  // A script whose document changes before it runs does not run (HTML, "execute the script element", step 2).
  const script = copyOf(element as HTMLScriptElement, SRC)
  element.replaceWith(script)
  document.implementation.createHTMLDocument('').adoptNode(element)
  setUrl(holds, script, 'src', src, () => {
    script.src = scriptUrl(src)
  })
}

/** What was held where it was only text (frames.ts). */
function holdAgain(holds: Holds, element: Element): void {
  const names = matches(IDS, attribute(element, 'data-held')!)
  removeAttribute(element, 'data-held')
  for (const name of names) {
    const value = attribute(element, `data-held-${name}`)
    removeAttribute(element, `data-held-${name}`)
    setUrl(holds, element, name, value, (allowed) => { setAttribute(element, name, name === 'src' && element.localName === 'script' ? scriptUrl(allowed as string) : allowed) })
  }
}

const WAITING = `[data-purpose],[data-held],${HELD}`
const ANY = `${WAITING},${REQUESTING}`

/** Looks at what is there, and from then on at what comes; returns the way to look again. */
export function watchMarkup(session: Session, holds: Holds, document: Document): () => void {
  const look = (root: ParentNode & Node): void => {
    const known = entered.has(root)
    // Most of what pages put in is nothing of this: one question for all of them.
    const any = known ? WAITING : ANY
    if (root.nodeType === 1 && !(root as unknown as Element).matches(any) && (!root.firstElementChild || !root.querySelector(any))) return
    const inert = [...root.querySelectorAll<HTMLElement>('[data-purpose]')]
    if (root instanceof HTMLElement && root.matches('[data-purpose]')) inert.unshift(root)
    // Which purposes there are is known when the gate is there.
    if (session.gate_) for (const element of inert) hold(session, holds, element)
    releaseHeld(holds, root)
    if (!known && root.nodeType === 1 && (root as unknown as Element).matches(REQUESTING)) stop(holds, root as unknown as Element)
    for (const element of root.querySelectorAll('[data-held]')) holdAgain(holds, element)
    if (root.nodeType === 1 && attribute(root, 'data-held') !== null) holdAgain(holds, root as unknown as Element)
    if (!known) for (const element of root.querySelectorAll(REQUESTING)) stop(holds, element)
  }
  look(document)
  new MutationObserver((records) => {
    for (let i = 0; i < records.length; ++i) {
      const nodes = records[i]!.addedNodes
      for (let j = 0; j < nodes.length; ++j) if (nodes[j]!.nodeType === 1) look(nodes[j] as Element)
    }
  }).observe(document, { childList: true, subtree: true })
  return () => { look(document) }
}
