// ledger.wasm: the ledger's canonical bytes, from the same core as mfconsent's.
import { ErrorCode } from '../../gen/metrofax/consent/fb/error-code.js'

/** What ledger.wasm exports (wasm/ledger_boundary.cpp). */
interface LedgerExports {
  readonly memory: WebAssembly.Memory
  ledger_in_at(): number
  ledger_in_bytes(): number
  ledger_out_at(): number
  ledger_error(): number
  ledger_error_offset(): number
  ledger_write(at: number, seq: number, data: number, id: number, kind: number): number
  ledger_check(length: number): number
  ledger_seal_text(seq: number): number
}

/** An event that cannot be an entry. `code` is the ErrorCode by name, `offset` the byte it is about. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError'
  constructor(
    message: string,
    readonly code: string,
    readonly offset = 0,
  ) {
    super(message)
  }
}

/** `prev_sha256` of the first entry. */
export const NO_ENTRY = '0'.repeat(64)

export class LedgerCore {
  readonly #wasm: LedgerExports
  readonly #encoder = new TextEncoder()
  readonly #decoder = new TextDecoder()

  /** @param module ledger.wasm of this package, compiled. */
  constructor(module: WebAssembly.Module) {
    this.#wasm = new WebAssembly.Instance(module, {}).exports as unknown as LedgerExports
  }

  /** The line of an entry. Throws LedgerError if it can be none: names that are not plain, fractions, too long. */
  write(entry: { at: number; data: string; id: string; kind: string; prev: string; seq: number }): string {
    const { at, data, id, kind, prev, seq } = entry
    const lengths = this.#put([data, id, kind, prev])
    const length = lengths && prev.length === NO_ENTRY.length ? this.#wasm.ledger_write(at, seq, lengths[0] ?? 0, lengths[1] ?? 0, lengths[2] ?? 0) : 0
    if (length > 0) return this.#out(length)
    const code = lengths ? this.#wasm.ledger_error() : ErrorCode.record_too_long
    throw new LedgerError(`event ${id} cannot be an entry`, ErrorCode[code] ?? '', lengths ? this.#wasm.ledger_error_offset() : 0)
  }

  /** Throws LedgerError unless the line is an entry in canonical form. */
  check(line: string): void {
    const lengths = this.#put([line])
    const code = lengths ? this.#wasm.ledger_check(lengths[0] ?? 0) : ErrorCode.record_too_long
    if (code !== 0) throw new LedgerError('not an entry in canonical form', ErrorCode[code] ?? '', this.#wasm.ledger_error_offset())
  }

  /** What a seal of this number signs. */
  sealText(prev: string, seq: number): string {
    this.#put([prev])
    return this.#out(this.#wasm.ledger_seal_text(seq))
  }

  /** Lays texts one behind the other; their lengths in bytes, undefined if they do not fit. */
  #put(texts: readonly string[]): number[] | undefined {
    const bytes = texts.map((text) => this.#encoder.encode(text))
    const total = bytes.reduce((sum, one) => sum + one.length, 0)
    if (total > this.#wasm.ledger_in_bytes()) return undefined
    const room = new Uint8Array(this.#wasm.memory.buffer, this.#wasm.ledger_in_at(), total)
    let at = 0
    for (const one of bytes) {
      room.set(one, at)
      at += one.length
    }
    return bytes.map(({ length }) => length)
  }

  #out(length: number): string {
    return this.#decoder.decode(new Uint8Array(this.#wasm.memory.buffer, this.#wasm.ledger_out_at(), length))
  }
}
