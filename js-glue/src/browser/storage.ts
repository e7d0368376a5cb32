// The common ways to leave something on the machine, and taking it away again.
import { Kind } from '../gen/metrofax/consent/fb/kind.js'
import { StorageApi } from '../gen/metrofax/consent/fb/storage-api.js'
import { method, property } from './patch.js'
import { readCookies, writeCookie, type Session } from './session.js'

const CONSENT_COOKIE = 'mf_consent'

/** The script that writes, where the platform tells. */
const writer = (): string => (document.currentScript as HTMLScriptElement | null)?.src ?? ''

const areas: [name: 'localStorage' | 'sessionStorage', api: StorageApi][] = [
  ['localStorage', StorageApi.localStorage],
  ['sessionStorage', StorageApi.sessionStorage],
]

/** The real area behind the one a page sees. Throws where storage is switched off, as the platform does. */
const real = new WeakMap<object, Storage>()
const apis = new WeakMap<Storage, StorageApi>()

export function patchStorage(session: Session): void {
  const may = (api: StorageApi, text: string): boolean => {
    try {
      return session.ask_(Kind.web_storage, api, text, writer())
    } catch {
      return false
    }
  }
  property(Document.prototype, 'cookie', (native, _self, [line]) => {
    if (may(StorageApi.cookie, String(line))) native(line)
  })
  const store = (globalThis as { CookieStore?: { prototype: object } }).CookieStore?.prototype
  method(store, 'set', (native, _self, args) => {
    const given = args[0]
    const cookie = typeof given === 'object' && given ? (given as Record<string, unknown>) : { name: given, value: args[1] }
    const expires = cookie['expires'] === undefined || cookie['expires'] === null ? '' : `; Max-Age=${String(Math.ceil((Number(cookie['expires']) - Date.now()) / 1000))}`
    const line = `${String(cookie['name'])}=${String(cookie['value'])}${expires}`
    return may(StorageApi.cookie, line) ? native(...args) : Promise.resolve()
  })

  method(Storage.prototype, 'setItem', (_native, self, args) => {
    const area = real.get(self as object) ?? (self as Storage)
    const api = apis.get(area)
    if (api === undefined || may(api, String(args[0]))) Reflect.apply(setItem, area, args)
  })
  for (const [name, api] of areas) {
    const found = Object.getOwnPropertyDescriptor(globalThis, name)
    if (!found?.get) continue
    let proxy: Storage | undefined
    const get = (): Storage => {
      const area = found.get!.call(globalThis) as Storage // throws where storage is switched off
      if (!proxy) {
        apis.set(area, api)
        proxy = asking(area, (key) => may(api, key))
        real.set(proxy, area)
      }
      return proxy
    }
    Object.defineProperty(globalThis, name, { ...found, get })
  }
}

const setItem = Storage.prototype.setItem

/** An area whose keys, written as properties, are asked about like those written by setItem. */
function asking(area: Storage, may: (key: string) => boolean): Storage {
  const bound = new Map<PropertyKey, unknown>()
  return new Proxy(area, {
    get(target, key): unknown {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      let method = bound.get(key)
      if (!method) bound.set(key, (method = (...args: unknown[]) => Reflect.apply(value as (...args: unknown[]) => unknown, target, args) as unknown))
      return method
    },
    set(target, key, value) {
      if (typeof key === 'symbol' || may(key)) Reflect.set(target, key, value)
      return true
    },
    defineProperty(target, key, descriptor) {
      return typeof key === 'symbol' || !may(key) || Reflect.defineProperty(target, key, descriptor)
    },
  })
}

/** Every way a script can write a cookie of this name away: host and parent domains, the page's paths. */
function expire(name: string): void {
  const labels = location.hostname.split('.')
  const domains = ['', ...labels.map((_, i) => '; Domain=' + labels.slice(i).join('.'))]
  const steps = location.pathname.split('/')
  const paths = new Set(steps.flatMap((_, i) => [steps.slice(0, i + 1).join('/') || '/', steps.slice(0, i + 1).join('/') + '/']))
  const secure = location.protocol === 'https:' || name.startsWith('__') ? ['; Secure', '; Secure; Partitioned'] : ['']
  for (const domain of domains)
    for (const path of paths) for (const more of secure) writeCookie(`${name}=; Max-Age=0; Path=${path}${domain}${more}`)
}

/** Removes what the choice no longer covers, reads again, and tells what is left. */
export function sweep(session: Session): void {
  const refused = (): string[] =>
    readCookies()
      .split('; ')
      .map((pair) => pair.split('=', 1)[0]!)
      .filter((name) => name && name !== CONSENT_COOKIE && !session.mayStay_(StorageApi.cookie, name))
  for (const name of refused()) expire(name)
  const residue = refused()
  for (const [name, api] of areas) {
    try {
      const area = globalThis[name]
      for (const key of Object.keys(area)) if (!session.mayStay_(api, key)) area.removeItem(key)
      for (const key of Object.keys(area)) if (!session.mayStay_(api, key)) residue.push(key)
    } catch {
      // Storage is switched off: nothing is there.
    }
  }
  session.residue_ = residue
}
