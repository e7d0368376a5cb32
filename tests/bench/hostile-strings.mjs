// Consent strings of 64 KB, the longest that is read, that make a decoder work as much as they can.

/** @typedef {{ name: string, codec: 'tcf' | 'gpp' | 'ac', text: string }} Hostile */

export const LONGEST = 64 * 1024;
/** A header and the longest segment of Canada's that is read. */
const CANADA = 7 + 8 * 1024;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const CORE = 'CPSG_8APSG_8ANwAAAENAwCgAP_AAAAAAAAA';

/** Fields one behind the other as text. @param {[value: number, bits: number][]} fields */
export function textOf(fields) {
  let [text, held, have] = ['', 0, 0];
  for (const [value, bits] of fields) {
    for (let bit = bits - 1; bit >= 0; bit -= 1) {
      held = held * 2 + (Math.floor(value / 2 ** bit) % 2);
      if ((have += 1) < 6) continue;
      text += ALPHABET[held];
      held = have = 0;
    }
  }
  return text + (have > 0 ? ALPHABET[held * 2 ** (6 - have)] : '');
}

/** `count` ranges. @param {number} count @param {(i: number) => [first: number, last: number]} range @returns {[number, number][]} */
const ranges = (count, range) => Array.from({ length: count }, (_, i) => range(i)).flatMap(([first, last]) => /** @type {[number, number][]} */ ([[1, 1], [first, 16], [last, 16]]));

/** As many restrictions as are read, each of some ranges. @param {number} count @param {(i: number) => [number, number]} range @returns {[number, number][]} */
const restrictions = (count, range) => [[256, 12], ...Array.from({ length: 256 }, (_, i) => /** @type {[number, number][]} */ ([[63 - (i % 64), 6], [i >> 6, 2], [count, 12], ...ranges(count, (at) => range(i * count + at))])).flat()];

/** A TC string with as many ranges as two vendor fields and the restrictions hold. @param {(i: number) => [number, number]} range */
function crowded(range) {
  /** @type {[number, number][]} */
  const field = [[65_535, 16], [1, 1], [4095, 12], ...ranges(4095, range)];
  return textOf([[2, 6], [0, 207], ...field, ...field, ...restrictions(13, range)]);
}

/** As many restrictions as are read, from the last kind to the first, each of ranges from the highest down. */
const backwards = () => textOf([[2, 6], [0, 207], [0, 17], [0, 17], ...restrictions(45, (i) => [65_500 - 1000 * (i % 45), 65_500 - 1000 * (i % 45)])]);

/** A few restrictions, each of as many ranges as it can have. */
const long = () => textOf([[2, 6], [0, 207], [0, 17], [0, 17], [2, 12], ...[1, 2].flatMap((purpose) => /** @type {[number, number][]} */ ([[purpose, 6], [1, 2], [4095, 12], ...ranges(4095, (i) => [1 + ((i * 7919) % 65_000), 1 + ((i * 7919) % 65_000)])]))]);

/** Every second vendor, as many as are read, in every set that there is. */
function everySecond() {
  /** @type {[number, number][]} */
  const field = [[8190, 16], [0, 1], ...Array.from({ length: 273 }, () => /** @type {[number, number]} */ ([0x2aaaaaaa, 30]))];
  return [textOf([[2, 6], [0, 207], ...field, ...field, ...restrictions(35, (i) => [40_000 + 3 * (i % 35), 40_001 + 3 * (i % 35)])]), textOf([[1, 3], ...field]), textOf([[2, 3], ...field])].join('.');
}

/** Both sections of TCF: the longest segments of Canada's that are read, of the smallest Fibonacci numbers, and ranges in no order before them. */
function both() {
  const small = (/** @type {number} */ count) => Array.from({ length: count }, () => /** @type {[number, number][]} */ ([[1, 1], ...fibonacci(1), ...fibonacci(1)])).flat();
  /** @type {[number, number][]} */
  const field = [[1, 1], [4095, 12], ...small(4095)];
  const core = textOf([[1, 6], [0, 199 - 6], ...field, ...field, [30, 12], ...Array.from({ length: 30 }, (_, i) => /** @type {[number, number][]} */ ([[1 + i, 6], [1, 2], [1, 1], [20, 12], ...small(20)])).flat()]);
  const canada = [core, textOf([[1, 3], [8190, 16], ...field])].join('.');
  return `${textOf([[3, 6], [1, 6], [2, 12], [0, 1], ...fibonacci(2), [0, 1], ...fibonacci(3)])}~${long()}~${canada}`;
}

/** Fibonacci coding (GPP). @param {number} value @returns {[value: number, bits: number][]} */
export function fibonacci(value) {
  const places = [1, 2];
  while (/** @type {number} */ (places.at(-1)) <= value) places.push(/** @type {number} */ (places.at(-1)) + /** @type {number} */ (places.at(-2)));
  /** @type {number[]} */
  const bits = [];
  for (const place of places.reverse()) {
    const one = place <= value;
    if (one) value -= place;
    if (one || bits.length > 0) bits.unshift(one ? 1 : 0);
  }
  return [...bits, 1].map((bit) => [bit, 1]);
}

/** A header of one range of so many ids, from 1000 up, and a section of one character for each. @param {number} count */
const sections = (count) => textOf([[3, 6], [1, 6], [1, 12], [1, 1], ...fibonacci(1000), ...fibonacci(count - 1)]) + '~A'.repeat(count);

/** @returns {Hostile[]} */
export function hostileStrings() {
  const filled = (/** @type {string} */ start, /** @type {string} */ filler) => (start + filler.repeat(LONGEST)).slice(0, LONGEST);
  return [
    ...[...'A_qVgP'].map((filler) => /** @type {Hostile} */ ({ name: `a core and then ${filler}`, codec: 'tcf', text: filled(CORE, filler) })),
    { name: 'ranges, each of all vendors', codec: 'tcf', text: crowded(() => [1, 65_535]) },
    { name: 'ranges, backwards', codec: 'tcf', text: crowded((i) => [65_535 - 16 * (i % 4095), 65_535 - 16 * (i % 4095)]) },
    { name: 'ranges, in no order', codec: 'tcf', text: crowded((i) => [1 + ((i * 7919) % 65_000), 1 + ((i * 7919) % 65_000) + (i % 7)]) },
    { name: 'restrictions, each backwards', codec: 'tcf', text: backwards() },
    { name: 'restrictions, each as long as can be', codec: 'tcf', text: long() },
    { name: 'every second vendor, in every set', codec: 'tcf', text: everySecond() },
    { name: 'nothing but segments', codec: 'tcf', text: filled(`${CORE}AAAAAAAA`, '.I') },
    { name: 'segments of one kind', codec: 'tcf', text: filled(`${CORE}AAAAAAAA`, '.IAAA') },
    { name: 'GPP: a header and then _', codec: 'gpp', text: filled('DBA', '_') },
    { name: 'GPP: as many sections as are read', codec: 'gpp', text: sections(256) },
    { name: 'GPP: thousands of sections', codec: 'gpp', text: sections(30_000) },
    { name: 'GPP: a header and then sections', codec: 'gpp', text: filled('DBABMA', '~A') },
    { name: 'GPP: Canada, and every coding tried', codec: 'gpp', text: filled('DBABDA~BPSG_8APSG_8ANwAAAENAwCgAAAAAAAA', 'g').slice(0, CANADA) },
    { name: "GPP: Canada's ranges", codec: 'gpp', text: filled('DBABDA~BPSG_8APSG_8ANwAAAENAwCgAAAAAAAAAAAA', '_8').slice(0, CANADA) },
    { name: 'GPP: usnat and then subsections', codec: 'gpp', text: filled('DBABLA~CVVVkkkkkpFY', '.YA') },
    { name: 'AC: ids of one digit', codec: 'ac', text: `1~${'1.'.repeat(32_766)}1` },
    { name: 'GPP: Europe and Canada, of ranges', codec: 'gpp', text: both() },
  ];
}
