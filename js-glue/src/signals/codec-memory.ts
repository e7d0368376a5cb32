// The memory of codecs.wasm, seen as bytes and as words. It never grows.
import * as at from '../gen/codecs.js'

/** What codecs.wasm exports (wasm/codecs-exports.txt). */
export interface CodecsExports {
  memory: WebAssembly.Memory
  input_at(): number
  board_at(): number
  run(encode: number, codec: number, strict: number, length: number): number
}

/** Words that a loop copies sooner than a typed array's slice(). */
const SHORT = 48
/** Characters that a loop writes sooner than a TextEncoder. */
const SHORT_TEXT = 512

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export class CodecMemory {
  readonly bytes_: Uint8Array
  readonly words_: Uint32Array
  private readonly signed_: Int32Array
  /** Address of the board (wasm/codecs_wire.h, BoardWire). */
  readonly board_: number
  private readonly input_: number
  private next_: number
  /** What was written first, where it is ASCII: byte by byte the characters at the input's beginning. */
  private source_ = ''

  constructor(x: CodecsExports) {
    this.bytes_ = new Uint8Array(x.memory.buffer)
    this.words_ = new Uint32Array(x.memory.buffer)
    this.signed_ = new Int32Array(x.memory.buffer)
    this.board_ = x.board_at()
    this.input_ = this.next_ = x.input_at()
  }

  half_(address: number): number {
    return this.bytes_[address]! | (this.bytes_[address + 1]! << 8)
  }
  word_(address: number): number {
    return this.words_[address >>> 2]!
  }
  put_(address: number, value: number): void {
    this.words_[address >>> 2] = value
  }
  putSpan_(address: number, from: number, count: number): void {
    this.put_(address, from)
    this.put_(address + 4, count)
  }
  /** The text of a string_view, of characters that nobody escapes. */
  text_(address: number): string {
    const from = this.word_(address)
    const length = this.word_(address + 4)
    const place = from - this.input_
    if (place >= 0 && place + length <= this.source_.length) return this.source_.slice(place, place + length)
    return decoder.decode(this.bytes_.subarray(from, from + length))
  }
  /** A span's words, whose sign says nothing: a copy, which is made faster as a plain list where it is short; or as they lie there. */
  ints_(address: number, copy: boolean): Int32Array | number[] {
    const { signed_: signed } = this
    const from = signed[address >>> 2]! >>> 2
    const count = signed[(address >>> 2) + 1]!
    if (count > SHORT) return copy ? signed.slice(from, from + count) : signed.subarray(from, from + count)
    const list = new Array<number>(count)
    for (let i = 0; i < count; ++i) list[i] = signed[from + i]!
    return list
  }
  /** A span's words as numbers. */
  numbers_(address: number): number[] {
    const from = this.word_(address) >>> 2
    const list = new Array<number>(this.word_(address + 4))
    for (let i = 0; i < list.length; ++i) list[i] = this.words_[from + i]!
    return list
  }

  /** Forgets everything that was taken. */
  reset_(): void {
    this.next_ = this.input_
    this.source_ = ''
  }
  /** Room in the input, all zero, a multiple of 8; 0 where there is none. */
  take_(bytes: number): number {
    const from = this.next_
    const end = from + ((bytes + 7) & ~7)
    if (end > this.input_ + at.INPUT_BYTES) return 0
    this.bytes_.fill(0, from, end)
    this.next_ = end
    return from
  }
  /** Of what was taken last keeps only so many bytes. */
  shorten_(from: number, bytes: number): void {
    this.next_ = from + ((bytes + 7) & ~7)
  }
  /** Text at the input's beginning, or its next free place: its length, one more than there is room for where it does not fit. */
  write_(text: string): { from: number; length: number } {
    const from = this.next_
    const short = text.length <= SHORT_TEXT && from + SHORT_TEXT <= this.input_ + at.INPUT_BYTES && this.ascii_(text, from)
    const { read, written } = short ? { read: text.length, written: text.length } : encoder.encodeInto(text, this.bytes_.subarray(from, this.input_ + at.INPUT_BYTES))
    if (from === this.input_) this.source_ = written === text.length ? text : ''
    if (read < text.length) return { from, length: at.INPUT_BYTES + 1 }
    this.next_ = from + ((written + 7) & ~7)
    return { from, length: written }
  }
  /** Whether a text is ASCII; then it stands at `from`. */
  private ascii_(text: string, from: number): boolean {
    const { bytes_: bytes } = this
    let all = 0
    for (let i = 0; i < text.length; ++i) {
      const code = text.charCodeAt(i)
      all |= code
      bytes[from + i] = code
    }
    return all < 128
  }
}
