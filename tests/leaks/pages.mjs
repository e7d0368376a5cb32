// The pages of the lab: one with markup of every kind, one that runs scripts of every kind, one frame for each vector that needs a
// document of its own. Each vector is followed by its twin, the same thing with an address of the site's own: what the twin
// needs to arrive, the vector had before it; so nobody has to wait by the clock for what must not come.
import { ALONE, MARKUP } from './vectors/markup.mjs';
import { APIS, REALMS } from './vectors/apis.mjs';
import { CSS } from './vectors/css.mjs';
import { DOM } from './vectors/dom.mjs';
import { STORAGE } from './vectors/storage.mjs';

/** @typedef {import('./lab-server.mjs').Run} Run */
/** @typedef {'tracker' | 'own'} Side */

/** Every vector that a script of the page is. */
export const SCRIPTED = { ...DOM, ...CSS, ...APIS, ...REALMS };
/** The pages of the lab and what is tried in each. */
export const PAGES = { markup: MARKUP, script: SCRIPTED, pack: ALONE };
export const ALL = [...Object.keys(MARKUP), ...Object.keys(ALONE), ...Object.keys(SCRIPTED)];

/** @type {Side[]} */
const SIDES = ['tracker', 'own'];

/** What scripted vectors are written in. `sink()` is the name of a frame that may be navigated. */
const WORDS = `
  const settled = [];
  const el = (tag, properties, parent = document.body) => { const made = document.createElement(tag); Object.assign(made, properties); parent.append(made); return made };
  const svg = (tag) => { const root = document.createElementNS('http://www.w3.org/2000/svg', 'svg'); const made = document.createElementNS(root.namespaceURI, tag);
    made.setAttribute('width', '9'); made.setAttribute('height', '9'); root.append(made); document.body.append(root); return made };
  const frame = () => el('iframe');
  let sinks = 0;
  const sink = () => { const name = 'sink' + ++sinks; el('iframe', { name }); return name };
  const attempt = (run) => { try { settled.push(Promise.resolve(run()).catch(() => undefined)) } catch {} };`;

/** @param {string} head @param {string} body */
const document = (head, body) => `<!doctype html><html><head><meta charset="utf-8"><title>lab</title>${head}</head><body>${body}</body></html>`;

/** @typedef {{ headers?: Record<string, string | string[]>, body: string, status?: number }} Answer */

/**
 * What the site answers. `head` is what stands first in each page that is under test: consent.js and the state it is in.
 * @param {Run} run @param {URL} url @param {{ head: string, only: (id: string) => boolean, sdk: (name: string) => Answer | undefined }} lab
 * @returns {Answer | undefined}
 */
export function answer(run, url, { head, only, sdk }) {
  const [, , page = '', vector = '', side = 'tracker'] = url.pathname.split('/');
  const html = { 'Content-Type': 'text/html; charset=utf-8' };
  const script = { 'Content-Type': 'text/javascript; charset=utf-8' };
  switch (page) {
    case 'markup': {
      const body = SIDES.flatMap((to) => Object.entries(MARKUP).filter(([id]) => only(id)).map(([id, source]) => `<div>${run.fill(source, to, id)}</div>`));
      return { headers: html, body: document(head, body.join('\n')) };
    }
    case 'script':
    case 'storage':
      return { headers: html, body: document(head, `<script src="/${run.name}/${page}.js"></script>`) };
    // A file of the site's own, which no rewrite of the page looks into.
    case 'script.js': {
      const each = Object.entries(SCRIPTED).filter(([id]) => only(id)).flatMap(([id, source]) =>
        SIDES.map((to) => `attempt(async () => { ${run.fill(source, to, id)} })`));
      return { headers: script, body: `${WORDS}\nwindow.go = () => { ${each.join(';\n')}; return true }` };
    }
    case 'storage.js': {
      const each = Object.entries(STORAGE).filter(([id]) => only(id)).map(([id, source]) => `attempt(async () => { ${run.fill(source, 'tracker', id)} })`);
      return { headers: script, body: `${WORDS}\nwindow.go = async () => { ${each.join(';\n')}; await Promise.all(settled) }` };
    }
    case 'plain.js':
      return { headers: { 'Content-Type': 'text/javascript', 'Service-Worker-Allowed': '/' }, body: '/* a worker that does nothing */' };
    case 'pack': {
      const frames = Object.keys(ALONE).filter(only).flatMap((id) => SIDES.map((to) => `<iframe src="/${run.name}/alone/${id}/${to}"></iframe>`));
      return { headers: html, body: document('', frames.join('')) };
    }
    case 'alone': {
      const what = ALONE[vector];
      if (what === undefined) return undefined;
      const to = /** @type {Side} */ (side);
      if (typeof what !== 'string') {
        const headers = Object.fromEntries(Object.entries(what.headers).map(([name, value]) => [name, run.fill(value, to, vector)]));
        return { headers: { ...html, ...headers }, body: document(head, what.html ?? 'x') };
      }
      const source = run.fill(what, to, vector);
      const whole = /^<(body|frameset)/.test(source);
      return { headers: html, body: whole ? `<!doctype html><html><head>${head}</head>${source}</html>` : document(`${head}${source}`, 'x') };
    }
    case 'choice':
      return { headers: html, body: document(head, 'where the choice is made') };
    case 'empty':
      return { headers: html, body: document('', 'a page of the site that does not load consent.js by itself') };
    case 'plain':
      return { headers: html, body: document('', 'a page of the site that carries no consent.js') };
    case 'nested.js':
      return { headers: script, body: `import ${JSON.stringify(url.search.slice(1))}` };
    case 'worker.js':
    case 'sw.js':
      return { headers: { 'Content-Type': 'text/javascript', 'Service-Worker-Allowed': '/' }, body: `fetch(${JSON.stringify(url.search.slice(1))}, { mode: 'no-cors' }).catch(() => {})` };
    default:
      return sdk(page);
  }
}
