import { randomBytes } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { currentAccount } from '../accounts/sessions.js';
import type { Store } from '../accounts/store.js';
import type { Ledger } from '../advertisers/ledger.js';
import type { Office } from '../mail/office.js';
import { Changes } from '../pages/changes.js';
import { Choices } from '../pages/choices.js';
import { ErrorPage } from '../pages/errors.js';
import { Home } from '../pages/home.js';
import { Lab } from '../pages/lab.js';
import { LabLeaks } from '../pages/lab-leaks.js';
import type { Leaks } from './leaks.js';
import type { View } from '../pages/layout.js';
import { Markup } from '../pages/markup.js';
import { Pricing } from '../pages/pricing.js';
import { Privacy } from '../pages/privacy.js';
import { Signals } from '../pages/signals.js';
import { accountRoutes } from './account-routes.js';
import type { AssetFolder } from './assets.js';
import type { CookieControl, Protect, Words } from './consent.js';
import type { AccessLog, Handler, Operators } from '@metrofax/consent/server';
import { eventRoutes } from './event-routes.js';
import { handshake } from './handshake.js';
import { labRoutes } from './lab-routes.js';
import { isForDesk } from './ledger-desk.js';
import { Counsel } from './counsel.js';
import { counselRoutes } from './counsel-routes.js';
import type { Origins } from './origins.js';
import { addressOf, mailAddresses, outboxRoutes } from './outbox-routes.js';
import { partnerRoutes } from './partner-routes.js';
import type { PolicyChanges, PublishedPolicy } from './policy.js';
import type { Records } from './records.js';
import type { Retention } from './retention.js';
import { bodyWithin, commonHeaders, contentSecurityPolicy, type CspVariant, loopbackHostOnly, sameOriginWritesOnly } from './security.js';

/** What the site is made of. */
export interface SiteParts {
  readonly origins: Origins;
  readonly policy: PublishedPolicy;
  /** What the version to come changes; null where none is announced. */
  readonly changes: PolicyChanges | null;
  readonly store: Store;
  /** The SDK's routes of the visitor's choice: GET and POST /consent, GET /consent/receipt, GET /.well-known/gpc.json. */
  readonly choices: Handler;
  /** The consent SDK on this side: what cookies may be set, and what goes. */
  readonly cookies: CookieControl;
  /** What every answer goes through: rewrites pages and sends them under a content security policy, both by the visitor's choice. */
  readonly protect: Protect;
  /** Told of every answer; what of it may be kept, it asks. */
  readonly access: AccessLog;
  readonly words: Words;
  /** The ledger of choices, and receipts. */
  readonly records: Records;
  /** Who may see counsel's pages, and where each request comes from, which their door wants to know. */
  readonly operators: Operators;
  readonly clients: WeakMap<Request, string>;
  /** What has outlived its time, and its sweep. */
  readonly retention: Retention;
  /** Names beside localhost under which the site is asked; none in the running demo. */
  readonly hosts?: readonly string[];
  readonly ledger: Ledger;
  /** What the leak lab tries, declares and has measured here. */
  readonly leaks: () => Promise<Leaks>;
  /** What writes and sends mail. */
  readonly office: Office;
  /** The site's own built files. */
  readonly files: AssetFolder;
  /** js-glue/dist: the consent runtime and what it loads. */
  readonly sdk: AssetFolder;
  /** Where an unexpected error is noted; standard error in the running demo. */
  readonly note: (error: unknown) => void;
}

/** Everything below is answered inside this size; forms are far smaller. */
const largestBody = 16 * 1024;

const loaded = ['site.css', 'counsel.css', 'tags.js', 'site.js', 'choices.js', 'lab.js', 'signals.js', 'iab.json', 'icon.svg'] as const;

/** Sends a page: `render` gets what the request told us. Shared by all routes that answer with HTML. */
export type SendPage = (
  c: Context,
  render: (view: View) => unknown,
  options?: { readonly status?: 200 | 403 | 404 | 413 | 422 | 500; readonly csp?: CspVariant; readonly embeds?: View['embeds']; readonly alone?: boolean },
) => Promise<Response>;

/** Each limited area of the policy, as the gate answers for this request. */
function areasOf(request: Request, { policy, cookies, words }: SiteParts): View['areas'] {
  return (policy.firstParty.limitedAreas ?? []).map(({ id, purpose }) => {
    const { outcome, reason } = cookies.area(request, id);
    return {
      id,
      needs: policy.purposes.find((one) => one.id === purpose)?.name ?? purpose,
      why: outcome === 'allow' ? null : (words.reasons[reason] ?? reason),
    };
  });
}

const versionsOf = async ({ files }: SiteParts): Promise<Record<string, string>> =>
  Object.fromEntries(await Promise.all(loaded.map(async (name) => [name, (await files.version(name)) ?? ''] as const)));

function pageSender(parts: SiteParts): SendPage {
  return async (c, render, { status = 200, csp = 'default', embeds = 'tags', alone = false } = {}) => {
    const nonce = randomBytes(16).toString('base64url');
    const regime = c.req.query('regime') ?? null;
    const view: View = {
      origins: parts.origins,
      path: csp === 'default' && embeds === 'tags' ? c.req.path : '/',
      policyVersion: parts.policy.version,
      versions: await versionsOf(parts),
      // A page about a failure must not fail for the same reason.
      account: status === 500 ? null : await currentAccount(c, parts),
      areas: status === 500 ? [] : areasOf(c.req.raw, parts),
      regime: parts.policy.regimes.some((one) => one.id === regime) ? regime : null,
      gpc: c.req.header('sec-gpc') === '1',
      embeds,
      alone,
      nonce: csp === 'nonce' ? nonce : null,
    };
    c.header('Content-Security-Policy', contentSecurityPolicy(csp, parts.origins, nonce));
    c.header('Vary', 'Sec-GPC, Cookie');
    // Not no-store: that would keep the page from the back/forward cache.
    c.header('Cache-Control', 'private, no-cache');
    const rendered = await c.html(Promise.resolve(render(view)) as Promise<string>, status);
    // Every page takes along what the request should not have carried, HttpOnly or not; forms have asked the gate themselves.
    return status === 500 || c.req.method !== 'GET' ? rendered : parts.cookies.apply(c.req.raw, rendered);
  };
}

/** The site as one Fetch handler. */
export function createSite(parts: SiteParts): Hono {
  const app = new Hono();
  const page = pageSender(parts);
  app.use(async (c, next) => {
    const address = addressOf(c as Context);
    if (address !== null) parts.clients.set(c.req.raw, address);
    await next();
    void parts.access.record(c.req.raw, c.res);
  });
  app.use(loopbackHostOnly(parts.hosts));
  app.use(async (c, next) => {
    await next();
    const answer = c.res;
    // Setting it twice is how hono replaces an answer with its headers, instead of adding to them.
    c.res = undefined;
    c.res = await parts.protect(c.req.raw, answer);
  });
  // What mail leads to comes first: its headers are its own, and its tokens stand for whoever posts, from a mail program or from a
  // page that sends no referrer and hence no origin.
  app.route('/', mailAddresses(parts.office));
  app.use(commonHeaders, sameOriginWritesOnly);
  app.use(bodyWithin(largestBody, (c) => page(c, (view) => <ErrorPage view={view} status={413} />, { status: 413 })));

  app.get('/', (c) => page(c, (view) => <Home view={view} />));
  app.get('/pricing', (c) => page(c, (view) => <Pricing view={view} />));
  app.get('/privacy', (c) => page(c, (view) => <Privacy view={view} policy={parts.policy} />));
  app.route('/counsel', counselRoutes(new Counsel(parts), parts.operators, () => versionsOf(parts)));
  const { changes } = parts;
  if (changes) app.get('/changes', (c) => page(c, (view) => <Changes view={view} policy={parts.policy} changes={changes} />));
  app.get('/choices', (c) => page(c, (view) => <Choices view={view} policy={parts.policy} />));
  app.get('/lab', (c) => page(c, (view) => <Lab view={view} policy={parts.policy} mail={parts.office.labMail()} />));
  app.get('/lab/leaks', async (c) => {
    const leaks = await parts.leaks();
    return page(c, (view) => <LabLeaks view={view} leaks={leaks} />);
  });
  const header = (c: Context, name: string) => c.req.header(name) ?? null;
  app.get('/signals', (c) => page(c, (view) => <Signals view={view} policy={parts.policy} received={{ gpc: header(c, 'sec-gpc'), dnt: header(c, 'dnt') }} reasons={parts.words.reasons} />));
  app.get('/markup', (c) => page(c, (view) => <Markup view={view} />));
  app.get('/runtime-alone', (c) => page(c, (view) => <Home view={view} />, { alone: true }));
  for (const csp of ['no-wasm', 'trusted-types', 'nonce'] as const) {
    app.get(`/strict/${csp}`, (c) => page(c, (view) => <Home view={view} />, { csp }));
  }
  // The partners in the markup itself: what only a rewrite before the parser, or the header, can hold.
  app.get('/static-embeds', (c) => page(c, (view) => <Home view={view} />, { embeds: 'markup' }));
  app.route('/', accountRoutes(parts, page));
  app.route('/', eventRoutes(parts, page));
  app.route('/out', partnerRoutes(parts));
  app.route('/lab', labRoutes(parts.ledger, parts.office, parts.policy.version));

  const missing = (c: Context) => page(c, (view) => <ErrorPage view={view} status={404} />, { status: 404 });
  app.route('/', outboxRoutes(parts.office, parts.policy.version, parts.words.reasons, page, missing));
  // What consent.js loads lies beside it; /consent/ is the whole folder, for pages that name a file themselves.
  for (const name of ['consent.js', 'ui.js', 'placeholders.js', 'gate.asmjs.js', 'iab.js', 'iab-stub.js', 'vendor-calls.js', 'codecs.wasm', 'codecs.asmjs.js', 'cookie-names.json']) {
    app.get(`/${name}`, async (c) => (await parts.sdk.respond(c, name)) ?? missing(c));
  }
  app.get('/:notice{notice\\.[a-z-]+\\.json}', async (c) => (await parts.sdk.respond(c, c.req.param('notice'))) ?? missing(c));
  // Every cookie that came along, and a sweep of those that may not be there: HttpOnly ones too.
  for (const { method, path, handle } of parts.cookies.routes()) app.on(method, path, (c) => handle({ request: c.req.raw }));
  // The ledger's desk takes what it is meant for: an entry with the id of a receipt, and a receipt asked for by its id.
  for (const { method, path, handle } of parts.records.routes)
    app.on(method, path, async (c, next) => ((await isForDesk(c.req.raw)) ? handle({ request: c.req.raw }) : next()));
  const choose = async (c: Context) => (await parts.choices(c.req.raw)) ?? missing(c);
  app.all('/consent', choose);
  app.all('/consent/receipt', choose);
  app.all('/.well-known/gpc.json', choose);
  app.get('/consent/receipt-key.pem', (c) => c.body(parts.records.publicKey, 200, { 'Content-Type': 'application/x-pem-file' }));
  app.get('/consent/:file', async (c) => (await parts.sdk.respond(c, c.req.param('file'))) ?? missing(c));
  app.get('/static/handshake.wav', (c) => c.body(handshake(), 200, { 'Content-Type': 'audio/wav', 'Cache-Control': 'public, max-age=86400' }));
  app.get('/static/:file', async (c) => {
    const name = c.req.param('file');
    const asked = c.req.query('v');
    return (await parts.files.respond(c, name, asked !== undefined && asked === (await parts.files.version(name)))) ?? missing(c);
  });
  app.get('/favicon.ico', async (c) => (await parts.files.respond(c, 'icon.svg')) ?? missing(c));

  app.notFound(missing);
  app.onError((error, c) => {
    if (error instanceof HTTPException && error.status < 500) return error.getResponse();
    parts.note(error);
    return page(c, (view) => <ErrorPage view={view} status={500} />, { status: 500 });
  });
  return app;
}
