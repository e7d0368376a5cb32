// What goes on by itself once it is there: open connections, databases, frames of somebody else's, media. Each may be there under
// the choice it began with; when the choice changes it is asked about again, and ended where the answer has changed.
import { type Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { initiatorOf, setUrl, urlsOf } from './elements.js'
import { BLANK, insist } from './frames.js'
import type { Holds } from './hold.js'
import { attribute, localNameOf, methodOf, removeAttribute, select, setAttribute } from './native.js'

interface Running {
  /** Weak: what the page has let go of and the browser has collected needs no ending. */
  readonly thing_: WeakRef<object>
  may_(): boolean
  end_(thing: object): void
}

let running: Running[] = []
const deref = methodOf(WeakRef.prototype, 'deref') as (self: WeakRef<object>) => object | undefined

/** Follows a thing that was allowed; `end` ends it when `may` says no. The thing itself is given back. */
export function follow<Thing extends object>(thing: Thing, may: () => boolean, end: (thing: Thing) => void): Thing {
  running[running.length] = { thing_: new WeakRef(thing), may_: may, end_: end }
  return thing
}

/** The platform's own way to close things of a class. */
const CLOSING: Record<string, ((thing: object) => unknown) | undefined> = { __proto__: null as never }
for (const name of ['WebSocket', 'EventSource', 'WebSocketStream', 'WebTransport', 'RTCPeerConnection', 'IDBDatabase'])
  CLOSING[name] = methodOf((globalThis as unknown as Record<string, { prototype: object } | undefined>)[name]?.prototype ?? {}, 'close')

/** Follows a connection; the page is told of its end as of any other that is lost. */
export function followConnection<Thing extends object>(holds: Holds, how: Initiator, urls: string[], name: string, thing: Thing): Thing {
  return follow(thing, () => holds.allowed_(how, urls, undefined, true), () => {
    CLOSING[name]!(thing)
    // A socket says itself that it was closed.
    if (name === 'EventSource') (thing as unknown as EventTarget).dispatchEvent(new Event('error'))
  })
}

/** An open database keeps itself from being deleted. */
export function followDatabase(request: IDBOpenDBRequest, may: () => boolean): void {
  request.addEventListener('success', () => { follow(request.result, may, CLOSING['IDBDatabase']!) })
}

const EMBEDDED = 'iframe[src],frame[src],embed[src],object[data],video,audio'
const load = methodOf(globalThis.HTMLMediaElement?.prototype ?? {}, 'load')

/** Takes an address from an element, and holds it until it may be requested again. True if there was one to take. */
function takeBack(holds: Holds, element: Element, name: string, instead?: string): boolean {
  const value = attribute(element, name)
  const how = initiatorOf(element, name)
  if (value === null || how === undefined || holds.allowed_(how, urlsOf(element, name, value), undefined, true)) return false
  setUrl(holds, element, name, value, (allowed) => { setAttribute(element, name, allowed) })
  if (instead === undefined) removeAttribute(element, name)
  else {
    insist(element, true)
    setAttribute(element, name, instead)
  }
  return true
}

function endEmbedded(holds: Holds, window: Window): void {
  const list = select(window.document, EMBEDDED)
  for (let i = 0; i < list.length; ++i) {
    const element = list[i]!
    const tag = localNameOf(element)
    if (tag === 'video' || tag === 'audio') {
      let found = takeBack(holds, element, 'src')
      const sources = select(element, 'source')
      for (let k = 0; k < sources.length; ++k) found = takeBack(holds, sources[k]!, 'src') || found
      if (found) load(element)
    }
    // Without an address a frame would stay where it is.
    else takeBack(holds, element, tag === 'object' ? 'data' : 'src', BLANK)
  }
  for (let i = 0; i < window.length; ++i) {
    try {
      endEmbedded(holds, window[i]!)
    } catch {
      // Another origin's.
    }
  }
}

/** The choice has changed: ends what it does not cover any more. One that cannot be ended keeps none of the others going. */
export function endDenied(holds: Holds): void {
  const before = running
  running = []
  for (let i = 0; i < before.length; ++i) {
    const one = before[i]!
    const thing = deref(one.thing_)
    if (thing && one.may_()) {
      running[running.length] = one
      continue
    }
    try {
      if (thing) one.end_(thing)
    } catch (error) {
      reportError(error)
    }
  }
  endEmbedded(holds, window)
}
