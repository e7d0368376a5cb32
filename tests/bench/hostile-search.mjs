// Looks for strings that cost more than those of hostile-strings.mjs: structured ones at random, as large as they may be, through
// codecs.wasm in Node. `node tests/bench/hostile-search.mjs [COUNT] [SEED]` prints the slowest of each way; what is found there is kept in
// hostile-strings.mjs.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { randomFrom } from '../wasm/random.mjs';
import { LONGEST, textOf, fibonacci } from './hostile-strings.mjs';
import { fromRoot } from './paths.mjs';

/** @typedef {[value: number, bits: number][]} Fields */
/** @typedef {ReturnType<typeof randomFrom>} Random */

const pick = (/** @type {Random} */ random, /** @type {any[]} */ all) => all[random.below(all.length)];

/** A set of bits, in patterns that make many runs. @param {Random} random @param {number} max @returns {[string, Fields]} */
function bits(random, max) {
  const [name, word] = pick(random, [['alternate', () => 0xaaaaaaaa], ['pairs', () => 0xcccccccc], ['full', () => 0xffffffff], ['any', () => random.below(2 ** 32)], ['empty', () => 0]]);
  /** @type {Fields} */
  const fields = [];
  for (let left = max; left > 0; left -= 32) fields.push(left < 32 ? [0, left] : [word(), 32]);
  return [`bits ${name} ${max}`, fields];
}

/** Entries of a list of ranges, without their count. @param {Random} random @param {number} count @param {boolean} fib @returns {[string, Fields]} */
function entries(random, count, fib) {
  const group = pick(random, [0, 1, 2]); // none, all, some
  const flag = () => (group === 2 ? random.below(2) : group);
  if (fib) {
    const step = pick(random, [1, 1, 2, 3, 15]);
    return [`${count} fib by ${step}, groups ${group}`, Array.from({ length: count }, () => {
      const one = flag();
      return /** @type {Fields} */ ([[one, 1], ...fibonacci(step), ...(one ? fibonacci(step) : [])]);
    }).flat()];
  }
  const [name, first] = pick(random, [['any', () => 1 + random.below(65_500)], ['backwards', (/** @type {number} */ i) => 65_500 - 15 * (i % 4095)], ['upwards', (/** @type {number} */ i) => 2 + 15 * (i % 4095)], ['same', () => 9]]);
  const width = pick(random, [0, 5, 60_000]);
  return [`${count} ${name} ${group} ${width}`, Array.from({ length: count }, (_, i) => {
    const one = flag();
    const from = first(i);
    return /** @type {Fields} */ (one ? [[1, 1], [from, 16], [Math.min(65_535, from + width), 16]] : [[0, 1], [from, 16]]);
  }).flat()];
}

/** A set in a vendor field. @param {Random} random @param {number} coding 0: legacy, 1: current, 2: spec @returns {[string, Fields]} */
function set(random, coding) {
  const what = random.below(5);
  const max = pick(random, [0, 65_535, 65_504, 30_016, 16_384]);
  if (what === 0) return ['none', coding === 2 ? [[0, 1], [0, 16]] : [[0, 17]]];
  if (what < 3) {
    const [name, fields] = bits(random, max);
    return [name, coding === 2 ? [[0, 1], [max, 16], ...fields] : [[max, 16], [0, 1], ...fields]];
  }
  const count = pick(random, [4095, 4095, 2000]);
  const [name, fields] = entries(random, count, coding > 0);
  return [name, [...(coding === 2 ? [] : /** @type {Fields} */ ([[65_535, 16]])), [1, 1], [count, 12], ...fields]];
}

/** @param {Random} random @param {number} coding @param {number} room bits @returns {[string, Fields]} */
function restrictions(random, coding, room) {
  const count = Math.min(pick(random, [0, 0, 1, 6, 64, 256]), Math.floor(room / 60));
  const each = Math.max(0, Math.min(4095, Math.floor((room / Math.max(1, count) - 40) / (coding > 0 ? 10 : pick(random, [17, 33])))));
  /** @type {Fields} */
  const fields = [[count, 12]];
  let name = '';
  for (let i = 0; i < count; i += 1) {
    const [one, list] = entries(random, each, coding > 0);
    name = one;
    fields.push([1 + (i % 63), 6], [i % 3, 2]);
    if (coding === 1) fields.push([65_535, 16]);
    if (coding > 0) fields.push([1, 1]);
    fields.push([each, 12], ...list);
  }
  return [`${count} restrictions of ${name}`, fields];
}

const size = (/** @type {Fields} */ fields) => fields.reduce((sum, [, count]) => sum + count, 0);
const HEAD = /** @type {Fields} */ ([[2, 6], [0, 207]]);
const CANADA_HEAD = /** @type {Fields} */ ([[1, 6], [0, 36 + 36 + 12 + 12 + 6 + 12 + 12 + 6 + 1 + 12 + 24 + 24]]);

/** @param {Random} random @param {number} most characters @returns {[string, string]} */
function tcf(random, most) {
  const names = [];
  let core = [...HEAD];
  for (let i = 0; i < 2; i += 1) {
    const [name, fields] = set(random, 0);
    names.push(name);
    core = [...core, ...fields];
  }
  const segments = [];
  let used = 0;
  for (const type of [1, 2]) {
    if (random.flag()) continue;
    const [name, fields] = set(random, 0);
    names.push(name);
    segments.push(textOf([[type, 3], ...fields]));
    used += /** @type {string} */ (segments.at(-1)).length + 1;
  }
  const [name, fields] = restrictions(random, 0, (most - used) * 6 - size(core) - 30);
  return [[...names, name].join(', '), [textOf([...core, ...fields]), ...segments].join('.').slice(0, most)];
}

/** @param {Random} random @param {number} most characters of a segment @returns {[string, string]} */
function canada(random, most) {
  const coding = random.below(3);
  const [one, first] = set(random, coding);
  const [two, second] = set(random, coding);
  const core = [...CANADA_HEAD, ...first, ...second];
  const [three, list] = restrictions(random, coding, most * 6 - size(core) - 30);
  const [four, disclosed] = set(random, coding);
  const segments = [textOf([...core, ...list]).slice(0, most)];
  if (random.flag()) segments.push(textOf([[1, 3], ...disclosed]).slice(0, most));
  return [`Canada ${coding}: ${one}, ${two}, ${three}, disclosed ${four}`, segments.join('.')];
}

/** @param {Random} random */
export function anyString(random) {
  const what = random.below(4);
  if (what < 2) {
    const [name, text] = tcf(random, LONGEST);
    return { name, codec: 'tcf', text };
  }
  const [name, text] = canada(random, 8 * 1024);
  if (what === 2) return { name, codec: 'gpp', text: `DBABDA~${text}` };
  const [other, tc] = tcf(random, LONGEST - text.length - 20);
  return { name: `${other}; ${name}`, codec: 'gpp', text: `${textOf([[3, 6], [1, 6], [2, 12], [0, 1], ...fibonacci(2), [0, 1], ...fibonacci(3)])}~${tc}~${text}` };
}

async function search() {
  const [count, seed] = process.argv.slice(2).map(Number);
  const entry = fromRoot('build/hostile-search.entry.mjs');
  const file = fromRoot('build/hostile-search.mjs');
  await writeFile(entry, `export { Codecs, asText } from '../js-glue/src/signals/codecs.ts';`);
  await build({ entryPoints: [entry], bundle: true, format: 'esm', outfile: file, logLevel: 'error' });
  const { Codecs, asText } = await import(pathToFileURL(file).href);
  await Promise.all([rm(entry), rm(file)]);
  const wasm = await readFile(process.env['METROFAX_CODECS'] ?? fromRoot('js-glue/dist/codecs.wasm'));
  const codecs = new Codecs(new WebAssembly.Instance(new WebAssembly.Module(wasm), {}).exports);
  const least = (/** @type {() => void} */ call) => {
    let best = Infinity;
    for (let i = 0; i < 9; i += 1) {
      const from = performance.now();
      call();
      best = Math.min(best, performance.now() - from);
    }
    return best;
  };
  const random = randomFrom(seed || 1);
  /** @type {{ name: string, text: string, ms: Record<string, number> }[]} */
  const all = [];
  const faults = new Map();
  for (let i = 0; i < (count || 300); i += 1) {
    const { name, codec, text } = anyString(random);
    if (text.length > LONGEST) throw new Error(`${text.length}`);
    /** @type {Record<string, number>} */
    const ms = { decode: least(() => codecs.decode(codec, text)), 'decode to text': least(() => codecs.decode(codec, text, false, asText)) };
    const sets = codecs.decode(codec, text);
    faults.set(sets.code, (faults.get(sets.code) ?? 0) + 1);
    if (sets.code === undefined) {
      const plain = codecs.decode(codec, text, false, asText);
      ms.encode = least(() => codecs.encode(codec, sets.value, false));
      ms['encode from text'] = least(() => codecs.encode(codec, plain.value, false));
    }
    all.push({ name: `${name} (${sets.code ?? 'read'}, ${text.length})`, text, ms });
  }
  console.log('errors', Object.fromEntries(faults));
  for (const way of ['decode', 'decode to text', 'encode', 'encode from text']) {
    console.log(`${way}, milliseconds, quickest of nine:`);
    for (const one of all.filter(({ ms }) => ms[way] !== undefined).sort((a, b) => b.ms[way] - a.ms[way]).slice(0, 4)) console.log(`  ${one.ms[way].toFixed(2)} ${one.name}`);
  }
}

if (process.argv[1] === fromRoot('tests/bench/hostile-search.mjs')) await search();
