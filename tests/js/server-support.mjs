// What the tests of the server's planes share: a protection under the demo's policy, and an oracle that reads its output with
// another HTML parser (parse5, a tree builder) than the one that wrote it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'parse5';
import { consentRoutes, createHandler, createProtection } from '../../js-glue/dist/server.js';

export const policy = readFileSync(fileURLToPath(new URL('../../js-glue/dist/policy.bin', import.meta.url)));
export const PAGE = 'https://www.metrofax.com/';
/** A declared vendor that needs consent, and a host that nobody declared. */
export const TRACKERS = ['www.google-analytics.com', 'tracker.example'];
export const T = `https://${TRACKERS[0]}`;

/** A protection, and what it noted. */
export function protection(options = {}) {
  const noted = [];
  const protect = createProtection({ policy, note: (error) => noted.push(String(error)), ...options });
  return { protect, noted };
}

const { protect } = protection();

export const html = (body, headers = {}) => new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8', ...headers } });
export const visit = (headers = {}) => new Request(PAGE, { headers });

const choices = createHandler(consentRoutes({ policy, gpcSince: '2026-11-23' }));
/** The Set-Cookie line of whoever accepts all, or refuses all. */
export async function choiceLine(all) {
  const headers = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
  const answer = await choices(new Request(`${PAGE}consent`, { method: 'POST', body: JSON.stringify({ all }), headers }));
  return answer.headers.getSetCookie()[0];
}

/** What stands before the runtime's tag: from where scripts may come, whatever nonce they have. */
export const POLICY = /<meta http-equiv="Content-Security-Policy" content="script-src [^"]*">/;

/** The protected page's text, without the policy that stands in it. */
export const rewritten = async (page, { headers, request } = {}) => (await (await protect(visit(request), html(page, headers))).text()).replace(POLICY, '');

/**
 * Every place in a page where a tracker could still be reached by markup, as a browser with and without scripting would build it.
 * @returns {string[]} what and where; empty is good.
 */
export function leaks(page) {
  return [true, false].flatMap((scriptingEnabled) => walk(parse(page, { scriptingEnabled }), scriptingEnabled ? 'script' : 'noscript'));
}

/** What a held URL in CSS is replaced by says the host, percent-encoded behind a comma, and loads nothing. */
const reaches = (text) => TRACKERS.some((host) => text.replaceAll(/data:,mf:[\w%.-]*/g, '').includes(host));

const REQUESTING = /^(?:src|srcdoc|srcset|href|xlink:href|poster|data|background|action|formaction|ping|imagesrcset|attributionsrc|style|fill|filter|to|from|by|values|content)$/;

function walk(node, where) {
  const found = [];
  const { nodeName: name, attrs = [] } = node;
  for (const { name: attribute, prefix, value } of attrs) {
    const full = prefix ? `${prefix}:${attribute}` : attribute;
    if (!REQUESTING.test(full)) continue;
    if (name === 'a' && full === 'href') continue; // a visitor's click
    if (name === 'link' && full === 'href' && attrs.some((one) => one.name === 'rel' && one.value === 'canonical')) continue;
    if (full === 'srcdoc') found.push(...leaks(value));
    else if (/^data:text\/html/i.test(value.trim())) found.push(...leaks(decodeURIComponent(value.slice(value.indexOf(',') + 1))));
    else if (reaches(value)) found.push(`${where}: <${name} ${full}="${value}">`);
  }
  const inCss = (text) => (text.match(/url\([^)]*|image-set\([^)]*|@import[^;]*/g) ?? []).some(reaches);
  const type = attrs.find((one) => one.name === 'type')?.value ?? '';
  const text = (node.childNodes ?? []).map((child) => child.value ?? '').join('');
  const runs = name === 'script' && type !== 'text/plain';
  if (name === 'style' ? inCss(text) : runs && /\bimport\b|"(?:imports|urls)"/.test(text) && reaches(text)) found.push(`${where}: <${name}>${text}`);
  for (const child of [...(node.childNodes ?? []), ...(node.content ? [node.content] : [])]) found.push(...walk(child, where));
  return found;
}
