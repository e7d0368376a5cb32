/** The part of `window.metrofaxConsent` these pages use; the whole is in the SDK's documentation. */
export interface Verdict {
  readonly outcome: 'allow' | 'deny' | 'hold' | 'strip';
  readonly reason: string;
  readonly clause: string;
  readonly purpose: string | null;
  readonly vendor: string | null;
}

export interface Judged {
  readonly time: number | string;
  readonly request: {
    readonly kind: string;
    readonly url?: string;
    readonly initiator?: string;
    readonly api?: string;
    readonly key?: string;
    readonly line?: string;
    readonly purpose?: string;
  };
  readonly verdict: Verdict;
}

export interface Explanation {
  readonly reasonText?: string;
  readonly clause?: { readonly id: string; readonly says?: string; readonly does?: string };
}

export type Choice = 'granted' | 'denied' | 'unknown';

export interface Consent {
  readonly status: 'locked' | 'ready';
  readonly state: {
    readonly decided: boolean;
    readonly purposes: Readonly<Record<string, Choice>>;
    readonly regime?: string;
    readonly gpc?: boolean;
    /** `now`: what was granted comes with the next page, because this one's content security policy can only be tightened. */
    readonly reload?: 'no' | 'later' | 'now';
    /** Unix seconds of the choice; 0 where there is none. */
    readonly time?: number;
    readonly residue?: readonly string[];
  };
  readonly log: readonly Judged[];
  decide(request: Judged['request']): Verdict;
  area(id: string): { readonly available: boolean; readonly verdict: Verdict };
  set(purposes: Record<string, boolean>): unknown;
  acceptAll(): unknown;
  rejectAll(): unknown;
  withdraw(): unknown;
  onChange(watcher: () => void): () => void;
  show(what: 'banner' | 'preferences' | 'inspector'): unknown;
  explain(verdict: Verdict): Explanation;
}

declare global {
  interface Window {
    metrofaxConsent?: Consent;
  }
}

/** The consent runtime, or null where its script could not run; then nothing optional runs either. */
export const consent = (): Consent | null => window.metrofaxConsent ?? null;

/** Calls `watcher` now and at every change of the choices, whichever tab makes it. */
export function onConsent(watcher: (consent: Consent) => void): void {
  const runtime = consent();
  if (!runtime) return;
  const call = (): void => watcher(runtime);
  for (const name of ['metrofaxconsent:ready', 'metrofaxconsent:change']) document.addEventListener(name, call);
  call();
}
