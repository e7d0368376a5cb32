// Numbers that look random and are the same in every run.

/** A generator of numbers in [0, 1): mulberry32, 32 bits of state. @param {number} seed */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of a list. @template T @param {() => number} next @param {readonly T[]} list */
export const oneOf = (next, list) => /** @type {T} */ (list[Math.floor(next() * list.length)]);

/**
 * A value drawn from a distribution given by some of its quantiles, straight between them on a logarithmic scale.
 * @param {() => number} next
 * @param {readonly (readonly [share: number, value: number])[]} quantiles from share 0 to share 1
 */
export function drawn(next, quantiles) {
  const share = next();
  const above = quantiles.findIndex(([upTo]) => upTo > share);
  const [s0, v0] = quantiles[above - 1] ?? [0, 1];
  const [s1, v1] = quantiles[above] ?? [1, 1];
  return Math.round(Math.exp(Math.log(v0) + ((share - s0) / (s1 - s0)) * (Math.log(v1) - Math.log(v0))));
}

const WORDS = 'account ad analytics api app asset audience banner beacon blog bundle campaign cart cdn chunk click cloud collect common config content conversion core data delivery event fax feed file font frame gateway health hero home icon image init item lang layout lead library loader log main media metric module notify page partner path pay photo pixel player plan portal pricing product profile public push query region report request rich sample script search segment send service session shop signal site social static store stream style sync tag target theme track upload user vendor video view visit web widget'.split(' ');
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const TOKEN = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** @param {() => number} next */
export const word = (next) => oneOf(next, WORDS);

/** Characters of an identifier; `of` 'token' is base64url. @param {() => number} next @param {number} length @param {'letters' | 'token'} [of] */
export function text(next, length, of = 'letters') {
  const from = of === 'token' ? TOKEN : LETTERS;
  let made = '';
  for (let i = 0; i < length; ++i) made += from[Math.floor(next() * from.length)];
  return made;
}
