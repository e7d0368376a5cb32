// One mail to one recipient: what the core decided about it, and what a template needs to say so.
import { type Verdict } from '../wire/gate.js'
import { issueToken, randomId, type KeyRing } from './keys.js'
import { type MailGate, type Token, type TokenKindName } from './mail-gate.js'

/** What a mail is, the same for all its recipients. */
export interface Campaign {
  readonly campaign: number
  /** Class of the mail: 'promotional', 'service', … */
  readonly class: string
  /** How much of a person it asks to record. */
  readonly asked: Verdict['mode']
  /** The most that this site ever records. Default: no limit of its own. */
  readonly ceiling?: Verdict['mode']
  /** Record less where less is allowed, instead of nothing. */
  readonly clamp?: boolean
  /** Where /b, /c, /u and /t are served, without a slash at its end. */
  readonly base: string
  /** Seconds that its tokens are good for. Default: 400 days. */
  readonly lifetime?: number
}

/** Who receives it. */
export interface Recipient {
  /** As for decide, with `now`. */
  readonly subject: Readonly<Record<string, unknown>> & { readonly now: number }
  /** Everybody else in To, Cc and Bcc. */
  readonly coRecipients?: readonly unknown[]
  /** This recipient had this mail before (referral.one-time). */
  readonly sentBefore?: boolean
}

const DAY = 86_400
const LIFETIME = 400 * DAY
/** What a token may be good for, as `mfconsent email merge --days` has it: unsubscribing works for thirty days at least. */
const SHORTEST = 30 * DAY
const LONGEST = 3650 * DAY
const MAX_U32 = 0xffff_ffff
const BASE = /^(?:https:\/\/(?=[^/])|http:\/\/localhost(?=[:/]|$))[!$%()-;=@-[\]-~]*(?<!\/)$/
/** The bytes of a URL that a token carries (core/beacons/token.cpp). */
const WEB = /^https?:\/\/[!#-;=?-[\]-~]+$/

/** What `mfconsent email merge` refuses on its command line is refused here too. */
function check({ campaign, base, lifetime = LIFETIME }: Campaign, now: number): void {
  const whole = (value: unknown, from: number, to: number): boolean => Number.isInteger(value) && (value as number) >= from && (value as number) <= to
  if (!whole(campaign, 0, MAX_U32)) throw new RangeError(`campaign: expected a whole number from 0 to ${String(MAX_U32)}, not ${String(campaign)}`)
  if (!BASE.test(base)) throw new TypeError(`base: expected an https:// address without query and without a slash at its end (security.tls), not ${JSON.stringify(base)}`)
  if (!whole(lifetime, SHORTEST, LONGEST)) throw new RangeError(`lifetime: expected whole seconds from ${String(SHORTEST)} to ${String(LONGEST)} (30 to 3650 days), not ${String(lifetime)}`)
  if (!whole(now, 1, MAX_U32 - lifetime)) throw new RangeError(`subject.now: expected unix seconds from 1, and with lifetime no later than 2106-02-07, not ${String(now)}`)
}

/** A link as a URL parser writes it, where it is not written so already. Throws for what is none, naming it. */
function webAddress(target: string): string {
  if (WEB.test(target)) return target
  if (!URL.canParse(target)) throw new TypeError(`link to ${JSON.stringify(target)}: no web address`)
  // Of a query and a fragment a parser leaves more as it is than a header may carry.
  return new URL(target).href.replace(/["<>\\]/g, encodeURIComponent)
}

/** Nothing that a template engine escapes, and nothing that stands in a mail. */
const MARK = 'mfconsentslot'

/** A mail under way. Template helpers ask it synchronously; seal() then puts the signed addresses in. */
export class Message {
  private readonly slots: Token[] = []
  private readonly nonce = randomId()
  /** Whether the mail may be sent at all. */
  readonly send: Verdict
  readonly open: Verdict
  readonly click: Verdict
  /** What its tokens stand for in the sender's records. */
  readonly ids: { readonly mail: string; readonly unsubscribe: string; readonly tracking: string }

  constructor(
    private readonly gate: MailGate,
    private readonly keys: KeyRing,
    readonly campaign: Campaign,
    readonly recipient: Recipient,
  ) {
    check(campaign, recipient.subject.now)
    const { class: topic, asked, ceiling = 'identified', clamp = false } = campaign
    const { subject, coRecipients = [], sentBefore = false } = recipient
    const beacon = { campaign: String(campaign.campaign), class: topic, asked, ceiling, clamp, coRecipients }
    this.send = gate.ask_(subject, { kind: 'email.send', class: topic, sentBefore })
    this.open = gate.ask_(subject, { kind: 'email.open', ...beacon })
    this.click = gate.ask_(subject, { kind: 'email.click', ...beacon })
    this.ids = { mail: randomId(), unsubscribe: randomId(), tracking: randomId() }
  }

  private token(kind: TokenKindName, verdict?: Verdict, target?: string): Token {
    const { campaign, lifetime = LIFETIME } = this.campaign
    const mode = verdict?.mode ?? 'off'
    const leave = kind === 'unsubscribe' || kind === 'tracking'
    return {
      kind,
      mode,
      axis: leave ? null : (verdict?.purpose ?? null),
      campaign,
      expires: this.recipient.subject.now + lifetime,
      id: leave ? this.ids[kind] : mode === 'anonymous' ? null : this.ids.mail,
      copied: (this.recipient.coRecipients?.length ?? 0) > 0,
      ...(target === undefined ? {} : { target }),
    }
  }

  private slot(token: Token): string {
    this.slots.push(token)
    return `${MARK}${this.nonce}x${this.slots.length - 1}x`
  }

  /** The pixel's markup; '' where none may be (E4). */
  pixel(): string {
    if (this.open.outcome !== 'allow') return ''
    const address = `${this.campaign.base}/b/${this.slot(this.token('open', this.open))}.gif`
    return `<img src="${address}" alt="" width="1" height="1">`
  }

  /**
   * An address that counts and leads to `target`; `target` itself where nothing is counted (E4, E9). Throws TypeError for a web
   * address that no URL parser reads.
   */
  link(target: string): string {
    const plain = this.click.outcome !== 'allow' || !/^https?:\/\//.test(target)
    return plain ? target : `${this.campaign.base}/c/${this.slot(this.token('click', this.click, webAddress(target)))}`
  }

  /** One click and no more mail of this kind; never counted (E9). */
  get unsubscribeUrl(): string {
    return `${this.campaign.base}/u/${this.slot(this.token('unsubscribe'))}`
  }

  /** Withdraws the tracking alone (E11). */
  get trackingUrl(): string {
    return `${this.campaign.base}/t/${this.slot(this.token('tracking'))}`
  }

  /** Whether rendered text still waits for addresses of this message. */
  private pattern(): RegExp {
    return new RegExp(`${MARK}${this.nonce}x(\\d+)x`, 'g')
  }

  private async issued(token: Token): Promise<string> {
    try {
      return await issueToken(this.gate, this.keys, token)
    } catch (error) {
      throw token.target === undefined ? error : new Error(`link to ${String(token.target)}: ${String(error)}`, { cause: error })
    }
  }

  /** Puts the signed tokens into what a template made. */
  async seal(rendered: string): Promise<string> {
    const wanted = new Set([...rendered.matchAll(this.pattern())].map(([, index]) => Number(index)))
    const texts = new Map<number, string>()
    for (const index of wanted) texts.set(index, await this.issued(this.slots[index]!))
    return rendered.replace(this.pattern(), (_, index: string) => texts.get(Number(index)) ?? '')
  }

  /**
   * Headers of the mail: one-click unsubscribing (RFC 8058) where the class is promotional, and for each sending service
   * named the word that it must add no pixel and no links of its own (E4: always there, never merely left out). Throws TypeError
   * for a service that has no such header here.
   */
  async headers(services: readonly Service[] = []): Promise<Record<string, string>> {
    const unsubscribe = await this.seal(this.unsubscribeUrl)
    // What the core let through as an offer is one (choice.promotional, registration.abandoned).
    const promotional = this.send.reason === 'promotional_allowed'
    return {
      ...(promotional ? { 'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } : {}),
      ...trackingOff(services),
    }
  }
}

const OFF = {
  mailgun: { 'X-Mailgun-Track': 'no', 'X-Mailgun-Track-Opens': 'no', 'X-Mailgun-Track-Clicks': 'no' },
  mailjet: { 'X-Mailjet-TrackOpen': '0', 'X-Mailjet-TrackClick': '0' },
  mandrill: { 'X-MC-Track': 'none' },
  postmark: { 'X-PM-TrackOpens': 'false', 'X-PM-TrackLinks': 'None' },
  sendgrid: { 'X-SMTPAPI': '{"filters":{"clicktrack":{"settings":{"enable":0}},"opentrack":{"settings":{"enable":0}}}}' },
  sparkpost: { 'X-MSYS-API': '{"options":{"open_tracking":false,"click_tracking":false}}' },
} as const

export type Service = keyof typeof OFF

/** The header by which each service is told that it tracks nothing. Throws TypeError for a service that is not among `Service`. */
export function trackingOff(services: readonly Service[]): Record<string, string> {
  const unknown = services.find((service) => !Object.hasOwn(OFF, service))
  // E4: a word that is left out leaves the decision to the service.
  if (unknown !== undefined) throw new TypeError(`no header is known that turns tracking off at ${JSON.stringify(unknown)}; known are ${Object.keys(OFF).join(', ')}`)
  return Object.assign({}, ...services.map((service) => OFF[service])) as Record<string, string>
}
