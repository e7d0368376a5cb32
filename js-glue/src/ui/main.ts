// Entry of ui.js, the classic script that consent.js loads for visitors who have something to decide. Whatever goes
// wrong here, nothing is thrown into the page and nothing is allowed by it: the gate denies until somebody chooses.
import type { Kind, Verdict } from './api.js'
import { focused } from './focus.js'
import { languages, loadNotice, type Notice } from './notice.js'
import { Surface, TAG } from './surface.js'

const script = document.currentScript as HTMLScriptElement | null
const consent = window.metrofaxConsent
let surface: Surface | undefined
let notice: Promise<Notice | null> | undefined
let words: Notice | null = null
let hidden = 0

/** The notice, fetched once; a miss is not remembered, so that the next show() tries again. */
function theNotice(): Promise<Notice | null> {
  const named = script?.dataset['lang'] ?? document.querySelector<HTMLElement>('script[data-lang]')?.dataset['lang']
  notice ??= loadNotice(
    script?.src ?? document.baseURI,
    languages(named ?? null, document.documentElement.lang, navigator.languages),
  )
  return notice.then((found) => {
    if (!found) notice = undefined
    words = found
    return found
  })
}

/** The element, first in the body so that it is first in the tab order; made anew if somebody has removed it. */
function theSurface(found: Notice | null): Surface {
  if (!surface?.isConnected || (found && !surface.informed)) {
    surface?.remove()
    surface = document.createElement(TAG) as Surface
    surface.base = script?.src ?? document.baseURI
    surface.furnish(consent!, found, script?.nonce)
    document.body.prepend(surface)
  }
  return surface
}

/** What the notice says of a verdict's reason and clause; nothing until it is there. */
function explain(verdict: Verdict): Record<string, unknown> {
  const { reason, clause } = Object(verdict) as Verdict
  const said = words?.clauses[clause]
  return { ...(words?.reasons[reason] ? { reasonText: words.reasons[reason] } : {}), ...(said ? { clause: { id: clause, ...said } } : {}) }
}

async function show(kind: Kind): Promise<void> {
  if (!['banner', 'preferences', 'inspector'].includes(kind)) return
  const opener = focused()
  const ticket = hidden
  const open = !consent!.state.decided
  const found = await theNotice()
  // The types promise a body; a script in the head runs before there is one.
  if (!(document.body as HTMLElement | null)) await new Promise((ready) => document.addEventListener('DOMContentLoaded', ready, { once: true }))
  // Whoever chose while the notice was on its way is not asked any more: the question would stand open over a choice that is made.
  if (kind === 'banner' && open && consent!.state.decided) return
  if (ticket === hidden) theSurface(found).open(kind, opener)
}

if (consent) {
  if (!customElements.get(TAG)) customElements.define(TAG, Surface)
  consent._ui({
    show: (kind) => void show(kind).catch((error: unknown) => console.warn(TAG, error)),
    explain,
    hide: () => {
      hidden++
      surface?.close()
    },
  })
}
