// Requests that wait or are refused: what leaves is what was decided, once; what does not leave looks like a network that failed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrived, inEveryBrowser, pathsOf, tagsJudged } from './visitor.mjs';

/** Runs in the page with the partners' origins at hand; resolves when what it sent is on its way.
 * @param {import('../support/browsers/types.d.ts').Page} page @param {string} source @returns {Promise<any>} */
const run = (page, source) =>
  page.evaluate(`(async () => { const { northlight, adharbor, circlet } = document.querySelector('script[data-northlight]').dataset;
    const happens = (target, ...types) => new Promise((done) => { for (const type of types) target.addEventListener(type, done); });
    const outcome = (promise) => promise.then(() => 'answered', (error) => error.name);
    const sent = () => fetch('/lab/counts').then((response) => response.text());
    ${source} })()`);

/** What reached the advertisers from these tests: paths that begin with /t-. */
const reached = () => ['northlight', 'adharbor', 'circlet'].flatMap((who) => pathsOf(who).filter((path) => path.startsWith('/t-')));

inEveryBrowser('requests', (visitor) => {
  test('new Audio(url) asks like every other element, and arrives after consent', async () => {
    const page = await visitor.visits();
    const seen = await run(page, `window.sound = new Audio(northlight + '/t-audio'); await sent();
      return [sound.src === northlight + '/t-audio', sound.preload, sound instanceof Audio, sound.constructor.name, new Audio().src]`);
    assert.deepEqual(seen, [true, 'auto', true, 'HTMLAudioElement', '']);
    assert.deepEqual(reached(), []);
    await page.evaluate('metrofaxConsent.set({ measurement: true })');
    await arrived(['northlight/t-audio']);
  });

  test('an argument is read once: what says one thing when asked and another when sent gets nowhere', async () => {
    const page = await visitor.visits();
    await run(page, `const liar = () => { let reads = 0; return { toString: () => (reads++ ? northlight + '/t-liar' : '/own') } };
      new Image().src = liar(); document.createElement('img').setAttribute('src', liar());
      document.createElement('img').setAttribute({ reads: 0, toString() { return this.reads++ ? 'src' : 'alt' } }, northlight + '/t-liar');
      const x = new XMLHttpRequest(); x.open('GET', liar()); x.send(); navigator.sendBeacon(liar()); void outcome(fetch(liar())); new EventSource(liar()).close();
      class Own extends Request { get url() { return '/own' } }
      void outcome(fetch(new Own(northlight + '/t-liar', { mode: 'no-cors' })));
      await sent()`);
    await tagsJudged(page);
    assert.deepEqual(reached(), []);
  });

  test('what waits is what was asked for: a URL object changed meanwhile changes nothing', async () => {
    const page = await visitor.visits();
    await run(page, `const change = (use, path) => { const url = new URL(northlight + path); use(url); url.href = adharbor + '/t-other' };
      change((url) => void outcome(fetch(url, { mode: 'no-cors' })), '/t-fetch');
      change((url) => navigator.sendBeacon(url, 'x'), '/t-beacon');
      change((url) => { new Image().src = url }, '/t-image')`);
    await page.evaluate('metrofaxConsent.set({ measurement: true })');
    await arrived(['northlight/t-fetch', 'northlight/t-beacon', 'northlight/t-image']);
    assert.deepEqual(reached().sort(), ['/t-beacon', '/t-fetch', '/t-image']);
  });

  test('a value that was replaced or taken back is not released', async () => {
    const page = await visitor.visits();
    const released = await run(page, `const urls = []; document.addEventListener('metrofaxconsent:released', ({ detail }) => urls.push(...detail.urls));
      const twice = new Image(); twice.src = northlight + '/t-first'; twice.src = northlight + '/t-second';
      const back = new Image(); back.src = northlight + '/t-back'; back.removeAttribute('src');
      const own = new Image(); own.src = northlight + '/t-own'; own.src = '/favicon.ico';
      metrofaxConsent.set({ measurement: true });
      return urls.filter((url) => url.includes('/t-')).map((url) => new URL(url).pathname)`);
    assert.deepEqual(released, ['/t-second']);
    await arrived(['northlight/t-second']);
    assert.deepEqual(reached(), ['/t-second']);
  });

  test('what an element waits for can be read back in every way', async () => {
    const page = await visitor.visits();
    const seen = await run(page, `const image = new Image(); image.src = northlight + '/t-a';
      const frame = document.createElement('iframe'); frame.setAttribute('src', northlight.replace('http:', '') + '/t-b');
      const set = northlight + '/t-c 1x, ' + northlight + '/t-d 2x'; const picture = new Image(); picture.srcset = set;
      return [image.src === northlight + '/t-a', image.getAttribute('SRC') === image.src, image.hasAttribute('src'),
        frame.src === northlight + '/t-b', frame.getAttribute('src') === northlight.replace('http:', '') + '/t-b',
        picture.srcset === set, picture.getAttribute('srcset') === set]`);
    assert.deepEqual(seen, Array(7).fill(true));
    await tagsJudged(page);
    assert.deepEqual(reached(), []);
  });

  test('XMLHttpRequest that waits: opened anew or aborted it does not go', async () => {
    const page = await visitor.visits();
    await run(page, `const x = new XMLHttpRequest(); x.open('GET', northlight + '/t-measured'); x.send();
      x.open('GET', adharbor + '/t-advertising'); x.send();
      const y = new XMLHttpRequest(); y.open('GET', northlight + '/t-aborted'); y.send(); y.abort();
      const z = new XMLHttpRequest(); z.open('GET', northlight + '/t-kept'); z.send();
      metrofaxConsent.set({ measurement: true })`);
    await arrived(['northlight/t-kept']);
    await run(page, 'await sent()');
    assert.deepEqual(reached(), ['/t-kept']);
  });

  test('XMLHttpRequest that is refused: fails as a network does, at once where it is synchronous', async () => {
    const page = await visitor.visits();
    const sync = `const z = new XMLHttpRequest(); z.open('GET', northlight + '/t-sync', false); let thrown = ''; try { z.send() } catch (error) { thrown = error.name }`;
    assert.equal(await run(page, `${sync}; return thrown`), 'NetworkError', 'undecided: nobody can wait');
    const seen = await run(page, `metrofaxConsent.rejectAll(); const x = new XMLHttpRequest(); const seen = [];
      for (const type of ['readystatechange', 'error', 'load', 'loadend']) x.addEventListener(type, () => seen.push(type + x.readyState));
      x.open('GET', northlight + '/t-refused'); x.send(); await happens(x, 'loadend'); ${sync}; return [...seen, x.status, x.responseURL, thrown]`);
    assert.deepEqual(seen, ['readystatechange1', 'readystatechange4', 'error4', 'loadend4', 0, '', 'NetworkError']);
    assert.deepEqual(reached(), []);
  });

  test('fetch: a signal ends the waiting, what cannot be sent fails at once, refusal is a TypeError', async () => {
    const page = await visitor.visits('/runtime-alone');
    const seen = await run(page, `const stop = new AbortController(); const given = outcome(fetch(northlight + '/t-signal', { signal: stop.signal })); stop.abort();
      const invalid = await outcome(fetch('http://[')); const late = await outcome(fetch(northlight + '/t-signal', { signal: stop.signal }));
      const waiting = outcome(fetch(northlight + '/t-refused')); metrofaxConsent.rejectAll();
      return [await given, invalid, late, await waiting, await outcome(fetch(northlight + '/t-refused')), await outcome(fetch.call({}, '/')), await outcome(fetch())]`);
    assert.deepEqual(seen, ['AbortError', 'TypeError', 'AbortError', 'TypeError', 'TypeError', 'TypeError', 'TypeError']);
    await page.evaluate('metrofaxConsent.acceptAll()');
    await run(page, 'await sent()');
    assert.deepEqual(reached(), []);
  });

  test('a refusal given in the middle of a release holds for everything behind it', async () => {
    const page = await visitor.visits();
    const seen = await run(page, `const urls = []; const waits = [];
      for (const name of ['a', 'b', 'c']) { new Image().src = northlight + '/t-' + name; waits.push(outcome(fetch(northlight + '/t-f' + name))) }
      document.addEventListener('metrofaxconsent:released', ({ detail }) => { if (detail.urls[0].endsWith('/t-a')) metrofaxConsent.rejectAll() });
      metrofaxConsent.set({ measurement: true }); return Promise.all(waits)`);
    assert.deepEqual(seen, ['TypeError', 'TypeError', 'TypeError']);
    await run(page, 'await sent()');
    assert.deepEqual(reached().filter((path) => path !== '/t-a'), []);
  });

  for (const choice of ['undecided', 'rejected']) {
    test(`WebSocket and EventSource, ${choice}: connections that fail, and still what the page knows them as`, async () => {
      const page = await visitor.visits();
      if (choice === 'rejected') await page.evaluate('metrofaxConsent.rejectAll()');
      const seen = await run(page, `class Mine extends WebSocket { hello() { return 'hello' } }
        const socket = new Mine(circlet.replace('http', 'ws') + '/t-socket'); const events = [];
        socket.onerror = (event) => events.push('error' + (event.target === socket));
        socket.onclose = (event) => events.push('close' + event.code + event.wasClean);
        const source = new EventSource(adharbor + '/t-source', { withCredentials: true });
        const failed = happens(source, 'error', 'open');
        const early = [socket.hello(), socket instanceof Mine, socket instanceof WebSocket, WebSocket.OPEN + socket.CLOSED,
          socket.url === circlet.replace('http', 'ws') + '/t-socket', source instanceof EventSource, source.url === adharbor + '/t-source', source.withCredentials];
        await happens(socket, 'close', 'open');
        return [...early, events.join(), socket.readyState, (await failed).type, source.readyState]`);
      assert.deepEqual(seen, ['hello', true, true, 4, true, true, true, true, 'errortrue,close1006false', 3, 'error', 2]);
      await tagsJudged(page);
      assert.deepEqual(reached(), []);
    });
  }
});
