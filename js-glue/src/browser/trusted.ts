// Trusted Types: under require-trusted-types-for 'script' only a policy's values reach a script. One policy, made once (a
// second of the same name is refused where the CSP lists names); it passes on only what was decided before.
interface Rules {
  createScriptURL(text: string): string
  createScript(text: string): string
}
interface Factory {
  isScriptURL(value: unknown): boolean
  createPolicy(name: string, rules: Rules): Rules
}

const same = (text: string): string => text
let policy: Rules = { createScriptURL: same, createScript: same }
const types = (globalThis as { trustedTypes?: Factory }).trustedTypes
try {
  if (types) policy = types.createPolicy('metrofax-consent', { createScriptURL: same, createScript: same })
} catch {
  // The page's CSP does not name our policy: scripts of ours cannot start there, and the browser says why.
}

/**
 * What an argument says, read once: an object could say another thing when the platform reads it again, or be another URL
 * by the time it is released. Throws where the platform would.
 */
export const fixed = (value: unknown): unknown => (types?.isScriptURL(value) ? value : ''.concat(value as string))
export const scriptUrl = (url: string): string => policy.createScriptURL(url)
export const scriptText = (text: string): string => policy.createScript(text)
