// What a page runs to answer vectors: the wire code of js-glue over one gate per policy. Bundled for browsers and for wasm2js.
import { canonical, evaluate } from '../../js-glue/src/wire/evaluate.ts';
import { JsonGate } from '../../js-glue/src/wire/json-gate.ts';

/** The canonical answers to request lines.
 * @param {() => any} newExports exports of a fresh gate @param {Record<string, Uint8Array>} policies by name; '' is the default
 * @param {string[]} lines @returns {string[]} */
export function answers(newExports, policies, lines) {
  const gates = new Map(Object.entries(policies).map(([name, bytes]) => {
    const gate = new JsonGate(newExports(), bytes);
    if (gate.policyStatus_ !== 0) throw new Error(`policy "${name}" was refused: ErrorCode ${gate.policyStatus_}`);
    return [name, gate];
  }));
  return lines.map((line) => canonical(evaluate(JSON.parse(line), gates)));
}

/** In a page: fetches module, policies and vectors beside it, and sends the answers back. */
export async function answerInPage() {
  const bytes = async (/** @type {string} */ path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
  const module = new WebAssembly.Module(await bytes('gate.wasm'));
  const policies = { '': await bytes('policy.bin'), variant: await bytes('variant.bin') };
  const lines = (await (await fetch('vectors')).text()).split('\n');
  const body = answers(() => new WebAssembly.Instance(module, {}).exports, policies, lines).join('\n');
  await fetch('answers', { method: 'POST', body });
}
