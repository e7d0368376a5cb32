// Every function that the platform offers by name, and how it looks: taken before consent.js and after it.
/** Path -> [function, descriptor of the property, which part of it]. @returns {Map<string, [Function, PropertyDescriptor, string]>} */
const walk = () => {
  const found = new Map();
  const members = (owner, path) => {
    for (const key of Reflect.ownKeys(owner)) {
      if (/^(webkitStorageInfo|metrofaxConsent|walk|before|after)$/.test(String(key))) continue;
      const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
      for (const part of ['value', 'get', 'set'])
        if (typeof descriptor[part] === 'function') found.set(`${path}${String(key)}${part === 'value' ? '' : ` (${part})`}`, [descriptor[part], descriptor, part]);
    }
  };
  members(window, '');
  for (const name of Object.getOwnPropertyNames(window)) {
    const { value } = Reflect.getOwnPropertyDescriptor(window, name) ?? {};
    if (typeof value !== 'function' || !value.prototype || !/^[A-Z]|^webkit[A-Z]/.test(name)) continue;
    members(value, `${name}.`);
    members(value.prototype, `${name}#`);
  }
  return found;
};
const before = walk();

/** What a call comes to: an error's class and words, or the kind of its value. */
const comesTo = async (call) => {
  try {
    const value = call();
    if (value instanceof Promise) return `promise of ${await comesToLater(value)}`;
    return value === null ? 'null' : typeof value;
  } catch (error) {
    return told(error);
  }
};
const comesToLater = (promise) => promise.then((value) => typeof value, told);
/** The words are left out: in Firefox and WebKit they name the member that looked at `this`, and that may be one we use. */
const told = (error) => `${Object.prototype.toString.call(error)} ${error.name}${error instanceof Error ? '' : ' (of another realm)'}`;

/** How a function looks. @param {Function} fn */
const looks = (fn) => ({
  text: Function.prototype.toString.call(fn), own: String(fn), name: fn.name, length: fn.length, kind: typeof fn, tag: Object.prototype.toString.call(fn),
  prototype: Object.getPrototypeOf(fn) === Function.prototype || Object.getPrototypeOf(fn).name,
  members: Reflect.ownKeys(fn).map((key) => { const { value, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(fn, key); return `${String(key)} ${typeof value} ${writable} ${enumerable} ${configurable}`; }).join(),
  extensible: Object.isExtensible(fn),
});

/** Arguments with which the constructors among them can be called. */
const ARGUMENTS = { EventSource: ['nowhere'], WebSocket: [location.origin.replace('http', 'ws')], StorageEvent: ['storage'], FontFace: ['a', 'local(a)'], KeyframeEffect: [null, []], Audio: [], RTCPeerConnection: [], webkitRTCPeerConnection: [], SharedWorker: ['shared.js'], Worker: ['worker.js'] };

/** How the patched ones act. */
const acts = async (fn, [, , part], path, isConstructor) => {
  const acted = {};
  if (isConstructor) {
    acted.called = await comesTo(() => fn());
    acted.constructed = await comesTo(() => { new fn(); });
    const args = ARGUMENTS[path];
    if (args) {
      const made = class extends fn {};
      const one = new fn(...args);
      const two = new made(...args);
      acted.one = [Object.prototype.toString.call(one), one instanceof fn, Object.getPrototypeOf(one) === fn.prototype, Reflect.ownKeys(one).join()].join(' ');
      acted.two = [Object.prototype.toString.call(two), two instanceof fn, Object.getPrototypeOf(two) === made.prototype, two.constructor === made].join(' ');
      for (const each of [one, two]) each.close?.();
    }
    return acted;
  }
  acted.constructed = await comesTo(() => Reflect.construct(Object, [], fn));
  acted.made = await comesTo(() => new fn());
  for (const [name, self] of [['nobody', Object.create(null)], ['a number', 1]]) {
    acted[`${name}, no arguments`] = await comesTo(() => Reflect.apply(fn, self, []));
    acted[`${name}, arguments`] = await comesTo(() => Reflect.apply(fn, self, part === 'get' ? [] : part === 'set' ? ['x'] : ['x', 'y', 'z']));
  }
  // The window is `this` of whoever has none: what it offers would be done.
  if (!/^(open|name \(set\)|stop|close|print|fetchLater)$/.test(path)) acted.undefined = await comesTo(() => Reflect.apply(fn, undefined, []));
  return acted;
};

/** Everything in which a patched function differs from the platform's: `path: what` -> [the platform's, ours]. */
const differences = async () => {
  const found = {};
  const after = walk();
  const paths = [];
  for (const [path, [was, wasAt, part]] of before) {
    const [is, at] = after.get(path) ?? [];
    if (!is) { found[`${path}: is gone`] = []; continue; }
    if (is === was) continue;
    paths.push(path);
    for (const key of ['enumerable', 'configurable', 'writable']) if (at[key] !== wasAt[key]) found[`${path}: ${key}`] = [wasAt[key], at[key]];
    if (!at.get !== !wasAt.get || !at.set !== !wasAt.set) found[`${path}: accessors`] = [[!!wasAt.get, !!wasAt.set].join(), [!!at.get, !!at.set].join()];
    const isConstructor = part === 'value' && !path.includes('#') && !path.includes('.') && /^[A-Z]|^webkit/.test(path) && !!was.prototype;
    const [a, b] = [{ ...looks(was), ...await acts(was, before.get(path), path, isConstructor) }, { ...looks(is), ...await acts(is, after.get(path), path, isConstructor) }];
    for (const key of Object.keys(a)) if (a[key] !== b[key]) found[`${path}: ${key}`] = [a[key], b[key]];
  }
  for (const path of after.keys()) if (!before.has(path)) found[`${path}: is new`] = [];
  // What was one function under two names still is.
  const names = (map) => {
    const first = new Map();
    const same = [];
    for (const path of [...map.keys()].sort()) {
      const [fn] = map.get(path);
      if (first.has(fn)) same.push(`${path} is ${first.get(fn)}`);
      else first.set(fn, path);
    }
    return same;
  };
  const same = names(after);
  for (const line of names(before)) if (!same.includes(line)) found[`${line}: no more`] = [];
  return { patched: paths, found };
};
