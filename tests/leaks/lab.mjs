// One measurement: a visitor with a browser goes through the three pages of the lab in one state. What reached the tracker
// leaked; what of the site's own did not come although it does without the SDK is a false positive.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { embedded } from '../../js-glue/build/embed.mjs';
import { createProtection } from '../../js-glue/dist/server.js';
import { open } from '../support/browsers/index.mjs';
import { startLab } from './lab-server.mjs';
import { PAGES, answer } from './pages.mjs';
import { INVENTORY, STORAGE } from './vectors/storage.mjs';

/** @typedef {import('../support/browsers/types.d.ts').BrowserName} BrowserName */
/** @typedef {import('./lab-server.mjs').Run} Run */
/** @typedef {{ tracker: string[], own: string[], stored: string[] }} Arrived vectors by the side that they reached, and what stayed on the machine */

const glue = fileURLToPath(new URL('../../js-glue/', import.meta.url));

/** Longest that twins may take; only one that never comes makes anybody wait so long. Milliseconds. */
const PATIENCE = 10_000;

/** consent.js without a policy: what a site gets whose build went wrong. */
async function bundleWithoutPolicy() {
  const built = await build({
    entryPoints: [join(glue, 'src/browser/main.ts')], bundle: true, minify: true, write: false, format: 'iife', charset: 'utf8', mangleProps: /_$/,
    tsconfig: join(glue, 'tsconfig.json'), plugins: [embedded(join(glue, 'dist/gate.wasm'), '/dev/null')],
  });
  return built.outputFiles[0]?.text ?? '';
}

/** The demo's policy under `"enforcement": "strict"`. */
function strictPolicy() {
  const folder = mkdtempSync(join(tmpdir(), 'metrofax-lab-'));
  try {
    const policy = JSON.parse(readFileSync(join(glue, '../demo-site/policy/2013-12-01.json'), 'utf8'));
    writeFileSync(join(folder, 'policy.json'), JSON.stringify({ ...policy, enforcement: 'strict' }));
    execFileSync(join(glue, '../build/native/mfconsent'), ['policy', 'compile', join(folder, 'policy.json'), '-o', join(folder, 'policy.bin')]);
    return readFileSync(join(folder, 'policy.bin'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export class Lab {
  /** The state under test; undefined: no SDK. @type {import('./states.mjs').State | undefined} */
  #state;
  #policyless = '';
  /** @type {Awaited<ReturnType<typeof startLab>>} */
  // @ts-expect-error set by start()
  #servers;

  /** The server's planes as well, by the policy's `enforcement`. @type {Record<'live' | 'strict', import('../../js-glue/dist/types/server/protection.d.ts').Protect> | undefined} */
  #protect;

  /** @param {{ planes?: boolean | undefined }} [options] planes: behind createProtection(), as a site's server puts it there */
  static async start({ planes = false } = {}) {
    const lab = new Lab();
    lab.#policyless = await bundleWithoutPolicy();
    // eval as the runtime alone has it: more ways than a policy without it leaves.
    if (planes) {
      const protection = (/** @type {Uint8Array} */ policy) => createProtection({
        policy, facts: () => ({ regime: /data-regime="([^"]*)"/.exec(lab.#state?.script ?? '')?.[1] }), csp: { allowEval: true },
        note: (error) => { lab.errors.push(error); },
      });
      lab.#protect = { live: protection(readFileSync(join(glue, 'dist/policy.bin'))), strict: protection(strictPolicy()) };
    }
    lab.#servers = await startLab((run, url, request) => lab.#answer(run, url, request));
    return lab;
  }

  /** What the server could not protect; none is expected. @type {unknown[]} */
  errors = [];

  /** @param {Run | undefined} run @param {URL} url @param {import('node:http').IncomingMessage} request */
  async #answer(run, url, request) {
    const given = run ? answer(run, url, { head: this.#head(run), only: this.only, sdk: (name) => this.#sdk(name) }) : this.#sdk(url.pathname.slice(1));
    // The page that looks for what stayed carries nothing of ours, nor does the control run.
    if (!given || !this.#protect || !this.#state || !run || url.pathname.endsWith('/plain')) return given;
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) if (typeof value === 'string') headers.set(name, value);
    if (this.#state.script.includes('data-gpc="1"')) headers.set('Sec-GPC', '1'); // as the browser of such a visitor says it
    const site = new Headers();
    for (const [name, value] of Object.entries(given.headers ?? {})) for (const one of [value].flat()) site.append(name, one);
    const response = await this.#protect[this.#state.enforcement ?? 'live'](new Request(url, { headers }), new Response(given.body, { status: given.status ?? 200, headers: site }));
    return { status: response.status, headers: { ...Object.fromEntries(response.headers), 'set-cookie': response.headers.getSetCookie() }, body: Buffer.from(await response.arrayBuffer()) };
  }

  /** Narrows to some vectors, while developing. @type {(id: string) => boolean} */
  only = () => true;

  /** @param {Run} run */
  #head(run) {
    const state = this.#state;
    if (!state) return '';
    return run.fill(`<script src="/consent.js" ${state.script}></script>${state.after ?? ''}`, 'own', 'head');
  }

  /** @param {string} name */
  #sdk(name) {
    if (!/^(consent|gate\.asmjs)\.js$/.test(name) || this.#state?.without === name) return undefined;
    const file = name === 'consent.js' && this.#state?.policyless ? this.#policyless : readFileSync(join(glue, 'dist', name), 'utf8');
    // In our own file: an inline script before it would be the page's, which the server's planes hold.
    const body = this.#state?.locked && name === 'consent.js' ? `delete globalThis.WebAssembly;${file}` : file;
    return { headers: { 'Content-Type': 'text/javascript; charset=utf-8' }, body };
  }

  /** Without the SDK: which vectors and twins arrive at all in this browser. @param {BrowserName} browser */
  async control(browser) {
    this.#state = undefined;
    return this.#visit(browser, () => undefined);
  }

  /**
   * In a state. Waits for the twins that arrive without the SDK, `expected`, and for what is `granted`.
   * @param {BrowserName} browser @param {import('./states.mjs').State} state @param {string[]} expected @param {string[]} [granted]
   * @returns {Promise<Arrived>}
   */
  async measure(browser, state, expected, granted = []) {
    this.#state = state;
    const wanted = [...expected.map((id) => ({ id, key: `own/${id}` })), ...granted.map((id) => ({ id, key: `tracker/${id}` }))];
    return this.#visit(browser, (ids) => wanted.filter(({ id }) => ids.includes(id)).map(({ key }) => key));
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
    // Cut here: in some states the page's own code has broken what would cut it there.
    const left = [/** @type {string} */ (await page.evaluate('location.hash + " " + (history.state?.kept ?? "")')).replace('#', '')];
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
