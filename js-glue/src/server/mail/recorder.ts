// Fetches of pixels and links, from the answer that is already on its way to the rows that may be written. In batches: tokens are
// verified, people looked up and rows written for many at once.
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

export interface RecorderOptions {
  readonly gate: MailGate
  readonly keys: KeyRing
  readonly store: MailStore
  /** Fetches that wait at most; more are dropped and counted in `dropped`. Default 100,000. */
  readonly room?: number
  /** Rows written at once. Default 1,000. */
  readonly batch?: number
  /** Milliseconds that the first of a batch waits for others. Default 50. */
  readonly wait?: number
  /** Told what was decided of each fetch with a token of ours: for a log of decisions, as the demo's lab shows one. */
  readonly decided?: (outcome: Outcome) => void
  /** Told of what the database refused (the batch is kept and tried again), and of what `decided` threw. */
  readonly note?: (error: unknown) => void
}

const RETRY_MS = 1_000

export class Recorder {
  private waiting: Fetched[] = []
  private unwritten: { id: string; events: MailEvent[] } | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private running: Promise<void> | undefined
  /** Fetches that there was no room for. */
  dropped = 0

  constructor(private readonly options: RecorderOptions) {}

  /** Takes a fetch; never waits, never throws. */
  take(fetched: Fetched): void {
    if (this.waiting.length >= (this.options.room ?? 100_000)) {
      this.dropped += 1
      return
    }
    this.waiting.push(fetched)
    const full = this.waiting.length >= (this.options.batch ?? 1_000)
    if (full) this.start()
    else this.timer ??= setTimeout(() => this.start(), this.options.wait ?? 50)
  }

  /**
   * Writes one fetch by itself: at the edge, where a request's timers end with it and none may wait for what another one began.
   * Resolves when it is on record, or when the database has refused it twice and `note` was told.
   */
  async takeNow(fetched: Fetched): Promise<void> {
    const id = crypto.randomUUID()
    let events: MailEvent[] | undefined
    const once = async (): Promise<void> => {
      events ??= await this.decide([fetched])
      await this.options.store.record(id, events)
    }
    try {
      await once().catch(once)
    } catch (error) {
      this.dropped += 1
      this.options.note?.(error)
    }
  }

  /** Whoever listens does not stand in the way of what is written. */
  private tell(outcome: Outcome): void {
    try {
      this.options.decided?.(outcome)
    } catch (error) {
      this.options.note?.(error)
    }
  }

  private start(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.running ??= this.run().finally(() => {
      this.running = undefined
      if (this.waiting.length > 0 || this.unwritten) this.timer ??= setTimeout(() => this.start(), this.unwritten ? RETRY_MS : 0)
    })
  }

  /** Resolves when everything taken so far is written, or rejects with what the database said. */
  async flush(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    while (this.waiting.length > 0 || this.unwritten || this.running) {
      if (this.running) await this.running
      else await this.write()
    }
  }

  private async run(): Promise<void> {
    try {
      await this.write()
    } catch (error) {
      this.options.note?.(error)
    }
  }

  // A batch keeps its id until the database has it: whether a failed write was written after all does not matter.
  private async write(): Promise<void> {
    if (!this.unwritten) {
      const fetched = this.waiting.splice(0, this.options.batch ?? 1_000)
      if (fetched.length === 0) return
      try {
        const events = await this.decide(fetched)
        if (events.length === 0) return
        this.unwritten = { id: crypto.randomUUID(), events }
      } catch (error) {
        this.waiting.unshift(...fetched)
        throw error
      }
    }
    await this.options.store.record(this.unwritten.id, this.unwritten.events)
    this.unwritten = undefined
  }

  /** E7: verified, then looked up, then asked. What is forged, expired, unknown or refused leaves nothing. */
  private async decide(fetched: readonly Fetched[]): Promise<MailEvent[]> {
    const { gate, keys, store } = this.options
    const genuine: { token: Token; fetch: Fetched; open: OpenClassName }[] = []
    for (const fetch of fetched) {
      try {
        const token = await readToken(gate, keys, fetch.token, fetch.time)
        if (token.kind !== fetch.kind) continue
        genuine.push({ token, fetch, open: gate.classify_(fetch.agent, fetch.prefetch, fetch.head) })
      } catch (error) {
        if (!(error instanceof TokenError)) throw error
      }
    }
    const holders = await store.holders(genuine.map(({ token }) => token), 'mail')
    const events: MailEvent[] = []
    for (const { token, fetch, open } of genuine) {
      const holder = token.id === null ? undefined : holders.get(token.id)
      if (token.id !== null && !holder) continue
      const subject = { ...holder?.subject, now: fetch.time }
      const { keep, verdict } = gate.open_(subject, token, open)
      this.tell({
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
        id: crypto.randomUUID(),
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
}
