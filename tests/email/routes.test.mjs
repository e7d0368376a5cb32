// The mounted routes, from a mail in hand: pixel, link, one-click, withdrawal; one suite on Node and under workerd.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { issueToken, randomId } from '../../js-glue/dist/email.js';
import { desks, tracking } from './desks.mjs';
import { BASE, gate, keys, NOW, SECRET } from './kit.mjs';

const GIF = '47494638396101000100f00000ffffff00000021f90400000000002c00000000010001000002024401003b';
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Gecko' };
const GRANTED = /** @type {Record<string, 'granted'>} */ ({ 'email-open': 'granted', 'email-click': 'granted' });

/** Bytes as a token's text; `signed` under our key, whatever they say. @param {Uint8Array} body */
const signed = (body) => Buffer.concat([body, createHmac('sha256', Buffer.from(SECRET, 'hex')).update(body).digest().subarray(0, 16)]).toString('base64url');

/** Tokens that are none, from one that is: of another version, key, length, alphabet or spelling, altered anywhere, signed or not. @param {string} good */
function spoiled(good) {
  const bytes = Buffer.from(good, 'base64url');
  const body = bytes.subarray(0, -16);
  const set = (/** @type {number} */ at, /** @type {number} */ value) => { const copy = Buffer.from(body); copy[at] = value; return copy; };
  return [
    ...[0, 2, 255].map((version) => signed(set(0, version))), signed(set(1, 0xff)), signed(set(2, 200)), signed(set(3, 9)), signed(body.subarray(0, 27)), signed(Buffer.concat([body, Buffer.alloc(1)])),
    ...[0, 1, 2, 3, 4, 8, 12, 27].map((at) => Buffer.concat([set(at, (body[at] ?? 0) ^ 1), bytes.subarray(-16)]).toString('base64url')),
    good.slice(0, -1), `${good}A`, `${good}=`, `+${good.slice(1)}`, `${good.slice(0, 10)}%20${good.slice(10)}`, good.toUpperCase(), Buffer.from(body).toString('base64url'), '', 'x', '%00', '%FF', '..%2f', 'A'.repeat(9000), 'é'.repeat(30), `${good}.gif`,
  ];
}

for (const [name, start] of Object.entries(desks)) {
  describe(name, () => {
    /** @type {import('./desks.mjs').Desk} */
    let desk;
    let clock = NOW * 1000;
    /** @type {Record<'mail' | 'unsubscribe' | 'tracking', string>} */
    let ids;

    before(async () => {
      desk = await start();
    });
    after(() => desk.stop());
    beforeEach(async () => {
      clock = NOW * 1000;
      desk.renew();
      ids = { mail: randomId(), unsubscribe: randomId(), tracking: randomId() };
      await recipient(GRANTED);
      await desk.store.putMail(ids, 'ann', 7, NOW);
    });

    /** @param {Record<string, any>} purposes @param {object} [more] */
    const recipient = (purposes, more = {}) => desk.store.putRecipient({ id: 'ann', subject: { country: 'DE', account: { state: 'active', promotional: 'in' }, consent: { purposes, policyVersion: '2013-12-01', time: NOW - 1 }, ...more } });
    /** @param {object} [more] */
    const token = (more = {}) => issueToken(gate, keys, /** @type {any} */ ({ kind: 'open', mode: 'identified', axis: 'email-open', campaign: 7, expires: NOW + 86_400, id: ids.mail, ...more }));
    const leave = (/** @type {'unsubscribe' | 'tracking'} */ kind, more = {}) => token({ kind, mode: 'off', axis: null, id: ids[kind], ...more });
    const click = (more = {}) => token({ kind: 'click', axis: 'email-click', target: 'https://www.metrofax.com/pricing?a=1', ...more });

    /** @param {string} path @param {RequestInit} [init] */
    async function ask(path, init = {}) {
      return desk.ask(new Request(BASE + path, { ...init, headers: { ...BROWSER, ...init.headers } }), clock);
    }
    const form = (/** @type {Record<string, string>} */ fields) => ({ method: 'POST', body: new URLSearchParams(fields) });
    async function events() {
      await desk.settle();
      const all = await desk.store.eventsOf('ann');
      await desk.store.forget('ann'); // each test reads its own
      return all;
    }

    /** Everything of an answer that an eavesdropper sees. @param {Response} response */
    const seen = async (response) => JSON.stringify([response.status, [...response.headers].sort(), Buffer.from(await response.arrayBuffer()).toString('hex')]);

    test('[E10] one answer for valid, expired, revoked, forged, foreign, overlong and nonsense, and nothing of them is kept', async () => {
      const good = await token();
      const paths = [good, await token({ expires: NOW - 1 }), await token({ id: randomId() }), await click(), await leave('unsubscribe'), ...spoiled(good)];
      const answers = [];
      for (const path of paths) answers.push(await seen(await ask(`/b/${path}.gif`)));
      assert.deepEqual(paths.filter((_, i) => answers[i] !== answers[0]), []);
      const response = await ask(`/b/${good}.gif`);
      assert.equal(response.status, 200);
      assert.equal(Buffer.from(await response.arrayBuffer()).toString('hex'), GIF);
      const headers = Object.fromEntries(response.headers);
      assert.deepEqual(headers, { 'cache-control': 'no-store', 'content-length': '43', 'content-type': 'image/gif', 'cross-origin-resource-policy': 'cross-origin', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex' });
      // The two fetches of the good one; nothing of the others.
      assert.deepEqual((await events()).map(({ kind }) => kind), ['open', 'open']);
    });

    test('[E7][gifs.optout] withdrawal silences mail already sent', async () => {
      const [pixel, link] = [await token(), await click()];
      await ask(`/t/${await leave('tracking')}`, form({}));
      await ask(`/b/${pixel}.gif`);
      assert.equal((await ask(`/c/${link}`)).status, 302, 'the link still works');
      assert.deepEqual(await events(), []);
    });

    test('[E6][E7] a token that somebody kept, played back: again, after withdrawal, after its end, under another key, after its person', async () => {
      const [pixel, link] = [await token(), await click()];
      /** @type {string[]} */
      const answers = [];
      const play = async (/** @type {number} */ times, /** @type {string} */ text = pixel) => {
        for (let i = 0; i < times; ++i) answers.push(await seen(await ask(`/b/${text}.gif`)));
        await desk.settle();
        return (await desk.store.eventsOf('ann')).length;
      };
      // While they allow it each fetch is an event of one and the same person: nobody else is ever counted by it.
      assert.equal(await play(5), 5);
      assert.deepEqual((await desk.store.campaign(7)).events['open'], { total: 5, people: 1 });
      assert.equal((await ask(`/t/${await leave('tracking')}`, form({}))).status, 200);
      assert.equal(await play(5), 5, 'withdrawn');
      await recipient(GRANTED);
      assert.equal(await play(1), 6, 'and chosen again');
      clock += 2 * 86_400_000;
      assert.equal(await play(5), 6, 'expired');
      clock = NOW * 1000;
      // The same body under the number of a key that is not ours, of one that is none, and under a secret that is not ours.
      const body = Buffer.from(pixel, 'base64url').subarray(0, -16);
      const numbered = Buffer.from(body);
      numbered[3] = 2;
      const foreign = createHmac('sha256', Buffer.alloc(32, 7)).update(body).digest().subarray(0, 16);
      for (const stolen of [signed(numbered), Buffer.concat([body, foreign]).toString('base64url'), Buffer.concat([body, Buffer.alloc(16)]).toString('base64url')]) assert.equal(await play(2, stolen), 6);
      // Where it does not belong: a pixel's as a link, a link's as a pixel, either to leave by.
      assert.equal(await play(2, link), 6);
      for (const path of [`/c/${pixel}`, `/u/${pixel}`, `/t/${pixel}`, `/u/${link}`, `/t/${await leave('unsubscribe')}`, `/u/${await leave('tracking')}`]) assert.equal((await ask(path, path.startsWith('/c') ? {} : form({}))).status, 404, path);
      assert.deepEqual((await desk.store.recipient('ann'))?.subject.consent?.purposes, GRANTED, 'nothing was chosen by them');
      await desk.store.forget('ann');
      assert.equal(await play(3), 0, 'forgotten');
      assert.deepEqual(new Set(answers).size, 1, 'whatever it was, the same bytes, headers, status');
    });

    test('[E16] HEAD, prefetch, scanners and proxies', async () => {
      const pixel = await token();
      assert.equal((await ask(`/b/${pixel}.gif`, { method: 'HEAD' })).status, 200);
      for (const headers of [{ 'sec-purpose': 'prefetch;prerender' }, { purpose: 'prefetch' }, { 'user-agent': 'Mozilla/5.0' }, { 'user-agent': 'Java/17' }, { 'user-agent': '' }]) await ask(`/b/${pixel}.gif`, { headers });
      assert.deepEqual(await events(), []);
      await recipient(GRANTED);
      await desk.store.putMail({ ...ids, unsubscribe: randomId(), tracking: randomId() }, 'ann', 7, NOW);
      await ask(`/b/${pixel}.gif`, { headers: { 'user-agent': 'Mozilla/5.0 (via ggpht.com GoogleImageProxy)', 'x-client': '192.0.2.9' } });
      await ask(`/b/${pixel}.gif`, { headers: { 'x-client': '192.0.2.9' } });
      const recorded = (await events()).map(({ openClass, address, agent }) => [openClass, address, agent]).sort();
      assert.deepEqual(recorded, [['human_probable', '192.0.2.9', BROWSER['user-agent']], ['proxy_open', null, null]]);
    });

    test('[E5] the count needs no recipient and keeps none', async () => {
      const before = (await desk.store.campaign(70)).counted;
      assert.deepEqual(before, {});
      const pixel = await token({ mode: 'anonymous', axis: 'email-aggregate', id: null, campaign: 70 });
      for (let i = 0; i < 3; ++i) await ask(`/b/${pixel}.gif`, { headers: { 'x-client': '192.0.2.9' } });
      await desk.settle();
      assert.deepEqual(await desk.store.campaign(70), { sent: 0, counted: { open: 3 }, events: {} });
    });

    test('[E9] a link leads to its signed target and nowhere else', async () => {
      const link = await click();
      const response = await ask(`/c/${link}?to=https://evil.example/`, { headers: { referer: 'https://evil.example/' } });
      assert.deepEqual([response.status, response.headers.get('location'), response.headers.get('set-cookie')], [302, 'https://www.metrofax.com/pricing?a=1', null]);
      assert.equal((await ask(`/c/${link}`, { method: 'HEAD' })).status, 302);
      assert.equal((await ask(`/c/${await click({ expires: NOW - 1 })}`)).headers.get('location'), 'https://www.metrofax.com/pricing?a=1');
      for (const bad of [...spoiled(link).filter(Boolean), 'https:%2F%2Fevil.example%2F', await token(), await leave('unsubscribe')]) {
        const refused = await ask(`/c/${bad}`);
        assert.deepEqual([refused.status, refused.headers.get('location')], [404, null]);
      }
      const recorded = await events();
      assert.deepEqual(recorded.map(({ kind, target }) => [kind, target]), [['click', 'https://www.metrofax.com/pricing?a=1']], 'a click is never an open, HEAD and expired leave nothing');
    });

    test('[choice.promotional] one click: no cookie, no login, no redirect, as often as one likes, long after', async () => {
      clock += 500 * 86_400_000;
      const address = `/u/${await leave('unsubscribe')}`;
      const shown = await ask(address);
      assert.equal(shown.status, 200);
      assert.match(await shown.text(), /<form method="post"/);
      assert.equal((await desk.store.recipient('ann'))?.subject.account?.promotional, 'in', 'GET changes nothing');
      for (let i = 0; i < 3; ++i) {
        const response = await ask(address, form({ 'List-Unsubscribe': 'One-Click' }));
        assert.deepEqual([response.status, response.headers.get('set-cookie'), response.headers.get('location')], [200, null, null]);
      }
      const who = await desk.store.recipient('ann');
      assert.equal(who?.subject.account?.promotional, 'out');
      assert.deepEqual(who?.subject.consent?.purposes, GRANTED, 'E9: the tracking choice is another one');
      const mine = (await desk.store.receipts('ann')).filter(({ method }) => method === 'one-click');
      assert.equal(mine.length, 1);
      assert.equal(mine[0]?.purposes['promotional'], 'out');
      const multipart = new FormData();
      multipart.set('List-Unsubscribe', 'One-Click');
      assert.equal((await ask(address, { method: 'POST', body: multipart })).status, 200);
      assert.equal((await ask(`/u/${await leave('tracking')}`, { method: 'POST' })).status, 404);
    });

    test('[E9][E11] withdrawing the tracking leaves the offers alone, and GET withdraws nothing', async () => {
      const address = `/t/${await leave('tracking')}`;
      assert.match(await (await ask(address)).text(), /value="withdraw"/);
      assert.deepEqual((await desk.store.recipient('ann'))?.subject.consent?.purposes, GRANTED);
      assert.equal((await ask(address, form({}))).status, 200);
      const who = await desk.store.recipient('ann');
      assert.equal(who?.subject.account?.promotional, 'in');
      assert.ok(tracking.every(({ id }) => who?.subject.consent?.purposes[id] === 'withdrawn'));
    });

    test('preferences: each its own, in five languages, with receipts to take along', async () => {
      const address = `/t/${await leave('tracking')}`;
      for (const lang of ['en', 'fr', 'it', 'de', 'es']) {
        const response = await ask(address, { headers: { 'accept-language': `${lang}-XX,en;q=0.5` } });
        assert.match(await response.text(), new RegExp(`<html lang="${lang}">.*name ${lang}`, 's'));
        assert.match(response.headers.get('content-security-policy') ?? '', /^default-src 'none'; img-src 'self'; style-src 'sha256-/);
      }
      const saved = await ask(`${address}?lang=fr`, form({ do: 'save', 'email-open': 'no', 'email-aggregate': 'yes', promotional: 'no', '<script>': 'yes' }));
      assert.match(await saved.text(), /Enregistré/);
      const who = await desk.store.recipient('ann');
      assert.deepEqual(who?.subject.consent?.purposes, { 'email-open': 'denied', 'email-click': 'granted', 'email-aggregate': 'granted' });
      assert.equal(who?.subject.account?.promotional, 'out');
      const { receipts } = await (await ask(`${address}/receipts`)).json();
      const last = receipts.findLast((/** @type {any} */ { method }) => method === 'preference-page');
      assert.deepEqual([last.method, last.locale, last.regime, last.textHash.length, last.prior['email-open']], ['preference-page', 'fr', 'eu', 64, 'granted']);
    });

    test('[abuse.load] too many requests are told to wait, the pixel never', async () => {
      const pixel = await token();
      const address = `/u/${await leave('unsubscribe')}`;
      const statuses = [];
      for (let i = 0; i < 25; ++i) statuses.push((await ask(address, { headers: { 'x-client': '192.0.2.1' } })).status);
      assert.deepEqual([statuses.filter((status) => status === 200).length, statuses.at(-1)], [20, 429]);
      const refused = await ask(address, { headers: { 'x-client': '192.0.2.1' } });
      assert.deepEqual([refused.headers.get('retry-after'), refused.headers.get('content-type')], ['1', 'application/problem+json']);
      assert.equal((await ask(address, { headers: { 'x-client': '192.0.2.2' } })).status, 200, 'others are served');
      for (let i = 0; i < 60; ++i) assert.equal((await ask(`/b/${pixel}.gif`, { headers: { 'x-client': '192.0.2.1' } })).status, 200);
      clock += 1_000;
      assert.equal((await ask(address, { headers: { 'x-client': '192.0.2.1' } })).status, 200);
      assert.equal((await events()).length, 60);
    });

    test('[E9][abuse.load] a good token is never told to wait where it is used: mailbox providers POST for everybody from few addresses', async () => {
      const [unsubscribe, withdraw, link] = [`/u/${await leave('unsubscribe')}`, `/t/${await leave('tracking')}`, `/c/${await click()}`];
      const many = async (/** @type {string} */ address, /** @type {RequestInit} */ init) => {
        /** @type {Record<number, number>} */
        const counts = {};
        for (let i = 0; i < 30; ++i) {
          const { status } = await ask(address, { ...init, redirect: 'manual', headers: { 'x-client': '192.0.2.1' } });
          counts[status] = (counts[status] ?? 0) + 1;
        }
        return counts;
      };
      const post = () => form({ 'List-Unsubscribe': 'One-Click' });
      for (const address of ['/u/x', unsubscribe.replace('/u/', '/t/')]) assert.equal((await many(address, post()))[200], undefined);
      assert.deepEqual(await many('/u/x', post()), { 429: 30 }, 'whoever tries tokens has to wait');
      assert.deepEqual(await many(unsubscribe, post()), { 200: 30 });
      assert.deepEqual(await many(withdraw, post()), { 200: 30 });
      assert.deepEqual(await many(link, {}), { 302: 30 });
      assert.equal((await desk.store.recipient('ann'))?.subject.account?.promotional, 'out');
      await desk.settle(); // a recorder with something left to write would keep this process
    });

    test('forms that are too long, of another kind or method', async () => {
      const address = `/t/${await leave('tracking')}`;
      assert.equal((await ask(address, { method: 'POST', body: 'x'.repeat(5000) })).status, 413);
      assert.equal((await ask(address, { method: 'PUT', body: 'x' })).status, 405);
      assert.equal((await ask(address, { method: 'POST', body: 'do=save&email-open=maybe' })).status, 200);
      assert.deepEqual((await desk.store.recipient('ann'))?.subject.consent?.purposes, GRANTED);
    });

    test('[E13] a consent ages out, mail already sent included, until it is given again; choosing something else makes it no younger', async () => {
      const [pixel, link] = [await token({ expires: NOW + 3e8 }), await click({ expires: NOW + 3e8 })];
      const address = `/t/${await leave('tracking')}`;
      const played = async () => {
        for (const path of [`/b/${pixel}.gif`, `/c/${link}`]) await ask(path);
        await desk.settle();
        const all = await desk.store.eventsOf('ann');
        return ['open', 'click'].map((kind) => all.filter((event) => event.kind === kind).length);
      };
      const months = (/** @type {number} */ count) => { clock += count * 31 * 86_400_000; desk.renew(); };
      const time = async () => ((await desk.store.recipient('ann'))?.subject.consent?.time ?? NaN) - NOW;
      months(12);
      assert.deepEqual(await played(), [1, 1]);
      await ask(address, form({ do: 'save', 'email-click': 'no' }));
      assert.equal(await time(), -1, 'the opens were allowed when they were');
      months(2);
      assert.deepEqual(await played(), [1, 1], 'aged out');
      assert.deepEqual((await desk.store.recipient('ann'))?.subject.consent?.purposes, { 'email-open': 'granted', 'email-click': 'denied' }, 'and still on record');
      // The same answer as a year ago is a new one now; what was not answered does not come with it.
      await ask(address, form({ do: 'save', 'email-click': 'yes' }));
      assert.deepEqual((await desk.store.recipient('ann'))?.subject.consent?.purposes, { 'email-click': 'granted' });
      assert.deepEqual(await played(), [1, 2]);
      const receipts = async () => (await desk.store.receipts('ann')).length;
      months(14);
      const before = await receipts();
      for (let i = 0; i < 3; ++i) await ask(address, form({ do: 'save', 'email-click': 'yes' }));
      assert.equal(await receipts(), before + 1, 'the same grant given again, once');
      assert.deepEqual(await played(), [1, 3]);
      await ask(address, form({ do: 'save', 'email-open': 'yes' }));
      assert.deepEqual(await played(), [2, 4]);
      // Asking again: what a sender goes by.
      const DAY = 86_400;
      for (const [subject, days] of /** @type {[object, number][]} */ ([[{ country: 'DE' }, 182], [{ country: 'FR' }, 182], [{ country: 'IT' }, 182], [{ country: 'US', region: 'CA' }, 365]])) assert.ok(gate.regimeFor_({ ...subject, now: NOW }).reask >= days * DAY);
      await desk.store.forget('ann');
    });

    test('[E7][E10] a clock that is wrong, ours or the sender’s: the same answer, and nothing kept that a right one would not', async () => {
      const tokens = { lasting: await token({ expires: 2 ** 32 - 1 }), over: await token({ expires: NOW - 1 }), never: await token({ expires: 1 }) };
      const play = async (/** @type {string} */ text, /** @type {number} */ at) => {
        clock = at * 1000;
        const answer = await seen(await ask(`/b/${text}.gif`));
        await desk.settle();
        return answer;
      };
      const kept = async () => (await desk.store.eventsOf('ann')).length;
      const right = await play(tokens.lasting, NOW);
      assert.equal(await kept(), 1);
      // Before the consent was given (ours is slow, more than the skew that is forgiven), before there was time, after tokens can end, after consents do.
      for (const at of [NOW - 86_400, 0, 2 ** 32, NOW + 500 * 86_400]) for (const text of Object.values(tokens)) {
        if (text === tokens.over && at < NOW) continue; // by that clock it has not ended; what the consent says is seen with the others
        assert.equal(await play(text, at), right, `${at}`);
      }
      for (const text of [tokens.over, tokens.never]) assert.equal(await play(text, NOW), right);
      assert.equal(await kept(), 1);
      // The consent's own clock was fast: it is from the future, which is no consent.
      await recipient(GRANTED, { consent: { purposes: GRANTED, policyVersion: '2013-12-01', time: NOW + 86_400 } });
      assert.equal(await play(tokens.lasting, NOW), right);
      assert.equal(await kept(), 1);
      await desk.store.forget('ann');
    });
  });
}
