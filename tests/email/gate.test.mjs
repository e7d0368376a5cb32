// gateEmail and the linter, on mail as tools and trackers make it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gateEmail, lintEmail } from '../../js-glue/dist/email.js';
import { gate, root, subject } from './kit.mjs';

const strip = async (/** @type {string} */ html, purposes = {}) => (await gateEmail(html, gate, subject(purposes))).html;

/** What a tracker puts into a mail, and what is left of it. @type {[string, string, string][]} */
const WAYS = [
  ['1x1', '<p>a<img src="https://open.example/o.gif" width="1" height="1">b</p>', '<p>ab</p>'],
  ['no size', '<p>a<img src="https://open.example/o.gif" width=0 height=0>b</p>', '<p>ab</p>'],
  ['display:none', '<p>a<img style="display:none" src="https://open.example/o.gif">b</p>', '<p>ab</p>'],
  ['1px by style', '<p>a<img style="WIDTH : 1px !important" src="https://open.example/o.gif">b</p>', '<p>ab</p>'],
  ['invisible', '<p>a<img style="opacity:0" src=https://open.example/o.gif>b</p>', '<p>ab</p>'],
  ['of our own host', '<p>a<img src="https://www.metrofax.com/o.gif" width="1" height="1">b</p>', '<p>ab</p>'],
  ['a picture of somebody undeclared', '<img src="https://cdn.example/big.png" alt="Big" width="600">', '<img alt="Big" width="600">'],
  ['srcset', '<img srcset="https://cdn.example/1.png 1x, https://cdn.example/2.png 2x" alt="x">', '<img alt="x">'],
  ['entities in the address', '<img src="https://www.metrofax.com&#46;open.example/o.png" alt="x">', '<img alt="x">'],
  ['background attribute', '<td background="https://open.example/b.gif">x</td>', '<td>x</td>'],
  ['CSS in an attribute', '<td style="color:red;background:url(https://open.example/b.gif)">x</td>', '<td style="color:red;background:none">x</td>'],
  ['CSS url with quotes', `<td style="background:url('https://open.example/b.gif') no-repeat">x</td>`, '<td style="background:none no-repeat">x</td>'],
  ['CSS escapes', '<td style="background:u\\72l(https://open.example/b.gif)">x</td>', '<td style="background:none">x</td>'],
  ['CSS in a style element', '<style>p{color:red}body{background:url("https://open.example/b.gif")}</style>', '<style>p{color:red}body{background:none}</style>'],
  ['@import', '<style>@import "https://open.example/c.css";p{color:red}</style>', '<style>@import none;p{color:red}</style>'],
  ['web font', '<style>@font-face{font-family:A;src:url(https://fonts.example/a.woff2)}</style>', '<style>@font-face{font-family:A;src:none}</style>'],
  ['image-set', '<p style="background:image-set(&quot;https://open.example/a.png&quot; 1x)">x</p>', '<p style="background:image-set(none 1x)">x</p>'],
  ['stylesheet', '<link rel="stylesheet" href="https://open.example/c.css"><p>x</p>', '<p>x</p>'],
  ['poster', '<video poster="https://open.example/p.jpg"></video>', '<video></video>'],
  ['audio', '<audio src="https://open.example/a.mp3"></audio>', '<audio></audio>'],
  ['input', '<input type="image" src="https://open.example/i.gif" width="1" height="1">x', 'x'],
  ['frame', '<iframe src="https://open.example/"></iframe>', '<iframe></iframe>'],
  ['for Outlook', '<!--[if mso]><v:image src="https://open.example/o.gif"/><![endif]-->', '<!--[if mso]><v:image src=""/><![endif]-->'],
  ['CSS for Outlook', '<!--[if mso]><td style="background:url(https://open.example/o.gif)"><![endif]-->', '<!--[if mso]><td style="background:none"><![endif]-->'],
];

for (const [name, html, left] of WAYS) {
  test(`[E14] gate: ${name}`, async () => {
    const gated = await gateEmail(html, gate, subject({}));
    assert.equal(gated.html, left);
    assert.ok(gated.removed.length > 0 && gated.removed.every(({ verdict }) => verdict.outcome !== 'allow' && verdict.reason));
  });
  test(`[E14] lint: ${name}`, () => {
    const findings = lintEmail(html, gate);
    assert.ok(findings.some(({ severity }) => severity === 'error'), JSON.stringify(findings));
  });
}

test('[E14] what may stay is left byte for byte', async () => {
  const mail = `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" ><head><style type="text/css">\n @media (max-width:600px){ .x > .y{ color:#F00 } }\n</style></head>
<body BGCOLOR=#ffffff ><!-- a -- comment --><table><tr><td ALIGN='left' style="font: 12px 'A &quot;B&quot;'">Ünï &nbsp; &amp;&lt;x
<img src="https://www.metrofax.com/logo.png" alt=""  width=120 ><img src="cid:part1" ><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<a href="https://shop.example/?a=1&b=2">go</a><!--[if mso]><p>only</p><![endif]--></td></tr></table></body></html>\n`;
  assert.equal(await strip(mail), mail);
});

test('[E14] a recipient who allowed it keeps the pixel; a partner placed in mail needs its own purpose', async () => {
  const own = '<img src="https://www.metrofax.com/o.gif" width="1" height="1">';
  assert.equal(await strip(own, { 'email-open': 'granted' }), own);
  const partner = '<img src="https://adharbor.localhost/offer.png" width="300">';
  assert.equal(await strip(partner, { advertising: 'granted' }), partner);
  assert.equal(await strip(partner, {}), '<img width="300">');
});

test('[E14] hostile and broken HTML neither throws nor lets a fetch through', async () => {
  const hostile = ['<img src="https://open.example/o.gif" ', '<img src=\'https://open.example/o.gif', '<style>a{background:url(https://open.example/', '<style>a{background:url("https://open.example/\n")}',
    '<img src="&#104;ttps://open.example/o.gif">', '<img src=" \n https://open.example/o.gif">', '<IMG SRC=//open.example/o.gif>', '<img src="https:\\\\open.example\\o.gif">', '\0<img\0src=x>',
    '<svg><image href="https://open.example/o.gif"/></svg>', '<noscript><img src="https://open.example/o.gif"></noscript>', '<template><img src="https://open.example/o.gif"></template>',
    '<table>'.repeat(3000), '<!--', '<![if !mso]><img src="https://open.example/o.gif"><![endif]>', '<a href="x" style="background:url(\'https://open.example/o.gif\'">'];
  for (const html of hostile) {
    const left = (await gateEmail(html, gate, subject({}))).html;
    // An unfinished tag at the end is no element; browsers drop it as well.
    if (!/^<img[^>]*$|^<style>[^<]*$/.test(html)) assert.doesNotMatch(left, /open\.example/, html);
    lintEmail(html, gate);
  }
});

test('[E14] huge mails: what must go goes from every place, and the rest is as it was', async () => {
  const pixel = '<img src="https://open.example/o.gif" width="1" height="1">';
  const text = '<p>Offer &amp; more, prix réduit.</p>\n'.repeat(30_000);
  const shapes = [
    [`${text}${pixel}${text}${pixel}`, `${text}${text}`],
    [pixel.repeat(5000), ''],
    [`${'<table><tr><td>'.repeat(20_000)}${pixel}`, '<table><tr><td>'.repeat(20_000)],
    [`<p title="${'x'.repeat(2_000_000)}">${pixel}</p>`, `<p title="${'x'.repeat(2_000_000)}"></p>`],
    [`<!-- ${'-'.repeat(2_000_000)} -->${pixel}`, `<!-- ${'-'.repeat(2_000_000)} -->`],
    [`<noscript>${pixel}</noscript>`.repeat(2000), '<noscript></noscript>'.repeat(2000)],
    [`<!--[if mso]>${'<td background="https://open.example/a.png">\n'.repeat(3000)}<![endif]-->`, `<!--[if mso]>${'<td background="">\n'.repeat(3000)}<![endif]-->`],
    [`<!--[if mso]>${'<p style="background:url(https://open.example/a.png)">'.repeat(3000)}<![endif]-->`, `<!--[if mso]>${'<p style="background:none">'.repeat(3000)}<![endif]-->`],
    [`<style>${'a{color:red}'.repeat(50_000)}b{background:url(https://open.example/b.gif)}</style>`, `<style>${'a{color:red}'.repeat(50_000)}b{background:none}</style>`],
  ];
  for (const [html = '', clean = ''] of shapes) {
    const { html: left, removed } = await gateEmail(html, gate, subject({}));
    assert.ok(left === clean, `${html.slice(0, 40)}…: ${left.length} characters of ${clean.length}`);
    assert.equal(removed.length, html.split('open.example').length - 1);
    assert.ok(lintEmail(html, gate).length > 0);
  }
});

test('[E14] mails made to be slow to read are read', async () => {
  // What is looked for from each place to the end would take minutes here.
  for (const part of ['<noscript', '<noscript>', '</noscript', '<!--[if mso]>', '<!--[if mso]>url(', '<!--[if mso]>src="', 'url("', '<table', '<a href=\'', '{{consentLink ', '&#', '<style>']) {
    const html = part.repeat(20_000);
    await gateEmail(html, gate, subject({}));
    await gateEmail(`<!--[if mso]>${html}-->`, gate, subject({}));
    lintEmail(html, gate);
  }
});

// ---- the linter

const rules = (/** @type {string} */ html, options = {}) => lintEmail(html, gate, options).map(({ rule, line, column }) => `${line}:${column} ${rule}`);

test('[E14] findings stand at line and column', () => {
  assert.deepEqual(rules('<p>\n  <img alt="" src="https://list-manage.com/track/open.php?u=1" width="1">\n</p>'), ['2:15 known-pixel']);
  assert.deepEqual(rules('<style>\na{}\nb{background:url(https://open.example/b.gif)}</style>'), ['3:14 undeclared']);
  assert.deepEqual(rules('a\n<!--[if mso]>\n<img src="https://open.example/a.png"><![endif]-->'), ['3:6 undeclared']);
});

test('[E11] whoever counts offers the way out of that alone', () => {
  assert.deepEqual(rules('<p>{{consentPixel}}</p>'), ['1:4 no-tracking-link']);
  assert.deepEqual(rules('<a href="{{consentLink "https://www.metrofax.com/"}}">x</a>'), ['1:12 no-tracking-link']);
  assert.deepEqual(rules('<p>{{consentPixel}}<a href="{{trackingUrl}}">stop</a></p>'), []);
  assert.deepEqual(rules('<!-- consent:pixel --><a href="consent:tracking">stop</a>'), []);
});

test('[E9] the way out is never counted', () => {
  assert.deepEqual(rules('{{consentLink "https://www.metrofax.com/unsubscribe"}}{{trackingUrl}}'), ['1:3 counted-way-out']);
});

test('[email.promotional] promotional mail has a way out', () => {
  assert.deepEqual(rules('<p>x</p>', { promotional: true }), ['1:1 no-unsubscribe-link']);
  assert.deepEqual(rules('<a href="{{unsubscribeUrl}}">x</a>', { promotional: true }), []);
});

test('[E14] clean means that nothing is fetched', () => {
  const own = '<img src="https://www.metrofax.com/logo.png">';
  assert.deepEqual(rules(own), []);
  assert.deepEqual(rules(own, { clean: true }), ['1:6 not-clean']);
  assert.deepEqual(rules('<img src="cid:logo">', { clean: true }), []);
});

test('bad input is 2 in every command of metrofax-consent', () => {
  const run = (/** @type {string[]} */ ...args) => spawnSync(process.execPath, [`${root}js-glue/dist/metrofax-consent.js`, ...args], { encoding: 'utf8' });
  assert.deepEqual([run('bogus').status, run('protect').status, run('protect', '.').status, run('protect', '.', '--url', 'ftp://x').status], [2, 2, 2, 2]);
  assert.match(run('protect', '.').stderr, /required option '--url/);
  assert.deepEqual([run('--help').status, run('--version').status, run('protect', '--help').status], [0, 0, 0]);
});

test('metrofax-consent lint-email: exit codes, readable and JSON', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lint-email-'));
  const run = (/** @type {string[]} */ ...args) => spawnSync(process.execPath, [`${root}js-glue/dist/metrofax-consent.js`, 'lint-email', ...args], { encoding: 'utf8', cwd: folder });
  try {
    writeFileSync(join(folder, 'good.html'), '<p>Hello</p>');
    writeFileSync(join(folder, 'bad.html'), '<p>\n<img src="https://u1.ct.sendgrid.net/wf/open?u=1" width="1" height="1"></p>');
    writeFileSync(join(folder, 'latin.html'), Buffer.from([0x3c, 0x70, 0x3e, 0xe9]));
    const good = run('good.html');
    assert.deepEqual([good.status, good.stdout], [0, '']);
    const bad = run('good.html', 'bad.html');
    assert.equal(bad.status, 1);
    assert.match(bad.stdout, /^bad\.html:2:6: error: .*SendGrid.* \[known-pixel\]\n$/);
    const json = run('--json', 'bad.html');
    assert.equal(json.status, 1);
    assert.deepEqual(JSON.parse(json.stdout).files[0].findings.map((/** @type {any} */ { line, column, rule }) => [line, column, rule]), [[2, 6, 'known-pixel']]);
    assert.equal(run('latin.html').status, 2);
    assert.equal(run('none.html').status, 2);
    assert.equal(run().status, 2);
    assert.equal(run('--wrong').status, 2);
    assert.equal(run('--help').status, 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
