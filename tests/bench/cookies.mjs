// bench cookies: a Cookie header of 1, 10 and 50 cookies taken apart and classified by a policy, a typical Set-Cookie, and
// hostile headers and lines up to 1 MB; ours natively and through wasm, and the cookie packages of npm.
//
// Everybody in one process and in turns, batch after batch. A time is that of the quietest tenth of the batches, because
// whatever else a machine does only ever adds; a ratio is the median of the ratios within each batch, whose two sides ran one
// right after the other. Ours through wasm is said twice: `classified` answers for each cookie whose it is, and makes text of
// what somebody looks at; `looked at` makes a string of every name and value, as the packages do.
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { parseCookie, parseSetCookie } from 'cookie';
import * as es from 'cookie-es';
import { build } from 'esbuild';
import { parseSetCookie as parserParse } from 'set-cookie-parser';
import { Cookie as Tough } from 'tough-cookie';
import { HOSTILE, SIZES } from './hostile-cookies.mjs';
import { nativeProgram } from './native.mjs';
import { fromRoot, made, need } from './paths.mjs';
import { median, table } from './stats.mjs';

const NAMES = ['mf_session', '_ga', 'mf_consent', '_fbp', '_gcl_au', 'PHPSESSID', '_ga_ABC123DEF4', '_hjSessionUser_1234567', 'theme', '_uetsid', 'csrftoken', 'ajs_user_id', '_pk_id.1.1fff', 'locale', '_ttp'];
const VALUES = ['f3Zk0v4mQ2x8Yt1aWnJc', 'GA1.2.1234567890.1690000000', '1~2013-12-01~eu~1790000000~5f', 'fb.1.1690000000000.1234567890', 'dark', '%7B%22id%22%3A%22a%20b%22%7D', '550e8400-e29b-41d4-a716-446655440000', 'en-GB'];
const headerOf = (/** @type {number} */ count) => Array.from({ length: count }, (_, i) => `${NAMES[i % NAMES.length]}${i < NAMES.length ? '' : i}=${VALUES[(i * 3) % VALUES.length]}`).join('; ');
const LINE = 'session=f3Zk0v4mQ2x8Yt1aWnJc; Domain=metrofax.com; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Max-Age=86400; Secure; HttpOnly; SameSite=Lax';
const BATCHES = 61;
const HOSTILE_ROUNDS = 31;

/** A quantile of times. @param {number[]} times @param {number} share */
const at = (times, share) => Float64Array.from(times).sort()[Math.floor(times.length * share)] ?? NaN;
const quiet = (/** @type {number[]} */ times) => at(times, 0.1);
/** What `these` are to `those`, batch by batch. @param {number[]} these @param {number[]} those */
const ratios = (these, those) => these.map((time, batch) => time / (those[batch] ?? NaN));

/** Nanoseconds of each contestant's call in every batch, taken in turns. @param {Record<string, () => unknown>} contestants @param {number} calls */
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
  return times;
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

/** One of the headers or lines of HOSTILE, as long as said. @typedef {{ name: string, kind: 'header' | 'line', bytes: number, text: string }} Hostile */

/** Each case natively, in every round. @param {string[]} cases @param {number} rounds @returns {Promise<{ parse?: number[], classify: number[] }[]>} */
async function native(cases, rounds) {
  const file = made('cookies.cases');
  await writeFile(file, `${cases.join('\n')}\n`, 'utf8');
  const program = await nativeProgram('cookies_bench');
  const { stdout } = await promisify(execFile)(program, [fromRoot('js-glue/dist/policy.bin'), file, String(rounds)], { maxBuffer: 1 << 26 });
  return stdout.trim().split('\n').map((line) => JSON.parse(line));
}

/** Times by bytes, and how much more a byte costs at the last of SIZES than at the second, round by round. @param {number[][]} bySize */
function growthOf(bySize) {
  const grown = ratios(bySize.at(-1) ?? [], bySize[1] ?? []).map((ratio) => (ratio * (SIZES[1] ?? NaN)) / (SIZES.at(-1) ?? NaN));
  return { perByte: bySize.map((times, i) => median(times) / (SIZES[i] ?? NaN)), growth: median(grown), from: at(grown, 0.1), to: at(grown, 0.9) };
}

export async function benchCookies() {
  const ours = await wasm();
  const headers = [1, 10, 50].map(headerOf);
  const page = { url: 'https://www.metrofax.com/', site: 0, publicSuffix: '', partition: '' };
  let seen = 0;
  const line = (/** @type {string} */ text) => { ours.askOn_(text, page, { now: 1_790_000_000 }); seen += ours.x_.classify_line(); };
  const natively = await native([...headers.map((text) => `header\t${text}`), `line\t${LINE}`], BATCHES);

  const same = (/** @type {string} */ value) => value;
  const perHeader = headers.map((text, i) => ({
    'ours, native, parsed': natively[i]?.parse ?? [],
    'ours, native, parsed and classified': natively[i]?.classify ?? [],
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
  const row = (/** @type {string} */ name) => perHeader.map((times) => /** @type {Record<string, number[]>} */ (times)[name] ?? []);
  const against = (/** @type {string} */ name) => row(name).map((times, i) => median(ratios(times, row('cookie 2')[i] ?? [])));
  table('A Cookie header of 1, 10 and 50 cookies, ns, and what it is to that of cookie 2', ['', '1', '10', '50', '1', '10', '50'],
    names.map((name) => [name, ...row(name).map(quiet), ...against(name).map((ratio) => ratio.toFixed(2))]));

  const lines = {
    'ours, native, parsed and classified': natively[3]?.classify ?? [],
    ...race({
      'ours, wasm, parsed and classified': () => line(LINE),
      'cookie 2': () => parseSetCookie(LINE),
      'cookie-es 3': () => es.parseSetCookie(LINE),
      'tough-cookie 6': () => Tough.parse(LINE),
      'set-cookie-parser 3': () => parserParse(LINE),
    }, 4_000),
  };
  table('A typical Set-Cookie, ns', ['', 'ns'], Object.entries(lines).map(([name, times]) => [name, quiet(times)]));

  /** @type {Hostile[]} */
  const hostile = HOSTILE.flatMap(({ name, kind, make }) => SIZES.map((bytes) => ({ name, kind, bytes, text: make(bytes) })));
  const hostileNative = await native(hostile.map(({ kind, text }) => `${kind}\t${text}`), HOSTILE_ROUNDS);
  /** @type {number[][]} */
  const through = hostile.map(() => []);
  for (let round = -1; round < HOSTILE_ROUNDS; ++round) {
    for (const [i, { kind, bytes, text }] of hostile.entries()) {
      const calls = 1_000_000 / bytes;
      const before = process.hrtime.bigint();
      for (let call = 0; call < calls; ++call) {
        if (kind === 'line') line(text);
        else for (let n = ours.scan_(text); n > 0; n = ours.more_()) seen += n;
      }
      if (round >= 0) through[i]?.push(Number(process.hrtime.bigint() - before) / calls);
    }
  }
  const growth = HOSTILE.flatMap(({ name, kind }, shape) => {
    const of = (/** @type {number[][]} */ all) => growthOf(all.slice(shape * SIZES.length, (shape + 1) * SIZES.length));
    return [{ name, kind, by: 'native', ...of(hostileNative.map(({ classify }) => classify)) }, { name, kind, by: 'wasm', ...of(through) }];
  });
  table(`Hostile headers and lines, parsed and classified: ns a byte (median of ${HOSTILE_ROUNDS} rounds), and a byte of 1 MB against one of 10 kB, round by round`,
    ['', ...SIZES.map((bytes) => `${bytes / 1000} kB`), 'median', 'a tenth is below', 'a tenth above'],
    growth.map(({ name, kind, by, perByte, growth: grown, from, to }) => [`${kind}: ${name}, ${by}`, ...perByte, ...[grown, from, to].map((ratio) => ratio.toFixed(2))]));
  if (Number.isNaN(seen)) throw new Error('nothing was measured');
  return {
    header: Object.fromEntries(names.map((name) => [name, { ns: row(name).map(quiet), againstCookie: against(name) }])),
    setCookie: Object.fromEntries(Object.entries(lines).map(([name, times]) => [name, quiet(times)])),
    hostile: growth,
  };
}
