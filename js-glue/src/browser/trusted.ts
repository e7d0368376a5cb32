// Trusted Types: under require-trusted-types-for 'script' only a policy's values reach a script. One policy, made once (a
// second of the same name is refused where the CSP lists names); it passes on only what was decided before.
interface Rules {
  createScriptURL(text: string): string
  createScript(text: string): string
  createHTML(text: string): string
}
interface Factory {
  isScriptURL(value: unknown): boolean
  isHTML(value: unknown): boolean
  isScript(value: unknown): boolean
  createPolicy(name: string, rules: Rules): Rules
}

const same = (text: string): string => text
const rules: Rules = { createScriptURL: same, createScript: same, createHTML: same }
let policy = rules
const types = (globalThis as { trustedTypes?: Factory }).trustedTypes
try {
  if (types) policy = types.createPolicy('metrofax-consent', rules)
} catch {
  // The page's CSP does not name our policy: scripts of ours cannot start there, and the browser says why.
}

/**
 * What an argument says, read once: an object could say another thing when the platform reads it again, or be another URL
 * by the time it is released. Throws where the platform would.
 */
export const fixed = (value: unknown): unknown =>
  typeof value === 'string' || types?.isScriptURL(value) || types?.isHTML(value) || types?.isScript(value) ? value : `${value as number}`
export const scriptUrl = (url: string): string => policy.createScriptURL(url)
export const scriptText = (text: string): string => policy.createScript(text)
/** Markup in which everything that requests has been asked about. */
export const trustedHtml = (html: string): string => policy.createHTML(html)
