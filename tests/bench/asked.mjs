// One contestant in a process of its own, so that nobody's garbage or compiled code is another's. Told to, it answers every
// question once more and sends how long each took. Arguments: contestant, file of questions, file of what it knows.
import { readFile } from 'node:fs/promises';
import { CONTESTANTS } from './contestants.mjs';
import { quantiles } from './stats.mjs';
import { fromLines } from './urls.mjs';

const [name = '', questions = '', known = ''] = process.argv.slice(2);
const { urls, hows } = fromLines(await readFile(questions));
const enter = CONTESTANTS[name];
if (!enter || !process.send) throw new Error(`asked.mjs is started by verdict.mjs; no contestant is called ${name}`);
const ask = await enter(JSON.parse(await readFile(known, 'utf8')));

const BATCH = 1000;
const now = process.hrtime.bigint;
let sink = 0;

/** Each call by the clock. The clock's own share is taken off by the caller.
 * @param {import('./contestants.mjs').Ask} question */
function each(question) {
  const times = new Float64Array(urls.length);
  for (let i = 0; i < urls.length; ++i) {
    const [how, url] = [/** @type {number} */ (hows[i]), /** @type {string} */ (urls[i])];
    const before = now();
    sink += question(how, url);
    times[i] = Number(now() - before);
  }
  return times;
}

/** A thousand calls by the clock: nanoseconds each, with nothing of the clock in them. */
function batches() {
  const times = [];
  for (let from = 0; from + BATCH <= urls.length; from += BATCH) {
    const before = now();
    for (let i = from; i < from + BATCH; ++i) sink += ask(/** @type {number} */ (hows[i]), /** @type {string} */ (urls[i]));
    times.push(Number(now() - before) / BATCH);
  }
  return times;
}

/** Nanoseconds between two readings of the clock with nothing between them. */
function clock() {
  const times = new Float64Array(20_000);
  for (let i = 0; i < times.length; ++i) {
    const before = now();
    times[i] = Number(now() - before);
  }
  return quantiles(times).p50;
}

process.on('message', (what) => {
  if (what !== 'round') return void process.disconnect();
  const [tick, batch] = [clock(), batches()];
  sink = 0;
  const times = each(ask);
  process.send?.({ clock: tick, batch, each: times, sum: sink });
});
process.send('ready');
