// One small driver over three real browsers, so that a test is written once and means the same in each.
//
//   const page = await open('firefox', 'http://localhost:8080/', { headers: { 'Sec-GPC': '1' } })
//   await page.click('mf-banner [data-action=reject]')        // reaches into open shadow roots
//   await page.waitFor(() => window.metrofaxConsent.state.decided)
//   await page.close()
//
// Chromium speaks CDP and Firefox WebDriver BiDi, both through puppeteer-core; WebKit is MiniBrowser under Xvfb through
// WebKitWebDriver. Every open() is a visitor without a past: no cookies, no storage. Browsers stay up between the tests
// of one process and end with it.
import { openChromium } from './chromium.mjs';
import { openFirefox } from './firefox.mjs';
import { openWebKit } from './webkit.mjs';
import { endAll } from './processes.mjs';

/** @typedef {import('./types.d.ts').Page} Page */
/** @typedef {import('./types.d.ts').OpenOptions} OpenOptions */
/** @typedef {import('./types.d.ts').BrowserName} BrowserName */

/** The engines under test; METROFAX_BROWSERS=chromium,webkit narrows them while developing.
 * @type {BrowserName[]} */
export const BROWSERS = chosen();

/**
 * Opens `url` as a new visitor and resolves when its load event has fired.
 * @param {BrowserName} name
 * @param {string} url absolute; 'about:blank' to set something up first
 * @param {OpenOptions} [options]
 * @returns {Promise<Page>}
 */
export async function open(name, url, options = {}) {
  const opener = { chromium: openChromium, firefox: openFirefox, webkit: openWebKit }[name];
  if (!opener) throw new Error(`no browser called ${name}; there are chromium, firefox, webkit`);
  const page = await opener(options);
  if (url !== 'about:blank') await page.goto(url);
  return page;
}

/** Ends every browser and X server this process started. Also happens when the process exits. */
export const closeAll = endAll;

/** @returns {BrowserName[]} */
function chosen() {
  /** @type {BrowserName[]} */
  const all = ['chromium', 'firefox', 'webkit'];
  const wanted = process.env.METROFAX_BROWSERS?.split(',');
  if (!wanted) return all;
  const unknown = wanted.filter((name) => !all.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`METROFAX_BROWSERS names ${unknown.join(', ')}; there are ${all.join(', ')}`);
  return all.filter((name) => wanted.includes(name));
}
