// Withdrawal, the part that takes time: databases, caches, files, buckets and service workers that the choice does not cover, taken
// away and looked for again. Cookies and keys of web storage go at once (sweep.ts).
import { StorageApi } from '../gen/metrofax/consent/fb/storage-api.js'
import { methodOf } from './native.js'
import { STORAGE_APIS, type Session } from './session.js'

/** A kind of storage: what there is of it by the name the gate knows it by, and how one goes. Absent APIs throw, and hold nothing. */
interface Kept {
  readonly api_: StorageApi
  list_(): Promise<string[]>
  remove_(name: string): unknown
}

/** A service worker's name is its script's path: it cannot be another origin's. */
export const pathOf = (url: unknown): string => {
  try {
    const { pathname, search } = new URL(url as string, document.baseURI)
    return pathname + search
  } catch {
    return String(url)
  }
}

// The platform's own, as they were before any script of the page: what is looked for must not be what a page says is there.
const of = (name: string, member: string): ((self: unknown, ...args: unknown[]) => unknown) =>
  methodOf((globalThis as unknown as Record<string, { prototype: object } | undefined>)[name]?.prototype ?? {}, member)
const databases = of('IDBFactory', 'databases') as (self: unknown) => Promise<IDBDatabaseInfo[]>
const deleteDatabase = of('IDBFactory', 'deleteDatabase') as (self: unknown, name: string) => IDBOpenDBRequest
const cacheNames = of('CacheStorage', 'keys') as (self: unknown) => Promise<string[]>
const deleteCache = of('CacheStorage', 'delete')
const registrations = of('ServiceWorkerContainer', 'getRegistrations') as (self: unknown) => Promise<ServiceWorkerRegistration[]>
const unregister = of('ServiceWorkerRegistration', 'unregister')
const directory = of('StorageManager', 'getDirectory') as (self: unknown) => Promise<FileSystemDirectoryHandle>
const namesIn = of('FileSystemDirectoryHandle', 'keys') as (self: unknown) => AsyncIterable<string>
const removeEntry = of('FileSystemDirectoryHandle', 'removeEntry')
const bucketNames = of('StorageBucketManager', 'keys') as (self: unknown) => Promise<string[]>
const deleteBucket = of('StorageBucketManager', 'delete')

const workers = (): Promise<ServiceWorkerRegistration[]> => registrations(navigator.serviceWorker)
/** Undefined between two states, when a registration has no worker: the next look finds one. */
const scriptOf = ({ active, waiting, installing }: ServiceWorkerRegistration): string | undefined => {
  const worker = active ?? waiting ?? installing
  return worker ? pathOf(worker.scriptURL) : undefined
}
const buckets = (): unknown => (navigator as unknown as { storageBuckets: unknown }).storageBuckets

const KEPT: Kept[] = [
  {
    api_: StorageApi.indexedDB,
    list_: async () => (await databases(indexedDB)).map(({ name }) => name ?? ''),
    remove_: (name) =>
      new Promise((done) => {
        const request = deleteDatabase(indexedDB, name)
        // Blocked by a connection that is not ours to close (a worker's): it goes when that does, and is residue until then.
        request.onsuccess = request.onerror = request.onblocked = done
      }),
  },
  { api_: StorageApi.caches, list_: () => cacheNames(caches), remove_: (name) => deleteCache(caches, name) },
  {
    api_: StorageApi.serviceWorker,
    list_: async () => (await workers()).map(scriptOf).filter((name) => name !== undefined),
    remove_: async (name) => { for (const one of await workers()) if (scriptOf(one) === name) await unregister(one) },
  },
  {
    // One name for all of it: there are no names that the gate could tell apart.
    api_: StorageApi.opfs,
    list_: async () => {
      for await (const _name of namesIn(await directory(navigator.storage))) return ['getDirectory']
      return []
    },
    remove_: async () => {
      const folder = await directory(navigator.storage)
      for await (const name of namesIn(folder)) await removeEntry(folder, name, { recursive: true })
    },
  },
  { api_: StorageApi.storageBuckets, list_: () => bucketNames(buckets()), remove_: (name) => deleteBucket(buckets(), name) },
]

let working: Promise<void> | undefined
let again = false

async function purgeOnce(session: Session): Promise<void> {
  const left: string[] = []
  for (const { api_: api, list_: list, remove_: remove } of KEPT) {
    try {
      const refused = async (): Promise<string[]> => (await list()).filter((name) => !session.mayStay_(api, name))
      const names = await refused()
      for (const name of names) {
        try {
          await remove(name)
        } catch {
          // Looked for below.
        }
      }
      if (names.length) left.push(...(await refused()).map((name) => `${STORAGE_APIS[api]!} ${name}`))
    } catch {
      // The browser has none of this, or it is switched off.
    }
  }
  const before = String(session.stored_)
  session.stored_ = left
  if (before !== String(left)) session.tell_()
}

/** Takes away what may not stay, now, or once more where it is at work already. */
export function purge(session: Session): void {
  again = true
  if (!session.gate_ || working) return
  working = (async () => {
    while (again) {
      again = false
      await purgeOnce(session)
    }
    working = undefined
  })()
}
