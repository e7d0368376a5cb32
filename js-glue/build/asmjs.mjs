// gate.asmjs.js: the very same gate.wasm as JavaScript, for pages whose CSP forbids WebAssembly. A classic script, so that
// script-src 'self' takes it; it leaves one function, __mfGate(), which returns what instance.exports would be.
import { rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { fromRoot } from './paths.mjs';
import { FEATURES, binaryen } from './wasm.mjs';

/** @param {string} wasm @param {string} out @param {string} name of the function it leaves */
export async function buildAsmJs(wasm, out, name = '__mfGate') {
  const module = `${out}.mjs`;
  await binaryen('wasm2js', [wasm, ...FEATURES, '-Oz', '-o', module]);
  const bundle = await build({
    stdin: {
      contents: `import * as gate from ${JSON.stringify(module)}; globalThis.${name} = () => gate;`,
      resolveDir: fromRoot('js-glue'),
    },
    bundle: true,
    write: false,
    format: 'iife',
    minify: true,
    target: 'es2020',
    logLevel: 'error',
  });
  await writeFile(out, bundle.outputFiles[0]?.contents ?? '');
  await rm(module);
}
