// The demo's mail: composes under the core's verdicts, sends by SMTP, keeps the last ones for the outbox.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { KeyRing, MAIL_KEYS_VARIABLE, Message, nodeMailGate, registerHandlebars } from '@metrofax/consent/email';
import { mailRoutes, MailStore, Recorder, type Database, type MailEvent, type Outcome, type StoredSubject } from '@metrofax/consent/server/mail';
import { createHandler, type Handler } from '@metrofax/consent/server';
import { openSqlite } from '@metrofax/consent/server/sqlite';
import type { Delivered } from './postbox.js';
import { Postbox } from './postbox.js';
import { trackingOf } from './tracking.js';
import { templateOf, type MailClass } from './templates.js';

type Verdict = Message['send'];

/** A mail in the outbox: sent, or withheld with its reason. */
export interface Posted {
  readonly id: string;
  readonly class: MailClass;
  readonly to: string;
  readonly recipient: string;
  readonly time: number;
  readonly subject: string;
  readonly verdicts: Readonly<Record<'send' | 'open' | 'click', Verdict>>;
  readonly html: string;
  readonly delivered: Delivered | null;
}

export interface OfficeOptions {
  /** Folder of the SQLite file. */
  readonly data: string;
  /** Where everything is kept instead, at the edge. */
  readonly database?: Database | undefined;
  /** What tokens are signed with (KeyRing.read). */
  readonly keys: string;
  /** "http://localhost:8080" */
  readonly site: string;
  readonly policyVersion: string;
  /** That version, compiled. */
  readonly policy: Uint8Array;
  /** Names and descriptions of purposes, by language: the SDK's purposes.json. */
  readonly words: Parameters<typeof trackingOf>[0];
  readonly note: (error: unknown) => void;
}

const ROOM = 40;
/** The recipient of the lab's mail. */
export const LAB_ADDRESS = 'you@lab.example';
const CAMPAIGNS: Readonly<Record<MailClass, number>> = { 'test-drive': 1, promotional: 2, service: 3, welcome: 4, referral: 5, 'abandoned-registration': 6, 'policy-change': 7 };

/** A demonstration makes a key for its own lifetime; whoever sends for real sets the variable. */
export const mailKeys = (): string => process.env[MAIL_KEYS_VARIABLE] ?? `1:${randomBytes(32).toString('hex')}`;

export class Office {
  private readonly posted: Posted[] = [];
  private readonly watchers = new Set<(outcome: Outcome) => void>();
  private readonly log: Outcome[] = [];
  private readonly templates = Handlebars.create();
  private readonly gate;

  private constructor(
    private readonly o: OfficeOptions,
    private readonly keys: KeyRing,
    private readonly store: MailStore,
    private readonly recorder: Recorder,
    private readonly postbox: Postbox,
    /** /b, /c, /u and /t; `address` is who asks. */
    readonly answer: (request: Request, address: string | null) => ReturnType<Handler>,
  ) {
    this.gate = nodeMailGate(o.policy);
    registerHandlebars(this.templates);
  }

  static async open(o: OfficeOptions): Promise<Office> {
    const gate = nodeMailGate(o.policy);
    const keys = await KeyRing.read(o.keys);
    const store = await MailStore.open(o.database ?? (await openSqlite(join(o.data, 'mail.db'))));
    let office: Office | undefined = undefined as Office | undefined;
    const recorder = new Recorder({ gate, keys, store, note: o.note, decided: (outcome) => office?.decided(outcome) });
    const tracking = trackingOf(o.words);
    const addresses = new WeakMap<Request, string>();
    const routes = mailRoutes({ gate, keys, store, recorder, tracking, policyVersion: o.policyVersion, client: (request) => addresses.get(request) ?? null });
    const handler = createHandler(routes, { note: o.note });
    const asked = (request: Request, address: string | null) => {
      if (address !== null) addresses.set(request, address);
      return handler(request);
    };
    office = new Office(o, keys, store, recorder, await Postbox.open(), asked);
    return office;
  }

  /** Notes what became of a fetch: of the recorder here, or of the one at the edge. */
  decided(outcome: Outcome): void {
    this.log.push(outcome);
    if (this.log.length > ROOM) this.log.shift();
    for (const watcher of this.watchers) watcher(outcome);
  }

  /** What became of the latest fetches of pixels and links, oldest first. */
  outcomes(): readonly Outcome[] {
    return this.log;
  }

  /** Calls `watcher` with what becomes of each fetch until the returned function is called. */
  watch(watcher: (outcome: Outcome) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** The newest mail that the lab sent. */
  labMail(): Posted | undefined {
    return this.posted.find(({ to, delivered }) => to === LAB_ADDRESS && delivered !== null);
  }

  async close(): Promise<void> {
    await this.recorder.flush().catch(this.o.note);
    await this.postbox.close();
    await this.store.close();
  }

  /** What is known of an address; somebody new is known by nothing but the country. */
  async subjectOf(email: string, country: string): Promise<StoredSubject> {
    return (await this.store.recipient(email))?.subject ?? { country, account: { state: 'none', promotional: 'unknown' } };
  }

  /** Changes what is known of an address, as the site learned it from a form. */
  async know(email: string, subject: StoredSubject): Promise<void> {
    await this.store.putRecipient({ id: email, subject });
  }

  /** Everything about an address: what it chose and how that came to be, what it opened and followed as far as that may be kept. */
  async fileOf(email: string) {
    await this.recorder.flush();
    const known = await this.store.recipient(email);
    const [receipts, events, lastOpen] = await Promise.all([this.store.receipts(email), this.store.eventsOf(email), this.store.lastOpen(email)]);
    return { known: known !== null, subject: known?.subject ?? null, receipts, events, lastOpen };
  }

  /** Takes everything about an address away but the receipts of its choices. */
  async forget(email: string): Promise<void> {
    await this.recorder.flush();
    await this.store.forget(email);
    for (let i = this.posted.length - 1; i >= 0; i--) if (this.posted[i]?.recipient === email) this.posted.splice(i, 1);
  }

  /** Opens and clicks from before a time: how many, and away with them. */
  readonly events = { before: (time: number) => this.store.eventsBefore(time), sweep: (time: number) => this.store.sweepEvents(time) };

  /** Composes and sends one mail; withheld mail stands in the outbox too, with the reason. */
  async post(of: MailClass, email: string, values: Readonly<Record<string, string>>, country = 'DE'): Promise<Posted> {
    const time = Math.floor(Date.now() / 1000);
    const stored = await this.subjectOf(email, country);
    await this.store.putRecipient({ id: email, subject: stored });
    const sentBefore = of === 'referral' && !(await this.store.once(`referral:${email}`, time));
    const campaign = { campaign: CAMPAIGNS[of], class: of === 'policy-change' ? 'service' : of, asked: 'identified', clamp: true, base: this.o.site } as const;
    const message = new Message(this.gate, this.keys, campaign, { subject: { ...stored, now: time }, sentBefore });
    const { subject, html, text } = templateOf(of, this.o.site);
    const given = { ...values, promotional: message.send.reason === 'promotional_allowed' };
    const fill = async (template: string): Promise<string> => message.seal(this.templates.compile(template)(given, { data: { consent: message } }));
    const sent = message.send.outcome === 'allow';
    const filled = sent ? await fill(html) : '';
    let delivered: Delivered | null = null;
    if (sent) {
      await this.store.putMail(message.ids, email, campaign.campaign, time);
      delivered = await this.postbox.send({ from: 'MetroFax <line@metrofax.localhost>', to: email, subject, html: filled, text: await fill(text), headers: await message.headers() });
    }
    const { send, open, click } = message;
    const one: Posted = { id: message.ids.mail, class: of, to: email, recipient: email, time, subject, verdicts: { send, open, click }, html: filled, delivered };
    this.posted.unshift(one);
    this.posted.length = Math.min(this.posted.length, ROOM);
    return one;
  }

  outbox(): readonly Posted[] {
    return this.posted;
  }

  find(id: string): Posted | undefined {
    return this.posted.find((one) => one.id === id);
  }

  /** What was recorded of the people in the outbox, and of its campaigns. */
  async records(): Promise<{ events: MailEvent[]; counted: Record<string, Record<string, number>>; lastOpens: Record<string, string> }> {
    await this.recorder.flush();
    const people = [...new Set(this.posted.map(({ recipient }) => recipient))];
    const events = (await Promise.all(people.map((id) => this.store.eventsOf(id)))).flat().sort((a, b) => b.time - a.time);
    const days = await Promise.all(people.map(async (id) => [id, await this.store.lastOpen(id)] as const));
    const lastOpens = Object.fromEntries(days.flatMap(([id, day]) => (day ? [[id, day]] : [])));
    const counted: Record<string, Record<string, number>> = {};
    for (const of of new Set(this.posted.map((one) => one.class))) {
      const found = (await this.store.campaign(CAMPAIGNS[of])).counted;
      if (Object.keys(found).length > 0) counted[of] = found;
    }
    return { events, counted, lastOpens };
  }
}
