// A value of anybody's, walked as JSON has it: what is not of the type that is wanted is refused with its place, as
// core/signals/json_reader.cpp refuses it.
import { ErrorCode } from '../gen/metrofax/consent/fb/error-code.js'

/** What is wrong with a value, and where. */
export class Refusal extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly place: string,
  ) {
    super()
  }
}

type Fields = Readonly<Record<string, unknown>>

export class ValueWalk {
  protected readonly place_: (string | number)[] = ['value']

  /** @param sorted_ whether members are taken by name, so that of several errors the same one is told as natively */
  constructor(private readonly sorted_: boolean) {}

  protected refuse_(code: ErrorCode): never {
    throw new Refusal(code, `/${this.place_.join('/')}`)
  }

  protected members_(value: unknown, member: (name: string, value: unknown) => void): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.refuse_(ErrorCode.wrong_type)
    const { place_: place } = this
    const depth = place.length
    const names = Object.keys(value)
    if (this.sorted_) names.sort()
    for (const name of names) {
      const one = (value as Fields)[name]
      if (one === undefined) continue
      place[depth] = name
      member(name, one)
    }
    place.length = depth
  }

  protected entries_(value: unknown, entry: (value: unknown, index: number) => void): void {
    if (!Array.isArray(value)) this.refuse_(ErrorCode.wrong_type)
    const { place_: place } = this
    const depth = place.length
    for (let i = 0; i < value.length; ++i) {
      place[depth] = i
      entry(value[i], i)
    }
    place.length = depth
  }

  protected number_(value: unknown, most: number): number {
    if (typeof value !== 'number') this.refuse_(ErrorCode.wrong_type)
    if (!Number.isSafeInteger(value) || value < 0 || value > most) this.refuse_(ErrorCode.signal_bad_value)
    return value
  }

  protected text_(value: unknown): string {
    if (typeof value !== 'string') this.refuse_(ErrorCode.wrong_type)
    // Nothing that a codec takes needs an escape.
    if (/["\\\u0000-\u001f]/.test(value)) this.refuse_(ErrorCode.signal_bad_character)
    return value
  }

  protected boolean_(value: unknown): boolean {
    if (typeof value !== 'boolean') this.refuse_(ErrorCode.wrong_type)
    return value
  }
}
