// What the figures were measured on.
import { cpus, loadavg, release, totalmem } from 'node:os';
import { run } from './paths.mjs';

/** @param {string} program @param {string[]} args */
const firstLine = (program, args) => run(program, args).then((text) => text.trim().split('\n')[0] ?? '', () => 'not installed');

export async function machine() {
  return {
    command: ['node', 'tests/bench/run.mjs', ...process.argv.slice(2)].join(' '),
    time: new Date().toISOString(),
    commit: await firstLine('git', ['describe', '--always', '--dirty']),
    cpu: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `Linux ${release()}`,
    load: loadavg().map((value) => Math.round(value * 100) / 100),
    node: process.version,
    compiler: await firstLine(process.env.CXX ?? 'c++', ['--version']),
  };
}
