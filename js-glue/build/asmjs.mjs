// gate.asmjs.js: the very same gate.wasm as JavaScript, for pages whose CSP forbids WebAssembly. A classic script, so that
// script-src 'self' takes it; it leaves one function, __mfGate(), which returns what instance.exports would be.
import { rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { fromRoot } from './paths.mjs';
import { FEATURES, binaryen } from './wasm.mjs';

/** @param {string} wasm @param {string} out @param {string} name of the function it leaves */
export async function buildAsmJs(wasm, out, name = '__mfGate') {
  const contents = (/** @type {string} */ module) => `import * as gate from ${JSON.stringify(module)}; globalThis.${name} = () => gate;`;
  await fromWasm(wasm, out, contents, 'iife');
}

/** codecs.asmjs.js likewise, a module whose exports are what instance.exports would be. @param {string} wasm @param {string} out */
export const buildAsmModule = (wasm, out) => fromWasm(wasm, out, (module) => `export * from ${JSON.stringify(module)};`, 'esm');

/** @param {string} wasm @param {string} out @param {(module: string) => string} contents @param {'iife' | 'esm'} format */
async function fromWasm(wasm, out, contents, format) {
  const module = `${out}.mjs`;
  await binaryen('wasm2js', [wasm, ...FEATURES, '-Oz', '-o', module]);
  const stdin = { contents: contents(module), resolveDir: fromRoot('js-glue') };
  const bundle = await build({ stdin, bundle: true, write: false, format, minify: true, target: 'es2020', logLevel: 'error' });
  await writeFile(out, bundle.outputFiles[0]?.contents ?? '');
  await rm(module);
}
