import { type Context, Hono } from 'hono';
import { normalEmail } from '../accounts/forms.js';
import type { Office } from '../mail/office.js';
import { classes, type MailClass } from '../mail/templates.js';
import { Outbox } from '../pages/outbox.js';
import type { SendPage } from './app.js';

/** What a mail may do where it is shown: pictures of this site, links in a window of their own; no script, no form, no frame. The
 * site is named, because in a sandboxed frame WebKit takes 'self' for the frame's origin, which is nobody's. */
const mailCsp = (pictures: string): string =>
  `default-src 'none'; img-src ${pictures}data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`;

/** Who asks, where Node serves; nobody in tests that call the site without a network. */
export function addressOf(c: Context): string | null {
  const { incoming } = (c.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return incoming?.socket?.remoteAddress ?? null;
}

/** The outbox. */
export function outboxRoutes(office: Office, policyVersion: string, reasons: Readonly<Record<string, string>>, page: SendPage, missing: (c: Context) => Response | Promise<Response>): Hono {
  const app = new Hono();
  app.get('/outbox', (c) => page(c, async (view) => <Outbox view={view} mails={office.outbox()} recorded={await office.records()} reasons={reasons} />));
  app.post('/outbox', async (c) => {
    const form = await c.req.formData().catch(() => new FormData());
    const text = (name: string): string => {
      const value = form.get(name);
      return typeof value === 'string' ? value : '';
    };
    const of = classes.find((one) => one === text('class')) satisfies MailClass | undefined;
    const email = normalEmail(text('email'));
    const country = ['DE', 'FR', 'IT', 'US'].find((code) => code === text('country'));
    if (!of || !country || !/^[^\s@<>]{1,64}@[^\s@<>]{1,189}$/.test(email)) return c.text('Expected a class, a country and an address.', 422);
    const granted: Record<string, 'granted'> = text('tracking') === 'yes' ? { 'email-open': 'granted', 'email-click': 'granted' } : {};
    const known = await office.subjectOf(email, country);
    await office.know(email, {
      ...known,
      country,
      account: { state: text('active') === 'yes' ? 'active' : 'none', promotional: text('offers') === 'yes' ? 'in' : 'out' },
      consent: { purposes: granted, policyVersion, time: Math.floor(Date.now() / 1000) },
    });
    await office.post(of, email, { name: email.split('@')[0] ?? '', message: 'Two lines\nof a fax.' }, country);
    return c.redirect('/outbox', 303);
  });
  app.get('/outbox/records', async (c) => {
    c.header('Cache-Control', 'no-store');
    return c.json(await office.records());
  });
  app.get('/outbox/:id/mail', (c) => {
    const mail = office.find(c.req.param('id'));
    if (!mail?.delivered) return missing(c);
    // As in a mail program: nothing is fetched until the reader says so.
    c.header('Content-Security-Policy', mailCsp(c.req.query('pictures') === '1' ? `${new URL(c.req.url).origin} ` : ''));
    c.header('Cache-Control', 'no-store');
    // Links open beside the frame, which may not leave the page.
    return c.html(mail.html.replace('<head>', '<head><base target="_blank">'));
  });
  app.get('/outbox/:id/source', (c) => {
    const mail = office.find(c.req.param('id'));
    if (!mail?.delivered) return missing(c);
    c.header('Content-Security-Policy', "default-src 'none'");
    return c.text(mail.delivered.source);
  });
  return app;
}

/** The addresses that mails lead to: /b, /c, /u and /t. */
export function mailAddresses(office: Office): Hono {
  const app = new Hono();
  for (const prefix of ['/b/*', '/c/*', '/u/*', '/t/*'] as const) {
    app.all(prefix, async (c, next) => (await office.answer(c.req.raw, addressOf(c))) ?? next());
  }
  return app;
}
