// What is stored in this browser now: every cookie and every entry of the site, whose it is, what for and for how long. Found
// when somebody opens it; the server adds the cookies that no script sees. What nobody declared is flagged, with what a public
// list knows of the name: a suggestion, never a permission.
import { declaredRow } from '../wire/declared.js'
import { knownName, type KnownNames } from '../wire/known-names.js'
import { lineOf } from '../wire/line.js'
import type { Consent, Verdict } from './api.js'
import { h, link } from './dom.js'
import { lifetime, type Notice, type StorageRow, type VendorRow } from './notice.js'
import type { Text } from './surface.js'

/** Something stored, as it was found. */
interface Found {
  name: string
  api: string
  /** Nobody but the server sees it. */
  httpOnly?: boolean
}

/** Names of everything that script can see; what the browser does not tell of is left out. */
async function found(): Promise<Found[]> {
  const all: Found[] = []
  const add = (api: string, names: Iterable<string>): void => {
    for (const name of names) all.push({ api, name })
  }
  const looks: [api: string, names: () => Iterable<string> | Promise<Iterable<string>>][] = [
    ['cookie', () => (document.cookie ? document.cookie.split('; ').map((pair) => (pair.includes('=') ? pair.split('=', 1)[0]! : '')) : [])],
    ['localStorage', () => Object.keys(localStorage)],
    ['sessionStorage', () => Object.keys(sessionStorage)],
    ['indexedDB', async () => (await indexedDB.databases()).map(({ name }) => name ?? '')],
    ['caches', () => caches.keys()],
    ['serviceWorker', async () => (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope)],
  ]
  for (const [api, names] of looks) {
    try {
      add(api, await names())
    } catch {
      // Switched off, or not in this browser.
    }
  }
  return all
}

/** The names the server gets and script does not. */
async function unseen(seen: Found[]): Promise<Found[]> {
  const route = document.querySelector<HTMLScriptElement>('script[data-server]')?.dataset['server']
  if (!route) return []
  try {
    const { cookies } = (await (await fetch(route)).json()) as { cookies: { name: string }[] }
    const known = new Set(seen.filter(({ api }) => api === 'cookie').map(({ name }) => name))
    return cookies.filter(({ name }) => !known.has(name)).map(({ name }) => ({ name, api: 'httpCookie', httpOnly: true }))
  } catch {
    return []
  }
}

async function listOfNames(base: string): Promise<KnownNames | null> {
  try {
    return (await (await fetch(new URL('cookie-names.json', base))).json()) as KnownNames
  } catch {
    return null
  }
}

/** The folded list. `base`: where the script and what belongs to it lie. */
export function inventory(consent: Consent, notice: Notice, base: string, t: Text): HTMLElement {
  const list = h('ul', { class: 'cards small', role: 'list' })
  const said = h('p', { class: 'soft', role: 'status' })
  let filled = false
  const fill = async (): Promise<void> => {
    const seen = await found()
    const all = [...seen, ...(await unseen(seen))]
    const rows = all.map((one) => judged(consent, notice, one))
    const odd = rows.some(({ verdict }) => isUndeclared(verdict))
    const names = odd ? await listOfNames(base) : null
    said.textContent = rows.length ? t('inventory.count', { count: rows.length }) : t('prefs.cookies.none')
    list.replaceChildren(...rows.map((row) => entry(row, writerOf(consent, row.one.name), notice, names, t)))
  }
  return h(
    'details',
    {
      class: 'inventory',
      toggle: (event: Event) => {
        if (filled || !(event.target as HTMLDetailsElement).open) return
        filled = true
        void fill()
      },
    },
    h('summary', {}, t('inventory.title')),
    h('p', { class: 'soft' }, t('inventory.intro')),
    said,
    list,
  )
}

const isUndeclared = (verdict: Verdict): boolean => verdict.reason.startsWith('undeclared')

/** The script that wrote it on this page, as the log has it. */
const writerOf = (consent: Consent, name: string): string =>
  consent.log.findLast(({ request }) => request.key === name && request.writer)?.request.writer ?? ''

/** Something stored, what the gate says of it, and how it is declared. */
interface Judged {
  one: Found
  verdict: Verdict
  vendor: VendorRow | undefined
  row: StorageRow | undefined
}

const isCookie = ({ api }: Found): boolean => /cookie/i.test(api)

/** What is declared to last is asked about as what lasts: that is the sentence of the policy that it rests on. */
function judged(consent: Consent, notice: Notice, one: Found): Judged {
  const { name, api } = one
  const ask = (more?: string): Verdict =>
    consent.decide({ kind: 'web.storage', api, ...(isCookie(one) ? { line: lineOf(name, more) } : { key: name }) })
  const verdict = ask()
  const vendor = notice.vendors.find(({ id }) => id === verdict.vendor)
  const row = isUndeclared(verdict) ? undefined : declaredRow(vendor?.storage ?? notice.storage, name)
  return { one, vendor, row, verdict: row?.kind === 'persistent' && isCookie(one) ? ask('; Max-Age=1') : verdict }
}

function entry({ one, verdict, vendor, row }: Judged, writer: string, notice: Notice, names: KnownNames | null, t: Text): HTMLElement {
  const { name, api, httpOnly } = one
  const undeclared = isUndeclared(verdict)
  const purpose = notice.purposes.find(({ id }) => id === verdict.purpose)
  const cookie = isCookie(one)
  const kind = cookie ? row && t('prefs.kind.' + row.kind) : `${t('prefs.kind.script')} (${api})`
  const known = undeclared && names ? knownName(names, name) : undefined
  const by = writer || (vendor ? vendor.name : !undeclared && t('inventory.us'))
  const facts = [kind, row && cookie && lifetime(t, row), purpose?.name, by && t('inventory.writer', { writer: by }), httpOnly && t('inventory.httpOnly')]
  return h(
    'li',
    { class: 'card' },
    h('p', {}, h('code', {}, name || t('inventory.nameless')), ' ', undeclared && h('span', { class: 'pill undeclared' }, t('inventory.undeclared'))),
    h('p', { class: 'soft' }, facts.filter(Boolean).join(' · ')),
    h(
      'p',
      { class: 'soft' },
      (notice.reasons[verdict.reason] ?? verdict.reason) + ' ',
      verdict.clause && link(verdict.clause, notice.policyUrl + '#' + verdict.clause, true),
    ),
    known && h('p', { class: 'soft' }, t('inventory.suggestion', { platform: known[1], category: known[3] })),
  )
}
