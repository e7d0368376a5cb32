// The pixel's endpoint against an empty handler on the same runtime. The server is a process of its own, and so is what loads it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import autocannon from 'autocannon';
import { fromRoot } from './paths.mjs';
import { median } from './stats.mjs';
import { told, watched } from './email-memory.mjs';

/** Mails that are opened, by turns. */
const MAILS = 1000;

/** @typedef {{ ours: string, same: string, empty: string, paths: string[], pid: number | undefined, unwritten: () => Promise<number> }} Served */

/** @param {string} url @param {string[]} paths @param {number} duration seconds @param {object} [more] */
const load = (url, paths, duration, more = {}) => autocannon({ url, connections: 32, duration, headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Gecko' }, requests: paths.map((path) => ({ path })), ...more });

/** Runs `use` against a server that has just started. @template T @param {(server: Served) => Promise<T>} use */
async function withServer(use) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-pixel-'));
  const child = spawn(process.execPath, [fromRoot('tests/bench/email-pixel-server.mjs'), folder, String(MAILS)], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const lines = createInterface({ input: child.stdout });
    const next = async () => JSON.parse((await once(lines, 'line'))[0]);
    const first = await next();
    const unwritten = async () => {
      const said = next();
      child.stdin.write('\n');
      return /** @type {number} */ ((await said).unwritten);
    };
    const result = await use({ ...first, pid: child.pid, unwritten });
    const last = next();
    child.stdin.end();
    return { ...result, ...await last };
  } finally {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seconds of processor time that a process has had, with all its threads. @param {number | undefined} pid */
async function processorTime(pid) {
  const [, rest = ''] = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ');
  const [user, system] = rest.split(' ').slice(11, 13).map(Number);
  return ((user ?? NaN) + (system ?? NaN)) / 100; // USER_HZ
}

/** @param {{ rounds: number }} options */
export async function tellEmailPixel({ rounds }) {
  const pixel = await benchEmailPixel(rounds);
  const { samePerSecond, emptyPerSecond, ratioToSame, ratioToEmpty, processorToSame, processorToEmpty } = pixel;
  console.log(`pixel: ${pixel.perSecond.toFixed(0)} opens a second, p99 ${pixel.p99Ms} ms, ${(100 * pixel.unwritten).toFixed(0)} % of them not on record when the last is answered; ${pixel.recorded} written in all, ${pixel.dropped} dropped
  a handler that gives the same answer and does nothing: ${samePerSecond.toFixed(0)}, ratio ${ratioToSame.toFixed(2)}; by processor time of the server until all is on record ${processorToSame.toFixed(2)}
  a handler that answers 204 without headers: ${emptyPerSecond.toFixed(0)}, p99 ${pixel.emptyP99Ms} ms, ratio ${ratioToEmpty.toFixed(2)}, by processor time ${processorToEmpty.toFixed(2)}; load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors, one of them for what loads`);
  return pixel;
}

/** @param {number} rounds */
async function benchEmailPixel(rounds) {
  return withServer(async ({ paths, pid, unwritten, ...urls }) => {
    /** Answers a second, and a second of processor time until all is on record. @param {string} url */
    const measured = async (url) => {
      const before = await processorTime(pid);
      const { requests, latency } = await load(url, paths, 3);
      const left = await unwritten();
      while (await unwritten() > 0);
      return { perSecond: requests.average, perProcessorSecond: requests.total / (await processorTime(pid) - before), p99: latency.p99, unwritten: left / requests.total };
    };
    const names = /** @type {const} */ (['ours', 'same', 'empty']);
    for (const name of names) await load(urls[name], paths, 2); // compiled and warm
    const seen = [];
    for (let i = 0; i < rounds; ++i) seen.push({ ours: await measured(urls.ours), same: await measured(urls.same), empty: await measured(urls.empty) });
    /** @typedef {'perSecond' | 'perProcessorSecond' | 'p99' | 'unwritten'} What */
    const of = (/** @type {typeof names[number]} */ who, /** @type {What} */ what) => median(seen.map((round) => round[who][what]));
    const ratio = (/** @type {'same' | 'empty'} */ to, /** @type {What} */ what) => median(seen.map((round) => round.ours[what] / round[to][what]));
    return { perSecond: of('ours', 'perSecond'), samePerSecond: of('same', 'perSecond'), emptyPerSecond: of('empty', 'perSecond'), p99Ms: of('ours', 'p99'), emptyP99Ms: of('empty', 'p99'), unwritten: of('ours', 'unwritten'),
      ratioToSame: ratio('same', 'perSecond'), ratioToEmpty: ratio('empty', 'perSecond'), processorToSame: ratio('same', 'perProcessorSecond'), processorToEmpty: ratio('empty', 'perProcessorSecond'), rounds: seen };
  });
}

/** Opens a second for the memory's measurement; a load that leaves the machine to others. */
const RATE = 200;

/** Resident memory of the server while opens come in. @param {number} seconds */
export async function pixelMemory(seconds) {
  return withServer(async ({ ours, paths, pid }) => {
    const loading = load(ours, paths, seconds + 1, { overallRate: RATE, connections: 8 });
    const memory = await watched(pid, seconds);
    const { requests } = await loading;
    told(`pixel's endpoint, ${seconds} s at ${RATE} opens a second, ${requests.total} answered`, memory);
    return { seconds, answered: requests.total, ...memory };
  });
}
