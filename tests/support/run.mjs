// Runs suites and counts: the part of tests/run that comes after set-up and build. Suites are folders of tests/:
//   *.test.mjs   node:test files, one process each, one or two at a time
//   run          an executable whose last line is `N passed, N failed` (`, N skipped`)
// `unit` is Catch2 instead. A suite with nothing in it counts as one skipped test and says so.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCatch } from './run-catch.mjs';
import { runFiles } from './run-node.mjs';
import { runProgram } from './run-program.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number, failures: string[] }} Outcome */

const tests = fileURLToPath(new URL('..', import.meta.url));

/** Suites whose files often wait (for a browser, a database, a program) and share nothing: that many files at once. @type {Record<string, number>} */
const ABREAST = { browser: 2, leaks: 2, js: 2, email: 2 };

/** Files that take much longer than the others of their suite begin first, so that none is left running alone at the end. */
const LONG = ['ui-browser', 'pages', 'runtime-requests', 'iab', 'choices', 'signals', 'sinks', 'lies', 'protected'];

/** @param {string} name */
const isLong = (name) => LONG.some((long) => name.startsWith(long));

/** @param {string} suite @returns {Promise<Outcome[]>} */
async function runSuite(suite) {
  if (suite === 'unit') return runCatch();
  const folder = join(tests, suite);
  /** @type {Outcome[]} */
  const outcomes = [];
  const files = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.mjs') && !name.includes('node_modules'))
      .sort((one, other) => Number(isLong(other)) - Number(isLong(one)) || (one < other ? -1 : 1))
    : [];
  if (files.length > 0) outcomes.push(await runFiles(files.map((name) => join(folder, name)), tests, ABREAST[suite]));
  if (existsSync(join(folder, 'run'))) outcomes.push(await runProgram(join(folder, 'run')));
  return outcomes;
}

/** @param {Outcome} outcome */
function counts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

const total = { passed: 0, failed: 0, skipped: 0, failures: /** @type {string[]} */ ([]) };
for (const suite of process.argv.slice(2)) {
  console.log(`\n== ${suite}`);
  const started = Date.now();
  const outcomes = await runSuite(suite);
  const sum = { passed: 0, failed: 0, skipped: 0, failures: /** @type {string[]} */ ([]) };
  if (outcomes.length === 0) {
    sum.skipped = 1;
    console.log(`   skipped: there is nothing in tests/${suite} yet`);
  }
  for (const { passed, failed, skipped, failures } of outcomes) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
    sum.failures.push(...failures);
  }
  for (const failure of sum.failures) console.log(`   FAILED ${failure}`);
  console.log(`== ${suite}: ${counts(sum)} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  total.passed += sum.passed;
  total.failed += sum.failed;
  total.skipped += sum.skipped;
  total.failures.push(...sum.failures.map((failure) => `${suite}: ${failure}`));
}

console.log('');
for (const failure of total.failures) console.log(`FAILED ${failure}`);
console.log(counts(total));
process.exit(total.failed > 0 ? 1 : 0);
