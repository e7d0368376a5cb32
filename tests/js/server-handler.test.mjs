// The mounted handler: route table, methods, problems.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpError, createHandler, problem } from '../../js-glue/dist/server.js';

const ask = (handler, path, init) => handler(new Request(`https://www.metrofax.com${path}`, init));

const table = (note) => createHandler([
  { method: 'GET', path: '/t/:token', handle: (c) => new Response(`shown ${c.param('token')}`) },
  { method: 'POST', path: '/t/:token', handle: async (c) => new Response(`${c.param('token')} ${await c.request.text()}`) },
  { method: 'GET', path: '/b/:token{.+\\.gif}', handle: (c) => new Response(c.param('token')) },
  { method: 'GET', path: '/wrong', handle: () => { throw new HttpError(400, 'No such choice.', '/choice'); } },
  { method: 'GET', path: '/broken', handle: () => { throw new Error('the database password is secret'); } },
], { note });

test('a route answers, with the parts of its path and its body', async () => {
  const handler = table();
  assert.equal(await (await ask(handler, '/t/abc')).text(), 'shown abc');
  assert.equal(await (await ask(handler, '/t/abc', { method: 'POST', body: 'List-Unsubscribe=One-Click' })).text(), 'abc List-Unsubscribe=One-Click');
  assert.equal(await (await ask(handler, '/b/a.b.gif')).text(), 'a.b.gif');
});

test('HEAD is GET without a body', async () => {
  const answer = await ask(table(), '/t/abc', { method: 'HEAD' });
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), '');
});

test('a path of nobody is null, so that the site goes on', async () => {
  assert.equal(await ask(table(), '/elsewhere'), null);
});

test('another method on a known path is 405 with Allow', async () => {
  const answer = await ask(table(), '/t/abc', { method: 'DELETE' });
  assert.equal(answer.status, 405);
  assert.equal(answer.headers.get('allow'), 'GET, POST, HEAD');
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
});

test('an HttpError is its problem; anything else is a 500 that tells the operator and not the visitor', async () => {
  const noted = [];
  const handler = table((error) => noted.push(String(error)));
  const wrong = await ask(handler, '/wrong');
  assert.deepEqual(await wrong.json(), { type: 'about:blank', title: 'Bad Request', status: 400, detail: 'No such choice.', at: '/choice' });
  const broken = await ask(handler, '/broken');
  assert.equal(broken.status, 500);
  assert.doesNotMatch(await broken.text(), /password/);
  assert.deepEqual(noted, ['Error: the database password is secret']);
});

test('a problem is never cached nor taken for a page', () => {
  const { headers } = problem(502, 'x');
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
});

test('a table mounted under a base answers there and nowhere else', async () => {
  const handler = createHandler([{ method: 'GET', path: '/consent', handle: () => new Response('here') }], { base: '/privacy' });
  assert.equal(await (await ask(handler, '/privacy/consent')).text(), 'here');
  assert.equal(await ask(handler, '/consent'), null);
});
