// Whether memory grows with time: resident memory of one merge, fed without an end for as long as it is told to run, and then of
// the pixel's endpoint while opens come in.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KEYS, mergeArguments, recipient, template } from './email-kit.mjs';
import { fromRoot, need } from './paths.mjs';

/** Samples taken, whatever the time. */
const SAMPLES = 60;

/** Kilobytes, by name in /proc. @param {number | undefined} pid @param {string} name */
const kilobytes = async (pid, name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** Growth by least squares, kilobytes a minute. @param {[seconds: number, kilobytes: number][]} samples */
export function growth(samples) {
  const mean = (/** @type {0 | 1} */ axis) => samples.reduce((sum, sample) => sum + sample[axis], 0) / samples.length;
  const [x, y] = [mean(0), mean(1)];
  const spread = samples.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return 60 * samples.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / spread;
}

/** Resident memory of a process while it works. The first tenth, in which it starts, is left out of the growth.
 * @param {number | undefined} pid @param {number} seconds */
export async function watched(pid, seconds) {
  /** @type {[number, number][]} */
  const samples = [];
  for (let n = 1; n <= SAMPLES; ++n) {
    await sleep((seconds * 1000) / SAMPLES);
    samples.push([Math.round((n * seconds) / SAMPLES), await kilobytes(pid, 'VmRSS')]);
  }
  const settled = samples.slice(SAMPLES / 10);
  const values = settled.map(([, value]) => value);
  return { samples, least: Math.min(...values), most: Math.max(...values), peak: await kilobytes(pid, 'VmHWM'), perMinute: growth(settled) };
}

/** @param {string} what @param {Awaited<ReturnType<typeof watched>>} memory */
export function told(what, { samples, least, most, peak, perMinute }) {
  console.log(`${what}: resident memory in kB, every ${samples[0]?.[0]} s: ${samples.map(([, value]) => value).join(' ')}`);
  console.log(`  after the first tenth ${least} to ${most} kB, growth ${perMinute.toFixed(1)} kB a minute, peak ${peak} kB; load ${loadavg().map((value) => value.toFixed(1)).join(' ')}`);
}

/** @param {number} seconds */
async function mergeMemory(seconds) {
  await need('build/native/mfconsent', 'tests/support/build native');
  const folder = await mkdtemp(join(tmpdir(), 'bench-email-'));
  try {
    await writeFile(join(folder, 't.html'), template());
    const child = spawn(fromRoot('build/native/mfconsent'), mergeArguments(join(folder, 't.html')), { env: { METROFAX_MAIL_KEYS: KEYS }, stdio: ['pipe', 'pipe', 'inherit'] });
    let bytes = 0;
    let messages = 0;
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => { bytes += chunk.length; });
    let done = false;
    // No recipient comes twice.
    const fed = (async () => {
      while (!done) {
        const lines = Array.from({ length: 500 }, () => `${JSON.stringify(recipient(messages++))}\n`).join('');
        if (!child.stdin.write(lines)) await once(child.stdin, 'drain');
      }
      child.stdin.end();
    })();
    const memory = await watched(child.pid, seconds);
    done = true;
    await fed;
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`mfconsent email merge ended with ${code}`);
    told(`merge, ${seconds} s, ${messages} recipients, ${(bytes / 1e9).toFixed(1)} GB written`, memory);
    return { seconds, messages, bytes, ...memory };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {{ seconds: number }} options */
export async function benchEmailMemory({ seconds }) {
  const { pixelMemory } = await import('./email-pixel.mjs'); // which watches by this file
  return { merge: await mergeMemory(seconds), pixel: await pixelMemory(seconds) };
}
