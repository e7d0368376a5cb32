import type { Context, MiddlewareHandler } from 'hono';
import type { Origins } from './origins.js';
import { isSameOriginWrite } from './writes.js';

/**
 * Which content security policy a page is sent under.
 * `default` is what a marketing site would write: it admits the advertisers, because holding them back is the consent
 * runtime's work and the demo must show that it does it. The others are the strict pages of requirements/web.md.
 */
export type CspVariant = 'default' | 'no-wasm' | 'trusted-types' | 'nonce';

/** The header text of a variant. `nonce` is used by the variant of that name alone. */
export function contentSecurityPolicy(variant: CspVariant, origins: Origins, nonce: string): string {
  const partners = `${origins.northlight} ${origins.adharbor} ${origins.circlet}`;
  const socket = origins.circlet.replace('http:', 'ws:');
  const wasm = variant === 'no-wasm' ? '' : " 'wasm-unsafe-eval'";
  const scripts =
    variant === 'nonce' ? `'nonce-${nonce}' 'strict-dynamic'${wasm}` : `'self'${wasm} ${partners}`;
  const directives = [
    "default-src 'self'",
    `script-src ${scripts}`,
    "style-src 'self'",
    `img-src 'self' data: ${partners}`,
    `media-src 'self' ${partners}`,
    `frame-src 'self' ${partners}`,
    `connect-src 'self' ${partners} ${socket}`,
    "font-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ];
  if (variant === 'trusted-types') directives.push("require-trusted-types-for 'script'");
  return directives.join('; ');
}

/** Headers of every answer of the site; the content security policy is set where a page is rendered. */
export const commonHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'strict-origin-when-cross-origin');
  c.header('X-Frame-Options', 'SAMEORIGIN');
  c.header('Cross-Origin-Opener-Policy', 'same-origin');
  c.header('Permissions-Policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=()');
};

/** Answers 421 to a Host that is not this machine's: a foreign name that resolves here would share our cookies' origin. */
export const loopbackHostOnly = (others: readonly string[] = []): MiddlewareHandler => async (c, next) => {
  const host = (c.req.header('host') ?? new URL(c.req.url).host).toLowerCase().replace(/:\d+$/, '');
  if (host === 'localhost' || host === '127.0.0.1' || host === '[::1]' || others.includes(host)) return next();
  return c.text('This server answers for localhost only.', 421);
};

/** Refuses state-changing requests that another site made the browser send (403). SameSite=Lax on the cookies is the first bar, this the second. */
export const sameOriginWritesOnly: MiddlewareHandler = async (c, next) => {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
  return isSameOriginWrite(c.req.raw) ? next() : c.text('This request did not come from a page of this site.', 403);
};

/**
 * Refuses bodies above `most` bytes with 413, and bodies of unsaid length with 411: browsers say the length of every form
 * and beacon, and Node reads no more than was said. hono's own limit rebuilds the request, which Node's adapter forbids.
 */
export function bodyWithin(most: number, tooLarge: (c: Context) => Response | Promise<Response>): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.header('transfer-encoding') !== undefined) return c.text('Say the length of the body.', 411);
    return Number(c.req.header('content-length') ?? 0) <= most ? next() : tooLarge(c);
  };
}
