import { randomBytes } from 'node:crypto';
import { upgradeWebSocket } from '@hono/node-server';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { type Ledger, recorded } from './ledger.js';
import type { PublicFile } from './files.js';

/**
 * Circlet, a social network's widget: a script that draws a share button, a frame that shows who is there, a session cookie,
 * and a socket over which the frame's number follows.
 */
export function circlet(ledger: Ledger, file: PublicFile): Hono {
  const app = new Hono();
  let present = 0;
  app.use(recorded(ledger, 'circlet'));

  app.get('/widget.js', (c) => file(c, 'widget.js'));
  app.get('/button', (c) => {
    if (getCookie(c, 'cl_sess') === undefined) {
      setCookie(c, 'cl_sess', randomBytes(12).toString('hex'), {
        path: '/', secure: true, httpOnly: true, sameSite: 'None', partitioned: true,
      });
    }
    c.header('Cache-Control', 'no-store');
    return c.html(button());
  });
  app.get(
    '/live',
    upgradeWebSocket(() => ({
      onOpen: (_event, socket) => socket.send(JSON.stringify({ present: ++present })),
      onClose: () => {
        present = Math.max(0, present - 1);
      },
    })),
  );
  app.get('/clip', (c) => file(c, 'clip.webm'));
  app.post('/share', (c) => {
    c.header('Access-Control-Allow-Origin', c.req.header('origin') ?? '*');
    return c.body(null, 204);
  });
  return app;
}

function button() {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Circlet</title>
<style>
  html, body { height: 100%; margin: 0 }
  body { display: flex; align-items: center; gap: 8px; font: 600 13px/1 system-ui, sans-serif; color: #17324d; white-space: nowrap; background: #e7f1fb;
    padding: 0 12px; box-sizing: border-box }
  svg { width: 20px; height: 20px; flex: none }
</style>
</head>
<body>
<svg viewBox="0 0 20 20" aria-hidden="true"><g fill="none" stroke="#1c6fb8" stroke-width="2.5"><circle cx="7.5" cy="10" r="5.5"/><circle cx="12.5" cy="10" r="5.5"/></g></svg>
<span>Follow on Circlet</span>
</body>
</html>`;
}
