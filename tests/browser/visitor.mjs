// What the browser tests share: a demo for each test, visitors, and what the advertisers got.
import { after, afterEach, beforeEach, describe } from 'node:test';
import { demo } from '../js/demo-support.mjs';
import { BROWSERS, closeAll, open } from '../support/browsers/index.mjs';

/** @typedef {import('../support/browsers/types.d.ts').Page} Page */
/** @typedef {import('../support/browsers/types.d.ts').OpenOptions} OpenOptions */

/** @type {Awaited<ReturnType<typeof demo>>} */
let running;
/** Pages the present test has open. @type {Page[]} */
let pages = [];

/** A browser that hangs fails its tests instead of the whole run. Milliseconds for all tests of one browser in a file. */
const LIMIT = 240_000;

/**
 * `tests` once for each browser. Each test has a demo of its own, on ports of its own: what an earlier visitor's browser still
 * sends on its way out arrives nowhere.
 * @param {string} what @param {(visitor: Visitor) => void} tests @param {{ sdk?: string }} [options]
 */
export function inEveryBrowser(what, tests, options = {}) {
  beforeEach(async () => { running = await demo(options); });
  afterEach(async () => {
    await Promise.allSettled(pages.map((page) => page.close()));
    pages = [];
    await running.close();
  });
  after(closeAll);
  for (const browser of BROWSERS) describe(`${what}, in ${browser}`, { timeout: LIMIT }, () => tests(new Visitor(browser)));
}

/** Somebody with a browser who comes to the demo site. */
export class Visitor {
  /** @param {import('../support/browsers/types.d.ts').BrowserName} browser */
  constructor(browser) {
    this.browser = browser;
  }

  /** Opens a page of the site without a past, and waits until the runtime has looked at all of the page's tags.
   * @param {string} [path] @param {OpenOptions} [options] */
  async visits(path = '/', options = {}) {
    const page = await open(this.browser, running.url + path, { reducedMotion: true, ...options });
    pages.push(page);
    await page.waitFor("window.metrofaxConsent?.status === 'ready'");
    return page;
  }

  /** Another tab of the same visitor. @param {Page} page @param {string} [path] */
  async opensTab(page, path = '/') {
    const tab = await page.newTab(running.url + path);
    pages.push(tab);
    await tab.waitFor("window.metrofaxConsent?.status === 'ready'");
    return tab;
  }

  /** Makes a choice in a page whose policy shut out what it allows: the page comes again. @param {Page} page @param {string} choice as `acceptAll()` */
  async allowsLater(page, choice) {
    await page.evaluate(`void (window.before = true, metrofaxConsent.${choice})`);
    await page.waitFor("!window.before && window.metrofaxConsent?.status === 'ready' && document.readyState === 'complete'");
  }

  /** Goes to a page that has no runtime. @param {Page} page @param {string} path */
  async sees(page, path) {
    await page.goto(running.url + path);
  }

  /** Goes to another page in the same tab. @param {Page} page @param {string} path */
  async goes(page, path) {
    await page.goto(running.url + path);
    await page.waitFor("window.metrofaxConsent?.status === 'ready'");
  }
}

/** Where the site is. */
export const site = () => running.url;

/** Requests that reached each advertiser since the test began. */
export function received() {
  const { northlight, adharbor, circlet } = running.ledger.counts();
  return { northlight: northlight.requests, adharbor: adharbor.requests, circlet: circlet.requests };
}

export const NOTHING = { northlight: 0, adharbor: 0, circlet: 0 };

/** Paths an advertiser was asked for, in the order they came. @param {string} advertiser */
export const pathsOf = (advertiser) =>
  running.ledger.hits().filter((hit) => hit.advertiser === advertiser).map((hit) => hit.path + hit.query);

/** Forgets what has been received. */
export const forgetReceived = () => running.ledger.reset();

/**
 * Resolves when each of the paths (as `northlight/collect`) has been asked for, now or later, `times` times; fails after 15 seconds,
 * naming what did not come and what did.
 * @param {string[]} wanted @param {number} [times]
 */
export function arrived(wanted, times = 1) {
  return new Promise((resolve, reject) => {
    const missing = () => {
      const hits = running.ledger.hits().map((hit) => hit.advertiser + hit.path);
      return wanted.filter((path) => hits.filter((hit) => hit === path).length < times);
    };
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve(undefined);
    };
    const stop = running.ledger.watch(() => { if (missing().length === 0) done(); });
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`did not arrive: ${missing().join(', ')}; arrived: ${JSON.stringify(received())}`));
    }, 15_000);
    if (missing().length === 0) done();
  });
}

/** Everything the home page's partner tags ask for once they may. */
export const ALL_TAGS = ['northlight/nl.js', 'northlight/collect', 'adharbor/frame', 'adharbor/tag.js', 'adharbor/px.gif',
  'circlet/widget.js', 'circlet/button'];

/** Resolves when the page's tag manager has run and what it wanted has been judged: six addresses at three partners.
 * @param {Page} page */
export async function tagsJudged(page) {
  await page.waitFor(() => {
    const judged = /** @type {any} */ (window).metrofaxConsent.log.map((/** @type {any} */ line) => line.request.url ?? '');
    return ['nl.js', '/frame', 'tag.js', 'px.gif', 'widget.js', '/button'].every((part) => judged.some((/** @type {string} */ url) => url.includes(part)));
  });
  // What was sent in spite of that has been sent before this answer comes back.
  await page.evaluate("fetch('/lab/counts').then((response) => response.text())");
}

/** Names of what is stored in the page's own origin. @param {Page} page */
export async function stored(page) {
  const cookies = (await page.cookies()).map((cookie) => cookie.name);
  const keys = await page.evaluate('[...Object.keys(localStorage), ...Object.keys(sessionStorage)]');
  return [...cookies, .../** @type {string[]} */ (keys)].sort();
}

/** The consent state. @param {Page} page @returns {Promise<any>} */
export const stateOf = (page) => page.evaluate('metrofaxConsent.state');
