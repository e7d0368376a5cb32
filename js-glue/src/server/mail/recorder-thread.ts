// A Recorder in a thread of its own, for Node: who answers pixels neither verifies, decides nor writes. The thread has its own gate,
// keys and connection; a batch is kept here until the thread has said that the database has it.
import { Worker } from 'node:worker_threads'

import { type Fetched, type Outcome, type Recording } from './decide-fetches.js'
import { packed, type FromThread, type Packed, type Places, type Started } from './recorder-messages.js'
import { RETRY_MS, type RecordingOptions } from './recorder.js'

export interface RecorderThreadOptions extends RecordingOptions {
  /** As KeyRing.read() takes them: usually process.env.METROFAX_MAIL_KEYS. */
  readonly keys: string | undefined
  /** A compiled policy. Default: the one the package was built with. */
  readonly policy?: Uint8Array
  /** The store: an SQLite file, or PostgreSQL's URL. */
  readonly database: Places
}

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class RecorderThread implements Recording {
  private waiting: Fetched[] = []
  /** Handed over and not acknowledged, by batch, in order. */
  private readonly sent = new Map<string, Packed>()
  private taken = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private waiters: Waiter[] = []
  private worker: Worker | undefined
  private closing = false
  /** Fetches that there was no room for. */
  dropped = 0

  private constructor(private readonly options: RecorderThreadOptions) {}

  /** Starts the thread. Rejects where keys, policy or database are of no use. */
  static async start(options: RecorderThreadOptions): Promise<RecorderThread> {
    const recorder = new RecorderThread(options)
    await recorder.begin()
    return recorder
  }

  /** How many fetches are not on record yet. */
  get unwritten(): number {
    return this.taken
  }

  take(fetched: Fetched): void {
    if (this.taken >= (this.options.room ?? 100_000)) {
      this.dropped += 1
      return
    }
    this.taken += 1
    this.waiting.push(fetched)
    if (this.waiting.length >= (this.options.batch ?? 5_000)) this.send()
    else this.timer ??= setTimeout(() => this.send(), this.options.wait ?? 250)
  }

  async takeNow(fetched: Fetched): Promise<void> {
    this.take(fetched)
    await this.flush().catch(() => undefined) // noted, kept and tried again
  }

  /** Resolves when everything taken so far is on record, or rejects with what the database said; then it is tried again all the same. */
  flush(): Promise<void> {
    this.send()
    if (this.sent.size === 0) return Promise.resolve()
    return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }))
  }

  /** Writes what is left and ends the thread. Rejects, and goes on trying, where the database refuses. */
  async close(): Promise<void> {
    await this.flush()
    this.closing = true
    const { worker } = this
    if (!worker) return
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    worker.ref()
    worker.postMessage({ close: true })
    await ended
  }

  private send(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.waiting.length === 0) return
    const id = crypto.randomUUID()
    const batch = packed(this.waiting)
    this.waiting = []
    this.sent.set(id, batch)
    this.worker?.ref()
    this.worker?.postMessage({ id, fetched: batch })
  }

  private settle(how: (waiter: Waiter) => void): void {
    const { waiters } = this
    this.waiters = []
    for (const waiter of waiters) how(waiter)
  }

  private heard(message: FromThread, ready: () => void): void {
    if ('ready' in message) return ready()
    if ('outcomes' in message) return message.outcomes.forEach((outcome) => this.tell(outcome))
    if ('refused' in message) {
      this.options.note?.(message.error)
      this.settle(({ reject }) => reject(message.error))
      return
    }
    this.taken -= this.sent.get(message.done)?.tokens.length ?? 0
    this.sent.delete(message.done)
    if (this.sent.size > 0) return
    this.worker?.unref()
    this.settle(({ resolve }) => resolve())
  }

  private tell(outcome: Outcome): void {
    try {
      this.options.decided?.(outcome)
    } catch (error) {
      this.options.note?.(error)
    }
  }

  /** Resolves when the thread is ready, and hands it what an earlier one has not acknowledged: with its batch's id nothing counts twice. */
  private begin(): Promise<void> {
    const { keys, policy, database, decided } = this.options
    const workerData: Started = { keys, policy, database, told: decided !== undefined }
    const worker = new Worker(new URL('./recorder-worker.js', import.meta.url), { workerData, execArgv: [] })
    return new Promise((resolve, reject) => {
      let failed = new Error('the thread that records ended')
      let started = false
      const ready = (): void => {
        started = true
        this.worker = worker
        if (this.sent.size === 0) worker.unref()
        for (const [id, fetched] of this.sent) worker.postMessage({ id, fetched })
        resolve()
      }
      worker.on('message', (message: FromThread) => this.heard(message, ready))
      worker.on('error', (error) => {
        failed = error instanceof Error ? error : new Error(String(error))
      })
      worker.on('exit', () => {
        this.worker = undefined
        if (this.closing) return
        if (!started) return reject(failed)
        this.options.note?.(failed)
        this.settle(({ reject: refuse }) => refuse(failed))
        this.again()
      })
    })
  }

  private again(): void {
    const timer = setTimeout(() => {
      this.begin().catch((error: unknown) => {
        this.options.note?.(error)
        this.again()
      })
    }, RETRY_MS)
    if (this.sent.size === 0) timer.unref()
  }
}
