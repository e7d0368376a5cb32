// Typed calls into server.wasm: what only a server asks.
import * as at from '../gen/layout.js'
import { type GateExports } from '../wire/gate.js'
import { JsonGate } from '../wire/json-gate.js'

/** What server.wasm exports beside gate.wasm's (wasm/server-exports.txt). */
export interface ServerExports extends GateExports {
  log_fields(): number
  log_line(kept: number, length: number): number
  log_text(kept: number, field: number, form: number, length: number): number
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

  /** What may be kept of a log line of this subject: a bit for each LOG_FIELD. */
  logFields(): number {
    return this.server.log_fields()
  }

  /** What may be kept of a line in the Common or Combined Log Format; null where it is none, or too long. */
  logLine(kept: number, line: string): string | null {
    return line.length > at.MAX_KEY_UNITS ? null : this.kept(this.server.log_line(kept, this.put_(line, this.text_, at.MAX_KEY_UNITS)))
  }

  /** What may be kept of one text of a log line; null: nothing. */
  logText(kept: number, field: number, form: number, text: string): string | null {
    return text.length > at.MAX_KEY_UNITS ? null : this.kept(this.server.log_text(kept, field, form, this.put_(text, this.text_, at.MAX_KEY_UNITS)))
  }

  private kept(length: number): string | null {
    return length >>> 0 > at.TEXT_BYTES ? null : this.take_(length)
  }
}
