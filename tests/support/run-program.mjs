// A suite's own program: tests/<suite>/run.
import { spawn } from 'node:child_process';

/** Runs it, shows what it prints, and takes the counts from its last line. @param {string} program @returns {Promise<import('./run.mjs').Outcome>} */
export async function runProgram(program) {
  const child = spawn(program, { stdio: ['ignore', 'pipe', 'inherit'] });
  let last = '';
  /** @type {string[]} */
  const failures = [];
  let rest = '';
  child.stdout.setEncoding('utf8');
  for await (const part of child.stdout) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      console.log(`   ${line}`);
      if (line.startsWith('FAILED ')) failures.push(line.slice('FAILED '.length));
      if (line.trim() !== '') last = line;
    }
  }
  const status = child.exitCode ?? await new Promise((resolve) => child.once('exit', resolve));
  const [, passed, failed, skipped] = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(rest || last) ?? [];
  const outcome = { passed: Number(passed ?? 0), failed: Number(failed ?? 0), skipped: Number(skipped ?? 0), failures };
  if (passed === undefined || (status !== 0) !== (outcome.failed > 0)) {
    outcome.failed += 1;
    failures.push(`${program} ended with ${status} and ${passed === undefined ? 'no closing line' : `"${last}"`}`);
  }
  return outcome;
}
