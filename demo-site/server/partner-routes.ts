// cookies.handoff: the way out to a partner. The click always lands; what is personal goes along only if the core says so.
import { createHash, randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { currentAccount } from '../accounts/sessions.js';
import type { Account } from '../accounts/store.js';
import type { SiteParts } from './app.js';
import type { AdvertiserId } from './origins.js';

/** Where a click may lead: nothing of a request has a part in the address but the name of one of these. */
const offers: ReadonlyMap<string, { readonly at: AdvertiserId; readonly path: string; readonly campaign: string }> = new Map([
  ['adharbor', { at: 'adharbor', path: '/offer', campaign: 'stationery' }],
]);

/** What could tell the partner who clicks: a number made for this click, and a fingerprint of the address of whoever is signed in. */
const personal = (account: Account | null): Readonly<Record<string, string>> => ({
  click_id: randomBytes(12).toString('hex'),
  ...(account ? { email_sha256: createHash('sha256').update(account.email).digest('hex') } : {}),
});

/** GET /out/:offer */
export function partnerRoutes(parts: SiteParts): Hono {
  const app = new Hono();
  app.get('/:offer', async (c, next) => {
    const offer = offers.get(c.req.param('offer'));
    if (!offer) return next();
    const bare = new URL(offer.path, parts.origins[offer.at]);
    bare.searchParams.set('campaign', offer.campaign);
    const telling = new URL(bare);
    for (const [name, value] of Object.entries(personal(await currentAccount(c, parts)))) telling.searchParams.set(name, value);
    c.header('Cache-Control', 'no-store');
    c.header('Vary', 'Sec-GPC, DNT, Cookie');
    return c.redirect((mayTell(c.req.raw, telling.href, parts) ? telling : bare).href, 303);
  });
  return app;
}

/** Anything but `allow` is a no; what cannot be decided too, so that the click lands all the same. */
function mayTell(request: Request, url: string, { cookies, note }: SiteParts): boolean {
  try {
    return cookies.decide(request, { kind: 'web.handoff', url, page: request.url }).outcome === 'allow';
  } catch (error) {
    note(error);
    return false;
  }
}
