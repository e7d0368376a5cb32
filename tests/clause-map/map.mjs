// Follows every sentence of the privacy policy: clause -> what cites it -> reason and branch in the gate -> tests. Says where
// a link is missing: a clause without a rule, a rule without a test, a reason without a clause or a vector.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAnswer, loadVectors } from '../parity/vectors.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (/** @type {string} */ path) => readFileSync(join(root, path), 'utf8');
const DEMO = 'demo-site/policy/2013-12-01.json';
const VARIANT = 'tests/vectors/policies/variant.json';

/** Reasons that no verdict of the gate carries, and who gives them. */
const ELSEWHERE = new Map([
  ['none', 'never in a verdict'],
  ['policy_missing', 'no policy to decide by: unit tests'],
  ['policy_damaged', 'wasm boundary, of a policy that was refused'],
  ['runtime_failure', 'reserved for the page'],
  ['locked', 'the page, before the gate is there: tests/browser/locked'],
  ['not_an_open', 'open.decide: tests/unit/gate/email_open_test.cpp'],
  ['token_expired', 'open.decide: tests/unit/gate/email_open_test.cpp'],
]);

/** @typedef {{ clause: string, cites: string[], reasons: string[], branches: string[], tests: number, kind: 'enforced' | 'declarative' | 'reserved' }} Row
 * reserved: cited by nothing but reasons that the gate does not answer yet */

/** @returns {{ rows: Row[], faults: string[] }} */
export function clauseMap() {
  const policy = JSON.parse(read(DEMO));
  const vectors = loadVectors(/^decide.*\.jsonl$/);
  const faults = [];
  const reasons = [...(/enum Reason : ushort \{([\s\S]*?)\n\}/.exec(read('core/policy/policy.fbs'))?.[1] ?? '').matchAll(/(\w+) = \d+/g)].map(([, name]) => name ?? '');
  const branches = branchesOf(reasons);

  const tagged = new Map();
  const count = (/** @type {string} */ tag) => tagged.set(tag, (tagged.get(tag) ?? 0) + 1);
  for (const vector of loadVectors()) for (const tag of vector.tags) count(tag);
  for (const file of files('tests', /\.(cpp|mjs)$/)) for (const [, tag] of read(file).matchAll(/\[([a-z-]+\.[a-z0-9-]+|rule:[a-z0-9-]+)\]/g)) count(tag ?? '');

  const rows = policy.clauses.map((/** @type {any} */ { id, declarative }) => {
    const cites = citations(policy, id);
    const answering = new Set(vectors.filter(({ answer }) => answer.verdict?.clause === id).map(({ answer }) => answer.verdict.reason));
    const reserved = cites.length > 0 && cites.every((cite) => ELSEWHERE.has(cite.replace('reason ', '')));
    /** @type {Row['kind']} */
    const kind = declarative ? 'declarative' : reserved ? 'reserved' : 'enforced';
    const row = { clause: id, cites, reasons: [...answering].sort(), tests: tagged.get(id) ?? 0, kind,
      branches: [...new Set([...answering].flatMap((reason) => branches.get(reason) ?? []))] };
    if (cites.length === 0 && kind !== 'declarative') faults.push(`clause ${id} has neither a rule nor a reason for having none`);
    if (kind === 'enforced' && row.tests === 0) faults.push(`clause ${id} is enforced and no test carries its tag`);
    return row;
  });

  const reached = new Set(vectors.map(({ answer }) => answer.verdict?.reason));
  for (const reason of reasons) {
    if (ELSEWHERE.has(reason)) {
      if (reached.has(reason)) faults.push(`reason ${reason} is reached by a vector and listed as unreachable`);
    } else if (!reached.has(reason)) faults.push(`reason ${reason} is reached by no vector`);
    else if (!branches.get(reason)?.length) faults.push(`reason ${reason} has no branch in core/gate`);
  }
  for (const vector of vectors) {
    if (vector.answer.verdict && vector.answer.verdict.clause === null) faults.push(`vector ${vector.id} is decided by no clause`);
  }
  for (const rule of untested(policy, vectors)) if (!tagged.has(`rule:${rule}`)) faults.push(`rule ${rule} can be turned round and no vector or test notices`);
  return { rows, faults };
}

/** What of the policy cites a clause. @param {any} policy @param {string} id @returns {string[]} */
function citations(policy, id) {
  const of = (/** @type {string} */ kind, /** @type {any[]} */ list) => list.filter(({ clause }) => clause === id).map((entry) => `${kind} ${entry.id ?? entry.name}`);
  return [
    ...of('rule', policy.rules),
    ...Object.entries(policy.reasons).filter(([, clause]) => clause === id).map(([reason]) => `reason ${reason}`),
    ...of('purpose', policy.purposes),
    ...of('vendor', policy.vendors),
    ...of('storage', policy.storage),
    ...of('area', policy.firstParty.limitedAreas),
  ];
}

/** Where in the gate a reason is answered. @param {string[]} reasons @returns {Map<string, string[]>} */
function branchesOf(reasons) {
  /** @type {Map<string, string[]>} */
  const found = new Map(reasons.map((reason) => [reason, []]));
  for (const file of files('core/gate', /\.cpp$/)) {
    read(file).split('\n').forEach((line, at) => {
      for (const [, reason = ''] of line.matchAll(/Reason::(\w+)/g)) found.get(reason)?.push(`${file.replace('core/', '')}:${at + 1}`);
    });
  }
  return found;
}

/** Rules of the demo policy of which no vector notices that they ask for something else. @param {any} policy @param {import('../parity/vectors.mjs').Vector[]} vectors */
function untested(policy, vectors) {
  const folder = mkdtempSync(join(tmpdir(), 'metrofax-rules-'));
  const asked = vectors.filter(({ request }) => request?.op === 'decide' && request.policy !== 'variant');
  const input = `${asked.map(({ line }) => line).join('\n')}\n`;
  try {
    return policy.rules.flatMap((/** @type {any} */ rule, /** @type {number} */ at) => {
      const needs = rule.needs === 'never' ? 'nothing' : 'never';
      const turned = { ...policy, rules: policy.rules.with ? policy.rules.with(at, { ...rule, needs }) : policy.rules.map((/** @type {any} */ row, /** @type {number} */ i) => (i === at ? { ...row, needs } : row)) };
      const file = join(folder, `${at}.json`);
      writeFileSync(file, JSON.stringify(turned));
      const { status, stdout, stderr } = spawnSync(join(root, 'build/native/mfconsent'), ['eval', '--policy', file, '--policy', `variant=${join(root, VARIANT)}`], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
      if (status !== 0) throw new Error(`${rule.id}: ${stderr}`);
      const answers = stdout.trimEnd().split('\n');
      return asked.every((vector, i) => isAnswer(vector, answers[i])) ? [rule.id] : [];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder @param {RegExp} ending @returns {string[]} */
function files(folder, ending) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => ending.test(name)).map((name) => `${folder}/${name}`).sort();
}
