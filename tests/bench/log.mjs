// `mfconsent log redact` against `sed` on the same Combined Log Format: megabytes for each second of processor time.
//
// sed does the least of it (address truncated, user and query cut); redact reads every line, decides every field and reports what
// it cannot read. Both write to /dev/null; `cat` is the machine's own limit.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { made, need } from './paths.mjs';
import { oneOf, random } from './random.mjs';
import { median, table } from './stats.mjs';

const MEGABYTES = 256;
const SED = 's/^([0-9]+\\.[0-9]+\\.[0-9]+)\\.[0-9]+ [^ ]+ [^[]+/\\1.0 - - /; s/\\?[^ "]* HTTP/ HTTP/; s/ "[^"]*" "[^"]*"$/ "-" "-"/';
const PATHS = ['/', '/pricing', '/privacy', '/test-drive', '/static/site.css', '/register?plan=pro', '/search?q=fax+to+mail&page=2', '/b/AaBb12CcDd34EeFf56.gif', '/account/inbox/view?id=83121&box=in'];
const AGENTS = ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1', 'curl/8.9.1'];
const REFERRERS = ['-', 'https://www.example.com/', 'https://www.metrofax.com/pricing?utm_source=mail'];

/** @param {() => number} next a number below 1 */
function someLine(next) {
  const of = (/** @type {string[]} */ list) => oneOf(next, list);
  const byte = () => Math.floor(next() * 256);
  const user = next() < 0.05 ? 'j.doe' : '-';
  return `${byte()}.${byte()}.${byte()}.${byte()} - ${user} [26/Nov/2026:1${byte() % 10}:${10 + (byte() % 50)}:${10 + (byte() % 50)} +0000] "GET ${of(PATHS)} HTTP/1.1" ${next() < 0.9 ? 200 : 404} ${byte() * 97} "${of(REFERRERS)}" "${of(AGENTS)}"\n`;
}

/** The log, made once. */
async function logFile() {
  const path = made('access.log');
  if (await stat(path).then(({ size }) => size >= MEGABYTES << 20, () => false)) return path;
  const next = random(0x6c6f67);
  const lines = Array.from({ length: 20_000 }, () => someLine(next)).join('');
  const out = createWriteStream(path);
  for (let size = 0; size < MEGABYTES << 20; size += lines.length) if (!out.write(lines)) await once(out, 'drain');
  out.end();
  await once(out, 'close');
  return path;
}

/**
 * Seconds of processor time (its own and the kernel's for it) from the file to /dev/null: on a busy machine the clock on the wall
 * measures the neighbours. @param {string} program @param {string[]} args @param {string} input
 */
async function seconds(program, args, input) {
  const [from, to] = [await open(input), await open('/dev/null', 'w')];
  const child = spawn('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@"', 'bash', program, ...args], { stdio: [from.fd, to.fd, 'pipe'], env: { ...process.env, LC_ALL: 'C' } });
  let said = '';
  child.stderr?.on('data', (piece) => { said += String(piece); });
  const [code] = await once(child, 'close');
  await Promise.all([from.close(), to.close()]);
  const times = /(\d+\.\d+) (\d+\.\d+)\n$/.exec(said);
  if (code !== 0 || !times) throw new Error(`${program} ended with ${code}: ${said}`);
  return Number(times[1]) + Number(times[2]);
}

/** @param {{ rounds: number }} options */
export async function benchLog({ rounds }) {
  const mfconsent = await need('build/native/mfconsent', 'tests/support/build native');
  const policy = await need('demo-site/policy/2013-12-01.json', 'the policy');
  const log = await logFile();
  const { size } = await stat(log);
  /** @type {[string, string, string[]][]} */
  const contestants = [
    ['mfconsent log redact', mfconsent, ['log', 'redact', '--policy', policy]],
    ['sed -E, three substitutions', 'sed', ['-E', SED]],
    ['cat', 'cat', []],
  ];
  /** @type {Record<string, number[]>} */
  const speeds = {};
  for (let round = 0; round < Math.min(rounds, 5); ++round) {
    for (const [name, program, args] of contestants) (speeds[name] ??= []).push(size / 1e6 / (await seconds(program, args, log)));
  }
  const rows = contestants.map(([name]) => ({ name, median: median(speeds[name] ?? []), best: Math.max(...(speeds[name] ?? [])) }));
  table(`log redact: ${Math.round(size / 1e6)} MB of Combined Log Format, MB for each second of processor time`, ['', 'median', 'best'], rows.map(({ name, median: middle, best }) => [name, middle, best]));
  return { bytes: size, rows };
}
