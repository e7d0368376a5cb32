// The page around the runtime: what it reads back of storage, scripts that wait for each other, and the runtime's own tag.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOTHING, inEveryBrowser, received, stateOf, tagsJudged } from './visitor.mjs';

/** What code that never heard of consent does with storage. True where a page without the SDK has it so. */
const STORAGE = `(() => { const answers = {}; const tries = { ${[
  ['methods work when borrowed', "Storage.prototype.getItem.call(localStorage, 'nobody') === null && Storage.prototype.removeItem.call(localStorage, 'nobody') === undefined"],
  ['length works when borrowed', "Object.getOwnPropertyDescriptor(Storage.prototype, 'length').get.call(localStorage) === localStorage.length"],
  ['methods are those of the prototype', 'localStorage.setItem === Storage.prototype.setItem && localStorage.getItem === sessionStorage.getItem'],
  ['methods look native', "localStorage.getItem.name === 'getItem' && localStorage.setItem.length === 2 && String(localStorage.getItem).includes('native code')"],
  ['a method borrowed for another area works on that area', "(sessionStorage.clear(), localStorage.setItem('nl_visitor', '1'), localStorage.getItem.call(sessionStorage, 'nl_visitor')) === null"],
  ['the area is itself', 'localStorage === window.localStorage && localStorage instanceof Storage'],
  ['events name the area', "new StorageEvent('storage', { key: 'a', storageArea: localStorage }).storageArea === localStorage"],
  ['a wrapped prototype sees the area', `(() => { const { getItem } = Storage.prototype; let seen;
    Storage.prototype.getItem = function (key) { seen = this; return getItem.call(this, key) };
    try { localStorage.getItem('nobody') } finally { Storage.prototype.getItem = getItem } return seen === localStorage })()`],
  ['too few arguments throw', "(() => { try { localStorage.setItem('nobody') } catch (error) { return error instanceof TypeError } })()"],
  ['what is stored is listed', "(localStorage.clear(), localStorage.nl_visitor = '1', JSON.stringify(localStorage) + Object.keys(localStorage) + ('nl_visitor' in localStorage) + localStorage.length + localStorage.key(0)) === '{\"nl_visitor\":\"1\"}nl_visitortrue1nl_visitor'"],
  ['what is deleted is gone', "delete localStorage.nl_visitor && !('nl_visitor' in localStorage) && localStorage.nl_visitor === undefined"],
].map(([name, source]) => `${JSON.stringify(name)}: () => ${source}`).join(',\n')} };
  for (const [name, attempt] of Object.entries(tries)) try { answers[name] = attempt() } catch (error) { answers[name] = String(error) }
  return answers })()`;

inEveryBrowser('the page', (visitor) => {
  test('storage that is allowed behaves as without the SDK', async () => {
    const page = await visitor.visits();
    await page.evaluate('metrofaxConsent.acceptAll()');
    const answers = await page.evaluate(STORAGE);
    assert.deepEqual(Object.entries(answers).filter(([, answer]) => answer !== true), []);
  });

  test('storage is asked for by the key that is written: an object that says two things writes nothing undeclared', async () => {
    const page = await visitor.visits();
    await page.evaluate('metrofaxConsent.set({ measurement: true })');
    const stored = await page.evaluate(`(() => { const liar = (first, then) => { let reads = 0; return { toString: () => (reads++ ? then : first) } };
      document.cookie = liar('_nl=1', 'undeclared=1'); localStorage.setItem(liar('nl_visitor', 'undeclared'), '1');
      return [document.cookie.includes('undeclared'), 'undeclared' in localStorage, localStorage.nl_visitor] })()`);
    assert.deepEqual(stored, [false, false, '1']);
  });

  test('released scripts keep their order: text behind a library runs after it, and waits for nothing that cannot load', async () => {
    const page = await visitor.visits('/strict/nonce');
    await page.evaluate(`(() => { const { nonce } = document.querySelector('script[nonce]');
      const { northlight } = document.querySelector('script[data-northlight]').dataset; window.order = [];
      const inert = (dataset, text = '') => {
        const script = Object.assign(document.createElement('script'), { type: 'text/plain', text, nonce });
        Object.assign(script.dataset, { purpose: 'measurement', ...dataset });
        document.body.append(script);
      };
      localStorage.clear();
      inert({ src: northlight + '/nl.js?library' });
      inert({}, "order.push(document.cookie.includes('_nl='))");
      inert({ src: northlight + '/nl.js?template', type: 'text/template' });
      inert({}, "order.push('last')") })()`);
    // The observer has seen the four when this, asked after them, is answered.
    await page.evaluate("fetch('/lab/counts').then((response) => response.text())");
    await page.evaluate("document.querySelectorAll('script[src*=\"nl.js\"]').forEach((script) => script.remove()), metrofaxConsent.set({ measurement: true })");
    await page.waitFor('order.length === 2');
    assert.deepEqual(await page.evaluate('order'), [true, 'last']);
  });

  test('the tag twice: one runtime, which the choice reaches', async () => {
    const page = await visitor.visits();
    await page.evaluate(`new Promise((done) => { const script = document.createElement('script'); window.before = metrofaxConsent;
      script.onload = done; script.src = document.querySelector('script[src*="consent.js"]').src + '?again'; document.head.append(script) })`);
    assert.deepEqual(page.errors, []);
    assert.equal(await page.evaluate('metrofaxConsent === before'), true);
    await page.evaluate(`(() => { window.pixel = new Image(); pixel.src = document.querySelector('script[data-northlight]').dataset.northlight + '/collect'; metrofaxConsent.set({ measurement: true }) })()`);
    await page.waitFor('pixel.complete && pixel.naturalWidth === 1');
  });

  test('a choice that no cookie keeps lasts as long as the page', async () => {
    const init = `Object.defineProperty(Document.prototype, 'cookie', { get: () => '', set() {}, configurable: true })`;
    const page = await visitor.visits('/', { init });
    await page.evaluate('metrofaxConsent.rejectAll()');
    await page.evaluate("dispatchEvent(new Event('focus')), dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })), document.dispatchEvent(new Event('visibilitychange'))");
    const { decided, kept, purposes } = await stateOf(page);
    assert.deepEqual([decided, kept, purposes.advertising], [true, false, 'denied']);
  });

  test('a second consent cookie that cannot be read: asked once more, not for ever', async () => {
    const page = await visitor.visits();
    await page.evaluate('metrofaxConsent.rejectAll()');
    await page.evaluate("document.cookie = 'mf_consent=9~of another time; Path=/pricing'");
    await visitor.goes(page, '/pricing');
    await page.waitVisible('.banner');
    await tagsJudged(page);
    assert.equal((await stateOf(page)).decided, false);
    assert.deepEqual(received(), NOTHING);
    await page.click('.banner .reject');
    await page.reload();
    await page.waitFor("metrofaxConsent.status === 'ready'");
    assert.deepEqual([(await stateOf(page)).decided, (await stateOf(page)).purposes.advertising], [true, 'denied']);
  });
});
