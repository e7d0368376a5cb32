// Typed calls into the mail part of server.wasm. Copies bytes; holds no rule.
import * as at from '../gen/layout.js'
import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'
import { Keep } from '../gen/metrofax/consent/fb/keep.js'
import { Mode } from '../gen/metrofax/consent/fb/mode.js'
import { OpenClass } from '../gen/metrofax/consent/fb/open-class.js'
import { TokenKind } from '../gen/metrofax/consent/fb/token-kind.js'
import { Fields, OpError } from '../wire/fields.js'
import { List, type GateExports, type Verdict } from '../wire/gate.js'
import { JsonGate } from '../wire/json-gate.js'
import { decideJson, writeSubject } from '../wire/request-json.js'

/** What server.wasm exports beyond gate.wasm (wasm/mail_boundary.cpp). */
export interface MailExports extends GateExports {
  token_at(): number
  token_bytes_at(): number
  pack_token(targetLength: number): number
  spell_token(length: number): number
  split_token(length: number): number
  unpack_token(length: number): number
  classify(length: number, flags: number): number
  open_token(open: number): number
}

export type TokenKindName = 'open' | 'click' | 'unsubscribe' | 'tracking'

/** What a token says (core/beacons/token.h). */
export interface Token {
  readonly kind: TokenKindName
  readonly mode: Verdict['mode']
  /** The id of the purpose; null for unsubscribe and tracking links. */
  readonly axis: string | null
  readonly campaign: number
  /** Unix seconds. */
  readonly expires: number
  /** 32 hexadecimal digits; null: of nobody. */
  readonly id: string | null
  readonly copied?: boolean
  readonly forwarded?: boolean
  /** Where a click leads. */
  readonly target?: string | null
}

/** A token whose bytes are split and whose MAC nobody has looked at yet. */
export interface Sealed {
  readonly body: Uint8Array<ArrayBuffer>
  readonly mac: Uint8Array<ArrayBuffer>
  readonly key: number
}

export type KeepName = 'nothing' | 'count' | 'last_day' | 'event' | 'client'
export type OpenClassName = 'scanner' | 'preview' | 'prefetch' | 'proxy_open' | 'human_probable'

/** A token that is none, or none of ours. */
export class TokenError extends Error {
  constructor(
    /** Name of the ErrorCode: token_forged, token_bad_version, … */
    readonly code: string,
    readonly at: number,
  ) {
    super(`${code} at ${String(at)}`)
  }
}

const FAULT = 0x80000000
const KINDS = ['none', 'open', 'click', 'unsubscribe', 'tracking'] as const
const MODES = ['off', 'anonymous', 'pseudonymous', 'identified'] as const
const ID_BYTES = 16
const COPIED = 1
const FORWARDED = 2
const NOBODY = '0'.repeat(2 * ID_BYTES)
/** Bytes as two hexadecimal digits each. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** One instance of server.wasm with one policy. */
export class MailGate extends JsonGate {
  private readonly mail_: MailExports
  private readonly memory_: Uint8Array<ArrayBuffer>
  private readonly token_: number
  private readonly tokenBytes_: number

  constructor(exports: MailExports, policy: Uint8Array) {
    super(exports, policy)
    this.mail_ = exports
    this.memory_ = new Uint8Array(exports.memory.buffer)
    this.token_ = exports.token_at()
    this.tokenBytes_ = exports.token_bytes_at()
  }

  private checked_(answer: number): number {
    if ((answer >>> 0) < FAULT) return answer
    throw new TokenError(ErrorCode[(answer >>> 16) & 0x7fff] ?? 'token_bad_field', answer & 0xffff)
  }

  private put2_(text: string): number {
    return this.put_(text, this.text_, at.MAX_KEY_UNITS)
  }

  private writeToken_(token: Token, key: number): void {
    const { view_: view, token_: from } = this
    const axis = token.axis === null ? 255 : this.index_(List.purposes, token.axis)
    view.setUint32(from + at.TOKEN_EXPIRES, token.expires, true)
    view.setUint32(from + at.TOKEN_CAMPAIGN, token.campaign, true)
    view.setUint8(from + at.TOKEN_KIND, TokenKind[token.kind])
    view.setUint8(from + at.TOKEN_MODE, Mode[token.mode])
    view.setUint8(from + at.TOKEN_FLAGS, (token.copied ? COPIED : 0) | (token.forwarded ? FORWARDED : 0))
    view.setUint8(from + at.TOKEN_AXIS, Math.min(axis, 255))
    view.setUint8(from + at.TOKEN_KEY, key)
    const id = token.id ?? NOBODY
    for (let i = 0; i < ID_BYTES; ++i) this.memory_[from + at.TOKEN_ID + i] = parseInt(id.slice(2 * i, 2 * i + 2), 16)
  }

  /** The bytes of a token that are signed. Throws TokenError for what nobody may issue. */
  packToken_(token: Token, key: number): Uint8Array<ArrayBuffer> {
    this.writeToken_(token, key)
    const length = this.checked_(this.mail_.pack_token(this.put2_(token.target ?? '')))
    return this.memory_.slice(this.tokenBytes_, this.tokenBytes_ + length)
  }

  /** The text of a token. */
  spellToken_(body: Uint8Array, mac: Uint8Array): string {
    this.memory_.set(body, this.tokenBytes_)
    this.memory_.set(mac.subarray(0, at.TOKEN_MAC_BYTES), this.tokenBytes_ + body.length)
    const length = this.checked_(this.mail_.spell_token(body.length + at.TOKEN_MAC_BYTES))
    return this.take_(length)
  }

  /** Body, MAC and number of the key. Throws TokenError. */
  splitToken_(text: string): Sealed {
    if (text.length > at.TOKEN_BYTES * 2) throw new TokenError('token_too_long', 0)
    const length = this.checked_(this.mail_.split_token(this.put2_(text)))
    const body = this.memory_.slice(this.tokenBytes_, this.tokenBytes_ + length)
    const mac = this.memory_.slice(this.tokenBytes_ + length, this.tokenBytes_ + length + at.TOKEN_MAC_BYTES)
    return { body, mac, key: body[3]! }
  }

  /** What a body says whose MAC was right. Throws TokenError. */
  unpackToken_(body: Uint8Array): Token {
    this.memory_.set(body, this.tokenBytes_)
    this.checked_(this.mail_.unpack_token(body.length))
    const { view_: view, token_: from } = this
    const flags = view.getUint8(from + at.TOKEN_FLAGS)
    const axis = view.getUint8(from + at.TOKEN_AXIS)
    let id = ''
    for (let i = from + at.TOKEN_ID; i < from + at.TOKEN_ID + ID_BYTES; ++i) id += HEX[this.memory_[i]!]!
    const target = body.length > at.TOKEN_HEAD_BYTES ? new TextDecoder().decode(body.subarray(at.TOKEN_HEAD_BYTES)) : ''
    return {
      kind: KINDS[view.getUint8(from + at.TOKEN_KIND)] as TokenKindName,
      mode: MODES[view.getUint8(from + at.TOKEN_MODE)]!,
      axis: axis === 255 ? null : this.name_(List.purposes, axis),
      campaign: view.getUint32(from + at.TOKEN_CAMPAIGN, true),
      expires: view.getUint32(from + at.TOKEN_EXPIRES, true),
      id: id === NOBODY ? null : id,
      copied: (flags & COPIED) !== 0,
      forwarded: (flags & FORWARDED) !== 0,
      target: target || null,
    }
  }

  /** Who fetched (E16). */
  classify_(agent: string, prefetch: boolean, head: boolean): OpenClassName {
    const open = this.mail_.classify(this.put2_(agent), (prefetch ? 1 : 0) | (head ? 2 : 0))
    return OpenClass[open] as OpenClassName
  }

  /** E7: what happens to a fetch with this token, for a subject as decide has it. */
  open_(subject: unknown, token: Token, open: OpenClassName): { verdict: Verdict; keep: KeepName } {
    writeSubject(this, subject)
    this.writeToken_(token, 0)
    const keep = this.mail_.open_token(OpenClass[open])
    return { verdict: this.verdictOf_(), keep: Keep[keep] as KeepName }
  }

  /** One verdict, as `decide` has it. Throws OpError for what cannot be asked. */
  ask_(subject: unknown, request: unknown): Verdict {
    return decideJson(this, new Fields({ subject, request }, '', ['subject', 'request']))
  }

  /**
   * What a choice of purposes, by id, makes of a subject's consent (core/gate/choice.h): whether an old grant of another purpose still
   * stands, whether the consent is now of the policy in force, and since when its oldest grant stands, unix seconds.
   */
  chosen_(subject: unknown, choices: Readonly<Record<string, boolean>>): { stands: (id: string) => boolean; present: boolean; since: number } {
    writeSubject(this, subject)
    const bit = (id: string): number => {
      const number = this.index_(List.purposes, id)
      return number < 32 ? 1 << number : 0
    }
    let [named, wanted] = [0, 0]
    for (const [id, granted] of Object.entries(choices)) {
      named |= bit(id)
      if (granted) wanted |= bit(id)
    }
    this.choose_(named, wanted)
    const { view_: view, subject_: from } = this
    const granted = view.getUint32(from + at.SUBJECT_GRANTED, true)
    return {
      stands: (id) => (granted & bit(id)) !== 0,
      present: view.getUint16(from + at.SUBJECT_REVISION, true) === 0,
      since: Number(view.getBigInt64(from + at.SUBJECT_CONSENT_TIME, true) - view.getBigInt64(from + at.SUBJECT_OLDER, true)),
    }
  }

  /** The regime in force for a subject, and how long its choices last (seconds). */
  regimeFor_(subject: unknown): { regime: string; reask: number } {
    writeSubject(this, subject)
    if (!this.describe_()) throw new OpError(ErrorCode.policy_not_loaded, 'no policy')
    const index = this.view_.getUint16(this.facts_ + at.FACTS_REGIME, true)
    return { regime: this.name_(List.regimes, index) ?? '', reask: this.view_.getUint32(this.facts_ + at.FACTS_REASK, true) }
  }
}
