// Does a test notice? Flips one operator or constant of core/gate after the other, builds that file anew, links it with the
// unit tests of the gate as they are, and runs them: a mutant that passes has survived, and says what no test looks at.
//
//   node tests/mutate/run.mjs [--every N] [--from N] [file ...]       (core/gate/*.cpp when none is named)
//
// On demand, not in CI: a mutant takes seconds. Needs `cmake --preset native -DMETROFAX_UNITY=OFF && cmake --build --preset native`. Ends with 1 if any survived. A survivor is
// not always a hole: some changes change nothing (a cheaper test before an exact one); those are told in the report.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const objects = join(root, 'build/native/tests/CMakeFiles/unit-tests.dir/unit');
const run = promisify(execFile);
const COMPILER = process.env.CXX ?? 'c++';
/** Milliseconds: a mutant that loops is killed by the clock. */
const PATIENCE = 120_000;

/** What is flipped: [pattern, replacement]. Patterns see code without comments and literals. @type {[RegExp, string][]} */
const FLIPS = [
  [/ == /g, ' != '], [/ != /g, ' == '], [/ <= /g, ' < '], [/ >= /g, ' > '], [/ < /g, ' <= '], [/ > /g, ' >= '],
  [/ && /g, ' || '], [/ \|\| /g, ' && '], [/(?<![\w!])!(?=[\w(])/g, ''], [/ \+ /g, ' - '], [/ - /g, ' + '],
  [/\btrue\b/g, 'false'], [/\bfalse\b/g, 'true'], [/ \| /g, ' & '], [/ & /g, ' | '], [/\+\+/g, '--'],
  [/\bOutcome::allow\b/g, 'Outcome::deny'], [/\bOutcome::deny\b/g, 'Outcome::allow'], [/\bOutcome::(hold|strip)\b/g, 'Outcome::allow'],
  [/\bTri::on\b/g, 'Tri::off'], [/\bStanding::granted\b/g, 'Standing::denied'], [/\bModel::opt_in\b/g, 'Model::opt_out'],
];

/** Comments and literals blanked out, every other character in its place. @param {string} text */
const code = (text) => text.replace(/\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|^#[^\n]*|^.*\btemplate\b.*$|^.*static_assert.*$/gm, (found) => found.replace(/[^\n]/g, '~'));

/** @param {string} file @returns {{ file: string, line: number, was: string, is: string, text: string }[]} */
function mutantsOf(file) {
  const text = readFileSync(join(root, file), 'utf8');
  const plain = code(text);
  return FLIPS.flatMap(([pattern, replacement]) => [...plain.matchAll(pattern)].map((match) => ({
    file, line: text.slice(0, match.index).split('\n').length, was: match[0].trim(), is: replacement.trim() || 'nothing',
    text: text.slice(0, match.index) + replacement + text.slice(match.index + match[0].length),
  }))).sort((a, b) => a.line - b.line);
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { every: { type: 'string', default: '1' }, from: { type: 'string', default: '0' } } });
const files = positionals.length > 0 ? positionals : readdirSync(join(root, 'core/gate')).filter((name) => name.endsWith('.cpp')).sort().map((name) => `core/gate/${name}`);
const mutants = files.flatMap(mutantsOf).filter((_, i) => i % Number(values.every) === Number(values.from) % Number(values.every));
const tests = [join(root, 'build/native/tests/CMakeFiles/unit-runner.dir/unit/main.cpp.o'), join(objects, 'policy/fixture.cpp.o'),
  ...readdirSync(join(objects, 'gate')).filter((name) => name.endsWith('.o')).map((name) => join(objects, 'gate', name))];
const archives = ['consent-tools', 'consent'].map((name) => join(root, `build/native/core/libmetrofax-${name}.a`));
const catch2 = execFileSync('sh', ['-c', 'ls /usr/lib/*/libCatch2*.a /usr/local/lib/libCatch2*.a 2>/dev/null || true'], { encoding: 'utf8' }).split('\n').filter(Boolean);
const folder = mkdtempSync(join(tmpdir(), 'metrofax-mutate-'));

/** @param {(typeof mutants)[number]} mutant @param {number} at @returns {Promise<'killed' | 'survived' | 'no code'>} */
async function fate(mutant, at) {
  const [source, object, program] = [`${at}-${basename(mutant.file)}`, `${at}.o`, `${at}`].map((name) => join(folder, name));
  writeFileSync(source, mutant.text);
  try {
    await run(COMPILER, ['-std=c++20', '-O1', '-w', '-fno-exceptions', '-fno-rtti', '-I', join(root, 'core'), '-isystem', join(root, 'build/native/core/generated'), '-c', source, '-o', object]);
  } catch {
    return 'no code'; // a compiler notices, too
  }
  await run(COMPILER, [object, ...tests, ...archives, ...catch2, '-lcrypto', '-o', program]);
  try {
    await run(program, ['[gate],[view]', '--abort'], { timeout: PATIENCE, maxBuffer: 1 << 26 });
    return 'survived';
  } catch {
    return 'killed';
  } finally {
    for (const path of [source, object, program]) rmSync(path, { force: true });
  }
}

const count = { 'killed': 0, 'survived': 0, 'no code': 0 };
let next = 0;
try {
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, async () => {
    while (next < mutants.length) {
      const at = next++;
      const mutant = mutants[at];
      if (!mutant) break;
      const result = await fate(mutant, at);
      count[result] += 1;
      if (result === 'survived') console.log(`SURVIVED ${mutant.file}:${mutant.line}: ${mutant.was} -> ${mutant.is}`);
      process.stderr.write(`\r${at + 1} of ${mutants.length} `);
    }
  }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${mutants.length} mutants: ${count.killed} killed, ${count['no code']} did not compile, ${count.survived} survived`);
process.exit(count.survived > 0 ? 1 : 0);
