// Whatever a page is written in, what leaves here is UTF-8: rewriter, core and browser then read the same characters, and no
// encoding hides markup from one of them.

/** How much of a page is searched for its encoding (HTML, "prescan a byte stream"). */
const PRESCAN = 1024

const fromMark = ([a, b, c]: Uint8Array): string | undefined =>
  a === 0xef && b === 0xbb && c === 0xbf ? 'utf-8' : a === 0xfe && b === 0xff ? 'utf-16be' : a === 0xff && b === 0xfe ? 'utf-16le' : undefined

/** The charset of a Content-Type, undefined without one. */
export const charsetOf = (type: string | null): string | undefined =>
  /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]*))/i.exec(type ?? '')?.slice(1).find(Boolean)

/** The encoding a document declares in itself: HTML's meta element, an XML or CSS declaration. */
function declared(head: Uint8Array): string | undefined {
  const text = new TextDecoder('windows-1252').decode(head.subarray(0, PRESCAN)).replace(/<!--.*?(?:-->|$)/gs, '')
  const label = /<meta[^>]*?charset\s*=\s*["']?\s*([^\s"'/>;]+)/i.exec(text)?.[1] ?? /^@charset "([^"]*)";/.exec(text)?.[1]
  return label && /^utf-?16/i.test(label) ? 'utf-8' : label
}

function decoderFor(label: string): TextDecoder {
  try {
    return new TextDecoder(label)
  } catch {
    throw new Error(`the encoding "${label}" cannot be read`)
  }
}

/**
 * A body as UTF-8 without byte-order mark. Encoding by byte-order mark, then Content-Type, then what the document says, then
 * windows-1252, as browsers do. Errors where the encoding is unknown.
 */
export function toUtf8(body: ReadableStream<Uint8Array>, type: string | null): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let decoder: TextDecoder | undefined
  let head: Uint8Array | undefined = new Uint8Array(0)
  const start = (bytes: Uint8Array): TextDecoder => (decoder = decoderFor(fromMark(bytes) ?? charsetOf(type) ?? declared(bytes) ?? 'windows-1252'))
  const write = (bytes: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>, last: boolean): void => {
    const text = (decoder ?? start(bytes)).decode(bytes, { stream: !last })
    if (text) controller.enqueue(encoder.encode(text))
  }
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        if (!head) {
          write(chunk, controller, false)
          return
        }
        const joined = new Uint8Array(head.length + chunk.length)
        joined.set(head)
        joined.set(chunk, head.length)
        // Nothing needs to be searched where the header said it; three bytes are needed for a mark.
        if (joined.length < (charsetOf(type) === undefined ? PRESCAN : 3)) head = joined
        else {
          head = undefined
          write(joined, controller, false)
        }
      },
      flush(controller) {
        write(head ?? new Uint8Array(0), controller, true)
      },
    }),
  )
}
