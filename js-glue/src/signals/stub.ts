// What stands in for IAB's APIs until iab.js has everything: calls wait in a queue, frames find the page by a locator, and their
// messages are calls like others. Also a script of its own (iab-stub.js, to be the first tag or written into the page).
//
// Whoever finds these functions finds what the frameworks' own stubs leave behind: __tcfapi() without arguments is the queue, __gpp.queue
// and __gpp.events are GPP's, __uspapi.a is US Privacy's. So this script and theirs stand in for one another.

export type Callback = (data: unknown, success: boolean) => void
/** `__tcfapi(command, version, callback, parameter)`; `__uspapi` likewise. */
export type VersionedApi = ((command?: unknown, version?: unknown, callback?: unknown, parameter?: unknown) => unknown) & { a?: unknown[][] }
/** `__gpp(command, callback, parameter, version)`. */
export type GppApi = ((command?: unknown, callback?: unknown, parameter?: unknown, version?: unknown) => unknown) & { queue?: unknown[][]; events?: GppListener[]; lastId?: number }
export interface GppListener {
  id: number
  callback: Callback
}

export interface IabWindow {
  __tcfapi?: VersionedApi
  __gpp?: GppApi
  __uspapi?: VersionedApi
}

const APIS = ['__tcfapi', '__gpp', '__uspapi'] as const

/** A page's callback: whatever it throws is its own affair, and stops nobody else's. */
export function tell(callback: unknown, data: unknown, success: boolean): void {
  if (typeof callback !== 'function') return
  try {
    ;(callback as Callback)(data, success)
  } catch (error) {
    reportError(error)
  }
}

/** GPP's answer to ping (CMP API 1.1, PingReturn) while nothing is known: no section, and nothing that says none applies. */
export const GPP_STUB = {
  gppVersion: '1.1',
  cmpStatus: 'stub',
  cmpDisplayStatus: 'hidden',
  signalStatus: 'not ready',
  supportedAPIs: [] as string[],
  cmpId: 0,
  sectionList: [] as number[],
  applicableSections: [] as number[],
  gppString: '',
  parsedSections: {},
}

function stubOf(name: (typeof APIS)[number]): VersionedApi | GppApi {
  if (name === '__gpp') {
    const gpp: GppApi = (command, callback, parameter, version) => {
      const queue = (gpp.queue ??= [])
      const events = (gpp.events ??= [])
      if (command === undefined) return queue
      if (command === 'events') return events
      if (command === 'ping') tell(callback, { ...GPP_STUB }, true)
      else if (command === 'addEventListener') {
        const listenerId = (gpp.lastId = (gpp.lastId ?? 0) + 1)
        events.push({ id: listenerId, callback: callback as Callback })
        tell(callback, { eventName: 'listenerRegistered', listenerId, data: true, pingData: { ...GPP_STUB } }, true)
      } else if (command === 'removeEventListener') {
        const at = events.findIndex(({ id }) => id === parameter)
        if (at >= 0) events.splice(at, 1)
        tell(callback, at >= 0, true)
      } else if (command === 'hasSection') tell(callback, false, true)
      // GPP: "may be null when the CMP is not yet loaded"; these are never queued.
      else if (command === 'getSection' || command === 'getField') tell(callback, null, true)
      else queue.push([command, callback, parameter, version])
      return undefined
    }
    return gpp
  }
  const queue: unknown[][] = []
  const api: VersionedApi = (command, version, callback, parameter) => {
    if (command === undefined) return queue
    if (command === 'ping' && name === '__tcfapi') tell(callback, { gdprApplies: undefined, cmpLoaded: false, cmpStatus: 'stub', displayStatus: 'hidden', apiVersion: '2.2' }, true)
    else queue.push([command, version, callback, parameter])
    return undefined
  }
  api.a = queue
  return api
}

/** An empty frame by this name tells frames below that the API is in this page. */
function locate(name: string): void {
  const put = (): boolean => {
    if (frames[name as never] !== undefined) return true
    // The types promise a body.
    const body = document.body as HTMLElement | null
    if (!body) return false
    const frame = document.createElement('iframe')
    frame.name = name
    frame.hidden = true
    frame.style.display = 'none'
    frame.title = ''
    frame.tabIndex = -1
    frame.setAttribute('aria-hidden', 'true')
    body.append(frame)
    return true
  }
  if (put()) return
  const observer = new MutationObserver(() => { if (put()) observer.disconnect() })
  observer.observe(document.documentElement, { childList: true })
}

/** Calls that come as messages: {__tcfapiCall: {command, parameter, version, callId}}, as an object or as JSON, answered in kind. */
function listen(name: (typeof APIS)[number]): void {
  addEventListener('message', ({ data, source, origin }: MessageEvent<unknown>) => {
    if (!source) return
    const asText = typeof data === 'string'
    let message = data
    if (asText) {
      if (!data.includes(name + 'Call')) return
      try {
        message = JSON.parse(data)
      } catch {
        return
      }
    }
    const call = typeof message === 'object' && message !== null ? ((message as Record<string, unknown>)[name + 'Call'] as Record<string, unknown> | undefined) : undefined
    if (typeof call !== 'object') return
    const { command, parameter, version, callId } = call
    const answer = (returnValue: unknown, success: boolean): void => {
      const reply = { [name + 'Return']: { returnValue, success, callId } }
      // To whoever asked, not to whom the frame leads by now; a frame without an origin can only be told by '*'.
      source.postMessage(asText ? JSON.stringify(reply) : reply, { targetOrigin: origin === 'null' || !origin ? '*' : origin })
    }
    const own = window as IabWindow
    // Without a command it would be handed the queue.
    if (typeof command !== 'string') answer(null, false)
    else if (name === '__gpp') own.__gpp?.(command, answer, parameter, version)
    else own[name]?.(command, version, answer, parameter)
  })
}

/** Puts a queue in the place of each API that nobody serves yet. */
export function installStubs(): void {
  const own = window as IabWindow
  for (const name of APIS) {
    if (typeof own[name] === 'function') continue
    Object.defineProperty(own, name, { value: stubOf(name), writable: true, configurable: true, enumerable: true })
    listen(name)
    locate(`${name}Locator`)
  }
}
