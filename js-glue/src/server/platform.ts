// What differs between Node and workerd, and nothing else: where the core's module comes from, what rewrites HTML, and whether a
// Response's body is still compressed. The build puts platform.workerd.ts in this file's place for the edge.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Duplex } from 'node:stream'

import type { Platform } from './platform-types.js'
import { streamThrough, type RewriterClass } from './rewrite/node-engine.js'

const require = createRequire(import.meta.url)
let loaded: { HTMLRewriter: RewriterClass } | undefined

/** html-rewriter-wasm, whose one instance is replaced after a trap: its memory may then be in any state. */
const rewriter = {
  get(): RewriterClass {
    loaded ??= require('./rewriter/html_rewriter.js') as { HTMLRewriter: RewriterClass }
    return loaded.HTMLRewriter
  },
  forget(): void {
    loaded = undefined
    for (const name of ['html_rewriter.js', 'asyncify.js']) {
      const path = require.resolve(`./rewriter/${name}`)
      Reflect.deleteProperty(require.cache, path)
    }
  },
}

export const platform: Platform = {
  core: () => new WebAssembly.Module(readFileSync(new URL('./server.wasm', import.meta.url))),
  rewrite: (html, handlers) => streamThrough(rewriter, html, handlers),
  // fetch() hands out what it has decoded and leaves the header as it was; only an answer made by hand can still be encoded.
  isEncoded: (response) => response.url === '',
  decoder(encoding) {
    const transform =
      encoding === 'br' ? createBrotliDecompress() : encoding === 'gzip' ? createGunzip() : encoding === 'deflate' ? createInflate() : undefined
    return transform && (Duplex.toWeb(transform) as unknown as ReadableWritablePair<Uint8Array, Uint8Array>)
  },
}
