// Builds js-glue/dist, the npm package's content, from the TypeScript, build/wasm/gate.wasm and a policy.
//
//   node js-glue/build.mjs [--policy demo-site/policy/2013-12-01.json] [--out js-glue/dist] [--no-types] [--no-asmjs] [--measure]
//
// Needs what CMake's native and wasm presets make (mfconsent, wire-layout, gate.wasm); tests/support/build makes them first.
// Property names that end in an underscore are internal: in the browser bundles they are shortened (mangleProps), so such a
// name must never cross a bundle's border nor be looked up by text. --measure prints what embed.mjs's constants come from.
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { minify } from 'terser';
import { buildAsmJs, buildAsmModule } from './build/asmjs.mjs';
import { buildCookieNames } from './build/cookie-names.mjs';
import { embedded, measureRotations, withByteOrderMark } from './build/embed.mjs';
import { generateTypeScript } from './build/gen.mjs';
import { buildNotices } from './build/notice.mjs';
import { dist, fromRoot, here, need, run, says } from './build/paths.mjs';
import { buildServer } from './build/server.mjs';
import { reportSizes } from './build/sizes.mjs';
import { buildWasm } from './build/wasm.mjs';

const { values } = parseArgs({
  options: {
    policy: { type: 'string' }, out: { type: 'string' }, 'no-types': { type: 'boolean' }, 'no-asmjs': { type: 'boolean' }, measure: { type: 'boolean' },
  },
});
const authored = values.policy ?? fromRoot('demo-site/policy/2013-12-01.json');
const mfconsent = fromRoot('build/native/mfconsent');

/** The oldest browsers that have what the runtime uses without asking. */
const BROWSERS = ['chrome111', 'firefox115', 'safari16.4'];
const INTERNAL = /_$/;

await need(mfconsent, 'cmake --build --preset native');
await need(fromRoot('build/native/wire-layout'), 'cmake --build --preset native');
for (const module of ['gate', 'page', 'cookies', 'ledger', 'server', 'codecs']) await need(fromRoot(`build/wasm/${module}.wasm`), 'cmake --build --preset wasm');
await need(authored, 'the policy to embed');
for (const source of ['browser/main.ts', 'index.ts', 'ui/main.ts', 'signals/iab.ts', 'signals/iab-stub.ts', 'signals/vendor-calls.ts', 'node.ts', 'server/ledger/index.ts', 'server/index.ts']) await need(here(`src/${source}`), 'source');

try {
  await mkdir(dist, { recursive: true });
  const [gate, asked, policy, pages, facts] = [...['gate.wasm', 'page.wasm', 'policy.bin', 'page-policy.bin'].map((name) => join(dist, name)), fromRoot('build/notice.json')];
  await generateTypeScript();
  await run(mfconsent, ['policy', 'compile', authored, '-o', policy, '--notice', facts]);
  await run(mfconsent, ['policy', 'compile', authored, '-o', pages, '--page']);
  await Promise.all([
    buildWasm(fromRoot('build/wasm/gate.wasm'), gate),
    buildWasm(fromRoot('build/wasm/page.wasm'), asked, 'page-exports.txt'),
    buildWasm(fromRoot('build/wasm/cookies.wasm'), join(dist, 'cookies.wasm'), 'cookies-exports.txt'),
    buildWasm(fromRoot('build/wasm/ledger.wasm'), join(dist, 'ledger.wasm'), 'ledger-exports.txt'),
    buildWasm(fromRoot('build/wasm/server.wasm'), join(dist, 'server.wasm'), 'exports.txt', 'server-exports.txt'),
    buildWasm(fromRoot('build/wasm/codecs.wasm'), join(dist, 'codecs.wasm'), 'codecs-exports.txt'),
  ]);
  if (values.measure) await measure(asked, pages);
  await Promise.all([
    bundles(asked, pages),
    buildServer(),
    buildNotices(authored, facts),
    buildCookieNames(),
    values['no-asmjs'] ? undefined : buildAsmJs(gate, join(dist, 'gate.asmjs.js')),
    values['no-asmjs'] ? undefined : buildAsmModule(join(dist, 'codecs.wasm'), join(dist, 'codecs.asmjs.js')),
    values['no-types'] ? undefined : declarations(),
  ]);
  await reportSizes();
  await takeTheirPlace();
} catch (error) {
  await rm(dist, { recursive: true, force: true });
  says(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

/** js-glue/dist is whole at every moment: whoever serves from it while we build sees the old files or the new ones. */
async function takeTheirPlace() {
  const [place, old] = [values.out ?? here('dist'), `${dist}-old`];
  await rename(place, old).catch(() => undefined); // the first time there is none
  await rename(dist, place);
  await rm(old, { recursive: true, force: true });
}

/** @param {string} gate @param {string} policy */
async function bundles(gate, policy) {
  /** @type {import('esbuild').BuildOptions} */
  const page = {
    bundle: true,
    minify: true,
    write: false,
    target: BROWSERS,
    charset: 'utf8',
    mangleProps: INTERNAL,
    legalComments: 'none',
    logLevel: 'warning',
    tsconfig: here('tsconfig.json'),
    plugins: [embedded(gate, policy)],
  };
  const [classic, module, ui, places, iab, stub, calls, development] = await Promise.all([
    build({ ...page, entryPoints: [here('src/browser/main.ts')], format: 'iife' }),
    build({ ...page, entryPoints: [here('src/index.ts')], format: 'esm' }),
    build({ ...page, entryPoints: [here('src/ui/main.ts')], format: 'iife' }),
    build({ ...page, entryPoints: [here('src/ui/placeholders.ts')], format: 'iife' }),
    build({ ...page, entryPoints: [here('src/signals/iab.ts')], format: 'iife' }),
    build({ ...page, entryPoints: [here('src/signals/iab-stub.ts')], format: 'iife' }),
    build({ ...page, entryPoints: [here('src/signals/vendor-calls.ts')], format: 'iife' }),
    build({ ...page, entryPoints: [here('src/browser/main.ts')], format: 'iife', define: { METROFAX_DEVELOPMENT: 'true' } }),
    build({
      entryPoints: [here('src/server/ledger/index.ts')],
      outfile: join(dist, 'ledger.js'),
      bundle: true,
      platform: 'neutral',
      mainFields: ['module', 'main'],
      format: 'esm',
      target: 'es2022',
      logLevel: 'warning',
      tsconfig: here('tsconfig.json'),
    }),
    build({
      entryPoints: [here('src/node.ts')],
      outfile: join(dist, 'node.js'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'warning',
      tsconfig: here('tsconfig.json'),
    }),
    build({
      entryPoints: { email: here('src/email/index.ts'), mail: here('src/server/mail/index.ts'), 'recorder-thread': here('src/server/mail/recorder-thread.ts'), 'recorder-worker': here('src/server/mail/recorder-worker.ts'), 'store-sqlite': here('src/server/store/sqlite.ts'), 'store-postgres': here('src/server/store/postgres.ts') },
      outdir: dist,
      bundle: true,
      splitting: true,
      chunkNames: 'chunk-[hash]',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      external: ['@libsql/client', 'pg'],
      logLevel: 'warning',
      tsconfig: here('tsconfig.json'),
    }),
  ]);
  await Promise.all([
    smallest(classic).then((text) => writeFile(join(dist, 'consent.js'), withByteOrderMark(text))),
    smallest(module, true).then((text) => writeFile(join(dist, 'index.js'), withByteOrderMark(text))),
    smallest(ui).then((text) => writeFile(join(dist, 'ui.js'), withByteOrderMark(text))),
    smallest(places).then((text) => writeFile(join(dist, 'placeholders.js'), withByteOrderMark(text))),
    smallest(iab).then((text) => writeFile(join(dist, 'iab.js'), text)),
    smallest(stub).then((text) => writeFile(join(dist, 'iab-stub.js'), text)),
    smallest(calls).then((text) => writeFile(join(dist, 'vendor-calls.js'), text)),
    writeFile(join(dist, 'consent.dev.js'), withByteOrderMark(textOf(development))),
    copyFile(here('src/signals/iab.schema.json'), join(dist, 'iab.schema.json')),
  ]);
}

/** esbuild's minified text, once more by terser: 2.6 % of consent.js by brotli. Nothing of it that could change what the text does
 * (its `unsafe` options). @param {import('esbuild').BuildResult} result @param {boolean} [module] */
async function smallest(result, module = false) {
  const { code } = await minify(textOf(result), { ecma: 2020, module, toplevel: true, compress: { passes: 3, keep_fargs: false } });
  if (!code) throw new Error('terser wrote nothing');
  return code;
}

/** @param {import('esbuild').BuildResult} result */
function textOf(result) {
  const [file] = result.outputFiles ?? [];
  if (!file) throw new Error('esbuild wrote nothing');
  return file.text.trimEnd();
}

/** dist/types: what editors and type checkers of the package's users read. Whether our own types hold is asked by `npm run types`. */
async function declarations() {
  await run(process.execPath, [fromRoot('node_modules/typescript/bin/tsc'), '-p', here('tsconfig.json'),
    '--noEmit', 'false', '--noCheck', '--declaration', '--emitDeclarationOnly', '--outDir', join(dist, 'types')]);
}

/** @param {string} gate @param {string} policy */
async function measure(gate, policy) {
  for (const [name, path] of [['gate', gate], ['policy', policy]]) {
    const best = measureRotations(await readFile(path ?? '')).slice(0, 5);
    console.error(`  ${name}: ${best.map(([size, rotation]) => `+${rotation} ${size}`).join(', ')}`);
  }
}
