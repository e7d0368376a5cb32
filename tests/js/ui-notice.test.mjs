// What the interface decides without a page: which language, which words, which switches stand on. The parts that need a
// browser are in ui-browser.test.mjs.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ui = new URL('../../js-glue/src/ui/', import.meta.url);

/** The interface's own modules, as the build bundles them. */
async function load(name) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(name, ui))],
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    write: false,
    // The element class is declared on load; Node has no HTMLElement to extend.
    banner: { js: 'globalThis.HTMLElement ??= class {};' },
  });
  return import('data:text/javascript;base64,' + Buffer.from(outputFiles[0].contents).toString('base64'));
}

const { languages, fill, lifetime, BUILT_IN } = await load('notice.ts');
const { isOn, offBySignal } = await load('preferences.ts');
const { subjectOf, vendorOf } = await load('inspector.ts');
const texts = Object.fromEntries(
  readdirSync(new URL('texts/', ui)).map((file) => [
    file,
    JSON.parse(readFileSync(new URL('texts/' + file, ui), 'utf8')),
  ]),
);

test('the language is the site wish, then the page, then the reader, then English', () => {
  assert.deepEqual(languages('de', 'fr', ['it']), ['de', 'fr', 'it', 'en']);
  assert.deepEqual(languages(null, 'fr-CA', ['it-IT', 'it']), ['fr', 'it', 'en']);
  assert.deepEqual(languages(null, 'en-GB', ['fr']), ['en']);
  assert.deepEqual(languages(null, '', ['es-MX', 'en', 'fr']), ['es', 'en']);
  assert.deepEqual(languages(null, null, []), ['en']);
  assert.deepEqual(languages('zh-Hant', 'zh', []), ['zh-Hant', 'zh', 'en']);
});

test('a language that is no language tag never becomes part of an address', () => {
  assert.deepEqual(languages('../../evil', 'fr/x', ['%2e%2e', 'de']), ['de', 'en']);
});

test('no more than four files are asked for', () => {
  assert.deepEqual(languages('a1', 'fr', ['de', 'it', 'es', 'pt']), ['fr', 'de', 'it', 'en']);
});

test('places in a text are filled, unknown places and unknown keys stay readable', () => {
  assert.equal(fill({ a: '{n} of {m}' }, 'a', { n: 0 }), '0 of {m}');
  assert.equal(fill({}, 'prefs.save'), 'prefs.save');
});

test('a lifetime is said as it is [cookies.session] [cookies.persistent]', () => {
  const t = (key, values) => fill(texts['en.json'], key, values);
  const said = (kind, lifetimeDays) => lifetime(t, { name: 'x', kind, lifetimeDays });
  assert.equal(said('session', null), 'Until you close the browser');
  assert.equal(said('persistent', 730), '730 days');
  assert.equal(said('persistent', 1), '1 day');
  assert.equal(said('persistent', 0.01), 'Less than a day');
  assert.equal(said('script', null), 'Until it is removed');
});

const purpose = (more) => ({ id: 'p', name: '', description: '', necessary: false, vendors: [], ...more });
const state = (choice, more) => ({
  decided: true,
  purposes: { p: choice },
  gpc: false,
  regime: 'eu',
  model: 'opt-in',
  specific: [],
  residue: [],
  ...more,
});

test('a switch stands on for a grant or a necessity, and unknown is not consent', () => {
  assert.equal(isOn(purpose({ necessary: true }), state('denied')), true);
  assert.equal(isOn(purpose(), state('granted')), true);
  assert.equal(isOn(purpose(), state('denied', { model: 'opt-out' })), false);
  assert.equal(isOn(purpose(), state('unknown')), false);
  assert.equal(isOn(purpose(), state('unknown', { model: 'opt-in' })), false);
  assert.equal(isOn(purpose(), { ...state('unknown'), purposes: {} }), false);
  assert.equal(isOn(purpose(), state('unknown', { model: 'opt-out' })), true);
});

test('under Global Privacy Control sale, sharing and targeting stand off unless granted one by one [choice.third-party-ads]', () => {
  const ads = purpose({ uses: ['targeted'] });
  const signalled = { gpc: true, model: 'opt-out' };
  assert.equal(offBySignal(ads, state('unknown', signalled)), true);
  assert.equal(isOn(ads, state('unknown', signalled)), false);
  assert.equal(isOn(ads, state('unknown', { ...signalled, specific: ['p'] })), false);
  assert.equal(isOn(ads, state('granted', signalled)), false, 'accept all is no specific consent');
  assert.equal(isOn(ads, state('granted', { ...signalled, specific: ['p'] })), true);
  assert.equal(isOn(purpose({ uses: ['profiling'] }), state('unknown', signalled)), true);
});

test('the inspector names what was stored, never its value', () => {
  assert.equal(subjectOf({ kind: 'web.storage', api: 'cookie', line: ' uid=secret; Path=/' }), 'uid');
  assert.equal(subjectOf({ kind: 'web.storage', api: 'localStorage', key: 'k' }), 'k');
  assert.equal(subjectOf({ kind: 'web.request', url: 'https://a.test/x' }), 'https://a.test/x');
});

test('the inspector keeps the site itself and the undeclared apart from partners', () => {
  assert.deepEqual([{ vendor: 'self' }, { vendor: null }, { vendor: 'adharbor' }].map(vendorOf), ['', '', 'adharbor']);
});

test('the built-in texts are those of the English file', () => {
  for (const [key, text] of Object.entries(BUILT_IN)) assert.equal(text, texts['en.json'][key], key);
});

test('every text the interface asks for is there in every language', () => {
  const source = readdirSync(ui)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(new URL(file, ui), 'utf8'))
    .join('\n');
  const whole = source.matchAll(/['"`]((?:banner|prefs|gpc|inspector|status)\.[\w.]*\w)['"`]/g);
  const made = {
    'banner.': ['accept', 'reject', 'preferences'],
    'prefs.placement.': ['onSite', 'inEmail', 'offSite'],
    'prefs.kind.': ['session', 'persistent', 'script'],
    'inspector.outcome.': ['allow', 'deny', 'hold', 'strip'],
    'inspector.mode.': ['off', 'anonymous', 'pseudonymous', 'identified'],
    'kind.': ['web_request', 'web_storage', 'web_handoff'],
  };
  const prefixes = [...source.matchAll(/'((?:[a-z]+\.)+)' \+/g)].map(([, prefix]) => prefix);
  for (const prefix of prefixes) assert.ok(prefix in made, `which keys begin with ${prefix}?`);
  const keys = [...whole].map(([, key]) => key);
  assert.ok(keys.length > 30, 'the keys are found in the source');
  for (const [prefix, ends] of Object.entries(made)) keys.push(...ends.map((end) => prefix + end));
  for (const [file, found] of Object.entries(texts))
    for (const key of keys) assert.equal(typeof found[key], 'string', `${file}: ${key}`);
});

test('nothing in the interface turns text into markup or code', () => {
  for (const file of readdirSync(ui).filter((name) => name.endsWith('.ts'))) {
    const source = readFileSync(new URL(file, ui), 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
    assert.doesNotMatch(
      source,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|setHTML|\.style\b|'style':|\bon\w+:\s*'/,
      file,
    );
  }
});
