// `tcf.*`, `gpp.*`, `usp.*`, `ac.*`, `gpc.parse` and `dnt.parse` over codecs.wasm: the twin of core/cli/ops_signals.cpp, held equal
// byte for byte by tests/parity.
import canonicalize from 'canonicalize'

import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'
import type { Codec, CodecFault, Codecs } from '../signals/codecs.js'
import { Fields, OpError, isObject } from './fields.js'

/** An operation on consent strings; `codecs` is called only when one is asked for, so that nobody loads it for nothing. */
export type CodecOp = (input: Record<string, unknown>, codecs: () => Codecs) => Record<string, unknown>

function answer(result: string | CodecFault): string {
  if (typeof result === 'string') return result
  throw new OpError(result.code, result.message, result.at)
}

const members = (json: string): Record<string, unknown> => {
  const parsed: unknown = JSON.parse(json)
  return isObject(parsed) ? parsed : {}
}

const decode =
  (codec: Codec): CodecOp =>
  (input, codecs) => {
    const fields = new Fields(input, '', ['input', 'mode'])
    fields.need('input')
    const strict = fields.choice('mode', ['lenient', 'strict']) === 1
    const answered = members(answer(codecs().decode(codec, fields.text('input'), strict)))
    const warnings = answered['warnings'] as [number, number][]
    return { ...answered, warnings: warnings.map(([code, at]) => ({ warning: ErrorCode[code], at })) }
  }

const encode =
  (codec: Codec): CodecOp =>
  (input, codecs) => {
    const fields = new Fields(input, '', ['value', 'mode'])
    const lenient = fields.choice('mode', ['strict', 'lenient']) === 1
    const value = canonicalize(fields.need('value')) ?? 'null'
    return { output: answer(codecs().encode(codec, value, !lenient)) }
  }

const parse =
  (codec: Codec): CodecOp =>
  (input, codecs) =>
    members(answer(codecs().decode(codec, new Fields(input, '', ['input']).text('input'))))

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
