// Reading the members of an object that a caller sent: closed, typed, with the place of what is wrong. The twin of
// core/cli/json_fields.cpp.
import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'

/** What is wrong with an input; becomes {"ok":false,"error":…,"message":…,"at":…}. */
export class OpError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly at = 0,
  ) {
    super(message)
  }
}

export function fail(code: ErrorCode, pointer: string, expected: string): never {
  throw new OpError(code, `${pointer}: expected ${expected}`)
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/

/** RFC 3339 §5.6 date-time to unix seconds; undefined if it is anything else. */
export function parseRfc3339(text: string): number | undefined {
  const match = RFC3339.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const [hours, minutes] = [Number(match[8] ?? 0), Number(match[9] ?? 0)]
  if (hour > 23 || minute > 59 || second > 60 || hours > 23 || minutes > 59) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const offset = (hours * 60 + minutes) * (match[7] === '-' ? -60 : 60)
  return date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset
}

/** An object and where it stands. Every reader throws OpError with the pointer of the member at fault. */
export class Fields {
  private readonly value: Record<string, unknown>

  constructor(
    value: unknown,
    private readonly pointer: string,
    keys: readonly string[],
  ) {
    if (!isObject(value)) fail(ErrorCode.wrong_type, pointer, 'an object')
    this.value = value
    for (const key of Object.keys(value).sort()) {
      if (!keys.includes(key)) fail(ErrorCode.unknown_key, this.at(key), 'no such key')
    }
  }

  at(key: string): string {
    return `${this.pointer}/${key}`
  }

  /** The member; undefined if it is absent or null. */
  find(key: string): unknown {
    return Object.hasOwn(this.value, key) ? (this.value[key] ?? undefined) : undefined
  }

  need(key: string): unknown {
    return this.find(key) ?? fail(ErrorCode.missing_key, this.at(key), 'a value')
  }

  text(key: string): string {
    const value = this.find(key)
    if (value === undefined) return ''
    if (typeof value !== 'string') fail(ErrorCode.wrong_type, this.at(key), 'text')
    return value
  }

  flag(key: string): boolean {
    const value = this.find(key)
    if (value === undefined) return false
    if (typeof value !== 'boolean') fail(ErrorCode.wrong_type, this.at(key), 'true or false')
    return value
  }

  /** Unix seconds, or RFC 3339 text; 0 if absent. */
  time(key: string): number {
    const value = this.find(key)
    if (value === undefined) return 0
    if (typeof value !== 'number' && typeof value !== 'string') {
      fail(ErrorCode.wrong_type, this.at(key), 'unix seconds or an RFC 3339 time')
    }
    const seconds = typeof value === 'number' ? value : parseRfc3339(value)
    if (seconds === undefined || seconds < 0 || !Number.isSafeInteger(seconds)) {
      fail(ErrorCode.bad_value, this.at(key), 'unix seconds or an RFC 3339 time')
    }
    return seconds
  }

  choice(key: string, names: readonly string[]): number {
    if (this.find(key) === undefined) return 0
    const index = names.indexOf(this.text(key))
    return index >= 0 ? index : fail(ErrorCode.bad_value, this.at(key), `one of ${names.join(', ')}`)
  }
}
