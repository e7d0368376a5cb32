// Markup: what is inert until consent, and what the page's own markup brings.
import { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { List } from '../wire/gate.js'
import { resolved, type Holds } from './hold.js'
import { releaseHeld } from './release.js'
import type { Session } from './session.js'
import { initiatorOf, requestsOf, setUrl, urlsOf } from './sinks.js'
import { scriptText, scriptUrl } from './trusted.js'

const started = new WeakSet<Element>()

/** The last released script that others have to wait for, as they would behind a tag of its kind. */
let turn: Promise<unknown> | undefined

/** A script that never was one, with the attributes of another. */
function copyOf(element: HTMLScriptElement, without: RegExp): HTMLScriptElement {
  const script = document.createElement('script')
  for (const { name, value } of element.attributes) if (!without.test(name)) script.setAttribute(name, value)
  script.nonce = element.nonce
  script.async = false
  return script
}

/** Brings an inert element to life: a script as a fresh copy (the old one was never one), others by their URL. */
function activate(element: HTMLElement): void {
  const url = element.dataset['src']
  if (!(element instanceof HTMLScriptElement)) {
    if (url) element.setAttribute(element instanceof HTMLLinkElement ? 'href' : 'src', url)
    return
  }
  const script = copyOf(element, /^(type|data-src|src)$/)
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
  if (url && !type && !script.async && !script.noModule && script.isConnected && requestsOf(script)[0])
    turn = new Promise((done) => { for (const end of ['load', 'error']) script.addEventListener(end, done) })
}

/** `data-purpose` elements: held under the purposes their author names, beside what their URL is for. */
function hold(session: Session, holds: Holds, element: HTMLElement): void {
  if (started.has(element) || (element instanceof HTMLScriptElement && element.type !== 'text/plain')) return
  started.add(element)
  const url = element.dataset['src']
  const how = initiatorOf(element, 'src') ?? initiatorOf(element, 'href') ?? Initiator.other
  const ids = (element.dataset['purpose'] ?? '').split(/[\s,]+/).filter(Boolean)
  const [first, ...others] = ids.map((id) => session.gate_?.index_(List.purposes, id) ?? 255)
  const run = (): void => { activate(element); }
  // A purpose the policy does not know can never be granted.
  if (first === undefined || first > 31 || others.some((number) => number > 31)) return
  const urls = [resolved(url ?? location.href)]
  const chain = (numbers: number[]): (() => void) =>
    numbers.length === 0 ? run : () => { holds.try_({ how_: how, urls, purpose_: numbers[0]!, run_: chain(numbers.slice(1)) }); }
  chain([first, ...others])()
}

/** Untagged markup that the parser made, or innerHTML: stopped as far as a script still can. */
function stop(holds: Holds, element: Element): void {
  const found = requestsOf(element)
  if (found.length === 0) return
  for (const [attribute, how] of found) {
    const value = element.getAttribute(attribute)!
    if (holds.allowed_(how, urlsOf(attribute, value), undefined, true)) continue
    if (element instanceof HTMLScriptElement) {
      // A script whose document changes before it runs does not run (HTML, "execute the script element", step 2).
      const script = copyOf(element, /^src$/)
      element.replaceWith(script)
      document.implementation.createHTMLDocument('').adoptNode(element)
      setUrl(holds, script, attribute, value, () => {
        script.src = scriptUrl(value)
      })
      return
    }
    element.removeAttribute(attribute)
    setUrl(holds, element, attribute, value, () => {
      element.setAttribute(attribute, value)
    })
  }
}

const REQUESTING = 'script[src],img,iframe,link[href],video,audio,source,track,embed,object,input[src]'

/** Looks at what is there, and from then on at what comes. */
export function watchMarkup(session: Session, holds: Holds): void {
  const look = (root: ParentNode & Node): void => {
    const inert = [...root.querySelectorAll<HTMLElement>('[data-purpose]')]
    if (root instanceof HTMLElement && root.matches('[data-purpose]')) inert.unshift(root)
    for (const element of inert) hold(session, holds, element)
    releaseHeld(holds, root)
    if (root instanceof Element && root.matches(REQUESTING)) stop(holds, root)
    for (const element of root.querySelectorAll(REQUESTING)) stop(holds, element)
  }
  look(document)
  new MutationObserver((records) => {
    for (const record of records) for (const node of record.addedNodes) if (node instanceof Element) look(node)
  }).observe(document, { childList: true, subtree: true })
}
