// What a visitor downloads, against wasm/size-budget.json; and what gate.wasm is made of.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (/** @type {string} */ path) => readFileSync(join(root, path));
const budget = JSON.parse(read('wasm/size-budget.json').toString());

/** @param {Buffer} bytes */
const sizes = (bytes) => ({
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
});

describe('size', () => {
  for (const [file, limits] of Object.entries(budget)) {
    test(`${file} keeps its budget`, () => {
      const now = sizes(read(join('js-glue/dist', file)));
      console.log(`   ${file}: ${now.raw} raw, ${now.gzip} gzip, ${now.brotli} brotli`);
      for (const [kind, limit] of Object.entries(limits)) {
        assert.ok(now[/** @type {keyof typeof now} */ (kind)] <= /** @type {number} */ (limit), `${kind}: ${now[/** @type {keyof typeof now} */ (kind)]} > ${limit}`);
      }
    });
  }
});

describe('gate.wasm', () => {
  const module = new WebAssembly.Module(read('js-glue/dist/gate.wasm'));

  test('imports nothing', () => {
    assert.deepEqual(WebAssembly.Module.imports(module), []);
  });

  test('exports what wasm/exports.txt lists, and nothing else', () => {
    const listed = read('wasm/exports.txt').toString().split('\n').filter(Boolean).sort();
    assert.deepEqual(WebAssembly.Module.exports(module).map(({ name }) => name).sort(), listed);
  });

  test('has memory that never grows', () => {
    const { exports } = new WebAssembly.Instance(module, {});
    const memory = /** @type {WebAssembly.Memory} */ (exports['memory']);
    assert.throws(() => memory.grow(1), RangeError);
  });
});
