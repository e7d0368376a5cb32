import { count, type Plan } from './plans.js';

/** A plan as a travel ticket; its name is a heading of the level that fits the page. */
export function Ticket({ plan, heading: Heading }: { plan: Plan; heading: 'h2' | 'h3' }) {
  return (
    <article class={`ticket ${plan.id}`}>
      <div class="ticket-main">
        <Heading>{plan.name}</Heading>
        <p>{plan.line}</p>
        <p class="ticket-pages">
          <strong>{count(plan.pages)}</strong> pages a month
        </p>
      </div>
      <div class="ticket-stub">
        <p class="price">
          <span class="price-sign">$</span>
          {plan.price}
          <span class="price-per"> a month</span>
        </p>
        <a class="button" href={`/register?plan=${plan.id}`}>
          Take {plan.name}
        </a>
      </div>
    </article>
  );
}
