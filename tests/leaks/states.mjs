// What a page under test begins with, by the state its visitor is in.

/** @typedef {{ script: string, locked?: boolean, after?: string, first?: string, without?: string, policyless?: boolean, granted?: boolean, enforcement?: 'live' | 'strict', planes?: boolean, alone?: boolean }} State
 * locked: the browser has no WebAssembly. without: nor this file. enforcement: of the server's policy. planes: only with the server's planes. alone: only without, where nothing stands behind the runtime */

const say = (/** @type {string} */ code) => `<script>${code}</script>`;

/** A page whose own code breaks what everybody relies on, after consent.js has run. */
const THROWING = `const broken = () => { throw new Error('broken by the page') };
  for (const name of ['every', 'some', 'map', 'flatMap', 'filter', 'includes', 'indexOf', 'join']) Array.prototype[name] = broken;
  for (const name of ['concat', 'replace', 'split', 'slice', 'startsWith', 'trim', 'match', 'matchAll']) String.prototype[name] = broken;
  for (const name of ['get', 'set', 'has', 'delete']) { WeakMap.prototype[name] = broken; Map.prototype[name] = broken }
  for (const name of ['add', 'has', 'delete']) Set.prototype[name] = broken;
  RegExp.prototype.test = broken; RegExp.prototype.exec = broken; Reflect.apply = broken; Reflect.construct = broken; Object.defineProperty = broken;
  TextEncoder.prototype.encodeInto = broken; DataView.prototype.getUint8 = broken; Function.prototype.call = broken; Function.prototype.apply = broken;
  window.URL = Object.assign(broken, { createObjectURL: URL.createObjectURL.bind(URL) }); document.dispatchEvent = broken; window.CustomEvent = broken;`;

/** A page whose own code turns what a guard might ask into yes. */
const LYING = `const yes = () => true, nothing = () => [];
  Array.prototype.every = yes; Array.prototype.includes = yes; Array.prototype.some = () => false; Array.prototype.flatMap = nothing; Array.prototype.filter = nothing;
  String.prototype.startsWith = yes; RegExp.prototype.test = yes; Set.prototype.has = yes; WeakSet.prototype.has = yes; Object.hasOwn = yes;
  const encode = TextEncoder.prototype.encodeInto; TextEncoder.prototype.encodeInto = function (text, into) { return encode.call(this, '{site}/', into) };
  String.prototype.replace = function () { return '{site}/' }; String.prototype.split = function () { return ['{site}/'] };`;

/** @type {Record<string, State>} */
export const STATES = {
  undecided: { script: 'data-regime="eu"' },
  'undecided, strict': { script: 'data-regime="eu"', enforcement: 'strict', planes: true },
  rejected: { script: 'data-regime="eu"', first: 'metrofaxConsent.rejectAll()' },
  withdrawn: { script: 'data-regime="eu"', first: 'metrofaxConsent.acceptAll(), metrofaxConsent.withdraw()' },
  gpc: { script: 'data-regime="us-ca" data-gpc="1"' },
  locked: { script: 'data-regime="eu"', locked: true, without: 'gate.asmjs.js' },
  'policy missing': { script: 'data-regime="eu"', policyless: true },
  throwing: { script: 'data-regime="eu"', after: say(THROWING), alone: true },
  lying: { script: 'data-regime="eu"', after: say(LYING), alone: true },
  'lying, rejected': { script: 'data-regime="eu"', after: say(LYING), first: 'metrofaxConsent.rejectAll()', planes: true },
  granted: { script: 'data-regime="eu"', first: 'metrofaxConsent.acceptAll()', granted: true },
};
