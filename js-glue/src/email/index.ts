// @metrofax/consent/email: pixels and counted links in mail, decided by the core.
export { gateEmail, type Gated, type Removed } from './gate-email.js'
export { fillSlots, registerHandlebars, registerLiquid, registerMjml, registerNunjucks } from './helpers.js'
export { issueToken, KeyRing, MAIL_KEYS_VARIABLE, randomId, readToken } from './keys.js'
export { lintCommand } from './lint-command.js'
export { lintEmail, type Finding, type LintOptions, type LintRule } from './lint.js'
export { MailGate, TokenError, type KeepName, type MailExports, type OpenClassName, type Token } from './mail-gate.js'
export { Message, trackingOff, type Campaign, type Recipient, type Service } from './message.js'
export { nodeMailGate } from './node-gate.js'
