// One measurement: a visitor with a browser goes through the three pages of the lab in one state. What reached the tracker
// leaked; what of the site's own did not come although it does without the SDK is a false positive.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { embedded } from '../../js-glue/build/embed.mjs';
import { open } from '../support/browsers/index.mjs';
import { startLab } from './lab-server.mjs';
import { PAGES, answer } from './pages.mjs';
import { INVENTORY, STORAGE } from './vectors/storage.mjs';

/** @typedef {import('../support/browsers/types.d.ts').BrowserName} BrowserName */
/** @typedef {import('./lab-server.mjs').Run} Run */
/** @typedef {{ tracker: string[], own: string[], stored: string[] }} Arrived vectors by the side that they reached, and what stayed on the machine */

const glue = fileURLToPath(new URL('../../js-glue/', import.meta.url));

/** Longest that twins may take; only one that never comes makes anybody wait so long. Milliseconds. */
const PATIENCE = 5000;

/** consent.js without a policy: what a site gets whose build went wrong. */
async function bundleWithoutPolicy() {
  const built = await build({
    entryPoints: [join(glue, 'src/browser/main.ts')], bundle: true, minify: true, write: false, format: 'iife', charset: 'utf8', mangleProps: /_$/,
    tsconfig: join(glue, 'tsconfig.json'), plugins: [embedded(join(glue, 'dist/gate.wasm'), '/dev/null')],
  });
  return built.outputFiles[0]?.text ?? '';
}

export class Lab {
  /** The state under test; undefined: no SDK. @type {import('./states.mjs').State | undefined} */
  #state;
  /** More attributes of consent.js's tag. */
  #attributes = '';
  #policyless = '';
  /** @type {Awaited<ReturnType<typeof startLab>>} */
  // @ts-expect-error set by start()
  #servers;

  static async start() {
    const lab = new Lab();
    lab.#policyless = await bundleWithoutPolicy();
    lab.#servers = await startLab((run, url) => answer(run, url, { head: lab.#head(run), only: lab.only, sdk: (name) => lab.#sdk(name) }));
    return lab;
  }

  /** Narrows to some vectors, while developing. @type {(id: string) => boolean} */
  only = () => true;

  /** @param {Run} run */
  #head(run) {
    const state = this.#state;
    if (!state) return '';
    return run.fill(`${state.before ?? ''}<script src="{site}/consent.js" ${state.script} ${this.#attributes}></script>${state.after ?? ''}`, 'own', 'head');
  }

  /** @param {string} name */
  #sdk(name) {
    if (!/^(consent|gate\.asmjs)\.js$/.test(name) || this.#state?.without === name) return undefined;
    const body = name === 'consent.js' && this.#state?.policyless ? this.#policyless : readFileSync(join(glue, 'dist', name), 'utf8');
    return { headers: { 'Content-Type': 'text/javascript; charset=utf-8' }, body };
  }

  /** Without the SDK: which vectors and twins arrive at all in this browser. @param {BrowserName} browser */
  async control(browser) {
    this.#state = undefined;
    return this.#visit(browser, () => undefined);
  }

  /**
   * In a state. Waits for the twins that arrive without the SDK, `expected`.
   * @param {BrowserName} browser @param {import('./states.mjs').State} state @param {string[]} expected @param {string} [attributes]
   * @returns {Promise<Arrived>}
   */
  async measure(browser, state, expected, attributes = '') {
    this.#state = state;
    this.#attributes = attributes;
    return this.#visit(browser, (ids) => expected.filter((id) => ids.includes(id)).map((id) => `own/${id}`));
  }

  /** @param {BrowserName} browser @param {(ids: string[]) => string[] | undefined} wanted what to wait for; undefined: for all there is */
  async #visit(browser, wanted) {
    /** @type {Arrived} */
    const arrived = { tracker: [], own: [], stored: [] };
    const page = await open(browser, 'about:blank', { timeout: 20_000 });
    try {
      // The choice is made once, on a page of its own: other pages would hear of a grant that is taken back.
      if (this.#state?.first) {
        const run = await this.#servers.run();
        await page.goto(`http://localhost:${this.#servers.port}/${run.name}/choice`);
        await page.evaluate(`void (${this.#state.first})`);
        run.end();
      }
      for (const [name, vectors] of Object.entries(PAGES)) {
        const ids = Object.keys(vectors).filter(this.only);
        if (ids.length === 0) continue;
        const run = await this.#servers.run();
        await page.goto(`http://localhost:${this.#servers.port}/${run.name}/${name}`);
        if (name === 'script') await page.evaluate('window.go()');
        await run.all(wanted(ids) ?? ids.flatMap((id) => [`own/${id}`, `tracker/${id}`]), PATIENCE);
        // Whatever is on its way in spite of that is there before these answers are.
        for (let turn = 0; turn < 2; turn += 1) {
          await page.evaluate(`new Promise((done) => { const x = new XMLHttpRequest(); x.onloadend = () => setTimeout(done); x.open('GET', '/${run.name}/plain'); x.send() })`).catch(() => undefined);
        }
        arrived.tracker.push(...run.arrived('tracker'));
        arrived.own.push(...run.arrived('own'));
        run.end();
      }
      arrived.stored = await this.#store(page);
    } finally {
      await page.close();
    }
    return arrived;
  }

  /** Tries to leave things, and lets a page without the SDK look for them. @param {import('../support/browsers/types.d.ts').Page} page */
  async #store(page) {
    const run = await this.#servers.run();
    const at = `http://localhost:${this.#servers.port}/${run.name}`;
    await page.goto(`${at}/storage`);
    await page.evaluate('window.go()');
    const left = [await page.evaluate('location.hash.slice(1) + " " + (history.state?.kept ?? "")')];
    await page.goto(`${at}/plain`);
    left.push(.../** @type {string[]} */ (await page.evaluate(INVENTORY)));
    const names = left.flatMap((text) => text.split(' '));
    const third = run.arrived('tracker').includes('third-party-cookie') ? ['third-party-cookie'] : [];
    run.end();
    return [...Object.keys(STORAGE).filter((id) => this.only(id) && names.includes(id)), ...third];
  }

  close() {
    return this.#servers.close();
  }
}
