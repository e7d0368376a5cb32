// A forward proxy on the loopback interface. It brings any host name to a server of the test (`ports`). For the one browser
// whose driver can neither add request headers nor run a script before the page's own, it adds the headers to each request and the script to each HTML document, allowing that one script
// in the document's CSP by its hash. Everything else passes through untouched.
import { createHash } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';

/**
 * @param {{ headers: Record<string, string>, script: string, ports?: import('./types.d.ts').Ports | undefined }} additions
 * @returns {Promise<{ port: number, close: () => Promise<void> }>}
 */
export async function startProxy({ headers, script, ports }) {
  const server = http.createServer((request, response) => forward(request, response, headers, script, ports));
  server.on('connect', (request, client, head) => tunnel(request, client, head, ports));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    port: address.port,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

/** Every *.localhost is this machine (RFC 6761, section 6.3); the system's resolver need not know. @param {string} host */
function addressOf(host) {
  return host === 'localhost' || host.endsWith('.localhost') ? '127.0.0.1' : host;
}

/** @param {Record<string, string>} headers */
const lowerCased = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/**
 * @param {http.IncomingMessage} request @param {http.ServerResponse} response
 * @param {Record<string, string>} headers @param {string} script @param {import('./types.d.ts').Ports | undefined} ports
 */
function forward(request, response, headers, script, ports) {
  const url = new URL(request.url ?? '', `http://${request.headers.host}`);
  const upstream = http.request({
    host: ports ? '127.0.0.1' : addressOf(url.hostname),
    port: ports?.http ?? (url.port || 80),
    path: url.pathname + url.search,
    method: request.method,
    headers: { ...request.headers, ...lowerCased(headers), 'accept-encoding': 'identity' },
  }, (answer) => {
    if (script !== '' && answer.headers['content-type']?.startsWith('text/html')) withScript(answer, response, script);
    else {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    }
  });
  upstream.on('error', () => response.destroy());
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
}

/** @param {http.IncomingMessage} answer @param {http.ServerResponse} response @param {string} script */
function withScript(answer, response, script) {
  /** @type {Buffer[]} */
  const parts = [];
  answer.on('data', (part) => parts.push(part));
  answer.on('end', () => {
    const html = Buffer.concat(parts).toString('utf8');
    const at = /^\s*(<!doctype[^>]*>)?/i.exec(html)?.[0].length ?? 0;
    const headers = { ...answer.headers };
    delete headers['content-length'];
    delete headers['transfer-encoding'];
    const policy = headers['content-security-policy'];
    if (policy) headers['content-security-policy'] = allowing(String(policy), script);
    response.writeHead(answer.statusCode ?? 502, headers);
    response.end(`${html.slice(0, at)}<script>${script}</script>${html.slice(at)}`);
  });
  answer.on('error', () => response.destroy());
}

/** The policies of a header, each with the hash of `script` among its script sources. @param {string} policies @param {string} script */
function allowing(policies, script) {
  const hash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
  return policies.split(',').map((policy) => {
    const sources = /(script-src(?:-elem)?)(\s[^;]*)/g;
    if (sources.test(policy)) return policy.replace(sources, (_all, name, list) => `${name}${list.replace(/\s'none'/, '')} ${hash}`);
    // Where no directive speaks of scripts, default-src does.
    const [, list = null] = /default-src(\s[^;]*)/.exec(policy) ?? [];
    return list === null ? policy : `${policy}; script-src${list.replace(/\s'none'/, '')} ${hash}`;
  }).join(',');
}

/** WebSockets and TLS. @param {http.IncomingMessage} request @param {import('node:stream').Duplex} client @param {Buffer} head
 * @param {import('./types.d.ts').Ports | undefined} ports */
function tunnel(request, client, head, ports) {
  const url = new URL(`https://${request.url}`);
  const port = ports ? (url.port === '' ? ports.https : ports.http) : Number(url.port || 443);
  const upstream = net.connect(port, ports ? '127.0.0.1' : addressOf(url.hostname), () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    upstream.write(head);
    upstream.pipe(client).pipe(upstream);
  });
  upstream.on('error', () => client.destroy());
  client.on('error', () => upstream.destroy());
}
