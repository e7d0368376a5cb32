// Template helpers: four engines and plain slots, with everything allowed, counted, and off.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Handlebars from 'handlebars';
import { Liquid } from 'liquidjs';
import nunjucks from 'nunjucks';
import { fillSlots, readToken, registerHandlebars, registerLiquid, registerNunjucks, trackingOff } from '../../js-glue/dist/email.js';
import { BASE, gate, GRANTED, keys, message, NOW, subject } from './kit.mjs';

/** @typedef {ReturnType<typeof message>} Message */
const TARGET = 'https://www.metrofax.com/offer?a=1&b=2';

const hb = Handlebars.create();
registerHandlebars(/** @type {any} */ (hb));
const liquid = new Liquid({ outputEscape: 'escape' });
registerLiquid(/** @type {any} */ (liquid));
const nj = new nunjucks.Environment(null, { autoescape: true });
registerNunjucks(/** @type {any} */ (nj), /** @type {any} */ (nunjucks).runtime.markSafe);

/** Each engine's way to write the same mail. @type {Record<string, (consent: Message) => Promise<string> | string>} */
const engines = {
  handlebars: (consent) => hb.compile('<p>Hi {{name}}</p>{{consentPixel}}<a href="{{consentLink target}}">x</a><a href="{{unsubscribeUrl}}">u</a><a href="{{trackingUrl}}">t</a>')(
    { name: 'Ann & Bob', target: TARGET }, { data: { consent } }),
  liquid: (consent) => liquid.parseAndRender('<p>Hi {{name}}</p>{% consentPixel %}<a href="{{target | consentLink}}">x</a><a href="{% unsubscribeUrl %}">u</a><a href="{% trackingUrl %}">t</a>',
    { name: 'Ann & Bob', target: TARGET, consent }),
  nunjucks: (consent) => nj.renderString('<p>Hi {{name}}</p>{{consentPixel()}}<a href="{{consentLink(target)}}">x</a><a href="{{unsubscribeUrl()}}">u</a><a href="{{trackingUrl()}}">t</a>',
    { name: 'Ann & Bob', target: TARGET, consent }),
  slots: (consent) => fillSlots('<p>Hi Ann &amp; Bob</p><!-- consent:pixel --><a href="consent:link:https://www.metrofax.com/offer?a=1&amp;b=2">x</a><a href=\'consent:unsubscribe\'>u</a><a href="consent:tracking">t</a>'.replaceAll("'", '"'), consent),
};
const SHAPE = /^<p>Hi Ann &amp; Bob<\/p>(<img src="([^"]+)" alt="" width="1" height="1">)?<a href="([^"]+)">x<\/a><a href="([^"]+)">u<\/a><a href="([^"]+)">t<\/a>$/;
const tokenIn = (/** @type {string | undefined} */ url) => readToken(gate, keys, /\/[bcut]\/([\w-]+)(?:\.gif)?$/.exec(url ?? '')?.[1] ?? '', NOW);

for (const [name, render] of Object.entries(engines)) {
  test(`[E3][E6] ${name}: pixel, link and both ways out, signed`, async () => {
    const consent = message(GRANTED);
    const html = await consent.seal(await render(consent));
    const [, , pixel, link, unsubscribe, tracking] = SHAPE.exec(html) ?? assert.fail(html);
    assert.ok(pixel?.startsWith(`${BASE}/b/`) && pixel.endsWith('.gif'));
    const open = await tokenIn(pixel);
    assert.deepEqual([open.kind, open.mode, open.axis, open.id, open.campaign], ['open', 'identified', 'email-open', consent.ids.mail, 7]);
    const click = await tokenIn(link);
    assert.deepEqual([click.kind, click.target], ['click', TARGET]);
    assert.equal((await tokenIn(unsubscribe)).id, consent.ids.unsubscribe);
    assert.equal((await tokenIn(tracking)).id, consent.ids.tracking);
  });

  test(`[E4] ${name}: off leaves nothing behind, not a space`, async () => {
    for (const consent of [message({}), message(GRANTED, { asked: 'off' }), message({ 'email-open': 'withdrawn', 'email-click': 'denied' })]) {
      const html = await consent.seal(await render(consent));
      const [, image, , link] = SHAPE.exec(html) ?? assert.fail(html);
      assert.equal(image, undefined);
      assert.equal(link, 'https://www.metrofax.com/offer?a=1&amp;b=2');
    }
  });

  test(`[E5] ${name}: counted, all recipients get the same pixel and link`, async () => {
    const italian = () => message({}, { clamp: true }, { subject: subject({}, { country: 'IT' }) });
    const [a, b] = [italian(), italian()];
    assert.equal(a.open.mode, 'anonymous');
    const parts = await Promise.all([a, b].map(async (consent) => SHAPE.exec(await consent.seal(await render(consent)))));
    assert.equal(parts[0]?.[2], parts[1]?.[2]);
    assert.equal(parts[0]?.[3], parts[1]?.[3]);
    assert.notEqual(parts[0]?.[4], parts[1]?.[4]);
    assert.equal((await tokenIn(parts[0]?.[2])).id, null);
  });
}

test('[E3] one more recipient who allows less is enough', () => {
  const copied = message(GRANTED, {}, { coRecipients: [subject({})] });
  assert.deepEqual([copied.open.outcome, copied.open.reason], ['deny', 'mode_exceeds_ceiling']);
  assert.equal(copied.pixel(), '');
});

test('[E9] what is no web address is never counted', () => {
  const consent = message(GRANTED);
  for (const target of ['mailto:help@metrofax.com', 'tel:+1', '#top', '/relative', 'javascript:alert(1)']) assert.equal(consent.link(target), target);
  assert.doesNotMatch(consent.unsubscribeUrl, /\/c\//);
});

test('[E6][security.tls] a campaign that no token can say is refused before anything is issued', () => {
  /** @type {[string, object][]} */
  const cases = [
    ['base', { base: 'http://mail.metrofax.com' }], ['base', { base: 'javascript:alert(1)' }], ['base', { base: 'https://mail.metrofax.com/' }], ['base', { base: 'https://a.example\r\nBcc: x' }], ['base', { base: 'https://' }],
    ['base', { base: 'http://localhost.example' }], ['base', { base: 'https://é.example' }], ['base', { base: 'https://a.example/#x' }], ['base', { base: 'https://a.example/?x' }],
    ['campaign', { campaign: 2 ** 40 }], ['campaign', { campaign: 1.5 }], ['campaign', { campaign: NaN }], ['campaign', { campaign: -1 }], ['campaign', { campaign: '7' }],
    ['lifetime', { lifetime: -5 }], ['lifetime', { lifetime: 1e12 }], ['lifetime', { lifetime: 86_400 }], ['lifetime', { lifetime: NaN }],
  ];
  for (const [name, campaign] of cases) assert.throws(() => message(GRANTED, campaign), { message: new RegExp(`^${name}: expected`) }, JSON.stringify(campaign));
  assert.throws(() => message(GRANTED, {}, { subject: subject(GRANTED, { now: 253_402_300_799 }) }), /^RangeError: subject\.now: expected .*2106-02-07/);
  for (const base of ['http://localhost', 'http://localhost:8080', 'http://localhost/mail', 'https://mail.metrofax.com/x']) assert.ok(message(GRANTED, { base }).pixel().includes(base));
});

test('[E9] a link is percent-encoded as a URL parser does it, or named', async () => {
  for (const target of ['https://www.metrofax.com/"?a="', 'https://www.metrofax.com/a b?c=é', 'https://münchen.example/', 'https://www.metrofax.com/a\\b#"']) {
    const consent = message(GRANTED);
    assert.equal((await tokenIn(await consent.seal(consent.link(target)))).target, new URL(target).href);
  }
  const consent = message(GRANTED);
  assert.equal((await tokenIn(await consent.seal(consent.link('https://www.metrofax.com/?a=\\&b=1')))).target, 'https://www.metrofax.com/?a=%5C&b=1');
  assert.throws(() => consent.link('https://a b/'), /link to "https:\/\/a b\/": no web address/);
  const long = `https://www.metrofax.com/${'x'.repeat(2048)}`;
  await assert.rejects(consent.seal(`${consent.link('https://www.metrofax.com/')} ${consent.link(long)}`), new RegExp(`^Error: link to ${long}: .*token_too_long`));
});

test('[E4] a sending service that nobody can tell off is an error that names those that can be', async () => {
  const consent = message(GRANTED);
  for (const service of ['Postmark', 'ses', 'bogus', 'constructor', '__proto__']) {
    await assert.rejects(consent.headers(/** @type {any} */ (['mailgun', service])), new RegExp(`^TypeError: no header is known .*${service}.*mailgun, mailjet, mandrill, postmark`));
  }
});

test('[choice.promotional][E4] headers: one-click on offers, and every service told off', async () => {
  const headers = await message(GRANTED).headers(['postmark', 'sendgrid']);
  assert.match(headers['List-Unsubscribe'] ?? '', /^<https:\/\/mail\.metrofax\.com\/u\/[\w-]+>$/);
  assert.equal(headers['List-Unsubscribe-Post'], 'List-Unsubscribe=One-Click');
  assert.equal(headers['X-PM-TrackOpens'], 'false');
  assert.equal(JSON.parse(headers['X-SMTPAPI'] ?? '').filters.opentrack.settings.enable, 0);
  assert.equal('List-Unsubscribe' in (await message(GRANTED, { class: 'service' }).headers()), false);
  assert.deepEqual(trackingOff([]), {});
});

test('helpers without a message say so', () => {
  assert.throws(() => hb.compile('{{consentPixel}}')({}), /no message, no consent/);
  assert.throws(() => nj.renderString('{{consentPixel()}}', {}), /no message, no consent/);
});
