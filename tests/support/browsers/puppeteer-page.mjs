// A Page over puppeteer-core, for Chromium (CDP) and Firefox (WebDriver BiDi) alike.
import { clickPoint, commonMethods, expression } from './common.mjs';

/** @typedef {import('./types.d.ts').Page} Page */
/** @typedef {import('./types.d.ts').OpenOptions} OpenOptions */

/**
 * @param {import('./types.d.ts').BrowserName} browser
 * @param {import('puppeteer-core').BrowserContext} context
 * @param {OpenOptions} options
 * @param {(page: import('puppeteer-core').Page) => Promise<void>} prepare applies the options to a new tab
 * @returns {Promise<Page>}
 */
export async function puppeteerPage(browser, context, options, prepare) {
  const timeout = options.timeout ?? 15_000;
  const raw = await context.newPage();
  raw.setDefaultTimeout(timeout);
  await raw.setViewport(options.viewport ?? { width: 1280, height: 800 });
  await prepare(raw);

  /** @type {string[]} */
  const errors = [];
  raw.on('pageerror', (error) => errors.push(String(error)));

  /** @type {Page['evaluate']} */
  const evaluate = (script, ...args) => /** @type {Promise<any>} */ (raw.evaluate(expression(script, args)));
  /** @type {Page['waitFor']} */
  const waitFor = async (script, ...args) => {
    const source = expression(script, args);
    try {
      // Not by animation frames: a tab in the background has none.
      const handle = await raw.waitForFunction(source, { timeout, polling: 25 });
      return /** @type {any} */ (await handle.jsonValue());
    } catch (error) {
      throw new Error(`${browser} waited ${timeout} ms in vain for ${source.slice(0, 400)}`, { cause: error });
    }
  };
  const common = commonMethods({ evaluate, waitFor });

  return {
    ...common,
    browser,
    errors,
    evaluate,
    waitFor,
    goto: async (url) => void (await raw.goto(url, { waitUntil: 'load' })),
    reload: async () => void (await raw.reload({ waitUntil: 'load' })),
    back: async () => void (await raw.goBack({ waitUntil: 'load' })),
    url: () => Promise.resolve(raw.url()),
    click: async (selector) => {
      await raw.bringToFront();
      const { x, y } = await waitFor(clickPoint(selector));
      await raw.mouse.click(x, y);
    },
    press: async (key) => {
      const keys = key.split('+').map((name) => /** @type {import('puppeteer-core').KeyInput} */ (name || '+'));
      for (const name of keys.slice(0, -1)) await raw.keyboard.down(name);
      await raw.keyboard.press(/** @type {import('puppeteer-core').KeyInput} */ (keys.at(-1)));
      for (const name of keys.slice(0, -1).reverse()) await raw.keyboard.up(name);
    },
    type: (text) => raw.keyboard.type(text),
    screenshot: async (file, { fullPage = false } = {}) =>
      void (await raw.screenshot({ path: /** @type {`${string}.png`} */ (file), fullPage })),
    viewport: (width, height) => raw.setViewport({ width, height }),
    newTab: async (url) => {
      const tab = await puppeteerPage(browser, context, options, prepare);
      await tab.goto(url);
      return tab;
    },
    cookies: async () => {
      const host = new URL(raw.url()).hostname;
      const all = await context.cookies();
      return all
        .filter((cookie) => host === cookie.domain || `.${host}`.endsWith(`.${cookie.domain.replace(/^\./, '')}`))
        .map(({ name, value, domain, httpOnly, expires }) =>
          ({ name, value, domain, httpOnly: httpOnly ?? false, expires: expires && expires > 0 ? expires : null }));
    },
    close: async () => {
      // Closing the last page of a context is closing the context: one command, nothing left of the visitor.
      if ((await context.pages()).length === 1) await context.close();
      else await raw.close();
    },
  };
}
