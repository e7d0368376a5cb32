// What was held back, in order, and its way out when the visitor chooses.
import { Kind } from '../gen/metrofax/consent/fb/kind.js'
import type { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { announce, type Session } from './session.js'

/** Something the page wanted and may get later. */
export interface Held {
  how: Initiator
  urls: string[]
  /** A purpose the page itself named; 255 none. */
  purpose?: number
  /** Does it now. */
  run(): void
  /** Tells the page that the visitor refused; without it the thing waits for a change of mind. */
  refuse?(): void
}

const MOST = 1000

export class Holds {
  readonly list_: Held[] = []

  constructor(private readonly session_: Session) {}

  /** Whether every URL may be requested. An exception on the way denies. */
  allowed_(how: Initiator, urls: string[], purpose?: number, quiet?: boolean): boolean {
    try {
      return urls.every((url) => this.session_.ask_(Kind.web_request, how, url, '', purpose, quiet))
    } catch {
      return false
    }
  }

  /** Runs it now if it may, else keeps it. */
  try_(held: Held): void {
    if (this.allowed_(held.how, held.urls, held.purpose)) held.run()
    else this.keep_(held)
  }

  /** Keeps it until the visitor chooses; refuses it at once where they have. */
  keep_(held: Held): void {
    if (held.refuse && this.session_.state_().decided) held.refuse()
    else if (this.list_.push(held) > MOST) this.list_.shift()?.refuse?.()
  }

  /** The visitor chose: what is allowed now goes, in the order it came; what was refused is told so. */
  settle_(): void {
    const decided = this.session_.state_().decided
    for (const held of this.list_.splice(0)) {
      const released = this.allowed_(held.how, held.urls, held.purpose, true)
      if (!released && !(decided && held.refuse)) {
        this.list_.push(held)
        continue
      }
      try {
        if (released) {
          this.allowed_(held.how, held.urls, held.purpose) // once more for the log
          held.run()
        } else held.refuse!()
      } catch (error) {
        reportError(error)
      }
      if (released) announce('released', { urls: held.urls })
    }
  }
}

const PLAIN = /^https?:\/\/[a-z0-9.-]+(:\d+)?\/[!-[\]-~]*$/

/** The URL as the browser will request it. What the browser cannot read goes on as it is: the core denies it. */
export function resolved(url: unknown): string {
  const text = String(url)
  if (PLAIN.test(text)) return text
  try {
    return new URL(text, document.baseURI).href
  } catch {
    return text
  }
}

/** The URLs in a srcset. A comma inside a URL makes two of it, of which the first still names the host. */
export const candidates = (srcset: unknown): string[] =>
  String(srcset)
    .split(/[\s,]+/)
    .filter((part) => part && !/^[\d.]+[wxh]$/.test(part))
    .map(resolved)
