// server.wasm under workerd, as mail asks it.
import core from '../server.wasm'

import { type MailGate } from './mail-gate.js'
import { openGate } from './open-gate.js'

/** A gate for mail under a compiled policy (`mfconsent policy compile`). Throws if it does not open. */
export const edgeMailGate = (policy: Uint8Array): MailGate => openGate(core, policy)
