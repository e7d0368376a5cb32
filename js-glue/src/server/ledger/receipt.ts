// Consent receipts: ISO/IEC TS 27560:2023 in shape, with what was enforced, signed; down-converted to Kantara 1.1 and DPV.
import canonicalize from 'canonicalize'

import { type SigningKey, type VerifyingKey } from './crypto.js'

/** What a purpose is, as the policy and its notice say. */
export interface ReceiptPurpose {
  readonly id: string
  readonly description: string
  readonly state: 'granted' | 'denied'
  readonly necessary: boolean
  /** Kinds of data: "device identifier", "browsing history". */
  readonly data: readonly string[]
  /** ISO 8601 duration. */
  readonly retention: string
  /** Names of vendors. */
  readonly recipients: readonly string[]
  /** Names of vendors that the visitor refused one by one. */
  readonly refusedRecipients?: readonly string[]
  /** The verdict that followed: outcome, reason and clause of the gate. */
  readonly rule?: { readonly outcome: string; readonly reason: string; readonly clause: string | null }
}

export interface ReceiptParty {
  readonly id: string
  readonly name: string
  readonly address: string
  readonly contact: string
  /** "PII controller", "joint PII controller". */
  readonly type: string
}

/** Everything a receipt says. Times in unix seconds, texts as the visitor read them. */
export interface ReceiptFacts {
  readonly recordId: string
  /** The salted hash of the ledger, or of a browser's record; never an identifier that is readable. */
  readonly principal: string
  readonly notice: { readonly url: string; readonly sha256: string; readonly language: string }
  readonly policy: { readonly id: string; readonly version: string; readonly sha256: string }
  readonly regime: { readonly id: string; readonly model: 'opt-in' | 'opt-out' }
  /** ISO 3166 code of the place whose law is applied. */
  readonly jurisdiction: string
  readonly purposes: readonly ReceiptPurpose[]
  readonly parties: readonly ReceiptParty[]
  /** Where the record lies: ISO 3166 codes. */
  readonly locations: readonly string[]
  readonly withdrawal: string
  readonly rights: string
  readonly event: {
    readonly at: number
    /** ISO 8601 duration: how long the choice holds. */
    readonly validity: string
    readonly method: string
    /** requested, given, refused, withdrawn, expired or invalidated (TS 27560). */
    readonly state: 'requested' | 'given' | 'refused' | 'withdrawn' | 'expired' | 'invalidated'
  }
  readonly signals: { readonly gpcHeader: boolean | null; readonly gpcScript: boolean | null; readonly dnt: boolean | null; readonly optOuts: readonly string[] }
  /** What then happened in the page. */
  readonly enforcement: {
    readonly released: readonly string[]
    readonly blocked: number
    readonly purged: readonly string[]
    readonly residue: readonly string[]
    /** Of `blocked`, whose requests they were, where that is known. */
    readonly blockedBy?: readonly { readonly vendor: string; readonly count: number }[]
  }
  /** Its place in the ledger. */
  readonly ledger?: { readonly seq: number; readonly sha256: string; readonly prev_sha256: string }
}

const SCHEMA_VERSION = 'ISO/IEC TS 27560:2023; metrofax-consent-receipt-1'
const SIGNED = 'metrofax-consent-receipt-1\n'

const time = (seconds: number): string => new Date(seconds * 1000).toISOString()

/** The receipt, unsigned. Names of members are the specification's where it has them. */
export function receiptOf(facts: ReceiptFacts) {
  const { purposes, parties, event, notice, policy, regime } = facts
  return {
    header: { schema_version: SCHEMA_VERSION, record_id: facts.recordId, pii_principal_id: facts.principal },
    pii_processing: {
      privacy_notice: notice.url,
      privacy_notice_sha256: notice.sha256,
      language: notice.language,
      policy: { id: policy.id, version: policy.version, sha256: policy.sha256 },
      regime: { id: regime.id, model: regime.model },
      purposes: purposes.map((purpose) => ({
        purpose: purpose.id,
        purpose_description: purpose.description,
        purpose_type: purpose.necessary ? 'necessary' : 'optional',
        lawful_basis: purpose.necessary ? 'contract' : regime.model === 'opt-in' ? 'consent' : 'notice and opt-out',
        state: purpose.state,
        pii_information: purpose.data.map((kind) => ({ pii_type: kind, pii_optional: !purpose.necessary, sensitive_pii_category: false })),
        pii_controllers: parties.map(({ id }) => id),
        collection_method: event.method,
        processing_method: 'automated',
        storage_locations: facts.locations,
        retention_period: purpose.retention,
        processing_locations: facts.locations,
        jurisdiction: facts.jurisdiction,
        recipient_third_parties: purpose.recipients,
        ...(purpose.refusedRecipients?.length ? { refused_third_parties: purpose.refusedRecipients } : {}),
        withdrawal_method: facts.withdrawal,
        privacy_rights: facts.rights,
        ...(purpose.rule ? { rule: purpose.rule } : {}),
      })),
    },
    party_identification: parties.map((party) => ({ party_id: party.id, party_name: party.name, party_address: party.address, party_contact: party.contact, party_type: party.type })),
    events: [{ event_time: time(event.at), validity_duration: event.validity, entity_id: facts.principal, event_type: event.method, event_state: event.state }],
    signals: { gpc_header: facts.signals.gpcHeader, gpc_script: facts.signals.gpcScript, dnt: facts.signals.dnt, opt_outs: facts.signals.optOuts },
    enforcement: { ...facts.enforcement },
    ...(facts.ledger ? { ledger: { ...facts.ledger } } : {}),
  }
}

export type UnsignedReceipt = ReturnType<typeof receiptOf>
export type Receipt = UnsignedReceipt & { readonly signature: { readonly alg: 'Ed25519'; readonly key: string; readonly value: string } }

/** Signs the RFC 8785 form; `mfconsent receipt verify` checks it offline. */
export async function signReceipt(receipt: UnsignedReceipt, key: SigningKey): Promise<Receipt> {
  return { ...receipt, signature: { alg: 'Ed25519', key: key.id, value: await key.sign(SIGNED + (canonicalize(receipt) ?? '')) } }
}

/** Whether a receipt is as its issuer signed it. False for anything that is none. */
export async function verifyReceipt(receipt: unknown, keys: readonly VerifyingKey[]): Promise<boolean> {
  if (typeof receipt !== 'object' || receipt === null || !('signature' in receipt)) return false
  const { signature, ...rest } = receipt as Record<string, unknown>
  const { alg, key: id, value } = (signature ?? {}) as Record<string, unknown>
  const key = keys.find((one) => one.id === id)
  return alg === 'Ed25519' && typeof value === 'string' && key !== undefined && key.verify(SIGNED + (canonicalize(rest) ?? ''), value)
}

/**
 * Kantara Initiative Consent Receipt 1.1. It knows no withdrawal and no refusal: undefined for a receipt of one, rather than
 * one that says less than the truth.
 */
export function toKantara(receipt: UnsignedReceipt): Record<string, unknown> | undefined {
  const [event] = receipt.events
  if (!event || event.event_state !== 'given') return undefined
  const { pii_processing: processing } = receipt
  const granted = processing.purposes.filter(({ state }) => state === 'granted')
  return {
    version: 'KI-CR-v1.1.0',
    jurisdiction: granted[0]?.jurisdiction ?? '',
    consentTimestamp: Math.floor(Date.parse(event.event_time) / 1000),
    collectionMethod: event.event_type,
    consentReceiptID: receipt.header.record_id,
    language: processing.language,
    piiPrincipalId: receipt.header.pii_principal_id,
    piiControllers: receipt.party_identification.map((party) => ({ piiController: party.party_name, contact: party.party_contact, address: { streetAddress: party.party_address }, email: party.party_contact, phone: '' })),
    policyUrl: processing.privacy_notice,
    services: [
      {
        service: processing.policy.id,
        purposes: granted.map((purpose) => ({
          purpose: purpose.purpose_description,
          purposeCategory: [purpose.purpose],
          consentType: 'EXPLICIT',
          piiCategory: purpose.pii_information.map(({ pii_type: kind }) => kind),
          primaryPurpose: purpose.purpose_type === 'necessary',
          termination: purpose.retention_period,
          thirdPartyDisclosure: purpose.recipient_third_parties.length > 0,
          ...(purpose.recipient_third_parties.length > 0 ? { thirdPartyName: purpose.recipient_third_parties.join(', ') } : {}),
        })),
      },
    ],
    sensitive: false,
    spiCat: [],
  }
}

const STATUS: Readonly<Record<string, string>> = {
  requested: 'dpv:ConsentRequested',
  given: 'dpv:ConsentGiven',
  refused: 'dpv:ConsentRefused',
  withdrawn: 'dpv:ConsentWithdrawn',
  expired: 'dpv:ConsentExpired',
  invalidated: 'dpv:ConsentInvalidated',
}

/** W3C Data Privacy Vocabulary 2, as JSON-LD, by the table of the DPV guide to ISO/IEC TS 27560. */
export function toDpv(receipt: UnsignedReceipt): Record<string, unknown> {
  const { pii_processing: processing } = receipt
  const [event] = receipt.events
  const urn = (name: string) => `urn:metrofax:${name}`
  const thirdParties = (names: readonly string[]) => names.map((name) => ({ '@type': 'dpv:ThirdParty', 'dpv:hasName': name }))
  return {
    '@context': {
      dpv: 'https://w3id.org/dpv#',
      dct: 'http://purl.org/dc/terms/',
      xsd: 'http://www.w3.org/2001/XMLSchema#',
    },
    '@id': `urn:uuid:${receipt.header.record_id}`,
    '@type': ['dpv:ConsentRecord', 'dpv:ConsentReceipt'],
    'dct:identifier': receipt.header.record_id,
    'dct:conformsTo': receipt.header.schema_version,
    'dpv:hasDataSubject': { '@id': urn(`principal:${receipt.header.pii_principal_id}`), '@type': 'dpv:DataSubject', 'dct:identifier': receipt.header.pii_principal_id },
    'dpv:hasNotice': { '@id': processing.privacy_notice, '@type': 'dpv:ConsentNotice', 'dct:language': processing.language },
    'dpv:hasConsentStatus': { '@id': STATUS[event?.event_state ?? ''] ?? 'dpv:ConsentUnknown' },
    'dct:date': { '@type': 'xsd:dateTime', '@value': event?.event_time ?? '' },
    'dct:valid': event?.validity_duration ?? '',
    'dpv:isImplementedByEntity': { '@id': urn(`principal:${event?.entity_id ?? ''}`) },
    'dpv:hasDataController': receipt.party_identification.map((party) => ({
      '@id': urn(`party:${party.party_id}`),
      '@type': 'dpv:DataController',
      'dct:identifier': party.party_id,
      'dct:description': party.party_type,
      'dpv:hasName': party.party_name,
      'dpv:hasAddress': party.party_address,
      'dpv:hasContact': party.party_contact,
    })),
    'dpv:hasProcess': processing.purposes.map((purpose) => ({
      '@id': urn(`purpose:${purpose.purpose}`),
      '@type': 'dpv:Process',
      'dpv:hasPurpose': { '@id': urn(`purpose-of:${purpose.purpose}`), '@type': 'dpv:Purpose', 'dct:description': purpose.purpose_description },
      'dpv:hasLegalBasis': { '@id': purpose.lawful_basis === 'consent' ? 'dpv:Consent' : purpose.lawful_basis === 'contract' ? 'dpv:Contract' : 'dpv:LegalBasis' },
      'dpv:hasConsentStatus': { '@id': purpose.state === 'granted' ? 'dpv:ConsentGiven' : 'dpv:ConsentRefused' },
      'dpv:hasPersonalData': purpose.pii_information.map(({ pii_type: kind }) => ({ '@type': 'dpv:PersonalData', 'dct:title': kind })),
      'dpv:hasRecipient': thirdParties(purpose.recipient_third_parties),
      'dpv:hasStorageCondition': [
        { '@type': 'dpv:StorageDuration', 'dpv:hasDuration': purpose.retention_period },
        ...purpose.storage_locations.map((place) => ({ '@type': 'dpv:StorageLocation', 'dpv:hasLocation': place })),
      ],
      'dpv:hasJurisdiction': purpose.jurisdiction,
      'dpv:hasNecessity': { '@id': purpose.purpose_type === 'necessary' ? 'dpv:Required' : 'dpv:Optional' },
      'dpv:hasConsentControl': { '@id': purpose.withdrawal_method, '@type': 'dpv:WithdrawConsent' },
      'dpv:hasRight': { '@id': purpose.privacy_rights, '@type': 'dpv:DataSubjectRight' },
      // The same, with whom the visitor refused one by one: a process within it, in another state.
      ...(purpose.refused_third_parties
        ? { 'dpv:hasProcess': { '@type': 'dpv:Process', 'dpv:hasRecipient': thirdParties(purpose.refused_third_parties), 'dpv:hasConsentStatus': { '@id': 'dpv:ConsentRefused' } } }
        : {}),
    })),
  }
}
