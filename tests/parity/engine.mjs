// What a page runs to answer vectors: the wire code of js-glue over one gate per policy. Bundled for browsers and for wasm2js.
import { Codecs } from '../../js-glue/src/signals/codecs.ts';
import { Cookies } from '../../js-glue/src/wire/cookies.ts';
import { canonical, evaluate } from '../../js-glue/src/wire/evaluate.ts';
import { JsonGate } from '../../js-glue/src/wire/json-gate.ts';

/** The canonical answers to request lines.
 * @param {() => any} newExports exports of a fresh gate @param {any} cookieExports exports of cookies.wasm
 * @param {any} codecExports exports of codecs.wasm
 * @param {Record<string, Uint8Array>} policies by name; '' is the default @param {string[]} lines @returns {string[]} */
export function answers(newExports, cookieExports, codecExports, policies, lines) {
  const gates = new Map(Object.entries(policies).map(([name, bytes]) => {
    const gate = new JsonGate(newExports(), bytes);
    if (gate.policyStatus_ !== 0) throw new Error(`policy "${name}" was refused: ErrorCode ${gate.policyStatus_}`);
    return [name, gate];
  }));
  const [cookies, codecs] = [new Cookies(cookieExports), new Codecs(codecExports)];
  return lines.map((line) => canonical(evaluate(JSON.parse(line), gates, () => cookies, () => codecs)));
}

/** In a page: fetches modules, policies and vectors beside it, and sends the answers back. */
export async function answerInPage() {
  const bytes = async (/** @type {string} */ path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
  const module = async (/** @type {string} */ path) => new WebAssembly.Module(await bytes(path));
  const [gate, cookies, codecs] = [await module('gate.wasm'), await module('cookies.wasm'), await module('codecs.wasm')];
  const policies = { '': await bytes('policy.bin'), variant: await bytes('variant.bin') };
  const lines = (await (await fetch('vectors')).text()).split('\n');
  const fresh = (/** @type {WebAssembly.Module} */ from) => new WebAssembly.Instance(from, {}).exports;
  const body = answers(() => fresh(gate), fresh(cookies), fresh(codecs), policies, lines).join('\n');
  await fetch('answers', { method: 'POST', body });
}
