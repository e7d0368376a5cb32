// __tcfapi (IAB Europe TCF, CMP API v2): ping, getTCData, addEventListener, removeEventListener, and the optional getVendorList and
// getInAppTCData, by which an app that shows this page in a web view fetches what it keeps under IABTCF_ keys.
import { type IabState } from './iab-state.js'
import { idsOf, type Strings } from './strings.js'
import { tell, type VersionedApi } from './stub.js'

/** TCF: the newest version is also what 0, null and no version ask for. */
const supported = (version: unknown): boolean => version === undefined || version === null || version === 0 || Number(version) === 2

type Flags = Record<string, boolean>

/** {id: granted} for every id of `all`, or only for those wanted. */
function flags(granted: unknown, all: readonly number[], wanted: readonly number[] | undefined): Flags {
  const set = new Set(idsOf(granted))
  return Object.fromEntries((wanted ?? [...new Set([...all, ...set])]).map((id) => [id, set.has(id)]))
}

const upTo = (most: number): number[] => Array.from({ length: most }, (_, i) => i + 1)

/** TCF, InAppTCData: 1 and 0 for a bit, one character an id for a set, the first for id 1. */
function inApp(value: unknown, name = ''): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'object' || value === null) return value
  if (/^(?:consents|legitimateInterests|disclosedVendors|specialFeatureOptins)$/.test(name)) {
    const flags = value as Flags
    return upTo(Math.max(0, ...Object.keys(flags).map(Number))).map((id) => (flags[id] ? 1 : 0)).join('')
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inApp(one, key)]))
}

export class TcfApi {
  private readonly listeners_ = new Map<number, unknown>()
  private next_ = 0
  private told_ = ''

  /** @param vendorList where the site has its list, if it has one */
  constructor(
    private readonly state_: IabState,
    private readonly vendorList_?: string,
  ) {
    this.told_ = this.key_()
    state_.onMove_(() => {
      const key = this.key_()
      if (key === this.told_) return
      this.told_ = key
      for (const [id, callback] of [...this.listeners_]) tell(callback, ...this.data_(id))
    })
  }

  readonly call_: VersionedApi = (command, version, callback, parameter) => {
    if (command === 'ping' && supported(version)) tell(callback, this.ping_(), true)
    else if (!supported(version)) tell(callback, null, false)
    else if (command === 'getTCData') tell(callback, ...this.data_(undefined, parameter))
    else if (command === 'getInAppTCData') this.inApp_(callback)
    else if (command === 'addEventListener') this.add_(callback)
    else if (command === 'getVendorList') void this.list_(callback, parameter)
    else if (command === 'removeEventListener') tell(callback, this.listeners_.delete(parameter as number), true)
    else tell(callback, null, false)
  }

  private add_(callback: unknown): void {
    const answer = this.data_(this.next_ + 1)
    if (answer[1] && typeof callback === 'function') this.listeners_.set(++this.next_, callback)
    tell(callback, ...answer)
  }

  private inApp_(callback: unknown): void {
    const [data, fine] = this.data_(undefined)
    const { outOfBand: _outOfBand, cmpStatus: _cmpStatus, ...all } = data ?? {}
    tell(callback, fine ? inApp(all) : null, fine)
  }

  /**
   * TCF, getVendorList: the list of the TC string's version, of the version that is asked for, or the 'LATEST'. The site has one, so
   * another version is not to be had.
   */
  private async list_(callback: unknown, parameter: unknown): Promise<void> {
    const wanted = parameter ?? this.state_.current_?.tcFields?.['vendorListVersion'] ?? 'LATEST'
    const list = await this.fetched_()
    const version = list?.vendorListVersion
    const asked = typeof wanted === 'number' || typeof wanted === 'string' ? String(wanted) : ''
    const fine = typeof version === 'number' && (asked === 'LATEST' || (/^[1-9]\d*$/.test(asked) && Number(asked) === version))
    tell(callback, fine ? list : null, fine)
  }

  private async fetched_(): Promise<{ vendorListVersion?: unknown } | null> {
    try {
      const response = this.vendorList_ === undefined ? null : await fetch(this.vendorList_)
      return response?.ok ? ((await response.json()) as object) : null
    } catch {
      return null
    }
  }

  /** When listeners have to be told anew. */
  private key_(): string {
    const now = this.state_.current_
    return now ? [now.tc, now.ac, now.gdprApplies, this.event_(now)].join() : this.state_.status_
  }

  /**
   * TCF: `tcloaded` where a choice stands and nothing is asked, `cmpuishown` once it is, `useractioncomplete` when it was answered.
   * Undefined between the page's beginning and the banner: no string is anybody's choice yet.
   */
  private event_({ gdprApplies }: Strings): string | undefined {
    const { state_: state } = this
    if (!gdprApplies) return 'tcloaded'
    if (state.visible_) return 'cmpuishown'
    if (state.decided_) return state.acted_ ? 'useractioncomplete' : 'tcloaded'
    return state.seen_ ? 'cmpuishown' : undefined
  }

  private ping_(): Record<string, unknown> {
    const { state_: state } = this
    const now = state.current_
    const loaded = state.status_ === 'loaded'
    return {
      gdprApplies: now?.gdprApplies,
      cmpLoaded: true,
      cmpStatus: state.status_,
      displayStatus: now && !now.gdprApplies ? 'disabled' : state.display_,
      apiVersion: '2.2',
      cmpVersion: loaded ? state.cmpVersion_ : undefined,
      cmpId: loaded ? state.cmpId_ : undefined,
      gvlVersion: now?.tcFields?.['vendorListVersion'],
      tcfPolicyVersion: now?.tcFields?.['tcfPolicyVersion'],
    }
  }

  /** TCData and whether there is any. Under another law than the GDPR it says so, and no more. */
  private data_(listenerId: number | undefined, wanted?: unknown): [data: Record<string, unknown> | null, success: boolean] {
    const now = this.state_.current_
    if (!now) return [null, false]
    if (wanted !== undefined && wanted !== null && !(Array.isArray(wanted) && wanted.every(Number.isInteger))) return [null, false]
    const { tcFields: tc } = now
    const about = {
      cmpId: this.state_.cmpId_,
      cmpVersion: this.state_.cmpVersion_,
      gdprApplies: now.gdprApplies,
      tcfPolicyVersion: tc?.['tcfPolicyVersion'] ?? 5,
      eventStatus: this.event_(now),
      cmpStatus: 'loaded',
      ...(listenerId === undefined ? {} : { listenerId }),
    }
    if (!tc) return [about, true]
    const disclosed = idsOf(tc['disclosedVendors'])
    const only = (wanted ?? undefined) as number[] | undefined
    const none = { consents: {}, legitimateInterests: {} }
    return [
      {
        ...about,
        tcString: now.tc,
        isServiceSpecific: tc['isServiceSpecific'],
        // Its name until TCF 2.2, and since.
        useNonStandardStacks: tc['useNonStandardTexts'],
        useNonStandardTexts: tc['useNonStandardTexts'],
        publisherCC: tc['publisherCC'],
        purposeOneTreatment: tc['purposeOneTreatment'],
        outOfBand: { allowedVendors: {}, disclosedVendors: flags(tc['disclosedVendors'], disclosed, only) },
        purpose: { consents: flags(tc['purposesConsent'], upTo(11), undefined), legitimateInterests: flags('', upTo(11), undefined) },
        vendor: {
          consents: flags(tc['vendorConsents'], disclosed, only),
          legitimateInterests: flags('', disclosed, only),
          disclosedVendors: flags(tc['disclosedVendors'], disclosed, only),
        },
        specialFeatureOptins: flags(tc['specialFeatureOptIns'], upTo(2), undefined),
        publisher: { ...none, customPurpose: none, restrictions: {} },
        ...(now.ac ? { addtlConsent: now.ac } : {}),
      },
      true,
    ]
  }
}
