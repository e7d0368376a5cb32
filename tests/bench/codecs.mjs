// bench codecs: consent strings through codecs.wasm in Node and in Chromium, beside the libraries of the field in the same run, and the core
// natively.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { closeAll, open } from '../support/browsers/index.mjs';
import { hostileStrings } from './hostile-strings.mjs';
import { nativeProgram } from './native.mjs';
import { fromRoot, run } from './paths.mjs';

/** @typedef {ReturnType<typeof import('./codecs-cases.mjs').measure>} Measured */

/** codecs-cases.mjs with everything it needs. @param {'esm' | 'iife'} format */
async function bundled(format) {
  const { outputFiles } = await build({
    entryPoints: [fromRoot('tests/bench/codecs-cases.mjs')], bundle: true, format, globalName: 'bench', write: false, platform: 'browser', logLevel: 'error', define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0]?.text ?? '';
}

/** @param {Uint8Array} wasm @returns {Promise<Measured>} */
async function inNode(wasm) {
  const folder = await mkdtemp(join(tmpdir(), 'metrofax-bench-'));
  try {
    const file = join(folder, 'cases.mjs');
    await writeFile(file, await bundled('esm'));
    return (await import(pathToFileURL(file).href)).measure(wasm);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param {Uint8Array} wasm @returns {Promise<Measured>} */
async function inChromium(wasm) {
  try {
    const page = await open('chromium', 'about:blank', { timeout: 300_000 });
    await page.evaluate(`void (() => { ${await bundled('iife')}; globalThis.bench = bench })()`);
    return /** @type {any} */ (await page.evaluate(`bench.measure(new Uint8Array(${JSON.stringify([...wasm])}))`));
  } finally {
    await closeAll();
  }
}

/**
 * The core alone: text to its structures, and these to text again.
 * @param {Measured} measured @returns {Promise<Record<string, { decode: number[], encode: number[] }>>}
 */
async function natively({ strings }) {
  const cases = [['TC string', 'tcf', strings.tc], ['GPP of three sections', 'gpp', strings.gpp], ['usnat', 'gpp', strings.usnat], ...hostileStrings().map(({ name, codec, text }) => [name, codec, text])];
  const file = join(await mkdtemp(join(tmpdir(), 'metrofax-bench-')), 'strings');
  await writeFile(file, cases.map(([, codec, text]) => `${codec}\t${text}\n`).join(''));
  const lines = (await run(await nativeProgram('codecs_bench'), [file])).trim().split('\n');
  return Object.fromEntries(lines.map((line, i) => [cases[i]?.[0] ?? '', JSON.parse(line)]));
}

const round = (/** @type {number} */ us) => Math.round(us * 100) / 100;
/** @param {{ median: number, best: number }} times */
const shown = ({ median, best }) => `${round(median)} (${round(best)})`;

export async function benchCodecs() {
  const wasm = await readFile(fromRoot('js-glue/dist/codecs.wasm'));
  await nativeProgram('codecs_bench');
  /** @type {Record<string, Measured>} */
  const places = {};
  for (const [place, measured] of Object.entries({ Node: inNode, Chromium: inChromium })) {
    const { strings, microseconds, hostile } = (places[place] = await measured(wasm));
    console.log(`${place}: TC string of ${strings.tc.length} characters, GPP string of ${strings.gpp.length}; microseconds, median of all rounds (quickest)`);
    console.table(Object.fromEntries(Object.entries(microseconds).map(([name, row]) => [name, Object.fromEntries(Object.entries(row).map(([who, times]) => [who, shown(times)]))])));
    const slow = Object.entries(hostile).sort(([, a], [, b]) => b.best - a.best);
    console.log(`${place}, up to 64 KB of hostile text, the slowest of ${slow.length}: ${slow.slice(0, 4).map(([name, times]) => `${name} ${shown(times)} us`).join('; ')}`);
  }
  const native = await natively(/** @type {Measured} */ (places['Node']));
  const middle = (/** @type {number[]} */ all) => ({ median: all.sort((a, b) => a - b)[all.length >> 1] ?? NaN, best: all[0] ?? NaN });
  const rows = Object.entries(native).map(([name, { decode, encode }]) => ({ name, decode: middle(decode), encode: middle(encode) }));
  console.log('natively, microseconds, median of nine rounds (quickest)');
  console.table(Object.fromEntries(rows.map(({ name, decode, encode }) => [name, { decode: shown(decode), encode: encode.best > 0 ? shown(encode) : '' }])));
  return { ...places, native: rows };
}
