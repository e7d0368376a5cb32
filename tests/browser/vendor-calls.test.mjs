// Vendors' own consent calls: what lies in their queues, in which order, when nobody has chosen, after each choice, and under GPC. The queues
// are made as the vendors' snippets make them; their scripts themselves never come, because the gate does not let them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEveryBrowser, site } from './visitor.mjs';

/** @typedef {import('../support/browsers/types.d.ts').Page} Page */

const ADS = ['advertising'];
const CONFIG = {
  google: {
    ad_storage: ADS, ad_user_data: ADS, ad_personalization: ['advertising', 'interest'], analytics_storage: ['measurement'],
    wait_for_update: 500, region: ['DE', 'US-CA'], url_passthrough: true,
  },
  uet: { ad_storage: ADS },
  clarity: { ad_Storage: ADS, analytics_Storage: ['measurement'] },
  meta: { consent: ['advertising', 'social'], ldu: ['us-ca'], country: 1, us_state: 1000 },
  tiktok: { consent: ADS },
  pinterest: { consent: ADS },
  linkedin: { consent: ADS },
};

/** What a page's vendor snippets do: use what is there, and say "init". */
const SNIPPETS = `void (() => {
  window.dataLayer = window.dataLayer || [];
  window.gtag = function () { dataLayer.push(arguments) };
  gtag('js', 0); gtag('config', 'G-1');
  window.uetq = window.uetq || []; uetq.push('pageLoad');
  window.clarity = window.clarity || function () { (clarity.q = clarity.q || []).push(arguments) };
  const ttq = (window.ttq = window.ttq || []); ttq.push(['load', 'T1']);
  if (!window.fbq) {
    const fbq = (window.fbq = function () { fbq.callMethod ? fbq.callMethod.apply(fbq, arguments) : fbq.queue.push(arguments) });
    fbq.queue = []; window.fbqFetched = true;
    fbq('init', 'F1');
  }
  if (!window.pintrk) {
    const pintrk = (window.pintrk = function () { pintrk.queue.push([].slice.call(arguments)) });
    pintrk.queue = []; window.pintrkFetched = true;
    pintrk('load', 'P1');
  }
})()`;

/** Every queue as plain arrays. @param {Page} page @returns {Promise<any>} */
const said = (page) => page.evaluate(`({
  google: dataLayer.map((call) => [Object.prototype.toString.call(call), ...call]), uet: [...uetq], clarity: (clarity.q || []).map((call) => [...call]),
  tiktok: ttq.map((call) => [...call]), meta: fbq.queue.map((call) => [...call]), pinterest: pintrk.queue.map((call) => [...call]),
})`);

/** @param {Page} page @param {unknown} config */
const loads = (page, config) =>
  page.evaluate((/** @type {string} */ src, /** @type {string} */ text) => new Promise((done) => {
    const script = document.createElement('script');
    script.dataset['config'] = text;
    script.onload = () => done(undefined);
    script.src = src;
    document.head.append(script);
  }), `${site()}/vendor-calls.js`, JSON.stringify(config));

const google = (/** @type {string} */ how, /** @type {string[]} */ granted, more = {}) => ['[object Arguments]', 'consent', how, {
  ...Object.fromEntries(['ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage'].map((field) => [field, granted.includes(field) ? 'granted' : 'denied'])), ...more,
}];
const FIRST = {
  google: [
    ['[object Arguments]', 'set', 'ads_data_redaction', true], ['[object Arguments]', 'set', 'url_passthrough', true],
    google('default', [], { wait_for_update: 500, region: ['DE', 'US-CA'] }), ['[object Arguments]', 'js', 0], ['[object Arguments]', 'config', 'G-1'],
  ],
  uet: ['consent', 'default', { ad_storage: 'denied' }, 'pageLoad'],
  clarity: [['consentv2', { ad_Storage: 'denied', analytics_Storage: 'denied' }]],
  tiktok: [['holdConsent'], ['load', 'T1']],
  meta: [['consent', 'revoke'], ['init', 'F1']],
  pinterest: [['setconsent', false], ['load', 'P1']],
};

/** What came since. @param {any} before @param {any} after */
const since = (before, after) => Object.fromEntries(Object.entries(after).map(([name, calls]) => [name, calls.slice(before[name].length)]));

inEveryBrowser('vendor calls', (visitor) => {
  test('opt-in: denied before anything, refused, granted, withdrawn', async () => {
    const page = await visitor.visits('/runtime-alone?regime=eu');
    await loads(page, CONFIG);
    await page.evaluate(SNIPPETS);
    let before = await said(page);
    assert.deepEqual(before, FIRST);
    assert.deepEqual(await page.evaluate('[fbqFetched, pintrkFetched, typeof window.lintrk]'), [true, true, 'undefined'], 'their snippets still fetch, LinkedIn has no call');
    const next = async (/** @type {string} */ act) => {
      await page.evaluate(act);
      const after = await said(page);
      const came = since(before, after);
      before = after;
      return came;
    };
    const denied = {
      google: [google('update', [])], uet: ['consent', 'update', { ad_storage: 'denied' }], clarity: [['consentv2', { ad_Storage: 'denied', analytics_Storage: 'denied' }]],
      tiktok: [['revokeConsent']], meta: [['consent', 'revoke']], pinterest: [['setconsent', false]],
    };
    assert.deepEqual(await next('metrofaxConsent.rejectAll()'), denied);
    assert.deepEqual(await next('metrofaxConsent.set({ advertising: true })'), {
      google: [google('update', ['ad_storage', 'ad_user_data'])], uet: ['consent', 'update', { ad_storage: 'granted' }],
      clarity: [['consentv2', { ad_Storage: 'granted', analytics_Storage: 'denied' }]], tiktok: [['grantConsent']], meta: [], pinterest: [['setconsent', true]],
    });
    assert.deepEqual(await next('metrofaxConsent.acceptAll()'), {
      google: [google('update', ['ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage'])], uet: [],
      clarity: [['consentv2', { ad_Storage: 'granted', analytics_Storage: 'granted' }]], tiktok: [], meta: [['consent', 'grant']], pinterest: [],
    });
    // W4: measurement is granted, the ping without cookies has a purpose of its own that the EU keeps off unless it is asked for.
    await page.evaluate("metrofaxConsent.set({ 'cookieless-ping': false })");
    assert.equal(await page.evaluate("metrofaxConsent.decide({ kind: 'web.request', url: 'http://northlight.localhost/ping' }).outcome"), 'deny');
    await page.evaluate('metrofaxConsent.acceptAll()');
    assert.deepEqual(await next('metrofaxConsent.withdraw()'), denied);
    assert.equal(await page.evaluate("metrofaxConsent.decide({ kind: 'web.request', url: 'https://www.googletagmanager.com/gtag/js?id=G-1', initiator: 'script' }).outcome"), 'deny');
    assert.deepEqual(page.errors, []);
  });

  test('California: granted until GPC or a refusal says otherwise; Meta processes with limits then', async () => {
    const page = await visitor.visits('/runtime-alone?regime=us-ca');
    await loads(page, CONFIG);
    await page.evaluate(SNIPPETS);
    const free = await said(page);
    const all = ['ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage'];
    assert.deepEqual(free.google.slice(2, 4), [FIRST.google[2], google('update', all)]);
    assert.deepEqual(free.meta, [['consent', 'revoke'], ['dataProcessingOptions', []], ['consent', 'grant'], ['init', 'F1']]);
    assert.deepEqual(free.pinterest, [['setconsent', false], ['setconsent', true], ['load', 'P1']]);
    await page.evaluate('metrofaxConsent.rejectAll()');
    const refused = since(free, await said(page));
    assert.deepEqual(refused.google, [google('update', [])]);
    assert.deepEqual(refused.meta, [['dataProcessingOptions', ['LDU'], 1, 1000], ['consent', 'revoke']]);

    // Where no policy of the server's makes a grant cost a reload: what is said at the moment of the choice.
    const optedOut = await visitor.visits('/runtime-alone?regime=us-ca', { headers: { 'Sec-GPC': '1' } });
    await loads(optedOut, CONFIG);
    await optedOut.evaluate(SNIPPETS);
    const out = await said(optedOut);
    assert.deepEqual(out.google[3], google('update', []));
    assert.deepEqual(out.meta, [['consent', 'revoke'], ['dataProcessingOptions', ['LDU'], 1, 1000], ['consent', 'revoke'], ['init', 'F1']]);
    assert.deepEqual(out.tiktok, [['holdConsent'], ['revokeConsent'], ['load', 'T1']]);
    // Scripts that have come are spoken to directly.
    await optedOut.evaluate("void (() => { window.called = []; fbq.callMethod = (...words) => called.push(words); ttq.grantConsent = () => called.push('ttq'); })()");
    await optedOut.evaluate('metrofaxConsent.set({ advertising: true, social: true })');
    assert.deepEqual(await optedOut.evaluate('called'), [['dataProcessingOptions', []], ['consent', 'grant'], 'ttq']);
  });

  test('a configuration that is wrong leaves everything denied, whatever is chosen', async () => {
    const page = await visitor.visits('/runtime-alone?regime=eu');
    await page.evaluate('metrofaxConsent.acceptAll()');
    await loads(page, { google: { ad_storage: ADS, analytics_storag: ['measurement'] }, uet: { ad_storage: ADS } });
    await page.evaluate(SNIPPETS);
    await page.evaluate('metrofaxConsent.set({ measurement: false })');
    const { google: calls, uet } = await said(page);
    assert.deepEqual([calls[2], calls.length, uet], [google('default', []), 5, FIRST.uet]);
  });
});
