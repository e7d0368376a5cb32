// What a page can do that needs nothing of its browser but evaluate(): shared by the three drivers.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { PRELUDE } from './deep.mjs';

/** @typedef {import('./types.d.ts').Page} Page */

const axeSource = () => readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * A script of a test (function or expression) as the source text of an expression, with its arguments in place.
 * @param {string | Function} script
 * @param {unknown[]} args
 */
export function expression(script, args = []) {
  if (typeof script === 'string') return `(${script})`;
  return `(${script})(${args.map((value) => JSON.stringify(value) ?? 'undefined').join(',')})`;
}

/** An expression over the elements that fit: `found` is the list, `shown` tells whether one can be seen.
 * @param {string} selector @param {string} body */
export function overElements(selector, body) {
  return `(() => { ${PRELUDE} const found = deepQuery(${JSON.stringify(selector)}); return ${body}; })()`;
}

/** The methods every driver shares, given its evaluate and waitFor.
 * @param {Pick<Page, 'evaluate' | 'waitFor'>} page
 * @returns {Pick<Page, 'visible' | 'waitVisible' | 'waitHidden' | 'text' | 'count' | 'focus' | 'axe'>} */
export function commonMethods(page) {
  return {
    visible: (selector) => page.evaluate(overElements(selector, 'found.some(isShown)')),
    waitVisible: async (selector) => void (await page.waitFor(overElements(selector, 'found.some(isShown)'))),
    waitHidden: async (selector) => void (await page.waitFor(overElements(selector, '!found.some(isShown)'))),
    text: (selector) => page.evaluate(overElements(selector, 'found[0]?.innerText ?? ""')),
    count: (selector) => page.evaluate(overElements(selector, 'found.length')),
    focus: async (selector) => {
      await page.waitFor(overElements(selector, 'found.length > 0'));
      await page.evaluate(overElements(selector, 'found[0].focus()'));
    },
    axe: async (context) => {
      await page.evaluate(`void (() => { ${axeSource()} })()`);
      return page.evaluate(axeLines, context ?? null);
    },
  };
}

/** Runs in the page: axe's violations, one line per element. @param {string | null} context @returns {Promise<string[]>} */
async function axeLines(context) {
  const { axe } = /** @type {any} */ (window);
  const result = await axe.run(context ?? document, { resultTypes: ['violations'] });
  return result.violations.flatMap((/** @type {any} */ violation) =>
    violation.nodes.map((/** @type {any} */ node) =>
      `${violation.id} (${violation.impact}): ${node.target.flat().join(' >>> ')}: ${node.failureSummary.replaceAll('\n', ' ')}`));
}

/** The part of a locator loop in the page: the middle of the first shown element that fits, scrolled into view.
 * Null until it is there and has stopped moving between two frames. @param {string} selector */
export function clickPoint(selector) {
  return `(async () => { ${PRELUDE}
    const element = deepQuery(${JSON.stringify(selector)}).find(isShown);
    if (!element) return null;
    element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    const box = () => { const b = element.getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; };
    const before = box();
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const after = box();
    return Math.abs(before[0] - after[0]) + Math.abs(before[1] - after[1]) < 1 ? { x: after[0], y: after[1] } : null;
  })()`;
}
