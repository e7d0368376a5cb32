// dist/server.js and dist/server.workerd.js: one source, two platforms; and html-rewriter-wasm beside the first, unbundled, so that
// its instance can be replaced.
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { dist, fromRoot, here } from './paths.mjs';

/** For edges: the platform of Node gives way to workerd's. @type {import('esbuild').Plugin} */
const workerd = {
  name: 'workerd',
  setup(build) {
    build.onResolve({ filter: /^\.\/platform\.js$/ }, () => ({ path: here('src/server/platform.workerd.ts') }));
    build.onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: path.replace(/^.*\//, './'), external: true }));
  },
};

/** npm starts it by its first line; commander is CommonJS and asks for Node's modules. */
const BANNER = "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

export async function buildServer() {
  /** @type {import('esbuild').BuildOptions} */
  const common = { bundle: true, format: 'esm', legalComments: 'eof', logLevel: 'warning', tsconfig: here('tsconfig.json') };
  const node = { ...common, platform: /** @type {const} */ ('node'), target: 'node20', outdir: dist };
  const edge = { ...common, platform: /** @type {const} */ ('browser'), conditions: ['workerd', 'worker'], target: 'es2022', outdir: dist, plugins: [workerd] };
  const entry = here('src/server/index.ts');
  await Promise.all([
    build({ ...node, entryPoints: { server: entry, development: here('src/server/development.ts') } }),
    build({ ...node, entryPoints: { 'metrofax-consent': here('src/bin/main.ts') }, banner: { js: BANNER } }),
    build({ ...edge, entryPoints: { 'server.workerd': entry } }),
    build({ ...edge, entryPoints: { 'email.workerd': here('src/email/edge.ts'), 'mail.workerd': here('src/server/mail/index.ts') }, splitting: true, chunkNames: 'edge-[hash]' }),
    rewriter(),
  ]);
}

async function rewriter() {
  const folder = join(dist, 'rewriter');
  await mkdir(folder, { recursive: true });
  await Promise.all(['html_rewriter.js', 'html_rewriter_bg.wasm', 'asyncify.js'].map((name) =>
    cp(fromRoot(`node_modules/html-rewriter-wasm/dist/${name}`), join(folder, name))));
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}\n');
}
