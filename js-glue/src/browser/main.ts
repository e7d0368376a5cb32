// consent.js: the first tag of a page. Patches go in before anything else runs; the gate is there before this script ends.
import { gateBytes, policyBytes } from 'virtual:embedded'

import { Kind } from '../gen/metrofax/consent/fb/kind.js'
import { StorageApi } from '../gen/metrofax/consent/fb/storage-api.js'
import { Gate, type GateExports, type Verdict } from '../wire/gate.js'
import { Holds, resolved } from './hold.js'
import { watchMarkup } from './markup.js'
import { INITIATORS, STORAGE_APIS, Session, announce, type LogLine, type State } from './session.js'
import { patchCssom } from './cssom.js'
import { patchElements } from './elements.js'
import { onEmbed, watchEmbed, type Embed } from './embed.js'
import { fence, fenceIn } from './fence.js'
import { patchFrames, reach, runtime, setPrelude } from './frames.js'
import { patchNavigation } from './navigation.js'
import { patchNetwork } from './network.js'
import { endDenied } from './running.js'
import { patchText, type Scope } from './patch.js'
import { patchTree } from './tree.js'
import { patchStorage } from './storage.js'
import { CONSENT_COOKIE, expire, keepSwept, sweepAfresh } from './sweep.js'
import { scriptUrl } from './trusted.js'

export type { LogLine, State, Verdict }

/** What can be shown. */
export type Surface = 'banner' | 'preferences' | 'inspector'

/** A question from the page (interface.md): `page` is this page unless given. */
export interface WebRequest {
  kind: 'web.request' | 'web.storage' | 'web.handoff'
  url?: string
  initiator?: string
  api?: string
  key?: string
  line?: string
  writer?: string
  /** A purpose that is needed beside what the URL is for, as `data-purpose` in markup. */
  purpose?: string
}

/** Set by the build: true in consent.dev.js alone. */
declare const METROFAX_DEVELOPMENT: boolean

/** What ui.js registers. */
interface Ui {
  explain(verdict: Verdict): Record<string, unknown>
  show(kind: Surface): void
  hide(): void
}

const script = document.currentScript as HTMLScriptElement | null
const options = script?.dataset ?? {}
const base = script?.src ?? location.href

/** Of the page's address, in consent.dev.js: `?mf-regime=us-ca`, `?mf-gpc=1`. Of consent.js this is no part. */
const named = (name: string): string | null => new URLSearchParams(location.search).get(name)

// W1: read once and frozen. The header reaches a browser that has no such property as an attribute of this script.
const gpc = (METROFAX_DEVELOPMENT && named('mf-gpc') === '1') || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true || options['gpc'] === '1'
const signals = [gpc, options['dnt'] === '1' || navigator.doNotTrack?.[0] === '1', options['nai'] === '1', options['daa'] === '1']
// children.none: a site that knows it has a child before it says so here.
const session = new Session((METROFAX_DEVELOPMENT ? named('mf-regime') : null) ?? options['regime'] ?? '', signals, options['age'] === 'under13')
const holds = new Holds(session)

/** placeholders.js, for the first frame that waits where it would be seen. */
let loaded = options['placeholders'] === 'off'
holds.embedded_ = (held) => {
  watchEmbed(holds, held, () => {
    if (!loaded) load('placeholders.js', () => undefined, () => undefined)
    loaded = true
  })
}

let ui: Ui | undefined
let loading = false
const wanted: Surface[] = []

/** A script of our own, from beside this one. */
function load(file: string, done: () => void, failed: () => void): void {
  const element = document.createElement('script')
  element.onload = done
  element.onerror = failed
  element.async = true
  if (script?.nonce) element.nonce = script.nonce
  const url = new URL(file, base).href
  try {
    element.src = scriptUrl(url)
    ;(document.head ?? document.documentElement).append(element)
  } catch {
    failed()
  }
}

function show(kind: Surface): void {
  if (ui) { ui.show(kind); return; }
  wanted.push(kind)
  if (loading) return
  loading = true
  load(options['ui'] ?? 'ui.js', () => undefined, () => (loading = false))
}

const choose = (choice: (id: string) => boolean | undefined, specific = false, vendors?: Record<string, boolean> | null): void => {
  // Else a copy that cannot be read, or one of another Domain, goes on standing before ours, and the visitor is asked again.
  if (session.copies_) expire(session, CONSENT_COOKIE)
  session.choose_(choice, specific, vendors)
  void tellServer(9).catch(() => undefined)
}

/** What only a server can do: set the cookie for longer than Safari lets a script, and take away what is HttpOnly. */
async function tellServer(times: number): Promise<void> {
  if (!options['server'] || !session.gate_) return
  const body = JSON.stringify({ page: location.href, record: session.record_, names: session.residue_ })
  const { complete } = (await (await fetch(options['server'], { method: 'POST', keepalive: true, body })).json()) as { complete: boolean }
  if (!complete && times) await tellServer(times - 1)
}

const consent = {
  /** locked: the gate is not there yet, and everything but this origin is denied. */
  get status(): 'locked' | 'ready' {
    return session.gate_ ? 'ready' : 'locked'
  },
  get state(): State {
    return session.state_()
  },
  get log(): readonly LogLine[] {
    return session.log_
  },
  get held(): readonly { urls: string[] }[] {
    return [...holds.list_]
  },
  /** What would happen, and why. Synchronous; asking changes nothing. */
  decide(request: WebRequest): Verdict {
    // A page in plain JavaScript may pass anything: what is no request is denied, and nothing is thrown.
    const { kind, url = '', line, key = '', purpose, api = '', initiator = '', writer } = Object(request) as WebRequest
    const storage = kind === 'web.storage'
    const how = Math.max(0, storage ? STORAGE_APIS.indexOf(api) : INITIATORS.indexOf(initiator))
    const cookie = how === StorageApi.cookie || how === StorageApi.httpCookie
    const code = storage ? Kind.web_storage : kind === 'web.request' ? Kind.web_request : kind === 'web.handoff' ? Kind.web_handoff : Kind.none
    return session.decide_(code, how, storage ? (line ?? (cookie ? key + '=' : key)) : resolved(url), writer, purpose)
  },
  /** Sets the purposes named, one by one, and vendors: false refuses one whatever its purposes; the others keep what they have. */
  set(choices: Record<string, boolean>, vendors?: Record<string, boolean>): void {
    if (Object(choices) === choices) choose((id) => (Object.hasOwn(choices, id) ? choices[id] === true : undefined), true, Object(vendors) as Record<string, boolean>)
  },
  /** Every purpose and every vendor. */
  acceptAll(): void {
    choose(() => true, false, null)
  },
  rejectAll(): void {
    choose(() => false)
  },
  /** Takes back every grant: refused from now on, and what was stored goes. */
  withdraw(): void {
    choose(() => false)
  },
  /** Calls back at every change; returns the way to stop that. */
  onChange(listener: (state: State) => void): () => void {
    return session.onChange_(listener)
  },
  /** cookies.rejection: whether a limited area of the site has what it needs, and if not, why. The ids are the policy's. */
  area(id: string): { available: boolean; verdict: Verdict } {
    const verdict = session.decide_(Kind.area, 0, id)
    return { available: verdict.outcome === 'allow', verdict }
  },
  show,
  /** What was chosen, under which policy, with which signals, as one object to keep. */
  receipt(): Record<string, unknown> {
    return session.receipt_()
  },
  /** The verdict with its reason and clause; in words, and with what the clause says and does, once the interface has loaded its notice. */
  explain(verdict: Verdict): Record<string, unknown> {
    const { reason, clause } = Object(verdict) as Verdict
    return { verdict, reasonText: reason, clause: { id: clause }, ...ui?.explain(verdict) }
  },
  /** A frame of this page begins: its realm is patched by this runtime. */
  _reach: reach,
  /** placeholders.js registers itself. */
  _embeds(listener: (embed: Embed) => void): void {
    onEmbed(holds, listener)
  },
  /** ui.js registers itself. */
  _ui(surface: Ui): void {
    ui = surface
    for (const kind of wanted.splice(0)) ui.show(kind)
  },
}

/** What of the markup could not be judged yet, in the documents so far. */
const lookAgain: (() => void)[] = []

/** Plane 2: not where the site wants none, and a server that protects the page has sent the first one. */
const enclose = (): void => {
  if (options['csp'] !== 'off') fence(session, options['inline'] !== undefined)
}

/** The gate is there: from now on it is asked. */
function open(exports: unknown): void {
  const gate = new Gate(exports as GateExports, policyBytes())
  // A build that went wrong: locked, and the page works on.
  if (gate.policyStatus_) throw new Error(`policy refused: ${gate.policyStatus_}`)
  session.open_(gate)
  enclose()
  keepSwept(session, session.cookies_)
  holds.settle_()
  for (const look of lookAgain) look()
  runtime.watch_ = (of) => {
    fenceIn(of)
    watchMarkup(session, holds, of)
  }
  announce('ready', consent)
  const undecided = (): void => {
    if (!session.state_().decided) show('banner')
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', undecided)
  else undecided()
}

/** In a frame of a page of this origin that has a runtime, that one does the work. */
function adopted(): boolean {
  try {
    const above = parent as unknown as { metrofaxConsent?: { _reach?(frame: Window): void } }
    if (parent === window || !above.metrofaxConsent?._reach) return false
    above.metrofaxConsent._reach(window)
    return true
  } catch {
    return false
  }
}

// A page that has this script twice has one runtime: a second would deny for good, since no choice reaches it. Only ours
// cannot be written; what else has the name (an element's id, a variable) stops nothing.
if (Object.getOwnPropertyDescriptor(window, 'metrofaxConsent')?.writable !== false && !adopted()) {
  setPrelude(script?.outerHTML ? script.outerHTML.replace(/ src="[^"]*"/, () => ` src="${script.src}"`) : '')
  runtime.consent = consent
  const nonceFor = (kind: string): string => (options['inline']?.includes(kind) ? (script?.nonce ?? '') : '')
  runtime.nonce_ = { script_: nonceFor('script'), style_: nonceFor('style') }
  runtime.watch_ = (of) => { lookAgain.push(watchMarkup(session, holds, of)) }
  runtime.patch_ = (scope: Scope) => {
    // One that fails (an engine that has something otherwise) is told, and does not keep the others from going in.
    for (const patch of [patchText, patchElements, patchTree, patchFrames, patchNavigation, patchCssom, patchNetwork, () => { patchStorage(session, scope) }]) {
      try {
        patch(holds, scope)
      } catch (error) {
        reportError(error)
      }
    }
  }
  reach(window)
  session.onChange_(() => {
    // Whoever chose while ui.js was on its way is not asked any more.
    if (session.state_().decided && wanted[0] === 'banner') wanted.shift()
    enclose()
    endDenied(holds)
    sweepAfresh(session)
    holds.settle_()
  })

  // Where the page's CSP forbids wasm, or an old browser will not compile it at once: locked, and the same module comes as
  // JavaScript. Everything but this origin stays denied until then, and for good if it does not come.
  try {
    open(new WebAssembly.Instance(new WebAssembly.Module(gateBytes()), {}).exports)
  } catch {
    load(
      'gate.asmjs.js',
      () => {
        try {
          open((globalThis as unknown as { __mfGate: (imports: object) => unknown }).__mfGate({}))
        } catch (error) {
          enclose()
          reportError(error)
        }
      },
      enclose,
    )
  }
}
