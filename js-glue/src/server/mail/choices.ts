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

/** What the core says of each use of a purpose in mail, as text. */
function verdicts(gate: MailGate, subject: StoredSubject, purpose: string, now: number): string[] {
  return ['email.open', 'email.click'].map((kind) => {
    const { outcome, reason } = gate.ask_({ ...subject, now }, { kind, asked: 'anonymous', purpose })
    return outcome === 'allow' ? outcome : reason
  })
}

/** The consent after a choice, made now under the policy in force, as the core makes it: what was not chosen becomes no newer by it (E13, changes.material). */
function consentAfter(gate: MailGate, subject: StoredSubject, chosen: NonNullable<Choice['purposes']>, { policyVersion, time }: Occasion): NonNullable<StoredSubject['consent']> {
  const { consent } = subject
  const choices = Object.fromEntries(Object.entries(chosen).map(([id, value]) => [id, value === 'granted']))
  const { stands, present, since } = gate.chosen_({ ...subject, now: time }, choices)
  const kept = Object.entries(consent?.purposes ?? {}).filter(([id, value]) => value !== 'granted' || stands(id))
  return {
    ...(consent?.combined ? { combined: true } : {}),
    purposes: { ...Object.fromEntries(kept), ...chosen },
    policyVersion: present || !consent ? policyVersion : consent.policyVersion,
    time: since,
  }
}

/**
 * Whether a choice changes anything: what is asked for twice is done once (RFC 8058, idempotent). A grant given again does where the
 * core says something else of it then: the old one had aged, or was of a version that has changed in substance.
 */
function changes(gate: MailGate, subject: StoredSubject, next: StoredSubject, choice: Choice, now: number): boolean {
  const held = state(subject)
  const wanted = { ...choice.purposes, ...(choice.promotional ? { promotional: choice.promotional } : {}) }
  if (Object.entries(wanted).some(([name, value]) => held[name] !== value)) return true
  const granted = Object.keys(choice.purposes ?? {}).filter((id) => choice.purposes?.[id] === 'granted')
  return granted.some((id) => verdicts(gate, subject, id, now).join() !== verdicts(gate, next, id, now).join())
}

/** Makes a choice: written with its receipt before this resolves. Null: it held already. */
export async function choose(gate: MailGate, store: MailStore, who: StoredRecipient, choice: Choice, on: Occasion): Promise<Receipt | null> {
  const { subject } = who
  const next: StoredSubject = {
    ...subject,
    account: { state: subject.account?.state ?? 'none', promotional: choice.promotional ?? subject.account?.promotional ?? 'unknown' },
    ...(choice.purposes ? { consent: consentAfter(gate, subject, choice.purposes, on) } : {}),
  }
  if (!changes(gate, subject, next, choice, on.time)) return null
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
