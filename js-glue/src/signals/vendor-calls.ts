// vendor-calls.js: tells vendors' scripts in their own words what the visitor allows. The second tag of a page that wants it:
//
//   <script src="/consent.js"></script>
//   <script src="/vendor-calls.js" data-config='{"google": {"ad_storage": ["advertising"], "analytics_storage": ["measurement"]}}'></script>
//
// Not in consent.js, because nothing waits for it there: Consent Mode's default has to stand in the queue before gtag's "config", which
// the second tag does, and gtag.js itself is not fetched before the gate allows it. The configuration is in the tag for the same reason.
//
// For each vendor: its fields, and for each field the policy's purposes that must all be allowed. The gate is asked, at the beginning and
// at each change; what is not mapped, or cannot be asked, is denied.
import type { ConsentSource } from './strings.js'
import { VENDORS, type Call, type Vendor } from './vendor-table.js'

type Words = Record<string, unknown>
type AnyFunction = (...words: unknown[]) => unknown
/** Vendors' functions and queues lie on window under their names. */
const globals = window as unknown as Record<string, unknown> & { metrofaxConsent?: ConsentSource }

const isObject = (value: unknown): value is Words => typeof value === 'object' && value !== null && !Array.isArray(value)
const isPurposes = (value: unknown): value is string[] => Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')

/** What gtag() and clarity() push: the arguments object itself. */
const argumentsOf: (...words: unknown[]) => IArguments = function () {
  // eslint-disable-next-line prefer-rest-params
  return arguments
}

/** The array of this name, made if there is none. Something else of that name is the page's own. */
const arrayAt = (name: string): unknown[] | null => {
  const found = (globals[name] ??= [])
  return typeof (found as { push?: unknown }).push === 'function' ? (found as unknown[]) : null
}

/** The ways to a vendor's script (vendor-table.ts, Manner); each returns the way to say a call. */
const WAYS: Record<Vendor['manner'], (name: string) => (call: Call) => void> = {
  arguments: (name) => (call) => void arrayAt(name)?.push(argumentsOf(...call)),
  flat: (name) => (call) => void arrayAt(name)?.push(...call),
  method: (name) => (call) => {
    const there = arrayAt(name) as (unknown[] & Record<string, unknown>) | null
    const [method, ...words] = call as [string, ...unknown[]]
    if (there && typeof there[method] === 'function') (there[method] as AnyFunction)(...words)
    else there?.push([...call])
  },
  function: (name) => (call) => {
    if (globals[name] === undefined) {
      const stub: AnyFunction & { q?: unknown[] } = (...words) => (stub.q ??= []).push(argumentsOf(...words))
      globals[name] = stub
    }
    if (typeof globals[name] === 'function') (globals[name] as AnyFunction)(...call)
  },
  snippet: (name) => {
    const waiting: Call[] = []
    let own = globals[name]
    const ready = (): void => {
      // The snippet's own task is over by now, or this is its function loaded long ago.
      const there = own as (AnyFunction & { queue?: unknown[]; callMethod?: unknown }) | undefined
      if (typeof there !== 'function') return
      const calls = waiting.splice(0)
      if (Array.isArray(there.queue) && there.callMethod === undefined) there.queue.unshift(...calls.map((call) => [...call]))
      else for (const call of calls) there(...call)
    }
    if (own === undefined) {
      try {
        Object.defineProperty(globals, name, {
          configurable: true,
          enumerable: true,
          get: () => own,
          set: (value: unknown) => {
            own = value
            queueMicrotask(ready)
          },
        })
      } catch {
        // The page has taken the name and will not have it touched: the gate still holds what the vendor would fetch.
      }
    }
    return (call) => {
      const there = own as (AnyFunction & { queue?: unknown[] }) | undefined
      if (typeof there === 'function' && waiting.length === 0) there(...call)
      else waiting.push(call)
    }
  },
}

/** One vendor on this page. */
class Told {
  private readonly say_: (call: Call) => void
  private said_ = ''
  private readonly options_: Words

  constructor(
    private readonly vendor_: Vendor,
    private readonly config_: Words,
  ) {
    this.say_ = WAYS[vendor_.manner](vendor_.global)
    this.options_ = { ...vendor_.options, ...Object.fromEntries(Object.keys(vendor_.options ?? {}).flatMap((name) => (name in config_ ? [[name, config_[name]]] : []))) }
    const state = this.state_(() => false)
    const extra = Object.fromEntries(['wait_for_update', 'region'].flatMap((name) => (this.options_[name] === undefined ? [] : [[name, this.options_[name]]])))
    for (const call of vendor_.first) this.put_(call, { ...state, ...extra })
    this.said_ = JSON.stringify(state)
  }

  /** granted or denied for each field that is told. */
  private state_(allows: (purpose: string) => boolean): Record<string, 'granted' | 'denied'> {
    const { fields, needed } = this.vendor_
    return Object.fromEntries(
      fields.flatMap((field, at) => {
        const purposes = this.config_[field]
        if (purposes === undefined && at >= needed) return []
        return [[field, isPurposes(purposes) && purposes.every(allows) ? 'granted' : 'denied']]
      }),
    )
  }

  private put_(call: Call, state: unknown): void {
    this.say_(call.map((word) => (word === '$state' ? state : typeof word === 'string' && word.startsWith('$') ? this.options_[word.slice(1)] : word)))
  }

  /** decided: somebody chose, or the law lets things happen until they do; else the first words stand. */
  tell_(consent: ConsentSource, allows: (purpose: string) => boolean, decided: boolean): void {
    const { update, granted, denied, limited, fields } = this.vendor_
    const state = this.state_(allows)
    const may = state[fields[0]!] === 'granted'
    const under = limited && Array.isArray(this.options_['ldu']) && this.options_['ldu'].includes(consent.state.regime)
    const now = JSON.stringify([state, decided, under])
    if (now === this.said_) return
    this.said_ = now
    if (under) for (const call of may ? limited.off : limited.on) this.put_(call, state)
    if (!decided) return
    for (const call of update ?? (may ? granted : denied) ?? []) this.put_(call, state)
  }
}

/** The configuration's errors, each with its place. */
function errorsIn(config: Words): string[] {
  return Object.entries(config).flatMap(([name, one]) => {
    const vendor = Object.hasOwn(VENDORS, name) ? VENDORS[name] : undefined
    if (!vendor) return [`/${name}: expected one of ${Object.keys(VENDORS).join(', ')}`]
    if (!isObject(one)) return [`/${name}: expected an object`]
    return Object.entries(one).flatMap(([key, value]) => {
      if (Object.hasOwn(vendor.options ?? {}, key)) return []
      if (!vendor.fields.includes(key)) return [`/${name}/${key}: expected one of ${[...vendor.fields, ...Object.keys(vendor.options ?? {})].join(', ')}`]
      return isPurposes(value) ? [] : [`/${name}/${key}: expected a list of purposes, not empty`]
    })
  })
}

function main(): void {
  let config: unknown
  try {
    config = JSON.parse(document.currentScript?.dataset['config'] ?? '')
  } catch {
    config = null
  }
  const given = isObject(config) ? config : {}
  const errors = isObject(config) ? errorsIn(config) : ['data-config: expected JSON, an object by vendor']
  const told = Object.keys(given).flatMap((name) => {
    const vendor = Object.hasOwn(VENDORS, name) ? VENDORS[name] : undefined
    return vendor ? [new Told(vendor, isObject(given[name]) ? given[name] : {})] : []
  })
  const consent = globals.metrofaxConsent
  if (!consent) errors.push('consent.js has to stand before vendor-calls.js')
  // A field that is misspelt would be one that nobody denies: all stays denied until somebody mends it.
  if (errors.length > 0) console.warn(`vendor-calls.js leaves everything denied: ${errors.join('; ')}`)
  if (errors.length > 0 || !consent) return
  const tell = (): void => {
    const { decided, model } = consent.state
    const allows = (purpose: string): boolean => consent.decide({ kind: 'web.request', url: location.href, purpose }).outcome === 'allow'
    for (const one of told) one.tell_(consent, allows, decided || model === 'opt-out')
  }
  consent.onChange(tell)
  if (consent.status === 'ready') tell()
  else document.addEventListener('metrofaxconsent:ready', tell, { once: true })
}

main()
