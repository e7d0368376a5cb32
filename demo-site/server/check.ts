import { request } from 'node:http';
import { protectionOf } from './protected.js';
import { type AdvertiserId, advertiserIds, advertiserPort } from './origins.js';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Node does not resolve *.localhost by itself, so every probe goes to 127.0.0.1 with the Host a browser would send. */
function get(url: string): Promise<Answer> {
  const { host, port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: pathname + search, headers: { Host: host } }, (response) => {
      const parts: Buffer[] = [];
      const answer = (): void =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString() });
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', answer);
      response.on('error', reject);
      // A stream has no end; its head is what is probed.
      if (response.headers['content-type']?.startsWith('text/event-stream')) {
        answer();
        sent.destroy();
      }
    });
    sent.setTimeout(5000, () => sent.destroy(new Error('no answer within 5 seconds')));
    sent.on('error', reject);
    sent.end();
  });
}

const pages = [
  '/', '/pricing', '/test-drive', '/register', '/sign-in', '/privacy', '/choices', '/lab', '/lab/leaks', '/markup',
  '/changes', '/signals', '/outbox', '/strict/no-wasm', '/strict/trusted-types', '/strict/nonce', '/static-embeds', '/runtime-alone',
] as const;

const advertiserPaths: Readonly<Record<AdvertiserId, readonly (readonly [path: string, type: string])[]>> = {
  northlight: [['/nl.js', 'text/javascript'], ['/collect?e=check', 'image/gif']],
  adharbor: [['/tag.js', 'text/javascript'], ['/frame?slot=check', 'text/html'], ['/px.gif', 'image/gif'], ['/live', 'text/event-stream']],
  circlet: [['/widget.js', 'text/javascript'], ['/button', 'text/html'], ['/clip', 'video/webm']],
};

/** What is wrong with an answer, or null. */
type Judge = (answer: Answer) => string | null;

const isType = (type: string): Judge => ({ status, headers }) =>
  status !== 200 ? `answered ${status}` : String(headers['content-type']).startsWith(type) ? null : `is ${String(headers['content-type'])}, not ${type}`;

const isPage = (path: string): Judge => (answer) => {
  const unprotected = typeof protectionOf(path) === 'object';
  const first = /<head>\s*(?:<meta http-equiv="Content-Security-Policy" [^>]*>)?(<[^>]*>)/.exec(answer.body)?.[1] ?? '';
  if (!first.startsWith('<script src="/consent.js"')) return 'does not begin with the consent runtime';
  const policy = String(answer.headers['content-security-policy'] ?? '');
  if (policy === '') return 'has no content security policy';
  if (!unprotected && !/^default-src [^,]*'nonce-/.test(policy)) return 'is not sent by protect(): its first policy has no nonce';
  for (const id of advertiserIds) if (!answer.body.includes(`http://${id}.localhost:`)) return `does not embed ${id}`;
  return isType('text/html')(answer);
};

/**
 * Probes every page, every file the pages name, the consent runtime and every advertiser of a demo that runs at `site`.
 * @returns how many probes failed; each probe is reported as one line.
 */
export async function check(site: string, report: (line: string) => void): Promise<number> {
  let failed = 0;
  const probe = async (url: string, judge: Judge): Promise<Answer | null> => {
    const answer = await get(url).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    const problem = answer instanceof Error ? answer.message : judge(answer);
    if (problem) failed += 1;
    report(problem ? `FAIL ${url} ${problem}` : `ok   ${url}`);
    return answer instanceof Error ? null : answer;
  };

  const linked = new Map<string, Judge>();
  for (const path of pages) {
    const answer = await probe(site + path, isPage(path));
    for (const [, address] of answer?.body.matchAll(/(?:href|src)="(\/[^"#]*)/g) ?? []) {
      if (address && !(pages as readonly string[]).includes(address)) linked.set(address, ({ status }) => (status === 200 ? null : `answered ${status}`));
    }
  }
  linked.set('/consent.js', isType('text/javascript; charset=utf-8'));
  linked.set('/ui.js', isType('text/javascript; charset=utf-8'));
  linked.set('/gate.asmjs.js', isType('text/javascript; charset=utf-8'));
  linked.set('/notice.en.json', isType('application/json'));
  linked.set('/consent/consent.js', isType('text/javascript; charset=utf-8'));
  linked.set('/lab/counts', isType('application/json'));
  linked.set('/lab/events', isType('text/event-stream'));
  linked.set('/no/such/page', ({ status }) => (status === 404 ? null : `answered ${status}, not 404`));
  for (const [address, judge] of linked) await probe(site + address, judge);

  const port = Number(new URL(site).port);
  for (const id of advertiserIds) {
    for (const [path, type] of advertiserPaths[id]) {
      await probe(`http://${id}.localhost:${advertiserPort(port, id)}${path}`, isType(type));
    }
  }
  report(failed === 0 ? 'all probes passed' : `${failed} probes failed`);
  return failed;
}
