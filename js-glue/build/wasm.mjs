// From what Emscripten links to the modules that ship: only the exports of their list and what they reach, made small by
// Binaryen's optimiser, which is newer than the one of Debian's Emscripten. Traps stay: a check that fails must end the call.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fromRoot, run } from './paths.mjs';

/** Beyond the first release of WebAssembly: in Chromium since 75, in Firefox since 79, in WebKit since 15. */
export const FEATURES = ['--enable-bulk-memory', '--enable-bulk-memory-opt'];

const OPTIMISE = ['--flatten', '--rereloop', '-O2', '-Oz', '--converge', '--always-inline-max-function-size=4', '--flexible-inline-max-function-size=10', '--reorder-locals', '--reorder-functions', '--strip-debug', '--strip-producers', '--strip-target-features'];

/** codecs.wasm compresses better in the order in which it was linked. */
const OPTIMISE_CODECS = OPTIMISE.filter((option) => !option.startsWith('--reorder'));

/** Runs a program of the binaryen package. @param {string} name @param {string[]} args */
export const binaryen = (name, args) => run(process.execPath, [fromRoot(`node_modules/binaryen/bin/${name}`), ...args]);

/** @param {string} linked @param {string} out @param {string[]} exports the lists of what stays, in wasm/ */
export async function buildWasm(linked, out, ...exports) {
  const lists = exports.length > 0 ? exports : ['exports.txt'];
  const wanted = (await Promise.all(lists.map((list) => readFile(fromRoot(`wasm/${list}`), 'utf8')))).flatMap((text) => text.split('\n').filter(Boolean));
  const [roots, trimmed] = [`${out}.roots.json`, `${out}.trimmed`];
  await writeFile(roots, JSON.stringify(wanted.map((name) => ({ name, root: true, export: name }))));
  await binaryen('wasm-metadce', [linked, ...FEATURES, '--graph-file', roots, '-o', trimmed]);
  await binaryen('wasm-opt', [trimmed, ...FEATURES, ...(exports.includes('codecs-exports.txt') ? OPTIMISE_CODECS : OPTIMISE), '-o', out]);
  await Promise.all([rm(roots), rm(trimmed)]);
}
