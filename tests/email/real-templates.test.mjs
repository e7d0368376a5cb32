// Public templates as others made them: gated and linted, results by name. What needs nothing removed stays byte for byte, so its
// rendering cannot differ; of the rest only addresses go.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import mjml2html from 'mjml';
import * as mjmlCore from 'mjml-core';
import { parse } from 'parse5';
import { fillSlots, gateEmail, lintEmail, registerMjml } from '../../js-glue/dist/email.js';
import { gate, GRANTED, message, subject } from './kit.mjs';
import { mails } from './real-templates.mjs';

/** What a reader reads. @param {any} node @returns {string} */
const textOf = (node) => (node.nodeName === '#text' && node.parentNode.nodeName !== 'style' ? node.value : '') + (node.childNodes ?? []).map(textOf).join('');

test('there are at least twenty', () => assert.ok(mails.size >= 20, String(mails.size)));

for (const [name, html] of mails) {
  test(`[E14] ${name}`, async (t) => {
    const { html: left, removed } = await gateEmail(html, gate, subject({}));
    const hosts = [...new Set(removed.map(({ url }) => (URL.canParse(url) ? new URL(url).hostname : url)))].sort();
    t.diagnostic(`${name}: ${removed.length} removed (${hosts.join(', ') || 'nothing'})`);
    const errors = lintEmail(html, gate).filter(({ severity }) => severity === 'error');
    assert.equal(errors.length > 0, removed.length > 0, JSON.stringify(errors[0]));
    if (removed.length === 0) assert.equal(left, html);
    for (const { url, verdict } of removed) {
      assert.notEqual(verdict.outcome, 'allow');
      assert.ok(!left.includes(url), url);
    }
    assert.equal(textOf(parse(left)), textOf(parse(html)));
    assert.deepEqual(lintEmail(left, gate).filter(({ severity }) => severity === 'error'), []);
  });
}

test('mj-consent-pixel: MJML is compiled once, each recipient’s pixel comes after', async () => {
  registerMjml(/** @type {any} */ (mjmlCore));
  const source = '<mjml><mj-body><mj-section><mj-column><mj-text>Hello</mj-text><mj-button href="consent:link:https://www.metrofax.com/">Go</mj-button><mj-text><a href="consent:tracking">Stop</a></mj-text></mj-column></mj-section><mj-consent-pixel></mj-consent-pixel></mj-body></mjml>';
  const { html, errors } = await mjml2html(source, { validationLevel: 'strict', keepComments: true });
  assert.deepEqual(errors, []);
  assert.equal(html.split('<!-- consent:pixel -->').length, 2);
  const [on, off] = [message(GRANTED), message({})];
  const seen = await on.seal(fillSlots(html, on));
  assert.match(seen, /<img src="https:\/\/mail\.metrofax\.com\/b\/[\w-]+\.gif" alt="" width="1" height="1">/);
  assert.match(seen, /href="https:\/\/mail\.metrofax\.com\/c\/[\w-]+"/);
  const unseen = await off.seal(fillSlots(html, off));
  assert.doesNotMatch(unseen, /consent:|\/b\/|\/c\//);
  assert.match(unseen, /href="https:\/\/www\.metrofax\.com\/"/);
});
