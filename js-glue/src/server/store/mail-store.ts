// What mail remembers: who a token stands for, what they chose, what was opened. SQL that SQLite, PostgreSQL and D1 all run.
import { type Database, migrate, type Row, type Statement, type Value } from './database.js'

/** A recipient as the core asks about one; without `now`. */
export interface StoredSubject {
  readonly country?: string
  readonly region?: string
  readonly regime?: string
  readonly age?: 'unknown' | 'under13' | '13plus'
  readonly account?: { readonly state: 'none' | 'active' | 'deactivated'; readonly promotional: 'unknown' | 'in' | 'out' }
  readonly consent?: {
    readonly purposes: Readonly<Record<string, 'granted' | 'denied' | 'withdrawn'>>
    readonly policyVersion: string
    readonly time: number
    readonly combined?: boolean
  }
}

export interface StoredRecipient {
  readonly id: string
  readonly subject: StoredSubject
}

/** A receipt of a choice (E12). Never changed, never deleted but with its person (children.delete). */
export interface Receipt {
  readonly id: string
  readonly recipient: string
  /** Unix seconds. */
  readonly time: number
  /** How: 'one-click', 'preference-page', 'form', … */
  readonly method: string
  readonly purposes: Readonly<Record<string, string>>
  /** What held before. */
  readonly prior: Readonly<Record<string, string>>
  /** SHA-256 of the text that was shown, hexadecimal. */
  readonly textHash: string
  readonly locale: string
  readonly regime: string
  readonly policyVersion: string
}

/** An open or click, at most what the core said may be kept. */
export interface MailEvent {
  /** Of the fetch: the same event twice is one. */
  readonly id: string
  readonly kind: 'open' | 'click'
  readonly campaign: number
  readonly time: number
  readonly keep: 'count' | 'last_day' | 'event' | 'client'
  readonly openClass: string
  /** The recipient, for everything but a count. */
  readonly recipient: string | null
  readonly target?: string | null
  readonly address?: string | null
  readonly agent?: string | null
}

const SCHEMA: readonly (readonly string[])[] = [
  [
    'CREATE TABLE mf_recipient (id TEXT PRIMARY KEY, subject TEXT NOT NULL)',
    'CREATE TABLE mf_mail (token TEXT PRIMARY KEY, kind TEXT NOT NULL, recipient TEXT NOT NULL, campaign BIGINT NOT NULL, sent BIGINT NOT NULL)',
    'CREATE INDEX mf_mail_campaign ON mf_mail (campaign, kind)',
    `CREATE TABLE mf_receipt (id TEXT PRIMARY KEY, recipient TEXT NOT NULL, time BIGINT NOT NULL, method TEXT NOT NULL,
      purposes TEXT NOT NULL, prior TEXT NOT NULL, text_hash TEXT NOT NULL, locale TEXT NOT NULL, regime TEXT NOT NULL, policy TEXT NOT NULL)`,
    'CREATE INDEX mf_receipt_recipient ON mf_receipt (recipient, time)',
    `CREATE TABLE mf_event (id TEXT PRIMARY KEY, kind TEXT NOT NULL, campaign BIGINT NOT NULL, recipient TEXT NOT NULL, time BIGINT NOT NULL,
      class TEXT NOT NULL, target TEXT, address TEXT, agent TEXT)`,
    'CREATE INDEX mf_event_campaign ON mf_event (campaign, kind)',
    'CREATE INDEX mf_event_recipient ON mf_event (recipient)',
    // A count holds no row of a fetch; which batches are in it, so that none is added twice.
    'CREATE TABLE mf_count (campaign BIGINT NOT NULL, kind TEXT NOT NULL, total BIGINT NOT NULL, PRIMARY KEY (campaign, kind))',
    'CREATE TABLE mf_batch (id TEXT PRIMARY KEY, time BIGINT NOT NULL)',
    // E8: exactly who and the day, overwritten.
    'CREATE TABLE mf_last_open (recipient TEXT PRIMARY KEY, day TEXT NOT NULL)',
    'CREATE TABLE mf_once (key TEXT PRIMARY KEY, claim TEXT NOT NULL, time BIGINT NOT NULL)',
  ],
  // A mail is one row, found by the campaign and the id that a token of it carries: ids are random, so that an index over all
  // campaigns would be written all over with each mail. A campaign's page is read from indexes alone, in their order.
  [
    `CREATE TABLE mf_sent (campaign BIGINT NOT NULL, recipient TEXT NOT NULL, sent BIGINT NOT NULL, mail TEXT, unsubscribe TEXT, tracking TEXT)`,
    `INSERT INTO mf_sent (campaign, recipient, sent, mail, unsubscribe, tracking) SELECT campaign, recipient, sent,
      CASE WHEN kind = 'mail' THEN token END, CASE WHEN kind = 'unsubscribe' THEN token END, CASE WHEN kind = 'tracking' THEN token END FROM mf_mail`,
    'DROP TABLE mf_mail',
    ...['mail', 'unsubscribe', 'tracking'].map((id) => `CREATE UNIQUE INDEX mf_sent_${id} ON mf_sent (campaign, ${id})`),
    'CREATE INDEX mf_sent_recipient ON mf_sent (recipient)',
    'DROP INDEX mf_event_campaign',
    'CREATE INDEX mf_event_campaign ON mf_event (campaign, kind, recipient)',
  ],
]

/** Which of a mail's tokens; names of columns, too. */
export type TokenOfMail = 'mail' | 'unsubscribe' | 'tracking'

/** A mail about to be sent: what its tokens stand for. */
export interface SentMail {
  /** Ids of the tokens in it, as Message.ids and the lines of `mfconsent email merge` have them. */
  readonly ids: Readonly<Record<TokenOfMail, string>>
  readonly recipient: string
  readonly campaign: number
  /** Unix seconds. */
  readonly time: number
}

const day = (time: number): string => new Date(time * 1000).toISOString().slice(0, 10)

/**
 * Characters of JSON that one statement takes at most. D1 has two million bytes for a value, and a statement of @libsql/client
 * keeps what was bound to it until JavaScript collects it.
 */
const MOST_JSON = 400_000

/** Values as texts of JSON arrays, none longer than it may be. */
function jsonOf(values: readonly unknown[]): string[] {
  const texts: string[] = []
  let some: string[] = []
  let length = 0
  for (const value of values) {
    const text = JSON.stringify(value)
    if (length + text.length > MOST_JSON && some.length > 0) {
      texts.push(`[${some.join(',')}]`)
      some = []
      length = 0
    }
    some.push(text)
    length += text.length + 1
  }
  if (some.length > 0) texts.push(`[${some.join(',')}]`)
  return texts
}

/** INSERTs of rows, as many a statement as it takes: each statement is prepared anew, and where there is JSON its text is one for any number. */
function inserts({ most: values, json }: Database, into: string, rows: readonly (readonly Value[])[], conflict: string): Statement[] {
  const width = rows[0]?.length ?? 1
  const columns = Array.from({ length: width }, (_, i) => i)
  if (json) {
    const sql = `INSERT INTO ${into} SELECT ${columns.map((i) => `value ->> ${i}`).join(', ')} FROM json_each(?) WHERE true ON CONFLICT ${conflict}`
    return jsonOf(rows).map((text) => ({ sql, values: [text] }))
  }
  const most = Math.floor(values / width)
  const row = `(${columns.map(() => '?').join(', ')})`
  const statements: Statement[] = []
  for (let from = 0; from < rows.length; from += most) {
    const some = rows.slice(from, from + most)
    statements.push({ sql: `INSERT INTO ${into} VALUES ${some.map(() => row).join(', ')} ON CONFLICT ${conflict}`, values: some.flat() })
  }
  return statements
}

export class MailStore {
  private constructor(private readonly database: Database) {}

  /** Opens the store, its schema brought up to date. */
  static async open(database: Database): Promise<MailStore> {
    await migrate(database, SCHEMA)
    return new MailStore(database)
  }

  close(): Promise<void> {
    return this.database.close()
  }

  // ---- recipients and the mails they got

  putRecipient(recipient: StoredRecipient): Promise<void> {
    return this.putRecipients([recipient])
  }

  /** All of them or none; of two with one id the later. */
  async putRecipients(recipients: readonly StoredRecipient[]): Promise<void> {
    if (recipients.length === 0) return
    await this.database.transaction(this.recipientStatements(recipients))
  }

  private recipientStatements(recipients: readonly StoredRecipient[]): Statement[] {
    // PostgreSQL changes no row twice in one statement.
    const subjects = new Map(recipients.map(({ id, subject }) => [id, JSON.stringify(subject)]))
    return inserts(this.database, 'mf_recipient (id, subject)', [...subjects], '(id) DO UPDATE SET subject = excluded.subject')
  }

  async recipient(id: string): Promise<StoredRecipient | null> {
    const [row] = await this.database.all('SELECT id, subject FROM mf_recipient WHERE id = ?', [id])
    return row ? { id, subject: JSON.parse(String(row['subject'])) as StoredSubject } : null
  }

  /** What the tokens of a mail stand for; before it is sent. */
  putMail(ids: SentMail['ids'], recipient: string, campaign: number, time: number): Promise<void> {
    return this.putMails([{ ids, recipient, campaign, time }])
  }

  /** The same for many: all of them or none, and again it changes nothing. A thousand at once are a good number. */
  async putMails(mails: readonly SentMail[]): Promise<void> {
    if (mails.length === 0) return
    const rows = mails.map(({ ids, recipient, campaign, time }): Value[] => [campaign, recipient, time, ids.mail, ids.unsubscribe, ids.tracking])
    await this.database.transaction(inserts(this.database, 'mf_sent (campaign, recipient, sent, mail, unsubscribe, tracking)', rows, 'DO NOTHING'))
  }

  /** Who tokens stand for: by id, those that are known. A token says its campaign and its id. */
  async holders(tokens: readonly { readonly campaign: number; readonly id: string | null }[], kind: TokenOfMail): Promise<Map<string, StoredRecipient>> {
    const ids = new Map<number, Set<string>>()
    for (const { campaign, id } of tokens) if (id !== null) ids.set(campaign, (ids.get(campaign) ?? new Set()).add(id))
    const found = new Map<string, StoredRecipient>()
    for (const [campaign, all] of ids) for (const row of await this.rowsOf(campaign, [...all], kind)) {
      found.set(String(row['token']), { id: String(row['id']), subject: JSON.parse(String(row['subject'])) as StoredSubject })
    }
    return found
  }

  private async rowsOf(campaign: number, ids: readonly string[], kind: TokenOfMail): Promise<Row[]> {
    const { json, most } = this.database
    const sql = (some: string): string =>
      `SELECT s.${kind} AS token, r.id AS id, r.subject AS subject FROM mf_sent s JOIN mf_recipient r ON r.id = s.recipient WHERE s.campaign = ? AND s.${kind} IN (${some})`
    const rows: Row[] = []
    if (json) {
      for (const text of jsonOf(ids)) rows.push(...(await this.database.all(sql('SELECT value FROM json_each(?)'), [campaign, text])))
      return rows
    }
    const room = most - 1 // and the campaign
    for (let from = 0; from < ids.length; from += room) {
      const some = ids.slice(from, from + room)
      rows.push(...(await this.database.all(sql(some.map(() => '?').join(', ')), [campaign, ...some])))
    }
    return rows
  }

  /** Claims something that happens once (referral.one-time); false if it was claimed before. */
  async once(key: string, time: number): Promise<boolean> {
    const claim = crypto.randomUUID()
    await this.database.transaction([
      { sql: 'INSERT INTO mf_once (key, claim, time) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', values: [key, claim, time] },
    ])
    const [row] = await this.database.all('SELECT claim FROM mf_once WHERE key = ?', [key])
    return row?.['claim'] === claim
  }

  // ---- choices

  /** A choice takes effect and its receipt is written, or neither. Resolved, both survive a crash. */
  async choose(subject: StoredSubject, receipt: Receipt): Promise<void> {
    const { id, recipient, time, method, purposes, prior, textHash, locale, regime, policyVersion } = receipt
    await this.database.transaction([
      ...this.recipientStatements([{ id: recipient, subject }]),
      {
        sql: `INSERT INTO mf_receipt (id, recipient, time, method, purposes, prior, text_hash, locale, regime, policy)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        values: [id, recipient, time, method, JSON.stringify(purposes), JSON.stringify(prior), textHash, locale, regime, policyVersion],
      },
    ])
  }

  /** All receipts of a person, oldest first: what an export hands out. */
  async receipts(recipient: string): Promise<Receipt[]> {
    const rows = await this.database.all('SELECT * FROM mf_receipt WHERE recipient = ? ORDER BY time, id', [recipient])
    return rows.map((row) => ({
      id: String(row['id']),
      recipient: String(row['recipient']),
      time: Number(row['time']),
      method: String(row['method']),
      purposes: JSON.parse(String(row['purposes'])) as Record<string, string>,
      prior: JSON.parse(String(row['prior'])) as Record<string, string>,
      textHash: String(row['text_hash']),
      locale: String(row['locale']),
      regime: String(row['regime']),
      policyVersion: String(row['policy']),
    }))
  }

  // ---- opens and clicks

  /** Records a batch: again with the same id it changes nothing, so that a doubtful one is simply sent again. */
  async record(batch: string, events: readonly MailEvent[]): Promise<void> {
    const [known] = await this.database.all('SELECT id FROM mf_batch WHERE id = ?', [batch])
    if (known || events.length === 0) return
    const counts = new Map<string, [campaign: number, kind: string, total: number]>()
    const days = new Map<string | null, string>()
    const rows: Value[][] = []
    for (const event of events) {
      const { id, kind, campaign, recipient, time, openClass, keep, target = null, address = null, agent = null } = event
      if (keep === 'count') {
        const key = `${campaign} ${kind}`
        const count = counts.get(key)
        if (count) count[2] += 1
        else counts.set(key, [campaign, kind, 1])
      } else if (keep === 'last_day') {
        const date = day(time)
        if (date > (days.get(recipient) ?? '')) days.set(recipient, date) // PostgreSQL changes no row twice in one statement
      } else {
        const client = keep === 'client'
        rows.push([id, kind, campaign, recipient, time, openClass, target, client ? address : null, client ? agent : null])
      }
    }
    const statements: Statement[] = [
      { sql: 'INSERT INTO mf_batch (id, time) VALUES (?, ?)', values: [batch, events[0]!.time] },
      ...inserts(this.database, 'mf_event (id, kind, campaign, recipient, time, class, target, address, agent)', rows, 'DO NOTHING'),
      ...inserts(this.database, 'mf_last_open (recipient, day)', [...days], '(recipient) DO UPDATE SET day = excluded.day WHERE excluded.day > mf_last_open.day'),
      ...inserts(this.database, 'mf_count (campaign, kind, total)', [...counts.values()], '(campaign, kind) DO UPDATE SET total = mf_count.total + excluded.total'),
    ]
    await this.database.transaction(statements)
  }

  /** What a campaign's page shows: mails sent, counts, opens and clicks of people who allowed it, how many people. */
  async campaign(campaign: number): Promise<{ sent: number; counted: Record<string, number>; events: Record<string, { total: number; people: number }> }> {
    const [sent] = await this.database.all('SELECT COUNT(mail) AS n FROM mf_sent WHERE campaign = ?', [campaign])
    const counts = await this.database.all('SELECT kind, total FROM mf_count WHERE campaign = ?', [campaign])
    const events = await this.database.all(
      `SELECT kind, SUM(n) AS total, COUNT(*) AS people FROM
         (SELECT kind, COUNT(*) AS n FROM mf_event WHERE campaign = ? GROUP BY kind, recipient) AS person GROUP BY kind`,
      [campaign],
    )
    return {
      sent: Number(sent?.['n'] ?? 0),
      counted: Object.fromEntries(counts.map((row) => [String(row['kind']), Number(row['total'])])),
      events: Object.fromEntries(events.map((row) => [String(row['kind']), { total: Number(row['total']), people: Number(row['people']) }])),
    }
  }

  /** The recorded events of one person: for the person, and for the demo's lab. */
  async eventsOf(recipient: string): Promise<MailEvent[]> {
    const rows = await this.database.all('SELECT * FROM mf_event WHERE recipient = ? ORDER BY time, id', [recipient])
    return rows.map((row) => ({
      id: String(row['id']),
      kind: row['kind'] as 'open' | 'click',
      campaign: Number(row['campaign']),
      time: Number(row['time']),
      keep: row['agent'] === null && row['address'] === null ? 'event' : 'client',
      openClass: String(row['class']),
      recipient,
      target: row['target'] === null ? null : String(row['target']),
      address: row['address'] === null ? null : String(row['address']),
      agent: row['agent'] === null ? null : String(row['agent']),
    }))
  }

  /** The day a person last opened something, where that is all that is kept (E8). */
  async lastOpen(recipient: string): Promise<string | null> {
    const [row] = await this.database.all('SELECT day FROM mf_last_open WHERE recipient = ?', [recipient])
    return row ? String(row['day']) : null
  }

  /** How many opens and clicks are from before a time (unix s). */
  async eventsBefore(time: number): Promise<number> {
    const [row] = await this.database.all('SELECT COUNT(*) AS n FROM mf_event WHERE time < ?', [time])
    return Number(row?.['n'] ?? 0)
  }

  /** retention.necessary: opens and clicks from before a time go, and the numbers of batches that nobody will send again. */
  async sweepEvents(before: number): Promise<void> {
    await this.database.transaction(['mf_event', 'mf_batch'].map((table) => ({ sql: `DELETE FROM ${table} WHERE time < ?`, values: [before] })))
  }

  /** Everything about a person but the receipts, which say that it was asked for (children.delete, pii.change). */
  async forget(recipient: string): Promise<void> {
    const of = (table: string): Statement => ({ sql: `DELETE FROM ${table} WHERE recipient = ?`, values: [recipient] })
    await this.database.transaction([of('mf_event'), of('mf_last_open'), of('mf_sent'), { sql: 'DELETE FROM mf_recipient WHERE id = ?', values: [recipient] }])
  }
}
