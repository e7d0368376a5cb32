// @metrofax/consent/email: pixels and counted links in mail, decided by the core. In Node; edge.ts is the same under workerd.
export * from './portable.js'
export { lintCommand } from './lint-command.js'
export { nodeMailGate } from './node-gate.js'
