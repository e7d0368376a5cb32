// Consent strings to values and back over codecs.wasm. The module reads and writes bits; what fields are called, and what a value looks
// like, is said by tables that the core prints (codec-table.ts).
import { EXPECTATION, EXPECTATIONS, BOARD_AT, BOARD_SIGNAL, BOARD_TEXT } from '../gen/codecs.js'
import { CodecMemory, type CodecsExports } from './codec-memory.js'
import { ValueReader, type AsIds, type Value } from './codec-read.js'
import { Refusal } from './codec-walk.js'
import { ValueWriter } from './codec-write.js'

export type { CodecsExports } from './codec-memory.js'
export { IdRuns, IdSet } from './ids.js'

/** By number: core/signals/codec.h, Codec. */
export const CODECS = ['tcf', 'gpp', 'usp', 'ac', 'gpc', 'dnt'] as const
/** The codecs of strings. */
export type Codec = 'tcf' | 'gpp' | 'usp' | 'ac'

/** An ErrorCode other than 0, what was expected and where, and the place: bits or characters of the string. */
export interface CodecFault {
  readonly code: number
  readonly message: string
  readonly at: number
}

/** A value (interface.md, `tcf.decode` and its like), and what a strict reader would have refused: ErrorCode and place. */
export interface Decoded {
  readonly value: Value
  readonly warnings: readonly (readonly [code: number, at: number])[]
}

export const isFault = (result: object | string): result is CodecFault => typeof result === 'object' && 'code' in result

const fault = (code: number, where: string, at: number): CodecFault => ({ code, message: `${where}: expected ${EXPECTATIONS[code] ?? EXPECTATION}`, at })
/** Sets of ids as range text, `1-3,7`. */
export const asText: AsIds = String

/** One instance of codecs.wasm. Nothing is kept from one call to the next. */
export class Codecs {
  private readonly memory_: CodecMemory

  constructor(private readonly x_: CodecsExports) {
    this.memory_ = new CodecMemory(x_)
  }

  private read_(codec: (typeof CODECS)[number], text: string, strict: boolean): number {
    this.memory_.reset_()
    // What does not fit is not cut: the module refuses it for its length.
    return this.x_.run(0, CODECS.indexOf(codec), strict ? 1 : 0, this.memory_.write_(text).length)
  }

  /** The value of a string, or what is wrong. Lenient unless `strict`; `ids` says what sets of ids become: where it says nothing, an IdSet, or IdRuns. */
  decode(codec: Codec, text: string, strict = false, ids: AsIds | null = null): Decoded | CodecFault {
    const code = this.read_(codec, text, strict)
    if (code !== 0) return fault(code, '/input', this.memory_.word_(this.memory_.board_ + BOARD_AT))
    const reader = new ValueReader(this.memory_, ids)
    return { value: reader[codec](), warnings: reader.warnings() }
  }

  /** The signal of a header: whether it says so, or the contrary; null where it says nothing. */
  signal(header: 'gpc' | 'dnt', text: string): boolean | null {
    if (this.read_(header, text, false) !== 0) return null
    return [null, false, true][this.memory_.bytes_[this.memory_.board_ + BOARD_SIGNAL]!] ?? null
  }

  /** The string of a value, or what is wrong. Strict unless told otherwise. Sets of ids: an IdSet, range text, or a list of ids; ranges as they were written: IdRuns as well. */
  encode(codec: Codec, value: unknown, strict = true): string | CodecFault {
    const first = this.write_(codec, value, strict, false)
    return typeof first === 'string' ? first : this.write_(codec, value, strict, true)
  }

  private write_(codec: Codec, value: unknown, strict: boolean, sorted: boolean): string | CodecFault {
    const { memory_: memory } = this
    try {
      const writer = new ValueWriter(memory, strict, sorted)
      const written = writer[codec](value)
      if (typeof written === 'string') return written
      const code = this.x_.run(1, CODECS.indexOf(codec), strict ? 1 : 0, 0)
      if (code === 0) return memory.text_(memory.board_ + BOARD_TEXT)
      const section = written?.[memory.word_(memory.board_ + BOARD_AT) - 1]
      return fault(code, section === undefined ? '/value' : `/value/sections/${section}`, 0)
    } catch (error) {
      if (error instanceof Refusal) return fault(error.code, error.place, 0)
      throw error
    }
  }
}
