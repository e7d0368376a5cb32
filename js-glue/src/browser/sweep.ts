// Taking away again what the choice no longer covers.
import { StorageApi } from '../gen/metrofax/consent/fb/storage-api.js'
import { readCookies, writeCookie, type Session } from './session.js'
import { areas } from './storage.js'

export const CONSENT_COOKIE = 'mf_consent'

/** Every way a script can write a cookie of this name away: host and parent domains, the page's paths. */
export function expire(name: string): void {
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
