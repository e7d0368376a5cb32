// The vectors themselves: well formed, and right about whose host a URL names by another reading than the gate's, the
// platform's own URL parser (WHATWG URL).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folder, loadVectors } from './vectors.mjs';

const vectors = loadVectors();
const decided = vectors.filter(({ file }) => file.startsWith('decide'));
const read = (/** @type {string} */ path) => JSON.parse(readFileSync(path, 'utf8'));
const demo = read(fileURLToPath(new URL('../../demo-site/policy/2013-12-01.json', import.meta.url)));
const policies = /** @type {Record<string, any>} */ ({ '': demo, variant: read(`${folder}policies/variant.json`) });

test('every vector has an id of its own, tags and an answer', () => {
  const ids = new Set();
  for (const { id, tags, answer } of vectors) {
    assert.ok(!ids.has(id), `${id} is there twice`);
    ids.add(id);
    assert.ok(tags.length > 0, `${id} has no tag`);
    assert.equal(typeof answer.ok, 'boolean', id);
  }
  assert.ok(decided.length >= 300, 'at least 300 vectors of decide');
});

/** A requirement of mail, E1 to E16, or of the web, W1 to W9. */
const REQUIREMENT = /^(?:E(?:[1-9]|1[0-6])|W[1-9])$/;

test('every tag of a decide vector is a clause of the policy, or a requirement of mail or the web', () => {
  const clauses = new Set(demo.clauses.map((/** @type {any} */ clause) => clause.id));
  for (const { id, tags } of decided) for (const tag of tags) assert.ok(clauses.has(tag) || REQUIREMENT.test(tag), `${id}: no clause ${tag}`);
});

test('a vector names the party that the WHATWG URL parser finds', () => {
  let compared = 0;
  for (const { id, request, answer } of decided) {
    const asked = request?.request;
    if (!answer.ok || !['web.request', 'web.handoff'].includes(asked?.kind)) continue;
    const { reason, vendor } = answer.verdict;
    // What is decided before the URL's host is looked at, and what the gate leaves unread on purpose.
    if (/^(page_|url_|local_scheme|scheme_|kind_)/.test(reason)) continue;
    let url;
    try {
      url = new URL(asked.url, asked.page);
    } catch {
      assert.fail(`${id}: no parser reads ${asked.url}, yet the vector answers ${reason}`);
    }
    if (!/^(http|ws)s?:$/.test(url.protocol)) continue;
    const owner = ownerOf(policies[request.policy ?? ''], url.hostname.replace(/\.$/, ''));
    if (reason === 'co_brand' && owner !== 'co-brand') assert.equal(ownerOf(policies[request.policy ?? ''], new URL(asked.page).hostname), 'co-brand', id);
    else assert.equal(vendor, owner === 'co-brand' ? null : owner, `${id}: ${url.hostname}`);
    compared += 1;
  }
  assert.ok(compared >= 300, `only ${compared} vectors were compared`);
});

/** By the longest declared host that fits. @param {any} policy @param {string} host @returns {string | null} */
function ownerOf(policy, host) {
  /** @type {[string, boolean, string][]} */
  const declared = [
    ...policy.firstParty.hosts.map((/** @type {any} */ row) => [row.host, row.subdomains, 'self']),
    ...policy.firstParty.coBrands.map((/** @type {any} */ row) => [row.host, row.subdomains, 'co-brand']),
    ...policy.vendors.flatMap((/** @type {any} */ vendor) => vendor.hosts.map((/** @type {any} */ row) => [row.host, row.subdomains, vendor.id])),
  ];
  const fits = declared.filter(([name, below]) => host === name || (below && host.endsWith(`.${name}`) && !/^[\d.]+$/.test(host)));
  fits.sort((a, b) => b[0].length - a[0].length);
  return fits[0]?.[2] ?? null;
}
