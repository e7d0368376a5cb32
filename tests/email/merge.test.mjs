// mfconsent email merge: the same bytes every time, whole after an interruption, bad lines by number, memory that stays.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readToken } from '../../js-glue/dist/email.js';
import { gate, keys, KEYS, mfconsent, NOW, policy } from './kit.mjs';

const HTML = '<p>Hi {{name}}</p>{{consentPixel}}<a href="{{consentLink "https://www.metrofax.com/?a=1&b=2"}}">x</a><a href="{{unsubscribeUrl}}">u</a><a href="{{trackingUrl}}">t</a>';
let folder = '';
/** @param {string} name */
const at = (name) => join(folder, name);
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'mf-merge-'));
  writeFileSync(at('t.html'), HTML);
});
after(() => rmSync(folder, { recursive: true }));

const BASE_ARGS = ['--policy', policy, '--subject', 'For {{name}}', '--class', 'promotional', '--campaign', '7', '--base', 'https://mail.metrofax.com', '--now', '2026-01-01T00:00:00Z', '--clamp'];
/** @param {string} input @param {string[]} [more] @param {Record<string, string | undefined>} [env] */
const merge = (input, more = [], env = { METROFAX_MAIL_KEYS: KEYS }) => spawnSync(mfconsent, ['email', 'merge', ...BASE_ARGS, '--html', at('t.html'), ...more], { input, encoding: 'utf8', maxBuffer: 1 << 28, env: /** @type {any} */ (env) });
/** @param {number} n @param {object} [more] */
const recipient = (n, more = {}) => ({ id: `r${n}`, to: `r${n}@example.org`, fields: { name: `N & ${n}` },
  subject: { country: ['DE', 'IT', 'US'][n % 3], account: { state: 'active', promotional: n % 7 === 6 ? 'out' : 'in' }, consent: { purposes: n % 2 ? { 'email-open': 'granted', 'email-click': 'granted' } : {}, policyVersion: '2013-12-01', time: NOW - 1 } }, ...more });
const lines = (/** @type {object[]} */ all) => all.map((one) => `${JSON.stringify(one)}\n`).join('');
const many = lines(Array.from({ length: 500 }, (_, n) => recipient(n)));

test('[E6] a line for a line, in order; tokens that the server reads', async () => {
  const { stdout, status } = merge(lines([recipient(1), recipient(6), recipient(4)]), ['--quiet']);
  assert.equal(status, 0);
  const [granted, out, counted] = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual([granted.line, out.line, counted.line], [1, 2, 3]);
  assert.deepEqual([out.withheld, out.verdicts.send.reason, out.html], [true, 'promotional_opted_out', undefined]);
  assert.equal(granted.subject, 'For N & 1');
  assert.match(granted.html, /^<p>Hi N &amp; 1<\/p><img /);
  const tokens = await Promise.all([...granted.html.matchAll(/\/[bcut]\/([\w-]+)/g)].map(([, text]) => readToken(gate, keys, text ?? '', NOW)));
  assert.deepEqual(tokens.map(({ kind, id }) => [kind, id]), [['open', granted.ids.mail], ['click', granted.ids.mail], ['unsubscribe', granted.ids.unsubscribe], ['tracking', granted.ids.tracking]]);
  assert.equal(tokens[1]?.target, 'https://www.metrofax.com/?a=1&b=2');
  assert.equal(granted.headers['List-Unsubscribe-Post'], 'List-Unsubscribe=One-Click');
  assert.deepEqual(granted.serviceTracking, { opens: false, clicks: false });
  const count = await readToken(gate, keys, /\/b\/([\w-]+)\.gif/.exec(counted.html)?.[1] ?? '', NOW);
  assert.deepEqual([count.mode, count.id], ['anonymous', null]);
});

test('the same input gives the same bytes, whole or in parts', () => {
  const whole = merge(many, ['--quiet']).stdout;
  assert.equal(merge(many, ['--quiet']).stdout, whole);
  const rest = merge(many, ['--quiet', '--from-line', '301']).stdout;
  assert.ok(whole.endsWith(rest) && rest.startsWith('{"line":301,'));
});

test('killed in the middle and resumed, the file is the same as in one go', async () => {
  writeFileSync(at('r.jsonl'), many.repeat(20).replace(/"id":"r/g, '"id":"x'));
  const args = ['email', 'merge', ...BASE_ARGS, '--html', at('t.html'), '--recipients', at('r.jsonl'), '--quiet'];
  const options = { env: { METROFAX_MAIL_KEYS: KEYS } };
  assert.equal(spawnSync(mfconsent, [...args, '--out', at('whole')], options).status, 0);
  const whole = readFileSync(at('whole'));
  const child = spawn(mfconsent, [...args, '--out', at('part')], options);
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      try {
        if (statSync(at('part')).size > 0) child.kill('SIGKILL');
      } catch { /* not made yet */ }
    }, 1);
    child.once('exit', () => resolve(clearInterval(timer)));
  });
  if (statSync(at('part')).size === whole.length) truncateSync(at('part'), whole.length - 77); // it was faster than the signal
  for (const cut of [0, 1, 300]) {
    truncateSync(at('part'), Math.max(0, statSync(at('part')).size - cut));
    assert.equal(spawnSync(mfconsent, [...args, '--out', at('part'), '--resume'], options).status, 0);
    assert.ok(readFileSync(at('part')).equals(whole), `cut by ${cut}`);
  }
  writeFileSync(at('alien'), 'something else\n');
  assert.equal(spawnSync(mfconsent, [...args, '--out', at('alien'), '--resume'], options).status, 2);
  assert.equal(readFileSync(at('alien'), 'utf8'), 'something else\n');
});

test('bad lines by number: the run stops, or leaves them out and says so', () => {
  const input = `${lines([recipient(1)])}{"id":\n${lines([recipient(2, { fields: {} }), recipient(3, { stray: 1 }), recipient(4)])}${'x'.repeat(1_100_000)}\n${lines([recipient(5)])}`;
  const stopped = merge(input, ['--quiet']);
  assert.equal(stopped.status, 2);
  assert.match(stopped.stderr, /^-:2: bad_json: /m);
  assert.match(stopped.stderr, /--from-line 2/);
  assert.equal(stopped.stdout.trimEnd().split('\n').length, 1, 'what was good before it is there');
  const skipped = merge(input, ['--quiet', '--bad', 'skip']);
  assert.equal(skipped.status, 1);
  const answers = skipped.stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(answers.map(({ line, error }) => [line, error ?? '']), [[1, ''], [2, 'bad_json'], [3, 'missing_key'], [4, 'unknown_key'], [5, ''], [6, 'too_long'], [7, '']]);
  assert.match(skipped.stderr, /^-:3: missing_key: \/fields\/name/m);
});

test('[E11][email.promotional] templates that may not be sent', () => {
  const refused = (/** @type {string} */ html, /** @type {string[]} */ more = []) => {
    writeFileSync(at('bad.html'), html);
    const args = BASE_ARGS.filter((_, i) => !more.includes(BASE_ARGS[i - (i % 2)] ?? '')); // what is said anew stands once
    return spawnSync(mfconsent, ['email', 'merge', ...args, '--html', at('bad.html'), ...more], { input: '', encoding: 'utf8', env: { METROFAX_MAIL_KEYS: KEYS } });
  };
  for (const [html, why] of /** @type {const} */ ([
    ['{{consentPixel}}{{unsubscribeUrl}}', /trackingUrl/], ['<p>x</p>', /unsubscribeUrl/], ['a\n{{#if x}}{{/if}}', /bad\.html:2:1: expected/], ['{{open', /1:1/], ['{{consentLink https://x}}', /1:1/],
  ])) {
    const { status, stderr } = refused(html);
    assert.equal(status, 2);
    assert.match(stderr, why);
  }
  assert.equal(refused('<p>x</p>', ['--class', 'service']).status, 0);
  assert.match(refused('<p>x</p>', ['--class', 'other']).stderr, /no row that sends/);
  for (const base of ['http://mail.metrofax.com', 'javascript:alert(1)', 'http://localhost.example']) assert.match(refused(HTML, ['--base', base]).stderr, /security\.tls/);
  for (const base of ['https://mail.metrofax.com\r\nBcc: x', 'https://mail.metrofax.com/']) assert.match(refused(HTML, ['--base', base]).stderr, /--base: expected/);
  assert.match(refused(HTML, ['--now', '9999-12-31T23:59:59Z']).stderr, /2106-02-07/);
  assert.equal(refused(HTML, ['--now', '2104-12-31T23:59:59Z']).status, 0);
});

test('no header is written by a recipient: control characters are bad lines, in the subject line they stop the run', () => {
  const bad = [{ to: 'a@b.example\r\nBcc: x@y.example' }, { to: 'a@b.example\0' }, { to: 'a@b.example\u0085' }, { fields: { name: 'N\r\nBcc: x@y.example' } }, { fields: { name: 'N\t' } }, { fields: { name: '\u007f' } }];
  const { stdout, stderr, status } = merge(lines([recipient(1), ...bad.map((one) => recipient(1, one)), recipient(1, { fields: { name: 'Élise \u00a0 ✉' } })]), ['--quiet', '--bad', 'skip']);
  assert.equal(status, 1);
  const answers = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(answers.map(({ line, error }) => [line, error ?? '']), [[1, ''], ...bad.map((_, i) => [i + 2, 'bad_value']), [bad.length + 2, '']]);
  assert.match(stderr, /^-:2: bad_value: \/to: a control character/m);
  assert.match(stderr, /^-:5: bad_value: \/fields\/name: a control character/m);
  assert.equal(answers.at(-1)?.subject, 'For Élise \u00a0 ✉');
  const args = BASE_ARGS.map((one) => (one === 'For {{name}}' ? 'For\r\nBcc: x@y.example' : one));
  const stopped = spawnSync(mfconsent, ['email', 'merge', ...args, '--html', at('t.html')], { input: '', encoding: 'utf8', env: { METROFAX_MAIL_KEYS: KEYS } });
  assert.deepEqual([stopped.status, /subject: a control character/.test(stopped.stderr)], [2, true]);
});

test('a body may hold more than a header: line feeds of a field stay in the HTML', () => {
  writeFileSync(at('note.html'), '<pre>{{note}}</pre><a href="{{unsubscribeUrl}}">u</a>');
  const { stdout } = spawnSync(mfconsent, ['email', 'merge', ...BASE_ARGS, '--quiet', '--html', at('note.html')], { input: lines([recipient(1, { fields: { name: 'A', note: 'a\nb' } })]), encoding: 'utf8', env: { METROFAX_MAIL_KEYS: KEYS } });
  assert.match(JSON.parse(stdout).html, /a\nb/);
});

test('slots of HTML that any tool made, as fillSlots() has them', async () => {
  const slots = '<p>Hi {{name}}</p><!-- consent:pixel --><a href="consent:link:https://www.metrofax.com/?a=1&amp;b=2">x</a><a href=\'consent:unsubscribe\'>u</a><a href="consent:tracking">t</a><p>"consent: yes", consent:link:</p>';
  const input = lines([recipient(1), recipient(4), recipient(2)]);
  const args = ['email', 'merge', ...BASE_ARGS, '--quiet', '--html'];
  writeFileSync(at('slots.html'), slots);
  writeFileSync(at('braces.html'), slots.replace('<!-- consent:pixel -->', '{{consentPixel}}').replace('consent:link:https://www.metrofax.com/?a=1&amp;b=2', '{{consentLink "https://www.metrofax.com/?a=1&b=2"}}').replace('consent:unsubscribe', '{{unsubscribeUrl}}').replace('consent:tracking', '{{trackingUrl}}'));
  const [a, b] = ['slots.html', 'braces.html'].map((name) => spawnSync(mfconsent, [...args, at(name)], { input, encoding: 'utf8', env: { METROFAX_MAIL_KEYS: KEYS } }));
  assert.equal(a?.status, 0, a?.stderr);
  assert.equal(a?.stdout, b?.stdout);
  assert.match(a?.stdout ?? '', /consent: yes.*, consent:link:/);
  writeFileSync(at('typo.html'), 'a\n<a href="consent:unsubscribed">x</a>');
  assert.match(spawnSync(mfconsent, [...args, at('typo.html')], { encoding: 'utf8', env: { METROFAX_MAIL_KEYS: KEYS } }).stderr, /typo\.html:2:10: expected .*\{\{unsubscribeUrl\}\}.*"consent:unsubscribe"/);
});

test('[E9] a link is percent-encoded as a URL parser does it, or named', async () => {
  const run = (/** @type {string} */ target) => {
    writeFileSync(at('link.html'), `<a href="consent:link:${target}">x</a><a href="{{unsubscribeUrl}}">u</a><a href="{{trackingUrl}}">t</a>`);
    return spawnSync(mfconsent, ['email', 'merge', ...BASE_ARGS, '--quiet', '--html', at('link.html')], { input: lines([recipient(1)]), encoding: 'utf8', env: { METROFAX_MAIL_KEYS: KEYS } });
  };
  for (const target of ['https://www.metrofax.com/a b?c=é d', 'https://www.metrofax.com/a\\b<c>?x=1#ü', 'https://www.metrofax.com/%20?a=1']) {
    const { stdout, stderr } = run(target);
    const html = JSON.parse(stdout || assert.fail(stderr)).html;
    const token = await readToken(gate, keys, /\/c\/([\w-]+)/.exec(html)?.[1] ?? '', NOW);
    assert.equal(token.target, new URL(target).href, target);
  }
  for (const target of ['https://', 'https://münchen.example/', `https://www.metrofax.com/${'x'.repeat(2048)}`]) {
    const { status, stderr } = run(target);
    assert.deepEqual([status, stderr.includes(`link.html:1:10: the link to ${target}: `)], [2, true], stderr);
  }
  assert.match(JSON.parse(run('mailto:help@metrofax.com').stdout).html, /<a href="mailto:help@metrofax.com">/, 'what is no web address is never counted');
});

test('[E6] without keys nothing is issued', () => {
  for (const env of [{}, { METROFAX_MAIL_KEYS: '' }, { METROFAX_MAIL_KEYS: '1:abcd' }]) {
    const { status, stderr, stdout } = merge(lines([recipient(1)]), [], env);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /METROFAX_MAIL_KEYS/);
  }
});

test('memory does not grow with the number of recipients', async () => {
  const child = spawn(mfconsent, ['email', 'merge', ...BASE_ARGS, '--html', at('t.html'), '--quiet'], { env: { METROFAX_MAIL_KEYS: KEYS }, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdout.resume();
  const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]);
  const feed = (/** @type {number} */ times) => new Promise((resolve) => {
    let left = times;
    const more = () => {
      while (left-- > 0) if (!child.stdin.write(many)) return void child.stdin.once('drain', more);
      resolve(undefined);
    };
    more();
  });
  await feed(4);
  const early = peak();
  await feed(12);
  const late = peak();
  child.stdin.end();
  await new Promise((resolve) => child.once('exit', resolve));
  assert.ok(late < early + 2048, `${early} kB, then ${late} kB`);
});
