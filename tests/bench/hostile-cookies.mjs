// Headers and lines written to cost as much as they can, of any length. What they cost must grow with it and no faster.

/** @typedef {{ name: string, kind: 'header' | 'line', make: (bytes: number) => string }} Shape */

const times = (/** @type {string} */ text) => (/** @type {number} */ bytes) => text.repeat(Math.ceil(bytes / text.length)).slice(0, bytes);
const behind = (/** @type {string} */ start, /** @type {string} */ text) => (/** @type {number} */ bytes) => start + times(text)(bytes - start.length);

/** @type {Shape[]} */
export const HOSTILE = [
  { name: 'semicolons', kind: 'header', make: times(';') },
  { name: 'spaces', kind: 'header', make: behind('a=', ' ') },
  { name: 'spaces and semicolons', kind: 'header', make: times(' ;\t;') },
  { name: 'equals signs', kind: 'header', make: times('=') },
  { name: 'one name', kind: 'header', make: times('x') },
  { name: 'one name, as a prefix begins', kind: 'header', make: behind('_hjSession_', '_ga_') },
  { name: 'a=b;', kind: 'header', make: times('a=b;') },
  { name: 'nameless', kind: 'header', make: times('a;') },
  { name: 'declared names', kind: 'header', make: times('_hjSession_1=;') },
  { name: 'nearly declared names', kind: 'header', make: times('_gac=;_gcm_=;_hjS=;') },
  { name: 'what is not ASCII', kind: 'header', make: (bytes) => times('\u00e9=;')(Math.floor(bytes * 3 / 4)) },
  { name: 'attributes', kind: 'line', make: behind('a=b', ';Path=/') },
  { name: 'dates', kind: 'line', make: behind('a=b', ';Expires=Wed, 21 Oct 2026 07:28:00 GMT') },
  { name: 'no dates', kind: 'line', make: behind('a=b', ';Expires=1:1:1:1-1-1-1') },
  { name: 'digits', kind: 'line', make: behind('a=b;Max-Age=', '9') },
  { name: 'unknown attributes', kind: 'line', make: behind('a=b', ';x=y') },
];

/** Bytes; the growth said is that from the second to the last. */
export const SIZES = [1_000, 10_000, 100_000, 1_000_000];
