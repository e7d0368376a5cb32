// The demo writes its access log through the SDK: every answer has its line, and no line says more than its visitor allows.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AccessFiles } from '../../demo-site/.build/demo.mjs';
import { demo, exchange } from './demo-support.mjs';

let site;
before(async () => { site = await demo(); });
after(() => site.close());

/** The lines so far. */
async function lines() {
  const folder = join(site.data, 'logs');
  const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
  return texts.join('').split('\n').slice(0, -1);
}

/** The lines about `path`: an answer does not wait for its own. */
async function lineOf(path) {
  await site.logged();
  return (await lines()).filter((line) => line.includes(path));
}

describe('the demo’s access log [logs.aggregate]', () => {
  test('pages, files, errors and mail’s addresses: address truncated, no query value, no token, no agent', async () => {
    const headers = { 'user-agent': 'Agent/1', referer: 'http://x.example/?me=1', cookie: 'sid=secret' };
    for (const path of ['/pricing?who=somebody', '/nowhere/5551234567', '/b/AAAAsecrettokenAAAA.gif', '/consent.js?first=visit']) await exchange({ port: site.port, path, headers });
    const all = await lineOf('');
    assert.equal(all.length, 4);
    assert.match(all[0], /^127\.0\.0\.0 - - \[[^\]]+\] "GET \/pricing\?who=" 200 - "-" "-"$/);
    assert.match(all[1], /"GET \/nowhere\/-" 404 /);
    assert.match(all[2], /"GET \/b\/-" 200 /);
    assert.doesNotMatch(all.join('\n'), /somebody|secret|Agent|example|5551234567|127\.0\.0\.1/);
    assert.deepEqual(site.noted, []);
  });

  test('who granted measurement has the whole line, until the very answer that takes it back', async () => {
    const choose = (all) => exchange({ port: site.port, path: '/consent?ask=me', method: 'POST', body: JSON.stringify({ all }), headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', origin: `http://localhost:${site.port}`, cookie } });
    let cookie = '';
    const answer = await choose(true);
    cookie = answer.headers['set-cookie'][0].split(';', 1)[0];
    await exchange({ port: site.port, path: '/signals?q=mine', headers: { cookie, 'user-agent': 'Agent/2' } });
    assert.match((await lineOf('/signals'))[0], /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/signals\?q=mine" 200 - "-" "Agent\/2"$/);
    await choose(false);
    const choices = await lineOf('POST /consent?');
    for (const line of choices) assert.match(line, /^127\.0\.0\.0 .*"POST \/consent\?ask=" 200 /);
    assert.equal(choices.length, 2);
  });

  test('a demo that stops while pages are being made leaves nobody who writes into its folder', async () => {
    const other = await demo();
    const pages = Array.from({ length: 30 }, (_, i) => exchange({ port: other.port, path: `/pricing?${i}` }).catch(() => undefined));
    await Promise.race(pages); // the first is there, the others are on their way
    await other.close();
    await Promise.all(pages);
    // Handlers whose connection is gone come to their end: what they would write then would make the folder again.
    for (let turn = 0; turn < 1000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(readdir(other.data), { code: 'ENOENT' });
  });

  test('a day’s file goes when its time is over, and no other (retention.necessary)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'metrofax-days-'));
    let now = Date.parse('2026-11-27T23:59:59Z') / 1000;
    const files = new AccessFiles(folder, () => now);
    const first = files.write('first');
    now += 1;
    await Promise.all([first, files.write('second')]);
    assert.deepEqual(await readdir(folder), ['access-2026-11-27.log', 'access-2026-11-28.log']);
    assert.deepEqual(await files.before(now - 1), [], 'the day is not over');
    assert.deepEqual(await files.before(now), ['access-2026-11-27.log']);
    await files.sweep(now);
    assert.deepEqual(await readdir(folder), ['access-2026-11-28.log']);
    // What comes behind the end is not written: the folder may be gone.
    void files.write('third');
    const closed = files.close();
    void files.write('fourth');
    await closed;
    assert.equal(await readFile(join(folder, 'access-2026-11-28.log'), 'utf8'), 'second\nthird\n');
    await rm(folder, { recursive: true });
  });
});
