import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Hit, Ledger } from '../advertisers/ledger.js';
import { LAB_ADDRESS, type Office } from '../mail/office.js';

/** What became of one fetch of a mail's pixel or link. */
type Fetched = ReturnType<Office['outcomes']>[number];

/** The counters behind the lab, as JSON and as a stream of events. */
export function labRoutes(ledger: Ledger, office: Office, policyVersion: string): Hono {
  const app = new Hono();
  app.get('/counts', (c) => {
    c.header('Cache-Control', 'no-store');
    return c.json(ledger.counts());
  });
  app.post('/reset', (c) => {
    ledger.reset();
    return c.json(ledger.counts());
  });

  // What an older site could have left behind: sets the cookies of the lines (a JSON array of text) as they stand, HttpOnly
  // ones too, so that one can watch them go.
  app.post('/leave', async (c) => {
    const lines: unknown = await c.req.json().catch(() => null);
    const good = Array.isArray(lines) && lines.length <= 20 && lines.every((line) => typeof line === 'string' && /^[ -~]{1,512}$/.test(line));
    if (!good) return c.text('Expected an array of at most 20 cookie lines.', 400);
    for (const line of lines as string[]) c.header('Set-Cookie', line, { append: true });
    return c.body(null, 204);
  });

  // A mail to the lab's own recipient, who allows opens and clicks to be noted, or does not.
  app.post('/mail', async (c) => {
    const form = await c.req.formData().catch(() => new FormData());
    const purposes: Record<string, 'granted'> = form.get('tracking') === 'yes' ? { 'email-open': 'granted', 'email-click': 'granted' } : {};
    const time = Math.floor(Date.now() / 1000);
    await office.know(LAB_ADDRESS, { country: 'DE', account: { state: 'active', promotional: 'in' }, consent: { purposes, policyVersion, time } });
    await office.post('promotional', LAB_ADDRESS, { name: 'you' });
    return c.redirect('/lab#mail', 303);
  });

  // Events: `mail` {outcome} for each fetch of a mail's pixel or link, those of before on connecting; `snapshot` {counts, hits} on connecting and after a reset, `hit` {counts, hit} for each request since.
  app.get('/events', (c) => {
    c.header('Cache-Control', 'no-store');
    return streamSSE(c, async (stream) => {
      const queue: (Hit | { readonly outcome: Fetched } | 'reset')[] = ['reset', ...office.outcomes().map((outcome) => ({ outcome }))];
      let wake: () => void = () => undefined;
      const tell = (event: (typeof queue)[number]): void => {
        queue.push(event);
        wake();
      };
      const stops = [ledger.watch(tell), office.watch((outcome) => tell({ outcome }))];
      stream.onAbort(() => {
        for (const stop of stops) stop();
        wake();
      });
      while (!stream.aborted) {
        const event = queue.shift();
        if (event === undefined) {
          // A comment every 15 seconds keeps the line open and shows when the other end has gone.
          const quiet = await new Promise<boolean>((resolve) => {
            const timer = setTimeout(() => resolve(true), 15_000);
            wake = () => {
              clearTimeout(timer);
              resolve(false);
            };
          });
          if (quiet) await stream.write(': still here\n\n');
        } else if (event === 'reset') {
          await stream.writeSSE({ event: 'snapshot', data: JSON.stringify({ counts: ledger.counts(), hits: ledger.hits() }) });
        } else if ('outcome' in event) {
          await stream.writeSSE({ event: 'mail', data: JSON.stringify(event.outcome) });
        } else {
          await stream.writeSSE({ event: 'hit', data: JSON.stringify({ counts: ledger.counts(), hit: event }) });
        }
      }
    });
  });
  return app;
}
