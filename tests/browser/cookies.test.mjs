// Cookies in real pages: how long they may live, what was there before, what comes back, and what is listed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEveryBrowser, site, stateOf, stored } from './visitor.mjs';

/** @typedef {import('./visitor.mjs').Page} Page */

const write = (/** @type {Page} */ page, /** @type {string} */ line) => page.evaluate((text) => { document.cookie = text; }, line);
const names = async (/** @type {Page} */ page) => (await page.cookies()).map(({ name }) => name).sort();
/** When a cookie ends: unix seconds, null at the end of the session, undefined where it is not there. @param {Page} page @param {string} name */
const ends = async (page, name) => (await page.cookies()).find((cookie) => cookie.name === name)?.expires;
const lastLine = (/** @type {Page} */ page, /** @type {string} */ key) =>
  page.evaluate((name) => /** @type {any} */ (window).metrofaxConsent.log.findLast((/** @type {any} */ line) => line.request.key === name)?.verdict, key);

inEveryBrowser('cookies', (visitor) => {
  test('[retention.necessary] a cookie that asks for more time than is declared gets what is declared', async () => {
    const page = await visitor.visits('/pricing');
    await page.evaluate('metrofaxConsent.set({ measurement: true })');
    const now = Date.now() / 1000;
    await write(page, '_gid=1; Max-Age=34560000; Path=/');
    await write(page, '_gat=1; Expires=Fri, 01 Jan 2038 00:00:00 GMT; Path=/');
    assert.ok(Math.abs(Number(await ends(page, '_gid')) - now - 86_400) < 120);
    assert.ok(Math.abs(Number(await ends(page, '_gat')) - now - 60) < 60);
    const { outcome, reason, clause, retention } = await lastLine(page, '_gid');
    assert.deepEqual({ outcome, reason, clause, retention }, { outcome: 'strip', reason: 'lifetime_shortened', clause: 'retention.necessary', retention: 86_400 });
    await write(page, '_ga=1; Max-Age=600; Path=/');
    assert.ok(Math.abs(Number(await ends(page, '_ga')) - now - 600) < 120, 'what asks for less gets what it asked for');
  });

  test('[cookies.rejection] a cookie declared for the session ends with it, by document.cookie', async () => {
    const page = await visitor.visits('/pricing');
    await page.evaluate('metrofaxConsent.set({ measurement: true })');
    for (const line of ['s_cc=1; Max-Age=600; Path=/', 's_cc=1; path=/; EXPIRES=Fri, 01 Jan 2038 00:00:00 GMT; max-age=9;Max-Age = 99']) {
      await write(page, line);
      assert.equal(await ends(page, 's_cc'), null, line);
    }
    assert.equal((await lastLine(page, 's_cc')).reason, 'turned_into_session');
  });

  test('[cookies.rejection] the same by the Cookie Store', async (t) => {
    const page = await visitor.visits('/pricing');
    await page.evaluate('metrofaxConsent.set({ measurement: true })');
    if (!(await page.evaluate("'cookieStore' in window"))) return t.skip('this browser has no Cookie Store');
    await page.evaluate("cookieStore.set('_ga', '1').then(() => undefined)");
    if ((await ends(page, '_ga')) === undefined) return t.skip('this browser keeps nothing that its Cookie Store is given on http://localhost');
    await page.evaluate(async () => {
      const { cookieStore } = /** @type {any} */ (window);
      await cookieStore.set({ name: 's_sq', value: '1', expires: Date.now() + 864e5 });
      await cookieStore.set({ name: '_gid', value: '2', expires: Date.now() + 864e7 });
      await cookieStore.set({ name: '_fbp', value: '3', expires: Date.now() + 864e5 });
    });
    assert.equal(await ends(page, 's_sq'), null);
    assert.ok(Math.abs(Number(await ends(page, '_gid')) - Date.now() / 1000 - 86_400) < 120);
    assert.equal(await ends(page, '_fbp'), undefined, 'not granted');
  });

  test('[cookies.removal] what was there before the SDK goes with the first page, and only what may not be there', async () => {
    const page = await visitor.visits('/pricing');
    await page.evaluate(async () => {
      // As an earlier version of the site had left them: the server sets what no patched script could.
      await fetch('/lab/leave', { method: 'POST', body: JSON.stringify(['_ga=1; Path=/; Max-Age=9999', 'old=1; Path=/pricing', 'mf_session=none; Path=/']) });
    });
    // By the server that answers or by the script on the page; what each reaches alone is in deletion.test.mjs.
    await visitor.goes(page, '/pricing');
    assert.deepEqual((await names(page)).filter((name) => name !== 'mf_session'), []);
    assert.deepEqual((await stateOf(page)).residue, []);
  });

  test('a cookie that comes back is noticed, removed again and logged; one that always comes back is named', async () => {
    const page = await visitor.visits('/pricing');
    await page.evaluate('metrofaxConsent.rejectAll()');
    const leave = () => page.evaluate(async () => {
      await fetch('/lab/leave', { method: 'POST', body: JSON.stringify(['_ga=back; Path=/; Max-Age=9999']) });
    });
    // The server says what the browser holds; a page may hear of it later. Coming back to the tab makes the runtime look.
    const looked = "(dispatchEvent(new Event('focus')), fetch('/consent/cookies').then((response) => response.json()).then(({ cookies }) => cookies.some(({ name }) => name === '_ga')))";
    for (let i = 0; i < 2; i++) {
      await leave();
      await page.waitFor(`${looked}.then((there) => !there)`);
    }
    const verdict = await lastLine(page, '_ga');
    assert.equal(verdict.outcome, 'deny');
    assert.equal(verdict.reason, 'denied');
    const returns = "fetch('/lab/leave', { method: 'POST', body: JSON.stringify(['_ga=back; Path=/; Max-Age=9999']) })";
    await page.waitFor(`${returns}.then(() => (dispatchEvent(new Event('focus')), metrofaxConsent.state.residue.includes('_ga')))`);
    await page.evaluate('(metrofaxConsent.acceptAll(), metrofaxConsent.rejectAll())');
    await page.waitFor("metrofaxConsent.state.residue.length === 0 && !document.cookie.includes('_ga=')");
  });

  test('[retention.necessary] what lies in localStorage longer than its purpose keeps anything is removed', async () => {
    const page = await visitor.visits('/pricing');
    await page.evaluate("(metrofaxConsent.set({ personalisation: true }), localStorage.setItem('mf_ui', 'wide'), undefined)");
    await visitor.goes(page, '/pricing');
    assert.deepEqual((await stored(page)).filter((name) => name !== 'mf_consent'), ['mf_kept', 'mf_ui']);
    await page.evaluate("localStorage.setItem('mf_kept', JSON.stringify({ mf_ui: Math.floor(Date.now() / 1000) - 33696001 }))");
    await visitor.goes(page, '/pricing');
    assert.deepEqual((await stored(page)).filter((name) => name !== 'mf_consent'), []);
    await page.evaluate("(localStorage.setItem('mf_ui', 'wide'), localStorage.setItem('mf_kept', 'garbage'), undefined)");
    await visitor.goes(page, '/pricing');
    assert.deepEqual((await stored(page)).filter((name) => name !== 'mf_consent'), ['mf_kept', 'mf_ui']);
  });

  test('the server keeps the choice under the same name, once, and takes what is HttpOnly', async () => {
    const page = await visitor.visits('/pricing');
    await page.evaluate('metrofaxConsent.acceptAll()');
    await page.evaluate("fetch('/lab/leave', { method: 'POST', body: JSON.stringify(['_ga=1; Path=/; HttpOnly; Max-Age=9999']) }).then(() => undefined)");
    assert.ok((await names(page)).includes('_ga'));
    await page.evaluate('metrofaxConsent.rejectAll()');
    await page.waitFor("fetch('/consent/cookies').then((response) => response.json()).then(({ cookies }) => cookies.length === 1 && cookies[0].name === 'mf_consent')");
    const line = await page.evaluate('document.cookie');
    assert.equal(line.split('mf_consent=').length - 1, 1);
    assert.ok(line.length < 200);
  });

  test('[cookies.rejection] areas say what is limited and why, and the choices page shows it', async () => {
    const page = await visitor.visits('/choices');
    const area = (/** @type {string} */ id) => page.evaluate((name) => /** @type {any} */ (window).metrofaxConsent.area(name), id);
    assert.deepEqual([(await area('remembered-login')).available, (await area('remembered-login')).verdict.reason], [false, 'unknown']);
    await page.waitFor("document.querySelector('[data-area=remembered-login]').textContent === 'limited' && document.querySelector('[data-area-why=remembered-login]').textContent.length > 20");
    const note = (/** @type {boolean} */ shown) => page.waitFor(`document.querySelector('[data-area-note=embedded-media]').hidden === ${!shown}`);
    await note(true);
    await page.evaluate("metrofaxConsent.set({ 'remember-me': true, interest: false, social: true })");
    await note(false);
    await page.evaluate("metrofaxConsent.set({ social: false })");
    await note(true);
    assert.equal((await area('remembered-login')).available, true);
    assert.equal((await area('personalised-offers')).verdict.reason, 'denied');
    assert.equal((await area('no-such-area')).available, false);
    await page.waitFor("document.querySelector('[data-area=remembered-login]').textContent === 'works' && document.querySelector('[data-area=personalised-offers]').textContent === 'limited'");
    assert.equal(site().startsWith('http://localhost'), true);
  });

  test('the inventory lists what is there: whose, what for, how long, who wrote it; what nobody declared is flagged', async () => {
    const page = await visitor.visits('/pricing');
    await page.evaluate('metrofaxConsent.acceptAll()');
    await page.waitFor("document.cookie.includes('_nl=') && localStorage.getItem('nl_visitor')");
    await page.evaluate("fetch('/lab/leave', { method: 'POST', body: JSON.stringify(['_hjid=1; Path=/; HttpOnly']) }).then(() => undefined)");
    await page.evaluate("metrofaxConsent.show('preferences')");
    await page.click('.inventory summary');
    await page.waitVisible('.inventory .undeclared');
    const rows = /** @type {string[]} */ (await page.evaluate("[...document.querySelector('metrofax-consent').shadowRoot.querySelectorAll('.inventory li')].map((row) => row.textContent)"));
    const row = (/** @type {string} */ name) => rows.find((text) => text.startsWith(name)) ?? `no row of ${name} in ${rows.join('\n')}`;
    assert.match(row('_nl'), /Persistent cookie · 390 days · Measurement · written by http.*nl\.js/);
    assert.match(row('_nl'), /cookies\.third-party/);
    assert.match(row('mf_consent'), /Running the service/);
    assert.match(row('nl_visitor'), /Browser storage \(localStorage\)/);
    assert.match(row('_hjid'), /Not declared.*seen by the server only.*Hotjar, Analytics\. This is a hint/);
    assert.deepEqual(await page.axe(), []);
  });
});
