// Starts the built demo inside the test's own process, on ports nobody else has, with a data folder of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PortInUse, startDemo } from '../../demo-site/.build/demo.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Four ports in a row are needed; a taken one only means another draw. */
async function startSomewhere(options) {
  for (let draws = 0; draws < 50; draws++) {
    const port = 20_000 + 4 * Math.floor(Math.random() * 10_000);
    try {
      return { ...(await startDemo({ ...options, port })), port };
    } catch (error) {
      if (!(error instanceof PortInUse)) throw error;
    }
  }
  throw new Error('no four free ports in a row');
}

/** @returns the running demo with its port, data folder, what it noted, and `close()`. */
export async function demo({ sdk = here('../../js-glue/dist'), hosts = [], counselKey, edge = false } = {}) {
  const data = await mkdtemp(join(tmpdir(), 'metrofax-demo-'));
  const noted = [];
  const running = await startSomewhere({
    built: here('../../demo-site/.build'),
    sdk,
    policyFile: here('../../demo-site/policy/2013-12-01.json'),
    data,
    hosts,
    counselKey,
    edge,
    note: (error) => noted.push(error),
  });
  const close = async () => {
    await running.stop();
    await rm(data, { recursive: true, force: true });
  };
  return { ...running, data, noted, close };
}

/**
 * One HTTP exchange, redirects not followed. `port` and `host` apart, because Node does not resolve *.localhost.
 * `form` is posted as a browser would from a page of the same origin.
 */
export function exchange({ port, host = `localhost:${port}`, path = '/', method, headers = {}, form, body }) {
  const text = form ? new URLSearchParams(form).toString() : body;
  const sameOrigin = form ? { origin: `http://${host}`, 'content-type': 'application/x-www-form-urlencoded' } : {};
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: method ?? (text === undefined ? 'GET' : 'POST'),
        headers: { host, ...sameOrigin, ...headers, ...(text === undefined ? {} : { 'content-length': Buffer.byteLength(text) }) },
      },
      (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(parts), text: Buffer.concat(parts).toString() }),
        );
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}

/** A browser as far as cookies go: keeps what it is given, forgets what is expired, sends the rest. */
export class Visitor {
  #port;
  cookies = new Map();

  constructor(port) {
    this.#port = port;
  }

  async send(options) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await exchange({ port: this.#port, ...options, headers: { ...(cookie ? { cookie } : {}), ...options.headers } });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]*)=([^;]*)/.exec(line);
      if (/max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  get(path) {
    return this.send({ path });
  }

  post(path, form) {
    return this.send({ path, form });
  }
}

/** A registration that is in order; `changes` replaces fields. */
export const registration = (changes = {}) => ({
  name: 'Front desk',
  phone: '+1 312 555 0142',
  email: 'desk@example.com',
  password: 'a sentence is fine',
  age: '18plus',
  plan: 'local',
  ...changes,
});
