// Consent strings of 64 KB, the longest that is read, that make a decoder work as much as they can.

/** @typedef {{ name: string, codec: 'tcf' | 'gpp' | 'ac', text: string }} Hostile */

const LONGEST = 64 * 1024;
/** A header and the longest segment of Canada's that is read. */
const CANADA = 7 + 24 * 1024;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const CORE = 'CPSG_8APSG_8ANwAAAENAwCgAP_AAAAAAAAA';

/** Fields one behind the other as text. @param {[value: number, bits: number][]} fields */
function textOf(fields) {
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

/** A TC string with as many ranges as two vendor fields and the restrictions hold. @param {(i: number) => [number, number]} range @param {number} restrictions */
function crowded(range, restrictions) {
  /** @type {[number, number][]} */
  const field = [[65_535, 16], [1, 1], [4095, 12], ...ranges(4095, range)];
  const each = Array.from({ length: restrictions }, (_, i) => /** @type {[number, number][]} */ ([[1 + (i % 63), 6], [i % 3, 2], [1, 12], ...ranges(1, range)])).flat();
  return textOf([[2, 6], [0, 207], ...field, ...field, [restrictions, 12], ...each]).slice(0, LONGEST);
}

/** As many restrictions as there can be, each of four vendors from the highest down, from the last kind to the first. */
function backwards() {
  const each = Array.from({ length: 4095 }, (_, i) => /** @type {[number, number][]} */ ([[63 - (i % 63), 6], [i % 3, 2], [4, 12], ...[4, 3, 2, 1].flatMap((id) => /** @type {[number, number][]} */ ([[0, 1], [15_000 * id + i, 16]]))]));
  return textOf([[2, 6], [0, 207], [0, 17], [0, 17], [4095, 12], ...each.flat()]).slice(0, LONGEST);
}

/** A header of one range of so many ids, from 1000 up, and a section of one character for each. @param {number} count */
function sections(count) {
  /** Fibonacci coding (GPP). @param {number} value */
  const fibonacci = (value) => {
    const places = [1, 2];
    while (/** @type {number} */ (places.at(-1)) <= value) places.push(/** @type {number} */ (places.at(-1)) + /** @type {number} */ (places.at(-2)));
    /** @type {number[]} */
    const bits = [];
    for (const place of places.reverse()) {
      const one = place <= value;
      if (one) value -= place;
      if (one || bits.length > 0) bits.unshift(one ? 1 : 0);
    }
    return [...bits, 1].map((bit) => /** @type {[number, number]} */ ([bit, 1]));
  };
  return textOf([[3, 6], [1, 6], [1, 12], [1, 1], ...fibonacci(1000), ...fibonacci(count - 1)]) + '~A'.repeat(count);
}

/** @returns {Hostile[]} */
export function hostileStrings() {
  const filled = (/** @type {string} */ start, /** @type {string} */ filler) => (start + filler.repeat(LONGEST)).slice(0, LONGEST);
  return [
    ...[...'A_qVgP'].map((filler) => /** @type {Hostile} */ ({ name: `a core and then ${filler}`, codec: 'tcf', text: filled(CORE, filler) })),
    { name: 'ranges, each of all vendors', codec: 'tcf', text: crowded(() => [1, 65_535], 2300) },
    { name: 'ranges, backwards', codec: 'tcf', text: crowded((i) => [65_535 - 16 * (i % 4095), 65_535 - 16 * (i % 4095)], 2300) },
    { name: 'ranges, in no order', codec: 'tcf', text: crowded((i) => [1 + ((i * 7919) % 65_000), 1 + ((i * 7919) % 65_000) + (i % 7)], 2300) },
    { name: 'restrictions, each backwards', codec: 'tcf', text: backwards() },
    { name: 'every second vendor', codec: 'tcf', text: textOf([[2, 6], [0, 207], [65_535, 16], [0, 1], ...Array.from({ length: 2048 }, () => /** @type {[number, number]} */ ([0xaaaaaaaa, 32])), [65_535, 16], [0, 1], ...Array.from({ length: 2048 }, () => /** @type {[number, number]} */ ([0x55555555, 32])), [0, 24]]) },
    { name: 'nothing but segments', codec: 'tcf', text: filled(`${CORE}AAAAAAAA`, '.I') },
    { name: 'segments of one kind', codec: 'tcf', text: filled(`${CORE}AAAAAAAA`, '.IAAA') },
    { name: 'GPP: a header and then _', codec: 'gpp', text: filled('DBA', '_') },
    { name: 'GPP: as many sections as are read', codec: 'gpp', text: sections(256) },
    { name: 'GPP: thousands of sections', codec: 'gpp', text: sections(30_000) },
    { name: 'GPP: a header and then sections', codec: 'gpp', text: filled('DBABMA', '~A') },
    { name: 'GPP: Canada, and every coding tried', codec: 'gpp', text: filled('DBABDA~BPSG_8APSG_8ANwAAAENAwCgAAAAAAAA', 'g').slice(0, CANADA) },
    { name: "GPP: Canada's ranges", codec: 'gpp', text: filled('DBABDA~BPSG_8APSG_8ANwAAAENAwCgAAAAAAAAAAAA', '_8').slice(0, CANADA) },
    { name: 'GPP: usnat and then subsections', codec: 'gpp', text: filled('DBABLA~CVVVkkkkkpFY', '.YA') },
    { name: 'AC: ids of one digit', codec: 'ac', text: filled('2~', '1.').replace(/\.$/, '1') },
  ];
}
