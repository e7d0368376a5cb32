// Tokens: WebCrypto and OpenSSL make the same bytes; what is forged, foreign or damaged is refused by both with the same word.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issueToken, KeyRing, randomId, readToken, TokenError } from '../../js-glue/dist/email.js';
import { evalNatively, gate, keys, KEYS, NOW, SECRET } from './kit.mjs';

const KEY = { id: 1, secret: SECRET };
const kinds = /** @type {const} */ (['open', 'click', 'unsubscribe', 'tracking']);
/** @type {any[]} */
const tokens = kinds.flatMap((kind, i) => {
  const leave = kind === 'unsubscribe' || kind === 'tracking';
  return (leave ? ['off'] : ['anonymous', 'pseudonymous', 'identified']).map((mode) => ({
    kind, mode, axis: leave ? null : mode === 'anonymous' ? 'email-aggregate' : `email-${kind}`, campaign: 2 ** 32 - 1 - i, expires: NOW + 1000 + i,
    id: mode === 'anonymous' ? null : randomId(), copied: i % 2 === 1, forwarded: i > 2,
    target: kind === 'click' ? `https://www.metrofax.com/?q=${'x'.repeat(i * 7)}%20&a=b#c` : null,
  }));
});

test('[E6] the same token byte for byte by WebCrypto and OpenSSL, and each reads the other’s', async () => {
  const mine = await Promise.all(tokens.map((token) => issueToken(gate, keys, token)));
  const native = evalNatively(tokens.map((token) => ({ op: 'token.write', token, key: KEY })));
  assert.deepEqual(native.map(({ text }) => text), mine);
  const read = evalNatively(mine.map((text) => ({ op: 'token.read', text, keys: [KEY], now: NOW })));
  for (const [i, text] of mine.entries()) {
    const { key: _key, ...token } = read[i].token;
    assert.deepEqual(token, tokens[i]);
    assert.deepEqual(await readToken(gate, keys, text, NOW), tokens[i]);
  }
});

test('[E6] what Node signs is what WebCrypto makes of the same key, whatever their lengths', async () => {
  for (const length of [32, 64, 65, 200]) {
    const secret = crypto.getRandomValues(new Uint8Array(length));
    const ring = await KeyRing.read(`9:${Buffer.from(secret).toString('hex')}`);
    const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    for (const size of [0, 28, 63, 64, 1000]) {
      const body = crypto.getRandomValues(new Uint8Array(size));
      const mac = Buffer.from(await crypto.subtle.sign('HMAC', key, body)).subarray(0, 16);
      assert.deepEqual(Buffer.from(await ring.sign(body)), mac);
      assert.equal(await ring.verify(9, body, mac), true);
      assert.equal(await ring.verify(8, body, mac), false, 'a key that is not there');
    }
  }
});

test('[E6] damaged and forged tokens are refused with the same word', async () => {
  const text = await issueToken(gate, keys, tokens[1]);
  /** @type {string[]} */
  const wrong = ['', 'A', text.slice(1), `${text}A`, text.slice(0, -1), `${text}=`, text.replace(/.$/, '+'), 'é'.repeat(60), 'A'.repeat(59), 'A'.repeat(5000)];
  for (let i = 0; i < text.length; ++i) wrong.push(text.slice(0, i) + (text[i] === 'A' ? 'B' : 'A') + text.slice(i + 1));
  const native = evalNatively(wrong.map((each) => ({ op: 'token.read', text: each, keys: [KEY], now: NOW })));
  for (const [i, each] of wrong.entries()) {
    const error = await readToken(gate, keys, each, NOW).then(() => undefined, (/** @type {unknown} */ thrown) => thrown);
    assert.ok(error instanceof TokenError, each);
    const { ok, error: word } = native[i];
    assert.equal(ok, false);
    // Whether a key is known is not told here: one word for both.
    assert.equal(error.code, word === 'token_unknown_key' ? 'token_forged' : word, `${i}: ${each.slice(0, 80)}`);
  }
});

test('[E6] keys rotate, expire with their tokens, and never show', async () => {
  const old = await issueToken(gate, keys, tokens[1]);
  const both = await KeyRing.read(`2:${'ab'.repeat(32)},${KEYS}`);
  assert.equal((await readToken(gate, both, old, NOW)).campaign, tokens[1].campaign);
  const fresh = await issueToken(gate, both, tokens[1]);
  await assert.rejects(readToken(gate, keys, fresh, NOW), /token_forged/);
  await assert.rejects(readToken(gate, keys, old, tokens[1].expires + 1), /token_expired/);
  for (const bad of [undefined, '', `${KEYS},${KEYS}`, '1:abcd', `300:${SECRET}`, SECRET, `1:${SECRET}z`]) {
    await assert.rejects(KeyRing.read(bad), (/** @type {Error} */ error) => /METROFAX_MAIL_KEYS/.test(error.message) && !error.message.includes(SECRET));
  }
});

test('[E5] an anonymous token is one for the campaign', async () => {
  const anonymous = tokens.find(({ kind, mode }) => kind === 'open' && mode === 'anonymous');
  assert.equal(await issueToken(gate, keys, anonymous), await issueToken(gate, keys, { ...anonymous }));
  await assert.rejects(issueToken(gate, keys, { ...anonymous, id: randomId() }), /token_bad_field/);
});

test('[E6] a token tells no address and no list, and ids follow no order', async () => {
  const ids = Array.from({ length: 2000 }, randomId);
  assert.equal(new Set(ids).size, ids.length);
  const rising = ids.filter((id, i) => i > 0 && id > ids[i - 1]).length;
  assert.ok(rising > 850 && rising < 1150, `${rising} of 1999 rise`);
});

test('[E7][E15][E16] classes and records through wasm as natively', () => {
  const agents = ['', 'Mozilla/5.0', 'Mozilla/5.0 (X11; Linux x86_64) Gecko', 'Java/1.8', 'Mozilla/5.0 (via ggpht.com GoogleImageProxy)', 'YahooMailProxy; x', 'é'.repeat(700)];
  const asked = agents.flatMap((agent) => [{ agent }, { agent, prefetch: true }, { agent, head: true }]);
  const native = evalNatively(asked.map((one) => ({ op: 'open.classify', ...one })));
  for (const [i, { agent, prefetch = false, head = false }] of /** @type {any[]} */ (asked).entries()) assert.equal(gate.classify_(agent, prefetch, head), native[i].class, agent);
  const regimes = ['eu', 'fr', 'it', 'us'];
  const cases = tokens.flatMap((token) => regimes.flatMap((regime) => /** @type {const} */ (['scanner', 'proxy_open', 'human_probable']).map((open) =>
    ({ subject: { now: NOW, regime, consent: { purposes: { 'email-open': 'granted' }, policyVersion: '2013-12-01', time: NOW - 1 } }, token, class: open }))));
  const records = evalNatively(cases.map((one) => ({ op: 'open.decide', ...one })));
  for (const [i, one] of cases.entries()) {
    const { verdict, keep } = gate.open_(one.subject, one.token, one.class);
    assert.deepEqual({ verdict, keep }, { verdict: records[i].verdict, keep: records[i].keep });
  }
});
