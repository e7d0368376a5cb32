// The Catch2 tests, under the sanitizers: the stricter of two runs, and the one that CI pays for. Catch2 2 and 3 agree on the XML that is read here.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { availableParallelism } from 'node:os';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @returns {Promise<import('./run.mjs').Outcome[]>} */
export async function runCatch() {
  console.log('   building the tests under AddressSanitizer and UndefinedBehaviorSanitizer');
  const jobs = process.env.METROFAX_JOBS ?? String(availableParallelism());
  for (const args of [['--preset', 'asan-ubsan', '--log-level=WARNING'], ['--build', '--preset', 'asan-ubsan', '--target', 'unit-tests', '-j', jobs]]) {
    const { status } = spawnSync('cmake', args, { cwd: root, stdio: ['ignore', 2, 2] });
    if (status !== 0) return [{ passed: 0, failed: 1, skipped: 0, failures: ['asan-ubsan: does not build'] }];
  }
  return [runPreset('asan-ubsan')];
}

/** @param {string} preset @returns {import('./run.mjs').Outcome} */
function runPreset(preset) {
  const folder = join(root, 'build', preset);
  const report = join(folder, 'unit-tests.xml');
  rmSync(report, { force: true });
  const { status, signal, stderr } = spawnSync(join(folder, 'unit-tests'), ['-r', 'xml', '-o', report], {
    cwd: root, encoding: 'utf8', maxBuffer: 1 << 26,
    env: { ...process.env, UBSAN_OPTIONS: 'print_stacktrace=1', ASAN_OPTIONS: 'detect_stack_use_after_return=1' },
  });
  const outcome = readReport(report, preset);
  const ended = status === 0 || (outcome.failed > 0 && status !== null);
  if (!ended || (stderr && status !== 0)) console.log(stderr.trimEnd().slice(-6000));
  if (!ended) {
    outcome.failed += 1;
    outcome.failures.push(`${preset}: unit-tests ended with ${signal ?? status}`);
  }
  console.log(`   ${preset}: ${outcome.passed} passed, ${outcome.failed} failed`);
  return outcome;
}

/** @param {string} file @param {string} preset @returns {import('./run.mjs').Outcome} */
function readReport(file, preset) {
  const outcome = { passed: 0, failed: 0, skipped: 0, failures: /** @type {string[]} */ ([]) };
  /** @type {string} */
  let xml;
  try {
    xml = readFileSync(file, 'utf8');
  } catch {
    return outcome; // it died before it wrote one; the exit status tells
  }
  for (const [whole, name = ''] of xml.matchAll(/<TestCase name="([^"]*)"[\s\S]*?<\/TestCase>/g)) {
    const result = /<OverallResult success="(\w+)"(?: skips="(\d+)")?/.exec(whole);
    if (result?.[1] === 'true' && Number(result[2] ?? 0) > 0) outcome.skipped += 1;
    else if (result?.[1] === 'true') outcome.passed += 1;
    else {
      outcome.failed += 1;
      outcome.failures.push(`${preset}: ${unescape(name)}`);
      console.log(`   FAILED ${preset}: ${unescape(name)}\n${explain(whole)}`);
    }
  }
  return outcome;
}

/** Where and what: the failed expressions of one test case. @param {string} xml */
function explain(xml) {
  const failures = [...xml.matchAll(/<(?:Expression success="false"|Exception|Failure|FatalErrorCondition)[\s\S]*?<\/(?:Expression|Exception|Failure|FatalErrorCondition)>/g)];
  return failures.slice(0, 5).map(([failure]) => unescape(failure.replace(/\s+/g, ' '))).join('\n').replace(/^/gm, '      ');
}

/** @param {string} text */
const unescape = (text) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&apos;/g, "'").replace(/&amp;/g, '&');
