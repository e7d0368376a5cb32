// Leaks that are known, by name: known.json is a list of { reason, browsers?, states?, vectors, racy? }. A leak that is not listed
// fails, and so does a line whose leak is gone. racy: whether it arrives is a matter of timing, so its absence proves nothing.
import { readFileSync } from 'node:fs';

/** @typedef {{ reason: string, browsers?: string[], states?: string[], planes?: boolean, vectors: string[], racy?: boolean }} Entry planes: only with the server's planes, or only without */

/** @type {Record<'leaks' | 'storage' | 'lost' | 'unreleased', Entry[]>} */
export const KNOWN = JSON.parse(readFileSync(new URL('known.json', import.meta.url), 'utf8'));

/** @param {keyof typeof KNOWN} list @param {string} browser @param {string} state @param {boolean} planes */
const entries = (list, browser, state, planes) =>
  KNOWN[list].filter((entry) => (entry.browsers?.includes(browser) ?? true) && (entry.states?.includes(state) ?? true) && (entry.planes ?? planes) === planes);

/** What is listed for a browser and a state. @param {keyof typeof KNOWN} list @param {string} browser @param {string} state @param {boolean} planes */
export const listed = (list, browser, state, planes) => new Set(entries(list, browser, state, planes).flatMap((entry) => entry.vectors));

/**
 * Names listed for a browser that none of its states showed although the browser has the way.
 * @param {keyof typeof KNOWN} list @param {string} browser @param {Map<string, string[]>} seen what each state showed @param {string[]} possible @param {boolean} planes
 */
export function gone(list, browser, seen, possible, planes) {
  const showed = new Set([...seen.values()].flat());
  const names = [...seen.keys()].flatMap((state) => entries(list, browser, state, planes).filter((entry) => !entry.racy).flatMap((entry) => entry.vectors));
  return [...new Set(names)].filter((name) => possible.includes(name) && !showed.has(name));
}
