// The inspector: what this page tried, what was decided, and the sentence of the privacy policy it rests on. It stays
// beside the page and follows it live; nothing in it decides anything.
import type { LogEntry, Verdict } from './api.js'
import { h, link, lower, raise } from './dom.js'
import { giveBack } from './focus.js'
import type { Dialog } from './preferences.js'
import type { View } from './surface.js'

/** Rows drawn at most: newest first, so that a page that tries a thousand times stays quick. */
const SHOWN = 200
const OUTCOMES = ['deny', 'hold', 'strip', 'allow'] as const

/** The vendor's id; '' where it is the site itself, which a policy numbers 0 and calls `self`, or nobody declared. */
export function vendorOf({ vendor }: Verdict): string {
  return vendor === 'self' ? '' : (vendor ?? '')
}

/** What was tried, in one line: the address, or the key something was to be stored under (never its value). */
export function subjectOf({ url, key, line, api }: LogEntry['request']): string {
  return url ?? key ?? line?.split(/[=;]/)[0]?.trim() ?? api ?? ''
}

/** Opens the inspector. `openers` get focus back when it closes, the first that still can. */
export function openInspector(view: View, closed: () => void, ...openers: (HTMLElement | null)[]): Dialog {
  const { surface, consent, notice, t } = view
  const rows = new Map<LogEntry, HTMLElement>()
  let newest: LogEntry | undefined

  const vendorName = (id: string) =>
    id ? (notice?.vendors.find((vendor) => vendor.id === id)?.name ?? id) : t('inspector.vendor.none')
  const purposeName = (id: string) => notice?.purposes.find((purpose) => purpose.id === id)?.name ?? id

  const count = h('p', { class: 'soft small' })
  const list = h('div', { class: 'log scroll', tabindex: 0, role: 'group', 'aria-label': t('inspector.title') })
  const choice = () =>
    h('select', { class: 'filter', change: draw }, h('option', { value: '*' }, t('inspector.filter.all')))
  const outcome = choice()
  const vendor = choice()
  outcome.append(...OUTCOMES.map((value) => h('option', { value }, t('inspector.outcome.' + value))))
  const title = h('h2', { id: 'log-title', class: 'title', tabindex: -1 }, t('inspector.title'))
  const panel = h(
    'section',
    { class: 'box inspector', role: 'dialog', 'aria-labelledby': 'log-title', popover: 'manual', hidden: true },
    h(
      'div',
      { class: 'head' },
      h('div', {}, title, count),
      h('button', { type: 'button', class: 'close', 'aria-label': t('inspector.close'), click: close }),
    ),
    h(
      'div',
      { class: 'filters small', role: 'group', 'aria-label': t('inspector.filter') },
      h('label', { class: 'pick' }, t('inspector.outcome'), outcome),
      h('label', { class: 'pick' }, t('inspector.vendor'), vendor),
    ),
    list,
  )
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close()
  })

  const wanted = ({ value }: HTMLSelectElement, is: string) => value === '*' || value === is

  /** Draws what is new; rows already there keep their place under the visitor's finger, folded or unfolded. */
  function draw(): void {
    const log = consent.log
    newest = log[log.length - 1]
    const known = new Set([...vendor.options].map((option) => option.value))
    for (const { verdict } of log) {
      const id = vendorOf(verdict)
      if (known.has(id)) continue
      known.add(id)
      vendor.append(h('option', { value: id }, vendorName(id)))
    }
    const fits = log.filter(({ verdict }) => wanted(outcome, verdict.outcome) && wanted(vendor, vendorOf(verdict)))
    const shown = fits.slice(-SHOWN).reverse()
    for (const entry of rows.keys()) if (!log.includes(entry)) rows.delete(entry)
    const nodes = shown.map((entry) => rows.get(entry) ?? remember(entry))
    for (const child of [...list.children]) if (!nodes.includes(child as HTMLElement)) child.remove()
    nodes.forEach((node, at) => {
      if (list.children[at] !== node) list.insertBefore(node, list.children[at] ?? null)
    })
    if (!nodes.length)
      list.append(h('p', { class: 'soft none' }, t(log.length ? 'inspector.noMatch' : 'inspector.empty')))
    count.textContent = t('inspector.count', { count: fits.length })
  }

  function remember(entry: LogEntry): HTMLElement {
    const { verdict, request, time } = entry
    const details = h('dl', { class: 'small' })
    const subject = subjectOf(request)
    const who = [vendorOf(verdict) && vendorName(vendorOf(verdict)), verdict.purpose && purposeName(verdict.purpose)]
    const row = h(
      'details',
      { class: 'entry', toggle: () => details.childElementCount || explain() },
      h(
        'summary',
        {},
        h(
          'span',
          { class: 'what' },
          h('code', {}, subject),
          h(
            'span',
            { class: 'soft small' },
            h('span', { class: 'badge ' + verdict.outcome }, t('inspector.outcome.' + verdict.outcome)),
            who.filter(Boolean).join(' · ') || t('kind.' + request.kind.replace('.', '_')),
          ),
        ),
        h('span', { class: 'vh' }, t('inspector.why')),
      ),
      details,
    )
    const explain = () => details.append(...why(verdict, subject, request.kind, time))
    rows.set(entry, row)
    return row
  }

  /** The "why?" of one verdict: reason in words, clause, its sentence, and what the SDK does because of it. */
  function why(verdict: Verdict, subject: string, kind: string, time: number): Node[] {
    const said = consent.explain(verdict)
    const clause = notice?.clauses[verdict.clause] ?? said.clause
    const pair = (key: string, value: Node | string | null | undefined) =>
      value ? [h('dt', {}, t(key)), h('dd', {}, value)] : []
    return [
      ...pair('inspector.reason', notice?.reasons[verdict.reason] ?? said.reasonText ?? verdict.reason),
      ...pair(
        'inspector.clause',
        verdict.clause && link(verdict.clause, notice && notice.policyUrl + '#' + verdict.clause, true),
      ),
      ...pair('inspector.clause.says', clause?.says),
      ...pair('inspector.clause.does', clause?.does),
      ...pair('inspector.vendor', vendorName(vendorOf(verdict))),
      ...pair('inspector.purpose', verdict.purpose ? purposeName(verdict.purpose) : t('inspector.purpose.none')),
      ...pair('inspector.mode', t('inspector.mode.' + verdict.mode)),
      ...pair('inspector.kind', t('kind.' + kind.replace('.', '_'))),
      ...pair(kind === 'web.storage' ? 'inspector.key' : 'inspector.url', h('code', {}, subject)),
      ...pair('inspector.time', new Date(time).toLocaleTimeString(notice?.lang)),
    ]
  }

  function close(): void {
    if (!panel.isConnected) return
    clearInterval(clock)
    lower(panel)
    panel.remove()
    closed()
    giveBack(...openers)
  }
  // An allowed request raises no event, so the log is looked at: only while the inspector is open, one comparison each
  // time.
  function refresh(): void {
    if (!panel.isConnected) clearInterval(clock)
    else if (consent.log[consent.log.length - 1] !== newest) draw()
  }
  const clock = setInterval(refresh, 400)

  surface.root.append(panel)
  draw()
  raise(panel)
  title.focus()
  return { shown: true, close, refresh }
}
