// html-rewriter-wasm as a stream: pulled, so that a slow reader holds the origin back, and bounded, so that a page cannot fill the
// memory with one tag that never ends.
import type { Handlers, RewriterElement, RewriterText } from '../platform-types.js'

interface Rewriter {
  on(selector: string, handlers: { element?(element: RewriterElement): unknown; text?(text: RewriterText): unknown }): unknown
  write(chunk: Uint8Array): Promise<void>
  end(): Promise<void>
  free(): void
}
export type RewriterClass = new (sink: (chunk: Uint8Array) => void) => Rewriter

/** Written at once: as much as is held in memory of a page that comes in one piece. */
const SLICE = 64 * 1024
/** The longest tag. Pictures inside an attribute reach some megabytes. */
export const LONGEST_TAG = 8 * 1024 * 1024

/**
 * The rewriter scans a tag that has not ended from its start at every write: what is written next is as long as what waits, and
 * where nothing waits it is whatever came.
 */
class Chunks {
  private readonly waiting: Uint8Array[] = []
  private length = 0

  add(chunk: Uint8Array): void {
    this.waiting.push(chunk)
    this.length += chunk.length
  }

  /** The next slice, of `most` bytes at most; undefined if there are not `least`, unless it is the last. */
  take(least: number, most: number, last: boolean): Uint8Array | undefined {
    if (this.length === 0 || (this.length < least && !last)) return undefined
    const size = Math.min(most, this.length)
    const first = this.waiting[0]!
    if (first.length >= size) {
      this.waiting[0] = first.subarray(size)
      if (first.length === size) this.waiting.shift()
      this.length -= size
      return first.subarray(0, size)
    }
    const slice = new Uint8Array(size)
    for (let at = 0; at < slice.length; ) {
      const chunk = this.waiting[0]!
      const part = chunk.subarray(0, slice.length - at)
      slice.set(part, at)
      at += part.length
      if (part.length === chunk.length) this.waiting.shift()
      else this.waiting[0] = chunk.subarray(part.length)
    }
    this.length -= slice.length
    return slice
  }
}

interface Source {
  get(): RewriterClass
  forget(): void
}

/** Rewrites `html` by `handlers`. */
export function streamThrough(source: Source, html: ReadableStream<Uint8Array>, { on }: Handlers): ReadableStream<Uint8Array> {
  const reader = html.getReader()
  const chunks = new Chunks()
  let sink: (chunk: Uint8Array) => void = () => undefined
  /** Bytes written and not yet given out. */
  let lag = 0
  let ended = false
  let finished = false
  let failed: { error: unknown } | undefined
  let rewriter: Rewriter | undefined

  // An asynchronous handler that rejects would leave the rewriter borrowed for good: every error waits here until the write ends.
  const guarded = <T>(handler: ((value: T) => void | Promise<void>) | undefined): ((value: T) => unknown) | undefined =>
    handler &&
    ((value) => {
      if (failed) return undefined
      const fail = (error: unknown): void => {
        failed ??= { error }
      }
      try {
        return handler(value)?.catch(fail)
      } catch (error) {
        fail(error)
        return undefined
      }
    })

  const start = (): Rewriter => {
    const made = new (source.get())((chunk) => { sink(chunk) })
    for (const { selector, element, text } of on) {
      const [onElement, onText] = [guarded(element), guarded(text)]
      made.on(selector, { ...(onElement ? { element: onElement } : {}), ...(onText ? { text: onText } : {}) })
    }
    return made
  }

  const close = (): void => {
    const old = rewriter
    rewriter = undefined
    try {
      old?.free()
    } catch {
      source.forget()
    }
  }

  /** One read or one write; the output of a write that went well. Nothing leaves of a write that did not. */
  const step = async (): Promise<Uint8Array[]> => {
    const slice = chunks.take(lag, Math.max(SLICE, lag), ended)
    if (!slice && !ended) {
      const { done, value } = await reader.read()
      if (done) ended = true
      else if (value.length > 0) chunks.add(value)
      return []
    }
    const out: Uint8Array[] = []
    sink = (chunk) => {
      if (chunk.length > 0) out.push(chunk)
    }
    try {
      rewriter ??= start()
      await (slice ? rewriter.write(slice) : rewriter.end())
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) source.forget()
      failed ??= { error }
    }
    if (failed) throw failed.error
    lag = out.length > 0 ? 0 : lag + (slice?.length ?? 0)
    if (lag > LONGEST_TAG) throw new Error(`a tag or comment of more than ${LONGEST_TAG} bytes`)
    if (!slice) finished = true
    return out
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          let out: Uint8Array[] = []
          while (out.length === 0 && !finished) out = await step()
          for (const chunk of out) controller.enqueue(chunk)
          if (!finished) return
          close()
          controller.close()
        } catch (error) {
          close()
          void reader.cancel(error).catch(() => undefined)
          controller.error(error)
        }
      },
      async cancel(reason) {
        close()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
