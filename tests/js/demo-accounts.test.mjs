// Forms of the demo site: registration, sign-in, remember-me, test drive; what is kept and what is refused.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createClient } from '@libsql/client';
import { demo, exchange, registration, Visitor } from './demo-support.mjs';

describe('accounts of the demo site', () => {
  let site;
  let number = 0;
  before(async () => {
    site = await demo({ hosts: ['www.metrofax.com'] });
  });
  after(() => site.close());

  const freshEmail = () => `person${++number}@example.com`;
  const register = async (changes = {}) => {
    const visitor = new Visitor(site.port);
    const email = freshEmail();
    const answer = await visitor.post('/register', registration({ email, ...changes }));
    return { visitor, email, answer };
  };
  /** Everything the demo has on disk, as one text. */
  const onDisk = async () => {
    const files = (await readdir(site.data, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
    return (await Promise.all(files.map((one) => readFile(join(one.parentPath ?? one.path, one.name), 'latin1')))).join('');
  };

  test('[registration.contact] a registration needs name, telephone, e-mail, age, plan and password, and nothing more', async () => {
    for (const field of ['name', 'phone', 'email', 'age', 'plan', 'password']) {
      const { answer } = await register({ [field]: '' });
      assert.equal(answer.status, 422, field);
      assert.match(answer.text, new RegExp(`id="${field}-problem"`), field);
      assert.equal(answer.headers['set-cookie'], undefined);
    }
    const { answer, visitor } = await register();
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.location, '/account');
    assert.match((await visitor.get('/account')).text, /Your account/);
  });

  test('[registration.demographic] job title and industry are optional', async () => {
    const { answer, visitor } = await register({ jobTitle: 'Clerk', industry: 'Legal' });
    assert.equal(answer.status, 303);
    assert.match((await visitor.get('/account')).text, /value="Clerk"/);
    assert.equal((await register({ industry: 'Piracy' })).answer.status, 422);
  });

  test('[registration.payment] of a card only the last four digits and the expiry stay', async () => {
    const { answer, visitor } = await register({ cardNumber: '4111 1111 1111 1111', cardExpiry: '12/49' });
    assert.equal(answer.status, 303);
    assert.match((await visitor.get('/account')).text, /ends in 1111, until 12\/49/);
    assert.ok(!(await onDisk()).includes('411111111111'), 'the number is on disk');
    for (const wrong of [
      { cardNumber: '4111 1111 1111 1112', cardExpiry: '12/49' },
      { cardNumber: '4111 1111 1111 1111', cardExpiry: '13/49' },
      { cardNumber: '4111 1111 1111 1111', cardExpiry: '01/20' },
      { cardNumber: '', cardExpiry: '12/49' },
    ]) {
      const refused = await register(wrong);
      assert.equal(refused.answer.status, 422, JSON.stringify(wrong));
      assert.doesNotMatch(refused.answer.text, /value="4111/, 'a card number came back in a page');
    }
  });

  test('[children.none] from someone under 13 nothing is kept', async () => {
    const email = freshEmail();
    const { answer, visitor } = await register({ email, age: 'under13', name: 'Keepsake Zanzibar' });
    assert.equal(answer.status, 200);
    assert.match(answer.text, /Nothing recorded/);
    assert.equal(visitor.cookies.size, 0);
    const disk = await onDisk();
    assert.ok(!disk.includes('Zanzibar') && !disk.includes(email));
  });

  test('an address has one account', async () => {
    const { email } = await register();
    const again = await register({ email: email.toUpperCase() });
    assert.equal(again.answer.status, 422);
    assert.match(again.answer.text, /has an account/);
  });

  test('passwords and tokens lie on disk only as hashes', async () => {
    const { email, visitor } = await register({ password: 'correct horse battery zebra' });
    await visitor.post('/sign-in', { email, password: 'correct horse battery zebra', remember: 'yes' });
    const disk = await onDisk();
    assert.ok(disk.includes(email), 'the account itself is there');
    assert.ok(!disk.includes('battery zebra'));
    assert.ok(disk.includes('scrypt$32768$8$1$'));
    assert.deepEqual([...visitor.cookies.keys()].sort(), ['mf_consent', 'mf_remember', 'mf_session']);
    for (const name of ['mf_session', 'mf_remember']) assert.ok(!disk.includes(visitor.cookies.get(name)));
  });

  test('[cookies.session] the session cookie ends with the browser', async () => {
    const { answer } = await register();
    const [line] = answer.headers['set-cookie'];
    assert.match(line, /^mf_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  test('[cookies.remember-me] remembering needs the tick, holds no password, and lasts 30 days', async () => {
    const { email } = await register();
    const without = await new Visitor(site.port).post('/sign-in', { email, password: 'a sentence is fine' });
    assert.equal(without.status, 303);
    assert.equal(without.headers['set-cookie'].length, 1);
    const ticked = await new Visitor(site.port).post('/sign-in', { email, password: 'a sentence is fine', remember: 'yes' });
    const line = ticked.headers['set-cookie'].find((one) => one.startsWith('mf_remember='));
    assert.match(line, /^mf_remember=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
    assert.match((await new Visitor(site.port).get('/sign-in')).text, /<input type="checkbox" id="remember" name="remember" value="yes" aria/);
  });

  const password = 'a sentence is fine';
  const remembered = async () => {
    const { email } = await register();
    const visitor = new Visitor(site.port);
    await visitor.post('/sign-in', { email, password, remember: 'yes' });
    return { email, visitor };
  };
  /** As if the token had been exchanged longer ago than two tabs of one browser take. */
  const later = async () => {
    const db = createClient({ url: `file:${join(site.data, 'site.db')}`, timeout: 5000 });
    await db.execute('UPDATE remembered SET spent = spent - 60');
    db.close();
  };

  test('[cookies.remember-me] the tick is recorded by the server as a choice for this purpose, for browsers without scripts', async () => {
    const { visitor } = await remembered();
    assert.match(visitor.cookies.get('mf_consent'), /^1~/);
    visitor.cookies.delete('mf_session');
    assert.equal((await visitor.get('/account')).status, 200);
  });

  test('[cookies.remember-me] a remembered browser signs in by itself, and its token is exchanged at each use', async () => {
    const { visitor } = await remembered();
    const tokens = new Set();
    for (let i = 0; i < 3; i++) {
      tokens.add(visitor.cookies.get('mf_remember'));
      visitor.cookies.delete('mf_session');
      assert.equal((await visitor.get('/account')).status, 200);
    }
    assert.equal(tokens.size, 3);
  });

  test('two tabs that open together are one browser, not a thief', async () => {
    const { visitor } = await remembered();
    visitor.cookies.delete('mf_session');
    const other = new Visitor(site.port);
    for (const [name, value] of visitor.cookies) other.cookies.set(name, value);
    assert.equal((await visitor.get('/account')).status, 200);
    assert.equal((await other.get('/account')).status, 200);
    assert.equal((await visitor.get('/account')).status, 200);
  });

  test('[cookies.remember-me] an old token that turns up again ends every session, and its owner is told', async () => {
    const { email, visitor } = await remembered();
    const elsewhere = new Visitor(site.port);
    await elsewhere.post('/sign-in', { email, password, remember: 'yes' });
    const thief = new Visitor(site.port);
    for (const [name, value] of visitor.cookies) if (name !== 'mf_session') thief.cookies.set(name, value);
    visitor.cookies.delete('mf_session');
    assert.equal((await visitor.get('/account')).status, 200);
    await later();
    assert.equal((await thief.get('/account')).status, 303, 'the copy is worth nothing');
    for (const browser of [visitor, elsewhere]) {
      assert.equal((await browser.get('/account')).status, 303, 'session and remembered browser are gone');
      assert.equal(browser.cookies.has('mf_remember'), false);
    }
    await visitor.post('/sign-in', { email, password });
    assert.match((await visitor.get('/account')).text, /used an old copy of your remember-me cookie/);
    await visitor.post('/account/password', { current: password, password: 'another sentence' });
    assert.doesNotMatch((await visitor.get('/account')).text, /old copy/);
  });

  test('the thief first: the owner\'s own copy shows it', async () => {
    const { visitor } = await remembered();
    const thief = new Visitor(site.port);
    for (const [name, value] of visitor.cookies) if (name !== 'mf_session') thief.cookies.set(name, value);
    assert.equal((await thief.get('/account')).status, 200);
    await later();
    visitor.cookies.delete('mf_session');
    assert.equal((await visitor.get('/account')).status, 303);
    thief.cookies.delete('mf_session');
    assert.equal((await thief.get('/account')).status, 303);
  });

  test('[cookies.rejection] a refusal or withdrawal takes the cookie and its token with the next request, whatever page asks', async () => {
    const { visitor } = await remembered();
    const copy = visitor.cookies.get('mf_remember');
    const granted = visitor.cookies.get('mf_consent');
    // The same record with nothing granted, as the page writes it at a withdrawal.
    const control = site.cookies;
    const line = control.choose(new Request(site.url, { headers: { cookie: `mf_consent=${granted}` } }), { 'remember-me': false })[0];
    visitor.cookies.set('mf_consent', line.split(';', 1)[0].replace('mf_consent=', ''));
    assert.equal((await visitor.get('/pricing')).status, 200);
    assert.equal(visitor.cookies.has('mf_remember'), false);
    assert.equal((await visitor.get('/account')).status, 200, 'the session goes on');
    const ghost = new Visitor(site.port);
    ghost.cookies.set('mf_consent', granted);
    ghost.cookies.set('mf_remember', copy);
    assert.equal((await ghost.get('/account')).status, 303, 'and the token is worth nothing');
  });

  test('[cookies.remember-me] a new password signs out everybody else and forgets every browser', async () => {
    const { email, visitor } = await remembered();
    const here = new Visitor(site.port);
    await here.post('/sign-in', { email, password });
    assert.equal((await here.post('/account/password', { current: 'not this one', password: 'another sentence' })).status, 422);
    assert.equal((await here.post('/account/password', { current: password, password: 'short' })).status, 422);
    assert.equal((await here.post('/account/password', { current: password, password: 'another sentence' })).headers.location, '/account?saved');
    assert.equal((await here.get('/account')).status, 200);
    assert.equal((await visitor.get('/account')).status, 303);
    visitor.cookies.delete('mf_session');
    assert.equal((await visitor.get('/account')).status, 303);
    assert.equal((await new Visitor(site.port).post('/sign-in', { email, password })).status, 422);
    assert.equal((await new Visitor(site.port).post('/sign-in', { email, password: 'another sentence' })).status, 303);
  });

  test('[security.tls] over plain http nobody is remembered, and the page says why', async () => {
    const { email } = await register();
    const host = `www.metrofax.com:${site.port}`;
    const form = await exchange({ port: site.port, host, path: '/sign-in' });
    assert.match(form.text, /name="remember"[^>]* disabled/);
    assert.match(form.text, /Not possible here\. [^<]*encrypt/i);
    const answer = await exchange({ port: site.port, host, path: '/sign-in', form: { email, password, remember: 'yes' } });
    assert.equal(answer.headers.location, '/account?not-remembered=insecure_page');
    assert.ok(!answer.headers['set-cookie'].some((line) => /remember=|mf_consent/.test(line)));
    const cookie = answer.headers['set-cookie'].find((line) => line.startsWith('mf_session=')).split(';', 1)[0];
    assert.match((await exchange({ port: site.port, host, path: answer.headers.location, headers: { cookie } })).text, /not remembered\. [^<]*encrypt/i);
  });

  test('[cookies.remember-me] over TLS the cookie is __Host-, Secure and HttpOnly', async () => {
    const { email } = await register();
    const body = new URLSearchParams({ email, password, remember: 'yes' });
    const headers = { origin: 'https://localhost', 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(String(body).length) };
    const answer = await site.fetch(new Request('https://localhost/sign-in', { method: 'POST', headers, body }));
    const line = answer.headers.getSetCookie().find((one) => one.includes('remember='));
    assert.match(line, /^__Host-mf_remember=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const jar = answer.headers.getSetCookie().filter((one) => !/max-age=0/i.test(one)).map((one) => one.split(';', 1)[0]).filter((one) => !one.startsWith('mf_session'));
    const back = await site.fetch(new Request('https://localhost/account', { headers: { cookie: jar.join('; ') } }));
    assert.equal(back.status, 200);
    assert.ok(back.headers.getSetCookie().some((one) => one.startsWith('__Host-mf_remember=') && !jar.includes(one.split(';', 1)[0])));
  });

  test('the JSON inventory names what came along; a sweep takes what may not be there', async () => {
    const { visitor } = await remembered();
    visitor.cookies.set('_ga', 'GA1.1');
    const listed = JSON.parse((await visitor.get('/consent/cookies')).text).cookies;
    assert.deepEqual(listed.map(({ name, declared, purpose }) => [name, declared, purpose]).sort(), [
      ['_ga', true, 'measurement'], ['mf_consent', true, 'service'], ['mf_remember', true, 'remember-me'], ['mf_session', true, 'service']]);
    const swept = await visitor.send({ path: '/consent/cookies', method: 'POST', body: '{}', headers: { origin: `http://localhost:${site.port}` } });
    assert.deepEqual(JSON.parse(swept.text), { swept: ['_ga'], complete: true });
    assert.deepEqual([...visitor.cookies.keys()].sort(), ['mf_consent', 'mf_remember', 'mf_session']);
  });

  test('[cookies.rejection] without scripts too a page takes along what may not be there, and says what is limited and why', async () => {
    const visitor = new Visitor(site.port);
    visitor.cookies.set('_ga', 'left');
    visitor.cookies.set('mf_session', 'mine');
    const first = await visitor.get('/choices');
    assert.deepEqual([...visitor.cookies.keys()], ['mf_session'], 'and nothing else');
    const state = (text, id) => new RegExp(`data-area="${id}" data-is="(\\w+)">\\s*(\\w+)</span> <span class="hint" data-area-why="${id}">([^<]*)`).exec(text)?.slice(1);
    const [is, word, why] = state(first.text, 'remembered-login') ?? [];
    assert.deepEqual([is, word], ['denied', 'limited']);
    assert.ok(why.length > 20, why);
    assert.match(first.text, /data-area-note="embedded-media">[^<]*Social/);
    assert.equal((await visitor.get('/pricing')).headers['set-cookie'], undefined, 'what is clean stays as it is');

    const { visitor: ticked } = await remembered();
    const second = await ticked.get('/choices');
    assert.deepEqual(state(second.text, 'remembered-login'), ['granted', 'works', '']);
    assert.equal(state(second.text, 'personalised-offers')[0], 'denied');
    assert.ok(ticked.cookies.has('mf_remember') && ticked.cookies.has('mf_session'), 'what was granted stays');
  });

  test('[cookies.remember-me] signing out removes both cookies and makes both tokens worthless', async () => {
    const { email } = await register();
    const visitor = new Visitor(site.port);
    await visitor.post('/sign-in', { email, password: 'a sentence is fine', remember: 'yes' });
    const before = new Map([...visitor.cookies].filter(([name]) => name !== 'mf_consent'));
    const answer = await visitor.post('/sign-out', {});
    assert.equal(answer.status, 303);
    assert.deepEqual([...visitor.cookies.keys()], ['mf_consent'], 'the choice itself stays');
    for (const [name, value] of before) {
      const ghost = new Visitor(site.port);
      ghost.cookies.set(name, value);
      assert.equal((await ghost.get('/account')).status, 303, name);
    }
  });

  test('[cookies.rejection] forgetting the browser leaves the session as it is', async () => {
    const { email } = await register();
    const visitor = new Visitor(site.port);
    await visitor.post('/sign-in', { email, password: 'a sentence is fine', remember: 'yes' });
    assert.equal((await visitor.post('/forget', {})).status, 204);
    assert.deepEqual([...visitor.cookies.keys()].sort(), ['mf_consent', 'mf_session']);
    assert.equal((await visitor.get('/account')).status, 200);
  });

  test('a planted session is replaced at sign-in', async () => {
    const { email } = await register();
    const visitor = new Visitor(site.port);
    visitor.cookies.set('mf_session', 'A'.repeat(43));
    await visitor.post('/sign-in', { email, password: 'a sentence is fine' });
    assert.notEqual(visitor.cookies.get('mf_session'), 'A'.repeat(43));
  });

  test('a wrong password and an unknown address get the same answer', async () => {
    const { email } = await register();
    const wrong = await new Visitor(site.port).post('/sign-in', { email, password: 'not this one' });
    const unknown = await new Visitor(site.port).post('/sign-in', { email: 'nobody@example.com', password: 'not this one' });
    assert.equal(wrong.status, 422);
    assert.equal(unknown.status, 422);
    const plain = (text, address) => text.replaceAll(address, '').replaceAll(/nonce="[^"]+"/g, '');
    assert.equal(plain(wrong.text, email), plain(unknown.text, 'nobody@example.com'));
  });

  test('[pii.change] who is signed in can change the record and delete it', async () => {
    const { visitor, email } = await register();
    const saved = await visitor.post('/account', { name: 'Back office', phone: '+1 312 555 0199', offers: 'yes' });
    assert.equal(saved.headers.location, '/account?saved');
    assert.match((await visitor.get('/account?saved')).text, /value="Back office"/);
    assert.equal((await visitor.post('/account', { name: '', phone: '' })).status, 422);
    assert.equal((await visitor.post('/account/delete', {})).status, 303);
    assert.equal((await visitor.get('/account')).status, 303);
    assert.equal((await new Visitor(site.port).post('/sign-in', { email, password: 'a sentence is fine' })).status, 422);
  });

  test('[security.need-to-know] nobody sees an account without signing in', async () => {
    assert.equal((await new Visitor(site.port).get('/account')).headers.location, '/sign-in');
    assert.equal((await new Visitor(site.port).post('/account', registration())).headers.location, '/sign-in');
  });

  test('what people type is text wherever it is shown', async () => {
    const evil = '"><img src=x onerror=alert(1)><script>alert(2)</script>';
    const { visitor } = await register({ name: evil, jobTitle: evil });
    const sent = await new Visitor(site.port).post('/test-drive', { name: evil, email: 'a@example.com', message: evil });
    const refused = await new Visitor(site.port).post('/register', registration({ name: evil, email: evil }));
    for (const { text } of [await visitor.get('/account'), sent, refused]) {
      assert.ok(text.includes('&lt;img src=x'));
      assert.ok(!text.includes('<img src=x') && !text.includes('<script>alert'));
    }
  });

  test('[test-drive.sample] [test-drive.promotional] a test drive says which class of mail would leave', async () => {
    const visitor = new Visitor(site.port);
    const plain = await visitor.post('/test-drive', { name: 'Desk', email: 'desk@example.com', message: 'Hello' });
    assert.equal(plain.status, 200);
    const row = (/** @type {string} */ of) => new RegExp(`<code>${of}</code></td><td>(Yes|No)\\. `);
    assert.equal(row('test-drive').exec(plain.text)?.[1], 'Yes');
    assert.equal(row('promotional').exec(plain.text)?.[1], 'No');
    const offers = await visitor.post('/test-drive', { name: 'Desk', email: 'desk@example.com', message: '', offers: 'yes' });
    assert.equal(row('promotional').exec(offers.text)?.[1], 'Yes');
    for (const wrong of [{ name: '', email: 'a@example.com' }, { name: 'A', email: 'nowhere' }, { name: 'A', email: 'a@example.com', message: 'x'.repeat(601) }]) {
      assert.equal((await visitor.post('/test-drive', wrong)).status, 422);
    }
  });

  test('another site cannot make a browser post', async () => {
    const { visitor } = await register();
    const cookie = `mf_session=${visitor.cookies.get('mf_session')}`;
    const post = (headers) =>
      exchange({ port: site.port, path: '/account/delete', method: 'POST', body: '', headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers } });
    assert.equal((await post({ origin: 'http://evil.example' })).status, 403);
    assert.equal((await post({ origin: 'null' })).status, 403);
    assert.equal((await post({ origin: `http://adharbor.localhost:${site.port + 2}` })).status, 403);
    assert.equal((await post({ origin: `http://localhost:${site.port}`, 'sec-fetch-site': 'cross-site' })).status, 403);
    assert.equal((await post({ 'sec-fetch-site': 'same-site' })).status, 403);
    assert.equal((await post({})).status, 403, 'cookies without any sign of where the request came from');
    assert.equal((await visitor.get('/account')).status, 200, 'the account is still there');
  });

  test('a body beyond the limit is refused, and one that is no form fails at its fields', async () => {
    const headers = { origin: `http://localhost:${site.port}`, 'content-type': 'application/x-www-form-urlencoded' };
    const large = await exchange({ port: site.port, path: '/register', body: `name=${'x'.repeat(20_000)}`, headers });
    assert.equal(large.status, 413);
    const unsaid = await fetch(`http://127.0.0.1:${site.port}/register`, { method: 'POST', body: new Blob(['name=x']).stream(), duplex: 'half' });
    assert.equal(unsaid.status, 411);
    const none = await fetch(`http://127.0.0.1:${site.port}/lab/reset`, { method: 'POST' });
    assert.equal(none.status, 200);
    const json = await exchange({ port: site.port, path: '/register', body: '{"name":1}', headers: { ...headers, 'content-type': 'application/json' } });
    assert.equal(json.status, 422);
  });

  test('damaged cookies are nobody', async () => {
    for (const value of ['', 'x', 'A'.repeat(5000), "' OR 1=1 --", '%00', '{}']) {
      const answer = await exchange({ port: site.port, path: '/account', headers: { cookie: `mf_session=${value}; mf_remember=${value}` } });
      assert.equal(answer.status, 303, value.slice(0, 20));
    }
    assert.deepEqual(site.noted, []);
  });
});

test('a failure inside shows a page, tells nothing of itself, and is noted', async () => {
  const site = await demo();
  try {
    site.store.close();
    const answer = await exchange({ port: site.port, path: '/sign-in', form: { email: 'desk@example.com', password: 'whatever it is' } });
    assert.equal(answer.status, 500);
    assert.match(answer.text, /Transmission error/);
    assert.doesNotMatch(answer.text, /\bat \S+ \(|SQLITE|libsql|Error:/);
    assert.equal(site.noted.length, 1);
  } finally {
    await site.close();
  }
});
