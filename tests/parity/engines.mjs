// Five places that must give the same bytes, and the JavaScript build for pages that forbid WebAssembly.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { buildAsmJs } from '../../js-glue/build/asmjs.mjs';
import { BROWSERS, closeAll, open } from '../support/browsers/index.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = `${root}js-glue/dist/`;
const mfconsent = `${root}build/native/mfconsent`;
const DEMO = `${root}demo-site/policy/2013-12-01.json`;
const VARIANT = `${root}tests/vectors/policies/variant.json`;
/** A browser that has not answered by then will not. Milliseconds. */
const PATIENCE = 120_000;

/** @typedef {{ name: string, wasm: boolean, answer: (lines: string[]) => Promise<string[]> | string[] }} Engine */

/** @param {string} temporary a folder of the caller's @returns {Promise<Engine[]>} */
export async function engines(temporary) {
  const policies = { '': compiled(DEMO, `${temporary}/demo.bin`), variant: compiled(VARIANT, `${temporary}/variant.bin`) };
  return [
    { name: 'native', wasm: false, answer: native },
    { name: 'wasm in Node', wasm: true, answer: (lines) => inNode(policies, lines) },
    { name: 'wasm2js in Node', wasm: true, answer: (lines) => inJavaScript(policies, lines, temporary) },
    ...BROWSERS.map((browser) => ({ name: `wasm in ${browser}`, wasm: true, answer: (/** @type {string[]} */ lines) => inBrowser(browser, policies, lines) })),
  ];
}

export const end = closeAll;

/** @param {string} source @param {string} out */
function compiled(source, out) {
  const { status, stderr } = spawnSync(mfconsent, ['policy', 'compile', source, '-o', out], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return new Uint8Array(readFileSync(out));
}

/** @param {string[]} lines */
function native(lines) {
  const { status, stdout, stderr } = spawnSync(mfconsent, ['eval', '--policy', DEMO, '--policy', `variant=${VARIANT}`], {
    input: `${lines.join('\n')}\n`, encoding: 'utf8', maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`mfconsent eval ended with ${status}: ${stderr}`);
  return stdout.trimEnd().split('\n');
}

/** @param {Record<string, Uint8Array>} policies @param {string[]} lines */
async function inNode(policies, lines) {
  const { usePolicy, evaluate, canonical } = await import(pathToFileURL(`${dist}node.js`).href);
  for (const [name, bytes] of Object.entries(policies)) usePolicy(bytes, name);
  return lines.map((line) => canonical(evaluate(JSON.parse(line))));
}

/** @param {Record<string, Uint8Array>} policies @param {string[]} lines @param {string} temporary */
async function inJavaScript(policies, lines, temporary) {
  const bundle = `${temporary}/engine.mjs`;
  await build({ ...BUNDLE, format: 'esm', outfile: bundle });
  const { answers } = await import(pathToFileURL(bundle).href);
  const source = readFileSync(`${dist}gate.asmjs.js`, 'utf8');
  // The script holds one instance; a realm of its own gives each policy a fresh one.
  const newExports = () => runInContext(`${source}; globalThis.__mfGate()`, createContext({}));
  // No page needs these two as JavaScript; that they say the same is worth knowing all the same.
  const asJavaScript = async (/** @type {string} */ name) => {
    const out = `${temporary}/${name}.asmjs.js`;
    await buildAsmJs(`${dist}${name}.wasm`, out, '__mfModule');
    return runInContext(`${readFileSync(out, 'utf8')}; globalThis.__mfModule()`, createContext({}));
  };
  return answers(newExports, await asJavaScript('cookies'), await asJavaScript('codecs'), policies, lines);
}

/** @type {import('esbuild').BuildOptions} */
const BUNDLE = { entryPoints: [fileURLToPath(new URL('engine.mjs', import.meta.url))], bundle: true, target: 'es2022', logLevel: 'warning' };

/** @param {import('../support/browsers/types.d.ts').BrowserName} browser @param {Record<string, Uint8Array>} policies @param {string[]} lines
 * @returns {Promise<string[]>} */
async function inBrowser(browser, policies, lines) {
  const { outputFiles } = await build({ ...BUNDLE, format: 'iife', globalName: 'parity', write: false });
  const script = outputFiles?.[0]?.text ?? '';
  const say = `addEventListener('error', (e) => fetch('answers', { method: 'POST', body: '!' + e.message }));
    parity.answerInPage().catch((e) => fetch('answers', { method: 'POST', body: '!' + e.stack }));`;
  /** @type {Record<string, [string, string | Uint8Array]>} */
  const files = {
    '/': ['text/html', '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>parity</title><script src="engine.js"></script>'],
    '/engine.js': ['text/javascript', `${script}\n${say}`],
    '/gate.wasm': ['application/wasm', readFileSync(`${dist}gate.wasm`)],
    '/cookies.wasm': ['application/wasm', readFileSync(`${dist}cookies.wasm`)],
    '/codecs.wasm': ['application/wasm', readFileSync(`${dist}codecs.wasm`)],
    '/policy.bin': ['application/octet-stream', policies[''] ?? ''],
    '/variant.bin': ['application/octet-stream', policies.variant ?? ''],
    '/vectors': ['text/plain', lines.join('\n')],
  };
  /** @type {(body: string) => void} */
  let answered = () => {};
  const answer = new Promise((/** @type {(body: string) => void} */ resolve) => { answered = resolve; });
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      answered(await text(request));
      response.end();
      return;
    }
    const [type, body] = files[request.url ?? ''] ?? ['text/plain', ''];
    response.writeHead(type ? 200 : 404, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(body);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(undefined)); });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const limit = setTimeout(() => answered('!no answer in time'), PATIENCE);
  const page = await open(browser, `http://127.0.0.1:${port}/`);
  try {
    const body = await answer;
    if (body.startsWith('!')) throw new Error(body.slice(1));
    return body.split('\n');
  } finally {
    clearTimeout(limit);
    await page.close();
    server.close();
  }
}
