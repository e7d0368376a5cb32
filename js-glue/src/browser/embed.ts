// Frames and media that wait: what a placeholder (ui/placeholders.ts) may know of one, and the visitor's word for this one alone.
import * as at from '../gen/layout.js'
import { KeptWeakMap } from '../wire/intact.js'
import { List } from '../wire/gate.js'
import { shutOut } from './fence.js'
import type { Held, Holds } from './hold.js'

/** A frame or a player that waits for a choice. Names cross to placeholders.js as they are. */
export interface Embed {
  readonly element: Element
  readonly url: string
  /** Whether it still waits. */
  waits(): boolean
  /**
   * What stands in its way: the vendor, the purposes that would have to be allowed, and whether that would let it load in this page
   * (`here`), in the next (`reload`), or not at all (`no`: nobody declared it, or no choice of the visitor's changes it).
   */
  ask(): { vendor: string | null; purposes: string[]; loads: 'here' | 'reload' | 'no' }
  /** Loads it, this once: until the next choice or page. The choice stays as it is. */
  once(): void
}

/** How many purposes one address may need. */
const MOST = 8

/** Asks about one thing as if the visitor had just granted, one by one, what it lacks; `then` while that holds. Nothing of it stays. */
function granting(holds: Holds, held: Held, then: (purposes: number[], allowed: boolean) => void): void {
  const { session_: session } = holds
  const gate = session.gate_
  if (!gate) { then([], false); return }
  const { bytes_: bytes, subject_: from } = gate
  const before = bytes.slice(from, from + at.SUBJECT_BYTES)
  const purposes: number[] = []
  try {
    let allowed
    while (!(allowed = holds.allowed_(held.how_, held.urls, held.purpose_, true)) && purposes.length < MOST) {
      const purpose = gate.purpose_()
      if (purpose > 31 || purposes.includes(purpose)) break
      purposes.push(purpose)
      gate.choose_(1 << purpose, 1 << purpose, true)
    }
    then(purposes, allowed)
  } finally {
    bytes.set(before, from)
  }
}

const waiting = new KeptWeakMap<object, Held>()
let tell: ((embed: Embed) => void) | undefined
let seen: IntersectionObserver | undefined

/** placeholders.js is there: it is told of what waits, now and later. */
export function onEmbed(holds: Holds, listener: (embed: Embed) => void): void {
  tell = listener
  for (const { element_: element } of holds.list_) if (element) seen?.observe(element)
}

const embedOf = (holds: Holds, element: Element, held: Held): Embed => ({
  element,
  url: held.urls[0]!,
  waits: () => holds.list_.has(held),
  ask() {
    let answer: ReturnType<Embed['ask']> | undefined
    granting(holds, held, (numbers, allowed) => {
      const { session_: session } = holds
      const { vendor } = session.gate_?.verdictOf_() ?? { vendor: null }
      const purposes = numbers.map((number) => session.gate_!.name_(List.purposes, number)!)
      answer = { vendor, purposes, loads: !allowed ? 'no' : shutOut(session) === 'now' ? 'reload' : 'here' }
    })
    return answer!
  },
  once() {
    granting(holds, held, (_purposes, allowed) => {
      if (!allowed || !holds.list_.delete(held)) return
      holds.allowed_(held.how_, held.urls, held.purpose_) // for the log
      held.run_()
    })
  },
})

/** Smallest box of which a visitor can read anything, CSS pixels; what is smaller is no embed but a clear GIF of another kind. */
const [WIDTH, HEIGHT] = [120, 60]

/** A frame or player waits. When the visitor comes to see its place, `load` is called for placeholders.js, once. */
export function watchEmbed(holds: Holds, held: Held, load: () => void): void {
  try {
    seen ??= new IntersectionObserver((entries) => {
      for (const { target, boundingClientRect: { width, height } } of entries) {
        const one = waiting.get(target)
        const waits = one && holds.list_.has(one)
        if (waits && (width < WIDTH || height < HEIGHT)) continue
        seen!.unobserve(target)
        if (!waits) continue
        if (tell) tell(embedOf(holds, target, one))
        else load()
      }
    })
    waiting.set(held.element_!, held)
    seen.observe(held.element_!)
  } catch {
    // Without a placeholder it waits all the same.
  }
}
