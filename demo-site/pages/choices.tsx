import type { PublishedPolicy } from '../server/policy.js';
import { type AreaView, Page, type View } from './layout.js';

const advertisingUses = ['sale', 'share', 'targeted'];

const browsers = [
  ['Chrome', 'Settings, Privacy and security, Third-party cookies, See all site data and permissions'],
  ['Firefox', 'Settings, Privacy & Security, Cookies and Site Data, Manage Data'],
  ['Safari', 'Settings, Privacy, Manage Website Data'],
  ['Edge', 'Settings, Cookies and site permissions, Manage and delete cookies and site data'],
] as const;

/** What each limited area of the policy is in the words of this site. */
const areas: Readonly<Record<string, readonly [string, string]>> = {
  'remembered-login': ['Staying signed in', 'Without it you sign in again after closing the browser.'],
  'saved-settings': ['Saved settings', 'Without it every visit begins with the standard settings.'],
  'personalised-offers': ['Offers that fit you', 'Without it you see the same offers as everybody.'],
  'embedded-media': ['Content of other platforms', 'Without it their buttons, videos and maps stay empty frames.'],
};

/** Whether an area works, and why not: as the server's gate has it for this request, kept up by the page's own. */
function AreaState({ area, id }: { area: AreaView | undefined; id: string }) {
  return (
    <>
      <span class="chip" data-area={id} data-is={area ? (area.why === null ? 'granted' : 'denied') : undefined}>
        {area ? (area.why === null ? 'works' : 'limited') : 'not known'}
      </span>{' '}
      <span class="hint" data-area-why={id}>
        {area?.why ?? ''}
      </span>
    </>
  );
}

/** Privacy choices: preferences, the switch against third-party advertising, opt-outs elsewhere, help with cookies. */
export function Choices({ view, policy }: { view: View; policy: PublishedPolicy }) {
  const advertising = policy.purposes.filter((purpose) => !purpose.necessary && purpose.uses.some((use) => advertisingUses.includes(use)));
  const optional = policy.purposes.filter((purpose) => !purpose.necessary);
  const optOut = policy.vendors.filter((vendor) => vendor.optOutUrl !== null);
  return (
    <Page view={view} title="Privacy choices" description="See and change what MetroFax and its partners may do." scripts={['choices.js']}>
      <section class="frame block first two">
        <div>
          <p class="tape">Switchboard</p>
          <h1>Your choices.</h1>
          <p class="lead">Everything that is not needed for the service is up to you, one purpose at a time, as often as you like.</p>
          <p class="actions">
            <button type="button" class="button" data-consent-show="preferences" hidden>
              Open preferences
            </button>
            <button type="button" class="button quiet" data-consent-withdraw hidden>
              Withdraw everything
            </button>
          </p>
          <noscript>
            <p class="note">Without JavaScript none of our partners is asked for anything, so there is nothing to choose.</p>
          </noscript>
        </div>
        <div class="note" id="advertising">
          <h2>Third-party advertising</h2>
          <p>
            One switch for the purposes that sell, share or target:{' '}
            {advertising.map((purpose) => purpose.name).join(', ') || 'none'}. It works like the industry’s opt-outs, for
            this site. <a href="/privacy#choice.third-party-ads">What the policy says</a>
          </p>
          <label class="switch">
            <input
              type="checkbox"
              role="switch"
              disabled
              data-advertising-switch
              data-purposes={advertising.map((purpose) => purpose.id).join(' ')}
            />
            <span>Opt out of third-party advertising</span>
          </label>
          <p class="hint" data-advertising-state role="status">
            {view.gpc ? 'Your browser sends Global Privacy Control; the opt-out is honoured.' : ''}
          </p>
        </div>
      </section>

      <section class="frame block" aria-labelledby="now">
        <h2 id="now">As it stands in this browser</h2>
        <p class="lead narrow" data-choice-summary>
          The table fills in as soon as the page’s consent runtime is there.
        </p>
        <p class="actions">
          <button type="button" class="button quiet" data-receipt hidden>
            Get a receipt
          </button>
        </p>
        <p class="hint narrow" data-receipt-place role="status"></p>
        <div class="table-scroll" role="group" aria-labelledby="now" tabindex={0}>
          <table class="fares stacks" role="table">
            <thead role="rowgroup">
              <tr role="row">
                <th scope="col" role="columnheader">Purpose</th>
                <th scope="col" role="columnheader">What it is for</th>
                <th scope="col" role="columnheader">Now</th>
              </tr>
            </thead>
            <tbody role="rowgroup">
              {optional.map((purpose) => (
                <tr role="row">
                  <th scope="row" role="rowheader">
                    <a href={`/privacy#${purpose.clause}`}>{purpose.name}</a>
                  </th>
                  <td role="cell">{purpose.description}</td>
                  <td role="cell">
                    <span class="chip" data-choice={purpose.id}>
                      not known
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>

      <section class="frame block" aria-labelledby="limited-title" id="limited">
        <h2 id="limited-title">What a no limits</h2>
        <p class="lead narrow">
          These parts need a purpose that you may refuse. Everything else works the same.{' '}
          <a href="/privacy#cookies.rejection">What the policy says</a>
        </p>
        <div class="table-scroll" role="group" aria-labelledby="limited-title" tabindex={0}>
          <table class="fares stacks" role="table">
            <thead role="rowgroup">
              <tr role="row">
                <th scope="col" role="columnheader">Part of the site</th>
                <th scope="col" role="columnheader">Needs</th>
                <th scope="col" role="columnheader">Now</th>
              </tr>
            </thead>
            <tbody role="rowgroup">
              {(policy.firstParty.limitedAreas ?? []).map(({ id, purpose, clause }) => (
                <tr role="row">
                  <th scope="row" role="rowheader">
                    <a href={`/privacy#${clause}`}>{areas[id]?.[0] ?? id}</a>
                  </th>
                  <td role="cell">
                    {policy.purposes.find((one) => one.id === purpose)?.name ?? purpose}. {areas[id]?.[1]}
                  </td>
                  <td role="cell">
                    <AreaState area={view.areas.find((one) => one.id === id)} id={id} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>

      <section class="frame block two" aria-labelledby="elsewhere">
        <div>
          <h2 id="elsewhere">Opt out elsewhere</h2>
          <p class="narrow">
            These pages belong to others, under their own policies. An opt-out there is kept in a cookie: it holds for one
            browser and goes when cookies are cleared.
          </p>
          <ul class="link-list">
            {(policy.adChoices ?? []).map(({ name, url, where }) => (
              <li>
                <a href={url} rel="noreferrer">
                  {name}
                </a>{' '}
                <span class="chip">{where}</span>
              </li>
            ))}
          </ul>
        </div>
        <div>
          <h3>Each partner’s own opt-out</h3>
          <ul class="link-list columns">
            {optOut.map((vendor) => (
              <li>
                <a href={vendor.optOutUrl ?? vendor.policyUrl} rel="noreferrer">
                  {vendor.name}
                </a>
              </li>
            ))}
          </ul>
        </div>
      </section>

      <section class="frame block" aria-labelledby="cookies" id="cookie-help">
        <h2 id="cookies">Removing cookies yourself</h2>
        <p class="narrow">
          Withdrawing here removes what a purpose had stored. Your browser can remove everything at once; afterwards this
          site asks again, and until you answer nothing optional runs. <a href="/privacy#cookies.removal">What the policy says</a>
        </p>
        <dl class="facts">
          {browsers.map(([name, path]) => (
            <div>
              <dt>{name}</dt>
              <dd>{path}</dd>
            </div>
          ))}
        </dl>
      </section>
    </Page>
  );
}
