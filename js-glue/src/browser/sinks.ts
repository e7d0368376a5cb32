// The common ways out of a page. One table of elements, one function for each kind of call; none of them decides.
import { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { candidates, resolved, type Holds } from './hold.js'
import { constructor, method, property } from './patch.js'

/** Interface, element name, members that hold a URL, and what the browser would call the request. */
const ELEMENTS: [name: string, tags: string, members: string, how: Initiator][] = [
  ['Script', 'script', 'src', Initiator.script],
  ['Image', 'img', 'src srcset', Initiator.image],
  ['IFrame', 'iframe', 'src', Initiator.frame],
  ['Frame', 'frame', 'src', Initiator.frame],
  ['Link', 'link', 'href', Initiator.style],
  ['Media', 'video audio', 'src', Initiator.media],
  ['Video', 'video', 'poster', Initiator.image],
  ['Source', 'source', 'src srcset', Initiator.media],
  ['Track', 'track', 'src', Initiator.media],
  ['Embed', 'embed', 'src', Initiator.frame],
  ['Object', 'object', 'data', Initiator.frame],
  ['Input', 'input', 'src', Initiator.image],
]

const bySelector = new Map<string, Initiator>()
for (const [, tags, members, how] of ELEMENTS) {
  for (const tag of tags.split(' ')) for (const member of members.split(' ')) bySelector.set(tag + '.' + member, how)
}

/** Links that make a browser fetch or connect; the others (canonical, alternate, license …) only say something. */
const FETCHED = /stylesheet|icon|pre|manifest/i

/** What an attribute of an element requests; undefined if it requests nothing. */
export const initiatorOf = (element: Element, attribute: string): Initiator | undefined =>
  element instanceof HTMLLinkElement && element.rel && !FETCHED.test(element.rel)
    ? undefined
    : bySelector.get(element.localName + '.' + attribute.toLowerCase())

/** Every attribute of an element that requests something. */
export const requestsOf = (element: Element): [attribute: string, how: Initiator][] =>
  ['src', 'srcset', 'href', 'poster', 'data'].flatMap((attribute) => {
    const how = initiatorOf(element, attribute)
    return how !== undefined && element.hasAttribute(attribute) ? [[attribute, how] as [string, Initiator]] : []
  })

const urlsOf = (attribute: string, value: unknown): string[] =>
  attribute.toLowerCase() === 'srcset' ? candidates(value) : [resolved(value)]

/** Held values of elements: element -> attribute -> the value that waits. */
const waiting = new WeakMap<Element, Map<string, { value: unknown }>>()

/** Sets a URL now, or when it may be requested; `apply` does it natively. A later value replaces one that waits. */
export function setUrl(holds: Holds, element: Element, attribute: string, value: unknown, apply: () => void): void {
  const name = attribute.toLowerCase()
  const how = initiatorOf(element, name)
  const slots = waiting.get(element) ?? new Map<string, { value: unknown }>()
  slots.delete(name)
  if (how === undefined) { apply(); return; }
  const urls = urlsOf(name, value)
  if (holds.allowed_(how, urls)) { apply(); return; }
  const slot = { value }
  waiting.set(element, slots.set(name, slot))
  holds.keep_({
    how,
    urls,
    run() {
      if (slots.get(name) === slot && slots.delete(name)) apply()
    },
  })
}

export function patchElements(holds: Holds): void {
  for (const [name, , members] of ELEMENTS) {
    const prototype = (globalThis as unknown as Record<string, { prototype: object } | undefined>)[`HTML${name}Element`]
      ?.prototype
    for (const member of members.split(' ')) {
      property(
        prototype,
        member,
        (native, self, [value]) => { setUrl(holds, self as Element, member, value, () => native(value)); },
        (native, self) => {
          const slot = waiting.get(self as Element)?.get(member)
          return slot ? urlsOf(member, slot.value)[0] : native()
        },
      )
    }
  }
  method(Element.prototype, 'setAttribute', (native, self, args) => { setUrl(holds, self as Element, String(args[0]), args[1], () => native(...args)); },
  )
  method(Element.prototype, 'setAttributeNS', (native, self, args) => { setUrl(holds, self as Element, String(args[1]).replace(/^.*:/, ''), args[2], () => native(...args)); },
  )
  method(Element.prototype, 'removeAttribute', (native, self, args) => {
    waiting.get(self as Element)?.delete(String(args[0]).toLowerCase())
    return native(...args)
  })
}

/** What a refused network call looks like to the page: the network failed. */
const refusal = (url: string): TypeError => new TypeError(`Not allowed by the visitor's privacy choices: ${url}`)

function patchFetch(holds: Holds): void {
  method(globalThis, 'fetch', (native, _self, args) => {
    const url = resolved(args[0] instanceof Request ? args[0].url : args[0])
    return new Promise((resolve, reject) => {
      holds.try_({
        how: Initiator.fetch,
        urls: [url],
        run: () => { resolve(native(...args)); },
        refuse: () => { reject(refusal(url)); },
      })
    })
  })
}

function patchXhr(holds: Holds): void {
  const urls = new WeakMap<object, string>()
  method(XMLHttpRequest.prototype, 'open', (native, self, args) => {
    urls.set(self as object, resolved(args[1]))
    return native(...args)
  })
  method(XMLHttpRequest.prototype, 'send', (native, self, args) => {
    const request = self as XMLHttpRequest
    const refuse = (): void => {
      for (const type of ['error', 'loadend']) request.dispatchEvent(new ProgressEvent(type))
    }
    holds.try_({ how: Initiator.xhr, urls: [urls.get(request) ?? ''], run: () => native(...args), refuse })
  })
}

function patchBeacon(holds: Holds): void {
  method(Navigator.prototype, 'sendBeacon', (native, _self, args) => {
    let sent: unknown = true // held: it is queued, as beacons are
    holds.try_({
      how: Initiator.beacon,
      urls: [resolved(args[0])],
      run() {
        sent = native(...args)
      },
      refuse() {
        // Nobody waits for a beacon.
      },
    })
    return sent
  })
}

/** A connection that failed, as a page sees one: it may try again, and after consent it succeeds. */
class Refused extends EventTarget {
  readyState = 0
  onerror: ((event: Event) => void) | null = null
  onclose: ((event: Event) => void) | null = null
  onopen = null
  onmessage = null

  constructor(
    readonly url: string,
    private readonly closed_: number,
    last: string,
  ) {
    super()
    setTimeout(() => {
      this.readyState = closed_
      for (const type of last.split(' ')) {
        const event = new Event(type)
        this.dispatchEvent(event)
        ;(this as unknown as Record<string, ((event: Event) => void) | null>)['on' + type]?.(event)
      }
    })
  }
  send(): void {
    throw new DOMException('Not connected', 'InvalidStateError')
  }
  close(): void {
    this.readyState = this.closed_
  }
}

function patchStreams(holds: Holds): void {
  constructor('EventSource', ([url]) => {
    const to = resolved(url)
    return holds.allowed_(Initiator.eventsource, [to]) ? undefined : new Refused(to, 2, 'error')
  })
  constructor('WebSocket', ([url]) => {
    const to = resolved(url)
    return holds.allowed_(Initiator.websocket, [to]) ? undefined : new Refused(to, 3, 'error close')
  })
}

/** Everything above, in every browser that has it. */
export function patchSinks(holds: Holds): void {
  for (const patch of [patchElements, patchFetch, patchXhr, patchBeacon, patchStreams]) patch(holds)
}
