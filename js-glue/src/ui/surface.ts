// The one element of ours in the page. Everything visible lives in its shadow root, so that the page's style sheet and
// ours do not touch; the root is open, so that tests, axe and a curious visitor can look.
import type { Consent, Kind } from './api.js'
import { makeBanner, type Banner } from './banner.js'
import { h } from './dom.js'
import { focused, giveBack } from './focus.js'
import { openInspector } from './inspector.js'
import { BUILT_IN, fill, type Notice } from './notice.js'
import { bringAbout } from './reload.js'
import { openPreferences, type Dialog } from './preferences.js'
import { dress } from './styles.js'

/** Looks a text up, with its {places} filled in. */
export type Text = (key: string, values?: Record<string, string | number>) => string

/** What each of the three views is given. */
export interface View {
  surface: Surface
  consent: Consent
  notice: Notice | null
  t: Text
  /** Opens the preference centre from the banner. */
  choose: () => void
}

/** The tag in the page. */
export const TAG = 'metrofax-consent'

/** `<metrofax-consent>`: holds banner, preference centre and inspector, and what they share. */
export class Surface extends HTMLElement {
  root!: HTMLElement
  /** Whether it has the notice, and so more to offer than the built-in texts. */
  informed = false
  /** Where the script and what belongs to it lie. */
  base = document.baseURI
  #status!: HTMLElement
  #view!: View
  #banner!: Banner
  #open: Partial<Record<Kind, Dialog>> = {}
  /** What a visitor sees now. */
  readonly shown = new Set<Kind>()
  #off: () => void = () => {}
  #clock = 0

  /** Fills the element. Without a notice it offers the banner with built-in texts alone. */
  furnish(consent: Consent, notice: Notice | null, nonce: string | undefined): void {
    const shadow = this.attachShadow({ mode: 'open' })
    const texts = notice ? { ...BUILT_IN, ...notice.texts } : BUILT_IN
    const t: Text = (key, values) => fill(texts, key, values)
    this.informed = !!notice
    this.#status = h('p', { class: 'status', role: 'status' })
    this.root = h('div', { class: 'root', lang: notice?.lang ?? 'en', dir: notice?.dir ?? 'ltr' }, this.#status)
    shadow.append(this.root)
    dress(shadow, nonce)
    this.#view = { surface: this, consent, notice, t, choose: () => this.open('preferences', focused()) }
    this.#banner = makeBanner(this.#view)
  }

  /** A choice made elsewhere, by the site's own buttons or in another tab, ends the question here too. */
  connectedCallback(): void {
    // A copy of ours, out of a page that a library kept as text (htmx's history): it shows nothing.
    if (!this.shadowRoot) return
    const { consent } = this.#view
    this.#off = consent.onChange(() => {
      if (consent.state.decided) this.#banner.hide()
      for (const dialog of Object.values(this.#open)) dialog.refresh()
    })
  }

  /** Removed by the page or by a blocker: the page's object is told no more, and show() makes a new element. */
  disconnectedCallback(): void {
    this.#off()
    for (const kind of this.shown) this.tell(kind, false)
  }

  /** Shows one of the three; showing what is shown already changes nothing. */
  open(kind: Kind, opener: HTMLElement | null): void {
    const { notice } = this.#view
    if (kind === 'banner' || !notice) return this.#banner.show()
    if (this.#open[kind]?.shown) return
    this.#open[kind]?.close()
    const closed = () => {
      Reflect.deleteProperty(this.#open, kind)
      this.tell(kind, false)
    }
    this.#open[kind] =
      kind === 'preferences'
        ? openPreferences(this.#view, notice, closed, opener, this.#banner.origin)
        : openInspector(this.#view, closed, opener, this.#banner.origin)
    this.tell(kind, true)
  }

  /** Tells the page what comes and goes: metrofaxconsent:shown and :hidden on document. */
  tell(kind: Kind, shown: boolean): void {
    this.shown[shown ? 'add' : 'delete'](kind)
    document.dispatchEvent(new CustomEvent('metrofaxconsent:' + (shown ? 'shown' : 'hidden'), { detail: kind }))
  }

  /** Takes everything away. */
  close(): void {
    this.#banner.hide()
    for (const dialog of Object.values(this.#open)) dialog.close()
  }

  /** A visitor's decision: done, everything that asked goes, focus goes back, and it is said aloud. */
  decide(act: () => unknown, said = 'prefs.saved'): void {
    const { consent, t } = this.#view
    // Without the gate nothing can be recorded: the question stays, and the visitor is told so.
    if (consent.status === 'locked') return this.say(t('status.locked'), true)
    const done = act()
    if (bringAbout(consent)) return
    this.#banner.hide()
    this.#open.preferences?.close()
    // A mouse does not focus buttons everywhere: with nothing focused the keyboard would start at the top again.
    if (!focused()) giveBack(this.#banner.origin)
    // A withdrawal is over when what it removed has been looked for again; what is left is named, never glossed over.
    void Promise.resolve(done).then(() => {
      const names = consent.state.residue.join(', ')
      this.say(names ? t('prefs.residue', { names }) : t(said), true)
    })
  }

  /** Says something politely to screen readers, and shows it for a while where `seen`. */
  say(text: string, seen: boolean): void {
    clearTimeout(this.#clock)
    this.#status.classList.toggle('vh', !seen)
    this.#status.textContent = ''
    // In a later task: a region that was inert behind the dialog, or empty until now, is announced only when it
    // changes.
    this.#clock = window.setTimeout(() => {
      this.#status.textContent = text
      this.#clock = window.setTimeout(() => (this.#status.textContent = ''), 6000)
    }, 60)
  }
}
