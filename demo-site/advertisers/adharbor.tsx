import { randomBytes } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { streamSSE } from 'hono/streaming';
import { clearGif, gifHeaders } from './gif.js';
import { type Ledger, recorded } from './ledger.js';
import type { PublicFile } from './files.js';

/** What the network has on offer. Goods that nobody sells, drawn with the page's own means. */
const creatives = [
  { line: 'Envelopes that seal themselves', small: 'Harbour Stationery', ground: '#103a4a', ink: '#f6e7c8' },
  { line: 'Desk chairs, delivered assembled', small: 'Sit & Stay', ground: '#5b2333', ink: '#ffe3d8' },
  { line: 'One hundred pens, one flat price', small: 'Quillworks', ground: '#20412f', ink: '#e9f5d0' },
] as const;

/**
 * The third-party cookie an ad network knows a browser by. SameSite=None needs Secure, which browsers grant on localhost.
 * Where third-party cookies are off, the partitioned copy still recognises the browser on this one site.
 */
function recognise(c: Context): void {
  if (getCookie(c, 'ah_uid') !== undefined) return;
  const id = randomBytes(12).toString('hex');
  const attributes = { path: '/', maxAge: 390 * 86_400, secure: true, httpOnly: true, sameSite: 'None' } as const;
  setCookie(c, 'ah_uid', id, attributes);
  setCookie(c, 'ah_uid', id, { ...attributes, partitioned: true });
}

/**
 * Adharbor, an ad network: a tag that fills slots with frames, a frame that shows an advertisement, a clear GIF that syncs
 * the visitor's id, and a stream that keeps asking whether the page is still looked at.
 */
export function adharbor(ledger: Ledger, file: PublicFile): Hono {
  const app = new Hono();
  app.use(recorded(ledger, 'adharbor'));

  app.get('/tag.js', (c) => file(c, 'tag.js'));
  app.get('/px.gif', (c) => {
    recognise(c);
    return c.body(clearGif, 200, gifHeaders);
  });
  app.get('/frame', (c) => {
    recognise(c);
    const creative = creatives[ledger.counts().adharbor.requests % creatives.length] ?? creatives[0];
    c.header('Cache-Control', 'no-store');
    return c.html(frame(creative));
  });
  // Where a click on an offer lands: a page of the partner's own, which shows what it was told.
  app.get('/offer', (c) => {
    c.header('Cache-Control', 'no-store');
    return c.html(landing(new URL(c.req.url).searchParams));
  });
  // What the network is told of the visitor, asked from a frame of its own.
  app.get('/asks.js', (c) => file(c, 'asks.js'));
  app.get('/asks', (c) => {
    c.header('Cache-Control', 'no-store');
    return c.html(asks());
  });
  app.get('/bid.gif', (c) => c.body(clearGif, 200, gifHeaders));
  app.get('/live', (c) => {
    c.header('Access-Control-Allow-Origin', c.req.header('origin') ?? '*');
    c.header('Access-Control-Allow-Credentials', 'true');
    return streamSSE(c, async (stream) => {
      while (!stream.aborted) {
        await stream.writeSSE({ event: 'viewable?', data: String(Date.now()) });
        await stream.sleep(20_000);
      }
    });
  });
  return app;
}

function frame(creative: (typeof creatives)[number]) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Advertisement</title>
<style>
  html, body { height: 100%; margin: 0 }
  body { display: grid; grid-template-columns: auto 1fr auto; gap: 16px; align-items: center; box-sizing: border-box;
    padding: 0 20px; background: ${creative.ground}; color: ${creative.ink}; font: 600 16px/1.25 system-ui, sans-serif }
  svg { width: 44px; height: 44px; flex: none }
  small { display: block; font-weight: 400; opacity: .85; font-size: 13px; margin-top: 2px }
  b { border: 1px solid; border-radius: 999px; padding: 4px 12px; font-size: 13px; white-space: nowrap }
  @media (max-width: 460px) { b { display: none } body { grid-template-columns: auto 1fr } }
</style>
</head>
<body>
<svg viewBox="0 0 44 44" aria-hidden="true"><g fill="none" stroke="${creative.ink}" stroke-width="3"><circle cx="22" cy="22" r="20"/><path d="M10 25c4-4 8 4 12 0s8 4 12 0M22 10v14M22 11l8 8h-8"/></g></svg>
<p>${creative.line}<small>${creative.small}</small></p>
<b>See more</b>
</body>
</html>`;
}

/** The frame that asks: what is said of each parameter that ad servers pass on (OpenRTB, IAB's macros). */
function asks() {
  const rows = [['gdpr', 'GDPR applies'], ['gdpr_consent', 'TC string'], ['gpp_sid', 'GPP sections'], ['gpp', 'GPP string'], ['us_privacy', 'US Privacy']];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>What Adharbor is told</title>
<style>
  html { color-scheme: light }
  body { margin: 0; padding: 16px 20px; background: #103a4a; color: #f6e7c8; font: 14px/1.4 system-ui, sans-serif }
  p { margin: 0 0 8px; font-weight: 600 }
  dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 0 }
  dt { opacity: .85 }
  dd { margin: 0; font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere }
</style>
</head>
<body>
<p>Adharbor, asking from its own frame</p>
<dl>${rows.map(([name, what]) => html`<dt>${what}</dt><dd data-says="${name}">waiting</dd>`)}</dl>
<script src="/asks.js"></script>
</body>
</html>`;
}

/** The partner's page behind an offer: what came along with the click, as its own log has it. */
function landing(told: URLSearchParams) {
  const rows = [['campaign', 'Campaign'], ['click_id', 'Number of this click'], ['email_sha256', 'Fingerprint of an address']] as const;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Harbour Stationery, by way of Adharbor</title>
<style>
  html { color-scheme: light; background: #103a4a }
  body { max-width: 40rem; margin: 0 auto; padding: 12vh 24px 24px; color: #f6e7c8; font: 17px/1.5 system-ui, sans-serif }
  h1 { margin: 0 0 12px; font-size: 2rem; line-height: 1.15 }
  h2 { margin: 40px 0 12px; font-size: 1.1rem }
  dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 6px 20px; margin: 0 }
  dd { margin: 0; font: 15px/1.6 ui-monospace, monospace; overflow-wrap: anywhere }
  @media (max-width: 460px) { dl { grid-template-columns: minmax(0, 1fr); gap: 0 } dd { margin-bottom: 10px } }
</style>
</head>
<body>
<h1>Envelopes that seal themselves.</h1>
<p>Goods that nobody sells: this is a page of Adharbor, one of the demonstration’s three advertisers.</p>
<h2>What Adharbor was told with your click</h2>
<dl>${rows.map(([name, what]) => html`<dt>${what}</dt><dd data-told="${name}">${told.get(name) ?? 'nothing'}</dd>`)}</dl>
</body>
</html>`;
}
