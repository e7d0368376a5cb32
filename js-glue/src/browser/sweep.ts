// Taking away what the choice does not cover, or no longer: at a choice, when consent or retention has run out, and what was
// there before this script came. The core plans; here it is written, read again, and said what is left.
import { KeptMap, KeptSet } from '../wire/intact.js'
import { Kind } from '../gen/metrofax/consent/fb/kind.js'
import { StorageApi } from '../gen/metrofax/consent/fb/storage-api.js'
import { lineOf } from '../wire/line.js'
import { matches, pattern } from './native.js'
import { readCookies, writeCookie, type Session } from './session.js'
import { purge } from './purge.js'
import { areas } from './storage.js'

export const CONSENT_COOKIE = 'mf_consent'

/** What the cookies in document.cookie are called; one without '=' has no name. */
const NAMES = pattern(/(?:^|; )(?:([^;=]*)=[^;]*|()[^;]+)/g)

/** A cookie that comes back this often on one page is left, and named: whoever sets it is faster than we are. */
const PATIENCE = 20

/** How often a name was taken away on this page since the last choice. */
const swept = new KeptMap<string, number>()

/** In localStorage: when each key that may stay was first seen, unix seconds. Web storage knows no lifetime of its own. */
const KEPT = 'mf_kept'
const { keys } = Object

/** Removes every cookie of this name that a script of this page can reach. */
export function expire(session: Session, name: string): void {
  for (const line of session.gate_!.sweep_(name)) writeCookie(line)
}

/** Names of the cookies a script can see that may not be there. */
function refused(session: Session, cookies = readCookies()): string[] {
  const names = new KeptSet<string>()
  for (const name of matches(NAMES, cookies)) if (name !== CONSENT_COOKIE && !session.mayStay_(StorageApi.cookie, name)) names.add(name)
  return [...names]
}

/** Removes keys that may not be there; those that are left. */
function clearAreas(session: Session): string[] {
  const left: string[] = []
  for (const [name, api] of areas) {
    try {
      const area = globalThis[name]
      const go = (then: (key: string) => void): void => {
        for (const key of keys(area)) if (!session.mayStay_(api, key)) then(key)
      }
      go((key) => { area.removeItem(key) })
      go((key) => { left[left.length] = key })
      if (name === 'localStorage') expireKept(session, area)
    } catch {
      // Storage is switched off: nothing is there.
    }
  }
  return left
}

/** retention.necessary: removes keys that have been there for longer than their purpose keeps anything. */
function expireKept(session: Session, area: Storage): void {
  const text = area.getItem(KEPT)
  let before: Record<string, unknown> = {}
  try {
    before = Object(JSON.parse(text ?? '{}')) as typeof before
  } catch {
    // Somebody else wrote there: the keys are as old as today.
  }
  const now = Math.floor(Date.now() / 1000)
  const kept: Record<string, number> = {}
  for (const key of Object.keys(area)) {
    if (key === KEPT || !session.mayStay_(StorageApi.localStorage, key)) continue
    const since = Math.min(Number(before[key]) || now, now)
    if (now - since > session.gate_!.retention_()) area.removeItem(key)
    else kept[key] = since
  }
  const after = JSON.stringify(kept)
  if (after === '{}') area.removeItem(KEPT)
  else if (after !== text) area.setItem(KEPT, after)
}

/** Removes what may not be there, reads again, and notes what is left. `cookies`: as just read. */
export function sweep(session: Session, cookies?: string): void {
  if (!session.gate_) return
  session.residue_ = [...sweepCookies(session, cookies), ...clearAreas(session)]
}

/** Removes cookies that may not be there, reads again where there were some, and says which are left. */
function sweepCookies(session: Session, cookies?: string): string[] {
  const there = refused(session, cookies)
  for (const name of there) {
    const times = (swept.get(name) ?? 0) + 1
    swept.set(name, times)
    // One that is back although it was taken away: the log says so, with the reason it may not be there.
    if (times > 1) session.ask_(Kind.web_storage, StorageApi.cookie, lineOf(name))
    if (times <= PATIENCE) expire(session, name)
  }
  return there[0] === undefined ? there : refused(session)
}

let choice = ''

/** After a choice, here or in another tab: what came back under the one before counts no more. */
export function sweepAfresh(session: Session): void {
  if (choice !== session.record_) swept.clear()
  choice = session.record_
  sweep(session)
  purge(session)
}

/** Sweeps now, and again whenever a cookie turns up that this page's scripts did not ask for. */
export function keepSwept(session: Session, cookies?: string): void {
  const again = (): void => {
    session.beforeArea_ = undefined
    const before = String(session.residue_)
    sweep(session)
    if (before !== String(session.residue_)) session.tell_()
  }
  session.residue_ = sweepCookies(session, cookies)
  // To open web storage takes milliseconds that the first tag does not have: swept when the page first looks into it, or a moment later.
  session.beforeArea_ = again
  // Firefox and WebKit keep cookies in another process: what was written can be read a moment later.
  setTimeout(again)
  for (const event of ['load', 'pageshow', 'focus'])
    addEventListener(event, () => {
      again()
      purge(session)
    })
  ;(globalThis as { cookieStore?: EventTarget }).cookieStore?.addEventListener('change', again)
}
