// Debian's Chromium over CDP. One browser per process, one incognito context per visitor.
import puppeteer from 'puppeteer-core';
import { startProxy } from './proxy.mjs';
import { GPC_SCRIPT, languageScript } from './init-scripts.mjs';
import { COMMAND_LIMIT, endBrowserWithUs, onEnd, temporaryFolder } from './processes.mjs';
import { puppeteerPage } from './puppeteer-page.mjs';
import { firstProgram } from './programs.mjs';

const FLAGS = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];

/** @type {Promise<import('puppeteer-core').Browser> | undefined} */
let browser;

function launch() {
  browser ??= puppeteer.launch({
    executablePath: firstProgram('Chromium', process.env.METROFAX_CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'),
    headless: true,
    protocolTimeout: COMMAND_LIMIT,
    acceptInsecureCerts: true,
    userDataDir: temporaryFolder(),
    args: process.getuid?.() === 0 ? [...FLAGS, '--no-sandbox'] : FLAGS,
  }).then((started) => {
    endBrowserWithUs(started);
    return started;
  });
  return browser;
}

/** @param {import('./types.d.ts').OpenOptions} options */
export async function openChromium(options) {
  const proxy = options.hosts && (await startProxy({ headers: {}, script: '', ports: options.hosts }));
  const context = await (await launch()).createBrowserContext(proxy ? { proxyServer: `http://127.0.0.1:${proxy.port}` } : {});
  if (proxy) onEnd(proxy.close);
  return puppeteerPage('chromium', context, options, async (page) => {
    if (options.javaScript === false) await page.setJavaScriptEnabled(false);
    const features = [];
    if (options.colorScheme) features.push({ name: 'prefers-color-scheme', value: options.colorScheme });
    if (options.reducedMotion) features.push({ name: 'prefers-reduced-motion', value: 'reduce' });
    if (features.length > 0) await page.emulateMediaFeatures(features);
    /** @type {Record<string, string>} */
    const headers = { ...options.headers, ...(options.language && { 'Accept-Language': options.language }) };
    if (Object.keys(headers).length > 0) await page.setExtraHTTPHeaders(headers);
    if (options.language) await page.evaluateOnNewDocument(languageScript(options.language));
    if (headers['Sec-GPC'] === '1') await page.evaluateOnNewDocument(GPC_SCRIPT);
    if (options.init) await page.evaluateOnNewDocument(options.init);
  });
}
