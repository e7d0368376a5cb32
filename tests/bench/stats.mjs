// Quantiles of times, and tables of them.

/** @typedef {{ p50: number, p90: number, p99: number, p999: number, mean: number }} Quantiles  nanoseconds */

/**
 * A quantile of sorted times that a clock has rounded to its tick: a time stands for anything within half a tick around it,
 * so the quantile is read off between two ticks and not always on one.
 * @param {Float64Array} sorted @param {number} share @param {number} tick
 */
export function quantile(sorted, share, tick) {
  const rank = share * sorted.length;
  const value = sorted[Math.min(sorted.length - 1, Math.floor(rank))] ?? NaN;
  const from = lowerBound(sorted, value);
  const to = lowerBound(sorted, value + tick / 4);
  return Math.max(value - tick / 2 + (tick * (rank - from)) / (to - from), 0);
}

/** Index of the first time that is not below `value`. @param {Float64Array} sorted @param {number} value */
function lowerBound(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (/** @type {number} */ (sorted[middle]) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The smallest step between two of the times: the clock's tick. @param {Float64Array} sorted */
export function tickOf(sorted) {
  let tick = Infinity;
  for (let i = 1; i < sorted.length; ++i) {
    const step = /** @type {number} */ (sorted[i]) - /** @type {number} */ (sorted[i - 1]);
    if (step > 0.5 && step < tick) tick = step;
  }
  return Number.isFinite(tick) ? tick : 1;
}

/** @param {number[]} values */
export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? /** @type {number} */ (sorted[middle]) : (/** @type {number} */ (sorted[middle - 1]) + /** @type {number} */ (sorted[middle])) / 2;
}

/** @param {Float64Array} times @returns {Quantiles} */
export function quantiles(times) {
  const sorted = times.slice().sort();
  const tick = tickOf(sorted);
  const mean = sorted.reduce((sum, time) => sum + time, 0) / sorted.length;
  return { p50: quantile(sorted, 0.5, tick), p90: quantile(sorted, 0.9, tick), p99: quantile(sorted, 0.99, tick), p999: quantile(sorted, 0.999, tick), mean };
}

/** Prints rows under a heading; the first column to the left, the others to the right.
 * @param {string} heading @param {string[]} columns @param {(string | number)[][]} rows */
export function table(heading, columns, rows) {
  const text = [columns, ...rows].map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US', { maximumFractionDigits: cell < 10 ? 2 : cell < 100 ? 1 : 0 }) : cell)));
  const widths = columns.map((_, column) => Math.max(...text.map((row) => (row[column] ?? '').length)));
  console.log(`\n${heading}`);
  for (const row of text) console.log(`  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('   ')}`);
}
