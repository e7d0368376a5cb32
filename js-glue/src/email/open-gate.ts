// server.wasm and a policy become a gate for mail.
import { MailGate, type MailExports } from './mail-gate.js'

/** Throws if the policy does not open. */
export function openGate(module: WebAssembly.Module, policy: Uint8Array): MailGate {
  const gate = new MailGate(new WebAssembly.Instance(module, {}).exports as unknown as MailExports, policy)
  if (gate.policyStatus_ !== 0) throw new Error(`the policy was refused: ErrorCode ${String(gate.policyStatus_)}`)
  return gate
}
