// The platform's own calls that go out. None of them decides; what the page may wait for is held.
import { KeptWeakMap } from '../wire/intact.js'
import { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { importsOf } from './elements.js'
import { inlineWorker } from './fence.js'
import { LOCAL, textOfLocal } from './frames.js'
import { resolved, type Held, type Holds } from './hold.js'
import { getter, stringOf } from './native.js'
import { constructor, method, prototypeIn, type Scope } from './patch.js'
import { followConnection } from './running.js'
import { fixed } from './trusted.js'

const { construct, deleteProperty } = Reflect
const { defineProperties, defineProperty, getOwnPropertyDescriptors } = Object

/** Why a network call failed. The failure itself is the platform's usual one. */
const refusal = (url: string): string => `Not allowed by the visitor's privacy choices: ${url}`

function patchFetch(holds: Holds, scope: Scope): void {
  const { Request } = scope as unknown as typeof globalThis
  const urlOf = getter(Request.prototype, 'url')
  method(scope, 'fetch', (native, _self, args) =>
    new Promise((resolve, reject) => {
      let url: string | undefined
      try {
        if (typeof args[0] === 'object') url = urlOf(args[0]) as string // of any realm's Request, whatever its class says
      } catch {
        // A URL, or what has text.
      }
      url ??= resolved((args[0] = fixed(args[0])))
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

function patchXhr(holds: Holds, scope: Scope): void {
  const prototype = prototypeIn(scope, 'XMLHttpRequest')
  /** The URL of an opened request, whether the page lets it wait, and the send() that does. */
  const opened = new KeptWeakMap<object, { url: string; waits: boolean; held?: Held | undefined }>()
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
    deleteProperty(self as object, 'readyState')
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
        defineProperty(request, 'readyState', { value: 4, configurable: true })
        for (const type of ['readystatechange', 'error', 'loadend']) request.dispatchEvent(new ProgressEvent(type))
      })
    }
    const held = (state.held = { how_: Initiator.xhr, urls: [state.url], run_: run, refuse_: refuse })
    holds.keep_(held)
  })
}

function patchBeacon(holds: Holds, scope: Scope): void {
  method(prototypeIn(scope, 'Navigator'), 'sendBeacon', (native, _self, args) => {
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
  const failing = construct(EventTarget, [], target) as EventTarget & typeof members
  defineProperties(failing, getOwnPropertyDescriptors(members))
  for (const { type } of events)
    failing.addEventListener(type, (event) => { (failing as unknown as Record<string, ((event: Event) => void) | null>)['on' + type]?.(event) })
  setTimeout(() => {
    failing.readyState = closed
    for (const event of events) failing.dispatchEvent(event)
  })
  return failing
}

function patchStreams(holds: Holds, scope: Scope): void {
  const stream = (name: string, how: Initiator, closed: number, events: () => Event[]): void => {
    constructor(scope, name, (make, args, target) => {
      const url = resolved((args[0] = fixed(args[0])))
      return holds.allowed_(how, [url]) ? followConnection(holds, how, [url], name, make(...args)) : refused(url, args[1], target, closed, events())
    })
  }
  stream('EventSource', Initiator.eventsource, 2, () => [new Event('error')])
  stream('WebSocket', Initiator.websocket, 3, () => [new Event('error'), new CloseEvent('close', { code: 1006 })])
}


const error = (url: string): DOMException => new DOMException(refusal(url), 'SecurityError')

/** Calls that are refused at once: owner, members, initiator, whether the answer is a promise. The address is the first argument. */
const ASKED: [owner: string, members: string, how: Initiator, promise: boolean][] = [
  ['Cache', 'add', Initiator.fetch, true],
  ['Worklet', 'addModule', Initiator.worker, true],
  ['ServiceWorkerContainer', 'register', Initiator.worker, true],
]

function patchCalls(holds: Holds, scope: Scope): void {
  const addressOf = (value: unknown): string => resolved((value as Request | undefined)?.url ?? value)
  for (const [owner, members, how, promise] of ASKED)
    method(prototypeIn(scope, owner), members, (native, _self, args) => {
      if (typeof args[0] !== 'object') args[0] = fixed(args[0])
      const url = addressOf(args[0])
      if (!holds.allowed_(how, [url])) return promise ? Promise.reject(error(url)) : undefined
      if (!LOCAL.exec(url)) return native(...args)
      return codeMay(url).then((may) => { if (!may) throw error(url); return native(...args) })
    })
  method(prototypeIn(scope, 'Cache'), 'addAll', (native, _self, args) => {
    const urls = [...(args[0] as Iterable<unknown>)].map(addressOf)
    return holds.allowed_(Initiator.fetch, urls) ? native(...args) : Promise.reject(error(urls.join(' ')))
  })
  method(scope, 'fetchLater', (native, _self, args) =>
    holds.allowed_(Initiator.beacon, [addressOf(args[0])]) ? native(...args) : { activated: false })
  for (const [name, how] of [['WebSocketStream', Initiator.websocket], ['WebTransport', Initiator.fetch]] as const)
    constructor(scope, name, (make, args) => {
      const url = resolved((args[0] = fixed(args[0])))
      if (!holds.allowed_(how, [url])) throw error(url)
      return followConnection(holds, how, [url], name, make(...args))
    })

  // Nobody can look into one, and WebKit does not put it under the policy of the page that made it.
  constructor(scope, 'SharedWorker', (make, args) => {
    const url = resolved((args[0] = fixed(args[0])))
    if (LOCAL.exec(url)) throw error(url.slice(0, 99))
    return make(...args)
  })

  constructor(scope, 'Worker', (make, args, target) =>
    LOCAL.exec(stringOf((args[0] = fixed(args[0])))) ? inlineWorker(() => make(...args), args, target) : make(...args))

  /** Code that comes with its address imports what its text says. */
  const codeMay = (url: string): Promise<boolean> =>
    textOfLocal(url).then(([text]) => holds.allowed_(Initiator.worker, importsOf(text)), () => false)

  // Servers that learn a visitor's address by being asked for it.
  const servers = (configuration: unknown): unknown => {
    const given = configuration as RTCConfiguration | undefined
    if (!given?.iceServers) return given
    const allowed = [...given.iceServers].map(({ urls, ...rest }) => ({
      ...rest,
      urls: (Array.isArray(urls) ? urls : [urls]).map(String).filter((url) => holds.allowed_(Initiator.webrtc, [url])),
    }))
    return { ...given, iceServers: allowed.filter(({ urls }) => urls.length > 0) }
  }
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection'])
    constructor(scope, name, (make, args) => {
      const configuration = servers(args[0]) as RTCConfiguration | undefined
      const urls = (configuration?.iceServers ?? []).flatMap((server) => server.urls)
      return followConnection(holds, Initiator.webrtc, urls, 'RTCPeerConnection', make(configuration, ...args.slice(1)))
    })
  method(prototypeIn(scope, 'RTCPeerConnection'), 'setConfiguration', (native, _self, args) => native(servers(args[0])))
}

/** Everything above, in every browser that has it. */
export function patchNetwork(holds: Holds, scope: Scope): void {
  for (const patch of [patchFetch, patchXhr, patchBeacon, patchStreams, patchCalls]) patch(holds, scope)
}
