// The three advertisers and what is counted about them.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { demo, exchange } from './demo-support.mjs';

const offsets = { northlight: 1, adharbor: 2, circlet: 3 };

describe('the advertisers', () => {
  let site;
  before(async () => {
    site = await demo();
  });
  after(() => site.close());

  const ask = (advertiser, path, options = {}) => {
    const port = site.port + offsets[advertiser];
    return exchange({ port, host: `${advertiser}.localhost:${port}`, path, ...options });
  };
  const counts = async () => JSON.parse((await exchange({ port: site.port, path: '/lab/counts' })).text);
  const reset = () => exchange({ port: site.port, path: '/lab/reset', method: 'POST' });
  beforeEach(reset);

  test('count every request once, by path, with the cookies that came along', async () => {
    await ask('northlight', '/nl.js');
    await ask('northlight', '/collect?e=view', { headers: { cookie: '_nl=abc; other=1' } });
    await ask('northlight', '/collect?e=vitals', { body: '{}', headers: { 'content-type': 'text/plain' } });
    await ask('adharbor', '/no/such/thing');
    assert.deepEqual(await counts(), {
      northlight: { requests: 3, byPath: { '/nl.js': 1, '/collect': 2 }, cookies: 2 },
      adharbor: { requests: 1, byPath: { '/no/such/thing': 1 }, cookies: 0 },
      circlet: { requests: 0, byPath: {}, cookies: 0 },
    });
  });

  test('are not counted by what the site itself receives', async () => {
    await exchange({ port: site.port, path: '/' });
    for (const one of Object.values(await counts())) assert.equal(one.requests, 0);
  });

  test('reset brings all counts to nothing', async () => {
    await ask('circlet', '/button');
    const { status, text } = await reset();
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(text), await counts());
    for (const one of Object.values(await counts())) assert.deepEqual(one, { requests: 0, byPath: {}, cookies: 0 });
  });

  test('another site cannot reset them', async () => {
    await ask('circlet', '/button');
    const answer = await exchange({ port: site.port, path: '/lab/reset', method: 'POST', headers: { origin: 'http://evil.example' } });
    assert.equal(answer.status, 403);
    assert.equal((await counts()).circlet.requests, 1);
  });

  test('paths that name parts of objects are paths like any other', async () => {
    await ask('adharbor', '/__proto__');
    await ask('adharbor', '/constructor');
    const { adharbor } = await counts();
    assert.deepEqual(Object.keys(adharbor.byPath).sort(), ['/__proto__', '/constructor']);
  });

  test('remember a limited number of requests and paths however many come', async () => {
    for (let i = 0; i < 450; i++) site.ledger.record({ advertiser: 'circlet', time: i, method: 'GET', path: `/${i}`, query: '', cookies: [], referrer: '', initiator: '' });
    const { circlet } = await counts();
    assert.equal(circlet.requests, 450);
    assert.equal(Object.keys(circlet.byPath).length, 101);
    assert.equal(circlet.byPath.other, 350);
    assert.equal(site.ledger.hits().length, 400);
  });

  test('set third-party cookies, and only once', async () => {
    for (const [advertiser, path, name] of [['northlight', '/collect', '_nl'], ['adharbor', '/frame', 'ah_uid'], ['circlet', '/button', 'cl_sess']]) {
      const [line] = (await ask(advertiser, path)).headers['set-cookie'];
      assert.match(line, new RegExp(`^${name}=[0-9a-f]{24}; `));
      assert.match(line, /SameSite=None/);
      assert.match(line, /Secure/);
      assert.equal((await ask(advertiser, path, { headers: { cookie: `${name}=1` } })).headers['set-cookie'], undefined);
    }
  });

  test('answer with scripts, frames, a clip and a clear GIF of 43 bytes', async () => {
    for (const [advertiser, path, type] of [
      ['northlight', '/nl.js', /^text\/javascript/],
      ['adharbor', '/tag.js', /^text\/javascript/],
      ['circlet', '/widget.js', /^text\/javascript/],
      ['adharbor', '/frame', /^text\/html/],
      ['circlet', '/button', /^text\/html/],
      ['circlet', '/clip', /^video\/webm/],
    ]) {
      const { status, headers } = await ask(advertiser, path);
      assert.equal(status, 200, path);
      assert.match(headers['content-type'], type);
    }
    for (const [advertiser, path] of [['northlight', '/collect'], ['adharbor', '/px.gif']]) {
      const { bytes, headers } = await ask(advertiser, path);
      assert.equal(bytes.length, 43);
      assert.equal(bytes.subarray(0, 6).toString(), 'GIF89a');
      assert.match(headers['cache-control'], /no-store/);
    }
  });

  test('a socket is counted like a request', async () => {
    const port = site.port + offsets.circlet;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/live`, { headers: { host: `circlet.localhost:${port}` } });
    const first = await new Promise((resolve, reject) => {
      socket.on('message', (data) => resolve(JSON.parse(data)));
      socket.on('error', reject);
    });
    socket.terminate();
    assert.deepEqual(first, { present: 1 });
    assert.deepEqual((await counts()).circlet.byPath, { '/live': 1 });
    assert.equal(site.ledger.hits().at(-1).initiator, 'websocket');
  });

  test('what caused a request is read from its headers', async () => {
    const initiator = async (headers, options = {}) => {
      await ask('northlight', '/collect', { headers, ...options });
      return site.ledger.hits().at(-1).initiator;
    };
    assert.equal(await initiator({ 'sec-fetch-dest': 'image' }), 'image');
    assert.equal(await initiator({ 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'no-cors' }, { method: 'POST' }), 'beacon');
    assert.equal(await initiator({ 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }), 'fetch or xhr');
    assert.equal(await initiator({ accept: 'text/event-stream', 'sec-fetch-dest': 'empty' }), 'eventsource');
    assert.equal(await initiator({}), 'unknown');
  });

  test('the stream begins with the whole picture and goes on with each request', async () => {
    await ask('adharbor', '/px.gif');
    const stop = new AbortController();
    const response = await fetch(`http://127.0.0.1:${site.port}/lab/events`, { signal: stop.signal });
    assert.match(response.headers.get('content-type'), /^text\/event-stream/);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const next = async (name) => {
      for (;;) {
        const found = new RegExp(`event: ${name}\\ndata: (.*)\\n\\n`).exec(text);
        if (found) {
          text = text.slice(found.index + found[0].length);
          return JSON.parse(found[1]);
        }
        const { value, done } = await reader.read();
        assert.ok(!done, `the stream ended before ${name}`);
        text += value;
      }
    };
    const picture = await next('snapshot');
    assert.equal(picture.counts.adharbor.requests, 1);
    assert.equal(picture.hits.length, 1);
    await ask('circlet', '/button', { headers: { referer: 'http://localhost/pricing' } });
    const { hit, counts: then } = await next('hit');
    assert.equal(hit.advertiser, 'circlet');
    assert.equal(hit.referrer, 'http://localhost/pricing');
    assert.equal(then.circlet.requests, 1);
    await reset();
    assert.deepEqual((await next('snapshot')).hits, []);
    stop.abort();
  });
});
