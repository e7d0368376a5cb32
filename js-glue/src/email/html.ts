// HTMLRewriter, wherever it runs: workerd has its own, Node gets html-rewriter-wasm, which lies beside the bundle. Only what mail needs of it.

/** An element as HTMLRewriter shows it. */
export interface RewriterElement {
  tagName: string
  attributes: Iterable<[string, string]>
  getAttribute(name: string): string | null
  setAttribute(name: string, value: string): RewriterElement
  removeAttribute(name: string): RewriterElement
  remove(): RewriterElement
}
export interface RewriterText {
  readonly text: string
  readonly lastInTextNode: boolean
  replace(text: string, options?: { html?: boolean }): RewriterText
  remove(): RewriterText
}
export interface RewriterComment {
  text: string
  replace(text: string, options?: { html?: boolean }): RewriterComment
  remove(): RewriterComment
}
export interface MailHandlers {
  element(element: RewriterElement): void
  /** The whole text of one `<style>`; what to put there. */
  style(css: string): string
  comment(comment: RewriterComment): void
}

interface Rewriter {
  on(selector: string, handlers: { element?(element: RewriterElement): void; text?(text: RewriterText): void }): unknown
  onDocument(handlers: { comments?(comment: RewriterComment): void }): unknown
}
interface NodeRewriter extends Rewriter {
  write(chunk: Uint8Array): Promise<void>
  end(): Promise<void>
  free(): void
}
interface EdgeRewriter extends Rewriter {
  transform(response: Response): Response
}

function hang(rewriter: Rewriter, handlers: MailHandlers): void {
  let css = ''
  rewriter.on('*', { element: (element) => handlers.element(element) })
  rewriter.on('style', {
    text(text) {
      css += text.text
      if (!text.lastInTextNode) {
        text.remove()
        return
      }
      const kept = handlers.style(css)
      css = ''
      text.replace(kept, { html: true })
    },
  })
  rewriter.onDocument({ comments: (comment) => handlers.comment(comment) })
}

/** Rewrites a whole mail. What handlers leave alone comes out byte for byte. */
export async function rewriteMail(html: string, handlers: MailHandlers): Promise<string> {
  const edge = (globalThis as { HTMLRewriter?: new () => EdgeRewriter }).HTMLRewriter
  if (edge) {
    const rewriter = new edge()
    hang(rewriter, handlers)
    return rewriter.transform(new Response(html)).text()
  }
  const { default: node } = (await import(new URL('./rewriter/html_rewriter.js', import.meta.url).href)) as {
    default: { HTMLRewriter: new (sink: (chunk: Uint8Array) => void) => NodeRewriter }
  }
  const chunks: Uint8Array[] = []
  const rewriter = new node.HTMLRewriter((chunk) => {
    chunks.push(chunk.slice())
  })
  try {
    hang(rewriter, handlers)
    await rewriter.write(new TextEncoder().encode(html))
    await rewriter.end()
  } finally {
    rewriter.free()
  }
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return new TextDecoder().decode(all)
}
