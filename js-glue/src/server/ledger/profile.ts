// profile.store, profile.supplement, profile.pii-link: a profile is what its sources may add up to, then and now.

/** Where an observation came from. */
export type ProfileSource = 'cookies' | 'logs' | 'gifs' | 'third-party'

/** Something seen of a person, with what was known of them when it was collected. */
export interface Observation {
  readonly source: ProfileSource
  /** What it says: a page, a click, an interest. */
  readonly fact: string
  readonly at: number
  /** The subject of `decide` as it was at `at` (README): consent, signals, age, regime. */
  readonly subject: Readonly<Record<string, unknown>>
}

interface Asked {
  readonly outcome: string
  readonly reason: string
  readonly clause: string | null
}
/** Asks the gate about `profile.link`: `evaluate` of @metrofax/consent/node, or the same at the edge. */
export type AskProfile = (subject: Readonly<Record<string, unknown>>, request: { kind: 'profile.link'; source: ProfileSource; identified: boolean }) => Asked

export interface Profile {
  readonly facts: readonly { readonly source: ProfileSource; readonly fact: string; readonly at: number }[]
  /** Tied to the person's name: every fact in it may be. */
  readonly identified: boolean
  /** What was left out, and the gate's reason for it. */
  readonly left: readonly { readonly source: ProfileSource; readonly reason: string; readonly clause: string | null; readonly when: 'collected' | 'now' }[]
}

/**
 * Builds a profile from what may be in it: each observation was allowed when it was collected and still is. Tied to the person
 * only if that is allowed for every fact, then and now; otherwise the facts stay without the name.
 */
export function buildProfile(observations: readonly Observation[], now: Readonly<Record<string, unknown>>, ask: AskProfile, { identified = false } = {}): Profile {
  const left: Profile['left'][number][] = []
  const facts = observations.filter(({ source, subject }) => {
    for (const [when, who] of [['collected', subject], ['now', now]] as const) {
      const { outcome, reason, clause } = ask(who, { kind: 'profile.link', source, identified: false })
      if (outcome === 'allow') continue
      left.push({ source, reason, clause, when })
      return false
    }
    return true
  })
  const named = (subject: Readonly<Record<string, unknown>>, source: ProfileSource) => ask(subject, { kind: 'profile.link', source, identified: true }).outcome === 'allow'
  return {
    facts: facts.map(({ source, fact, at }) => ({ source, fact, at })),
    identified: identified && facts.length > 0 && facts.every(({ source, subject }) => named(subject, source) && named(now, source)),
    left,
  }
}
