// placeholders.js, which consent.js loads when a frame or a player that waits for a choice comes into view: says in its place who would be
// asked for it and what for, and offers to load it this once, always, or where it comes from. What that means is the gate's affair.
import type { Embed } from '../browser/embed.js'
import type { Consent } from './api.js'
import { h, link } from './dom.js'
import { BUILT_IN, fill, languages, loadNotice, type Notice } from './notice.js'
import { bringAbout } from './reload.js'
import { sheet, sheetOf } from './placeholder-style.js'

const script = document.currentScript as HTMLScriptElement | null
const consent = window.metrofaxConsent as (Consent & { _embeds(listener: (embed: Embed) => void): void }) | undefined
const TAG = 'metrofax-placeholder'
/** Marks a player whose place is taken. */
const MARK = 'data-metrofax-held'

/** English, where no notice can be had. */
const ENGLISH: Record<string, string> = {
  ...BUILT_IN,
  'embed.body': 'This content comes from {host} and is loaded only if you allow it.',
  'embed.refused': 'This site does not let content from {host} load.',
  'embed.once': 'Load this once',
  'embed.always': 'Always allow',
  'embed.open': 'Open {host}',
}

let notice: Promise<Notice | null> | undefined
const theNotice = (): Promise<Notice | null> =>
  (notice ??= loadNotice(script?.src ?? document.baseURI, languages(document.querySelector<HTMLElement>('script[data-lang]')?.dataset['lang'] ?? null, document.documentElement.lang, navigator.languages)))

/** What stands in the place, and whether it lets the page around it be. */
function view(embed: Embed, found: Notice | null, gone: () => void): HTMLElement {
  const { vendor, purposes, loads } = embed.ask()
  const texts = { ...ENGLISH, ...found?.texts }
  const { host } = new URL(embed.url)
  const names = purposes.map((id) => found?.purposes.find((one) => one.id === id)?.name ?? id).join(', ')
  const who = found?.vendors.find(({ id }) => id === vendor)
  const values = { host, vendor: who?.name ?? host, purposes: names }
  const t = (key: string): string => fill(texts, key, values)
  const button = (key: string, look: string, act: () => void): HTMLElement =>
    h('button', { type: 'button', class: look, click: act }, t(key))
  const always = (): void => {
    consent!.set(Object.fromEntries(purposes.map((id) => [id, true])), vendor ? { [vendor]: true } : {})
    bringAbout(consent!)
  }
  const once = (): void => {
    embed.once()
    gone()
  }
  return h(
    'section',
    // In a frame the media query speaks of the frame's own scheme, which is light unless the page says otherwise.
    { class: matchMedia('(prefers-color-scheme:dark)').matches ? 'embed dark' : 'embed', lang: found?.lang ?? 'en', dir: found?.dir ?? 'ltr', 'aria-label': values.vendor },
    h(
      'div',
      { class: 'inner' },
      h('h2', {}, values.vendor),
      h('p', {}, t(loads === 'no' ? 'embed.refused' : 'embed.body'), ' ', who && link(fill(texts, 'prefs.policyLink', { vendor: who.name }), who.policyUrl, true)),
      loads === 'reload' && h('p', {}, t('prefs.reload')),
      h(
        'div',
        { class: 'actions' },
        loads === 'here' && button('embed.once', 'main', once),
        loads !== 'no' && button('embed.always', 'always', always),
        link(t('embed.open'), embed.url, true),
      ),
    ),
  )
}

/** A frame whose own, still empty document we can write into: nothing of the page around it moves. */
function emptyDocument(element: Element): Document | null {
  if (!(element instanceof HTMLIFrameElement)) return null
  try {
    const { contentDocument: inside } = element
    return inside?.URL === 'about:blank' ? inside : null
  } catch {
    return null
  }
}

/** Properties by which a box finds its place. */
const PLACE = 'position top right bottom left width height max-width margin float flex grid-area align-self justify-self z-index border-radius'.split(' ')

/** Beside a player, and instead of it: as large and where it was. */
function beside(element: Element): { root: ShadowRoot; take: () => void } {
  const host = document.createElement(TAG)
  const { width, height } = element.getBoundingClientRect()
  const look = getComputedStyle(element)
  const place = PLACE.map((name) => `${name}:${look.getPropertyValue(name)}`).join(';')
  const display = look.display === 'inline' ? 'inline-block' : look.display
  const root = host.attachShadow({ mode: 'open' })
  root.adoptedStyleSheets = [sheetOf(document), sheet(`:host{${place};display:${display};width:${width}px;height:${height}px}`)]
  hide()
  element.setAttribute(MARK, '')
  element.before(host)
  const follow = new MutationObserver(() => { if (host.nextSibling !== element) take() })
  follow.observe(element.parentNode!, { childList: true })
  const take = (): void => {
    follow.disconnect()
    host.remove()
    element.removeAttribute(MARK)
  }
  return { root, take }
}

/** A rule of our own for what is marked: no style of the page's is touched. */
let hidden = false
function hide(): void {
  if (hidden) return
  hidden = true
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet(`[${MARK}]{display:none!important}`)]
}

const placed = new WeakMap<Element, () => void>()

/** Puts a placeholder where a frame or player waits, and keeps it there as long as it waits. */
function place(embed: Embed, found: Notice | null): void {
  const { element } = embed
  placed.get(element)?.()
  if (!embed.waits() || !element.isConnected) return
  const controller = new AbortController()
  const ends: (() => void)[] = [() => { controller.abort() }]
  const gone = (): void => {
    for (const end of ends.splice(0)) end()
    placed.delete(element)
  }
  placed.set(element, gone)
  const again = (): void => {
    if (embed.waits()) place(embed, found)
    else gone()
  }
  const inside = emptyDocument(element)
  if (inside) {
    inside.adoptedStyleSheets = [sheetOf(inside)]
    inside.documentElement.lang = found?.lang ?? 'en'
    inside.body.replaceChildren(view(embed, found, gone))
    // The empty document may come a second time, when the browser has got to it.
    element.addEventListener('load', again, { signal: controller.signal, once: true })
  } else if (element instanceof HTMLIFrameElement && (!element.hasAttribute('sandbox') || element.sandbox.contains('allow-same-origin'))) {
    // Taken back just now: the empty document is on its way.
    element.addEventListener('load', again, { signal: controller.signal, once: true })
  } else {
    const { root, take } = beside(element)
    root.append(view(embed, found, gone))
    ends.push(take)
  }
  for (const name of ['released', 'change']) document.addEventListener(`metrofaxconsent:${name}`, again, { signal: controller.signal })
}

consent?._embeds((embed) => {
  void theNotice().then((found) => { place(embed, found) }).catch((error: unknown) => { console.warn(TAG, error) })
})
