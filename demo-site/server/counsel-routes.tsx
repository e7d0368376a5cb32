import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { Operators, OperatorSession } from '@metrofax/consent/server';
import { CounselOff, CounselPage, CounselSignIn, type CounselView } from '../pages/counsel.js';
import { NoSuchReceipt, PersonPage } from '../pages/counsel-person.js';
import { type Counsel, receiptId } from './counsel.js';

/** No script, no frame, nothing from elsewhere: what an operator sees is text and pictures that were made here. */
const csp = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Counsel's pages under /counsel. `version` names the build of a file. */
export function counselRoutes(counsel: Counsel, operators: Operators, versions: () => Promise<CounselView['versions']>): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header('Content-Security-Policy', csp);
    c.header('Cache-Control', 'no-store');
    c.header('X-Robots-Tag', 'noindex');
    c.header('X-Frame-Options', 'DENY');
    // Forms need their Origin, which no-referrer would take from them; a receipt's id goes nowhere else.
    c.header('Referrer-Policy', 'same-origin');
  });
  const view = async (session: OperatorSession | null): Promise<CounselView> => ({ versions: await versions(), csrf: session?.csrf ?? '' });
  type Status = 200 | 403 | 404 | 409 | 422 | 429 | 503;
  const send = async (c: Context, page: unknown, status: Status = 200) => c.html(Promise.resolve(page) as Promise<string>, status);
  const signInPage = async (c: Context, problem: string | null, status: Status) => send(c, <CounselSignIn view={await view(null)} problem={problem} />, status);
  const text = (form: FormData, name: string): string => {
    const value = form.get(name);
    return typeof value === 'string' ? value : '';
  };
  const posted = (c: Context): Promise<FormData> => c.req.formData().catch(() => new FormData());

  // Shut for everybody: says so, whatever is asked.
  app.use(async (c, next) => (operators.off === null ? next() : send(c, <CounselOff view={await view(null)} why={operators.off} />, 503)));

  app.post('/sign-in', async (c) => {
    const secret = (await posted(c)).get('credential');
    const tried = await operators.signIn(c.req.raw, typeof secret === 'string' ? secret : '');
    switch (tried.state) {
      case 'in':
        c.header('Set-Cookie', tried.cookie, { append: true });
        await counsel.note('sign-in', `operator-${randomUUID()}`);
        return c.redirect('/counsel', 303);
      case 'wait':
        c.header('Retry-After', String(tried.seconds));
        return signInPage(c, `Too many tries. The next one is possible in ${String(Math.ceil(tried.seconds / 60))} minutes.`, 429);
      case 'insecure':
        return signInPage(c, 'Sign in over https, or on this machine.', 403);
      case 'wrong':
      case 'off':
        return signInPage(c, 'This is not the credential.', 403);
    }
  });

  /** Runs `work` for whoever is signed in; everybody else gets the sign-in. Writes need the session's token as well. */
  const inside = (work: (c: Context, session: OperatorSession, form: FormData) => Promise<Response>) => async (c: Context) => {
    const session = await operators.session(c.req.raw);
    if (!session) return signInPage(c, null, c.req.method === 'GET' ? 200 : 403);
    const form = c.req.method === 'GET' ? new FormData() : await posted(c);
    if (c.req.method !== 'GET' && !(await operators.mayWrite(c.req.raw, session, form.get('csrf')))) return c.text('This form is not of your session. Go back and try again.', 403);
    return work(c, session, form);
  };

  app.post('/sign-out', inside(async (c) => {
    c.header('Set-Cookie', await operators.signOut(c.req.raw), { append: true });
    return c.redirect('/counsel', 303);
  }));
  app.get('/', inside(async (c, session) => {
    const { policy, changes } = counsel.parts;
    return send(c, <CounselPage view={await view(session)} policy={policy} changes={changes} overview={await counsel.overview()} />);
  }));

  const missing = async (c: Context, session: OperatorSession, asked: string) => send(c, <NoSuchReceipt view={await view(session)} asked={asked.slice(0, 60)} />, 404);
  const fileOf = async (id: string) => (receiptId.test(id) ? counsel.personFile(id) : null);
  app.get('/person', inside(async (c, session) => {
    const id = (c.req.query('receipt') ?? '').trim().toLowerCase();
    const file = await fileOf(id);
    if (!file) return missing(c, session, id);
    return send(c, <PersonPage view={await view(session)} file={file} purposes={counsel.parts.policy.purposes} erased={null} problem={null} />);
  }));
  app.get('/person/export', inside(async (c, session) => {
    const id = c.req.query('receipt') ?? '';
    const file = await fileOf(id);
    if (!file) return missing(c, session, id);
    await counsel.note('export', `operator-${randomUUID()}`, file.person ?? undefined);
    c.header('Content-Disposition', `attachment; filename="person-${id}.json"`);
    return c.body(JSON.stringify(file, null, 2), 200, { 'Content-Type': 'application/json; charset=utf-8' });
  }));
  app.post('/person/erase', inside(async (c, session, form) => {
    const id = text(form, 'receipt');
    const file = await fileOf(id);
    if (!file) return missing(c, session, id);
    const page = async (erased: Awaited<ReturnType<Counsel['erase']>>, problem: string | null, status: Status) =>
      send(c, <PersonPage view={await view(session)} file={(await fileOf(id)) ?? file} purposes={counsel.parts.policy.purposes} erased={erased} problem={problem} />, status);
    if (form.get('sure') !== 'yes') return page(null, 'Nothing was erased: tick that you have checked who asks.', 422);
    if (file.person === null) return page(null, 'Nothing was erased: nobody can say any more whose these entries are.', 409);
    return page(await counsel.erase(id, `erase-${randomUUID()}`), null, 200);
  }));
  app.post('/person/hold', inside(async (c, session, form) => {
    const id = text(form, 'receipt');
    const file = await fileOf(id);
    if (!file) return missing(c, session, id);
    const reason = text(form, 'reason').replace(/[\u0000-\u001f\u007f]/g, '').trim().slice(0, 200);
    await counsel.hold(id, reason === '' ? null : reason);
    await counsel.note(reason === '' ? 'hold lifted' : 'hold set', `operator-${randomUUID()}`, file.person ?? undefined);
    return c.redirect(`/counsel/person?receipt=${id}`, 303);
  }));

  app.post('/sweep', inside(async (c) => {
    await counsel.parts.retention({ dryRun: false });
    await counsel.note('sweep', `operator-${randomUUID()}`);
    return c.redirect('/counsel#retention', 303);
  }));
  app.post('/check', inside(async (c) => {
    await counsel.parts.records.health(true);
    await counsel.note('check', `operator-${randomUUID()}`);
    return c.redirect('/counsel#ledger', 303);
  }));
  app.get('/export/report.json', inside(async (c) => {
    c.header('Content-Disposition', 'attachment; filename="consent-report.json"');
    return c.body(JSON.stringify(await counsel.overview(), null, 2), 200, { 'Content-Type': 'application/json; charset=utf-8' });
  }));
  app.get('/export/ledger.jsonl', inside((c) => {
    c.header('Content-Disposition', 'attachment; filename="ledger.jsonl"');
    const lines = counsel.parts.records.ledger.lines();
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const next = await lines.next();
        if (next.done === true) controller.close();
        else controller.enqueue(encoder.encode(`${next.value}\n`));
      },
      // Who hangs up ends the reading.
      async cancel() {
        await lines.return(undefined);
      },
    });
    return Promise.resolve(c.body(body, 200, { 'Content-Type': 'application/jsonl; charset=utf-8' }));
  }));
  app.get('/export/:table{[a-z]+\\.csv}', inside(async (c, session) => {
    const name = (c.req.param('table') ?? '').replace('.csv', '');
    const text = await counsel.table(name);
    if (text === null) return missing(c, session, name);
    c.header('Content-Disposition', `attachment; filename="consent-${name}.csv"`);
    return c.body(text, 200, { 'Content-Type': 'text/csv; charset=utf-8; header=present' });
  }));
  return app;
}
