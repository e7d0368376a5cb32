import { Page, type View } from './layout.js';
import { count, type Plan, plans } from './plans.js';
import { Ticket } from './ticket.js';

const rows: readonly (readonly [string, (plan: Plan) => string])[] = [
  ['Pages a month, sent and received', (plan) => count(plan.pages)],
  ['Each further page', (plan) => `${plan.extra} ¢`],
  ['Fax numbers', (plan) => String(plan.numbers)],
  ['Inboxes', (plan) => plan.inboxes],
  ['Archive', (plan) => plan.archive],
  ['Moving your number in', () => 'Included'],
  ['Sending by mail and browser', () => 'Included'],
  ['Support by telephone', () => 'Included'],
];

/** Plans and what is in them. */
export function Pricing({ view }: { view: View }) {
  return (
    <Page view={view} title="Pricing" description="Three plans, month to month: 300, 1,000 or 3,000 pages.">
      <section class="frame block first">
        <p class="tape">Fares / month to month / no setup fee</p>
        <h1>Pages, not promises.</h1>
        <p class="lead narrow">
          Every plan sends and receives, keeps your number, and stops when you do. The difference is how many pages you
          need and how many people share them.
        </p>
        <div class="tickets">
          {plans.map((plan) => (
            <Ticket plan={plan} heading="h2" />
          ))}
        </div>
      </section>
      <section class="frame block" aria-labelledby="compare">
        <h2 id="compare">Side by side</h2>
        <div class="table-scroll" role="group" aria-labelledby="compare" tabindex={0}>
          <table class="fares">
            <thead>
              <tr>
                <th scope="col">In each plan</th>
                {plans.map((plan) => (
                  <th scope="col">{plan.name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(([label, of]) => (
                <tr>
                  <th scope="row">{label}</th>
                  {plans.map((plan) => (
                    <td>{of(plan)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p class="fine">
          A page counts once it has gone through. A busy line, a wrong number or a page that stuck in the other machine
          costs nothing.
        </p>
        <aside class="note offer" aria-label="A partner’s offer">
          <h2>Paper for the pages that must be paper.</h2>
          <p>
            Harbour Stationery has envelopes that seal themselves. An offer of a partner, by way of Adharbor.
          </p>
          <p>
            <a class="button quiet" rel="sponsored" href={`/out/adharbor${view.regime ? `?regime=${view.regime}` : ''}`}>
              See the offer
            </a>
          </p>
          <p class="fine">
            The link always works. A number for this click, and a fingerprint of your address if you are signed in, go along
            only if you switched “Passing on your details with a click” on. <a href="/privacy#cookies.handoff">Why</a>
          </p>
        </aside>
      </section>
    </Page>
  );
}
