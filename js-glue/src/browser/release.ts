// What the server held in a page (server/rewrite/page.ts), put back when it may be: attributes, scripts, URLs in CSS.
import { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { words } from '../wire/intact.js'
import { candidates, resolved, resolvedAll, type Holds } from './hold.js'
import { insist } from './frames.js'
import { matches, pattern } from './native.js'
import { scriptText, scriptUrl } from './trusted.js'

const MARK = 'data-mf'

/** Takes an attribute away and says what it was; '' if it was not there. */
function take(element: Element, name: string): string {
  const value = element.getAttribute(name) ?? ''
  element.removeAttribute(name)
  return value
}

/** The URLs of a srcset, a ping or a single URL; of CSS those in brackets. A srcset's descriptors name nobody. */
const urlsOf = (name: string, value: string): string[] =>
  resolvedAll(SEVERAL.exec(name) ? candidates(value) : [IN_BRACKETS.exec(value)?.[1] ?? value])
const SEVERAL = pattern(/srcset|ping|attributionsrc/)
const IN_BRACKETS = pattern(/\(["']?([^"')]*)/)
const WORDS = pattern(/\S+/g)

/** A script that never was one, as a fresh copy; in the order of the page. */
function script(holds: Holds, held: HTMLScriptElement): void {
  const [src, needs, type] = [take(held, `${MARK}-src`), take(held, `${MARK}-need`), take(held, `${MARK}-type`)]
  const urls = resolvedAll(src ? [src] : matches(WORDS, needs))
  if (urls.length === 0) return
  const copy = document.createElement('script')
  for (const { name, value } of held.attributes) if (name !== 'type') copy.setAttribute(name, value)
  copy.nonce = held.nonce
  copy.async = held.async && held.hasAttribute('async')
  if (type) copy.type = type
  holds.try_({
    how_: Initiator.script,
    urls,
    run_() {
      if (src) copy.src = scriptUrl(src)
      else copy.text = scriptText(held.text)
      held.replaceWith(copy)
    },
  })
}

/** URLs in CSS, each by itself. */
function css(holds: Holds, read: () => string, write: (text: string) => void): void {
  for (const [whole, held] of read().matchAll(/data:,mf:([^"]*)/g)) {
    const url = decodeURIComponent(held!)
    holds.try_({ how_: Initiator.style, urls: [resolved(url)], run_() { write(read().replaceAll(whole, url.replace(/["\\]/g, '\\$&'))) } })
  }
}

function putBack(holds: Holds, element: Element): void {
  if (element.localName === 'style') {
    css(holds, () => element.textContent, (text) => { element.textContent = text })
    return
  }
  if (element.hasAttribute(`${MARK}-style`)) {
    const { style } = element as HTMLElement
    style.cssText = take(element, `${MARK}-style`)
    css(holds, () => style.cssText, (text) => { style.cssText = text })
  }
  if (!element.hasAttribute(MARK)) return
  const names = take(element, MARK)
  if (element instanceof HTMLScriptElement) {
    if (element.type === 'text/plain') script(holds, element)
    return
  }
  for (const name of words(names)) {
    const value = take(element, `${MARK}-${name}`)
    if (value) holds.try_({ how_: Initiator.other, urls: urlsOf(name, value), run_() {
      element.setAttribute(name, value)
      if (name === 'src') insist(element)
    } })
  }
}

/** What has been held by the server. */
export const HELD = `[${MARK}],[${MARK}-style],style`

/** Everything held in and below `root`. Held things are released in the order of the page. */
export function releaseHeld(holds: Holds, root: ParentNode): void {
  if (root instanceof Element && root.matches(HELD)) putBack(holds, root)
  for (const element of root.querySelectorAll(HELD)) putBack(holds, element)
}
