// Random numbers and sets of ids for tests of consent strings: the same every time.

/** A small generator with a seed (mulberry32): the same models every time. @param {number} seed */
export function randomFrom(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (/** @type {number} */ n) => Math.floor(next() * n);
  /** Ids up to `most`: none, a few, or most of them. @param {number} most */
  const ids = (most) => {
    const share = [0, 0.02, 0.3, 0.9][below(4)] ?? 0;
    const high = 1 + below(most);
    return Array.from({ length: high }, (_, i) => i + 1).filter(() => next() < share);
  };
  return { below, ids, flag: () => next() < 0.5 };
}
