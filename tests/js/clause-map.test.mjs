// A clause without a rule, a rule without a test, a reason without a clause or a vector: each fails by name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clauseMap } from '../clause-map/map.mjs';

test('every sentence of the policy leads to a branch of the gate and to tests', () => {
  assert.deepEqual(clauseMap().faults, []);
});
