// The notice: everything the visitor is told, as data. `notice.<lang>.json` lies beside the script and is made at build
// time from the policy and texts/<lang>.json, so that banner and gate cannot disagree about who the vendors are.

/** A cookie or other entry. `lifetimeDays` null: no lifetime of its own (session, or until removed). */
export interface StorageRow {
  name: string
  kind: 'session' | 'persistent' | 'script'
  lifetimeDays: number | null
  purpose?: string
}

/** A purpose as shown. `vendors` are ids, `retentionDays` how long records are kept, `uses` what law cares about. */
export interface PurposeRow {
  id: string
  name: string
  description: string
  necessary: boolean
  clause?: string
  retentionDays?: number | null
  vendors: string[]
  uses?: string[]
}

/** A vendor as shown: who answers for it, under which policy (cookies.third-party-own-policy), where it may act. */
export interface VendorRow {
  id: string
  name: string
  controller: string
  policyUrl: string
  optOutUrl?: string | null
  purposes: string[]
  placements?: Partial<Record<'onSite' | 'inEmail' | 'offSite', boolean>>
  storage: StorageRow[]
}

/** notice.<lang>.json. */
export interface Notice {
  lang: string
  dir: 'ltr' | 'rtl'
  policyUrl: string
  version: string
  texts: Record<string, string>
  purposes: PurposeRow[]
  vendors: VendorRow[]
  /** Pages where one opts out with many companies at once (AdChoices), and for whom each is. */
  adChoices?: { name: string; url: string; where: string }[]
  storage: StorageRow[]
  clauses: Record<string, { says: string; does: string }>
  reasons: Record<string, string>
}

/**
 * What is shown when no notice can be fetched: enough that nobody is left without a choice, and no more, because a list
 * of purposes that may be out of date would be worse than none.
 */
export const BUILT_IN: Record<string, string> = {
  'banner.title': 'Your choice about cookies and tracking',
  'banner.accept': 'Accept all',
  'banner.reject': 'Reject all',
  'banner.policyLink': 'Privacy policy',
}

/** Text of a key with its {places} filled in. A key that nobody wrote shows as itself, so no button is nameless. */
export function fill(texts: Record<string, string>, key: string, values: Record<string, string | number> = {}): string {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/**
 * Languages to try, best first: what the site says for the SDK (data-lang, taken as written, so that `zh-Hant` can be
 * had), what the page is in, what the visitor reads, English. Primary subtags, each once, four at most: each miss is a
 * request.
 */
export function languages(dataLang: string | null, pageLang: string | null, reader: readonly string[]): string[] {
  const primary = [pageLang ?? '', ...reader].map((tag) => tag.toLowerCase().split('-')[0] ?? '')
  const wanted = [dataLang ?? '', ...primary].filter((tag) => /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag))
  const tags = [...new Set(wanted)]
  const english = tags.indexOf('en')
  return [...tags.slice(0, english < 0 ? 3 : Math.min(english, 3)), 'en']
}

/** How long an entry lives, in words. Zero days is less than a day, never "0 days". */
export function lifetime(t: (key: string, values?: Record<string, number>) => string, row: StorageRow): string {
  const days = row.lifetimeDays
  if (row.kind === 'session') return t('prefs.lifetime.session')
  if (days == null) return t('prefs.lifetime.untilRemoved')
  if (days < 1) return t('prefs.lifetime.underDay')
  return days < 2 ? t('prefs.lifetime.day') : t('prefs.lifetime.days', { days: Math.round(days) })
}

/**
 * Fetches the notice from beside the script, in the first language that is there. Null where none can be had: the
 * caller shows the built-in texts. Never throws.
 */
export async function loadNotice(base: string, tags: string[]): Promise<Notice | null> {
  for (const tag of tags) {
    try {
      const response = await fetch(new URL(`notice.${tag}.json`, base))
      const notice = response.ok ? ((await response.json()) as Notice) : null
      if (notice?.texts && Array.isArray(notice.purposes)) return notice
    } catch {
      // Offline, refused by a connect-src, or no JSON: the next language may be there.
    }
  }
  return null
}
