// The way out to a partner: the click lands, and says of the visitor what the core allows.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { demo as startDemo, exchange, registration, Visitor } from './demo-support.mjs';
import { sealed } from '../support/consent-record.mjs';

/** @type {Awaited<ReturnType<typeof startDemo>>} */
let demo;
before(async () => { demo = await startDemo(); });
after(() => demo.close());

const HANDOFF = 1 << 14;
/** What a browser says of a click. */
const NAVIGATION = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
/** A consent cookie's value. @param {number} granted @param {number} [denied] */
function record(granted, denied = 0) {
  const text = `1~2013-12-01~us~${Math.floor(Date.now() / 1000 - 60).toString(16)}~${granted.toString(16)}~${denied.toString(16)}~0`;
  return sealed(text);
}

/** Where a click leads, and what its address says. @param {Visitor} visitor @param {Record<string, string>} [headers] @param {string} [path] */
async function click(visitor, headers = {}, path = '/out/adharbor?regime=us') {
  const answer = await visitor.send({ path, headers: { ...NAVIGATION, ...headers } });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers['cache-control'], 'no-store');
  const to = new URL(answer.headers.location);
  assert.equal(to.origin + to.pathname, `http://adharbor.localhost:${demo.port + 2}/offer`);
  assert.equal(to.searchParams.get('campaign'), 'stationery');
  return [...to.searchParams.keys()].filter((name) => name !== 'campaign');
}
/** @param {number} [granted] @param {number} [denied] */
const someone = (granted, denied) => {
  const visitor = new Visitor(demo.port);
  if (granted !== undefined) visitor.cookies.set('mf_consent', record(granted, denied));
  return visitor;
};

describe('a partner\'s offer [cookies.handoff]', () => {
  test('who was not asked, refused, or granted everything else lands without a word about them', async () => {
    assert.deepEqual(await click(someone()), []);
    assert.deepEqual(await click(someone(0, HANDOFF)), []);
    assert.deepEqual(await click(someone(0x3fffff & ~HANDOFF)), []);
    assert.deepEqual(await click(someone(), {}, '/out/adharbor'), []);
  });

  test('who switched it on takes the number of the click along, a new one each time; signed in, the fingerprint too', async () => {
    const visitor = someone(HANDOFF);
    assert.deepEqual(await click(visitor), ['click_id']);
    const numbers = await Promise.all([1, 2].map(async () => new URL((await visitor.get('/out/adharbor?regime=us')).headers.location).searchParams.get('click_id')));
    assert.notEqual(numbers[0], numbers[1]);
    assert.equal((await visitor.post('/register', registration({ email: 'Out@Example.com' }))).status, 303);
    const to = new URL((await visitor.get('/out/adharbor?regime=us')).headers.location);
    assert.equal(to.searchParams.get('email_sha256'), createHash('sha256').update('out@example.com').digest('hex'));
    visitor.cookies.set('mf_consent', record(0, HANDOFF));
    assert.deepEqual(await click(visitor), []);
  });

  test('Sec-GPC wins over a grant that came with everything else; a broken cookie is no grant', async () => {
    assert.deepEqual(await click(someone(HANDOFF), { 'sec-gpc': '1' }), []);
    const broken = someone();
    broken.cookies.set('mf_consent', `${record(HANDOFF)}0`);
    assert.deepEqual(await click(broken), []);
  });

  test('a place that the policy does not know is the strictest: only who granted it is told of, and everybody lands', async () => {
    assert.deepEqual(await click(someone(), {}, '/out/adharbor?regime=atlantis'), []);
    assert.deepEqual(await click(someone(HANDOFF), {}, '/out/adharbor?regime=atlantis'), await click(someone(HANDOFF)));
    // What protects the pages says that it did not know the place.
    assert.ok(demo.noted.every((error) => String(error).includes('/subject/regime')), String(demo.noted));
    demo.noted.length = 0;
  });

  test('a page that asks for it as its own image is not led to who may not be asked', async () => {
    const image = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
    assert.equal((await someone(HANDOFF).send({ path: '/out/adharbor?regime=eu', headers: image })).status, 403);
  });

  test('nobody is led anywhere else: no other name, and nothing of the request is in the address', async () => {
    for (const path of ['/out/', '/out/elsewhere', '/out/https:%2f%2fevil.example', '/out/__proto__', '/out/adharbor/more']) {
      assert.equal((await someone(HANDOFF).get(path)).status, 404, path);
    }
    const { headers } = await someone(HANDOFF).get('/out/adharbor?regime=us&to=https://evil.example&campaign=x&click_id=y');
    assert.ok(!/evil|=x|=y/.test(headers.location), headers.location);
  });

  test('the offer is on the site, and the partner\'s page shows what it was told', async () => {
    assert.match((await someone().get('/pricing?regime=fr')).text, /href="\/out\/adharbor\?regime=fr"/);
    const host = `adharbor.localhost:${demo.port + 2}`;
    const page = (/** @type {string} */ query) => exchange({ port: demo.port + 2, host, path: `/offer?${query}` }).then(({ text }) => [...text.matchAll(/data-told="(\w+)">([^<]*)</g)].map(([, name, told]) => `${name}: ${told}`));
    assert.deepEqual(await page('campaign=stationery'), ['campaign: stationery', 'click_id: nothing', 'email_sha256: nothing']);
    assert.deepEqual(await page('click_id=%3Cb%3E'), ['campaign: nothing', 'click_id: &lt;b&gt;', 'email_sha256: nothing']);
  });
});
