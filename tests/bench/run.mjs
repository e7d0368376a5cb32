// The figures: node tests/bench/run.mjs [verdict] [start] [sinks] [log] [ledger] [ledger-append] [cookies] [rewrite] [email] [email-pixel] [email-memory] [email-pixel-memory] [email-month] [codecs] [size]
//   [--json FILE] [--browser NAME (sinks)] [--count N] [--rounds N] [--loads N] [--seconds N (…-memory)] [--recipients N --databases A,B (email-month, ledger-append; SQLite, PostgreSQL, D1)]
//
// Ours and the peers' in one run on one machine: compare the ratios. Prints tables and writes build/bench.json (or FILE), where
// sections that were not run again stay as they were. Nothing here passes or fails. Needs what tests/support/build makes.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { machine } from './machine.mjs';
import { fromRoot } from './paths.mjs';

/** @typedef {{ count: number, rounds: number, loads: number, seconds: number, browser: string, recipients: number, databases: string }} Options */
/** @type {Record<string, (options: Options) => Promise<object>>} */
const SECTIONS = {
  verdict: async (options) => (await import('./verdict.mjs')).benchVerdict(options),
  start: async (options) => (await import('./start.mjs')).benchStart(options),
  sinks: async (options) => (await import('./sinks.mjs')).benchSinks(options),
  log: async (options) => (await import('./log.mjs')).benchLog(options),
  ledger: async (options) => (await import('./ledger.mjs')).benchLedger(options),
  'ledger-append': async (options) => (await import('./ledger-append.mjs')).benchLedgerAppend(options),
  size: async () => (await import('./size.mjs')).benchSize(),
  email: async (options) => (await import('./email.mjs')).benchEmail(options),
  'email-pixel': async (options) => (await import('./email-pixel.mjs')).tellEmailPixel(options),
  'email-pixel-memory': async ({ seconds }) => (await import('./email-pixel.mjs')).pixelMemory(seconds),
  'email-memory': async (options) => (await import('./email-memory.mjs')).benchEmailMemory(options),
  'email-month': async (options) => (await import('./email-month.mjs')).benchEmailMonth(options),
  codecs: async () => (await import('./codecs.mjs')).benchCodecs(),
  rewrite: async (options) => (await import('./rewrite.mjs')).benchRewrite(options),
  cookies: async () => (await import('./cookies.mjs')).benchCookies(),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string', default: fromRoot('build/bench.json') },
    count: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '7' },
    loads: { type: 'string', default: '21' },
    seconds: { type: 'string', default: '20' },
    recipients: { type: 'string', default: '20000' },
    browser: { type: 'string', default: 'chromium' },
    databases: { type: 'string', default: 'SQLite,PostgreSQL' },
  },
});
const unknown = positionals.filter((name) => !(name in SECTIONS));
if (unknown.length > 0) {
  console.error(`bench: there is no ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(2);
}
const options = { count: Number(values.count), rounds: Number(values.rounds), loads: Number(values.loads), seconds: Number(values.seconds), browser: values.browser, recipients: Number(values.recipients), databases: values.databases };
const chosen = positionals.length > 0 ? positionals : Object.keys(SECTIONS);

/** @type {Record<string, object>} */
const results = await readFile(values.json, 'utf8').then(JSON.parse, () => ({}));
try {
  for (const name of chosen) {
    const on = await machine();
    console.log(Object.entries(on).map(([key, value]) => `${key}: ${value}`).join('\n'));
    results[name] = { machine: on, ...await /** @type {any} */ (SECTIONS[name])(options) };
    await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
  }
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.stack : String(error)}`);
  process.exit(1);
}
