// The list of known cookie names: what the build makes of Open Cookie Database, and how it is asked.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { daysOf, namesOf } from '../../js-glue/build/cookie-names.mjs';
import { build } from 'esbuild';

const path = (/** @type {string} */ name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const list = JSON.parse(readFileSync(path('js-glue/dist/cookie-names.json'), 'utf8'));
const { outputFiles } = await build({ entryPoints: [path('js-glue/src/wire/known-names.ts')], bundle: true, write: false, format: 'esm' });
const { knownName } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`);

test('every row is there, with its notice, no lifetime over 400 days, and nothing that makes a cookie necessary', () => {
  assert.ok(list.names.length > 2000, `${list.names.length} rows`);
  assert.match(list.notice, /Open Cookie Database.*Apache License, Version 2\.0/s);
  assert.match(readFileSync(path('js-glue/dist/THIRD-PARTY-NOTICES.txt'), 'utf8'), /Apache License, Version 2\.0/);
  const necessary = new Set(JSON.parse(readFileSync(path('demo-site/policy/2013-12-01.json'), 'utf8')).purposes.filter((/** @type {any} */ { necessary }) => necessary).map((/** @type {any} */ { id }) => id));
  for (const [name, , , category, purpose, days] of list.names) {
    assert.ok(name.length > 0 && days <= 400 && !necessary.has(purpose), name);
    if (category === 'Necessary' || category === 'Security') assert.equal(purpose, '', name);
  }
});

test('lifetimes in words', () => {
  assert.deepEqual(['2 years', 'session', '13 months', '1 Year', '30 minutes', '2 weeks', '20 years', 'persistent', ''].map(daysOf), [400, 0, 390, 365, 1, 14, 400, -1, -1]);
});

test('an exact name first, then the longest prefix; short prefixes need the platform', () => {
  const names = namesOf({ Some: [{ cookie: 'ab', wildcardMatch: '1', category: 'Analytics' }, { cookie: 'abcd', wildcardMatch: '1', category: 'Marketing' }, { cookie: 'abcde', wildcardMatch: '0', category: 'Functional' }] });
  const ask = (/** @type {string} */ name, /** @type {string | undefined} */ platform = undefined) => knownName({ names }, name, platform)?.[0];
  assert.deepEqual([ask('abcde'), ask('abcdef'), ask('abx'), ask('abx', 'Some'), ask('zz')], ['abcde', 'abcd', undefined, 'ab', undefined]);
});

test('policy check names what was seen and nobody declares, with a hint', () => {
  const { status, stderr } = spawnSync(path('build/native/mfconsent'), ['policy', 'check', path('demo-site/policy/2013-12-01.json'), '--known', path('js-glue/dist/cookie-names.json'), '--seen', '-'],
    { input: '_hjid\n_ga\nzzz_nobody\n', encoding: 'utf8' });
  assert.equal(status, 1, stderr);
  assert.match(stderr, /nobody declares "_hjid", so it is denied; Open Cookie Database: Hotjar, Hotjar, Analytics; a suggestion: purpose "measurement"/);
  assert.match(stderr, /"zzz_nobody", so it is denied; Open Cookie Database does not know it/);
  assert.doesNotMatch(stderr, /"_ga"/);
});
