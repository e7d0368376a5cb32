// page.wasm and the policy inside a script: each byte is one character of a string literal.
//
// Measured on one gate.wasm after brotli -q 11: the bare module 12,467 bytes, base64 15,901, hex 13,504, code points from 0x80 or
// 0x100 on 13,221, code points 0-255 with a constant added to each byte 12,813 to 13,820. Four is within 20 bytes of the best
// constant for the module and for the policy (4,993 to 5,100), and keeps the many zeros clear of escapes.
import { readFile } from 'node:fs/promises';
import { brotliCompressSync, constants } from 'node:zlib';

/** Added to each byte, modulo 256, before it becomes a character. `build.mjs --measure` ranks the others. */
const ROTATION = 4;

/** Characters a literal cannot hold as they are. NUL could stand, but editors and proxies stumble over it. @type {Record<string, string>} */
const ESCAPES = { '\n': '\\n', '\r': '\\r', '\\': '\\\\', '\0': '\\0' };

/** @param {Uint8Array} bytes @param {number} rotation @returns {string} source text of a string literal */
export function literal(bytes, rotation) {
  const text = Array.from(bytes, (byte) => String.fromCharCode((byte + rotation) & 255)).join('');
  const candidates = ['"', "'"].map((quote) => {
    const escaped = text.replace(/[\n\r\\\0"']/g, (character, at) => {
      if (character === '\0' && /[0-9]/.test(text[at + 1] ?? '')) return '\\x00';
      if (character === '"' || character === "'") return character === quote ? `\\${quote}` : character;
      return ESCAPES[character] ?? character;
    });
    return quote + escaped + quote;
  });
  const [double = '', single = ''] = candidates;
  return double.length <= single.length ? double : single;
}

/**
 * An esbuild plugin that answers `import { gateBytes, policyBytes } from 'virtual:embedded'`.
 * @param {string} gate path of the module @param {string} policy path of the compiled policy
 * @returns {import('esbuild').Plugin}
 */
export function embedded(gate, policy) {
  return {
    name: 'embedded',
    setup(build) {
      // Unless told otherwise it is the runtime for production that is bundled.
      build.initialOptions.define = { METROFAX_DEVELOPMENT: 'false', ...build.initialOptions.define };
      build.onResolve({ filter: /^virtual:embedded$/ }, (args) => ({ path: args.path, namespace: 'embedded' }));
      build.onLoad({ filter: /.*/, namespace: 'embedded' }, async () => ({ contents: moduleSource(await readFile(gate), await readFile(policy)) }));
    },
  };
}

/** @param {Uint8Array} gate @param {Uint8Array} policy */
function moduleSource(gate, policy) {
  return `const bytes = (text) => {
      let at = text.length;
      const all = new Uint8Array(at);
      while (at--) all[at] = text.charCodeAt(at) - ${ROTATION};
      return all;
    };
    export const gateBytes = () => bytes(${literal(gate, ROTATION)});
    export const policyBytes = () => bytes(${literal(policy, ROTATION)});`;
}

/** With a byte-order mark the script is read as UTF-8 whatever the page's encoding is. @param {string} text */
export const withByteOrderMark = (text) => `\uFEFF${text}`;

/** The rotations of `bytes` that cost least after brotli, best first: [bytes, rotation]. @param {Uint8Array} bytes */
export function measureRotations(bytes) {
  const size = (/** @type {string} */ text) => brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
  }).length;
  return Array.from({ length: 256 }, (_, rotation) => [size(literal(bytes, rotation)), rotation])
    .sort(([a = 0], [b = 0]) => a - b);
}
