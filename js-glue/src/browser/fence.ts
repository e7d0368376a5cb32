// Plane 2 without a server: a content security policy of the page's own, in a <meta>, before anything else of the page runs. It stops what
// passes by no function: import(), a frame's location, code in workers that came as text. It says from where things come and nothing
// else: inline code stays as it is, because the runtime looks at that.
import { KeptSet, KeptWeakMap, cut, from, linesOf, placeOf } from '../wire/intact.js'
import { reach } from './frames.js'
import { append, getter, methodOf, pattern, setAttribute } from './native.js'
import type { Session } from './session.js'

/** no: every choice takes effect at once. later: one that grants more will do so with the next page. now: one that was made does. */
export type Reload = 'no' | 'later' | 'now'

const HTTP = pattern(/^http/)
const page = globalThis.Document?.prototype ?? {}
const create = methodOf(page, 'createElement')
const headOf = getter(page, 'head')
const attachShadow = methodOf(globalThis.Element?.prototype ?? {}, 'attachShadow') as (self: unknown, options: ShadowRootInit) => ShadowRoot
const contentWindowOf = getter(globalThis.HTMLIFrameElement?.prototype ?? {}, 'contentWindow')
const { construct } = Reflect
/** A realm's own Worker, from before it was patched. */
const natives = new KeptWeakMap<object, unknown>()
const remove = methodOf(globalThis.Element?.prototype ?? {}, 'remove')

/** What the strictest policy of this page admits so far; undefined while there is none. A policy can only be joined by others (CSP3 §8.1). */
let admitted: Set<string> | undefined
/** Of that, what has been granted; the rest waits for a choice. */
let granted = new KeptSet<string>()

function policyIn(document: Document, { host, protocol }: Location, sources: Set<string>): void {
  const head = headOf(document)
  if (!head) return
  const socket = protocol === 'https:' ? 'wss://' : 'ws://'
  // By name as well: where a page's origin is opaque, 'self' is nobody. And not every engine's 'self' has sockets.
  let text = `default-src 'self' ${protocol}//${host} ${socket}${host} 'unsafe-inline' 'unsafe-eval' data: blob: filesystem: `
  for (const source of sources) {
    const slash = placeOf(source, '/')
    // A vendor is one on every port. With its scheme: a document without an address has none to lend (Firefox).
    const rest = slash < 0 ? `${source}:* ` : `${cut(source, slash)}:*${from(source, slash)} `
    text += `${protocol}//${rest}${socket}${rest}`
  }
  const meta = create(document, 'meta')
  setAttribute(meta, 'http-equiv', 'Content-Security-Policy')
  setAttribute(meta, 'content', text)
  // What it says holds from here on, in the document or not; without it the markup is as its author wrote it.
  append(head, meta)
  remove(meta)
}

/** Puts a document under a policy. One that has no address of its own has its maker's already (HTML, "policy container"). */
export function fenceIn(document: Document): void {
  const { location } = document
  if (admitted && HTTP.exec(location.protocol)) policyIn(document, location, admitted)
}

function all(window: Window): void {
  fenceIn(window.document)
  for (let i = 0; i < window.length; ++i) {
    try {
      all(window[i]!)
    } catch {
      // Another origin's.
    }
  }
}

/** Longest list of sources that a page is made to read; it has each twice, and each document reads it. UTF-16 units. */
const LONGEST = 32_768

/** What this page's policies keep from a choice with these `sources`; `then` is told of what they do not keep. */
function keptFrom(sources: string | null | undefined, then?: (source: string, mark: string) => void): Reload {
  let reload: Reload = 'no'
  const lines = linesOf(sources ?? '-')
  for (let i = 0; i < lines.length; ++i) {
    const line = lines[i]!
    // Sockets are named for everybody: who declares them is of use where room is short, as in a header.
    const source = from(line, 1)
    if (!line || cut(source, 4) === 'wss:') continue
    const mark = line[0]!
    if (mark !== '-' && (!admitted || admitted.has(source))) then?.(source, mark)
    else if (reload !== 'now') reload = mark === '+' ? 'now' : 'later'
  }
  return reload
}

/** What this page's policies keep from the visitor's choice. */
export const shutOut = (session: Session): Reload => keptFrom(session.gate_?.sources_())

/**
 * Holds the page to what the choice admits. sent: it came under a policy of the server's that says the same. Where the core cannot say,
 * because it is not there, nothing beyond this origin is admitted.
 */
export function fence(session: Session, sent: boolean): void {
  const sources = session.gate_?.sources_()
  // So many vendors that no policy can name them: one that named fewer would shut out for good what is granted. The runtime asks about each.
  if (session.gate_ && (sources?.length ?? Infinity) > LONGEST) return
  const open = new KeptSet<string>()
  const now = new KeptSet<string>()
  session.reload_ = keptFrom(sources, (source, mark) => {
    open.add(source)
    if (mark === '+') now.add(source)
  })
  granted = now
  nook = undefined
  if (admitted && open.size === admitted.size) return
  const first = !admitted
  admitted = open
  if (!(first && sent && session.gate_)) all(window)
}

/** A document of nobody's, under a policy that admits what has been granted and nothing that waits. */
let nook: Element | undefined

/**
 * Makes a worker whose code comes with its address (blob:, data:). It has the policy of the realm that makes it (HTML, "run a worker"), and
 * nothing in it asks: where the page's policy admits vendors that wait for a choice (enforcement "live"), another realm makes it. What
 * is granted later reaches the workers that are made later.
 */
export function inlineWorker(make: () => object, args: unknown[], target: object): object {
  if (!admitted || granted.size === admitted.size) return make()
  if (!nook?.isConnected) {
    // In a closed shadow tree: none of the page's frames, by number or by name.
    const host = create(document, 'metrofax-nook') as HTMLElement
    setAttribute(host, 'hidden', '')
    nook = create(document, 'iframe') as Element
    append(attachShadow(host, { mode: 'closed' }), nook)
    append(document.documentElement, host)
  }
  const realm = contentWindowOf(nook) as Window & { Worker: unknown }
  const native = (natives.get(realm) ?? realm.Worker) as new () => object
  natives.set(realm, native)
  reach(realm)
  // Each time: Firefox puts another empty document in the place of the first.
  policyIn(realm.document, location, granted)
  return construct(native, args as [], target as typeof native)
}
