// Takes a picture of a page in a real browser, after doing what a visitor would.
//
//   node tests/support/shot.mjs --url http://localhost:8080/ --out /tmp/home.png [--browser chromium|firefox|webkit]
//        [--width 1280] [--height 800] [--dark] [--reduced-motion] [--gpc] [--lang fr] [--no-js] [--full]
//        [--wait SELECTOR] [--click SELECTOR] [--focus SELECTOR] [--press KEY] [--type TEXT] [--eval EXPRESSION]
//
// Steps (--wait, --click, --focus, --press, --type, --eval) happen in the order given, each as often as you like; --eval
// prints its value. Selectors reach into open shadow roots. Ends with 1 and the reason when a step cannot be done.
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { closeAll, open } from './browsers/index.mjs';

const text = /** @type {const} */ ({ type: 'string' });
const flag = /** @type {const} */ ({ type: 'boolean' });
const steps = /** @type {const} */ ({ type: 'string', multiple: true });

const { values, tokens } = parseArgs({
  tokens: true,
  options: {
    url: text, out: text, browser: text, width: text, height: text, lang: text, dark: flag, 'reduced-motion': flag, gpc: flag,
    'no-js': flag, full: flag, wait: steps, click: steps, focus: steps, press: steps, type: steps, eval: steps,
  },
});
if (!values.url || !values.out) {
  console.error('shot: --url and --out are needed');
  process.exit(2);
}

/** @type {import('./browsers/types.d.ts').OpenOptions} */
const options = {
  viewport: { width: Number(values.width ?? 1280), height: Number(values.height ?? 800) },
  colorScheme: values.dark ? 'dark' : 'light',
  reducedMotion: values['reduced-motion'] ?? false,
  javaScript: !values['no-js'],
  ...(values.gpc && { headers: { 'Sec-GPC': '1' } }),
  ...(values.lang && { language: values.lang }),
};

try {
  const name = /** @type {import('./browsers/types.d.ts').BrowserName} */ (values.browser ?? 'chromium');
  const page = await open(name, values.url, options);
  /** @type {Record<string, (value: string) => Promise<unknown>>} */
  const actions = {
    wait: page.waitVisible, click: page.click, focus: page.focus, press: page.press, type: page.type,
    eval: async (value) => console.log(JSON.stringify(await page.evaluate(value), null, 2)),
  };
  for (const token of tokens) {
    if (token.kind === 'option' && token.value !== undefined) await actions[token.name]?.(token.value);
  }
  mkdirSync(dirname(resolve(values.out)), { recursive: true });
  await page.screenshot(values.out, { fullPage: values.full ?? false });
  for (const error of page.errors) console.error(`page error: ${error}`);
  await page.close();
} catch (error) {
  console.error(`shot: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await closeAll();
}
