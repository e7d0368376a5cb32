// Builds the demo site into demo-site/.build: the server as one module per entry, the page scripts and the style sheet as one
// file each, and the advertisers' files as they are (they are somebody else's code; we only host them).
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

import { IN_FORCE, nextVersion } from './policy/next.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const finished = here('.build');
// Built beside and then moved into place: a demo that is running keeps finding its files.
const out = `${finished}-${process.pid}`;

/** The SDK is uploaded beside the worker, in its builds for workerd. @type {import('esbuild').Plugin} */
const besideTheWorker = {
  name: 'beside-the-worker',
  setup(build) {
    const files = { server: 'server.workerd.js', 'server/mail': 'mail.workerd.js', email: 'email.workerd.js', ledger: 'ledger.js' };
    build.onResolve({ filter: /^@metrofax\/consent\// }, ({ path }) => ({ path: `./${files[path.slice('@metrofax/consent/'.length)]}`, external: true }));
  },
};

/** Builds everything; resolves when the files are on disk, rejects with esbuild's messages. Safe to run again. */
export async function buildDemo() {
  const common = { bundle: true, logLevel: 'warning', charset: 'utf8', absWorkingDir: here('.') };
  // Made first: two who make it at once are in each other's way.
  await mkdir(`${out}/public`, { recursive: true });
  await Promise.all([
    build({
      ...common,
      entryPoints: { main: 'server/main.ts', demo: 'server/demo.ts' },
      outdir: out,
      outExtension: { '.js': '.mjs' },
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      splitting: true,
      chunkNames: 'chunk-[hash]',
      sourcemap: true,
      jsx: 'automatic',
      jsxImportSource: 'hono/jsx',
    }),
    build({
      ...common,
      entryPoints: { 'edge-worker': 'edge/worker.ts' },
      outdir: out,
      format: 'esm',
      target: 'es2022',
      external: ['./*.wasm', './*.bin', './*.json'],
      plugins: [besideTheWorker],
    }),
    build({
      ...common,
      entryPoints: { tags: 'client/tags.ts', site: 'client/site.ts', choices: 'client/choices.ts', signals: 'client/signals.ts', lab: 'client/lab/main.ts' },
      outdir: `${out}/public`,
      platform: 'browser',
      format: 'iife',
      target: ['chrome111', 'firefox115', 'safari16.4'],
      minify: true,
    }),
    build({
      ...common,
      entryPoints: { site: 'styles/site.css', counsel: 'styles/counsel.css' },
      outdir: `${out}/public`,
      target: ['chrome111', 'firefox115', 'safari16.4'],
      minify: true,
    }),
    cp(here('public'), `${out}/public`, { recursive: true }),
    cp(here('advertisers/public'), `${out}/advertisers`, { recursive: true }),
  ]);
  await writeFile(`${out}/leaks.json`, JSON.stringify(await declaredLeaks()));
  await writeFile(`${out}/changes.json`, JSON.stringify(await changes()));
  const old = `${out}-old`;
  await rename(finished, old).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(out, finished);
  await rm(old, { recursive: true, force: true });
}

/** What the leak lab tries and what it declares (tests/leaks): /lab/leaks shows it, beside what the lab measured on this machine. */
async function declaredLeaks() {
  const lab = '../tests/leaks/';
  const [{ KNOWN, listed }, { STATES }, { ALONE, MARKUP }, { APIS, REALMS }, { CSS }, { DOM }, { STORAGE }] = await Promise.all(
    ['known', 'states', 'vectors/markup', 'vectors/apis', 'vectors/css', 'vectors/dom', 'vectors/storage'].map((name) => import(`${lab}${name}.mjs`)));
  const kinds = { 'Markup': MARKUP, 'Pages and headers of their own': ALONE, 'DOM': DOM, 'Style': CSS, 'Network and other interfaces': APIS, 'Fresh realms': REALMS };
  const states = Object.keys(STATES).filter((name) => !STATES[name].alone && !STATES[name].granted);
  const declared = Object.fromEntries(['chromium', 'firefox', 'webkit'].map((browser) => [browser, Object.fromEntries(states.map((state) =>
    [state, Object.fromEntries(['leaks', 'storage'].map((list) => [list, [...listed(list, browser, state, true)]]))]))]));
  return { kinds: Object.entries(kinds).map(([name, ways]) => ({ name, ways: Object.keys(ways).length })), storage: Object.keys(STORAGE).length, states, declared, known: { leaks: KNOWN.leaks, storage: KNOWN.storage } };
}

/** What the policy to come changes, in the words of `mfconsent policy diff`. */
async function changes() {
  const folder = await mkdtemp(join(tmpdir(), 'metrofax-next-'));
  try {
    const next = nextVersion(JSON.parse(await readFile(IN_FORCE, 'utf8')));
    const file = join(folder, 'next.json');
    await writeFile(file, JSON.stringify(next));
    const { stdout } = await promisify(execFile)(here('../build/native/mfconsent'), ['policy', 'diff', '--json', IN_FORCE, file]);
    const sha256 = createHash('sha256').update(await readFile(file)).digest('hex');
    return { version: next.version, effective: next.effective.currentUsers, sha256, changes: JSON.parse(stdout).changes };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildDemo().catch(async (error) => {
    await rm(out, { recursive: true, force: true });
    throw error;
  });
}
