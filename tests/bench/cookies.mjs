// bench cookies: a Cookie header of 1, 10 and 50 cookies taken apart and classified by a policy, a typical Set-Cookie, and
// hostile headers up to 1 MB; ours natively and through wasm, and the cookie packages of npm.
//
// Everybody in one process and in turns, batch after batch; the figure is that of the quietest tenth of them, because whatever
// else a machine does only ever adds. Ours through wasm is said twice:
// `looked at` makes a string of every name and value, as the packages do; `classified` answers for each cookie whose it is.
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { parseCookie, parseSetCookie } from 'cookie';
import * as es from 'cookie-es';
import { build } from 'esbuild';
import { parseSetCookie as parserParse } from 'set-cookie-parser';
import { Cookie as Tough } from 'tough-cookie';
import { nativeProgram } from './native.mjs';
import { fromRoot, made, need } from './paths.mjs';
import { table } from './stats.mjs';

const NAMES = ['mf_session', '_ga', 'mf_consent', '_fbp', '_gcl_au', 'PHPSESSID', '_ga_ABC123DEF4', '_hjSessionUser_1234567', 'theme', '_uetsid', 'csrftoken', 'ajs_user_id', '_pk_id.1.1fff', 'locale', '_ttp'];
const VALUES = ['f3Zk0v4mQ2x8Yt1aWnJc', 'GA1.2.1234567890.1690000000', '1~2013-12-01~eu~1790000000~5f', 'fb.1.1690000000000.1234567890', 'dark', '%7B%22id%22%3A%22a%20b%22%7D', '550e8400-e29b-41d4-a716-446655440000', 'en-GB'];
const headerOf = (/** @type {number} */ count) => Array.from({ length: count }, (_, i) => `${NAMES[i % NAMES.length]}${i < NAMES.length ? '' : i}=${VALUES[(i * 3) % VALUES.length]}`).join('; ');
const LINE = 'session=f3Zk0v4mQ2x8Yt1aWnJc; Domain=metrofax.com; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Max-Age=86400; Secure; HttpOnly; SameSite=Lax';
const HOSTILE = /** @type {Record<string, (bytes: number) => string>} */ ({
  'semicolons': (bytes) => ';'.repeat(bytes),
  'spaces': (bytes) => `a=${' '.repeat(bytes)}b`,
  'equals signs': (bytes) => '='.repeat(bytes),
  'a=b;': (bytes) => 'a=b;'.repeat(bytes / 4),
  'one name': (bytes) => 'x'.repeat(bytes),
});
const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const BATCHES = 61;

/** @param {number[]} times */
const quiet = (times) => Float64Array.from(times).sort()[Math.floor(times.length / 10)] ?? NaN;

/** Nanoseconds of each contestant's call in the quietest tenth of its batches, taken in turns. @param {Record<string, () => unknown>} contestants @param {number} calls */
function race(contestants, calls) {
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let batch = -5; batch < BATCHES; ++batch) {
    for (const [name, call] of Object.entries(contestants)) {
      const before = process.hrtime.bigint();
      for (let i = 0; i < calls; ++i) call();
      const took = Number(process.hrtime.bigint() - before) / calls;
      if (batch >= 0) times[name]?.push(took);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, quiet(all)]));
}

/** cookies.wasm with the demo's policy, by the wire code as source. */
async function wasm() {
  const bundle = made('cookies-wire.mjs');
  await build({ entryPoints: [fromRoot('js-glue/src/wire/cookies.ts')], bundle: true, format: 'esm', outfile: bundle, logLevel: 'warning', target: 'es2022' });
  const { Cookies } = await import(`${bundle}?${Date.now()}`);
  const module = new WebAssembly.Module(await readFile(await need('js-glue/dist/cookies.wasm', 'tests/support/build')));
  const cookies = new Cookies(new WebAssembly.Instance(module, {}).exports);
  if (cookies.open_(await readFile(fromRoot('js-glue/dist/policy.bin')))) throw new Error('the policy was refused');
  return cookies;
}

export async function benchCookies() {
  const ours = await wasm();
  const headers = [1, 10, 50].map(headerOf);
  const hostile = Object.entries(HOSTILE).flatMap(([name, make]) => SIZES.map((bytes) => ({ name, bytes, text: make(bytes) })));
  const cases = [...headers.map((text) => `header\t${text}`), `line\t${LINE}`, ...hostile.map(({ text }) => `header\t${text}`)];
  const file = made('cookies.cases');
  await writeFile(file, `${cases.join('\n')}\n`, 'latin1');
  const program = await nativeProgram('cookies_bench');
  const { stdout } = await promisify(execFile)(program, [fromRoot('js-glue/dist/policy.bin'), file], { maxBuffer: 1 << 24 });
  const native = stdout.trim().split('\n').map((line) => JSON.parse(line));

  const same = (/** @type {string} */ value) => value;
  let seen = 0;
  const perHeader = headers.map((text, i) => ({
    'ours, native, parsed': native[i].parse,
    'ours, native, parsed and classified': native[i].classify,
    ...race({
      'ours, wasm, parsed and classified': () => { for (let n = ours.scan_(text) - 1; n >= 0; --n) seen += ours.pattern_(n); },
      'ours, wasm, the same, every name and value looked at': () => ours.header_(text),
      'cookie 2': () => parseCookie(text),
      'cookie 2, no decoding': () => parseCookie(text, { decode: same }),
      'cookie-es 3': () => es.parseCookie(text),
      'cookie-es 3, no decoding': () => es.parseCookie(text, { decode: same }),
    }, Math.ceil(40_000 / (i * 20 + 4))),
  }));
  const names = Object.keys(perHeader[0] ?? {});
  const row = (/** @type {string} */ name) => perHeader.map((times) => /** @type {any} */ (times)[name]);
  const cookie = row('cookie 2');
  table('A Cookie header of 1, 10 and 50 cookies, ns', ['', '1', '10', '50', '10 against cookie', '50 against cookie'],
    names.map((name) => [name, ...row(name), row(name)[1] / cookie[1], row(name)[2] / cookie[2]]));

  const page = { url: 'https://www.metrofax.com/', site: 0, publicSuffix: '', partition: '' };
  const line = {
    'ours, native, parsed and classified': native[3].classify,
    ...race({
      'ours, wasm, parsed and classified': () => { ours.askOn_(LINE, page, { now: 1_790_000_000 }); seen += ours.x_.classify_line(); },
      'cookie 2': () => parseSetCookie(LINE),
      'cookie-es 3': () => es.parseSetCookie(LINE),
      'tough-cookie 6': () => Tough.parse(LINE),
      'set-cookie-parser 3': () => parserParse(LINE),
    }, 4_000),
  };
  table('A typical Set-Cookie, ns', ['', 'ns'], Object.entries(line));

  const wasmTimes = hostile.map(({ text }) => race({ it: () => { for (let n = ours.scan_(text); n > 0; n = ours.more_()) seen += n; } }, Math.ceil(200_000 / text.length)).it ?? NaN);
  const growth = Object.keys(HOSTILE).map((name) => {
    const at = hostile.map((one, i) => ({ ...one, i })).filter((one) => one.name === name);
    const perByte = at.map(({ i, bytes }) => native[4 + i].classify / bytes);
    const through = at.map(({ i, bytes }) => (wasmTimes[i] ?? NaN) / bytes);
    return { name, native: perByte, wasm: through };
  });
  table('Hostile headers, ns a byte, parsed and classified: linear means that it stays', ['', ...SIZES.map((bytes) => `${bytes / 1000} kB`)],
    growth.flatMap(({ name, native: a, wasm: b }) => [[`${name}, native`, ...a], [`${name}, wasm`, ...b]]));
  if (Number.isNaN(seen)) throw new Error('nothing was measured');
  return { header: Object.fromEntries(names.map((name) => [name, row(name)])), setCookie: line, hostile: growth };
}
