// Typed calls into server.wasm: what only a server asks.
import { type Tri } from '../gen/metrofax/consent/fb/tri.js'
import { type GateExports } from '../wire/gate.js'
import { JsonGate } from '../wire/json-gate.js'

/** What server.wasm exports beside gate.wasm's (wasm/server-exports.txt). */
export interface ServerExports extends GateExports {
  read_header(which: number, length: number): number
}

/** What a page's CSP admits: host sources without scheme and port; a second time with wss:// what speaks WebSocket. */
export interface Sources {
  /** may be reached now */
  readonly open: readonly string[]
  /** may not, and a choice in this page could still release it */
  readonly held: readonly string[]
}

export class ServerGate extends JsonGate {
  private readonly server: ServerExports

  constructor(exports: ServerExports, policy: Uint8Array) {
    super(exports, policy)
    this.server = exports
  }

  /** The sources of this page for this subject. None where the core cannot say. */
  sources(): Sources {
    const lines = this.sources_()?.split('\n') ?? []
    const of = (mark: string): string[] => lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(1))
    return { open: of('+'), held: of('?') }
  }

  /** What a header says: Sec-GPC or DNT. */
  signal(which: 'gpc' | 'dnt', header: string): Tri {
    return this.server.read_header(which === 'gpc' ? 0 : 1, this.put_(header, this.text_, 256))
  }
}
