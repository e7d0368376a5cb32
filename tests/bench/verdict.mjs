// bench verdict: what one verdict about one URL costs.
//
// A verdict takes little more than a reading of the clock, so it is measured in two ways that must agree:
//  * by the clock, each call: the median of two readings with nothing between them is taken off. The clock ticks (10 ns on
//    many virtual machines); quantiles are read off between ticks (stats.mjs). This gives the distribution and its tail.
//  * in batches of a thousand calls, where the clock does not matter: the median batch. This gives the mean of an undisturbed
//    call, including the long URLs.
// Every contestant lives in a process of its own and is warm. They take turns, round after round, so that whatever else the
// machine does meets all of them. `quiet` keeps the best of the rounds for each URL: what is left is what the URL costs, and
// not what the machine did meanwhile; the other columns are of all calls of all rounds.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CONTESTANTS } from './contestants.mjs';
import { nativeBench, nativeRound } from './native.mjs';
import { made } from './paths.mjs';
import { ownPolicy, policyOf } from './policies.mjs';
import { median, quantile, quantiles, table } from './stats.mjs';
import { asLines, questions } from './urls.mjs';

/** @typedef {import('./urls.mjs').Question} Question */
/** @typedef {{ clock: number, batch: number[], each: Float64Array, sum: number }} Round */

const NATIVE = 'ours, native';
const OURS = 'ours, wasm from JavaScript';
const HOSTS = [100, 1_000, 10_000, 100_000];

/** @param {{ count: number, rounds: number }} options */
export async function benchVerdict({ count, rounds }) {
  const own = await ownPolicy();
  const asked = questions(count, own.declared);
  const peers = (await race([{ name: 'own', policy: own, asked }], [NATIVE, ...Object.keys(CONTESTANTS)], rounds)).own ?? {};
  const columns = ['', 'p50', 'p90', 'p99', 'p99.9', 'mean', 'batch', 'quiet p50', 'quiet p99.9', 'times ours'];
  table(`One verdict, ns (${count.toLocaleString('en-US')} URLs, ${own.declared.length} declared hosts, ${rounds} rounds)`, columns,
    Object.entries(peers).map(([name, t]) => [name, t.p50, t.p90, t.p99, t.p999, t.mean, t.batch, t.quiet50, t.quiet999, t.p50 / (peers[OURS]?.p50 ?? NaN)]));

  /** @type {Course[]} */
  const courses = [];
  for (const hosts of HOSTS) {
    const policy = await policyOf(hosts);
    courses.push({ name: String(hosts), policy, asked: questions(count, policy.declared, { popularity: 'even' }) });
  }
  const growth = await race(courses, [NATIVE, OURS, 'JavaScript Map suffix walk'], rounds);
  const first = growth[HOSTS[0] ?? 0];
  table('The same with more declared hosts, every one as often as every other: p50, p99.9 and batch, ns', ['', ...HOSTS.map((hosts) => hosts.toLocaleString('en-US')), 'growth'],
    Object.keys(first ?? {}).flatMap((name) => /** @type {const} */ (['p50', 'p999', 'batch']).map((what) => {
      const row = HOSTS.map((hosts) => growth[hosts]?.[name]?.[what] ?? NaN);
      return [`${name}, ${what === 'p999' ? 'p99.9' : what}`, ...row, (row.at(-1) ?? NaN) / (row[0] ?? NaN)];
    })));
  return { count, rounds, urls: describe(asked), declaredHosts: own.declared.length, peers, growth };
}

/** @typedef {import('./stats.mjs').Quantiles & { batch: number, quiet50: number, quiet999: number, clock: number }} Times */

/** The same questions for everybody who knows the same. @typedef {{ name: string, policy: import('./policies.mjs').Policy, asked: Question[] }} Course */

/**
 * Everybody on every course, in turns: figures of two courses are of the same minutes, too.
 * @param {Course[]} courses @param {string[]} names @param {number} rounds
 * @returns {Promise<Record<string, Record<string, Times>>>} by course, then by name
 */
async function race(courses, names, rounds) {
  /** @type {{ course: string, name: string, round: () => Promise<Round>, end: () => void, rounds: Round[] }[]} */
  const field = [];
  for (const { name: course, policy, asked } of courses) {
    const [file, known] = [made(`questions-${course}.txt`), made(`known-${course}.json`)];
    await writeFile(file, asLines(asked), 'latin1');
    await writeFile(known, JSON.stringify({ blob: policy.blob, hosts: policy.declared.map(({ host }) => host) }));
    for (const name of names) field.push({ course, rounds: [], ...(name === NATIVE ? await native(policy.blob, file) : await child(name, file, known)) });
  }
  for (const { round } of field) await round(); // warm
  for (let i = 0; i < rounds; ++i) {
    for (const one of field) one.rounds.push(await one.round());
    process.stderr.write(`\rbench: ${courses.map(({ name }) => name).join(', ')}: round ${i + 1} of ${rounds} `);
  }
  process.stderr.write('\n');
  for (const { end } of field) end();
  for (const { name: course } of courses) {
    const [ours, theirs] = [OURS, NATIVE].map((name) => field.find((one) => one.course === course && one.name === name)?.rounds[0]?.sum);
    if (ours !== theirs) throw new Error(`${course}: wasm and native decide differently: outcomes add up to ${ours} and ${theirs}`);
  }
  return Object.fromEntries(courses.map(({ name: course }) =>
    [course, Object.fromEntries(field.filter((one) => one.course === course).map((one) => [one.name, timesOf(one.rounds)]))]));
}

/** @param {string} blob @param {string} file */
async function native(blob, file) {
  const program = await nativeBench();
  return { name: NATIVE, round: () => nativeRound(program, blob, file), end: () => {} };
}

/** @param {string} name @param {string} file @param {string} known */
async function child(name, file, known) {
  const process = fork(fileURLToPath(new URL('asked.mjs', import.meta.url)), [name, file, known], { serialization: 'advanced' });
  const failed = once(process, 'exit').then(([code]) => { throw new Error(`${name} ended with ${code}`); });
  failed.catch(() => {});
  await Promise.race([once(process, 'message'), failed]);
  return {
    name,
    round: async () => {
      process.send('round');
      const [round] = /** @type {any[]} */ (await Promise.race([once(process, 'message'), failed]));
      return /** @type {Round} */ (round);
    },
    end: () => void process.send('end'),
  };
}

/** @param {Round[]} rounds @returns {Times} */
function timesOf(rounds) {
  const nets = rounds.map(({ each, clock }) => each.map((time) => Math.max(0, time - clock)));
  const calls = nets[0]?.length ?? 0;
  const pooled = new Float64Array(calls * nets.length);
  const quiet = new Float64Array(calls).fill(Infinity);
  nets.forEach((net, i) => {
    pooled.set(net, i * calls);
    net.forEach((time, call) => { quiet[call] = Math.min(quiet[call] ?? time, time); });
  });
  quiet.sort();
  return {
    ...quantiles(pooled),
    batch: median(rounds.flatMap(({ batch }) => batch)),
    quiet50: quantile(quiet, 0.5, 10),
    quiet999: quantile(quiet, 0.999, 10),
    clock: median(rounds.map(({ clock }) => clock)),
  };
}

/** What was asked, in numbers. @param {Question[]} asked */
function describe(asked) {
  const lengths = Float64Array.from(asked, ({ url }) => url.length).sort();
  const at = (/** @type {number} */ share) => lengths[Math.floor(share * lengths.length)];
  const share = (/** @type {Question['whose']} */ whose) => asked.filter((question) => question.whose === whose).length / asked.length;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: lengths.at(-1), own: share('own'), declared: share('declared'), undeclared: share('undeclared') };
}
