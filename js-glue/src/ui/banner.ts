// The first layer: what happens, who takes part, and three choices. It is a region, not a dialog: the page stays usable
// and is never locked, because not answering is an answer too (unknown is not consent, web.md W6).
import { h, link, lower, raise } from './dom.js'
import { focused, giveBack } from './focus.js'
import type { View } from './surface.js'

/** What the banner offers to the rest of the interface. */
export interface Banner {
  /** Shows it, without touching focus. */
  show(): void
  /** Hides it; focus that was inside goes back to where the visitor came from. */
  hide(): void
  /** What had focus before the visitor went into the banner, if anything. */
  readonly origin: HTMLElement | null
}

/** Builds the banner into the surface. Without a notice it has title, policy link, accept and reject, in English. */
export function makeBanner({ surface, consent, notice, t, choose }: View): Banner {
  let origin: HTMLElement | null = null
  // changes.material: asked again only for what changed; the rest stands, and nothing here touches it.
  const changed = notice ? consent.state.changed : []
  const names = notice?.purposes.filter(({ id }) => changed.includes(id)).map(({ name }) => name).join(', ')
  const answer = (yes: boolean) => surface.decide(() => consent.set(Object.fromEntries(changed.map((id) => [id, yes]))))
  const optOut = consent.state.model === 'opt-out' ? 'banner.bodyOptOut' : 'banner.body'
  const title = h('h2', { id: 'banner-title', class: 'title' }, t('banner.title'))
  const policy = link(t('banner.policyLink'), notice?.policyUrl ?? pagePolicy())
  const button = (key: string, look: string, act: () => void) =>
    h('button', { type: 'button', class: look + ' ' + key, click: act }, t('banner.' + key))
  const banner = h(
    'section',
    { class: 'box banner', 'aria-labelledby': 'banner-title', popover: 'manual', hidden: true },
    h(
      'div',
      { class: 'scroll' },
      title,
      notice && consent.state.gpc && h('p', { class: 'note' }, t('gpc.honoured')),
      notice && h('p', { class: 'soft text' }, names ? t('banner.changed', { names }) : t(optOut, { partners: notice.vendors.length }), ' ', policy),
      notice && consent.state.reload !== 'no' && h('p', { class: 'soft' }, t('prefs.reload')),
      !notice && h('p', {}, policy),
    ),
    h(
      'div',
      { class: 'actions' },
      // The same class: reject is exactly as prominent as accept (web.md W6; CNIL 2020-092, CCPA regulations 7004).
      names
        ? button('rejectChanged', 'main', () => answer(false))
        : button('reject', 'main', () => surface.decide(() => consent.rejectAll())),
      names
        ? // In spite of a signal only purpose by purpose (web.md W2).
          button('acceptChanged', 'main', () => (consent.state.gpc ? choose() : answer(true)))
        : button('accept', 'main', () => surface.decide(() => consent.acceptAll())),
      notice && button('preferences', 'wide', choose),
    ),
  )
  banner.addEventListener('focusin', ({ relatedTarget: from }) => {
    if (from instanceof HTMLElement && from.getRootNode() === document) origin = from
  })
  banner.addEventListener('keydown', (event) => {
    // Escape puts the question off: nothing is decided, so nothing is allowed that was not before.
    if (event.key === 'Escape') hide()
  })
  surface.root.append(banner)

  // What has focus in the page is scrolled to above the banner, not under it (WCAG 2.4.11). No layout changes by this.
  let room: CSSStyleSheet | undefined
  const sheets = (keep: CSSStyleSheet[]) => {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets.filter((sheet) => sheet !== room), ...keep]
  }
  function show(): void {
    if (!banner.hidden) return
    raise(banner)
    surface.tell('banner', true)
    surface.say(t('banner.title'), false)
    try {
      room = new CSSStyleSheet()
      room.replaceSync(`html{scroll-padding-block-end:${banner.offsetHeight + 32}px}`)
      sheets([room])
    } catch {
      // A browser without constructed sheets scrolls as it always did.
    }
  }
  function hide(): void {
    if (banner.hidden) return
    const inside = banner.contains(focused())
    lower(banner)
    surface.tell('banner', false)
    if (room) sheets([])
    if (inside) giveBack(origin)
  }
  return {
    show,
    hide,
    get origin() {
      return origin
    },
  }
}

/** Where the page itself links its privacy policy, for the case that the notice is missing. */
function pagePolicy(): string {
  return document.querySelector<HTMLAnchorElement>('[rel~=privacy-policy]')?.href ?? '/privacy'
}
