// What a public list knows of a cookie name that the policy does not declare. A suggestion and nothing more: it decides nothing,
// and no row makes a cookie necessary. The twin of core/policy/lint_names.cpp.

/** A row of cookie-names.json: name, platform, controller, category, suggested purpose, days (0 session, -1 unknown), prefix. */
export type KnownRow = readonly [string, string, string, string, string, number, 0 | 1]

/** cookie-names.json. */
export interface KnownNames {
  readonly notice: string
  readonly names: readonly KnownRow[]
}

/** A prefix of fewer letters says too little: it needs the platform as well. */
const TELLING_PREFIX = 4

/** An exact name first, then the longest prefix; undefined where the list does not know the name. */
export function knownName({ names }: KnownNames, name: string, platform?: string): KnownRow | undefined {
  let best: KnownRow | undefined
  for (const row of names) {
    const [text, of, , , , , prefix] = row
    if (!prefix) {
      if (text === name) return row
    } else if (name.startsWith(text) && text.length > (best?.[0].length ?? 0) && (text.length >= TELLING_PREFIX || of === platform)) best = row
  }
  return best
}
