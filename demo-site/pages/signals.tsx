import type { PublishedPolicy } from '../server/policy.js';
import { Page, type View } from './layout.js';
import { Head } from './parts.js';

/** What came with the request, as the server saw it; the page's script adds what only a browser knows. */
export interface ReceivedSignals {
  /** Values of the headers, null where the request had none. */
  readonly gpc: string | null;
  readonly dnt: string | null;
}

const strings = [
  ['tcf', 'TC string', '__tcfapi', 'IAB Europe’s Transparency and Consent Framework, where GDPR applies'],
  ['gpp', 'GPP string', '__gpp', 'IAB Tech Lab’s Global Privacy Platform: one section, that of the law in force'],
  ['usp', 'US Privacy string', '__uspapi', 'Version, notice, opt-out of sale, agreement'],
] as const;

function Row({ name, received, from, id, means }: { name: string; received: string | null; from: string; id: string; means: string }) {
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        {name}
      </th>
      <td role="cell">
        <code data-signal={id}>{received ?? 'nothing'}</code>
      </td>
      <td role="cell">{from}</td>
      <td role="cell" data-means={id}>
        {means}
      </td>
    </tr>
  );
}

/** What a visitor's browser said, what that came to and why, and how advertisers are told. */
export function Signals({ view, policy, received, reasons }: { view: View; policy: PublishedPolicy; received: ReceivedSignals; reasons: Readonly<Record<string, string>> }) {
  const optional = policy.purposes.filter((purpose) => !purpose.necessary && purpose.uses.length > 0);
  return (
    <Page view={view} title="Signals" description="What your browser said, what it resolved to, and what advertisers are told." scripts={['signals.js']} iab>
      <section class="frame block first">
        <p class="tape">Incoming</p>
        <h1>Signals received.</h1>
        <p class="lead narrow">What this visit said about privacy, from where, what it came to and why, and the strings that advertisers are given of it.</p>
        <p class="honoured narrow" data-gpc-note hidden={received.gpc !== '1'}>
          <strong>Opt-out request honoured.</strong> Your browser sends Global Privacy Control: no sale, no sharing, no targeted advertising, unless you allow
          one of them by itself.
        </p>
      </section>
      <section class="frame block" aria-labelledby="received">
        <h2 id="received">What came, from where</h2>
        <div class="table-scroll" role="group" aria-labelledby="received" tabindex={0}>
          <table class="fares stacks received" role="table">
            <Head stacked columns={['Signal', 'Received', 'From', 'Resolved to']} />
            <tbody role="rowgroup">
              <Row name="Global Privacy Control" id="gpc" received={received.gpc} from="header Sec-GPC" means={received.gpc === '1' ? 'opted out' : 'no preference: only 1 means something'} />
              <Row name="Global Privacy Control" id="navigator" received="needs a script" from="navigator.globalPrivacyControl" means="asked by the page’s script" />
              <Row name="Do Not Track" id="dnt" received={received.dnt} from="header DNT" means={received.dnt?.startsWith('1') ? 'no targeted advertising, no profiling' : 'no preference: only 1 means something'} />
              <Row name="US Privacy String" id="usprivacy" received="needs a script" from="cookie usprivacy" means="Y in the third place opts out of sale" />
              <Row name="Opt-outs of partners" id="mf_optout" received="needs a script" from="cookie mf_optout" means="partners by name; nai and daa for the industry’s" />
              <Row name="Law in force" id="regime" received={view.regime} from={view.regime ? 'switch ?regime= in the address' : 'nobody says where you are'} means={view.regime ?? 'the strictest'} />
              <Row name="Your choice" id="choice" received="needs a script" from="cookie mf_consent" means="asked by the page’s script" />
            </tbody>
          </table>
        </div>
        <p class="fine">
          Try another law:{' '}
          {policy.regimes.map((regime) => (
            <>
              <a href={`/signals?regime=${regime.id}`} aria-current={view.regime === regime.id ? 'true' : undefined}>
                {regime.id}
              </a>{' '}
            </>
          ))}
          · industry opt-outs (NAI, DAA, EDAA), each partner’s and our own switch are under <a href="/choices">your choices</a>.
        </p>
      </section>
      <section class="frame block" aria-labelledby="verdicts">
        <h2 id="verdicts">What it came to</h2>
        <div data-reasons={JSON.stringify(reasons)} class="table-scroll" role="group" aria-labelledby="verdicts" tabindex={0}>
          <table class="fares stacks verdicts" role="table">
            <Head stacked columns={['Purpose', 'Now', 'Why']} />
            <tbody role="rowgroup">
              {optional.map((purpose) => (
                <tr role="row">
                  <th scope="row" role="rowheader">
                    {purpose.name}
                  </th>
                  <td role="cell">
                    <span class="chip" data-verdict={purpose.id}>
                      not asked
                    </span>
                  </td>
                  <td role="cell" data-why={purpose.id}></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p class="actions">
          <button type="button" class="button" data-consent-show="preferences" hidden>
            Open preferences
          </button>
        </p>
      </section>
      <section class="frame block" aria-labelledby="told">
        <h2 id="told">What advertisers are told</h2>
        <p class="narrow">
          This site’s CmpId is 4095, which is nobody’s: the SDK is an engine, not a registered consent management platform. A string never says more than you did.
        </p>
        {strings.map(([id, name, api, what]) => (
          <article class="signal">
            <h3>
              {name} <code>{api}</code>
            </h3>
            <p class="hint">{what}</p>
            <p>
              <code class="string" data-string={id}>
                waiting for the API
              </code>
            </p>
            <details>
              <summary>Decoded</summary>
              <pre data-decoded={id}></pre>
            </details>
          </article>
        ))}
        <h3>An advertiser’s frame, asking by messages</h3>
        <p class="hint">It comes from Adharbor’s own origin, and only where Adharbor may be reached.</p>
        <iframe class="asking" data-purpose="advertising" data-src={`${view.origins.adharbor}/asks`} title="What Adharbor is told" width="100%" height="240"></iframe>
      </section>
    </Page>
  );
}
