// What every page of this folder uses to write down what happened to it.
const outcome = { errors: [], events: [], came: [] };
const plain = (/** @type {unknown} */ value) => String(value instanceof Error ? `${value.name}: ${value.message}` : value).replaceAll(location.origin, '').replace(/\/v\/n\d+\//g, '').replace(/lit\$\d+/g, 'lit$');
addEventListener('error', (event) => outcome.errors.push(event.message ? plain(event.message) : `${event.target.localName} did not load: ${plain(event.target.src ?? event.target.href)}`), true);
addEventListener('unhandledrejection', ({ reason }) => outcome.errors.push(`rejection: ${plain(reason)}`));
for (const level of ['error', 'warn']) {
  const native = console[level];
  console[level] = (...args) => {
    outcome.errors.push(`${level}: ${args.map(plain).join(' ')}`);
    native.apply(console, args);
  };
}
/** What happened, in order; and what came from the network, whose order is nobody's. */
const seen = (/** @type {unknown[]} */ ...what) => outcome.events.push(what.map(plain).join(' '));
const came = (/** @type {unknown[]} */ ...what) => outcome.came.push(what.map(plain).join(' '));

/** Resolves as soon as `condition` holds; fails by name. */
const until = async (condition, name = String(condition)) => {
  for (const end = performance.now() + 8000; performance.now() < end; ) {
    const value = await condition();
    if (value) return value;
    await new Promise((done) => setTimeout(done, 5));
  }
  throw new Error(`waited in vain: ${name}`);
};
const event = (target, type) => new Promise((done) => target.addEventListener(type, done, { once: true }));
const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
const $one = (selector) => document.querySelector(selector);
const click = (selector) => $one(selector).click();
const type = (selector, value) => {
  const field = $one(selector);
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, value);
  field.dispatchEvent(new Event('input', { bubbles: true }));
};

/** The tree as text: shadow roots, their sheets, and what fields hold. What the SDK puts in is left out; attributes are sorted,
 * because Chromium lists a style attribute from when somebody first looked. */
const tree = (node, depth = 0) => {
  if (node.nodeType === 3) return node.data.trim() ? [' '.repeat(depth) + node.data.trim().replace(/\s+/g, ' ')] : [];
  if (node.nodeType === 8) return [' '.repeat(depth) + `<!--${plain(node.data)}-->`];
  if (node.nodeType === 11 || node.nodeType === 9) return [...node.childNodes].flatMap((child) => tree(child, depth));
  if (node.nodeType !== 1 || node.localName === 'metrofax-consent' || (node.src ?? '').includes?.('/sdk/')) return [];
  const attributes = [...node.attributes].map(({ name, value }) => ` ${name}="${plain(value)}"`).sort().join('');
  const holds = 'value' in node && /^(input|select|textarea)$/.test(node.localName) ? ` [${node.value}${node.checked ? ' checked' : ''}]` : '';
  const { shadowRoot } = node;
  return [
    ' '.repeat(depth) + `<${node.localName}${attributes}>${holds}`,
    ...(shadowRoot ? [' '.repeat(depth + 1) + '#shadow', ...[...shadowRoot.adoptedStyleSheets].map((sheet) => ' '.repeat(depth + 2) + [...sheet.cssRules].map((rule) => rule.cssText).join(' ')), ...tree(shadowRoot, depth + 2)] : []),
    ...(node.localName === 'template' ? tree(node.content, depth + 1) : [...node.childNodes].flatMap((child) => tree(child, depth + 1))),
  ];
};
const styles = (selector, ...names) => {
  const computed = getComputedStyle(typeof selector === 'string' ? $one(selector) : selector);
  return Object.fromEntries(names.map((name) => [name, plain(computed[name])]));
};

/** Runs a page's script and publishes what came of it. */
const run = async (script) => {
  try {
    if (document.readyState !== 'complete') await event(window, 'load');
    Object.assign(outcome, await script());
  } catch (error) {
    outcome.failed = plain(error);
  }
  outcome.tree ??= tree(document.body);
  outcome.came.sort();
  window.outcome = outcome;
};
window.kit = { outcome, seen, came, until, event, frame, click, type, tree, styles, run };
