// The life of a policy as a property: whatever a policy turns into, a record made under one version never allows more than that
// version did, until its owner chooses again. Versions are changed at random; what is material is what `policy diff` says.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const mfconsent = join(root, 'build/native/mfconsent');
const folder = mkdtempSync(join(tmpdir(), 'metrofax-history-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const demo = JSON.parse(readFileSync(join(root, 'demo-site/policy/2013-12-01.json'), 'utf8'));
const NOW = 1_790_000_000;
const HISTORIES = 12;
const VERSIONS = 4;
const RECORDS = 40;
/** Changes tried for one history before the test says that something else is wrong. */
const TRIES = 200;

/** xorshift32 @param {number} seed */
function generator(seed) {
  let state = seed;
  const below = (/** @type {number} */ bound) => {
    state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
    return (state >>> 0) % bound;
  };
  return { below, of: (/** @type {any[]} */ list) => list[below(list.length)] };
}
/** @typedef {ReturnType<typeof generator>} Random */

const OPTIONAL = demo.purposes.filter((/** @type {any} */ purpose) => !purpose.necessary).map((/** @type {any} */ purpose) => purpose.id);
/** Vendors that the requests below reach. */
const VENDORS = ['northlight', 'adharbor', 'circlet'];

/** Ways in which a policy changes. `necessary` stays as it is: what a new policy calls necessary it takes without asking anybody, and
 * only its linter and its reader can object. @type {((policy: any, random: Random) => void)[]} */
const CHANGES = [
  (policy, { of }) => { // a vendor gets another purpose, and so do its hosts
    const wanted = of(VENDORS);
    const vendor = policy.vendors.find((/** @type {any} */ one) => one.id === wanted);
    const purpose = of(OPTIONAL);
    if (!vendor.purposes.includes(purpose)) vendor.purposes.push(purpose);
    for (const host of vendor.hosts) { host.purposes = [of(vendor.purposes)]; delete host.paths; }
  },
  (policy, { of }) => { of(policy.rules).needs = of(['nothing', 'consent', 'explicit-grant', 'never']); },
  (policy, { below }) => { // the first rule that fits decides: another order is another policy
    const [rule] = policy.rules.splice(below(policy.rules.length), 1);
    policy.rules.splice(below(policy.rules.length), 0, rule);
  },
  (policy, { of }) => { of(policy.purposes.filter((/** @type {any} */ purpose) => !purpose.necessary)).mode = of(['anonymous', 'pseudonymous', 'identified']); },
  (policy, { of }) => { of(policy.purposes).retention = of(['P1D', 'P30D', 'P1Y', 'P3Y']); },
  (policy, { of }) => { of(policy.regimes).model = of(['opt-in', 'opt-out']); },
  (policy, { of }) => { of(policy.regimes).signals.gpc = of([['sale'], ['sale', 'share', 'targeted', 'profiling'], []]); },
  (policy, { of }) => { of(policy.regimes).consentLifetime = of(['P30D', 'P13M', 'P3Y']); },
  (policy, { of }) => { of(policy.regimes).forbids = of([[], ['cookieless-ping'], ['cookieless-ping', 'measurement']]); },
  (policy) => { policy.controllers.push({ name: `Buyer ${policy.controllers.length}`, role: 'joint' }); },
  (policy, { of }) => { of(policy.clauses).does += ' In other words.'; },
  (policy, { of }) => { of(policy.storage.filter((/** @type {any} */ entry) => entry.kind === 'persistent')).lifetime = of(['P1D', 'P90D', 'P13M']); },
];

/** @param {any} policy @param {string} name */
function written(policy, name) {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(policy));
  return file;
}

/** The next version, with the row that `policy diff` asks for; null where the change makes no good policy.
 * @param {any} before @param {string} name @param {Random} random */
function next(before, name, random) {
  const policy = structuredClone(before);
  for (let changes = 1 + random.below(3); changes > 0; --changes) random.of(CHANGES)(policy, random);
  policy.version = name;
  const { status, stdout } = spawnSync(mfconsent, ['policy', 'diff', '--json', written(before, 'before'), written(policy, 'after')], { encoding: 'utf8' });
  if (status === 2 || stdout === '') return null;
  policy.supersedes = [JSON.parse(stdout).supersedes, ...before.supersedes];
  return policy;
}

const PAGE = 'https://www.metrofax.com/pricing';
const REQUESTS = [
  ...VENDORS.map((vendor) => ({ kind: 'web.request', url: `https://${vendor}.localhost/x.js`, initiator: 'script', page: PAGE })),
  { kind: 'web.request', url: 'https://northlight.localhost/ping', initiator: 'image', page: PAGE },
  { kind: 'web.request', url: '/b/x.gif', initiator: 'image', page: PAGE },
  ...['mf_interest=1; Max-Age=60', 'mf_remember=1; Max-Age=60', '_nl=1; Max-Age=60'].map((line) => ({ kind: 'web.storage', api: 'cookie', line, page: PAGE })),
  { kind: 'web.handoff', url: 'https://circlet.localhost/', page: PAGE },
  ...['cookies', 'logs', 'gifs', 'third-party'].map((source) => ({ kind: 'profile.link', source, identified: true })),
  { kind: 'log.line', fields: ['address'] },
  { kind: 'log.line', fields: ['cookie'] },
  { kind: 'disclosure', party: 'northlight', purpose: 'measurement' },
  { kind: 'disclosure', party: 'enrichment', purpose: 'enrichment' },
  { kind: 'disclosure', party: 'event', purpose: 'survey' },
  { kind: 'email.send', class: 'referral' },
  { kind: 'email.open', campaign: 'c', asked: 'identified' },
  { kind: 'email.open', campaign: 'c', asked: 'pseudonymous', purpose: 'email-deliverability' },
  { kind: 'email.open', campaign: 'c', asked: 'anonymous', purpose: 'email-aggregate' },
];

/** @param {Random} random @param {string} version */
function someSubject({ below, of }, version) {
  const purposes = Object.fromEntries(OPTIONAL.filter(() => below(3) > 0).map((/** @type {string} */ id) => [id, below(4) > 0 ? 'granted' : 'denied']));
  return {
    now: NOW, regime: of(demo.regimes.map((/** @type {any} */ regime) => regime.id)), account: { state: of(['active', 'active', 'deactivated']), promotional: of(['in', 'unknown', 'out']) },
    signals: below(3) === 0 ? { gpc: true } : {}, consent: { purposes, policyVersion: version, time: NOW - 86400 * of([1, 100, 380]), specific: below(3) === 0 },
  };
}

const MODES = ['off', 'anonymous', 'pseudonymous', 'identified'];

describe('the life of a policy [changes.material][changes.non-material][changes.deactivated][transition.choice]', () => {
  test('no use is ever allowed that the policy in force at collection did not allow', () => {
    const random = generator(0x706f6c69);
    const seen = { allowed: 0, held: 0, goesOn: 0, transitions: 0, deactivated: 0, calledNecessary: 0 };
    for (let history = 0; history < HISTORIES; ++history) {
      const versions = [{ ...structuredClone(demo), version: `h${history}-0` }];
      for (let tries = 0; versions.length < VERSIONS; ++tries) {
        assert.ok(tries < TRIES, `history ${history}: no good version after ${TRIES} tries; is build/native/mfconsent of this tree?`);
        const policy = next(versions.at(-1), `h${history}-${versions.length}`, random);
        if (policy && spawnSync(mfconsent, ['policy', 'compile', written(policy, 'tried'), '-o', '/dev/null']).status === 0) versions.push(policy);
      }
      /** @type {{ at: number, under: number, request: object, subject: any }[]} */
      const asked = [];
      for (let record = 0; record < RECORDS; ++record) {
        const at = random.below(VERSIONS);
        const subject = someSubject(random, versions[at].version);
        for (let under = at; under < VERSIONS; ++under) for (const request of REQUESTS) asked.push({ at, under, request, subject });
      }
      const policies = versions.flatMap((policy, i) => ['--policy', `v${i}=${written(policy, `version-${i}`)}`]);
      const input = asked.map(({ under, request, subject }) => JSON.stringify({ op: 'decide', policy: `v${under}`, request, subject })).join('\n');
      const { stdout, stderr, status } = spawnSync(mfconsent, ['eval', ...policies], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
      assert.equal(status, 0, stderr);
      const answers = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
      /** Verdicts under the version of the choice, by subject and request. @type {Map<string, any>} */
      const then = new Map();
      asked.forEach(({ at, under, request, subject }, i) => {
        assert.ok(answers[i].ok, JSON.stringify(answers[i]));
        const { verdict } = answers[i];
        const id = JSON.stringify([subject, request]);
        if (under === at) then.set(id, verdict);
        const before = then.get(id);
        if (verdict.outcome === 'allow') seen.allowed += 1;
        if (verdict.outcome === 'hold') seen.held += 1;
        if (verdict.reason === 'transition_pending') seen.transitions += 1;
        if (verdict.reason === 'account_deactivated') seen.deactivated += 1;
        if (under === at || verdict.outcome !== 'allow') return;
        const told = `history ${history}, chosen under ${at}, asked under ${under}: ${id}\n${JSON.stringify(before)}\n${JSON.stringify(verdict)}`;
        // A rule for a necessary purpose that was moved in front is a use called necessary, as in CHANGES: not what a choice allows.
        if (verdict.reason === 'necessary' && before.purpose !== verdict.purpose) { seen.calledNecessary += 1; return; }
        assert.equal(before.outcome, 'allow', told);
        assert.ok(MODES.indexOf(verdict.mode) <= MODES.indexOf(before.mode), told);
        assert.ok(verdict.retention <= before.retention, told);
        seen.goesOn += 1;
      });
    }
    for (const [name, count] of Object.entries(seen)) assert.ok(count > 20, `${name}: ${count}`);
  });
});
