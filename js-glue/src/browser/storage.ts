// The common ways to leave something on the machine: each asks first.
import { KeptWeakMap } from '../wire/intact.js'
import { stringOf } from './native.js'
import { Kind } from '../gen/metrofax/consent/fb/kind.js'
import { StorageApi } from '../gen/metrofax/consent/fb/storage-api.js'
import { constructor, method, property, prototypeIn, type Handler, type Scope } from './patch.js'
import type { Session } from './session.js'
import { pathOf } from './purge.js'
import { followDatabase } from './running.js'
import { fixed } from './trusted.js'
import { shortened } from '../wire/line.js'

const { apply, defineProperty, set } = Reflect

/** The script that writes, where the platform tells. */
const writer = (): string => (document.currentScript as HTMLScriptElement | null)?.src ?? ''

/** The areas of web storage that the gate knows. */
export const areas: [name: 'localStorage' | 'sessionStorage', api: StorageApi][] = [
  ['localStorage', StorageApi.localStorage],
  ['sessionStorage', StorageApi.sessionStorage],
]

/** The area behind the one a page sees, and the one a page sees of an area. */
const areaOf = new KeptWeakMap<object, Storage>()
const seenOf = new KeptWeakMap<Storage, Storage>()
const apiOf = new KeptWeakMap<object, StorageApi>()

export function patchStorage(session: Session, scope: Scope): void {
  const may = (api: StorageApi, text: string): boolean => {
    try {
      return session.ask_(Kind.web_storage, api, text, writer())
    } catch {
      return false
    }
  }
  /** How long a cookie may live, in seconds: Infinity as it says, 0 for the session, -1 not at all. */
  const life = (line: string, quiet?: boolean): number => {
    try {
      return session.ask_(Kind.web_storage, StorageApi.cookie, line, writer(), undefined, quiet) ? Infinity : session.gate_!.maxAge_()
    } catch {
      return -1
    }
  }
  property(prototypeIn(scope, 'Document'), 'cookie', (native, _self, [given]) => {
    let line = fixed(given) as string
    const age = life(line)
    if (age < Infinity) {
      if (age < 0) return
      // What is written is what the gate allows as it stands.
      line = shortened(line, age)
      if (life(line, true) < Infinity) return
    }
    native(line)
  })
  method(prototypeIn(scope, 'CookieStore'), 'set', (native, _self, [first, second]) => {
    // Read once, like everything that decides.
    const cookie: Record<string, unknown> = typeof first === 'object' ? { ...first } : { name: first, value: second }
    const name = (cookie['name'] = fixed(cookie['name']))
    const { expires, maxAge } = cookie as { expires?: number | null; maxAge?: number | null }
    const now = Date.now()
    const ages = [...(maxAge == null ? [] : [maxAge]), ...(expires == null ? [] : [(expires - now) / 1000])]
    const age = life(`${name as string}=1${ages.length ? `; Max-Age=${String(Math.ceil(Math.max(...ages)))}` : ''}`)
    if (age < 0) return Promise.resolve()
    if (age < Infinity) {
      delete cookie['maxAge']
      cookie['expires'] = age ? now + age * 1000 : null
    }
    return native(cookie)
  })

  // As methods they come from the prototype, whoever calls them on what.
  for (const name of ['length', 'key', 'getItem', 'setItem', 'removeItem', 'clear']) {
    const onArea: Handler = (_native, self, args, target) => {
      const area = areaOf.get(self as object) ?? self
      const api = apiOf.get(area as object)
      if (name === 'setItem' && api !== undefined && !may(api, (args[0] = fixed(args[0])) as string)) return
      return apply(target, area, args)
    }
    method(prototypeIn(scope, 'Storage'), name, onArea)
    property(prototypeIn(scope, 'Storage'), name, undefined, onArea)
  }
  for (const [name, api] of areas) {
    property(scope, name, undefined, (native) => {
      const area = native() as Storage | null // throws where storage is switched off
      if (!area) return area
      session.beforeArea_?.()
      let seen = seenOf.get(area)
      if (!seen) {
        seen = asking(area, (key) => may(api, key))
        seenOf.set(area, seen)
        areaOf.set(seen, area)
        apiOf.set(area, api)
      }
      return seen
    })
  }
  // Events speak of the area a page sees.
  property(prototypeIn(scope, 'StorageEvent'), 'storageArea', undefined, (native) => {
    const area = native() as Storage
    return seenOf.get(area) ?? area
  })
  constructor(scope, 'StorageEvent', (make, args) => {
    const init = args[1] as StorageEventInit | undefined
    const area = areaOf.get(init?.storageArea as object)
    if (area) args[1] = { ...init, storageArea: area }
    return make(...args)
  })

  // Databases, caches, files, workers: asked about by their name, and refused as a browser refuses them to an origin.
  const refusal = (name: string): DOMException => new DOMException(`Not allowed by the visitor's privacy choices: ${name}`, 'SecurityError')
  for (const [owner, member, api] of OPENED)
    method(prototypeIn(scope, owner), member, (native, _self, args) => {
      let name = args.length ? stringOf((args[0] = fixed(args[0]))) : member
      if (api === StorageApi.serviceWorker) name = pathOf(name)
      if (may(api, name)) {
        const opened = native(...args)
        if (api === StorageApi.indexedDB) followDatabase(opened as IDBOpenDBRequest, () => session.mayStay_(api, name))
        return opened
      }
      if (api === StorageApi.indexedDB) throw refusal(name)
      return Promise.reject(refusal(name))
    })
  method(prototypeIn(scope, 'CredentialsContainer'), 'store create', (native, _self, args) =>
    may(StorageApi.credentials, (args[0] as { id?: string } | undefined)?.id ?? '') ? native(...args) : Promise.reject(refusal('credentials')))
  method(scope, 'webkitRequestFileSystem', (native, _self, args) => {
    if (may(StorageApi.fileSystem, 'webkitRequestFileSystem')) native(...args)
    else if (typeof args[3] === 'function') setTimeout(args[3] as (error: unknown) => void, 0, refusal('webkitRequestFileSystem'))
  })
  // A name outlives the page; what may not, lives as long as the page does.
  let shadow: unknown
  property(scope, 'name', (native, _self, [value]) => {
    const name = stringOf(value)
    shadow = name
    if (name === '' || may(StorageApi.windowName, name)) {
      shadow = undefined
      native(name)
    }
  }, (native) => shadow ?? native())
}

/** Owner, member that opens or makes by name, what it is to the core. */
const OPENED: [owner: string, member: string, api: StorageApi][] = [
  ['IDBFactory', 'open', StorageApi.indexedDB],
  ['CacheStorage', 'open', StorageApi.caches],
  ['StorageManager', 'getDirectory', StorageApi.opfs],
  ['StorageBucketManager', 'open', StorageApi.storageBuckets],
  ['ServiceWorkerContainer', 'register', StorageApi.serviceWorker],
]

/** An area whose keys, written as properties, are asked about like those written by setItem. */
const asking = (area: Storage, may: (key: string) => boolean): Storage =>
  new Proxy(area, {
    set(target, key, value) {
      if (typeof key === 'symbol' || may(key)) set(target, key, value)
      return true
    },
    defineProperty(target, key, descriptor) {
      return typeof key === 'symbol' || !may(key) || defineProperty(target, key, descriptor)
    },
  })
