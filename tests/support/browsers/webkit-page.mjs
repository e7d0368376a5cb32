// A Page over WebDriver, for WebKit. Tabs share one driver, so each command first makes its own tab the current one and
// commands of different tabs wait for each other.
import { writeFileSync } from 'node:fs';
import { By, Key, Origin } from 'selenium-webdriver';
import { clickPoint, commonMethods, expression } from './common.mjs';

/** @typedef {import('./types.d.ts').Page} Page */
/** @typedef {import('selenium-webdriver').WebDriver} WebDriver */

/** WebDriver's private-use characters for named keys, by their UI Events names. @type {Record<string, string>} */
const KEYS = {
  Tab: Key.TAB, Enter: Key.ENTER, Escape: Key.ESCAPE, Backspace: Key.BACK_SPACE, Delete: Key.DELETE, Home: Key.HOME, End: Key.END,
  ArrowUp: Key.ARROW_UP, ArrowDown: Key.ARROW_DOWN, ArrowLeft: Key.ARROW_LEFT, ArrowRight: Key.ARROW_RIGHT,
  PageUp: Key.PAGE_UP, PageDown: Key.PAGE_DOWN, Shift: Key.SHIFT, Control: Key.CONTROL, Alt: Key.ALT, Meta: Key.META, Space: ' ',
};

/**
 * @param {WebDriver} driver
 * @param {number} timeout milliseconds
 * @param {() => Promise<void>} end ends the browser, called when its last tab closes
 * @returns {Promise<Page>}
 */
export async function webkitPage(driver, timeout, end) {
  await driver.manage().setTimeouts({ script: timeout, pageLoad: timeout });
  const shared = { open: 1, last: /** @type {Promise<unknown>} */ (Promise.resolve()), current: '' };
  return tabOf(driver, timeout, end, shared, await driver.getWindowHandle());
}

/**
 * @param {WebDriver} driver @param {number} timeout @param {() => Promise<void>} end
 * @param {{ open: number, last: Promise<unknown>, current: string }} shared @param {string} handle
 * @returns {Page}
 */
function tabOf(driver, timeout, end, shared, handle) {
  /** Runs `task` with this tab current, after what other tabs are doing. @template T @param {() => Promise<T>} task @returns {Promise<T>} */
  const here = (task) => {
    const run = shared.last.then(async () => {
      if (shared.current !== handle) await driver.switchTo().window(handle);
      shared.current = handle;
      return task();
    });
    shared.last = run.catch(() => {});
    return run;
  };

  /** @type {Page['evaluate']} */
  const evaluate = (script, ...args) => here(() => evaluateIn(driver, expression(script, args)));
  /** @type {Page['waitFor']} */
  const waitFor = async (script, ...args) => {
    const source = expression(script, args);
    const until = Date.now() + timeout;
    /** @type {unknown} */
    let cause;
    while (Date.now() < until) {
      try {
        const value = await evaluate(`(async () => { const value = await ${source};
          if (!value) await new Promise((done) => setTimeout(done, 20)); return value; })()`);
        if (value) return value;
        cause = undefined;
      } catch (error) {
        cause = error; // the page may be between two documents
      }
    }
    throw new Error(`webkit waited ${timeout} ms in vain for ${source.slice(0, 400)}`, { cause });
  };
  const common = commonMethods({ evaluate, waitFor });

  return {
    ...common,
    browser: 'webkit',
    errors: [],
    evaluate,
    waitFor,
    goto: (url) => here(() => driver.get(url)),
    reload: () => here(() => driver.navigate().refresh()),
    back: () => here(() => driver.navigate().back()),
    url: () => here(() => driver.getCurrentUrl()),
    click: async (selector) => {
      const { x, y } = await waitFor(clickPoint(selector));
      await here(() => driver.actions()
        .move({ x: Math.round(x), y: Math.round(y), origin: Origin.VIEWPORT, duration: 0 }).press().release().perform());
    },
    press: (key) => here(async () => {
      const names = key === '+' ? ['+'] : key.split('+');
      const keys = names.map((name) => KEYS[name] ?? name);
      let actions = driver.actions();
      for (const name of keys) actions = actions.keyDown(name);
      for (const name of keys.reverse()) actions = actions.keyUp(name);
      await actions.perform();
    }),
    type: (text) => here(() => driver.actions().sendKeys(text).perform()),
    screenshot: (file, { fullPage = false } = {}) => here(async () => {
      const picture = fullPage ? await driver.findElement(By.css('html')).takeScreenshot() : await driver.takeScreenshot();
      writeFileSync(file, picture, 'base64');
    }),
    viewport: (width, height) => here(() => resize(driver, width, height)),
    newTab: async (url) => {
      const opened = await here(async () => {
        await driver.switchTo().newWindow('tab');
        shared.current = await driver.getWindowHandle();
        return shared.current;
      });
      shared.open += 1;
      const tab = tabOf(driver, timeout, end, shared, opened);
      await tab.goto(url);
      return tab;
    },
    cookies: () => here(async () => {
      const cookies = await driver.manage().getCookies();
      return cookies.map(({ name, value, domain, httpOnly, expiry }) =>
        ({ name, value, domain: domain ?? '', httpOnly: httpOnly ?? false, expires: expiry ? Number(expiry) : null }));
    }),
    close: async () => {
      shared.open -= 1;
      if (shared.open === 0) return end();
      await here(() => driver.close());
      shared.current = '';
    },
  };
}

/** Awaits the expression in the page and brings its value or its exception here. @param {WebDriver} driver @param {string} source */
async function evaluateIn(driver, source) {
  /** @type {{ value?: any, thrown?: string }} */
  const answer = await driver.executeAsyncScript(`
    const done = arguments[arguments.length - 1];
    (async () => ${source})().then(
      (value) => done({ value: value === undefined ? null : value }),
      (error) => done({ thrown: String(error) + '\\n' + (error && error.stack || '') }));`);
  if (answer.thrown !== undefined) throw new Error(answer.thrown);
  return answer.value;
}

/** Makes the page's viewport so large. WebDriver sizes windows, so what the window adds is measured; and the page learns of its
 * new size some frames after the command has returned, so that is waited for. @param {WebDriver} driver @param {number} width @param {number} height */
async function resize(driver, width, height) {
  for (let round = 0; round < 5; round += 1) {
    const [innerWidth, innerHeight] = /** @type {[number, number]} */ (await driver.executeScript('return [innerWidth, innerHeight]'));
    if (innerWidth === width && innerHeight === height) return;
    const window = await driver.manage().window().getRect();
    await driver.manage().window().setRect({ width: window.width + width - innerWidth, height: window.height + height - innerHeight });
    await driver.executeAsyncScript(SIZED, width, height);
  }
  throw new Error(`webkit's window does not take ${width} x ${height}`);
}

/** In the page: answers when the viewport has the size, or after a second for another round. */
const SIZED = `
  const [width, height, done] = arguments;
  const check = () => { if (innerWidth === width && innerHeight === height) done(true); };
  addEventListener('resize', check);
  setTimeout(() => done(false), 1000);
  check();`;
