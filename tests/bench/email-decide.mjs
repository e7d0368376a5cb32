// decide about sending, opening and clicking, natively, one core.
import { need, run } from './paths.mjs';
import { nativeProgram } from './native.mjs';
import { median, table } from './stats.mjs';

/** @param {{ rounds: number }} options */
export async function benchEmailDecide({ rounds }) {
  const policy = await need('js-glue/dist/policy.bin', 'tests/support/build js');
  const program = await nativeProgram('mail_bench');
  /** @type {Record<string, { questions: number, perSecond: number[], allowed: number }>} */
  const kinds = JSON.parse(await run(program, [policy, String(rounds)]));
  const rows = Object.entries(kinds).map(([name, { questions, perSecond, allowed }]) => [name, median(perSecond) / 1e6, Math.max(...perSecond) / 1e6, 1e9 / median(perSecond), `${allowed} of ${questions}`]);
  table(`decide, native, ${rounds} rounds, by processor time of one core`, ['', 'million a second', 'best round', 'ns each', 'allowed'], rows);
  return kinds;
}
