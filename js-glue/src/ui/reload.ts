// A grant that this page's policy shuts out comes with the next page (browser/fence.ts).
import type { Consent } from './api.js'

/**
 * Loads the page again where the choice just made needs that, as was said before it was made (prefs.reload). A page that would rather do so
 * at another time, because of what has been typed into it, cancels `metrofaxconsent:reload`. True if there is nothing more to do here.
 */
export function bringAbout(consent: Consent): boolean {
  if (consent.state.reload !== 'now') return false
  const agreed = document.dispatchEvent(new CustomEvent('metrofaxconsent:reload', { cancelable: true }))
  if (agreed) location.reload()
  return agreed
}
