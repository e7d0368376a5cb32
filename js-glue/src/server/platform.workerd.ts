// The same seam under workerd, whose HTMLRewriter is native.
import core from './server.wasm'

import type { Handlers, Platform, RewriterElement, RewriterText } from './platform-types.js'

interface NativeRewriter {
  on(selector: string, handlers: { element?(element: RewriterElement): unknown; text?(text: RewriterText): unknown }): this
  transform(response: Response): Response
}
declare const HTMLRewriter: new () => NativeRewriter

function rewrite(html: ReadableStream<Uint8Array>, { on }: Handlers): ReadableStream<Uint8Array> {
  const rewriter = new HTMLRewriter()
  for (const { selector, ...handlers } of on) rewriter.on(selector, handlers)
  return rewriter.transform(new Response(html)).body as ReadableStream<Uint8Array>
}

export const platform: Platform = {
  core: () => core,
  rewrite,
  // workerd decodes what it fetched, and encodes what a worker made, by itself.
  isEncoded: () => false,
  decoder: () => undefined,
}
