// server.wasm in Node, as mail asks it.
import { readFileSync } from 'node:fs'

import { MailGate, type MailExports } from './mail-gate.js'

let module: WebAssembly.Module | undefined

/** A gate for mail under a compiled policy; default: the one the package was built with. Throws if the policy does not open. */
export function nodeMailGate(policy?: Uint8Array): MailGate {
  module ??= new WebAssembly.Module(readFileSync(new URL('./server.wasm', import.meta.url)))
  const bytes = policy ?? readFileSync(new URL('./policy.bin', import.meta.url))
  const gate = new MailGate(new WebAssembly.Instance(module, {}).exports as unknown as MailExports, bytes)
  if (gate.policyStatus_ !== 0) throw new Error(`the policy was refused: ErrorCode ${String(gate.policyStatus_)}`)
  return gate
}
