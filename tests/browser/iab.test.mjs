// IAB's page APIs as ad scripts use them, in three browsers: what they hear, when, from where; and that the strings say what the record says,
// as the frameworks' own libraries read them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build } from 'esbuild';
import { TCString } from '@iabtcf/core';
import { GppModel } from '@iabgpp/cmpapi';
import iab from '../../demo-site/public/iab.json' with { type: 'json' };
import { arrived, inEveryBrowser, pathsOf, site, stateOf } from './visitor.mjs';

const GPC = { headers: { 'Sec-GPC': '1' } };

/** @typedef {import('../support/browsers/types.d.ts').Page} Page */

/** Loads a script of the package, as a site's tag would. @param {Page} page @param {string} file @param {Record<string, string>} [data] */
const loads = (page, file, data = {}) =>
  page.evaluate((/** @type {string} */ src, /** @type {Record<string, string>} */ dataset) => new Promise((done) => {
    const script = document.createElement('script');
    Object.assign(script.dataset, dataset);
    script.onload = () => done(undefined);
    script.src = src;
    document.head.append(script);
  }), file, data);

const CONFIG = { config: '/static/iab.json' };

/** Listens as an ad script does; what it hears is kept in the page. */
const LISTEN = `void (() => {
  window.heard = { tcf: [], gpp: [] };
  window.__tcfapi('addEventListener', 2, (data, success) => heard.tcf.push({ success, ...data }));
  window.__gpp('addEventListener', (event, success) => heard.gpp.push({ success, eventName: event.eventName, data: event.data, ready: event.pingData.signalStatus, gpp: event.pingData.gppString }));
})()`;
const SERVED = "new Promise((done) => __tcfapi('ping', 2, (ping) => done(ping.cmpStatus))).then((status) => status === 'loaded' || status === 'error')";

/** @param {Page} page @param {string} call a call with `done` as its callback */
const answerOf = (page, call) => /** @type {Promise<any>} */ (page.evaluate(`new Promise((resolve) => { const done = (data, success) => resolve({ data, success }); ${call} })`));

/** Ids that a vector of @iabtcf/core has. @param {Iterable<[number, boolean]>} vector */
const idsOf = (vector) => [...vector].flatMap(([id, on]) => (on ? [id] : []));

/** What a TC string has to say of a choice: by the mapping, nothing else. @param {Record<string, string>} purposes */
function expectedOf(purposes) {
  const has = (/** @type {string} */ id) => purposes[id] === 'granted';
  const vendors = { 4001: 'measurement', 4002: 'advertising', 4003: 'social' };
  return {
    purposes: Object.entries(iab.tcf.purposes).flatMap(([id, needs]) => (needs.every(has) ? [Number(id)] : [])),
    vendors: Object.entries(vendors).flatMap(([id, needs]) => (has(needs) ? [Number(id)] : [])),
  };
}

/** @param {string} tc */
function readBack(tc) {
  const model = TCString.decode(tc);
  return { purposes: idsOf(model.purposeConsents), vendors: idsOf(model.vendorConsents), model };
}

/** @type {Promise<string> | undefined} */
let theirs;
/** @iabtcf/cmpapi in one script: their server of the same API. */
const theirServer = () => (theirs ??= build({
  stdin: { contents: "import { CmpApi } from '@iabtcf/cmpapi'; window.TheirCmpApi = CmpApi", resolveDir: import.meta.dirname }, bundle: true, format: 'iife', write: false,
}).then(({ outputFiles }) => outputFiles[0]?.text ?? ''));

inEveryBrowser('IAB APIs', (visitor) => {
  test("a page without 'wasm-unsafe-eval' answers all the same: the codecs come as JavaScript", async () => {
    const page = await visitor.visits('/strict/no-wasm');
    await loads(page, '/iab.js', CONFIG);
    await page.waitFor(SERVED);
    assert.equal(await page.evaluate("performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('/codecs.asmjs.js'))"), true);
    assert.equal((await answerOf(page, "__tcfapi('ping', 2, done)")).data.cmpStatus, 'loaded');
    await page.evaluate('metrofaxConsent.set({ measurement: true })');
    const { data, success } = await answerOf(page, "__tcfapi('addEventListener', 2, done)");
    assert.equal(success, true);
    const { model, ...said } = readBack(data.tcString);
    assert.deepEqual(said, expectedOf((await stateOf(page)).purposes));
    assert.equal(model.cmpId, iab.cmpId);
    assert.deepEqual((await answerOf(page, "__gpp('ping', done)")).data.gppString.split('~').slice(1), [data.tcString]);
    // Firefox tells the page's refusal as an error of the page's.
    assert.deepEqual(page.errors.filter((error) => !error.includes("'wasm-unsafe-eval'")), []);
  });

  test('undecided, accepted, refused: the queue is answered in order, strings say what the record says, and a second tab is told', async () => {
    const page = await visitor.visits('/privacy?regime=eu');
    await loads(page, '/iab-stub.js');
    assert.deepEqual((await answerOf(page, "__tcfapi('ping', 2, done)")).data.cmpStatus, 'stub');
    await page.evaluate(LISTEN);
    await page.evaluate("void __uspapi('getUSPData', 1, (data, success) => { heard.usp = { success, ...data } })");
    await page.waitVisible('.banner');
    await loads(page, '/iab.js', CONFIG);
    const heard = () => /** @type {Promise<any>} */ (page.evaluate('heard'));
    await page.waitFor('heard.usp && heard.tcf.length === 1');
    const [shown] = (await heard()).tcf;
    assert.equal(shown.eventStatus, 'cmpuishown');
    assert.equal(shown.gdprApplies, true);
    assert.deepEqual({ ...readBack(shown.tcString), model: null }, { purposes: [], vendors: [], model: null });
    assert.deepEqual((await heard()).usp, { success: true, version: 1, uspString: '1---' });

    const second = await visitor.opensTab(page, '/privacy?regime=eu');
    await loads(second, '/iab.js', CONFIG);
    await second.waitFor(SERVED);
    await second.evaluate(LISTEN);
    await page.click('.banner .accept');
    await page.waitFor("heard.tcf.at(-1).eventStatus === 'useractioncomplete' && heard.gpp.at(-1).eventName === 'signalStatus'");
    const accepted = (await heard()).tcf.at(-1);
    const read = readBack(accepted.tcString);
    const record = (await stateOf(page)).purposes;
    assert.deepEqual({ purposes: read.purposes, vendors: read.vendors }, expectedOf(record));
    assert.deepEqual(read.vendors, [4001, 4002, 4003]);
    assert.deepEqual([read.model.cmpId, read.model.vendorListVersion, read.model.publisherCountryCode, read.model.isServiceSpecific], [4095, 1, 'IE', true]);
    assert.equal(read.model.created.getTime() % 86_400_000, 0);
    assert.deepEqual(idsOf(read.model.vendorsDisclosed), [4001, 4002, 4003]);
    assert.equal(accepted.addtlConsent, '2~9001.9002~dv.');
    assert.deepEqual((await heard()).gpp.map((/** @type {any} */ one) => [one.eventName, one.data, one.ready]), [
      ['listenerRegistered', true, 'not ready'],
      ['cmpStatus', 'loaded', 'not ready'],
      ['cmpDisplayStatus', 'visible', 'not ready'],
      ['cmpDisplayStatus', 'hidden', 'not ready'],
      ['sectionChange', 'tcfeuv2', 'not ready'],
      ['signalStatus', 'ready', 'ready'],
    ]);
    await second.waitFor("heard.tcf.at(-1).eventStatus === 'useractioncomplete'");
    assert.equal((await second.evaluate('heard.tcf.at(-1).tcString')), accepted.tcString);

    await second.evaluate('metrofaxConsent.withdraw()');
    await page.waitFor(`heard.tcf.at(-1).tcString !== ${JSON.stringify(accepted.tcString)}`);
    assert.deepEqual({ ...readBack((await heard()).tcf.at(-1).tcString), model: null }, { purposes: [], vendors: [], model: null });
    assert.equal((await heard()).gpp.at(-1).data, 'ready');
    assert.deepEqual(page.errors, []);
  });

  test('choices purpose by purpose: never more than the record, and their own server reads the same TCData', async () => {
    const page = await visitor.visits('/runtime-alone?regime=fr');
    await loads(page, '/iab.js', CONFIG);
    await page.waitFor(SERVED);
    const purposes = ['advertising', 'measurement', 'interest', 'personalisation', 'social'];
    // Theirs is the same script everywhere; one browser says what it says.
    if (visitor.browser === 'chromium') await page.evaluate(`void (() => { ${await theirServer()} })()`);
    for (const mask of [0b00001, 0b00010, 0b00101, 0b11000, 0b11111, 0b01110]) {
      const choice = Object.fromEntries(purposes.map((id, bit) => [id, (mask >> bit & 1) === 1]));
      const { data: ours } = await answerOf(page, `metrofaxConsent.rejectAll(); metrofaxConsent.set(${JSON.stringify(choice)}); __tcfapi('getTCData', 2, done)`);
      const read = readBack(ours.tcString);
      assert.deepEqual({ purposes: read.purposes, vendors: read.vendors }, expectedOf((await stateOf(page)).purposes));
      const { data: inApp } = await answerOf(page, "__tcfapi('getInAppTCData', 2, done)");
      const bits = (/** @type {number[]} */ ids) => Array.from({ length: Math.max(...ids) }, (_, i) => (ids.includes(i + 1) ? '1' : '0')).join('');
      assert.deepEqual([inApp.tcString, inApp.gdprApplies, inApp.isServiceSpecific, inApp.purposeOneTreatment], [ours.tcString, 1, 1, 0]);
      assert.equal(inApp.purpose.consents.replace(/0+$/, ''), read.purposes.length > 0 ? bits(read.purposes) : '');
      assert.equal(inApp.vendor.consents.replace(/0+$/, ''), read.vendors.length > 0 ? bits(read.vendors) : '');
      if (visitor.browser !== 'chromium') continue;
      const theirs = /** @type {any} */ (await page.evaluate((/** @type {string} */ tc) => new Promise((done) => {
        const { TheirCmpApi, __tcfapi } = /** @type {any} */ (window);
        const server = (/** @type {any} */ (window).theirServer ??= new TheirCmpApi(4095, 1, true));
        server.update(tc, false);
        /** @type {any} */ (window).__tcfapi('getInAppTCData', 2, done);
        /** @type {any} */ (window).__tcfapi = __tcfapi;
      }), ours.tcString));
      const same = (/** @type {string} */ text) => text.replace(/0+$/, '');
      for (const part of ['purpose', 'vendor']) for (const name of ['consents', 'legitimateInterests']) assert.equal(same(inApp[part][name]), same(theirs[part][name]), `${part}.${name}`);
      assert.equal(same(inApp.specialFeatureOptins), same(theirs.specialFeatureOptins));
      // Theirs keeps booleans where the specification has 1 and 0.
      assert.deepEqual(Object.keys(theirs).filter((key) => theirs[key] !== undefined && key !== 'cmpStatus' && !(key in inApp)), []);
      const their = /** @type {any} */ (await page.evaluate((/** @type {string} */ tc) => new Promise((done) => {
        const { TheirCmpApi, __tcfapi } = /** @type {any} */ (window);
        const server = (/** @type {any} */ (window).theirServer ??= new TheirCmpApi(4095, 1, true));
        server.update(tc, false);
        /** @type {any} */ (window).__tcfapi('getTCData', 2, done);
        /** @type {any} */ (window).__tcfapi = __tcfapi;
      }), ours.tcString));
      assert.deepEqual(Object.keys(their).filter((key) => their[key] !== undefined && !(key in ours)), [], 'members of theirs that ours lacks');
      const on = (/** @type {Record<string, boolean>} */ flags) => Object.keys(flags).filter((id) => flags[id]);
      for (const [group, name] of [['purpose', 'consents'], ['purpose', 'legitimateInterests'], ['vendor', 'consents'], ['vendor', 'legitimateInterests']]) {
        assert.deepEqual(on(ours[group ?? ''][name ?? '']), on(their[group ?? ''][name ?? '']), `${group}.${name}`);
      }
      for (const name of ['tcString', 'gdprApplies', 'isServiceSpecific', 'publisherCC', 'purposeOneTreatment', 'useNonStandardStacks', 'cmpId', 'cmpVersion']) {
        assert.deepEqual(ours[name], their[name], name);
      }
    }
    const { data: one } = await answerOf(page, "__tcfapi('getTCData', 2, done, [4002, 9])");
    assert.deepEqual(one.vendor.consents, { 4002: false, 9: false });
    for (const call of ["__tcfapi('getTCData', 1, done)", "__tcfapi('getTCData', 3, done)", "__tcfapi('nonsense', 2, done)", "__tcfapi('getTCData', 2, done, ['x'])", "__uspapi('getUSPData', 2, done)", "__gpp('getSection', done, 'usnat')"]) {
      assert.deepEqual(await answerOf(page, call), { data: null, success: false }, call);
    }
    assert.deepEqual(await answerOf(page, "__tcfapi('removeEventListener', 2, done, 99)"), { data: false, success: true });
  });

  test('preferences opened and closed again: the visitor is being asked, then is not', async () => {
    const page = await visitor.visits('/runtime-alone?regime=eu');
    await page.waitVisible('.banner');
    await page.evaluate('metrofaxConsent.rejectAll()');
    await loads(page, '/iab.js', CONFIG);
    await page.waitFor(SERVED);
    await page.evaluate(LISTEN);
    assert.equal(await page.evaluate('heard.tcf[0].eventStatus'), 'tcloaded');
    assert.equal((await answerOf(page, "__tcfapi('ping', 2, done)")).data.displayStatus, 'disabled');
    await page.evaluate("metrofaxConsent.show('preferences')");
    await page.waitFor("heard.tcf.at(-1).eventStatus === 'cmpuishown' && heard.gpp.at(-1).data === 'visible'");
    assert.equal(await page.evaluate('heard.gpp.at(-1).ready'), 'not ready');
    await page.press('Escape');
    await page.waitFor("heard.tcf.at(-1).eventStatus === 'tcloaded' && heard.gpp.at(-1).data === 'ready'");
    await page.evaluate("void __tcfapi('removeEventListener', 2, (success) => { window.removed = success }, heard.tcf[0].listenerId)");
    const before = await page.evaluate('heard.tcf.length');
    await page.evaluate('metrofaxConsent.acceptAll()');
    await page.waitFor("heard.gpp.at(-1).data === 'ready' && heard.gpp.some((one) => one.data === 'tcfeuv2')");
    assert.deepEqual(await page.evaluate('[removed, heard.tcf.length]'), [true, before]);
  });

  test('California: an opt-out in GPP and US Privacy, by choice and by GPC', async () => {
    for (const options of [{}, GPC]) {
      const page = await visitor.visits('/privacy?regime=us-ca', options);
      const gpc = 'headers' in options;
      await loads(page, '/iab.js', CONFIG);
      await page.waitFor(SERVED);
      const states = [['before', gpc], ['refused', true]];
      for (const [when, out] of states) {
        if (when === 'refused') await page.evaluate('metrofaxConsent.rejectAll()');
        const { data: ping } = await answerOf(page, "__gpp('ping', done)");
        assert.deepEqual([ping.applicableSections, ping.sectionList, ping.signalStatus], [[8], [8], 'ready']);
        const section = new GppModel(ping.gppString).getSection('usca');
        assert.deepEqual([section.SaleOptOut, section.SharingOptOut, section.Gpc], out ? [1, 1, gpc] : [2, 2, gpc], String(when));
        assert.equal((await answerOf(page, "__uspapi('getUSPData', 1, done)")).data.uspString, out ? '1YYN' : '1YNN');
        const { data: segments } = await answerOf(page, "__gpp('getSection', done, 'usca')");
        assert.deepEqual([segments.length, segments[0].SaleOptOut, segments[1].Gpc], [2, out ? 1 : 2, gpc]);
        assert.deepEqual(await answerOf(page, "__gpp('getField', done, 'usca.SharingOptOut')"), { data: out ? 1 : 2, success: true });
      }
      assert.deepEqual(await answerOf(page, "__gpp('hasSection', done, 'usca')"), { data: true, success: true });
      assert.deepEqual(await answerOf(page, "__gpp('hasSection', done, 'tcfeuv2')"), { data: false, success: true });
      const { data: tc } = await answerOf(page, "__tcfapi('getTCData', 2, done)");
      assert.deepEqual([tc.gdprApplies, tc.tcString], [false, undefined]);
      if (!gpc) continue;
      // The record says granted, the gate does not (W2): no consent, but for what the signal does not speak of.
      await visitor.goes(page, '/privacy?regime=eu');
      await loads(page, '/iab.js', CONFIG);
      await page.waitFor(SERVED);
      const { data: both } = await answerOf(page, "metrofaxConsent.acceptAll(); __tcfapi('getTCData', 2, done)");
      assert.deepEqual({ ...readBack(both.tcString), model: null }, { purposes: [11], vendors: [], model: null });
    }
  });

  test('Canada: express consent by choice, as the framework\'s own library reads it', async () => {
    const page = await visitor.visits('/runtime-alone?regime=opt-in');
    await loads(page, '/iab.js', { config: '/static/iab-canada.json' });
    await page.waitFor(SERVED);
    for (const [choice, purposes, vendors] of /** @type {const} */ ([['rejectAll', [], []], ['acceptAll', [1, 2, 7, 8], [4001, 4002]]])) {
      await page.evaluate(`metrofaxConsent.${choice}()`);
      const { data: ping } = await answerOf(page, "__gpp('ping', done)");
      assert.deepEqual([ping.applicableSections, ping.supportedAPIs], [[5], ['5:tcfcav1']]);
      const section = new GppModel(ping.gppString).getSection('tcfcav1');
      const on = (/** @type {boolean[]} */ flags) => flags.flatMap((flag, i) => (flag ? [i + 1] : []));
      assert.deepEqual([on(section.PurposesExpressConsent), section.VendorExpressConsent, on(section.PurposesImpliedConsent), section.VendorImpliedConsent], [purposes, vendors, [], []]);
      assert.deepEqual(await answerOf(page, "__gpp('getField', done, 'tcfcav1.PurposesExpressConsent')"), { data: purposes, success: true });
      const { data: segments } = await answerOf(page, "__gpp('getSection', done, 'tcfcav1')");
      assert.deepEqual([segments.length, segments[1].SubsectionType, segments[1].DisclosedVendors], [2, 1, [4001, 4002]]);
    }
    assert.equal((await answerOf(page, "__tcfapi('getTCData', 2, done)")).data.gdprApplies, false);
    assert.equal((await answerOf(page, "__uspapi('getUSPData', 1, done)")).data.uspString, '1---');
  });

  test('getVendorList: the site\'s list, in the version that it has', async () => {
    const page = await visitor.visits('/privacy?regime=eu');
    await loads(page, '/iab.js', CONFIG);
    await page.waitFor(SERVED);
    for (const wanted of ['undefined', 'null', '1', "'1'", "'LATEST'"]) {
      const { data, success } = await answerOf(page, `__tcfapi('getVendorList', 2, done, ${wanted})`);
      assert.deepEqual([success, data?.vendorListVersion, Object.keys(data?.vendors ?? {})], [true, 1, ['4001', '4002', '4003']], wanted);
    }
    for (const wanted of ['2', "'2'", '0', '-1', "'newest'", '{}']) {
      assert.deepEqual(await answerOf(page, `__tcfapi('getVendorList', 2, done, ${wanted})`), { data: null, success: false }, wanted);
    }
  });

  test('from the frames of an ad network, with an origin of its own and with none, which pass the strings on with their requests', async () => {
    const page = await visitor.visits('/privacy?regime=eu');
    await loads(page, '/iab.js', CONFIG);
    await page.waitFor(SERVED);
    const { adharbor } = /** @type {any} */ (await page.evaluate("({ ...document.querySelector('script[data-adharbor]').dataset })"));
    await page.evaluate((/** @type {string} */ src) => {
      for (const sandbox of [null, 'allow-scripts']) {
        const frame = document.createElement('iframe');
        if (sandbox) frame.setAttribute('sandbox', sandbox);
        frame.src = `${src}?${sandbox ?? 'itself'}`;
        document.body.append(frame);
      }
    }, `${adharbor}/asks`);
    await page.evaluate('metrofaxConsent.acceptAll()');
    await arrived(['adharbor/bid.gif'], 2);
    const { data: tc } = await answerOf(page, "__tcfapi('getTCData', 2, done)");
    for (const bid of pathsOf('adharbor').filter((path) => path.startsWith('/bid.gif'))) {
      assert.deepEqual(Object.fromEntries(new URL(bid, site()).searchParams), { gdpr_consent: tc.tcString, gdpr: '1', gpp_sid: '2', gpp: `DBABMA~${tc.tcString}`, us_privacy: '1---' });
    }
  });

  test('the page of signals: GPC honoured and said, why each purpose is off, and the strings', async () => {
    const page = await visitor.visits('/signals?regime=us-ca', GPC);
    await page.waitFor("document.querySelector('[data-string=usp]').textContent === '1YYN' && document.querySelector('[data-string=gpp]').textContent.startsWith('DBABBg~')");
    assert.match(await page.text('[data-gpc-note]'), /Opt-out request honoured/);
    assert.equal(await page.text('[data-signal=gpc]'), '1');
    assert.match(await page.text('[data-why=advertising]'), /choice\.third-party-ads/);
    await visitor.allowsLater(page, 'set({ advertising: true })');
    await arrived(['adharbor/asks']);
    await page.waitFor("document.querySelector('[data-verdict=advertising]').textContent === 'allowed'");
    assert.deepEqual(page.errors, []);
  });

  test('without configuration, with one that is wrong, or without codecs: "error", and nothing is answered', async () => {
    const page = await visitor.visits('/privacy?regime=eu');
    await page.evaluate('metrofaxConsent.acceptAll()');
    for (const data of [{ config: '/nowhere.json' }, { config: '/notice.en.json' }, { ...CONFIG, codecs: '/icon.svg' }]) {
      await loads(page, '/iab.js', data);
      await page.waitFor(SERVED);
      assert.equal((await answerOf(page, "__tcfapi('ping', 2, done)")).data.cmpStatus, 'error', JSON.stringify(data));
      assert.equal((await answerOf(page, "__gpp('ping', done)")).data.cmpStatus, 'error');
      for (const call of ["__tcfapi('getTCData', 2, done)", "__tcfapi('addEventListener', 2, done)", "__uspapi('getUSPData', 1, done)", "__gpp('getSection', done, 'tcfeuv2')"]) {
        assert.deepEqual(await answerOf(page, call), { data: null, success: false }, call);
      }
      assert.equal((await answerOf(page, "__gpp('addEventListener', done)")).success, false);
      await page.evaluate('void (delete window.__tcfapi, delete window.__gpp, delete window.__uspapi)');
    }
    assert.deepEqual(page.errors, []);
  });
});
