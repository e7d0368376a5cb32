// build/size.json: what each file costs, raw and as servers send it. tests/size holds it against wasm/size-budget.json.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { dist, fromRoot } from './paths.mjs';

/** @param {Buffer} bytes */
export function sizesOf(bytes) {
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }).length,
  };
}

/** Writes build/size.json and prints the table. */
export async function reportSizes() {
  const names = (await readdir(dist)).filter((name) => /\.(js|wasm|bin|json)$/.test(name)).sort();
  /** @type {Record<string, ReturnType<typeof sizesOf>>} */
  const sizes = {};
  for (const name of names) sizes[name] = sizesOf(await readFile(join(dist, name)));
  await writeFile(fromRoot('build/size.json'), `${JSON.stringify(sizes, null, 2)}\n`);
  for (const [name, { raw, gzip, brotli }] of Object.entries(sizes)) {
    console.error(`  ${name.padEnd(18)}${String(raw).padStart(8)} raw ${String(gzip).padStart(7)} gzip ${String(brotli).padStart(7)} brotli`);
  }
}
