// Serves the pages of this folder: each visit has a path of its own, under which lie the page, packages as npm installed them, apps
// bundled for the page, and the site's own answers. What is asked for there is kept, in a form that two visits can be compared by.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { ANSWERS } from './answers.mjs';
import { sdkWithOwnPolicy } from './sdk.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const here = fileURLToPath(new URL('./', import.meta.url));

/** Somebody else, whom the policy declares: what the pages embed of theirs. */
const VENDOR = 'circlet.localhost';

const TYPES = /** @type {Record<string, string>} */ ({
  '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.html': 'text/html', '.json': 'application/json', '.svg': 'image/svg+xml', '.png': 'image/png',
  '.gif': 'image/gif', '.webm': 'video/webm', '.vtt': 'text/vtt', '.txt': 'text/plain', '.woff': 'font/woff',
});

/** Headers that libraries add, by which their servers know them. */
const TELLING = ['hx-request', 'hx-target', 'hx-trigger', 'hx-boosted', 'hx-current-url', 'turbo-frame', 'x-requested-with', 'x-csrf-token', 'x-turbo-request-id'];

/** One visit to one page. @typedef {{ name: string, page: string, head: string, cookie: string, requests: string[] }} Visit */
/** @typedef {{ status?: number, headers?: Record<string, string | string[]>, body: string | Buffer }} Answer */

/** The apps of this folder, bundled as a site would: split into chunks, loaded as modules. @returns {Promise<Map<string, Buffer>>} */
async function apps() {
  const built = await build({
    entryPoints: ['react.jsx', 'lit.mjs', 'chunks.mjs', 'storage.mjs'].map((name) => join(here, 'apps', name)), outdir: '/app', bundle: true, splitting: true, minify: true, write: false,
    format: 'esm', target: ['chrome111', 'firefox115', 'safari16.4'], chunkNames: '[name]-[hash]', jsx: 'automatic', define: { 'process.env.NODE_ENV': '"production"' }, logLevel: 'warning',
  });
  return new Map(built.outputFiles.map((file) => [file.path.replace(/^.*\/app\//, 'app/'), Buffer.from(file.contents)]));
}

/** @param {string} path @param {Map<string, Buffer>} bundled @returns {Answer | undefined} */
function file(path, bundled) {
  const type = { 'Content-Type': `${TYPES[extname(path)] ?? 'application/octet-stream'}; charset=utf-8` };
  if (path.includes('..')) return undefined;
  try {
    if (path.startsWith('app/')) return bundled.has(path) ? { headers: type, body: bundled.get(path) ?? '' } : undefined;
    if (path.startsWith('npm/')) return { headers: type, body: readFileSync(join(root, 'node_modules', path.slice(4))) };
    if (path === 'clip.webm') return { headers: { 'Content-Type': 'video/webm' }, body: readFileSync(join(root, 'demo-site/advertisers/public/clip.webm')) };
    return { headers: type, body: readFileSync(join(here, 'pages', path)) };
  } catch {
    return undefined;
  }
}

/** Starts it. `visit()` opens a path for one visit. */
export async function startSite() {
  /** @type {Map<string, Visit>} */
  const visits = new Map();
  const [bundled, sdk] = await Promise.all([apps(), sdkWithOwnPolicy()]);

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const sent = Buffer.concat(chunks).toString();
    const answer = answerTo(url, request, sent);
    response.writeHead(answer?.status ?? (answer ? 200 : 404), { 'Cache-Control': 'no-store', ...answer?.headers });
    response.end(answer?.body ?? '');
  });
  server.on('upgrade', (request, socket) => {
    const visit = visits.get((request.url ?? '').split('/')[2] ?? '');
    visit?.requests.push(`WebSocket ${(request.url ?? '').split('/').slice(3).join('/')}`);
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.on('error', () => undefined);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    socket.write(Buffer.from([0x81, 5, ...Buffer.from('hello')])); // one text frame, then a close with code 1000
    socket.end(Buffer.from([0x88, 2, 0x03, 0xe8]));
  });
  await new Promise((resolve) => server.listen(0, '::', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const origin = `http://localhost:${port}`;

  /** @param {URL} url @param {import('node:http').IncomingMessage} request @param {string} sent @returns {Answer | undefined} */
  function answerTo(url, request, sent) {
    const [, top = '', name = '', ...rest] = url.pathname.split('/');
    const path = rest.join('/');
    if (top === 'sdk') {
      const body = name === 'consent.js' ? sdk : readFileSync(join(root, 'js-glue/dist', name.replace(/[^\w.-]/g, '')));
      return { headers: { 'Content-Type': `${TYPES[extname(name)]}; charset=utf-8` }, body };
    }
    const visit = top === 'v' ? visits.get(name) : undefined;
    if (!visit) return undefined;
    const whose = url.hostname === 'localhost' ? '' : 'vendor ';
    // Whether a request that is aborted has left by then, and in how many pieces a film is fetched, is nobody's promise.
    if (path !== 'aborted' && !(/\.(webm|vtt)$/.test(path) && visit.requests.includes(`GET ${path}`))) visit.requests.push([
      `${whose}${request.method} ${path}${url.search.replace(/([?&]_=)\d+/, '$1time').replace(/jQuery\d+_\d+/, 'jQuery')}`, sent.replace(/-{4,}\S+/g, 'boundary'),
      ...TELLING.flatMap((header) => (request.headers[header] ? [`${header}: ${String(request.headers[header]).replaceAll(`${origin}/v/${name}/`, '').replace(/[0-9a-f]{8}-[0-9a-f-]+/, 'id')}`] : [])),
    ].filter(Boolean).join(' | '));
    if (whose) return ANSWERS[`vendor/${path}`]?.({ url, request, sent });
    const written = ANSWERS[path]?.({ url, request, sent }) ?? file(path, bundled);
    if (!written || !path.endsWith('.html')) return written;
    const body = String(written.body).replace('<!-- sdk -->', visit.head).replaceAll('{{vendor}}', `http://${VENDOR}:${port}/v/${name}`);
    return { ...written, headers: { ...written.headers, 'Set-Cookie': path === visit.page ? visit.cookie : [] }, body };
  }

  let next = 0;
  return {
    origin,
    /** @param {string} page file of pages/ @param {{ head: string, cookie: string }} state */
    visit(page, { head, cookie }) {
      /** @type {Visit} */
      const visit = { name: `n${next++}`, page, head, cookie, requests: [] };
      visits.set(visit.name, visit);
      return { url: `${origin}/v/${visit.name}/${page}`, visit, end: () => visits.delete(visit.name) };
    },
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}
