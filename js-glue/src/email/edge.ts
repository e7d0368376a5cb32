// @metrofax/consent/email under workerd, which has no files: the policy is given, and the linter's command stays at home.
export * from './portable.js'
export { edgeMailGate } from './edge-gate.js'
