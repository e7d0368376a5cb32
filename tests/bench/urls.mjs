// Request URLs as pages send them: 40% of the site's own, 35% of declared third parties, 25% of nobody the policy knows.
//
// Lengths follow what pages in the wild were measured to send: p50 89, p99 1,435, at most 17,614 bytes. What is long is
// mostly the query of a measurement or an auction; one long URL in twelve carries its load in the path.
import { drawn, oneOf, random, text, word } from './random.mjs';

/** The page that sends them. */
export const PAGE = 'https://www.metrofax.com/pricing';
export const LONGEST = 17_614;

/** @typedef {{ how: number, url: string, whose: 'own' | 'declared' | 'undeclared' }} Question  how: fb.Initiator */
/** @typedef {{ host: string, subdomains: boolean, paths: string[] }} Declared */

const OWN = ['www.metrofax.com', 'www.metrofax.com', 'www.metrofax.com', 'static.metrofax.com', 'img.metrofax.com', 'api.metrofax.com', 'metrofax.com'];
const ENDINGS = ['com', 'com', 'com', 'net', 'net', 'io', 'org', 'co', 'de', 'fr', 'co.uk', 'com.br', 'cloud', 'app'];
const LARGE = ['cloudfront.net', 'akamaized.net', 'azureedge.net', 'fastly.net', 'amazonaws.com', 'b-cdn.net'];
const FILES = ['js', 'js', 'css', 'png', 'jpg', 'svg', 'gif', 'woff2', 'json', 'webp'];

const LENGTHS = /** @type {const} */ ([[0, 26], [0.1, 46], [0.25, 62], [0.5, 89], [0.75, 150], [0.9, 360], [0.97, 830], [0.99, 1435], [0.999, 4600], [1, LONGEST]]);
const PATHS = /** @type {const} */ ([[0, 1], [0.1, 6], [0.5, 24], [0.9, 70], [0.99, 170], [1, 700]]);

/**
 * @param {number} count
 * @param {readonly Declared[]} declared
 * @param {{ seed?: number, popularity?: 'even' | 'zipf' }} [options] even: every declared host as often as every other, so that
 *   nothing helps a cache; zipf: the n-th host about 1/n as often as the first, as in the wild
 * @returns {Question[]}
 */
export function questions(count, declared, { seed = 20131201, popularity = 'zipf' } = {}) {
  const next = random(seed);
  const made = [];
  for (let i = 0; i < count; ++i) {
    const share = next();
    const whose = share < 0.4 ? 'own' : share < 0.75 ? 'declared' : 'undeclared';
    const rank = next();
    const at = popularity === 'even' ? Math.floor(rank * declared.length) : Math.floor(declared.length ** rank) - 1;
    const row = whose === 'declared' ? declared[at] : undefined;
    const host = row ? hostOf(next, row) : whose === 'own' ? oneOf(next, OWN) : unknownHost(next);
    const prefix = row && row.paths.length > 0 && next() < 0.3 ? oneOf(next, row.paths) : '';
    const length = i === Math.floor(count / 2) ? LONGEST : drawn(next, LENGTHS);
    made.push(/** @type {Question} */ ({ how: 1 + Math.floor(next() * 9), url: urlOf(next, host, prefix, length), whose }));
  }
  return made;
}

/** @param {() => number} next @param {Declared} row */
function hostOf(next, { host, subdomains }) {
  if (!subdomains || next() < 0.4) return host;
  const label = oneOf(next, ['www', 'static', 'cdn', 'px', 'tags', 'collect', 'sync', 'region1', `s${Math.floor(next() * 20)}`]);
  return next() < 0.1 ? `${text(next, 8)}.${label}.${host}` : `${label}.${host}`;
}

/** @param {() => number} next */
function unknownHost(next) {
  if (next() < 0.25) return `${text(next, 13)}.${oneOf(next, LARGE)}`;
  const name = `${word(next)}${next() < 0.5 ? '-' : ''}${word(next)}${Math.floor(next() * 1000)}.${oneOf(next, ENDINGS)}`;
  return next() < 0.5 ? name : `${oneOf(next, ['www', 'cdn', 'assets', 'img', 'api', 'edge-1'])}.${name}`;
}

/** @param {() => number} next @param {string} host @param {string} prefix a declared path @param {number} length wanted */
function urlOf(next, host, prefix, length) {
  const start = `${next() < 0.97 ? 'https' : 'http'}://${host}${prefix}`;
  const room = Math.max(1, length - start.length);
  const inPath = next() < (room > 300 ? 1 / 12 : 0.45) ? room : Math.min(room, drawn(next, PATHS));
  const path = pathOf(next, inPath, prefix !== '');
  return start + path + queryOf(next, room - path.length);
}

/** @param {() => number} next @param {number} length @param {boolean} behind a declared path stands before it */
function pathOf(next, length, behind) {
  let path = '';
  while (path.length < length) path += `/${next() < 0.25 ? text(next, 8 + Math.floor(next() * 24)) : word(next)}`;
  if (length > 12 && next() < 0.6) {
    const file = `.${oneOf(next, FILES)}`;
    return path.slice(0, length - file.length) + file;
  }
  return behind && length < 2 ? '' : path.slice(0, length);
}

/** @param {() => number} next @param {number} length */
function queryOf(next, length) {
  if (length < 3) return '';
  let query = '?';
  while (query.length < length) {
    const share = next();
    const value = share < 0.4 ? text(next, 1 + Math.floor(next() * 10))
      : share < 0.8 ? text(next, 8 + Math.floor(next() * 40), 'token')
        : `https%3A%2F%2F${word(next)}.metrofax.com%2F${word(next)}%3F${word(next)}%3D${text(next, 6)}`;
    query += `${query.length > 1 ? '&' : ''}${next() < 0.6 ? text(next, 1 + Math.floor(next() * 3)) : word(next)}=${value}`;
  }
  return query.slice(0, length);
}

/** The file all contestants read: one question a line, `how` a tab and the URL. @param {readonly Question[]} asked */
export const asLines = (asked) => asked.map(({ how, url }) => `${how}\t${url}\n`).join('');

/** Reads that file. Each URL becomes a flat string of its own, as a page's are, and no window into the file's text.
 * @param {Buffer} bytes */
export function fromLines(bytes) {
  /** @type {string[]} */
  const urls = [];
  /** @type {number[]} */
  const hows = [];
  for (let from = 0; from < bytes.length;) {
    const tab = bytes.indexOf(9, from);
    const end = bytes.indexOf(10, tab);
    hows.push(Number(bytes.toString('latin1', from, tab)));
    urls.push(bytes.toString('latin1', tab + 1, end));
    from = end + 1;
  }
  return { urls, hows };
}
