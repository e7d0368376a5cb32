// Sets of ids between 1 and 65535, as codecs.wasm has them: bits, or for the vendors of a publisher restriction runs. Read when asked.

/** Called with each run of ids, first and last, in ascending order. */
type Visit = (first: number, last: number) => void

/** Thrown by what reads ids out of text that is no range text. */
export class BadRange extends Error {}

/** `1-3,7` run by run, in the text's order. @throws BadRange */
export function eachRange(text: string, visit: Visit): void {
  let at = 0
  const number = (): number => {
    const from = at
    let value = 0
    for (let digit = text.charCodeAt(at) - 48; digit >= 0 && digit <= 9 && value <= 0xffff; digit = text.charCodeAt(++at) - 48) value = value * 10 + digit
    if (at === from || value === 0 || value > 0xffff) throw new BadRange()
    return value
  }
  while (text !== '') {
    const first = number()
    let last = first
    if (text.charCodeAt(at) === 45 /* - */) {
      ++at
      last = number()
    }
    if (last < first) throw new BadRange()
    visit(first, last)
    if (at === text.length) return
    if (text.charCodeAt(at++) !== 44 /* , */) throw new BadRange()
  }
}

const NONE: readonly number[] = []
/** Runs above which a text is written sooner byte by byte. */
const FEW = 16
/** `65534-65535,` */
const LONGEST_RUN = 12
const decoder = new TextDecoder()
/** Where texts are written, one after the other. */
let scratch = new Uint8Array(0)

/** Digits of 0 to 999, three of each. */
let digits: Uint8Array | undefined
function threeDigits(): Uint8Array {
  const all = new Uint8Array(3000)
  for (let i = 0; i < 1000; ++i) all.set([48 + ((i / 100) | 0), 48 + (((i / 10) | 0) % 10), 48 + (i % 10)], 3 * i)
  return all
}

/** Digits of an id as bytes. @returns where they end */
function putId(bytes: Uint8Array, at: number, id: number, three: Uint8Array): number {
  const high = (id / 1000) | 0
  const low = 3 * (id - 1000 * high)
  if (high > 9) bytes[at++] = three[3 * high + 1]!
  if (high > 0) bytes[at++] = three[3 * high + 2]!
  if (id > 99) bytes[at++] = three[low]!
  if (id > 9) bytes[at++] = three[low + 1]!
  bytes[at++] = three[low + 2]!
  return at
}

/** Ranges of ids as they were written, in any order. */
export class IdRuns {
  /** @param runs each the first id, and the last one in the upper half */
  constructor(readonly runs: ArrayLike<number>) {}

  eachRun(visit: Visit): void {
    const { runs } = this
    for (let i = 0; i < runs.length; ++i) visit(runs[i]! & 0xffff, runs[i]! >>> 16)
  }

  /** As many runs as there can be. */
  get most(): number {
    return this.runs.length
  }

  /** `1-3,7` */
  toString(): string {
    let count = 0
    this.eachRun(() => { ++count })
    if (count > FEW) return this.long_(count)
    let text = ''
    this.eachRun((first, last) => { text += (text && ',') + (first === last ? `${first}` : `${first}-${last}`) })
    return text
  }

  private long_(count: number): string {
    if (scratch.length < count * LONGEST_RUN) scratch = new Uint8Array(2 * count * LONGEST_RUN)
    const bytes = scratch
    const three = (digits ??= threeDigits())
    let at = 0
    this.eachRun((first, last) => {
      at = putId(bytes, at, first, three)
      if (first !== last) {
        bytes[at] = 45 /* - */
        at = putId(bytes, at + 1, last, three)
      }
      bytes[at++] = 44 /* , */
    })
    return decoder.decode(bytes.subarray(0, at - 1))
  }
}

export class IdSet extends IdRuns {
  /**
   * @param words id n is bit 31 - (n - 1) % 32 of word (n - 1) / 32
   * @param runs instead of words; ascending, apart from each other
   */
  constructor(
    readonly words: ArrayLike<number> | null,
    runs: ArrayLike<number> = NONE,
  ) {
    super(runs)
  }

  /** The set of ids in any order. @throws BadRange where one is none */
  static of(ids: Iterable<number>): IdSet {
    let words = new Uint32Array(32)
    for (const id of ids) {
      if (!Number.isInteger(id) || id < 1 || id > 0xffff) throw new BadRange()
      const word = (id - 1) >>> 5
      if (word >= words.length) {
        const more = new Uint32Array(Math.min(2048, 2 * word + 2))
        more.set(words)
        words = more
      }
      words[word]! |= 1 << (31 - ((id - 1) & 31))
    }
    return new IdSet(words)
  }

  has(id: number): boolean {
    const { words, runs } = this
    if (words) return id > 0 && ((words[(id - 1) >>> 5] ?? 0) >>> (31 - ((id - 1) & 31)) & 1) === 1
    let low = 0
    let high = runs.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (runs[middle]! >>> 16 < id) low = middle + 1
      else high = middle
    }
    return low < runs.length && (runs[low]! & 0xffff) <= id
  }

  override eachRun(visit: Visit): void {
    const { words } = this
    if (!words) return super.eachRun(visit)
    let first = 0
    let before = 0
    for (let word = 0; word < words.length; ++word) {
      const bits = words[word]!
      // Where a bit differs from the one before it, a run begins or has ended.
      let edges = bits ^ ((bits >>> 1) | (before << 31))
      before = bits & 1
      while (edges !== 0) {
        const lead = Math.clz32(edges)
        edges &= ~(0x80000000 >>> lead)
        const id = word * 32 + lead + 1
        if (first !== 0) visit(first, id - 1)
        first = first === 0 ? id : 0
      }
    }
    if (first !== 0) visit(first, words.length * 32)
  }

  override get most(): number {
    return this.words ? 16 * this.words.length : super.most
  }

  get empty(): boolean {
    const { words, runs } = this
    for (let i = 0; words && i < words.length; ++i) if (words[i] !== 0) return false
    return runs.length === 0
  }

  /** All of them, ascending. */
  ids(): number[] {
    const all: number[] = []
    this.eachRun((first, last) => {
      for (let id = first; id <= last; ++id) all.push(id)
    })
    return all
  }
}
