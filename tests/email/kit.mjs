// What tests of mail share: a key that is nobody's, recipients, mfconsent.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { KeyRing, Message, nodeMailGate } from '../../js-glue/dist/email.js';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const mfconsent = `${root}build/native/mfconsent`;
export const policy = `${root}demo-site/policy/2013-12-01.json`;
export const SECRET = 'c0ffee00'.repeat(8);
export const KEYS = `1:${SECRET}`;
export const NOW = 1_767_225_600;
export const BASE = 'https://mail.metrofax.com';

export const gate = nodeMailGate();
export const keys = await KeyRing.read(KEYS);

/** @param {Record<string, string>} purposes @param {object} [more] */
export const subject = (purposes, more = {}) => ({
  now: NOW, country: 'DE', account: { state: 'active', promotional: 'in' },
  consent: { purposes, policyVersion: '2013-12-01', time: NOW - 86_400 }, ...more,
});
export const GRANTED = { 'email-open': 'granted', 'email-click': 'granted' };

/** @param {Record<string, string>} purposes @param {object} [campaign] @param {object} [recipient] */
export const message = (purposes, campaign = {}, recipient = {}) => new Message(gate, keys,
  { campaign: 7, class: 'promotional', asked: 'identified', base: BASE, ...campaign }, /** @type {any} */ ({ subject: subject(purposes), ...recipient }));

/** Answers of `mfconsent eval`. @param {object[]} requests @returns {any[]} */
export function evalNatively(requests) {
  const input = requests.map((request) => JSON.stringify(request)).join('\n');
  const { stdout, stderr, status } = spawnSync(mfconsent, ['eval', '--policy', policy], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(stderr);
  return stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
}
