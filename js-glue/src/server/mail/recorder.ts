// Fetches of pixels and links, from the answer that is already on its way to the rows that may be written. In batches: tokens are
// verified, people looked up and rows written for many at once.
import { type KeyRing } from '../../email/keys.js'
import { type MailGate } from '../../email/mail-gate.js'
import { type MailEvent, type MailStore } from '../store/mail-store.js'
import { decideFetches, type Fetched, type Outcome, type Recording } from './decide-fetches.js'

/** What every recorder is told. */
export interface RecordingOptions {
  /** Fetches that are not on record yet, at most; more are dropped and counted in `dropped`. Default 100,000. */
  readonly room?: number
  /** Fetches taken together: a row costs the less the more are written with it. Default 1,000; of a RecorderThread 5,000. */
  readonly batch?: number
  /** Milliseconds that the first of a batch waits for others, and what a crash of the process can lose. Default 50; of a RecorderThread 250. */
  readonly wait?: number
  /** Told what was decided of each fetch with a token of ours, before it is written: for a log of decisions, as the demo's lab shows one. */
  readonly decided?: (outcome: Outcome) => void
  /** Told of what the database refused (the batch is kept and tried again), of a thread that ended, and of what `decided` threw. */
  readonly note?: (error: unknown) => void
}

export interface RecorderOptions extends RecordingOptions {
  readonly gate: MailGate
  readonly keys: KeyRing
  readonly store: MailStore
}

export const RETRY_MS = 1_000

export class Recorder implements Recording {
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
    // E10: not before the answer has left this turn; how far a token is looked at shows in no answer's time.
    await new Promise((resolve) => setTimeout(resolve, 0))
    const id = crypto.randomUUID()
    let events: MailEvent[] | undefined
    const once = async (): Promise<void> => {
      events ??= await this.decide([fetched], id)
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
        const id = crypto.randomUUID()
        const events = await this.decide(fetched, id)
        if (events.length === 0) return
        this.unwritten = { id, events }
      } catch (error) {
        this.waiting.unshift(...fetched)
        throw error
      }
    }
    await this.options.store.record(this.unwritten.id, this.unwritten.events)
    this.unwritten = undefined
  }

  private decide(fetched: readonly Fetched[], batch: string): Promise<MailEvent[]> {
    return decideFetches(this.options, fetched, batch, (outcome) => this.tell(outcome))
  }
}
