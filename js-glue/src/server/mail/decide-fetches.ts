// E7, for many at once: tokens are verified, the people behind them looked up, the core asked what may be kept.
import { readToken, type KeyRing } from '../../email/keys.js'
import { TokenError, type KeepName, type MailGate, type OpenClassName, type Token } from '../../email/mail-gate.js'
import { type MailEvent, type MailStore } from '../store/mail-store.js'

/** One fetch, as it came. address and agent live only until it is decided what may be kept of them. */
export interface Fetched {
  /** Where it came in: a link's token is no pixel (E9). */
  readonly kind: 'open' | 'click'
  readonly token: string
  readonly time: number
  readonly agent: string
  readonly prefetch: boolean
  readonly head: boolean
  readonly address: string | null
}

/** What became of a fetch. Nothing of the client is in it; the recipient only where their consent keeps the event. */
export interface Outcome {
  readonly kind: 'open' | 'click'
  /** Unix seconds. */
  readonly time: number
  readonly campaign: number
  readonly openClass: OpenClassName
  readonly keep: KeepName
  /** Of the core's verdict. */
  readonly reason: string
  readonly clause: string | null
  readonly recipient: string | null
}

/** Where the routes leave what was fetched. */
export interface Recording {
  /** Takes a fetch; never waits, never throws. */
  take(fetched: Fetched): void
  /** Resolves when the fetch is on record, or cannot be and that was told. */
  takeNow(fetched: Fetched): Promise<void>
}

/** What deciding needs. */
export interface Deciding {
  readonly gate: MailGate
  readonly keys: KeyRing
  readonly store: Pick<MailStore, 'holders'>
}

/**
 * What may be kept of a batch. What is forged, expired, unknown or refused leaves nothing. batch: its id; each event's begins with
 * it, so that an index of ids is written in one place for a batch, and the batch decided again has the same events.
 */
export async function decideFetches({ gate, keys, store }: Deciding, fetched: readonly Fetched[], batch: string, tell: (outcome: Outcome) => void): Promise<MailEvent[]> {
  const genuine: { token: Token; fetch: Fetched; open: OpenClassName }[] = []
  const classes = new Map<string, OpenClassName>() // few programs fetch many mails
  for (const fetch of fetched) {
    try {
      const token = await readToken(gate, keys, fetch.token, fetch.time)
      if (token.kind !== fetch.kind) continue
      const { agent, prefetch, head } = fetch
      const asked = `${prefetch ? 1 : 0}${head ? 1 : 0}${agent}`
      const open = classes.get(asked) ?? gate.classify_(agent, prefetch, head)
      classes.set(asked, open)
      genuine.push({ token, fetch, open })
    } catch (error) {
      if (!(error instanceof TokenError)) throw error
    }
  }
  const holders = await store.holders(genuine.map(({ token }) => token), 'mail')
  const events: MailEvent[] = []
  for (const [index, { token, fetch, open }] of genuine.entries()) {
    const holder = token.id === null ? undefined : holders.get(token.id)
    if (token.id !== null && !holder) continue
    const { keep, verdict } = gate.open_({ ...holder?.subject, now: fetch.time }, token, open)
    tell({
      kind: fetch.kind,
      time: fetch.time,
      campaign: token.campaign,
      openClass: open,
      keep,
      reason: verdict.reason,
      clause: verdict.clause,
      recipient: keep === 'event' || keep === 'client' ? (holder?.id ?? null) : null,
    })
    if (keep === 'nothing') continue
    const client = keep === 'client'
    events.push({
      id: `${batch}-${index.toString(36)}`,
      kind: fetch.kind,
      campaign: token.campaign,
      time: fetch.time,
      keep,
      openClass: open,
      recipient: keep === 'count' ? null : (holder?.id ?? null),
      target: token.target ?? null,
      address: client ? fetch.address : null,
      agent: client ? fetch.agent : null,
    })
  }
  return events
}
