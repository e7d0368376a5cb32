// @metrofax/consent/ledger: what can be shown later. For servers; nothing of it is in a page.
export { LedgerCore, LedgerError, NO_ENTRY } from './core.js'
export { SigningKey, VerifyingKey } from './crypto.js'
export { Ledger, type Appended, type LedgerEvent, type LedgerHead, type LedgerHealth, type LedgerOptions, type StoredEntry } from './ledger.js'
export { SCHEMA, type LedgerDatabase, type LedgerRow, type LedgerStatement, type LedgerValue } from './database.js'
export {
  receiptOf, signReceipt, toDpv, toKantara, verifyReceipt, type Receipt, type ReceiptFacts, type ReceiptParty, type ReceiptPurpose, type UnsignedReceipt,
} from './receipt.js'
export { ANSWER_WITHIN, disclosureList, personFile, recordDisclosure, requestList, type Disclosure, type ListedDisclosure, type ListRequest } from './disclosures.js'
export { buildProfile, type AskProfile, type Observation, type Profile, type ProfileSource } from './profile.js'
export { carryOutDeletion, type DeletionPlace, type DeletionReport } from './deletion.js'
export { createConsentDesk, type ConsentDesk, type DeskNotice, type DeskOptions } from './desk.js'
export { OTHER, reportOf, type DayCount, type LedgerReport, type NameCount, type PurposeCount, type VendorCount } from './report.js'
export { csv, type Cell } from './csv.js'
export { sweepRetention, type RetentionPlace, type RetentionReport } from './retention.js'
