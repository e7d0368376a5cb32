// What @metrofax/consent/email is on every machine.
export { gateEmail, type Gated, type Removed } from './gate-email.js'
export { fillSlots, registerHandlebars, registerLiquid, registerMjml, registerNunjucks } from './helpers.js'
export { issueToken, KeyRing, MAIL_KEYS_VARIABLE, randomId, readToken } from './keys.js'
export { lintEmail, type Finding, type LintOptions, type LintRule } from './lint.js'
export { MailGate, TokenError, type KeepName, type MailExports, type OpenClassName, type Token } from './mail-gate.js'
export { Message, trackingOff, type Campaign, type Recipient, type Service } from './message.js'
