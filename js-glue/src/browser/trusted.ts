// Trusted Types: under require-trusted-types-for 'script' only a policy's values reach a script. One policy, made once (a
// second of the same name is refused where the CSP lists names); it passes on only what was decided before.
interface Rules {
  createScriptURL(text: string): string
  createScript(text: string): string
}
interface Factory {
  createPolicy(name: string, rules: Rules): Rules
}

const same = (text: string): string => text
let policy: Rules = { createScriptURL: same, createScript: same }
try {
  const types = (globalThis as { trustedTypes?: Factory }).trustedTypes
  if (types) policy = types.createPolicy('metrofax-consent', { createScriptURL: same, createScript: same })
} catch {
  // The page's CSP does not name our policy: scripts of ours cannot start there, and the browser says why.
}

export const scriptUrl = (url: string): string => policy.createScriptURL(url)
export const scriptText = (text: string): string => policy.createScript(text)
