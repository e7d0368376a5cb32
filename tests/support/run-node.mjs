// node:test files of one suite, counted as node counts them: every test, no suites (describe).
import { relative } from 'node:path';
import { run } from 'node:test';

/** Longest that a file's process may go on once all of its tests have ended: hooks close browsers and servers. Milliseconds. */
const LINGER = 30_000;

/** Longest a whole file may take: a stuck browser must not hold up CI. Milliseconds. */
const FILE_LIMIT = 600_000;

/**
 * @param {string[]} files
 * @param {string} base failures name files relative to it
 * @param {number} [abreast] files that run at the same time, each in a process of its own; what one prints stays together
 * @returns {Promise<import('./run.mjs').Outcome>}
 */
export async function runFiles(files, base, abreast = 1) {
  const outcome = { passed: 0, failed: 0, skipped: 0, failures: /** @type {string[]} */ ([]) };
  const waiting = [...files];
  const lane = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const name = relative(base, file);
      const own = { passed: 0, failed: 0, skipped: 0, failures: /** @type {string[]} */ ([]) };
      const began = Date.now();
      const said = await runFile(file, name, own);
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      process.stdout.write(`${said}   ${name}: ${own.passed} passed, ${own.failed} failed${own.skipped ? `, ${own.skipped} skipped` : ''} (${seconds} s)\n`);
      outcome.passed += own.passed;
      outcome.failed += own.failed;
      outcome.skipped += own.skipped;
      outcome.failures.push(...own.failures);
    }
  };
  await Promise.all(Array.from({ length: abreast }, lane));
  return outcome;
}

/** @param {string} file @param {string} name @param {import('./run.mjs').Outcome} outcome
 * @returns {Promise<string>} what it printed and which tests failed and why */
async function runFile(file, name, outcome) {
  let said = '';
  /** Names of the tests around the present one, by nesting. @type {string[]} */
  const path = [];
  let ran = 0;
  // Not forceExit, which ends a process before its last results have been written. What lingers (a server of the demo that is still finishing
  // what a browser that is gone once asked for) is ended here, when everything is known.
  const lingering = new AbortController();
  const stream = run({ files: [file], concurrency: 1, timeout: FILE_LIMIT, signal: lingering.signal });
  /** Tests that have been announced and have not ended. */
  let open = 0;
  /** @type {NodeJS.Timeout | undefined} */
  let patience;
  const counts = (/** @type {number} */ more) => {
    open += more;
    clearTimeout(patience);
    if (open === 0) patience = setTimeout(() => { lingering.abort(); }, LINGER);
  };
  const isFile = (/** @type {{ name: string }} */ test) => test.name === file;
  stream.on('test:enqueue', (test) => { if (!isFile(test)) counts(1); });
  stream.on('test:start', (test) => { path.length = test.nesting; path[test.nesting] = test.name; });
  stream.on('test:pass', (test) => {
    if (isFile(test)) return; // it stands for itself where it told of no test
    counts(-1);
    if (isSuite(test)) return;
    ran += 1;
    if (test.skip !== undefined || test.todo !== undefined) outcome.skipped += 1;
    else outcome.passed += 1;
  });
  stream.on('test:fail', (test) => {
    if (isFile(test) && lingering.signal.aborted) return;
    if (!isFile(test)) counts(-1);
    ran += 1;
    const { error } = /** @type {any} */ (test.details);
    // A suite fails only because a test in it did, unless its hooks threw.
    if (isSuite(test) && error?.failureType === 'subtestsFailed') return;
    if (!isSuite(test) && error?.failureType === 'subtestsFailed' && test.nesting === 0 && test.name === file) return;
    outcome.failed += 1;
    const where = [...path.slice(0, test.nesting), test.name].join(' > ');
    outcome.failures.push(`${name}: ${where}`);
    said += `   FAILED ${name}: ${where}\n${indent(reasonOf(error))}\n`;
  });
  for (const event of /** @type {const} */ (['test:stdout', 'test:stderr'])) {
    stream.on(event, ({ message }) => { said += indent(message); });
  }
  for await (const _event of stream) { /* the listeners above count */ }
  clearTimeout(patience);
  if (open > 0) {
    outcome.failed += 1;
    outcome.failures.push(`${name}: ${open} tests have not said how they ended`);
  }
  if (ran === 0) {
    outcome.failed += 1;
    outcome.failures.push(`${name}: no test ran`);
  }
  return said;
}

/** @param {{ details: { type?: string | undefined } }} test */
const isSuite = (test) => test.details.type === 'suite';

/** @param {any} error */
function reasonOf(error) {
  const cause = error?.cause ?? error;
  const deeper = cause?.cause ? `\ncaused by ${cause.cause.stack ?? cause.cause}` : '';
  return `${cause?.stack ?? cause}${deeper}`;
}

/** @param {string} text */
const indent = (text) => `${text.trimEnd().replace(/^/gm, '      ')}\n`;
