// The pages behind the links in mail: no script, nothing fetched, works in any browser. GET shows, POST changes (scanners GET).
import { LANGUAGES, LANGUAGE_NAMES, type Language, TEXTS } from './texts.js'

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)

const STYLE = `:root{color-scheme:light dark;--ink:#1b2330;--paper:#fff;--rule:#c9cfd8;--soft:#5a6575;--act:#0b5cad;--on:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf2;--paper:#141a22;--rule:#3a4453;--soft:#9aa6b6;--act:#7db8f5;--on:#0d1420}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:38rem;margin:0 auto;padding:2rem 1.25rem 3rem}h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}h2{font-size:1.1rem;margin:2rem 0 .25rem}
p{margin:.5rem 0}.soft{color:var(--soft)}button{font:inherit;font-weight:600;padding:.65rem 1.25rem;border:0;border-radius:.4rem;background:var(--act);color:var(--on);cursor:pointer}
button:focus-visible,a:focus-visible,input:focus-visible{outline:3px solid var(--act);outline-offset:2px}a{color:var(--act)}
.choice{border-top:1px solid var(--rule)}fieldset{border:0;margin:0;padding:.9rem 0;display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:baseline}legend{float:left;width:100%;padding:0;font-weight:600}
fieldset p{flex:1 0 100%;margin:0}label{padding:.35rem 0}nav{margin-top:2.5rem;padding-top:1rem;border-top:1px solid var(--rule);display:flex;flex-wrap:wrap;gap:.25rem 1rem;font-size:.9rem}
.done{border-left:4px solid var(--act);padding:.5rem 1rem;margin:0 0 1.5rem}.act{margin:1.5rem 0}`

/** One purpose as the page shows it. */
export interface ShownPurpose {
  readonly id: string
  readonly name: string
  readonly description: string
  /** What is in force now, by the core. */
  readonly on: boolean
}

async function styleHash(): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(STYLE)))
  return btoa(String.fromCharCode(...digest))
}
let policy: Promise<string> | undefined

/** A page as an answer. The address is a capability: no cache keeps it, no referrer tells it, no index lists it. */
export async function page(status: number, language: Language, body: string, headers: Record<string, string> = {}): Promise<Response> {
  policy ??= styleHash().then((hash) => `default-src 'none'; img-src 'self'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`)
  const { title } = TEXTS[language]
  const html = `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`
  return new Response(html, {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': await policy,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Robots-Tag': 'noindex, nofollow',
      Vary: 'Accept-Language',
      ...headers,
    },
  })
}

const languages = (present: Language): string =>
  `<nav>${LANGUAGES.map((code) => (code === present ? `<span aria-current="true">${LANGUAGE_NAMES[code]}</span>` : `<a href="?lang=${code}" lang="${code}" hreflang="${code}">${LANGUAGE_NAMES[code]}</a>`)).join('')}</nav>`

const done = (text: string): string => `<p class="done" role="status">${escapeHtml(text)}</p>`

/** "Stop the offers?", or that they were stopped. */
export function unsubscribeBody(language: Language, said?: 'unsubscribed' | 'same'): string {
  const t = TEXTS[language]
  const ask = `<p>${escapeHtml(t.unsubscribeAsk)}</p><form method="post" class="act"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>${escapeHtml(t.unsubscribeButton)}</button></form>`
  return `<h1>${escapeHtml(t.title)}</h1>${said ? done(t.unsubscribed) : ask}<p class="soft">${escapeHtml(t.offersHint)} ${escapeHtml(t.apart)}</p>${languages(language)}`
}

/** Withdrawing in one click, everything else below it. */
export function preferenceBody(language: Language, purposes: readonly ShownPurpose[], promotional: string, said?: 'withdrawn' | 'saved' | 'same', receipt?: string): string {
  const t = TEXTS[language]
  const choice = (name: string, title: string, description: string, on: boolean | null): string => {
    const radio = (value: string, text: string, checked: boolean): string =>
      `<label><input type="radio" name="${escapeHtml(name)}" value="${value}"${checked ? ' checked' : ''}> ${escapeHtml(text)}</label>`
    return `<div class="choice"><fieldset><legend>${escapeHtml(title)}</legend><p class="soft">${escapeHtml(description)}</p>${radio('yes', t.yes, on === true)}${radio('no', t.no, on === false)}</fieldset></div>`
  }
  const told = said ? done(t[said]) + (receipt ? `<p><a href="${escapeHtml(receipt)}">${escapeHtml(t.receipt)}</a></p>` : '') : ''
  const withdraw = purposes.some(({ on }) => on)
    ? `<p>${escapeHtml(t.trackingAsk)}</p><form method="post" class="act"><input type="hidden" name="do" value="withdraw"><button>${escapeHtml(t.withdrawButton)}</button></form>`
    : ''
  const rows = purposes.map(({ id, name, description, on }) => choice(id, name, description, on)).join('')
  const offers = choice('promotional', t.offers, t.offersHint, promotional === 'in' ? true : promotional === 'out' ? false : null)
  return `<h1>${escapeHtml(t.title)}</h1>${told}${withdraw}<form method="post"><input type="hidden" name="do" value="save"><h2>${escapeHtml(t.tracking)}</h2><p class="soft">${escapeHtml(t.trackingHint)}</p>${rows}<h2>${escapeHtml(t.offers)}</h2><p class="soft">${escapeHtml(t.apart)}</p>${offers}<p class="act"><button>${escapeHtml(t.saveButton)}</button></p></form>${languages(language)}`
}

/** A link that is none of ours. */
export function invalidBody(language: Language): string {
  return `<h1>${escapeHtml(TEXTS[language].title)}</h1><p>${escapeHtml(TEXTS[language].invalid)}</p>${languages(language)}`
}

/** SHA-256 of what was shown, for the receipt (E12). */
export async function hashOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
