// The names that the page's script lists by number are those of policy.fbs: it carries arrays, not flatc's objects, for size.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const read = (/** @type {string} */ path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const schema = read('core/policy/policy.fbs');
const session = read('js-glue/src/browser/session.ts');

/** @param {string} name @returns {string[]} names by number */
function enumOf(name) {
  const [, body = ''] = new RegExp(`enum ${name} : ubyte \\{([^}]*)\\}`).exec(schema) ?? [];
  /** @type {string[]} */
  const names = [];
  for (const [, member = '', number = ''] of body.matchAll(/(\w+) = (\d+)/g)) names[Number(number)] = member;
  return names;
}

/** @param {string} constant */
const listed = (constant) => (new RegExp(`${constant} =\\s*'([^']*)'`).exec(session)?.[1] ?? '').split(' ');

test('initiators', () => {
  assert.deepEqual(listed('INITIATORS'), enumOf('Initiator'));
});

test('storage APIs', () => {
  assert.deepEqual(listed('STORAGE_APIS'), ['', ...enumOf('StorageApi').slice(1)]);
});
