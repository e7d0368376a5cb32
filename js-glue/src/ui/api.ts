// What the user interface knows of the page's consent object (interface.md, "In the page"). It calls nothing else:
// whether something may happen is the gate's answer, never this folder's.

/** What a visitor has chosen for one purpose. `unknown` is not consent: what follows from it is the regime's affair. */
export type Choice = 'granted' | 'denied' | 'unknown'

/** The three things that can be shown. */
export type Kind = 'banner' | 'preferences' | 'inspector'

/** One answer of the gate, as `metrofaxConsent.decide()` returns it. `retention` in seconds. */
export interface Verdict {
  outcome: 'allow' | 'deny' | 'hold' | 'strip'
  mode: 'off' | 'anonymous' | 'pseudonymous' | 'identified'
  reason: string
  clause: string
  purpose: string | null
  vendor: string | null
  retention: number | null
}

/** One line of `metrofaxConsent.log`. `time` in milliseconds since 1970. */
export interface LogEntry {
  time: number
  request: { kind: string; url?: string; api?: string; key?: string; line?: string; writer?: string }
  verdict: Verdict
}

/** The part of `metrofaxConsent.state` that is drawn. `model` says what `unknown` means where the visitor is. */
export interface State {
  decided: boolean
  /** Purposes that changed since they were chosen, and wait to be chosen again. */
  changed: readonly string[]
  purposes: Record<string, Choice>
  gpc: boolean
  regime: string
  model: 'opt-in' | 'opt-out'
  /** Vendors refused one by one. */
  refused: readonly string[]
  /** Purposes granted one by one, knowing of an opt-out signal (web.md W2). */
  specific: readonly string[]
  /** Whether a choice needs another page: `later` one that grants more, `now` the one that was made. */
  reload: 'no' | 'later' | 'now'
  /** Names that a withdrawal could not remove. */
  residue: readonly string[]
}

/** `window.metrofaxConsent` as seen from here. */
export interface Consent {
  readonly status: 'locked' | 'ready'
  readonly state: State
  readonly log: readonly LogEntry[]
  decide(request: { kind: string; api?: string; key?: string; line?: string }): Verdict
  set(choices: Record<string, boolean>, vendors?: Record<string, boolean>): unknown
  acceptAll(): unknown
  rejectAll(): unknown
  withdraw(): unknown
  onChange(listener: () => void): () => void
  explain(verdict: Verdict): { reasonText?: string; clause?: { id?: string; says?: string; does?: string } }
  _ui(surface: { show(kind: Kind): void; hide(): void; explain(verdict: Verdict): Record<string, unknown> }): void
}

declare global {
  interface Window {
    metrofaxConsent?: Consent
  }
}
