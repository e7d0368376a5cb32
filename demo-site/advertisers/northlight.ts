import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { cors } from 'hono/cors';
import { bodyWithin } from '../server/security.js';
import { clearGif, gifHeaders } from './gif.js';
import { type Ledger, recorded } from './ledger.js';
import type { PublicFile } from './files.js';

/**
 * Northlight, an analytics service: a script that measures pages, and a collector that takes its hits as clear GIF, beacon,
 * fetch or XHR and recognises the visitor by a cookie of its own.
 */
export function northlight(ledger: Ledger, file: PublicFile): Hono {
  const app = new Hono();
  app.use(recorded(ledger, 'northlight'));
  app.use('/collect', cors({ origin: (origin) => origin, credentials: true, allowMethods: ['GET', 'POST'] }));
  app.use('/collect', bodyWithin(16 * 1024, (c) => c.body(null, 413)));

  app.get('/nl.js', (c) => file(c, 'nl.js'));
  app.on(['GET', 'POST'], '/collect', (c) => {
    if (getCookie(c, '_nl') === undefined) {
      setCookie(c, '_nl', randomBytes(12).toString('hex'), {
        path: '/', maxAge: 390 * 86_400, secure: true, httpOnly: true, sameSite: 'None', partitioned: true,
      });
    }
    return c.req.method === 'GET' ? c.body(clearGif, 200, gifHeaders) : c.body(null, 204);
  });
  return app;
}
