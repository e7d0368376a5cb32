// The survey and the prize draw: voluntary, and who took part is passed on only where the core allows it.
import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import type { EventKind } from '../accounts/entries.js';
import { checkEvent, eventFields, normalEmail, readForm } from '../accounts/forms.js';
import { currentAccount } from '../accounts/sessions.js';
import { EventDone, EventForm, type Sharing } from '../pages/events.js';
import { TooYoung } from '../pages/register.js';
import type { SendPage, SiteParts } from './app.js';

/** Who could be told: the organiser, and an intermediary that has another purpose in the policy. */
const recipients = [['The organising partner', 'event'], ['Northlight Analytics, which would count the answers', 'northlight']] as const;

export function eventRoutes(parts: SiteParts, page: SendPage): Hono {
  const app = new Hono();
  for (const kind of ['survey', 'sweepstakes'] as const) {
    app.get(`/${kind}`, (c) => page(c, (view) => <EventForm view={view} kind={kind} />));
    app.post(`/${kind}`, async (c) => {
      const values = readForm(await c.req.formData().catch(() => new FormData()), eventFields);
      // children.none: before anything else is looked at, so that nothing is kept.
      if (values['age'] === 'under13') return page(c, (view) => <TooYoung view={view} />);
      const problems = checkEvent(kind, values);
      if (Object.keys(problems).length > 0) return page(c, (view) => <EventForm view={view} kind={kind} form={{ values, problems }} />, { status: 422 });
      const sharing = sharingOf(c.req.raw, kind, values['share'] === 'yes', parts);
      const organiser = sharing.find(({ party }) => party === 'event')?.verdict;
      const shared = organiser?.outcome === 'allow';
      const account = await currentAccount(c, parts);
      const now = Math.floor(Date.now() / 1000);
      const draw = kind === 'sweepstakes';
      const id = randomUUID();
      // Recorded before it can take place: nothing goes that the ledger does not know of.
      if (shared) {
        const person = account ? `account:${account.id}` : `entry:${id}`;
        await parts.records.recordDisclosure(parts.records.ledger, { id: `disclosure-${id}`, person, party: 'event', purpose: kind, categories: ['name'], at: now, verdict: organiser });
      }
      await parts.store.entries.add(
        id,
        {
          kind,
          account: account?.id ?? '',
          // The survey has no use for a name that goes nowhere.
          name: draw || shared ? (values['name'] ?? '') : '',
          email: draw ? normalEmail(values['email'] ?? '') : '',
          answer: draw ? '' : [values['habit'], values['comment']].filter(Boolean).join(': '),
          shared,
        },
        now,
      );
      return page(c, (view) => <EventDone view={view} kind={kind} sharing={sharing} reasons={parts.words.reasons} />);
    });
  }
  return app;
}

/** The box is the permission for this one event, or its refusal, whatever was chosen for the purpose before; it is no choice for the next. */
function sharingOf(request: Request, kind: EventKind, ticked: boolean, { cookies }: SiteParts): readonly (Sharing & { readonly party: string })[] {
  const options = { purposes: { [kind]: ticked }, known: { age: '13plus' } } as const;
  return recipients.map(([to, party]) => ({ to, party, verdict: cookies.decide(request, { kind: 'disclosure', party, purpose: kind }, options) }));
}
