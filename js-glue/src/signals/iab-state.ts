// What the three APIs answer from: the strings of now, whether the interface is shown, and whether all of that can be said at all.
import { type ConsentSource, type StringMaker, type Strings } from './strings.js'

export type Surface = 'banner' | 'preferences' | 'inspector'

/** `loading` until gate, codecs and configuration are there; `error` for good where one of them cannot be had. */
export type Status = 'loading' | 'loaded' | 'error'

/** One page's state, and who wants to hear of it. */
export class IabState {
  status_: Status = 'loading'
  /** A choice was made, here or in another tab, since this page began. */
  acted_ = false
  /** Banner or preferences were shown in this page. */
  seen_ = false
  private readonly shown_ = new Set<Surface>()
  private maker_: StringMaker | null = null
  private consent_: ConsentSource | null = null
  private strings_: Strings | null = null
  private pending_ = false
  private readonly listeners_: (() => void)[] = []

  constructor(readonly cmpId_: number, readonly cmpVersion_: number) {}

  /** Everything is there. */
  open_(consent: ConsentSource, maker: StringMaker): void {
    this.consent_ = consent
    this.maker_ = maker
    this.status_ = 'loaded'
    consent.onChange(() => {
      this.acted_ = true
      this.strings_ = null
      this.soon_()
    })
    this.read_()
  }

  fail_(error: unknown): void {
    this.status_ = 'error'
    this.strings_ = null
    console.warn('iab.js answers nothing:', error instanceof Error ? error.message : error)
    this.soon_()
  }

  private read_(): Strings | null {
    if (this.status_ !== 'loaded') return null
    try {
      return (this.strings_ ??= this.maker_!.make_(Math.floor(Date.now() / 1000)))
    } catch (error) {
      this.fail_(error)
      return null
    }
  }

  /** null: nothing can be said. */
  get current_(): Strings | null {
    return this.read_()
  }

  get decided_(): boolean {
    return this.consent_?.state.decided ?? false
  }

  get visible_(): boolean {
    return this.shown_.has('banner') || this.shown_.has('preferences')
  }

  /** Whether what is said now is what the visitor wants, as far as anybody knows: under an opt-in law not before a choice. */
  get settled_(): boolean {
    if (this.shown_.has('preferences')) return false
    return this.consent_?.state.model === 'opt-out' || (this.decided_ && !this.visible_)
  }

  /** TCF: cmpDisplayStatus and GPP's displayStatus have the same three values. */
  get display_(): 'visible' | 'hidden' | 'disabled' {
    if (this.visible_) return 'visible'
    return this.decided_ && !this.seen_ ? 'disabled' : 'hidden'
  }

  show_(surface: Surface, shown: boolean): void {
    this.shown_[shown ? 'add' : 'delete'](surface)
    this.seen_ ||= this.visible_
    this.soon_()
  }

  onMove_(listener: () => void): void {
    this.listeners_.push(listener)
  }

  /** Whoever waited from before hears how things stand. */
  begin_(): void {
    this.soon_()
  }

  /** A click on "accept" is a change and a banner that goes: told of as one, in the order that the frameworks ask for. */
  private soon_(): void {
    if (this.pending_) return
    this.pending_ = true
    queueMicrotask(() => {
      this.pending_ = false
      for (const listener of this.listeners_) listener()
    })
  }
}
