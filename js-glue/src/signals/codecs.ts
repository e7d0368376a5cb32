// Typed calls into codecs.wasm: consent strings to values and back. Copies bytes; holds no rule and knows no format.

/** What codecs.wasm exports (wasm/codecs-exports.txt). */
export interface CodecsExports {
  memory: WebAssembly.Memory
  input_at(): number
  answer_at(): number
  answer_size(): number
  error_at(): number
  run(encode: number, codec: number, strict: number, length: number): number
}

/** By number: core/signals/codec.h, Codec. */
export const CODECS = ['tcf', 'gpp', 'usp', 'ac', 'gpc', 'dnt'] as const
export type Codec = (typeof CODECS)[number]

/** An ErrorCode other than 0, what was expected and where, and the place: bits or characters of the string. */
export interface CodecFault {
  readonly code: number
  readonly message: string
  readonly at: number
}

/** Bytes that the input of a call may have (wasm/codecs.cpp). */
const INPUT_BYTES = 3072 * 1024

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** One instance of codecs.wasm. Nothing is kept from one call to the next. */
export class Codecs {
  private readonly input_: Uint8Array
  private readonly bytes_: Uint8Array
  private readonly answer_: number

  constructor(private readonly x_: CodecsExports) {
    this.bytes_ = new Uint8Array(x_.memory.buffer)
    const input = x_.input_at()
    this.input_ = this.bytes_.subarray(input, input + INPUT_BYTES)
    this.answer_ = x_.answer_at()
  }

  private run_(encode: number, codec: Codec, strict: boolean, text: string): string | CodecFault {
    const { read, written } = encoder.encodeInto(text, this.input_)
    // What does not fit is not cut: the module refuses it for its length.
    const length = read < text.length ? INPUT_BYTES + 1 : written
    const code = this.x_.run(encode, CODECS.indexOf(codec), strict ? 1 : 0, length)
    const answer = decoder.decode(this.bytes_.subarray(this.answer_, this.answer_ + this.x_.answer_size()))
    return code === 0 ? answer : { code, message: answer, at: this.x_.error_at() }
  }

  /** The members of the answer as JSON text, or what is wrong. Lenient unless `strict`. */
  decode(codec: Codec, text: string, strict = false): string | CodecFault {
    return this.run_(0, codec, strict, text)
  }

  /** `json`: the value in the canonical form of RFC 8785. The string, or what is wrong. Strict unless told otherwise. */
  encode(codec: Codec, json: string, strict = true): string | CodecFault {
    return this.run_(1, codec, strict, json)
  }
}
