// What the site answers to its pages' libraries, and the vendor to its own frame.
import { deflateSync } from 'node:zlib';
import { Buffer } from 'node:buffer';

/** @typedef {{ url: URL, request: import('node:http').IncomingMessage, sent: string }} Asked */
/** @typedef {import('./server.mjs').Answer} Answer */

/** A PNG of one colour. @param {number} size @param {number[]} colour */
function png(size, colour) {
  const crcTable = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; ++k) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  const chunk = (/** @type {string} */ name, /** @type {Buffer} */ data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    let crc = ~0;
    for (const byte of body) crc = (crcTable[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
    const [length, end] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    end.writeInt32BE(~crc);
    return Buffer.concat([length, body, end]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2], 8);
  const row = Buffer.from([0, ...Array.from({ length: size }, () => colour).flat()]);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: size }, () => row)))), chunk('IEND', Buffer.alloc(0))]);
}

/** @param {string} body @param {string} [type] @returns {Answer} */
const text = (body, type = 'text/html') => ({ headers: { 'Content-Type': `${type}; charset=utf-8` }, body });
/** @param {unknown} value */
const json = (value) => text(JSON.stringify(value), 'application/json');
const script = (/** @type {string} */ body) => text(body, 'text/javascript');

/** By path under the visit. @type {Record<string, (asked: Asked) => Answer>} */
export const ANSWERS = {
  'tile.png': () => ({ headers: { 'Content-Type': 'image/png' }, body: png(256, [200, 220, 240]) }),
  'dot.png': () => ({ headers: { 'Content-Type': 'image/png' }, body: png(8, [180, 40, 40]) }),
  'marker.png': () => ({ headers: { 'Content-Type': 'image/png' }, body: png(25, [40, 90, 200]) }),

  // jQuery
  'items.json': () => json([{ id: 1, name: 'cover' }, { id: 2, name: 'letter' }]),
  'echo': ({ request, sent, url }) => json({ method: request.method, type: request.headers['content-type']?.split(';')[0] ?? '', sent: sent.replace(/-{4,}\S+/g, 'boundary'), query: url.search.replace(/_=\d+/, '_=time') }),
  'late.js': () => script('came("late.js"); window.late = (window.late ?? 0) + 1;'),
  'second.js': () => script('came("second.js");'),
  'jsonp': ({ url }) => script(`${url.searchParams.get('callback')}({ "fax": 7 })`),
  'fragment': () => text('<div id="whole"><p class="part">part</p><script>seen("script of the fragment ran")</script><img src="dot.png" alt="dot"></div>'),
  'missing': () => ({ ...json({ error: 'no such fax' }), status: 404 }),

  // htmx
  'rows': () => text('<tr class="row"><td>one</td></tr><tr class="row"><td>two</td></tr>'),
  'swap': () => text('<p id="swapped">swapped <img src="dot.png" alt=""></p><script>seen("script of the swap ran")</script><div id="aside" hx-swap-oob="true">out of band</div>'),
  'form': ({ sent }) => text(`<output>${new URLSearchParams(sent).get('number') ?? 'none'}</output>`),
  'boosted': () => text('<!doctype html><html><head><title>Boosted</title></head><body><h1>Boosted</h1><div id="place">boosted</div></body></html>'),

  // Turbo
  'turbo-frame': () => text('<!doctype html><title>t</title><turbo-frame id="frame"><p id="framed">framed <img src="dot.png" alt=""></p></turbo-frame>'),
  'turbo-stream': ({ sent }) => text(`<turbo-stream action="append" target="list"><template><li id="streamed">${new URLSearchParams(sent).get('fax')}<img src="marker.png" alt=""></li></template></turbo-stream>
    <turbo-stream action="replace" target="old"><template><li id="old">replaced</li></template></turbo-stream>`, 'text/vnd.turbo-stream.html'),

  // frames, streams, workers
  'frame': () => text('<!doctype html><title>frame</title><p id="in">in the frame</p><script>parent.postMessage("frame is here", "*")</script>'),
  'worker.js': () => script('onmessage = async ({ data }) => { const answer = await (await fetch("echo?worker")).json(); postMessage([data * 2, answer.query]) }'),
  'module-worker.js': () => script('import { twice } from "./twice.js"; onmessage = ({ data }) => postMessage(twice(data))'),
  'twice.js': () => script('export const twice = (value) => value * 2'),
  'shared.js': () => script('let ports = 0; onconnect = ({ ports: [port] }) => { ++ports; port.onmessage = ({ data }) => port.postMessage([data, ports]) }'),
  'sw.js': () => script('oninstall = () => skipWaiting(); onactivate = (event) => event.waitUntil(clients.claim()); onfetch = (event) => { if (event.request.url.includes("from-worker")) event.respondWith(new Response("by the service worker")) }'),
  'events': () => text('retry: 100000\ndata: first\n\nevent: named\ndata: second\n\n', 'text/event-stream'),
  'upload': ({ sent }) => json({ bytes: sent.length }),
  'more.css': () => text('.imported { color: rgb(1, 2, 3) }', 'text/css'),
  'site.css': () => text('@import "more.css"; .sheet { background-image: url(dot.png); color: rgb(4, 5, 6) }', 'text/css'),
  'icons.svg': () => text('<svg xmlns="http://www.w3.org/2000/svg"><symbol id="fax" viewBox="0 0 9 9"><rect width="9" height="9"/></symbol></svg>', 'image/svg+xml'),
  'captions.vtt': () => text('WEBVTT\n\n00:00.000 --> 00:09.000\nA page arrives.\n', 'text/vtt'),

  // the vendor's payment frame
  'vendor/pay.js': () => script(`window.Pay = (key) => ({
    mount(selector) {
      const frame = document.createElement('iframe');
      frame.name = '__pay_' + key; frame.allow = 'payment *'; frame.src = new URL('pay-frame.html?key=' + key, document.querySelector('script[src*="pay.js"]').src).href;
      Object.assign(frame.style, { border: '0', width: '1px', minWidth: '100%', height: '40px', background: 'transparent' });
      const { origin } = new URL(frame.src);
      const ready = new Promise((done, failed) => {
        addEventListener('message', ({ origin: from, source, data }) => {
          if (from !== origin || source !== frame.contentWindow) return;
          if (data.type === 'hello') source.postMessage({ type: 'configure', key, styles: { color: '#333' } }, origin);
          if (data.type === 'ready') done(data.key);
          if (data.type === 'token') this.done(data.token);
        });
        frame.addEventListener('error', failed);
      });
      document.querySelector(selector).append(frame);
      this.frame = frame; this.origin = origin;
      return ready;
    },
    createToken(card) { return new Promise((done) => { this.done = done; this.frame.contentWindow.postMessage({ type: 'tokenise', card }, this.origin); }); },
  });`),
  'vendor/pay-frame.html': () => text(`<!doctype html><title>pay</title><input id="card"><script>
    addEventListener('message', ({ origin, source, data }) => {
      if (data.type === 'configure') { document.body.style.color = data.styles.color; source.postMessage({ type: 'ready', key: data.key }, origin); }
      if (data.type === 'tokenise') source.postMessage({ type: 'token', token: 'tok_' + data.card.length }, origin);
    });
    parent.postMessage({ type: 'hello' }, '*');</script>`),
};
