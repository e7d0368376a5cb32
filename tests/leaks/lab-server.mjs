// The lab's servers: the site under test and a tracker of its own site, told apart by the Host header, so that one port does.
// What is asked of the tracker (or, by a vector's twin, of the site) is counted under the run and the vector in its path.
import { createSocket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';

/** The declared advertising vendor whose hosts stand for a tracker; one host per group, so that no connection limit delays a vector. */
const TRACKER = 'adharbor.localhost';
const GROUPS = 8;

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g id="a"><rect width="9" height="9"/></g></svg>';

/** What is sent by the ending of a path. @type {Record<string, [type: string, body: string | Buffer]>} */
const BODIES = {
  js: ['text/javascript', '/* arrived */'], css: ['text/css', '/* arrived */'], html: ['text/html', '<!doctype html><p>arrived'],
  png: ['image/gif', GIF], svg: ['image/svg+xml', SVG], json: ['application/json', '{}'], vtt: ['text/vtt', 'WEBVTT\n'],
  webm: ['video/webm', readFileSync(new URL('../../demo-site/advertisers/public/clip.webm', import.meta.url))], woff2: ['font/woff2', ''], sse: ['text/event-stream', 'data: arrived\n\n'],
};

/** One page's stay: what arrived of it, by `tracker/<vector>` or `own/<vector>`. */
export class Run extends EventEmitter {
  /** @type {Map<string, number>} */
  hits = new Map();
  /** @type {(() => void)[]} */
  enders = [];

  /** @param {string} name @param {number} port */
  constructor(name, port) {
    super();
    this.setMaxListeners(0);
    this.name = name;
    this.port = port;
    /** Ports of the ways that are not HTTP. @type {Record<string, Record<string, number>>} */
    this.ports = { tracker: {}, own: {} };
  }

  /** @param {string} side @param {string} vector */
  count(side, vector) {
    const key = `${side}/${vector}`;
    this.hits.set(key, (this.hits.get(key) ?? 0) + 1);
    this.emit('hit', key);
  }

  /** Vectors of one side that arrived. @param {'tracker' | 'own'} side */
  arrived(side) {
    return [...this.hits.keys()].filter((key) => key.startsWith(`${side}/`)).map((key) => key.slice(side.length + 1)).sort();
  }

  /** The address for a vector's ending. @param {'tracker' | 'own'} side @param {string} vector @param {string} ending */
  url(side, vector, ending) {
    if (ending === 'id') return vector;
    if (ending === 'n') return side[0] ?? ''; // keeps a vector and its twin apart in names
    if (ending === 'site') return `http://localhost:${this.port}/${this.name}`;
    const host = side === 'own' ? 'localhost' : `g${[...vector].reduce((sum, character) => sum + character.charCodeAt(0), 0) % GROUPS}.${TRACKER}`;
    const bare = this.ports[side]?.[ending];
    if (bare !== undefined) return `${host}:${bare}`;
    const scheme = ending === 'ws' ? 'ws' : 'http';
    return `${scheme}://${host}:${this.port}/v/${this.name}/${side}/${vector}/x.${ending}`;
  }

  /** Fills in {png}, {js} … @param {string} source @param {'tracker' | 'own'} side @param {string} vector */
  fill(source, side, vector) {
    return source.replace(/\{([a-z0-9]+)\}/g, (whole, ending) =>
      ending in BODIES || ['ws', 'id', 'n', 'site'].includes(ending) || ending in this.ports[side] ? this.url(side, vector, ending) : whole);
  }

  /** Resolves true when everything wanted has arrived, false after `patience` milliseconds. @param {string[]} wanted @param {number} patience */
  async all(wanted, patience) {
    const missing = new Set(wanted.filter((key) => !this.hits.has(key)));
    if (missing.size === 0) return true;
    const signal = AbortSignal.timeout(patience);
    try {
      while (missing.size > 0) {
        const [key] = await once(this, 'hit', { signal });
        missing.delete(key);
      }
      return true;
    } catch {
      return false;
    }
  }

  end() {
    for (const end of this.enders.splice(0)) end();
  }
}

/** Ways that are not HTTP get a port for each side: whatever comes there is the vector's. */
const BARE = { stun: ['udp', 'webrtc-stun'], turn: ['tcp', 'webrtc-turn-tcp'], quic: ['udp', 'webtransport'], tcp: ['tcp', 'link-preconnect'], tcp2: ['tcp', 'link-preconnect-dom'] };

/** @param {Run} run @param {'tracker' | 'own'} side @param {string} name @param {string} kind @param {string} vector */
async function listenBare(run, side, name, kind, vector) {
  const hit = () => run.count(side, vector);
  if (kind === 'udp') {
    const socket = createSocket('udp4').on('message', hit);
    await new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(undefined)));
    run.enders.push(() => socket.close());
    run.ports[side][name] = socket.address().port;
    return;
  }
  const server = createTcpServer((connection) => {
    hit();
    connection.on('error', () => undefined);
    connection.destroy();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  run.enders.push(() => server.close());
  run.ports[side][name] = /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}

/** @typedef {{ status?: number, headers?: Record<string, string | string[]>, body: string | Buffer }} Answer */

/**
 * @param {(run: Run | undefined, url: URL, request: import('node:http').IncomingMessage) => Promise<Answer | undefined>} site answers what the site
 * itself is asked for, in the name of a run; undefined: a file of the site that every run has
 */
export async function startLab(site) {
  /** @type {Map<string, Run>} */
  const runs = new Map();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    request.resume();
    const [, v, name = '', side = '', vector = '', file = ''] = url.pathname.split('/');
    if (v === 'v') {
      runs.get(name)?.count(side, vector);
      const [type, body] = BODIES[file.split('.').pop() ?? ''] ?? ['text/plain', 'arrived'];
      // Once is enough: an EventSource that is told 204 does not come again.
      response.writeHead(200, {
        'Content-Type': type, 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*', 'Cache-Control': 'no-store',
        'Service-Worker-Allowed': '/', 'Set-Cookie': side === 'tracker' ? 'lab-third=1; Max-Age=999' : [],
      });
      response.end(body);
      return;
    }
    const answer = url.hostname === 'localhost' ? await site(runs.get(v ?? ''), url, request) : undefined;
    response.writeHead(answer?.status ?? (answer ? 200 : 404), { 'Cache-Control': 'no-store', ...answer?.headers });
    response.end(answer?.body ?? '');
  });
  server.on('upgrade', (request, socket) => {
    const [, , name = '', side = '', vector = ''] = (request.url ?? '').split('/');
    runs.get(name)?.count(side, vector);
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise((resolve) => server.listen(0, '::', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  let next = 0;
  return {
    port,
    /** A new stay. @returns {Promise<Run>} */
    async run() {
      const run = new Run(`r${next++}`, port);
      for (const [name, [kind, vector]] of Object.entries(BARE)) {
        for (const side of /** @type {const} */ (['tracker', 'own'])) await listenBare(run, side, name, kind ?? '', vector ?? '');
      }
      runs.set(run.name, run);
      return run;
    },
    async close() {
      for (const run of runs.values()) run.end();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
