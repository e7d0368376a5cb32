// consent.dev.js in consent.js's place: the address chooses regime and GPC. That consent.js itself knows no such names is tests/js/server-place's.
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { copyOfSdk } from '../support/sdk-copy.mjs';
import { inEveryBrowser, stateOf } from './visitor.mjs';

const sdk = copyOfSdk();
cpSync(join(sdk, 'consent.dev.js'), join(sdk, 'consent.js'));
after(() => rmSync(sdk, { recursive: true, force: true }));

inEveryBrowser('regime by hand', (visitor) => {
  test('?mf-regime= and ?mf-gpc=1', async () => {
    const page = await visitor.visits('/privacy?mf-regime=us-ca&mf-gpc=1');
    const { regime, gpc } = await stateOf(page);
    assert.deepEqual([regime, gpc], ['us-ca', true]);
  });
}, { sdk });
