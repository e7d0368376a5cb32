// Forms of the demo site: registration, sign-in, remember-me, test drive; what is kept and what is refused.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { demo, exchange, registration, Visitor } from './demo-support.mjs';

describe('accounts of the demo site', () => {
  let site;
  let number = 0;
  before(async () => {
    site = await demo();
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
    const files = await readdir(site.data);
    return (await Promise.all(files.map((name) => readFile(join(site.data, name), 'latin1')))).join('');
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
    assert.equal(visitor.cookies.size, 2);
    for (const token of visitor.cookies.values()) assert.ok(!disk.includes(token));
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

  test('a remembered browser signs in by itself, and its token works once', async () => {
    const { email } = await register();
    const visitor = new Visitor(site.port);
    await visitor.post('/sign-in', { email, password: 'a sentence is fine', remember: 'yes' });
    const stolen = visitor.cookies.get('mf_remember');
    visitor.cookies.delete('mf_session');
    assert.equal((await visitor.get('/account')).status, 200);
    assert.notEqual(visitor.cookies.get('mf_remember'), stolen, 'the token was exchanged');
    const thief = new Visitor(site.port);
    thief.cookies.set('mf_remember', stolen);
    assert.equal((await thief.get('/account')).status, 303);
  });

  test('[cookies.remember-me] signing out removes both cookies and makes both tokens worthless', async () => {
    const { email } = await register();
    const visitor = new Visitor(site.port);
    await visitor.post('/sign-in', { email, password: 'a sentence is fine', remember: 'yes' });
    const before = new Map(visitor.cookies);
    const answer = await visitor.post('/sign-out', {});
    assert.equal(answer.status, 303);
    assert.equal(visitor.cookies.size, 0);
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
    assert.deepEqual([...visitor.cookies.keys()], ['mf_session']);
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
    assert.equal(wrong.text.replaceAll(email, ''), unknown.text.replaceAll('nobody@example.com', ''));
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
    assert.match(plain.text, /<code>test-drive<\/code>: transactional/);
    assert.match(plain.text, /No: you did not ask for them/);
    const offers = await visitor.post('/test-drive', { name: 'Desk', email: 'desk@example.com', message: '', offers: 'yes' });
    assert.match(offers.text, /Yes, because you ticked the box/);
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
