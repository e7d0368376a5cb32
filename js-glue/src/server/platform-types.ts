// The seam between the planes and the machine they run on.

/** The part of the HTMLRewriter API that the planes use; workerd's own and html-rewriter-wasm's are both of this shape. */
export interface RewriterElement {
  readonly tagName: string
  readonly namespaceURI: string
  getAttribute(name: string): string | null
  hasAttribute(name: string): boolean
  setAttribute(name: string, value: string): unknown
  removeAttribute(name: string): unknown
  before(content: string, options: { html: boolean }): unknown
  prepend(content: string, options: { html: boolean }): unknown
  remove(): unknown
  onEndTag(handler: (tag: RewriterEndTag) => void): void
}

export interface RewriterEndTag {
  before(content: string, options: { html: boolean }): unknown
  after(content: string, options: { html: boolean }): unknown
}

export interface RewriterText {
  readonly text: string
  readonly lastInTextNode: boolean
  replace(content: string, options: { html: boolean }): unknown
  remove(): unknown
}

/** One pass over a page. Handlers may be asynchronous; one that throws ends the pass with its error. */
export interface Handlers {
  readonly on: readonly {
    readonly selector: string
    element?(element: RewriterElement): void | Promise<void>
    text?(text: RewriterText): void | Promise<void>
  }[]
}

export interface Platform {
  /** The core as a compiled module: server.wasm. */
  core(): WebAssembly.Module
  /** Rewrites well-formed UTF-8. The stream it returns errors where the pass does; what came before is rewritten. */
  rewrite(html: ReadableStream<Uint8Array>, handlers: Handlers): ReadableStream<Uint8Array>
  /** Whether the body of an answer with Content-Encoding is still encoded. */
  isEncoded(response: Response): boolean
  /** Decodes a Content-Encoding; undefined: not one that can be. */
  decoder(encoding: string): ReadableWritablePair<Uint8Array, Uint8Array> | undefined
}
