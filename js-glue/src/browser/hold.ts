// What was held back, in order, and its way out when the visitor chooses.
import { KeptSet } from '../wire/intact.js'
import { Kind } from '../gen/metrofax/consent/fb/kind.js'
import type { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { absolute, baseOf, matches, pattern, stringOf } from './native.js'
import { announce, type Session } from './session.js'

/** Something the page wanted and may get later. */
export interface Held {
  how_: Initiator
  urls: string[]
  /** A purpose the page itself named; 255 none. */
  purpose_?: number
  /** The frame or player that waits. */
  element_?: Element | undefined
  /** Does it now. */
  run_(): unknown
  /** Tells the page that the visitor refused; without it the thing waits for a change of mind. */
  refuse_?(): void
}

const MOST = 1000

export class Holds {
  /** In the order it came; whoever takes something out of it has it to themselves. */
  readonly list_ = new KeptSet<Held>()

  /** Told of every frame and player that waits. */
  embedded_: (held: Held) => void = () => undefined

  constructor(readonly session_: Session) {}

  /** Whether every URL may be requested. An exception on the way denies, and a page cannot answer in our place. */
  allowed_(how: Initiator, urls: string[], purpose?: number, quiet?: boolean): boolean {
    try {
      for (let i = 0; i < urls.length; ++i) if (!this.session_.ask_(Kind.web_request, how, urls[i]!, '', purpose, quiet)) return false
      return true
    } catch {
      return false
    }
  }

  /** Runs it now if it may, else keeps it. */
  try_(held: Held): void {
    if (this.allowed_(held.how_, held.urls, held.purpose_)) held.run_()
    else this.keep_(held)
  }

  /** Keeps it until the visitor chooses; refuses it at once where they have. */
  keep_(held: Held): void {
    if (held.refuse_ && this.session_.state_().decided) held.refuse_()
    else if (this.list_.add(held).size > MOST) {
      const [oldest] = this.list_
      this.list_.delete(oldest!)
      oldest!.refuse_?.()
    }
    if (held.element_) this.embedded_(held)
  }

  /** The page does not want it any more. */
  drop_(held: Held | undefined): void {
    this.list_.delete(held!)
  }

  /** The visitor chose: what is allowed now goes, in the order it came; what was refused is told so. */
  settle_(): void {
    for (const held of [...this.list_]) {
      if (!this.list_.has(held)) continue // what ran before it may have taken it back
      // What this page's policy shuts out would be lost: it comes with the next page.
      const released = this.session_.reload_ !== 'now' && this.allowed_(held.how_, held.urls, held.purpose_, true)
      if (!released && !(held.refuse_ && this.session_.state_().decided)) continue
      this.list_.delete(held)
      try {
        if (released) {
          this.allowed_(held.how_, held.urls, held.purpose_) // once more for the log
          held.run_()
        } else held.refuse_!()
      } catch (error) {
        reportError(error)
      }
      if (released) announce('released', { urls: held.urls })
    }
  }
}

/** What is read the same with a base and without, and what comes with its address. */
const PLAIN = pattern(/^(?:https?:\/\/[a-z0-9.-]+(:\d+)?\/[!-[\]-~]*$|data:)/)
/** A path of the base's origin, in which nothing is to be resolved or escaped. */
const PATH = pattern(/^\/(?![/.]|[^]*\/\.)[!#-&(-;=?-[\]_a-z|~]*$/)
const ORIGIN = pattern(/^https?:\/\/[a-z0-9.-]+(?::\d+)?(?=\/)/)
let [knownBase, knownOrigin] = ['', '']
const originOf = (base: string): string => {
  if (base !== knownBase) [knownBase, knownOrigin] = [base, ORIGIN.exec(base)?.[0] ?? '']
  return knownOrigin
}

/** The URL as the browser will request it. What the browser cannot read goes on as it is: the core denies it. */
export function resolved(url: unknown, base?: unknown): string {
  const text = stringOf(url)
  if (PLAIN.exec(text)) return text
  try {
    const from = typeof base === 'string' ? base : baseOf(document) // map() passes a number on
    const origin = PATH.exec(text) && originOf(from)
    // A URL object costs more than all the rest of the way.
    return origin ? origin + text : absolute(text, from)
  } catch {
    return text
  }
}

/** All of them. */
export function resolvedAll(urls: string[], base?: string): string[] {
  for (let i = 0; i < urls.length; ++i) urls[i] = resolved(urls[i], base)
  return urls
}

const CANDIDATE = pattern(/[^\s,]+/g)
const DESCRIPTOR = pattern(/^[\d.]+[wxh]$/)

/** The URLs in a srcset. A comma inside a URL makes two of it, of which the first still names the host. */
export function candidates(srcset: string): string[] {
  const found: string[] = []
  for (const part of matches(CANDIDATE, srcset)) if (!DESCRIPTOR.exec(part)) found[found.length] = part
  return found
}
