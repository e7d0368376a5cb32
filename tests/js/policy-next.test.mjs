// The demo's second policy version: what is material waits, what is not goes on, and who left is never used the new way.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { IN_FORCE, VERSION, nextVersion } from '../../demo-site/policy/next.mjs';

const mfconsent = fileURLToPath(new URL('../../build/native/mfconsent', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'metrofax-next-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const inForce = JSON.parse(readFileSync(IN_FORCE, 'utf8'));
/** @param {object} policy @param {string} name */
function written(policy, name) {
  writeFileSync(join(folder, name), JSON.stringify(policy));
  return join(folder, name);
}
const NEXT = written(nextVersion(inForce), 'next.json');
const NOW = 1_790_000_000;
const run = (/** @type {string[]} */ args, input = '') => spawnSync(mfconsent, args, { input, encoding: 'utf8' });

/** @param {object} subject @param {object} request @param {string} [policy] */
function decide(subject, request, policy = NEXT) {
  const { stdout } = run(['eval', '--policy', policy], JSON.stringify({ op: 'decide', subject: { now: NOW, regime: 'eu', ...subject }, request }));
  const { verdict } = JSON.parse(stdout);
  return [verdict.outcome, verdict.reason, verdict.clause];
}
/** @param {string} version @param {object} [purposes] */
const chosen = (version, purposes = { interest: 'granted', measurement: 'granted', personalisation: 'granted' }) => ({ consent: { purposes, policyVersion: version, time: NOW - 86400 } });
const page = 'https://www.metrofax.com/';
const counts = { kind: 'web.request', url: 'https://northlight.localhost/nl.js', initiator: 'script', page };
const interests = { kind: 'web.request', url: 'https://northlight.localhost/interest', initiator: 'image', page };

describe('a second policy version', () => {
  test('it is a good policy, and its row says what the differences ask for [changes.material]', () => {
    const checked = run(['policy', 'check', NEXT]);
    assert.equal(checked.status, 0, checked.stderr);
    const { status, stdout } = run(['policy', 'diff', '--json', IN_FORCE, NEXT]);
    assert.equal(status, 0, 'the row that stands there says enough');
    const { changes, supersedes } = JSON.parse(stdout);
    assert.deepEqual(supersedes, { version: '2013-12-01', material: true, purposes: ['personalisation', 'interest'] });
    const weights = Object.groupBy ? Object.groupBy(changes, (/** @type {any} */ change) => change.weight) : null;
    for (const weight of ['material', 'narrows', 'text']) assert.ok(changes.some((/** @type {any} */ change) => change.weight === weight), `${weight}: ${JSON.stringify(weights)}`);
    const row = { version: '2013-12-01', material: false };
    const silent = run(['policy', 'diff', IN_FORCE, written({ ...nextVersion(inForce), supersedes: [row] }, 'silent.json')]);
    assert.equal(silent.status, 1);
    assert.match(silent.stderr, /calls the change from "2013-12-01" not material/);
  });

  test('old uses go on under the old choice, new ones wait for a new one [changes.material][changes.non-material]', () => {
    assert.deepEqual(decide(chosen('2013-12-01'), counts), ['allow', 'granted', 'cookies.third-party']);
    assert.deepEqual(decide(chosen('2013-12-01'), interests), ['hold', 'revision_material', 'changes.material']);
    assert.deepEqual(decide(chosen('2013-12-01'), { kind: 'web.storage', api: 'localStorage', key: 'mf_ui', page }).slice(0, 2), ['hold', 'revision_material']);
    assert.deepEqual(decide(chosen(VERSION), interests).slice(0, 2), ['allow', 'granted']);
    assert.deepEqual(decide(chosen('2013-12-01', { interest: 'denied' }), interests).slice(0, 2), ['deny', 'denied'], 'a no stays a no');
    assert.deepEqual(decide(chosen('1999-01-01'), counts).slice(0, 2), ['hold', 'revision_unknown']);
  });

  test('who left is never used the new way, nor told of it; who is there is told, whatever they chose [changes.deactivated][email.service]', () => {
    const left = { account: { state: 'deactivated', promotional: 'in' } };
    assert.deepEqual(decide({ ...chosen('2013-12-01'), ...left }, interests), ['deny', 'account_deactivated', 'changes.deactivated']);
    assert.deepEqual(decide({ ...chosen('2013-12-01'), ...left }, { kind: 'email.send', class: 'service' }).slice(0, 2), ['deny', 'account_deactivated']);
    assert.deepEqual(decide({ account: { state: 'active', promotional: 'out' } }, { kind: 'email.send', class: 'service' }).slice(0, 2), ['allow', 'service_mail']);
  });

  test('a merger or sale is a reason of its own, and policy diff asks for it [transition.choice]', () => {
    const sold = nextVersion(inForce);
    sold.controllers.push({ name: 'New Holder (demonstration)', role: 'controller' });
    sold.supersedes[0] = { version: '2013-12-01', material: true };
    const owed = run(['policy', 'diff', IN_FORCE, written(sold, 'sold.json')]);
    assert.equal(owed.status, 1);
    assert.match(owed.stderr, /a new controller, and "supersedes" does not call the change from "2013-12-01" a transition/);
    sold.supersedes[0] = { version: '2013-12-01', material: true, transition: true };
    const file = written(sold, 'said.json');
    assert.equal(run(['policy', 'diff', IN_FORCE, file]).status, 0);
    assert.deepEqual(decide(chosen('2013-12-01'), counts, file), ['hold', 'transition_pending', 'transition.choice']);
    assert.deepEqual(decide(chosen(VERSION), counts, file).slice(0, 2), ['allow', 'granted']);
    assert.deepEqual(decide({ ...chosen('2013-12-01'), account: { state: 'deactivated' } }, counts, file).slice(0, 2), ['deny', 'account_deactivated']);
    assert.deepEqual(decide(chosen('2013-12-01'), { kind: 'web.storage', api: 'cookie', line: 'mf_session=1', page }, file).slice(0, 2), ['allow', 'necessary'], 'the service goes on');
    const wrong = run(['policy', 'check', written({ ...sold, supersedes: [{ version: '2013-12-01', material: false, transition: true }] }, 'wrong.json')]);
    assert.match(wrong.stderr, /error: a transition gives people a choice: "material" must be true/);
  });
});
