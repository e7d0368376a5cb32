// The same handlers under workerd, whose HTMLRewriter is its own: the page and the headers must be Node's, and the routes answer.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';
import { T, html, leaks, protection, visit } from './server-support.mjs';

const dist = (name) => readFileSync(fileURLToPath(new URL(`../../js-glue/dist/${name}`, import.meta.url)));
const worker = `
import { consentRoutes, createHandler, createProtection } from './server.workerd.js'
import policy from './policy.bin'
const bytes = new Uint8Array(policy)
const protect = createProtection({ policy: bytes })
const placed = createProtection({ policy: bytes, place: 'cloudflare' })
const own = createHandler(consentRoutes({ policy: bytes, gpcSince: '2026-11-23' }))
export default { async fetch(request, env) {
  const answer = await own(request)
  if (answer) return answer
  return (request.url.endsWith('/placed') ? placed : protect)(new Request('https://www.metrofax.com/', { headers: request.headers, cf: request.cf }), new Response(await request.text(), { headers: { 'content-type': 'text/html; charset=utf-8' } }))
} }`;

/** @type {Miniflare} */
let edge;
before(async () => {
  edge = new Miniflare({
    compatibilityDate: '2026-01-01', cf: false,
    modules: [
      { type: 'ESModule', path: 'worker.js', contents: worker }, { type: 'ESModule', path: 'server.workerd.js', contents: dist('server.workerd.js') },
      { type: 'CompiledWasm', path: 'server.wasm', contents: dist('server.wasm') }, { type: 'Data', path: 'policy.bin', contents: dist('policy.bin') },
    ],
  });
  await edge.ready;
});
after(() => edge.dispose());

const page = `<!doctype html><html><head><title>é</title><link rel=stylesheet href="${T}/a.css"><script>1</script><script type=module>import "${T}/m.js"</script><style>p{background:url(${T}/a)}</style></head>
<body background="${T}/b"><p style="color:red">x<img src="${T}/a"><iframe srcdoc="<img src='${T}/b'>"></iframe><noscript><img src="${T}/c"></noscript><svg><style>p{background:ur<!-- -->l(${T}/d)}</style><image xlink:href="${T}/e"/></svg>
<script type="speculationrules">{"prefetch":[{"urls":["${T}/f"]}]}</script><iframe src="data:text/html,<img src=${T}/g>"></iframe><table background="${T}/h">`;

test('a page is rewritten as in Node, and its policy is the same but for the nonce', async () => {
  const fixed = (text) => text.replaceAll(/nonce[-=]"?[\w+/=]+"?/g, 'nonce');
  const [here, there] = await Promise.all([protection().protect(visit(), html(page)), edge.dispatchFetch('https://www.metrofax.com/', { method: 'POST', body: page, redirect: 'manual' })]);
  const text = await there.text();
  assert.deepEqual(leaks(text), []);
  assert.equal(fixed(text), fixed(await here.text()));
  for (const name of ['content-security-policy', 'content-type', 'cache-control', 'vary']) assert.equal(fixed(there.headers.get(name)), fixed(here.headers.get(name)), name);
});

test('a choice at the edge is a cookie that the edge obeys', async () => {
  const headers = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
  const answer = await edge.dispatchFetch('https://www.metrofax.com/consent', { method: 'POST', body: '{"all":true}', headers });
  const cookie = answer.headers.getSetCookie()[0].split(';')[0];
  const after = await edge.dispatchFetch('https://www.metrofax.com/', { method: 'POST', body: `<img src="${T}/a">`, headers: { cookie } });
  assert.equal((await after.text()).includes(`<img src="${T}/a">`), true);
});

test('where Cloudflare says the visitor is decides the regime, before what a header says', async () => {
  const answer = await edge.dispatchFetch('https://www.metrofax.com/placed', { method: 'POST', body: '<head></head>x', cf: { country: 'US', regionCode: 'CA' }, headers: { 'cf-ipcountry': 'DE' } });
  assert.match(await answer.text(), /data-regime="us-ca"/);
});
