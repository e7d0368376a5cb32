// page.wasm with the policy that a page carries (policy compile --page) is gate.wasm with the whole policy, without what no page
// asks: where it answers, it gives the same bytes, and the rest it denies.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { isAnswer, loadVectors } from '../parity/vectors.mjs';

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'metrofax-page-'));
after(() => rmSync(temporary, { recursive: true, force: true }));

await build({
  stdin: {
    contents: "export { evaluate, canonical } from './wire/evaluate.js'; export { JsonGate } from './wire/json-gate.js'",
    resolveDir: at('js-glue/src'), loader: 'ts',
  },
  outfile: join(temporary, 'engine.mjs'), bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning',
  tsconfig: at('js-glue/tsconfig.json'),
});
const { evaluate, canonical, JsonGate } = await import(pathToFileURL(join(temporary, 'engine.mjs')).href);
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(at('js-glue/dist/page.wasm'))), {});
const gates = new Map([['', new JsonGate(exports, readFileSync(at('js-glue/dist/page-policy.bin')))]]);

/** A page brings its regime by name, and reads no strings of frameworks. @param {any} request */
const pageCanSay = ({ op, policy, subject }) => op === 'decide' && !policy && Boolean(subject?.regime)
  && !['usp', 'gpp', 'tcf'].some((key) => subject?.signals?.[key]);
const isOfPage = (/** @type {any} */ { request }) => /^(web\.|area$)/.test(request?.kind);

describe('page.wasm', () => {
  const vectors = loadVectors(/^decide/).filter(({ request, answer }) => answer.ok && pageCanSay(request));

  test('gives the bytes of gate.wasm for what a page asks', () => {
    const asked = vectors.filter(({ request }) => isOfPage(request));
    assert.ok(asked.length > 300, String(asked.length));
    const differ = asked.filter((vector) => !isAnswer(vector, canonical(evaluate(JSON.parse(vector.line), gates))));
    assert.deepEqual(differ.map(({ id }) => id), []);
  });

  test('denies everything else as unknown', () => {
    const asked = vectors.filter(({ request }) => !isOfPage(request));
    assert.ok(asked.length > 50, String(asked.length));
    const reasons = asked.map(({ line }) => evaluate(JSON.parse(line), gates).verdict).map(({ outcome, reason }) => `${outcome} ${reason}`);
    assert.deepEqual([...new Set(reasons)], ['deny kind_unknown']);
  });
});
