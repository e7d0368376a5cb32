// @metrofax/consent/development: facts that a page's address may name, for testing by hand. In none of the files that a site deploys.
import { type Facts } from './desk.js'

/**
 * `?mf-regime=us-ca` and `?mf-gpc=1`, as consent.dev.js reads them, for `facts` of createProtection and consentRoutes: so that what the
 * server rewrites and what the page decides agree. Whoever can write an address chooses the law with it: never in production.
 */
export function developmentFacts(request: Request): Facts {
  const asked = new URL(request.url).searchParams
  const regime = asked.get('mf-regime')
  return { ...(regime ? { regime } : {}), ...(asked.get('mf-gpc') === '1' ? { gpc: true } : {}) }
}
