// The common ways out of a page. One table of elements, one function for each kind of call; none of them decides.
import { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { candidates, resolved, type Held, type Holds } from './hold.js'
import { constructor, method, property } from './patch.js'
import { fixed } from './trusted.js'

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

/** Every attribute of an element that requests something; one that waits does not. */
export const requestsOf = (element: Element): [attribute: string, how: Initiator][] =>
  ['src', 'srcset', 'href', 'poster', 'data'].flatMap((attribute) => {
    const how = initiatorOf(element, attribute)
    return how !== undefined && !waitingFor(element, attribute) && element.hasAttribute(attribute)
      ? [[attribute, how] as [string, Initiator]]
      : []
  })

export const urlsOf = (attribute: string, value: unknown): string[] =>
  attribute === 'srcset' ? candidates(value) : [resolved(value)]

interface Waiting extends Held {
  value: unknown
}

/** What elements wait for: element -> attribute -> the value held back. */
const waiting = new WeakMap<object, Map<string, Waiting>>()

/** What the page set and reads back while it waits. */
const waitingFor = (element: unknown, attribute: unknown): Waiting | undefined =>
  waiting.get(element as Element)?.get(String(attribute).toLowerCase())

/** The page takes back what an attribute waits for. */
function forget(holds: Holds, element: unknown, attribute: unknown): void {
  holds.drop_(waitingFor(element, attribute))
  waiting.get(element as Element)?.delete(String(attribute).toLowerCase())
}

/** Sets a URL now, or when it may be requested; `apply` does it natively. A later value replaces one that waits. */
export function setUrl(holds: Holds, element: Element, attribute: string, given: unknown, apply: (value: unknown) => void): void {
  const name = attribute.toLowerCase()
  const how = initiatorOf(element, name)
  if (how === undefined) { apply(given); return; }
  const value = fixed(given)
  const urls = urlsOf(name, value)
  forget(holds, element, name)
  if (holds.allowed_(how, urls)) { apply(value); return; }
  const slots = waiting.get(element) ?? new Map<string, Waiting>()
  const held = {
    how_: how,
    urls,
    value,
    run_() {
      slots.delete(name)
      apply(value)
    },
  }
  waiting.set(element, slots.set(name, held))
  holds.keep_(held)
}

export function patchElements(holds: Holds): void {
  for (const [name, , members] of ELEMENTS) {
    const prototype = (globalThis as unknown as Record<string, { prototype: object } | undefined>)[`HTML${name}Element`]
      ?.prototype
    for (const member of members.split(' ')) {
      property(
        prototype,
        member,
        (native, self, [value]) => { setUrl(holds, self as Element, member, value, native); },
        (native, self) => {
          const held = waitingFor(self, member)
          return held ? (member === 'srcset' ? held.value : held.urls[0]) : native()
        },
      )
    }
  }
  const { prototype } = Element
  for (const [name, at] of [['setAttribute', 0], ['setAttributeNS', 1]] as const) {
    method(prototype, name, (native, self, args) => {
      const attribute = (args[at] = fixed(args[at]))
      setUrl(holds, self as Element, String(attribute).replace(/^.*:/, ''), args[at + 1], (value) => {
        args[at + 1] = value
        native(...args)
      })
    })
  }
  method(prototype, 'removeAttribute', (native, self, args) => {
    forget(holds, self, args[0])
    native(...args)
  })
  method(prototype, 'getAttribute', (native, self, args) => {
    const held = waitingFor(self, args[0])
    return held ? String(held.value) : native(...args)
  })
  method(prototype, 'hasAttribute', (native, self, args) => !!waitingFor(self, args[0]) || native(...args))
  // The constructor sets the URL behind the setter's back.
  constructor('Audio', (make, [url]) => {
    const audio = make() as HTMLAudioElement
    if (url !== undefined) audio.src = url as string
    return audio
  })
}

/** Why a network call failed. The failure itself is the platform's usual one. */
const refusal = (url: string): string => `Not allowed by the visitor's privacy choices: ${url}`

function patchFetch(holds: Holds): void {
  const { Request } = globalThis
  const urlOf = Object.getOwnPropertyDescriptor(Request.prototype, 'url')!.get!
  method(globalThis, 'fetch', (native, _self, args) =>
    new Promise((resolve, reject) => {
      let url: string
      try {
        url = urlOf.call(args[0]) as string // of any realm's Request, whatever its class says
      } catch {
        url = resolved((args[0] = fixed(args[0])))
      }
      if (holds.allowed_(Initiator.fetch, [url])) { resolve(native(...args)); return; }
      // What is to be sent is fixed now, and what cannot be sent fails now.
      const request = new Request(...(args as [RequestInfo]))
      const { signal } = request
      signal.throwIfAborted()
      const held = {
        how_: Initiator.fetch,
        urls: [url],
        run_: () => { resolve(native(request)); },
        refuse_: () => { reject(new TypeError(refusal(url))); },
      }
      signal.onabort = () => {
        holds.drop_(held)
        reject(signal.reason as Error)
      }
      holds.keep_(held)
    }),
  )
}

function patchXhr(holds: Holds): void {
  const { prototype } = XMLHttpRequest
  /** The URL of an opened request, whether the page lets it wait, and the send() that does. */
  const opened = new WeakMap<object, { url: string; waits: boolean; held?: Held | undefined }>()
  const drop = (self: unknown): void => {
    const state = opened.get(self as object)
    if (!state) return
    holds.drop_(state.held)
    state.held = undefined
  }
  method(prototype, 'open', (native, self, args) => {
    args[1] = fixed(args[1])
    native(...args)
    drop(self)
    Reflect.deleteProperty(self as object, 'readyState')
    opened.set(self as object, { url: resolved(args[1]), waits: args.length < 3 || !!args[2] })
  })
  method(prototype, 'abort', (native, self) => {
    drop(self)
    native()
  })
  method(prototype, 'send', (native, self, args) => {
    const request = self as XMLHttpRequest
    const state = opened.get(request)
    const run = (): void => { native(...args); }
    if (!state || holds.allowed_(Initiator.xhr, [state.url])) { run(); return; }
    if (!state.waits) throw new DOMException(refusal(state.url), 'NetworkError')
    drop(self)
    // Failing for real, at some address where nothing is, would show up as a violation of the page's CSP.
    const refuse = (): void => {
      setTimeout(() => {
        if (opened.get(request)?.held !== held) return
        Object.defineProperty(request, 'readyState', { value: 4, configurable: true })
        for (const type of ['readystatechange', 'error', 'loadend']) request.dispatchEvent(new ProgressEvent(type))
      })
    }
    const held = (state.held = { how_: Initiator.xhr, urls: [state.url], run_: run, refuse_: refuse })
    holds.keep_(held)
  })
}

function patchBeacon(holds: Holds): void {
  method(Navigator.prototype, 'sendBeacon', (native, _self, args) => {
    const urls = [resolved((args[0] = fixed(args[0])))]
    const run = (): unknown => native(...args)
    if (holds.allowed_(Initiator.beacon, urls)) return run()
    // Held: it is queued, as beacons are; and nobody waits for one.
    holds.keep_({ how_: Initiator.beacon, urls, run_: run, refuse_: () => undefined })
    return true
  })
}

/**
 * A connection that failed, as a page sees one: it may try again, and after consent it succeeds. An object of the class the
 * page asked for, with every member that would look for a connection put in front of the platform's.
 */
function refused(url: string, init: unknown, target: new () => object, closed: number, events: Event[]): object {
  const members = {
    url,
    readyState: 0,
    withCredentials: (init as EventSourceInit | undefined)?.withCredentials === true,
    protocol: '',
    extensions: '',
    bufferedAmount: 0,
    binaryType: 'blob',
    onopen: null,
    onmessage: null,
    onerror: null,
    onclose: null,
    send() {
      if (failing.readyState === 0) throw new DOMException('Not connected', 'InvalidStateError')
    },
    close() {
      failing.readyState = 2
    },
  }
  const failing = Reflect.construct(EventTarget, [], target) as EventTarget & typeof members
  Object.defineProperties(failing, Object.getOwnPropertyDescriptors(members))
  for (const { type } of events)
    failing.addEventListener(type, (event) => { (failing as unknown as Record<string, ((event: Event) => void) | null>)['on' + type]?.(event) })
  setTimeout(() => {
    failing.readyState = closed
    for (const event of events) failing.dispatchEvent(event)
  })
  return failing
}

function patchStreams(holds: Holds): void {
  const stream = (name: string, how: Initiator, closed: number, events: () => Event[]): void => {
    constructor(name, (make, args, target) => {
      if (args.length === 0) return make()
      const url = resolved((args[0] = fixed(args[0])))
      return holds.allowed_(how, [url]) ? make(...args) : refused(url, args[1], target, closed, events())
    })
  }
  stream('EventSource', Initiator.eventsource, 2, () => [new Event('error')])
  stream('WebSocket', Initiator.websocket, 3, () => [new Event('error'), new CloseEvent('close', { code: 1006 })])
}

/** Everything above, in every browser that has it. */
export function patchSinks(holds: Holds): void {
  for (const patch of [patchElements, patchFetch, patchXhr, patchBeacon, patchStreams]) patch(holds)
}
