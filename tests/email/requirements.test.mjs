// Each requirement of mail, E1 to E16, has tests by its tag: in a test's name, in a Catch2 tag, or among a vector's tags.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './kit.mjs';

const folders = ['tests/email', 'tests/unit', 'tests/browser', 'tests/parity', 'tests/vectors'];
const files = folders.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => /(\.test\.mjs|\.cpp|^decide.*\.jsonl)$/.test(name)).map((name) => join(folder, name)));
const texts = new Map(files.map((name) => [name, readFileSync(join(root, name), 'utf8')]));

for (let number = 1; number <= 16; ++number) {
  test(`E${number} has tests`, (t) => {
    const tag = new RegExp(`\\[E${number}\\]|"E${number}"`, 'g');
    const found = [...texts].flatMap(([name, text]) => {
      const count = text.split('\n').filter((line) => (name.endsWith('.jsonl') || /\btest\(|TEST_CASE\(/.test(line)) && line.match(tag)).length;
      return count > 0 ? [`${name}: ${count}`] : [];
    });
    t.diagnostic(found.join(', '));
    assert.notEqual(found.length, 0);
  });
}
