// Decides every vector in every engine and compares the canonical bytes with what the vector says. Counts one test for each
// vector and engine; names every vector that differs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, engines } from './engines.mjs';
import { isAnswer, loadVectors } from './vectors.mjs';

/** Differences shown in full for one engine; the others are named. */
const SHOWN = 5;

const vectors = loadVectors();
const temporary = mkdtempSync(join(tmpdir(), 'metrofax-parity-'));
const total = { passed: 0, failed: 0 };
/** What mfconsent answers, message and place included: what the others must answer, byte for byte. @type {Map<string, string>} */
const native = new Map();
try {
  for (const engine of await engines(temporary)) await compare(engine);
} finally {
  await end();
  rmSync(temporary, { recursive: true, force: true });
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);

/** @param {import('./engines.mjs').Engine} engine */
async function compare(engine) {
  /** @type {string[]} */
  let answers = [];
  let broken = '';
  try {
    answers = await engine.answer(vectors.map(({ line }) => line));
  } catch (error) {
    broken = String(error instanceof Error ? error.stack : error);
  }
  if (!broken && answers.length !== vectors.length) broken = `${answers.length} answers to ${vectors.length} requests`;
  if (broken) console.log(`FAILED ${engine.name}: ${broken}`);
  let failed = broken ? vectors.length : 0;
  for (const [i, vector] of broken ? [] : vectors.entries()) {
    const wanted = engine.wasm ? native.get(vector.id) : undefined;
    if (!engine.wasm) native.set(vector.id, answers[i] ?? '');
    if (isAnswer(vector, answers[i]) && (wanted === undefined || answers[i] === wanted)) continue;
    failed += 1;
    console.log(`FAILED ${engine.name}: ${vector.id}`);
    if (failed <= SHOWN) console.log(`  wanted ${wanted ?? vector.expected}\n  got    ${answers[i]}`);
  }
  total.passed += vectors.length - failed;
  total.failed += failed;
  console.log(`${engine.name}: ${vectors.length - failed} the same, ${failed} differ`);
}
