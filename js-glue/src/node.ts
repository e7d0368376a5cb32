// @metrofax/consent/node: the gate in Node, from the same gate.wasm as the page's.
import { readFileSync } from 'node:fs'

import { Codecs, type CodecsExports } from './signals/codecs.js'
import { Cookies, type CookiesExports } from './wire/cookies.js'
import { canonical, evaluate as evaluateWith, type Answer } from './wire/evaluate.js'
import { type GateExports } from './wire/gate.js'
import { JsonGate } from './wire/json-gate.js'

export type { Answer } from './wire/evaluate.js'
export type { Verdict } from './wire/gate.js'
export { canonical }

const gates = new Map<string, JsonGate>()
let module: WebAssembly.Module | undefined
let cookies: Cookies | undefined
let codecs: Codecs | undefined

const compiled = (file: string): WebAssembly.Module => new WebAssembly.Module(readFileSync(new URL(file, import.meta.url)))

/** cookies.wasm, from the first question about cookies on. */
const cookiesModule = (): Cookies =>
  (cookies ??= new Cookies(new WebAssembly.Instance(compiled('./cookies.wasm'), {}).exports as unknown as CookiesExports))

/** codecs.wasm, from the first question about a consent string on. */
const codecsModule = (): Codecs =>
  (codecs ??= new Codecs(new WebAssembly.Instance(compiled('./codecs.wasm'), {}).exports as unknown as CodecsExports))

/**
 * Makes a compiled policy known (`mfconsent policy compile`). The first one is also what a request without "policy" is
 * decided by; name it to hold several. Throws if the bytes do not open, with the ErrorCode's number.
 */
export function usePolicy(policy: Uint8Array, name = ''): void {
  module ??= compiled('./gate.wasm')
  const instance = new WebAssembly.Instance(module, {})
  const gate = new JsonGate(instance.exports as unknown as GateExports, policy)
  if (gate.policyStatus_ !== 0) throw new Error(`the policy was refused: ErrorCode ${String(gate.policyStatus_)}`)
  gates.set(name, gate)
  if (!gates.has('')) gates.set('', gate)
}

/**
 * Answers one request of `mfconsent eval`: {"op": …, "id": any, …} in, {"id", "ok", …} out, decided by gate.wasm under the
 * policy that the package was built with, unless usePolicy() gave another first. What is wrong with a request is the
 * answer, never an exception; canonical(answer) gives the bytes that mfconsent prints.
 */
export function evaluate(request: unknown): Answer {
  if (gates.size === 0) usePolicy(readFileSync(new URL('./policy.bin', import.meta.url)))
  return evaluateWith(request, gates, cookiesModule, codecsModule)
}
