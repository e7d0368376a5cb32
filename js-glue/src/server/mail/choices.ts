// What a recipient can choose on the page behind the link in a mail, and what becomes of it. Which purposes these are, and what
// holds, is the core's answer.
import { type MailGate } from '../../email/mail-gate.js'
import { type MailStore, type Receipt, type StoredRecipient, type StoredSubject } from '../store/mail-store.js'

export interface Choice {
  /** 'granted' or 'denied' by purpose; others stay. */
  readonly purposes?: Readonly<Record<string, 'granted' | 'denied' | 'withdrawn'>>
  readonly promotional?: 'in' | 'out'
}

/** How a choice was made. */
export interface Occasion {
  readonly method: string
  /** SHA-256 of what was shown. */
  readonly textHash: string
  readonly locale: string
  readonly policyVersion: string
  /** Unix seconds. */
  readonly time: number
}

const state = (subject: StoredSubject): Record<string, string> => ({
  ...subject.consent?.purposes,
  promotional: subject.account?.promotional ?? 'unknown',
})

/** Whether a choice would change anything: what is asked for twice is done once (RFC 8058, idempotent). */
function changes(subject: StoredSubject, choice: Choice): boolean {
  const now = state(subject)
  const wanted = { ...choice.purposes, ...(choice.promotional ? { promotional: choice.promotional } : {}) }
  return Object.entries(wanted).some(([name, value]) => now[name] !== value)
}

/** Makes a choice: written with its receipt before this resolves. Null: it held already. */
export async function choose(gate: MailGate, store: MailStore, who: StoredRecipient, choice: Choice, on: Occasion): Promise<Receipt | null> {
  const { subject } = who
  if (!changes(subject, choice)) return null
  const next: StoredSubject = {
    ...subject,
    account: { state: subject.account?.state ?? 'none', promotional: choice.promotional ?? subject.account?.promotional ?? 'unknown' },
    ...(choice.purposes
      ? {
          consent: {
            ...(subject.consent?.combined ? { combined: true } : {}),
            purposes: { ...subject.consent?.purposes, ...choice.purposes },
            policyVersion: on.policyVersion,
            time: on.time,
          },
        }
      : {}),
  }
  const receipt: Receipt = {
    id: crypto.randomUUID(),
    recipient: who.id,
    time: on.time,
    method: on.method,
    purposes: { ...choice.purposes, ...(choice.promotional ? { promotional: choice.promotional } : {}) },
    prior: state(subject),
    textHash: on.textHash,
    locale: on.locale,
    regime: gate.regimeFor_({ ...subject, now: on.time }).regime,
    policyVersion: on.policyVersion,
  }
  await store.choose(next, receipt)
  return receipt
}
