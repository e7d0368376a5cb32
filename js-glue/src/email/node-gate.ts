// server.wasm in Node, as mail asks it.
import { readFileSync } from 'node:fs'

import { type MailGate } from './mail-gate.js'
import { openGate } from './open-gate.js'

let module: WebAssembly.Module | undefined

/** A gate for mail under a compiled policy; default: the one the package was built with. Throws if the policy does not open. */
export function nodeMailGate(policy?: Uint8Array): MailGate {
  module ??= new WebAssembly.Module(readFileSync(new URL('./server.wasm', import.meta.url)))
  return openGate(module, policy ?? readFileSync(new URL('./policy.bin', import.meta.url)))
}
