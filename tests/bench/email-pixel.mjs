// The pixel's endpoint against an empty handler on the same runtime. The server is a process of its own, and so is what loads it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import autocannon from 'autocannon';
import { fromRoot } from './paths.mjs';
import { median } from './stats.mjs';
import { told, watched } from './email-memory.mjs';

/** @param {string} url @param {number} duration seconds @param {object} [more] */
const load = (url, duration, more = {}) => autocannon({ url, connections: 32, duration, headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Gecko' }, ...more });

/** Runs `use` against a server that has just started. @template T @param {(server: { ours: string, empty: string, pid: number | undefined }) => Promise<T>} use */
async function withServer(use) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-pixel-'));
  const child = spawn(process.execPath, [fromRoot('tests/bench/email-pixel-server.mjs'), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const lines = createInterface({ input: child.stdout });
    const [first] = await once(lines, 'line');
    const result = await use({ ...JSON.parse(first), pid: child.pid });
    const last = once(lines, 'line');
    child.kill('SIGTERM');
    return { ...result, ...JSON.parse((await last)[0]) };
  } finally {
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
export async function benchEmailPixel({ rounds }) {
  return withServer(async ({ ours, empty, pid }) => {
    /** Answers a second, and a second of processor time. @param {string} url */
    const measured = async (url) => {
      const before = await processorTime(pid);
      const { requests, latency } = await load(url, 3);
      return { perSecond: requests.average, perProcessorSecond: requests.total / (await processorTime(pid) - before), p99: latency.p99 };
    };
    for (const url of [ours, empty]) await load(url, 2); // compiled and warm
    const seen = [];
    for (let i = 0; i < rounds; ++i) seen.push({ ours: await measured(ours), empty: await measured(empty) });
    const of = (/** @type {'ours' | 'empty'} */ who, /** @type {'perSecond' | 'perProcessorSecond' | 'p99'} */ what) => median(seen.map((round) => round[who][what]));
    const ratio = (/** @type {'perSecond' | 'perProcessorSecond'} */ what) => median(seen.map((round) => round.ours[what] / round.empty[what]));
    return { requestsPerSecond: of('ours', 'perSecond'), emptyPerSecond: of('empty', 'perSecond'), ratio: ratio('perSecond'), p99Ms: of('ours', 'p99'), emptyP99Ms: of('empty', 'p99'),
      perProcessorSecond: of('ours', 'perProcessorSecond'), emptyPerProcessorSecond: of('empty', 'perProcessorSecond'), processorRatio: ratio('perProcessorSecond'), rounds: seen };
  });
}

/** Resident memory of the server while opens come in. @param {number} seconds */
export async function pixelMemory(seconds) {
  return withServer(async ({ ours, pid }) => {
    const loading = load(ours, seconds + 1, { overallRate: 1000 });
    const memory = await watched(pid, seconds);
    const { requests } = await loading;
    told(`pixel's endpoint, ${seconds} s at 1,000 opens a second, ${requests.total} answered`, memory);
    return { seconds, answered: requests.total, ...memory };
  });
}
