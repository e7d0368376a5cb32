// The version of the policy to come, as what it changes against the one in force: read by the demo's page of changes and by the
// tests. `node demo-site/policy/next.mjs` prints it whole, for `mfconsent policy check | diff | compile`.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const IN_FORCE = fileURLToPath(new URL('2013-12-01.json', import.meta.url));
export const VERSION = '2027-01-01';

/** The version after `policy`. @param {any} policy the authored policy in force @returns {any} */
export function nextVersion(policy) {
  const next = structuredClone(policy);
  next.version = VERSION;
  next.effective = { currentUsers: VERSION, newUsers: 'on-acceptance' };
  const of = (/** @type {any[]} */ list, /** @type {string} */ id) => list.find((entry) => entry.id === id);

  // Material: a partner that only counted visits may also work out interests, and settings are kept longer.
  const northlight = of(next.vendors, 'northlight');
  northlight.purposes.push('interest');
  northlight.hosts[0].paths.push({ path: '/interest', purposes: ['interest'], beacon: true });
  of(next.purposes, 'personalisation').retention = 'P18M';
  // Less than before: nobody has to be asked.
  of(next.purposes, 'social').retention = 'P90D';
  // Only words.
  of(next.clauses, 'support.reply').does += ' The answer names the person who wrote it.';

  next.supersedes = [{ version: policy.version, material: true, purposes: ['personalisation', 'interest'] }, ...policy.supersedes];
  return next;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(nextVersion(JSON.parse(readFileSync(IN_FORCE, 'utf8'))), null, 2)}\n`);
}
