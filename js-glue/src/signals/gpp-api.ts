// __gpp (IAB Tech Lab, GPP CMP API 1.1): ping, addEventListener, removeEventListener, hasSection, getSection, getField. Sections are
// handed out as the specification has them, an object a segment with ids as arrays, not as one flat object as its own library does.
import { type IabState } from './iab-state.js'
import { GPP_STUB, tell, type GppApi, type GppListener } from './stub.js'

/** TCF 2.2: its data are had from an event only, where one learns of later ones. */
const EVENTS_ONLY = 'tcfeuv2'

export class GppApiServer {
  private readonly listeners_ = new Map<number, unknown>()
  private next_: number
  /** What listeners know: status, display, signal, string. */
  private told_ = { status: '', display: '', ready: '', gpp: '' }

  /** Listeners that stood in the queue's time keep their ids. */
  constructor(
    private readonly state_: IabState,
    private readonly sections_: readonly [id: number, prefix: string][],
    before: readonly GppListener[] = [],
    last = 0,
  ) {
    this.next_ = last
    for (const { id, callback } of before) {
      this.listeners_.set(id, callback)
      this.next_ = Math.max(this.next_, id)
    }
    // What the stub has told those who listened by then, or nobody.
    const told = before.length > 0 ? GPP_STUB : null
    this.told_ = {
      status: told?.cmpStatus ?? state_.status_,
      display: told?.cmpDisplayStatus ?? state_.display_,
      ready: told?.signalStatus ?? this.ready_(),
      gpp: state_.current_?.gpp ?? '',
    }
    state_.onMove_(() => { this.move_() })
  }

  readonly call_: GppApi = (command, callback, parameter) => {
    const now = this.state_.current_
    const name = typeof parameter === 'string' ? parameter : ''
    if (command === 'ping') tell(callback, this.ping_(), true)
    else if (command === 'addEventListener') this.add_(callback)
    else if (command === 'removeEventListener') tell(callback, this.listeners_.delete(parameter as number), true)
    else if (!now || !name) tell(callback, null, false)
    else if (command === 'hasSection') tell(callback, Object.hasOwn(now.sections, name), true)
    else if (command === 'getSection') {
      const section = name !== EVENTS_ONLY && Object.hasOwn(now.sections, name) ? structuredClone(now.sections[name]) : null
      tell(callback, section, section !== null)
    } else if (command === 'getField') {
      const [prefix = '', field = ''] = name.split('.')
      const segment = prefix !== EVENTS_ONLY && Object.hasOwn(now.sections, prefix) ? now.sections[prefix]!.find((one) => Object.hasOwn(one, field)) : undefined
      tell(callback, segment ? structuredClone(segment[field]) : null, segment !== undefined)
    } else tell(callback, null, false)
  }

  private ready_(): 'ready' | 'not ready' {
    return this.state_.current_ && this.state_.settled_ ? 'ready' : 'not ready'
  }

  private add_(callback: unknown): void {
    const fine = this.state_.status_ !== 'error' && typeof callback === 'function'
    const listenerId = fine ? ++this.next_ : 0
    if (fine) this.listeners_.set(listenerId, callback)
    tell(callback, { eventName: 'listenerRegistered', listenerId, data: fine, pingData: this.ping_() }, fine)
  }

  private fire_(eventName: string, data: unknown): void {
    for (const [listenerId, callback] of [...this.listeners_]) tell(callback, { eventName, listenerId, data, pingData: this.ping_() }, true)
  }

  /** GPP: signalStatus is the first and the last of a chain of events; "not ready" before anything changes, "ready" when all has. */
  private move_(): void {
    const { state_: state, told_: told } = this
    const status = state.status_
    const display = state.display_
    const now = state.current_
    const gpp = now?.gpp ?? ''
    if (status !== told.status) {
      told.status = status
      if (status === 'error') this.fire_('error', 'The consent strings cannot be made.')
      this.fire_('cmpStatus', status)
    }
    const changes = gpp !== told.gpp
    const ready = this.ready_()
    if (told.ready === 'ready' && (changes || ready === 'not ready')) this.signal_('not ready')
    if (display !== told.display) {
      told.display = display
      this.fire_('cmpDisplayStatus', display)
    }
    if (changes) {
      told.gpp = gpp
      if (now?.section) this.fire_('sectionChange', now.section)
    }
    if (told.ready !== ready) this.signal_(ready)
  }

  private signal_(status: 'ready' | 'not ready'): void {
    this.told_.ready = status
    this.fire_('signalStatus', status)
  }

  private ping_(): Record<string, unknown> {
    const { state_: state } = this
    const now = state.current_
    return {
      ...GPP_STUB,
      cmpStatus: state.status_,
      cmpDisplayStatus: state.display_,
      // While a change is told of step by step, not more than what was told.
      signalStatus: this.told_.ready || this.ready_(),
      supportedAPIs: this.sections_.map(([id, prefix]) => `${id}:${prefix}`),
      cmpId: state.cmpId_,
      ...(now && {
        sectionList: [...now.sectionIds],
        // -1: no section applies.
        applicableSections: now.section === null ? [-1] : [...now.sectionIds],
        gppString: now.gpp,
        // Copies: what one script does to its answer is not another's answer.
        parsedSections: structuredClone(now.sections),
      }),
    }
  }
}
