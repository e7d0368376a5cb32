// Policies to decide under: the demo site's own, and the same with any number of vendors' hosts.
import { readFile, writeFile } from 'node:fs/promises';
import { fromRoot, made, need, run } from './paths.mjs';
import { oneOf, random, text, word } from './random.mjs';

/** @typedef {import('./urls.mjs').Declared} Declared */
/** @typedef {{ blob: string, declared: Declared[] }} Policy  blob: path of the compiled policy */

const AUTHORED = 'demo-site/policy/2013-12-01.json';
const COMPILER = 'build/native/mfconsent';

/** What the demo site is built with. Its three advertisers are nobody anybody else knows: no question is about them. */
export async function ownPolicy() {
  const policy = JSON.parse(await readFile(fromRoot(AUTHORED), 'utf8'));
  const declared = declaredIn(policy.vendors).filter(({ host }) => !host.endsWith('.localhost'));
  return { blob: await compiled(fromRoot(AUTHORED), 'own'), declared };
}

/** The same rules with `hosts` made-up hosts of half as many vendors; one host in ten has a clear GIF.
 * @param {number} hosts @returns {Promise<Policy>} */
export async function policyOf(hosts) {
  const policy = JSON.parse(await readFile(fromRoot(AUTHORED), 'utf8'));
  policy.vendors = vendors(hosts);
  const authored = made(`policy-${hosts}.json`);
  await writeFile(authored, JSON.stringify(policy));
  return { blob: await compiled(authored, String(hosts)), declared: declaredIn(policy.vendors) };
}

/** @param {string} authored @param {string} name */
async function compiled(authored, name) {
  const blob = made(`policy-${name}.bin`);
  await run(await need(COMPILER, 'tests/support/build native'), ['policy', 'compile', authored, '-o', blob]);
  return blob;
}

/** @param {any[]} all @returns {Declared[]} */
const declaredIn = (all) => all.flatMap((vendor) => vendor.hosts.map((/** @type {any} */ { host, subdomains, paths = [] }) =>
  ({ host, subdomains, paths: paths.map((/** @type {any} */ row) => row.path) })));

/** @param {number} hosts */
function vendors(hosts) {
  const next = random(hosts);
  const made = [];
  for (let number = 1; number * 2 <= hosts; ++number) {
    const purpose = oneOf(next, ['measurement', 'advertising', 'social', 'personalisation']);
    made.push({
      id: `vendor-${number}`,
      number,
      name: `Vendor ${number}`,
      controller: `Controller ${number}`,
      policyUrl: `https://vendor-${number}.example/privacy`,
      optOutUrl: null,
      purposes: [purpose],
      hosts: [number * 2, number * 2 + 1].map((n) => ({
        host: hostNumber(next, n),
        subdomains: true,
        ...(n % 10 === 0 && { paths: [{ path: `/${word(next)}.gif`, purposes: [purpose], beacon: true }] }),
      })),
      storage: [],
      placements: { onSite: true, inEmail: false, offSite: false },
      clause: 'cookies.third-party',
    });
  }
  return made;
}

/** A host name of its own for every number, 9 to 30 characters long. @param {() => number} next @param {number} n */
function hostNumber(next, n) {
  const name = oneOf(next, [() => word(next), () => `${word(next)}-${word(next)}`, () => text(next, 4)])();
  return `${name}${n.toString(36)}.${oneOf(next, ['com', 'com', 'net', 'io', 'de', 'co.uk', 'cloud'])}`;
}
