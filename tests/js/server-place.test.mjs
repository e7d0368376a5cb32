// Under which regime a request is judged (W7): the site's configuration, its front's word on the place, or the strict one; and that what
// chooses a regime by hand is in no file that a site deploys.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { developmentFacts } from '../../js-glue/dist/development.js';
import { consentRoutes, createHandler } from '../../js-glue/dist/server.js';
import { html, PAGE, policy, protection } from './server-support.mjs';

/** The regime and signal that the page's runtime is told. */
async function told(options, headers = {}, { cf, url = PAGE } = {}) {
  const { protect, noted } = protection(options);
  const request = new Request(url, { headers });
  const text = await (await protect(cf ? Object.assign(request, { cf }) : request, html('<!doctype html><head></head><body>x'))).text();
  return { regime: /data-regime="([^"]*)"/.exec(text)?.[1], gpc: text.includes('data-gpc="1"'), noted };
}

describe('opt-outs in a request (W9)', () => {
  const tag = '<!doctype html><head></head><script src="https://www.google-analytics.com/g.js"></script>';
  for (const [what, kept, attribute, headers, facts] of [
    ['nothing', false, '', {}, {}],
    ['a US Privacy String', true, '', { cookie: 'a=1; usprivacy=1YYN' }, {}],
    ['one that does not opt out', false, '', { cookie: 'usprivacy=1YNN' }, {}],
    ['one that cannot be read', true, '', { cookie: 'usprivacy=1YY' }, {}],
    ["the site's switch, for this vendor", true, '', { cookie: 'mf_optout=google-analytics' }, {}],
    ["the site's switch, for another", false, '', { cookie: 'mf_optout=adharbor' }, {}],
    ['Do Not Track, which is about other uses', false, 'data-dnt="1"', { dnt: '1' }, {}],
    ['an opt-out with NAI that the site knows of', false, 'data-nai="1"', {}, { naiOptOut: true }],
    ['one with DAA', false, 'data-daa="1"', {}, { daaOptOut: true }],
  ]) {
    test(`${what}: ${kept ? 'kept back' : 'let through'}`, async () => {
      const { protect } = protection({ facts: () => ({ regime: 'us-ca', ...facts }) });
      const text = await (await protect(new Request(PAGE, { headers }), html(tag))).text();
      assert.equal(text.includes(' src="https://www.google-analytics.com/g.js"'), !kept);
      assert.ok(text.includes(attribute));
      assert.equal(/data-(?:dnt|nai|daa)/.test(text), attribute !== '');
    });
  }
});
const regimeOf = async (...of) => (await told(...of)).regime;

describe('where a visitor is', () => {
  for (const [what, expected, options, headers, more] of [
    ['nothing is known', 'eu', {}, {}],
    ['a header that nobody named', 'eu', {}, { 'cf-ipcountry': 'US', 'cf-region-code': 'CA' }],
    ['configuration', 'us-ca', { regime: 'us-ca' }, { 'cf-ipcountry': 'DE' }],
    ['configuration goes before the place', 'uk', { regime: 'uk', place: 'cloudflare' }, { 'cf-ipcountry': 'US' }],
    ['what the site knows goes before both', 'fr', { facts: () => ({ country: 'FR' }), regime: 'uk', place: 'cloudflare' }, { 'cf-ipcountry': 'US' }],
    ['facts without a place leave it to the front', 'us', { facts: () => ({ age: '13plus' }), place: 'cloudflare' }, { 'cf-ipcountry': 'US' }],
    ['Cloudflare: country', 'uk', { place: 'cloudflare' }, { 'cf-ipcountry': 'GB' }],
    ['Cloudflare: region', 'us-ca', { place: 'cloudflare' }, { 'cf-ipcountry': 'US', 'cf-region-code': 'CA' }],
    ['Cloudflare: a state that recognises signals', 'us-optout', { place: 'cloudflare' }, { 'cf-ipcountry': 'US', 'cf-region-code': 'CO' }],
    ['Cloudflare: request.cf goes before headers', 'us-ca', { place: 'cloudflare' }, { 'cf-ipcountry': 'DE' }, { cf: { country: 'US', regionCode: 'CA' } }],
    ['Cloudflare: elsewhere', 'none', { place: 'cloudflare' }, { 'cf-ipcountry': 'NZ' }],
    ['Cloudflare: unknown', 'eu', { place: 'cloudflare' }, { 'cf-ipcountry': 'XX' }],
    ['Cloudflare: Tor', 'eu', { place: 'cloudflare' }, { 'cf-ipcountry': 'T1' }],
    ['Cloudflare: two answers', 'eu', { place: 'cloudflare' }, { 'cf-ipcountry': 'US, DE' }],
    ['Cloudflare: no answer', 'eu', { place: 'cloudflare' }, {}],
    ['a header of the site', 'it', { place: { country: 'x-geo' } }, { 'x-geo': ' it ' }],
    ['a header with an ISO 3166-2 code', 'us-ca', { place: { country: 'x-geo' } }, { 'x-geo': 'US-CA' }],
    ['two headers', 'us-optout', { place: { country: 'x-country', region: 'x-region' } }, { 'x-country': 'us', 'x-region': 'US-TX' }],
    ["another country's region", 'eu', { place: { country: 'x-country', region: 'x-region' } }, { 'x-country': 'US', 'x-region': 'DE-BY' }],
    ['a region that is none', 'eu', { place: { country: 'x-country', region: 'x-region' } }, { 'x-country': 'US', 'x-region': 'California' }],
    ['a header with something else', 'eu', { place: { country: 'x-geo' } }, { 'x-geo': 'United States' }],
  ]) {
    test(`${what}: ${expected}`, async () => assert.equal(await regimeOf(options, headers, more), expected));
  }

  test('a regime for everybody that the policy does not have is refused at once', () => {
    assert.throws(() => protection({ regime: 'us-xx' }), /the policy has no regime "us-xx"; it has eu, /);
  });

  test('one for a visitor is the strict one, and is noted', async () => {
    const { regime, noted } = await told({ facts: () => ({ regime: 'us-xx' }) });
    assert.equal(regime, 'eu');
    assert.equal(noted.length, 1);
  });

  test('the routes of a choice judge by the same place', async () => {
    const ask = createHandler(consentRoutes({ policy, gpcSince: '2026-11-23', place: 'cloudflare' }));
    const answer = await ask(new Request('https://www.metrofax.com/consent', { headers: { 'cf-ipcountry': 'US', 'cf-region-code': 'CA' } }));
    assert.equal((await answer.json()).regime, 'us-ca');
  });
});

describe('for testing by hand', () => {
  test('an address chooses regime and GPC, where a site asks for that', async () => {
    const { regime, gpc } = await told({ facts: developmentFacts }, {}, { url: `${PAGE}?mf-regime=us-ca&mf-gpc=1` });
    assert.deepEqual([regime, gpc], ['us-ca', true]);
    assert.deepEqual(developmentFacts(new Request(`${PAGE}?mf-gpc=0`)), {});
  });

  test('no address chooses anything otherwise', async () => {
    const { regime, gpc } = await told({}, {}, { url: `${PAGE}?mf-regime=us-ca&mf-gpc=1` });
    assert.deepEqual([regime, gpc], ['eu', false]);
  });

  test('no file that a site deploys knows these names', () => {
    const dist = fileURLToPath(new URL('../../js-glue/dist/', import.meta.url));
    const knows = readdirSync(dist).filter((name) => /\.(?:js|json|wasm|bin)$/.test(name) && /mf-(?:regime|gpc)/.test(readFileSync(dist + name, 'latin1')));
    assert.deepEqual(knows, ['consent.dev.js', 'development.js']);
  });
});
