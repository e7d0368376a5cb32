// The operations of `mfconsent eval` over gate.wasm, cookies.wasm and codecs.wasm.
import canonicalize from 'canonicalize'

import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'
import type { Codecs } from '../signals/codecs.js'
import { CODEC_OPS } from './codec-json.js'
import { COOKIE_OPS } from './cookie-json.js'
import type { Cookies } from './cookies.js'
import { Fields, OpError, fail, isObject } from './fields.js'
import type { JsonGate } from './json-gate.js'
import { decideJson } from './request-json.js'

/** An answer: {"id", "ok": true, …} or {"id", "ok": false, "error", "message", "at"}. */
export type Answer = Record<string, unknown> & { id: unknown; ok: boolean }

/** What decides: one gate by policy name; '' is the policy of a request that names none. */
export type Gates = ReadonlyMap<string, JsonGate>

type Op = (input: Record<string, unknown>, gates: Gates) => Record<string, unknown>

function gateOf(input: Fields, gates: Gates): JsonGate {
  const name = input.text('policy')
  const gate = gates.get(name)
  if (gate) return gate
  if (name) fail(ErrorCode.policy_unknown, '/policy', 'the name of a policy given with --policy')
  fail(ErrorCode.policy_not_loaded, '/policy', 'a policy given with --policy')
}

const decide: Op = (input, gates) => {
  const fields = new Fields(input, '', ['policy', 'subject', 'request'])
  return { verdict: decideJson(gateOf(fields, gates), fields) }
}

const LONE_SURROGATE = /\p{Surrogate}/u

const OPS: Record<string, Op | undefined> = { __proto__: null as never, decide }

/** Whether every text in it, names of members too, is Unicode: half a surrogate pair is text to JavaScript and not to JSON's readers (RFC 8259 §8.2). */
function isUnicode(value: unknown): boolean {
  if (typeof value === 'string') return !LONE_SURROGATE.test(value)
  if (Array.isArray(value)) return value.every(isUnicode)
  return !isObject(value) || Object.entries(value).every(([name, member]) => isUnicode(name) && isUnicode(member))
}

/** Answers one request. Never throws: what is wrong with it is the answer. `cookies`, `codecs`: those modules, when they are first needed. */
export function evaluate(request: unknown, gates: Gates, cookies: () => Cookies, codecs: () => Codecs): Answer {
  const failed = (id: unknown, code: ErrorCode, message: string, at = 0): Answer => ({
    id,
    ok: false,
    error: ErrorCode[code],
    message,
    at,
  })
  if (!isObject(request)) return failed(null, ErrorCode.wrong_type, 'expected an object with "op"')
  if (!isUnicode(request)) return failed(null, ErrorCode.bad_json, 'invalid string: a lone surrogate')
  const { id = null, op: name, ...input } = request
  if (name === undefined) return failed(id, ErrorCode.missing_key, '/op: expected the name of an operation')
  if (typeof name !== 'string') return failed(id, ErrorCode.wrong_type, '/op: expected the name of an operation')
  const op = OPS[name]
  const onCookies = COOKIE_OPS[name]
  const onStrings = CODEC_OPS[name]
  if (!op && !onCookies && !onStrings) return failed(id, ErrorCode.unknown_op, '/op: no operation has this name')
  try {
    const members = op ? op(input, gates) : onCookies ? onCookies(input, cookies()) : onStrings?.(input, codecs)
    return { ...members, id, ok: true }
  } catch (error) {
    if (error instanceof OpError) return failed(id, error.code, error.message, error.at)
    return failed(id, ErrorCode.bad_value, 'the gate failed')
  }
}

/** The canonical bytes of an answer (RFC 8785), as `mfconsent eval` prints them. */
export function canonical(answer: Answer): string {
  return canonicalize(answer) ?? 'null'
}
