// bench start: what a page pays before it has its first answer, and what a first visit costs the main thread.
//
//  * first answer: from just before the contestant's script tag to its API's first answer, by the page's own clock; and the part
//    of it that is left once the script has arrived, because a script in the head waits for the network and one at the end
//    of the body has been fetched meanwhile. For ours it is the first verdict, which the next tag already gets; the peers answer
//    what has been accepted, some only when the page has been parsed, and stop nothing.
//  * CPU (Chromium only): what the main thread computed until the banner was shown and the page idle, by the thread's CPU clock
//    (DevTools Performance.getMetrics, timeDomain threadTicks), less the same page without any of them. Script is
//    ScriptDuration + V8CompileDuration, task is everything: layout and style too.
// Each load is a first visit: a browser context of its own, no cache, no cookies; for 4x the main thread is throttled as
// DevTools does. Contestants take turns. All figures are medians.
import { setTimeout as after } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';
import { PRELUDE } from '../support/browsers/deep.mjs';
import { BROWSERS, closeAll, open } from '../support/browsers/index.mjs';
import { onEnd, temporaryFolder } from '../support/browsers/processes.mjs';
import { firstProgram } from '../support/browsers/programs.mjs';
import { CONTESTANTS, serve } from './pages.mjs';
import { median, table } from './stats.mjs';

/** @typedef {{ took: number, ran: number }} Answer  milliseconds: from the tag, and from when the script was there as well */
/** @typedef {Answer & { script: number, task: number }} Load  milliseconds of CPU */

const NAMES = Object.keys(CONTESTANTS);
const PATIENCE = 20_000;

/** @param {{ loads: number }} options */
export async function benchStart({ loads }) {
  const server = await serve();
  /** @type {Record<string, Record<string, Load>>} */
  const chromium = {};
  /** @type {Record<string, Record<string, Answer>>} */
  const answers = {};
  const browser = await chromiumWithCdp();
  try {
    for (const rate of [1, 4]) {
      chromium[`${rate}x`] = await inTurns(`chromium ${rate}x`, loads, (name) => inChromium(browser, `${server.url}/${name}/`, name, rate), (all) => ({
        ...answerOf(all), script: median(all.map(({ script }) => script)), task: median(all.map(({ task }) => task)),
      }));
    }
    await browser.close();
    for (const other of BROWSERS.filter((each) => each !== 'chromium')) {
      answers[other] = await inTurns(other, loads, async (name) => {
        const page = await open(other, `${server.url}/${name}/`, { timeout: PATIENCE });
        await page.waitFor('"ended" in window');
        const answer = await page.evaluate(answered, name);
        await page.close();
        return answer;
      }, answerOf);
    }
  } finally {
    await closeAll();
    server.close();
  }
  for (const [rate, rows] of Object.entries(chromium)) {
    const bare = rows.none ?? { script: 0, task: 0 };
    table(`A first visit in Chromium, ${rate} throttled, ms (median of ${loads} loads; CPU net of the bare page)`, ['', 'first answer', 'of it, script there', 'script + compile', 'main thread'],
      NAMES.map((name) => [name, rows[name]?.took ?? NaN, rows[name]?.ran ?? NaN, (rows[name]?.script ?? NaN) - (name === 'none' ? 0 : bare.script), (rows[name]?.task ?? NaN) - (name === 'none' ? 0 : bare.task)]));
  }
  table(`First answer elsewhere, ms (median of ${loads} loads)`, ['', ...Object.keys(answers).flatMap((other) => [other, 'of it, script there'])],
    NAMES.map((name) => [name, ...Object.values(answers).flatMap((rows) => [rows[name]?.took ?? NaN, rows[name]?.ran ?? NaN])]));
  return { loads, chromium, answers, version: { chromium: await version } };
}

/** Runs in the page. @param {string} name @returns {Answer} */
function answered(name) {
  const { started, ended } = /** @type {any} */ (window);
  const scripts = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType('resource')).filter((entry) => entry.name.includes(`/${name}/`) && entry.name.endsWith('.js'));
  return { took: ended - started, ran: ended - Math.max(started, scripts[0]?.responseEnd ?? 0) };
}

/** @param {Answer[]} all @returns {Answer} */
const answerOf = (all) => ({ took: median(all.map(({ took }) => took)), ran: median(all.map(({ ran }) => ran)) });

/** Every contestant once, then every contestant again: what the machine does meanwhile meets all of them. One load to warm up.
 * @template T, R @param {string} what @param {number} loads @param {(name: string) => Promise<T>} load @param {(all: T[]) => R} summary
 * @returns {Promise<Record<string, R>>} */
async function inTurns(what, loads, load, summary) {
  /** @type {Record<string, T[]>} */
  const all = Object.fromEntries(NAMES.map((name) => [name, []]));
  for (let i = -1; i < loads; ++i) {
    for (const name of NAMES) {
      const one = await load(name);
      if (i >= 0) all[name]?.push(one);
    }
    process.stderr.write(`\rbench: ${what}, load ${i + 1} of ${loads} `);
  }
  process.stderr.write('\n');
  return Object.fromEntries(NAMES.map((name) => [name, summary(all[name] ?? [])]));
}

/** @type {Promise<string>} */
let version;

/** The tests' Chromium, with its DevTools protocol at hand. */
export async function chromiumWithCdp() {
  const browser = await puppeteer.launch({
    executablePath: firstProgram('Chromium', process.env.METROFAX_CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'),
    headless: true,
    userDataDir: temporaryFolder(),
    args: ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
  version = browser.version();
  onEnd(() => browser.close());
  return browser;
}

/** @param {import('puppeteer-core').Browser} browser @param {string} url @param {string} name @param {number} rate @returns {Promise<Load>} */
async function inChromium(browser, url, name, rate) {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    const cdp = await page.createCDPSession();
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    if (rate > 1) await cdp.send('Emulation.setCPUThrottlingRate', { rate });
    await page.goto(url, { waitUntil: 'load', timeout: PATIENCE });
    const shown = `(() => { ${PRELUDE} return 'ended' in window && ${CONTESTANTS[name]?.shown} })()`;
    const until = Date.now() + PATIENCE;
    while (!(await page.evaluate(shown))) {
      if (Date.now() > until) throw new Error(`${name} showed nothing in ${PATIENCE} ms`);
      await after(50);
    }
    await page.evaluate('new Promise((done) => requestIdleCallback(done))');
    const { metrics } = await cdp.send('Performance.getMetrics');
    const of = (/** @type {string} */ metric) => 1000 * (metrics.find((each) => each.name === metric)?.value ?? NaN);
    const answer = await page.evaluate(answered, name);
    return { ...answer, script: of('ScriptDuration') + of('V8CompileDuration'), task: of('TaskDuration') };
  } finally {
    await context.close();
  }
}
