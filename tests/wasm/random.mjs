// Random numbers and sets of ids for tests of consent strings: the same every time.
import { random } from '../bench/random.mjs';

/** What models are made of, by a seed. @param {number} seed */
export function randomFrom(seed) {
  const next = random(seed);
  const below = (/** @type {number} */ n) => Math.floor(next() * n);
  /** Ids up to `most`: none, a few, or most of them. @param {number} most */
  const ids = (most) => {
    const share = [0, 0.02, 0.3, 0.9][below(4)] ?? 0;
    const high = 1 + below(most);
    return Array.from({ length: high }, (_, i) => i + 1).filter(() => next() < share);
  };
  return { below, ids, flag: () => next() < 0.5 };
}
