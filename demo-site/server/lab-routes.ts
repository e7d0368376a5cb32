import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Hit, Ledger } from '../advertisers/ledger.js';

/** The counters behind the lab, as JSON and as a stream of events. */
export function labRoutes(ledger: Ledger): Hono {
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

  // Events: `snapshot` {counts, hits} on connecting and after a reset, `hit` {counts, hit} for each request since.
  app.get('/events', (c) => {
    c.header('Cache-Control', 'no-store');
    return streamSSE(c, async (stream) => {
      const queue: (Hit | 'reset')[] = ['reset'];
      let wake: () => void = () => undefined;
      const stop = ledger.watch((event) => {
        queue.push(event);
        wake();
      });
      stream.onAbort(() => {
        stop();
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
        } else {
          await stream.writeSSE({ event: 'hit', data: JSON.stringify({ counts: ledger.counts(), hit: event }) });
        }
      }
    });
  });
  return app;
}
