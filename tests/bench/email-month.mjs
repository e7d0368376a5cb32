// A month of mail in a database: everybody gets two mails a week, and opens and clicks some. Through the store that servers use.
// States rows, bytes on disk, time to write, and time of the query behind a campaign's page.
import { randomBytes, randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { MailStore } from '../../js-glue/dist/mail.js';
import { postgres, postgresPrograms, sqlite } from '../email/stores.mjs';
import { NOW, POLICY_VERSION } from './email-kit.mjs';
import { median, table } from './stats.mjs';

const MAILS = 8;
/** In one transaction. */
const BATCH = 10_000;
/** Of a hundred mails to people who allow it; one in four allows nothing. */
const [OPENED, CLICKED] = [30, 4];
const WEEK = 7 * 86_400;
const TABLES = ['mf_recipient', 'mf_sent', 'mf_event', 'mf_count', 'mf_batch', 'mf_last_open', 'mf_receipt', 'mf_once'];
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0';

/** @param {number} n @returns {import('../../js-glue/src/server/store/mail-store.ts').StoredRecipient} */
const person = (n) => ({ id: `r${n}`, subject: { country: /** @type {string} */ (['DE', 'FR', 'IT', 'US'][n % 4]), account: { state: 'active', promotional: 'in' },
  consent: { purposes: n % 4 === 3 ? {} : { 'email-open': 'granted', 'email-click': 'granted' }, policyVersion: POLICY_VERSION, time: NOW - 86_400 } } });

/** @param {number} from @param {number} to */
const numbers = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);
/** Three ids at once: random bytes cost by the call. */
function tokenIds() {
  const text = randomBytes(48).toString('hex');
  return { mail: text.slice(0, 32), unsubscribe: text.slice(32, 64), tracking: text.slice(64) };
}

/** Opens and clicks that one campaign's mails brought, as the recorder writes them. @param {number} n @param {number} campaign
 * @returns {import('../../js-glue/src/server/store/mail-store.ts').MailEvent[]} */
function eventsOf(n, campaign) {
  const time = NOW + Math.floor((campaign * WEEK) / 2) + (n % 86_400);
  const chance = (n * 37 + campaign * 11) % 100; // whoever opens one mail does not open each
  const base = { campaign, time, openClass: n % 3 ? 'human_probable' : 'proxy_open', recipient: `r${n}` };
  if (chance >= OPENED) return [];
  if (n % 4 === 3) return [{ ...base, id: randomUUID(), kind: 'open', keep: 'count', recipient: null }];
  const client = n % 3 === 1 ? { address: '192.0.2.1', agent: AGENT } : {};
  const open = { ...base, ...client, id: randomUUID(), kind: /** @type {const} */ ('open'), keep: n % 3 === 1 ? /** @type {const} */ ('client') : /** @type {const} */ ('event') };
  return chance >= CLICKED ? [open] : [open, { ...open, id: randomUUID(), kind: 'click', target: 'https://www.metrofax.com/pricing' }];
}

/** @param {import('../email/stores.mjs').Place} place @param {string} name @param {number} recipients */
async function month(place, name, recipients) {
  const database = await place.open();
  const store = await MailStore.open(database);
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  let said = 0;
  let most = 0;
  const progress = (/** @type {string} */ what) => {
    most = Math.max(most, process.memoryUsage.rss());
    if (seconds() - said < 30) return;
    said = seconds();
    console.error(`${name}: ${said.toFixed(0)} s, ${what}, ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB resident`);
  };
  for (let from = 0; from < recipients; from += BATCH) await store.putRecipients(numbers(from, Math.min(from + BATCH, recipients)).map(person));
  let events = 0;
  for (let campaign = 1; campaign <= MAILS; ++campaign) {
    for (let from = 0; from < recipients; from += BATCH) {
      const people = numbers(from, Math.min(from + BATCH, recipients));
      await store.putMails(people.map((n) => ({ ids: tokenIds(), recipient: `r${n}`, campaign, time: NOW + Math.floor((campaign * WEEK) / 2) })));
      const happened = people.flatMap((n) => eventsOf(n, campaign));
      events += happened.length;
      await store.record(randomUUID(), happened);
      progress(`mail ${campaign}, recipient ${from + BATCH}`);
    }
  }
  const written = seconds();
  const counts = await Promise.all(TABLES.map(async (each) => [each, Number((await database.all(`SELECT COUNT(*) AS n FROM ${each}`))[0]?.['n'])]));
  const rows = /** @type {Record<string, number>} */ (Object.fromEntries(counts));
  const times = [];
  let shown;
  for (let i = 0; i < 9; ++i) {
    const asked = performance.now();
    shown = await store.campaign(1 + (i % MAILS));
    times.push(performance.now() - asked);
  }
  const holder = [];
  const some = (await database.all('SELECT mail FROM mf_sent WHERE campaign = 3 LIMIT 200')).map((row) => String(row['mail']));
  for (const token of some) {
    const asked = performance.now();
    await store.holders([{ campaign: 3, id: token }], 'mail');
    holder.push(performance.now() - asked);
  }
  await store.close();
  const bytes = place.size?.();
  return { database: name, recipients, mails: recipients * MAILS, events, rows, bytes, seconds: written, rowsPerSecond: Object.values(rows).reduce((a, b) => a + b) / written,
    campaignMs: median(times), campaignMostMs: Math.max(...times), holderMs: median(holder), residentMost: most, shown, load: loadavg() };
}

/** @param {{ recipients: number, databases: string }} options */
export async function benchEmailMonth({ recipients, databases }) {
  const places = { SQLite: sqlite, ...(postgresPrograms() ? { PostgreSQL: postgres } : {}) };
  if (!('PostgreSQL' in places)) console.log('PostgreSQL is not installed: left out');
  const results = [];
  for (const [name, make] of Object.entries(places)) {
    if (!databases.split(',').includes(name)) continue;
    const place = await make();
    try {
      const result = await month(place, name, recipients);
      results.push(result);
      console.log(JSON.stringify(result));
    } finally {
      await place.stop();
    }
  }
  table(`A month of ${recipients} recipients x ${MAILS} mails`, ['', 'rows', 'of them mails', 'events', 'GB on disk', 'minutes to write', 'rows a second', 'campaign page ms (most)', 'a token looked up, ms', 'MB resident at most'],
    results.map((one) => [one.database, Object.values(one.rows).reduce((a, b) => a + b), one.rows['mf_sent'] ?? 0, one.rows['mf_event'] ?? 0, ((one.bytes ?? NaN) / 1e9).toFixed(2), (one.seconds / 60).toFixed(1), one.rowsPerSecond, `${one.campaignMs.toFixed(0)} (${one.campaignMostMs.toFixed(0)})`, one.holderMs.toFixed(2), (one.residentMost / 1e6).toFixed(0)]));
  console.log(`load at the end ${results.map(({ load }) => (load[1] ?? 0).toFixed(1)).join(', ')}; one campaign: ${JSON.stringify(results[0]?.shown)}`);
  return { results };
}
