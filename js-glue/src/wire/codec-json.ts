// `tcf.*`, `gpp.*`, `usp.*`, `ac.*`, `gpc.parse` and `dnt.parse` over codecs.wasm: the twin of core/cli/ops_signals.cpp, held equal
// byte for byte by tests/parity.
import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'
import { asText, isFault, type Codec, type CodecFault, type Codecs } from '../signals/codecs.js'
import { Fields, OpError } from './fields.js'

/** An operation on consent strings; `codecs` is called only when one is asked for, so that nobody loads it for nothing. */
export type CodecOp = (input: Record<string, unknown>, codecs: () => Codecs) => Record<string, unknown>

const refuse = ({ code, message, at }: CodecFault): never => {
  throw new OpError(code, message, at)
}

const decode =
  (codec: Codec): CodecOp =>
  (input, codecs) => {
    const fields = new Fields(input, '', ['input', 'mode'])
    fields.need('input')
    const strict = fields.choice('mode', ['lenient', 'strict']) === 1
    const read = codecs().decode(codec, fields.text('input'), strict, asText)
    if (isFault(read)) return refuse(read)
    return { value: read.value, warnings: read.warnings.map(([code, at]) => ({ warning: ErrorCode[code], at })) }
  }

const encode =
  (codec: Codec): CodecOp =>
  (input, codecs) => {
    const fields = new Fields(input, '', ['value', 'mode'])
    const lenient = fields.choice('mode', ['strict', 'lenient']) === 1
    const output = codecs().encode(codec, fields.need('value'), !lenient)
    return isFault(output) ? refuse(output) : { output }
  }

const parse =
  (header: 'gpc' | 'dnt'): CodecOp =>
  (input, codecs) => ({ signal: codecs().signal(header, new Fields(input, '', ['input']).text('input')) })

export const CODEC_OPS: Record<string, CodecOp | undefined> = {
  __proto__: null as never,
  'tcf.decode': decode('tcf'),
  'tcf.encode': encode('tcf'),
  'gpp.decode': decode('gpp'),
  'gpp.encode': encode('gpp'),
  'usp.decode': decode('usp'),
  'usp.encode': encode('usp'),
  'ac.decode': decode('ac'),
  'ac.encode': encode('ac'),
  'gpc.parse': parse('gpc'),
  'dnt.parse': parse('dnt'),
}
