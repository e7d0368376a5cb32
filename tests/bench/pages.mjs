// One page, served with each contestant's tags and with none, the way its own documentation puts them there.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { brotliCompressSync } from 'node:zlib';
import { need } from './paths.mjs';

/**
 * head, foot: what stands in <head> and before </body>. START stands just before the contestant's script; the first answer
 * of its API calls `answered(value)`. shown: true as soon as the banner can be seen.
 * @typedef {{ files: Record<string, string>, head: string, foot: string, shown: string }} Contestant
 */

const START = '<script>window.started = performance.now()</script>';
const ANSWERED = 'window.answered = (value) => { window.ended = performance.now(); window.answer = value };';

const CATEGORIES = /** @type {const} */ ([['functionality', 'Remembering your settings'], ['analytics', 'Measurement'], ['ads', 'Advertising']]);

/** @type {Record<string, Contestant>} */
export const CONTESTANTS = {
  none: { files: {}, head: START, foot: '<script>answered(true)</script>', shown: 'true' },
  ours: {
    files: Object.fromEntries(['consent.js', 'ui.js', 'notice.en.json'].map((name) => [name, `js-glue/dist/${name}`])),
    head: `${START}<script src="/ours/consent.js" data-regime="eu" data-lang="en"></script>
      <script>answered(metrofaxConsent.decide({ kind: 'web.request', url: 'https://www.google-analytics.com/collect', initiator: 'image' }).reason)</script>`,
    foot: '',
    shown: "deepQuery('metrofax-consent >>> button.reject').some(isShown)",
  },
  // https://cookieconsent.orestbida.com/essential/getting-started.html: the style sheet in the head, the script at the end of
  // the body. hideFromBots would leave an automated browser without a banner.
  vanilla: {
    files: { 'cookieconsent.css': 'node_modules/vanilla-cookieconsent/dist/cookieconsent.css', 'cookieconsent.umd.js': 'node_modules/vanilla-cookieconsent/dist/cookieconsent.umd.js' },
    head: '<link rel="stylesheet" href="/vanilla/cookieconsent.css">',
    foot: `${START}<script src="/vanilla/cookieconsent.umd.js"></script>
      <script>CookieConsent.run(${JSON.stringify({
        hideFromBots: false,
        guiOptions: { consentModal: { layout: 'box inline', position: 'bottom left' }, preferencesModal: { layout: 'box' } },
        categories: { necessary: { readOnly: true }, functionality: {}, analytics: {}, ads: {} },
        language: {
          default: 'en',
          translations: {
            en: {
              consentModal: {
                title: 'Cookies on this site', description: 'We use cookies to make this site work, and others only if you let us.',
                acceptAllBtn: 'Accept all', acceptNecessaryBtn: 'Reject all', showPreferencesBtn: 'Choose',
              },
              preferencesModal: {
                title: 'Your choices', acceptAllBtn: 'Accept all', acceptNecessaryBtn: 'Reject all', savePreferencesBtn: 'Save', closeIconLabel: 'Close',
                sections: [
                  { title: 'Cookies', description: 'What each kind is for.' },
                  { title: 'Necessary', description: 'Without these nothing works.', linkedCategory: 'necessary' },
                  ...CATEGORIES.map(([linkedCategory, title]) => ({ title, description: 'Only if you let us.', linkedCategory })),
                ],
              },
            },
          },
        },
      })}); answered(CookieConsent.acceptedCategory('analytics'))</script>`,
    shown: "deepQuery('#cc-main .cm').some(isShown)",
  },
  // README.md of the package: configuration, script, style sheet. Its API is there with its event.
  orejime: {
    files: { 'orejime.css': 'node_modules/orejime/dist/orejime-standard.css', 'orejime.js': 'node_modules/orejime/dist/orejime-standard-en.js' },
    head: '<link rel="stylesheet" href="/orejime/orejime.css">',
    foot: `<script>window.orejimeConfig = ${JSON.stringify({
      privacyPolicyUrl: '/privacy',
      purposes: CATEGORIES.map(([id, title]) => ({ id, title, description: 'Only if you let us.', cookies: [`_${id}`] })),
    })};
      document.addEventListener('orejime.loaded', (event) => answered(event.detail.manager.getConsent('analytics')));</script>
      ${START}<script src="/orejime/orejime.js"></script>`,
    shown: "deepQuery('.orejime-Banner').some(isShown)",
  },
};

/** Half a screen of what a page has, so that layout and style are not of nothing. */
const CONTENT = Array.from({ length: 40 }, (_, i) => `<section class="s${i % 5}"><h2>Fax number ${i}</h2><p>A page arrives as a picture in your mail. <a href="#p${i}">More</a></p></section>`).join('\n');

/** @param {Contestant} contestant */
const pageOf = ({ head, foot }) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bench</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><script>${ANSWERED}</script>
${head}<style>body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: auto } section { border-top: 1px solid #ccc }</style></head>
<body><h1>Bench</h1>${CONTENT}${foot}</body></html>`;

const TYPES = /** @type {Record<string, string>} */ ({ js: 'text/javascript', css: 'text/css', json: 'application/json', html: 'text/html' });

/** Serves the page of each contestant at /<name>/ and its files beside it, brotli as compressed as it goes, never cached.
 * Isolated across origins, so that browsers let a page read a fine clock. */
export async function serve() {
  /** @type {Map<string, { type: string, body: Buffer }>} */
  const served = new Map();
  /** @param {string} path @param {string} kind @param {Buffer} body */
  const put = (path, kind, body) => served.set(path, { type: `${TYPES[kind]}; charset=utf-8`, body: brotliCompressSync(body) });
  for (const [name, contestant] of Object.entries(CONTESTANTS)) {
    put(`/${name}/`, 'html', Buffer.from(pageOf(contestant)));
    for (const [file, path] of Object.entries(contestant.files)) {
      put(`/${name}/${file}`, file.split('.').at(-1) ?? '', await readFile(await need(path, 'tests/support/build')));
    }
  }
  const server = createServer((request, response) => {
    const found = served.get(request.url ?? '');
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Cache-Control', 'no-store');
    if (!found) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': found.type, 'Content-Encoding': 'br', 'Content-Length': found.body.length }).end(found.body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  return { url: `http://localhost:${port}`, close: () => server.close() };
}
