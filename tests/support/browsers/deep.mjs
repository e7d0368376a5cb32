// Functions that run inside the page. They are sent as source text, so each stands alone and uses nothing from outside.

/**
 * All elements that fit `selector` in the document and in every open shadow root, in document order.
 * `a >>> b` finds b inside what a found, its shadow root included.
 * @param {string} selector
 * @returns {Element[]}
 */
export function deepQuery(selector) {
  /** @param {ParentNode} root @param {string} part @returns {Element[]} */
  const within = (root, part) => {
    /** @type {Element[]} */
    const found = [];
    /** @param {ParentNode} node */
    const walk = (node) => {
      for (const element of node.querySelectorAll('*')) {
        if (element.matches(part)) found.push(element);
        if (element.shadowRoot) walk(element.shadowRoot);
      }
    };
    if (root instanceof Element && root.shadowRoot) walk(root.shadowRoot);
    walk(root);
    return found;
  };
  /** @type {ParentNode[]} */
  let roots = [document];
  /** @type {Element[]} */
  let found = [];
  for (const part of selector.split('>>>')) {
    found = roots.flatMap((root) => within(root, part.trim()));
    roots = found;
  }
  return found;
}

/** Shown to a person: rendered, with a box, not hidden by visibility. @param {Element | undefined} element */
export function isShown(element) {
  if (!element?.isConnected) return false;
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility === 'visible';
}

/** The two above as declarations to put before a script's source. */
export const PRELUDE = `const deepQuery = ${deepQuery}; const isShown = ${isShown};`;
