// Debian's firefox-esr over WebDriver BiDi. What Firefox takes only as a preference (dark, reduced motion, scripts off, GPC,
// language) gets a Firefox of its own, started once per process for each set of preferences.
import puppeteer from 'puppeteer-core';
import { COMMAND_LIMIT, endBrowserWithUs, onEnd } from './processes.mjs';
import { startProxy } from './proxy.mjs';
import { puppeteerPage } from './puppeteer-page.mjs';
import { firstProgram } from './programs.mjs';

/** @typedef {import('./types.d.ts').OpenOptions} OpenOptions */

/** @type {Map<string, Promise<import('puppeteer-core').Browser>>} */
const browsers = new Map();

/** Proxies by the ports they lead to. @type {Map<string, Promise<{ port: number, close: () => Promise<void> }>>} */
const proxies = new Map();

/** @param {import('./types.d.ts').Ports | undefined} ports */
async function proxyTo(ports) {
  if (!ports) return undefined;
  const key = JSON.stringify(ports);
  if (!proxies.has(key)) {
    proxies.set(key, startProxy({ headers: {}, script: '', ports }).then((proxy) => {
      onEnd(proxy.close);
      return proxy;
    }));
  }
  return (await proxies.get(key))?.port;
}

/** @param {OpenOptions} options @param {number | undefined} proxy */
function preferences(options, proxy) {
  return {
    'browser.shell.checkDefaultBrowser': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'app.normandy.enabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    // 0 dark, 1 light; 2 follows the system, which differs from machine to machine.
    'layout.css.prefers-color-scheme.content-override': options.colorScheme === 'dark' ? 0 : 1,
    'ui.prefersReducedMotion': options.reducedMotion ? 1 : 0,
    'javascript.enabled': options.javaScript !== false,
    'privacy.globalprivacycontrol.functionality.enabled': true,
    'privacy.globalprivacycontrol.enabled': options.headers?.['Sec-GPC'] === '1',
    'intl.accept_languages': options.language ?? 'en-US, en',
    ...(proxy && {
      'network.proxy.type': 1,
      'network.proxy.http': '127.0.0.1',
      'network.proxy.http_port': proxy,
      'network.proxy.ssl': '127.0.0.1',
      'network.proxy.ssl_port': proxy,
    }),
  };
}

/** @param {OpenOptions} options */
async function launch(options) {
  const prefs = preferences(options, await proxyTo(options.hosts));
  const key = JSON.stringify(prefs);
  const running = browsers.get(key);
  if (running) return running;
  const started = puppeteer.launch({
    browser: 'firefox',
    executablePath: firstProgram('Firefox', process.env.METROFAX_FIREFOX, 'firefox-esr', 'firefox'),
    headless: true,
    protocolTimeout: COMMAND_LIMIT,
    acceptInsecureCerts: true,
    extraPrefsFirefox: prefs,
  }).then((browser) => {
    endBrowserWithUs(browser);
    return browser;
  });
  browsers.set(key, started);
  return started;
}

/** @param {OpenOptions} options */
export async function openFirefox(options) {
  const context = await (await launch(options)).createBrowserContext();
  const { 'Sec-GPC': _preference, ...headers } = options.headers ?? {};
  return puppeteerPage('firefox', context, options, async (page) => {
    if (Object.keys(headers).length > 0) await page.setExtraHTTPHeaders(headers);
    if (options.init) await page.evaluateOnNewDocument(options.init);
  });
}
