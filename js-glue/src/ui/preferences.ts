// The preference centre: every purpose with a switch, what it is for, who takes part and what is left on the machine. A
// modal <dialog>, so the browser keeps the keyboard inside and Escape closes; it is made anew each time it opens.
import type { State } from './api.js'
import { h, link } from './dom.js'
import { giveBack } from './focus.js'
import { inventory } from './inventory.js'
import { lifetime, type Notice, type PurposeRow, type StorageRow, type VendorRow } from './notice.js'
import type { Text, View } from './surface.js'

/** An open preference centre. */
export interface Dialog {
  /** False as soon as the browser itself has closed it (Escape), which tells us of it a task later. */
  readonly shown: boolean
  /** Closes without saving and returns focus. */
  close(): void
  /** Takes over a state changed elsewhere (another tab), except where the visitor has touched the switch here. */
  refresh(): void
}

/**
 * Whether a purpose is on: what the switch shows is what saving records. Where the visitor has not decided, the regime's
 * model says what that means (W6). Under Global Privacy Control a general "accept all" is not the specific consent that
 * beats the signal (W2); its switches stand off, or saving something else would turn it into one.
 */
export function isOn(purpose: PurposeRow, state: State): boolean {
  const choice = state.purposes[purpose.id] ?? 'unknown'
  if (purpose.necessary) return true
  if (offBySignal(purpose, state) && !state.specific.includes(purpose.id)) return false
  return choice === 'granted' || (choice === 'unknown' && state.model === 'opt-out' && !offBySignal(purpose, state))
}

/** Whether Global Privacy Control speaks about this purpose: sale, sharing, targeted advertising (web.md W1). */
export function offBySignal(purpose: PurposeRow, state: State): boolean {
  return state.gpc && !!purpose.uses?.some((use) => use === 'sale' || use === 'share' || use === 'targeted')
}

/** Opens the preference centre. `openers` get focus back when it closes, the first that still can. */
export function openPreferences(
  view: View,
  notice: Notice,
  closed: () => void,
  ...openers: (HTMLElement | null)[]
): Dialog {
  const { surface, consent, t } = view
  const state = consent.state
  const touched = new Set<string>()
  const switches = new Map<PurposeRow, HTMLInputElement>()
  // A vendor stands under each of its purposes: its switches are one, and the last touched says. What they say is no:
  // nothing that could be taken for a consent is ticked beforehand.
  const partners: [id: string, box: HTMLInputElement][] = []
  const chosen: Record<string, boolean> = {}
  const partner = ({ id, name }: VendorRow): HTMLElement => {
    const box = h('input', {
      type: 'checkbox',
      name: id,
      change: () => {
        chosen[id] = !box.checked
        refresh()
      },
    })
    partners.push([id, box])
    return h('label', { class: 'partner' }, box, ' ', t('prefs.vendorSwitch', { vendor: name }))
  }

  const button = (key: string, look: string, act: () => unknown, said?: string) =>
    h(
      'button',
      { type: 'button', class: look + key.replace('prefs.', ' '), click: () => surface.decide(act, said) },
      t(key),
    )
  const save = () => {
    const choices: Record<string, boolean> = {}
    for (const [{ id, necessary }, box] of switches) if (!necessary) choices[id] = box.checked
    consent.set(choices, chosen)
  }

  const rows = notice.purposes.map((purpose) => {
    const { id } = purpose
    // What switching on in spite of the signal means: read out with the switch, shown when it is used (web.md W1, W2).
    const override =
      offBySignal(purpose, state) && h('p', { class: 'note', id: 'gpc-' + id, hidden: true }, t('gpc.override'))
    const box = h('input', {
      type: 'checkbox',
      role: 'switch',
      id: 'on-' + id,
      class: 'switch',
      'aria-describedby': override ? `is-${id} gpc-${id}` : 'is-' + id,
      disabled: purpose.necessary,
      change: () => {
        touched.add(id)
        if (override) override.hidden = !box.checked
      },
    })
    switches.set(purpose, box)
    return purposeRow(purpose, box, override, notice, state, t, purpose.necessary ? null : partner)
  })

  const title = h('h2', { id: 'prefs-title', class: 'title', tabindex: -1 }, t('prefs.title'))
  const dialog = h(
    'dialog',
    { class: 'box dialog preferences', 'aria-labelledby': 'prefs-title', cancel: reveal, close: finish },
    h(
      'div',
      { class: 'head' },
      title,
      h('button', { type: 'button', class: 'close', 'aria-label': t('prefs.close'), click: close }),
    ),
    h(
      'div',
      { class: 'body scroll' },
      consent.status === 'locked' && h('p', { class: 'note' }, t('status.locked')),
      state.gpc && h('p', { class: 'note' }, h('b', {}, t('gpc.title')), t('gpc.honoured')),
      h('p', { class: 'soft text' }, t('prefs.intro'), ' ', link(t('prefs.ownPolicy'), notice.policyUrl, true)),
      state.reload !== 'no' && h('p', { class: 'note' }, t('prefs.reload')),
      residue(state, t),
      h('div', {}, ...rows),
      !!notice.adChoices?.length && adChoices(notice.adChoices, t),
      inventory(consent, notice, surface.base, t),
      state.decided && button('prefs.withdraw', 'plain', () => consent.withdraw(), 'prefs.withdrawn'),
    ),
    h(
      'div',
      { class: 'foot' },
      button('prefs.rejectAll', '', () => consent.rejectAll()),
      button('prefs.acceptAll', '', () => consent.acceptAll()),
      button('prefs.save', 'main', save),
    ),
  )

  function refresh(): void {
    const now = consent.state
    for (const [purpose, box] of switches) if (!touched.has(purpose.id)) box.checked = isOn(purpose, now)
    for (const [id, box] of partners) box.checked = !(chosen[id] ?? !now.refused.includes(id))
  }
  // The banner is out of sight while the dialog is there, and back before it goes: what cannot be seen takes no focus.
  function reveal(): void {
    surface.root.classList.remove('modal')
  }
  function close(): void {
    reveal()
    dialog.close()
    finish()
  }
  // Called at once by our own buttons and by the close event after Escape: whichever is first does the work.
  function finish(): void {
    if (!dialog.isConnected) return
    reveal()
    dialog.remove()
    closed()
    giveBack(...openers)
  }

  refresh()
  surface.root.append(dialog)
  surface.root.classList.add('modal')
  dialog.showModal()
  title.focus()
  return { get shown() { return dialog.open }, close, refresh }
}

/** One purpose: name, switch, description, and folded under it partners and what is stored. */
function purposeRow(
  purpose: PurposeRow,
  box: HTMLElement,
  override: HTMLElement | false,
  notice: Notice,
  state: State,
  t: Text,
  partner: ((vendor: VendorRow) => HTMLElement) | null,
): HTMLElement {
  const { id, name } = purpose
  const vendors = notice.vendors.filter((vendor) => purpose.vendors.includes(vendor.id))
  const own = notice.storage.filter((row) => row.purpose === id)
  const count = vendors.length === 1 ? t('prefs.vendors.one') : t('prefs.vendors.count', { count: vendors.length })
  const badge = purpose.necessary
    ? t('prefs.necessary')
    : offBySignal(purpose, state) && !isOn(purpose, state)
      ? t('gpc.badge')
      : !state.decided && t('prefs.undecided')
  const clause = purpose.clause && notice.policyUrl + '#' + purpose.clause
  return h(
    'div',
    { class: 'purpose', role: 'group', 'aria-labelledby': 'of-' + id },
    h(
      'div',
      { class: 'top' },
      h('h3', {}, h('label', { for: 'on-' + id, id: 'of-' + id }, name), badge && h('span', { class: 'pill' }, badge)),
      box,
    ),
    h('p', { class: 'soft', id: 'is-' + id }, purpose.description),
    override,
    h(
      'details',
      {},
      h('summary', {}, vendors.length ? count : t('prefs.cookies'), h('span', { class: 'vh' }, ' – ' + name)),
      h(
        'div',
        { class: 'cards small' },
        ...vendors.map((vendor) => vendorCard(vendor, id, t, partner)),
        own.length > 0 && h('div', { class: 'card' }, h('h4', {}, t('prefs.cookies')), storageRows(own, t)),
        !vendors.length &&
          !own.length &&
          h('p', { class: 'soft' }, t('prefs.vendors.none'), ' ', t('prefs.cookies.none')),
        h(
          'p',
          { class: 'soft' },
          !!purpose.retentionDays && t('prefs.retention', { days: purpose.retentionDays }) + '. ',
          clause && t('prefs.clause') + ': ',
          clause && link(purpose.clause ?? '', clause, true),
        ),
      ),
    ),
  )
}

/** One vendor within a purpose: who answers for it, where it acts, its own policy and opt-out, what it stores here. */
function vendorCard(vendor: VendorRow, purpose: string, t: Text, partner: ((vendor: VendorRow) => HTMLElement) | null): HTMLElement {
  const stored = vendor.storage.filter((row) => !row.purpose || row.purpose === purpose)
  const places = (['onSite', 'inEmail', 'offSite'] as const).filter((place) => vendor.placements?.[place])
  return h(
    'div',
    { class: 'card vendor' },
    h('h4', {}, vendor.name),
    h('p', { class: 'soft' }, t('prefs.controller', { controller: vendor.controller })),
    partner?.(vendor),
    places.length > 0 &&
      h(
        'p',
        { class: 'soft' },
        t('prefs.placements') + ': ' + places.map((place) => t('prefs.placement.' + place)).join(', '),
      ),
    h(
      'p',
      { class: 'links' },
      link(t('prefs.policyLink', { vendor: vendor.name }), vendor.policyUrl, true),
      link(t('prefs.optOutLink', { vendor: vendor.name }), vendor.optOutUrl, true),
    ),
    stored.length ? storageRows(stored, t) : h('p', { class: 'soft' }, t('prefs.cookies.none')),
  )
}

/** The industry's own opt-out pages: an opt-out there is kept by others, in cookies of theirs (web.md W9). */
function adChoices(pages: NonNullable<Notice['adChoices']>, t: Text): HTMLElement {
  return h(
    'div',
    { class: 'card ad-choices' },
    h('h3', {}, t('prefs.industryOptOut')),
    h('p', { class: 'links' }, ...pages.map(({ name, url, where }) => link(`${name} (${where})`, url, true))),
  )
}

/** Cookies and other entries: name, session or persistent, how long (cookies.session, cookies.persistent). */
function storageRows(rows: StorageRow[], t: Text): HTMLElement {
  return h(
    'ul',
    { class: 'rows' },
    ...rows.map((row) =>
      h(
        'li',
        {},
        h('code', {}, row.name),
        h('span', { class: 'soft' }, `${t('prefs.kind.' + row.kind)} · ${lifetime(t, row)}`),
      ),
    ),
  )
}

/** What a withdrawal could not remove, by name: never claimed to be gone (web.md, Withdrawal). */
function residue(state: State, t: Text): HTMLElement | null {
  const names = state.residue.join(', ')
  return names ? h('p', { class: 'note' }, t('prefs.residue', { names })) : null
}
