import { type AdvertiserId, advertiserIds } from '../server/origins.js';
import type { PublishedPolicy } from '../server/policy.js';
import type { Posted } from '../mail/office.js';
import { LabMail } from './lab-mail.js';
import { Page, type View } from './layout.js';

/** What each advertiser is, and the script by which it comes into a page. */
const roles: Readonly<Record<AdvertiserId, { readonly what: string; readonly script: string }>> = {
  northlight: { what: 'analytics service', script: '/nl.js' },
  adharbor: { what: 'ad network', script: '/tag.js' },
  circlet: { what: 'social widget', script: '/widget.js' },
};

/** The live page: who received what, when, and why not. Everything drawn comes from the three servers and this page's runtime. */
export function Lab({ view, policy, mail }: { view: View; policy: PublishedPolicy; mail: Posted | undefined }) {
  return (
    <Page view={view} title="Lab" description="Watch live what reaches three advertisers, and why the rest does not." scripts={['lab.js']} wide>
      <section class="frame block first lab-head">
        <div>
          <p class="tape">Control room / live</p>
          <h1>Who received what.</h1>
          <p class="lead narrow">
            Three advertisers are embedded in this page like anywhere else, each a server of its own that counts what reaches it. Refuse, and
            their lines stay closed; accept a purpose, and exactly that line opens.
          </p>
        </div>
        <div class="lab-controls" role="group" aria-label="Choices">
          <button type="button" class="button" data-lab="accept" disabled>
            Accept all
          </button>
          <button type="button" class="button" data-lab="reject" disabled>
            Reject all
          </button>
          <button type="button" class="button quiet" data-lab="preferences" disabled>
            Preferences
          </button>
          <button type="button" class="button quiet" data-lab="withdraw" disabled>
            Withdraw
          </button>
          <button type="button" class="button quiet" data-lab="reset">
            Reset counts
          </button>
        </div>
      </section>

      <section class="frame lab-map" aria-labelledby="lanes">
        <div class="heading-row">
          <h2 id="lanes">The last minute</h2>
          <p class="legend" aria-hidden="true">
            <span class="mark arrived">arrived</span>
            <span class="mark held">waits for your choice</span>
            <span class="mark refused">refused</span>
          </p>
        </div>
        <p class="lab-state" data-lab-state role="status">
          Connecting to the advertisers’ counters.
        </p>
        {advertiserIds.map((id) => {
          const vendor = policy.vendors.find((one) => one.id === id);
          return (
            <article class={`lane ${id}`} data-lane={id} data-url={view.origins[id] + roles[id].script}>
              <header>
                <h3>{vendor?.name ?? id}</h3>
                <p class="fine">
                  {roles[id].what} <span class="chip">{vendor?.purposes.join(', ') ?? 'undeclared'}</span>
                </p>
                <p class="lane-service" data-service>
                  closed
                </p>
              </header>
              <svg class="lane-line" data-track role="img" aria-label={`Requests of the last minute, ${vendor?.name ?? id}`}></svg>
              <dl>
                <div>
                  <dt>received</dt>
                  <dd data-count="requests">0</dd>
                </div>
                <div>
                  <dt>cookies</dt>
                  <dd data-count="cookies">0</dd>
                </div>
                <div>
                  <dt>stopped here</dt>
                  <dd data-count="stopped">0</dd>
                </div>
              </dl>
            </article>
          );
        })}
      </section>

      <section class="frame block lab-logs">
        <div>
          <h2 id="verdicts">What this page decided</h2>
          <p class="fine">
            Newest first: every request and storage access judged here.
          </p>
          <ol class="log" data-verdicts tabindex={0} aria-labelledby="verdicts"></ol>
        </div>
        <div>
          <h2 id="arrivals">What the advertisers saw</h2>
          <p class="fine">Newest first, from their own logs, all pages and tabs together.</p>
          <ol class="log" data-empty="Nothing has reached them." data-arrivals tabindex={0} aria-labelledby="arrivals"></ol>
        </div>
      </section>

      <section class="frame block" aria-labelledby="leaks">
        <h2 id="leaks">What leaves, what stays</h2>
        <p class="narrow">
          The same question, asked of every way that a page has out, in three browsers, by a lab that counts at the other end.
        </p>
        <p>
          <a class="button quiet" href="/lab/leaks">
            What the leak lab found
          </a>
        </p>
      </section>

      <LabMail mail={mail} />

      <section class="frame block" aria-labelledby="from">
        <h2 id="from">Visit from somewhere else</h2>
        <p class="narrow">
          The law where you are decides what an unanswered question means. Without a place the strictest holds.
        </p>
        <form class="inline-form" method="get" action="/lab">
          <div class="field">
            <label for="regime">Regime</label>
            <select id="regime" name="regime">
              <option value="">Let the runtime decide</option>
              {policy.regimes.map((regime) => (
                <option value={regime.id} selected={regime.id === view.regime}>
                  {regime.name}
                </option>
              ))}
            </select>
          </div>
          <button class="button quiet" type="submit">
            Load the page there
          </button>
        </form>
        <noscript>
          <p class="note">The lab draws with JavaScript. The plain counts are at /lab/counts.</p>
        </noscript>
      </section>
    </Page>
  );
}
