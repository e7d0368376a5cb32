// The visitor's choice without a runtime: cookie, receipt, the page without scripts, and who may choose.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consentRoutes, createHandler } from '../../js-glue/dist/server.js';
import { T, html, policy, protection } from './server-support.mjs';

const kept = [];
const handler = createHandler(consentRoutes({ policy, gpcSince: '2026-11-23', keep: (receipt) => kept.push(receipt) }));
const URL_ = 'https://www.metrofax.com/consent';
const own = { 'sec-fetch-site': 'same-origin', origin: 'https://www.metrofax.com' };
const post = (body, headers = {}) => handler(new Request(URL_, { method: 'POST', body, headers: { ...own, 'content-type': 'application/json', ...headers } }));

test('a choice is a cookie that the rewrite obeys, and a receipt', async () => {
  const answer = await post('{"all":true}');
  assert.equal(answer.status, 200);
  const [cookie] = answer.headers.getSetCookie();
  assert.match(cookie, /^mf_consent=1~2013-12-01~eu~[0-9a-f~]+; Path=\/; Max-Age=\d+; SameSite=Lax; Secure$/);
  const receipt = await answer.json();
  assert.deepEqual([...new Set(Object.values(receipt.purposes))], ['granted']);
  assert.match(receipt.policySha256, /^[0-9a-f]{64}$/);
  assert.deepEqual(kept.at(-1), receipt);
  const page = await protection().protect(new Request('https://www.metrofax.com/', { headers: { cookie: cookie.split(';')[0] } }), html(`<img src="${T}/a">`));
  assert.match(await page.text(), /<img src="https:\/\/www\.google-analytics\.com\/a">/);
  const again = await handler(new Request(`${URL_}/receipt`, { headers: { cookie: cookie.split(';')[0] } }));
  assert.deepEqual(await again.json(), receipt);
});

test('some purposes: the others keep what they have', async () => {
  const { purposes } = await (await post('{"purposes":{"measurement":true,"advertising":false}}')).json();
  assert.equal(purposes.measurement, 'granted');
  assert.equal(purposes.advertising, 'denied');
  assert.equal(purposes.social, 'unknown');
});

test('one vendor can be refused, whatever its purposes; another choice keeps that, accepting all ends it [choice.third-party-ads][W2]', async () => {
  const answer = await post('{"purposes":{"measurement":true},"vendors":{"google-analytics":false}}');
  let cookie = answer.headers.getSetCookie()[0].split(';')[0];
  assert.match(cookie, /^mf_consent=3~/);
  assert.deepEqual((await answer.json()).refused, ['google-analytics']);
  const pixels = `<img src="${T}/a"><img src="https://northlight.localhost/collect">`;
  const shown = async () => {
    const page = await (await protection().protect(new Request('https://www.metrofax.com/', { headers: { cookie } }), html(pixels))).text();
    return [page.includes(`<img src="${T}/a">`), page.includes('<img src="https://northlight.localhost/collect">')];
  };
  assert.deepEqual(await shown(), [false, true]);
  const next = async (/** @type {string} */ body) => {
    const { headers } = await post(body, { cookie });
    cookie = headers.getSetCookie()[0].split(';')[0];
  };
  for (const body of ['{"purposes":{"measurement":true,"social":true}}', '{"vendors":{"northlight":true}}', '{"purposes":{}}']) {
    await next(body);
    assert.deepEqual(await shown(), [false, true], body);
  }
  await next('{"vendors":{"google-analytics":true,"northlight":false}}');
  assert.deepEqual(await shown(), [true, false]);
  await next('{"all":false}');
  await next('{"purposes":{"measurement":true}}');
  assert.deepEqual(await shown(), [true, false], 'refusing all is no allowance');
  await next('{"all":true}');
  assert.deepEqual(await shown(), [true, true]);
  assert.match(cookie, /^mf_consent=1~/);
});

test('a choice about something else answers no signal for older grants [choice.third-party-ads][W2]', async () => {
  const cookie = (await post('{"all":true}')).headers.getSetCookie()[0].split(';')[0];
  const shown = async (/** @type {string} */ of) => {
    const page = await protection().protect(new Request('https://www.metrofax.com/', { headers: { cookie: of, 'sec-gpc': '1' } }), html(`<img src="${T}/a">`));
    return (await page.text()).includes(`<img src="${T}/a">`);
  };
  const choosing = async (/** @type {object} */ purposes) => (await post(JSON.stringify({ purposes }), { cookie, 'sec-gpc': '1' })).headers.getSetCookie()[0].split(';')[0];
  assert.equal(await shown(cookie), false);
  for (const choice of [{}, { survey: false }, { 'email-marketing': true }]) assert.equal(await shown(await choosing(choice)), false, JSON.stringify(choice));
  assert.equal(await shown(await choosing({ measurement: true, advertising: true })), true);
});

test('a choice about something else revives no grant that has aged out [W8][retention.necessary]', async () => {
  let now = 1_767_225_600;
  const clocked = createHandler(consentRoutes({ policy, gpcSince: '2026-11-23', now: () => now }));
  const choosing = async (/** @type {object} */ purposes, cookie = '') =>
    clocked(new Request(URL_, { method: 'POST', body: JSON.stringify({ purposes }), headers: { ...own, 'content-type': 'application/json', cookie } }));
  const first = await choosing({ measurement: true });
  let cookie = first.headers.getSetCookie()[0].split(';')[0];
  now += 390 * 86_400;
  const said = async () => (await (await clocked(new Request(URL_, { headers: { cookie } }))).json()).purposes;
  assert.equal((await said()).measurement, 'granted');
  cookie = (await choosing({ survey: true }, cookie)).headers.getSetCookie()[0].split(';')[0];
  assert.match(cookie, /^mf_consent=2~/, 'the record says that one of its grants is older');
  now += 10 * 86_400;
  assert.equal((await said()).measurement, 'unknown');
  const after = await choosing({ survey: false }, cookie);
  assert.deepEqual([(await after.json()).purposes.measurement], ['unknown']);
});

test('a form, for those without scripts: shown, sent, and back again', async () => {
  const page = await handler(new Request(URL_, { headers: { accept: 'text/html' } }));
  assert.match(await page.text(), /<input type="checkbox" name="purpose\.measurement" >/);
  const answer = await post('choice=some&purpose.measurement=on', { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get('location'), '/consent');
  const cookie = answer.headers.getSetCookie()[0].split(';')[0];
  const { purposes } = await (await handler(new Request(URL_, { headers: { cookie } }))).json();
  assert.equal(purposes.measurement, 'granted');
  assert.equal(purposes.advertising, 'denied');
});

for (const [what, body, headers, status] of [
  ['another site', '{"all":true}', { 'sec-fetch-site': 'cross-site' }, 403],
  ['another origin', '{"all":true}', { origin: 'https://evil.example' }, 403],
  ['no JSON', '{', {}, 400], ['an unknown purpose', '{"purposes":{"__proto__x":true}}', {}, 400], ['no boolean', '{"purposes":{"measurement":"yes"}}', {}, 400],
  ['an unknown vendor', '{"vendors":{"nobody":false}}', {}, 400], ['ourselves as a vendor', '{"vendors":{"":false}}', {}, 400], ['no list of vendors', '{"vendors":["northlight"]}', {}, 400],
  ['another type', 'x', { 'content-type': 'text/plain' }, 415], ['too much', `{"x":"${'x'.repeat(20_000)}"}`, {}, 413], ['no choice', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 400],
]) {
  test(`refused: ${what}`, async () => {
    const answer = await post(body, headers);
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    assert.deepEqual(answer.headers.getSetCookie(), []);
  });
}

test('/.well-known/gpc.json says that GPC is honoured', async () => {
  assert.deepEqual(await (await handler(new Request('https://www.metrofax.com/.well-known/gpc.json'))).json(), { gpc: true, lastUpdate: '2026-11-23' });
});
