// The mail part of @metrofax/consent/server.
export { choose, type Choice, type Occasion } from './choices.js'
export { mailRoutes, type MailRoutesOptions } from './routes.js'
export { type Fetched, type Outcome, type Recording } from './decide-fetches.js'
export { Recorder, type RecorderOptions } from './recorder.js'
export { LANGUAGES, TEXTS, type Language } from './texts.js'
export { openD1, type D1 } from '../store/d1.js'
export { MailStore, type MailEvent, type Receipt, type SentMail, type StoredRecipient, type StoredSubject } from '../store/mail-store.js'
export { type Database } from '../store/database.js'
