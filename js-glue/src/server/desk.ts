// The core, asked on behalf of many visitors: one instance of the module, one subject after the other. Holds no rule.
import * as at from '../gen/layout.js'
import { Kind } from '../gen/metrofax/consent/fb/kind.js'
import { type Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { Outcome } from '../gen/metrofax/consent/fb/outcome.js'
import { StorageApi } from '../gen/metrofax/consent/fb/storage-api.js'
import { Tri } from '../gen/metrofax/consent/fb/tri.js'
import { OpError } from '../wire/fields.js'
import { List, type Verdict } from '../wire/gate.js'
import { writeSubject } from '../wire/request-json.js'
import { lineOf, shortened } from '../wire/line.js'
import { type ServerGate } from './server-gate.js'

/** What a site knows of a visitor beside the request itself. */
export interface Facts {
  /** ISO 3166-1 alpha-2 country, and the region behind the hyphen of ISO 3166-2; unknown: the strict regime (W7). */
  readonly country?: string | undefined
  readonly region?: string | undefined
  /** The id of a regime, where the site decided that itself. */
  readonly regime?: string | undefined
  readonly age?: 'unknown' | 'under13' | '13plus' | undefined
  /** The visitor is known to have opted out as by Sec-GPC, in an account for instance (W1). Can only add: false says nothing. */
  readonly gpc?: boolean | undefined
  /** The visitor is known to have opted out with the Network Advertising Initiative, or with the Digital Advertising Alliance (W9). */
  readonly naiOptOut?: boolean | undefined
  readonly daaOptOut?: boolean | undefined
}

/** One visitor at one moment, from one page. */
export interface Visit {
  readonly subject: Uint8Array
  /** URL of the page that asks. */
  readonly page: string
  /** The id of the regime in force. */
  readonly regime: string
  readonly gpc: boolean
  /** Opt-outs beside it that the page's runtime is to know: attributes of its script. */
  readonly optOuts: Readonly<Record<string, string>>
  /** The consent cookie was there and could not be read: the visitor is asked again. */
  readonly damaged: boolean
}

/** Asks for visitors. Answers interleave as their pages stream: each question first puts its visitor before the core. */
export class Desk {
  private present: Visit | undefined

  constructor(
    readonly gate: ServerGate,
    private readonly note: (error: unknown) => void,
  ) {}

  /** Reads a request: consent cookie and those that opt out, Sec-GPC, DNT. now: unix seconds. cookie: the Cookie header, where it is not the request's. */
  visit(request: Request, page: string, facts: Facts, now: number, cookie = request.headers.get('cookie') ?? ''): Visit {
    const { gate } = this
    this.present = undefined
    const gpc = facts.gpc === true || gate.header_('gpc', request.headers.get('sec-gpc')) === Tri.on
    const dnt = gate.header_('dnt', request.headers.get('dnt'))
    const { country, region, regime, age, naiOptOut = false, daaOptOut = false } = facts
    const signals = {
      ...(gpc ? { gpc } : {}),
      ...(dnt === Tri.unset ? {} : { dnt: dnt === Tri.on }),
      ...(naiOptOut ? { naiOptOut } : {}),
      ...(daaOptOut ? { daaOptOut } : {}),
    }
    const place = { ...(country ? { country } : {}), ...(region ? { region } : {}) }
    const known = { now, signals, ...(age ? { age } : {}) }
    try {
      writeSubject(gate, { ...known, ...(regime ? { regime } : place) })
    } catch (error) {
      if (!(error instanceof OpError)) throw error
      // A regime that the policy does not have: as if nobody knew the place, which is the strict one.
      this.note(error)
      writeSubject(gate, known)
    }
    const damaged = !gate.readConsent_(cookie)
    gate.describe_()
    const view = gate.view_
    return {
      subject: new Uint8Array(view.buffer).slice(gate.subject_, gate.subject_ + at.SUBJECT_BYTES),
      page,
      regime: gate.name_(List.regimes, view.getUint16(gate.facts_ + at.FACTS_REGIME, true)) ?? '',
      gpc,
      optOuts: { ...(dnt === Tri.on ? { 'data-dnt': '1' } : {}), ...(naiOptOut ? { 'data-nai': '1' } : {}), ...(daaOptOut ? { 'data-daa': '1' } : {}) },
      damaged,
    }
  }

  /** Puts a visitor before the core. */
  private turnTo(visit: Visit): ServerGate {
    const { gate } = this
    if (this.present !== visit) {
      new Uint8Array(gate.view_.buffer).set(visit.subject, gate.subject_)
      gate.setPage_(visit.page)
      gate.view_.setUint8(gate.request_ + at.REQUEST_PURPOSE, 255)
      this.present = visit
    }
    return gate
  }

  /** Whether a URL may be requested; anything but `allow` is a no, an exception too. */
  mayRequest(visit: Visit, how: Initiator, url: string): boolean {
    return this.turnTo(visit).decide_(Kind.web_request, how, url) === Outcome.allow
  }

  /** Whether a Set-Cookie line may be sent. */
  maySetCookie(visit: Visit, line: string): boolean {
    return this.turnTo(visit).decide_(Kind.web_storage, StorageApi.httpCookie, line) === Outcome.allow
  }

  /** The Set-Cookie line as it may be sent: as it is, for a shorter time, or not at all. */
  cookieAsAllowed(visit: Visit, line: string): string | null {
    if (this.maySetCookie(visit, line)) return line
    const age = this.gate.maxAge_()
    const shorter = age < 0 ? '' : shortened(line, age)
    return shorter && this.maySetCookie(visit, shorter) ? shorter : null
  }

  /** Whether a cookie of this name may stay: asked as if it were set now, for the session. */
  mayStay(visit: Visit, name: string): boolean {
    return this.maySetCookie(visit, lineOf(name))
  }

  /** The whole of the verdict on a request. */
  verdict(visit: Visit, how: Initiator, url: string): Verdict {
    this.turnTo(visit).decide_(Kind.web_request, how, url)
    return this.gate.verdictOf_()
  }

  /** Does something with the core while the visitor is before it. */
  with<T>(visit: Visit, work: (gate: ServerGate) => T): T {
    const gate = this.turnTo(visit)
    this.present = undefined
    return work(gate)
  }
}
