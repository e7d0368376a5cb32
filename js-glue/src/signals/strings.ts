// The visitor's choice as IAB's strings, and the strings as what their APIs hand out. What is granted is asked of the gate, how it is
// written of codecs.wasm; what cannot be asked or written is an error, never a guess.
import { idOf, table } from './codec-table.js'
import { IdSet, isFault, type Codec, type Codecs } from './codecs.js'
import { ConfigError, type FrameworkConfig, type IabConfig, type TcfConfig, type UsConfig } from './iab-config.js'

/** The part of `metrofaxConsent` that is asked (interface.md, "In the page"). */
export interface ConsentSource {
  readonly status: 'locked' | 'ready'
  readonly state: {
    readonly decided: boolean
    readonly purposes: Readonly<Record<string, 'granted' | 'denied' | 'unknown'>>
    readonly regime: string
    readonly model: 'opt-in' | 'opt-out'
    readonly gpc: boolean
    readonly time: number
  }
  decide(request: { kind: 'web.request'; url: string; initiator?: string; purpose?: string }): { outcome: string; reason: string }
  onChange(listener: () => void): () => void
}

/** Fields of a section as `Codecs` reads them: names of the section's document; ids as sets. */
type Fields = Readonly<Record<string, unknown>>
/** A section as GPP's getSection gives it: one object a segment, ids as arrays, times as dates. */
export type Segments = Readonly<Record<string, unknown>>[]

/** Everything the three APIs say of one state. */
export interface Strings {
  /** GPP section in force: its client-side prefix, null where none is. */
  readonly section: string | null
  readonly gdprApplies: boolean
  /** TC string, and the same read again; '' and null where GDPR does not apply. */
  readonly tc: string
  readonly tcFields: Fields | null
  /** Additional Consent string; '' where the site names no providers. */
  readonly ac: string
  readonly gpp: string
  readonly sectionIds: readonly number[]
  readonly sections: Readonly<Record<string, Segments>>
  /** US Privacy string; `1---` outside the United States. */
  readonly usp: string
}

/** The ids of a set; none where there is no set. */
export const idsOf = (set: unknown): number[] => (set instanceof IdSet ? set.ids() : [])

const DAY = 86_400
/** Opt-outs and notices of the sections of the United States: 1 yes, 2 no. */
const yesOrNo = (yes: boolean): 1 | 2 => (yes ? 1 : 2)

/** Makes the strings of one visitor in one page. */
export class StringMaker {
  constructor(
    private readonly consent_: ConsentSource,
    private readonly codecs_: Codecs,
    private readonly config_: IabConfig,
    private readonly language_: string,
  ) {}

  private encode_(codec: Codec, value: unknown): string {
    const text = this.codecs_.encode(codec, value)
    if (isFault(text)) throw new ConfigError(`${codec}: ${text.message}`)
    return text
  }

  private decode_(codec: Codec, text: string): Fields {
    const read = this.codecs_.decode(codec, text)
    if (isFault(read)) throw new ConfigError(`${codec}: ${read.message}`)
    return read.value
  }

  /** Whether a purpose of the policy may be pursued here and now: asked as a request of the page's own for it. */
  private allows_(purpose: string): boolean {
    return this.consent_.decide({ kind: 'web.request', url: location.href, purpose }).outcome === 'allow'
  }

  /** Ids of which all purposes are granted, by the record and by the gate: a grant that has expired, or that a signal overrides, is none. */
  private granted_(map: Readonly<Record<string, readonly string[]>>): number[] {
    const { purposes } = this.consent_.state
    const has = (purpose: string): boolean => purposes[purpose] === 'granted' && this.allows_(purpose)
    return this.ids_(map, (wanted) => wanted.every(has))
  }

  /** Vendors that the gate lets the page reach because the visitor granted it; what needs no grant is not called consent. */
  private reachable_(map: Readonly<Record<string, string>>): number[] {
    return this.ids_(map, (url) => {
      const { outcome, reason } = this.consent_.decide({ kind: 'web.request', url, initiator: 'script' })
      return outcome === 'allow' && reason === 'granted'
    })
  }

  private ids_<T>(map: Readonly<Record<string, T>>, wanted: (value: T) => boolean): number[] {
    return Object.keys(map)
      .filter((id) => wanted(map[id]!))
      .map(Number)
      .sort((a, b) => a - b)
  }

  // TCF: whole days since December 2021, the same for created and last updated. Deciseconds.
  private day_(now: number): number {
    return Math.floor((this.consent_.state.time || now) / DAY) * DAY * 10
  }

  /** The core of a TC string, and who was disclosed. No purpose rests on legitimate interest here: those fields stay empty. */
  private tcf_(tcf: TcfConfig, now: number): string {
    const day = this.day_(now)
    return this.encode_('tcf', {
      cmpId: this.config_.cmpId,
      cmpVersion: this.config_.cmpVersion,
      consentLanguage: this.language_,
      consentScreen: tcf.consentScreen ?? 1,
      created: day,
      disclosedVendors: this.ids_(tcf.vendors, () => true),
      isServiceSpecific: true,
      lastUpdated: day,
      publisherCC: tcf.publisherCC,
      purposesConsent: this.granted_(tcf.purposes),
      specialFeatureOptIns: this.granted_(tcf.specialFeatures ?? {}),
      tcfPolicyVersion: tcf.tcfPolicyVersion ?? 5,
      useNonStandardTexts: tcf.useNonStandardTexts ?? true,
      vendorConsents: this.reachable_(tcf.vendors),
      vendorListVersion: tcf.vendorListVersion,
    })
  }

  /** Canada's section. What is granted was chosen, so it is express consent; none is called implied. */
  private canada_(ca: FrameworkConfig, now: number): Fields {
    const day = this.day_(now)
    return {
      CmpId: this.config_.cmpId,
      CmpVersion: this.config_.cmpVersion,
      ConsentLanguage: this.language_,
      ConsentScreen: ca.consentScreen ?? 1,
      Created: day,
      DisclosedVendors: this.ids_(ca.vendors, () => true),
      LastUpdated: day,
      PurposesExpressConsent: this.granted_(ca.purposes),
      SpecialFeatureExpressConsent: this.granted_(ca.specialFeatures ?? {}),
      TcfPolicyVersion: ca.tcfPolicyVersion ?? 1,
      UseNonStandardStacks: ca.useNonStandardTexts ?? true,
      VendorExpressConsent: this.reachable_(ca.vendors),
      VendorListVersion: ca.vendorListVersion,
    }
  }

  private ac_(providers: Readonly<Record<string, string>>): string {
    const consented = this.reachable_(providers)
    const others = this.ids_(providers, () => true).filter((id) => !consented.includes(id))
    return this.encode_('ac', { consented, disclosed: others, version: 2 })
  }

  private us_(us: UsConfig, section: string): Fields {
    const optedOut = (purposes: readonly string[]): 1 | 2 => yesOrNo(!purposes.every((purpose) => this.allows_(purpose)))
    const notice = yesOrNo(us.notice)
    const { mspa } = us
    const all: Record<string, unknown> = {
      Gpc: this.consent_.state.gpc,
      GpcSegmentIncluded: true,
      MspaCoveredTransaction: yesOrNo(mspa !== undefined),
      MspaMode: mspa ? yesOrNo(mspa === 'opt-out-option') : 0,
      MspaOptOutOptionMode: mspa ? yesOrNo(mspa === 'opt-out-option') : 0,
      MspaServiceProviderMode: mspa ? yesOrNo(mspa === 'service-provider') : 0,
      ProcessingNotice: notice,
      SaleOptOut: optedOut(us.sale),
      SaleOptOutNotice: notice,
      SharingNotice: notice,
      SharingOptOut: optedOut(us.share),
      SharingOptOutNotice: notice,
      TargetedAdvertisingOptOut: optedOut(us.targeted),
      TargetedAdvertisingOptOutNotice: notice,
    }
    const { byName, included } = table(idOf(section))!
    return Object.fromEntries(Object.entries(all).filter(([name]) => byName.has(name) || name === included))
  }

  private usp_(us: UsConfig): string {
    const optedOut = !us.sale.every((purpose) => this.allows_(purpose))
    return this.encode_('usp', { LspaCovered: us.mspa ? 'Y' : 'N', Notice: us.notice ? 'Y' : 'N', OptOutSale: optedOut ? 'Y' : 'N', Version: 1 })
  }

  /** The strings of now (unix seconds). @throws ConfigError where one cannot be made. */
  make_(now: number): Strings {
    const { tcf, ca, us, regimes } = this.config_
    const { regime } = this.consent_.state
    const section = Object.hasOwn(regimes, regime) ? regimes[regime] : undefined
    if (section === undefined) throw new ConfigError(`iab configuration, /regimes: nothing about ${regime}`)
    const gdprApplies = section === 'tcfeuv2'
    const tc = gdprApplies ? this.tcf_(tcf!, now) : ''
    const inUs = section?.startsWith('us') ?? false
    const fields = (): unknown => (gdprApplies ? tc : inUs ? this.us_(us!, section!) : this.canada_(ca!, now))
    const gpp = this.encode_('gpp', { sections: section === null ? {} : { [section]: fields() } })
    const read = this.decode_('gpp', gpp)
    return {
      section,
      gdprApplies,
      tc,
      tcFields: gdprApplies ? this.decode_('tcf', tc) : null,
      ac: gdprApplies && tcf!.additionalConsent ? this.ac_(tcf!.additionalConsent) : '',
      gpp,
      sectionIds: read['sectionIds'] as number[],
      sections: Object.fromEntries(Object.entries(read['sections'] as Record<string, Fields>).map(([name, fields]) => [name, segmentsOf(name, fields)])),
      usp: inUs ? this.usp_(us!) : '1---',
    }
  }
}

const TIMES = /^(?:Created|LastUpdated)$/

/** GPP, getSection: "an array of objects, where each object represents one sub-section", the core first. */
function segmentsOf(section: string, fields: Fields): Segments {
  const segments = new Map<number, Record<string, unknown>>()
  const typeName = section === 'tcfeuv2' ? 'SegmentType' : 'SubsectionType'
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || name === 'GpcSegmentIncluded' || name === 'form') continue
    const type = /^(?:Gpc|DisclosedVendors)$/.test(name) ? 1 : name === 'AllowedVendors' ? 2 : /^(?:PubPurposes|NumCustom|CustomPurposes)/.test(name) ? 3 : 0
    if (name === 'Gpc' && fields['GpcSegmentIncluded'] === false) continue
    const segment = segments.get(type) ?? (type ? { [typeName]: type } : {})
    segments.set(type, segment)
    segment[name] = TIMES.test(name) ? new Date((value as number) * 100) : value instanceof IdSet ? value.ids() : value
  }
  return [...segments].sort(([a], [b]) => a - b).map(([, segment]) => segment)
}
