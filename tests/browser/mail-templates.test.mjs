// Public e-mail templates as pictures: what a sending tool adds to count opens goes, and not a pixel of the rest moves. One browser:
// what is compared is a mail with itself.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gateEmail } from '../../js-glue/dist/email.js';
import { gate, subject } from '../email/kit.mjs';
import { mails } from '../email/real-templates.mjs';
import { closeAll, open } from '../support/browsers/index.mjs';

const TRACKER = '<img src="https://open.tracker.example/o.gif?r=ann" width="1" height="1" alt="" style="display:none">';
const folder = mkdtempSync(join(tmpdir(), 'metrofax-mails-'));
/** What is shown, by path. @type {Map<string, string>} */
const pages = new Map();
// Nothing is fetched: a mail is shown as by a program that asks before it loads pictures.
const server = createServer((request, response) => {
  const html = pages.get(request.url ?? '');
  response.writeHead(html === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:" }).end(html);
});

before(() => new Promise((listening) => server.listen(0, 'localhost', () => listening(undefined))));
after(async () => {
  server.close();
  await closeAll();
  rmSync(folder, { recursive: true, force: true });
});

/** @param {string} html */
const tracked = (html) => html.replace(/<\/body>(?![\s\S]*<\/body>)/i, () => `${TRACKER}</body>`);

describe('mails gated look as they did', { timeout: 240_000 }, () => {
  for (const [name, html] of mails) {
    test(`[E14] ${name}`, async () => {
      // What else a template loads from elsewhere is another test's; here the template as the gate leaves it is what its author made.
      const { html: made } = await gateEmail(html, gate, subject({}));
      const sent = tracked(made);
      assert.notEqual(sent, made, 'the template has a body');
      const { html: gated, removed } = await gateEmail(sent, gate, subject({}));
      assert.deepEqual(removed.map(({ url }) => url), ['https://open.tracker.example/o.gif?r=ann']);
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      const pictures = [];
      for (const [kind, text] of [['made', made], ['gated', gated], ['shown', gated.replace('</body>', '<p>.</p></body>')]]) {
        pages.set(`/${kind}`, text);
        const page = await open('chromium', `http://localhost:${port}/${kind}`, { viewport: { width: 700, height: 900 } });
        const file = join(folder, `${kind}.png`);
        await page.screenshot(file, { fullPage: true });
        pictures.push(readFileSync(file));
        await page.close();
      }
      assert.ok(pictures[0]?.equals(/** @type {Buffer} */ (pictures[1])), 'the picture differs');
      assert.ok(!pictures[0]?.equals(/** @type {Buffer} */ (pictures[2])), 'a line more can be seen, so that a difference would be');
    });
  }
});
