/**
 * Whether a request that changes something comes from a page of this site. A client that sends neither Origin nor Sec-Fetch-Site is no
 * browser of today; it may go on only without cookies, since then it borrows nobody's authority.
 */
export function isSameOriginWrite(request: Request): boolean {
  const origin = request.headers.get('origin');
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') return false;
  if (origin !== null) return origin === new URL(request.url).origin;
  return site !== null || request.headers.get('cookie') === null;
}
