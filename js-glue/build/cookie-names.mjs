// dist/cookie-names.json: what Open Cookie Database knows of cookie names, as suggestions for those a policy does not declare.
// No page loads it before somebody opens the inventory. The data comes with an npm package, at build time.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dist, fromRoot } from './paths.mjs';

const DATA = 'node_modules/@slashgear/gdpr-cookie-scanner/dist/data/open-cookie-database.json';

/** The purpose of the demo's policy that a category comes nearest to. What the database calls functional, security or necessary
 * is no suggestion of that: only the author of a policy can call a cookie necessary. @type {Record<string, string>} */
const PURPOSES = { Marketing: 'advertising', Analytics: 'measurement', Personalization: 'personalisation', Functional: 'personalisation' };

export const NOTICE = `Open Cookie Database, https://github.com/jkwakman/Open-Cookie-Database
Copyright its contributors. Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in
compliance with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0. Unless required by
applicable law or agreed to in writing, software distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language governing permissions
and limitations under the License.
Changed here: rows cut down to name, platform, controller, category, lifetime; lifetimes in days and at most 400; a purpose added.`;

const UNITS = /** @type {Record<string, number>} */ ({ second: 1 / 86400, minute: 1 / 1440, hour: 1 / 24, day: 1, week: 7, month: 30, year: 365 });

/** Days of a text like "2 years", 0 for the session, -1 where it says nothing of use; no browser keeps a cookie for more than 400.
 * @param {string} text */
export function daysOf(text) {
  if (/session/i.test(text)) return 0;
  const [, number, unit] = /(\d+(?:\.\d+)?)\s*(second|minute|hour|day|week|month|year)/i.exec(text) ?? [];
  const days = Number(number) * (UNITS[unit?.toLowerCase() ?? ''] ?? NaN);
  return Number.isNaN(days) ? -1 : Math.min(400, Math.ceil(days));
}

/** Rows of name, platform, controller, category, purpose, days, prefix. @param {Record<string, any[]>} database */
export function namesOf(database) {
  const text = (/** @type {unknown} */ value) => (typeof value === 'string' ? value.trim() : '');
  return Object.entries(database).flatMap(([platform, rows]) =>
    rows.map((row) => {
      const category = text(row.category);
      return [text(row.cookie), platform, text(row.dataController), category, PURPOSES[category] ?? '', daysOf(text(row.retentionPeriod)), row.wildcardMatch === '1' ? 1 : 0];
    }).filter(([name]) => name !== ''));
}

export async function buildCookieNames() {
  const database = JSON.parse(await readFile(fromRoot(DATA), 'utf8'));
  await writeFile(join(dist, 'cookie-names.json'), JSON.stringify({ notice: NOTICE, names: namesOf(database) }));
  await writeFile(join(dist, 'THIRD-PARTY-NOTICES.txt'), `cookie-names.json\n\n${NOTICE}\n`);
}
