import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { Account } from '../accounts/store.js';
import type { Origins } from '../server/origins.js';
import { Logo } from './art/logo.js';
import { Top } from './parts.js';

/** A limited area of the policy (cookies.rejection) as this visitor has it. */
export interface AreaView {
  readonly id: string;
  /** Name of the purpose it needs. */
  readonly needs: string;
  /** Why it is limited, in a sentence; null where it works. */
  readonly why: string | null;
}

/** What every page needs to know about the request it answers. */
export interface View {
  readonly origins: Origins;
  /** Path of the page, to mark it in the navigation. */
  readonly path: string;
  /** Version of the policy the footer cites. */
  readonly policyVersion: string;
  /** Content hashes of the files the page loads, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly account: Account | null;
  /** The gate's answers for this request; the page's own runtime follows every later choice. */
  readonly areas: readonly AreaView[];
  /** Regime id to put on the consent tag; null leaves the choice to the runtime. */
  readonly regime: string | null;
  /** Whether the request carried `Sec-GPC: 1`. Only the server sees that in browsers without navigator.globalPrivacyControl. */
  readonly gpc: boolean;
  /**
   * How the partners come into the page: by the site's tag manager, or written into the markup. What is written in starts
   * loading before any script can speak, so holding it takes more than a runtime.
   */
  readonly embeds: 'tags' | 'markup';
  /** No content security policy of the runtime's either: what a choice changes, it changes in the page as it is. */
  readonly alone: boolean;
  /** Nonce for script tags under the strict policy that wants one. */
  readonly nonce: string | null;
}

interface PageProps {
  readonly view: View;
  /** Title of the document; the name of the site is added. */
  readonly title: string;
  readonly description: string;
  /** Scripts of this page beside site.js, by name. */
  readonly scripts?: readonly string[];
  /** Whether IAB's page APIs are served in it. */
  readonly iab?: boolean;
  /** Wide pages use the whole window: the lab. */
  readonly wide?: boolean;
  readonly children: Child;
}

const navigation = [
  ['/pricing', 'Pricing'],
  ['/test-drive', 'Test drive'],
  ['/lab', 'Lab'],
] as const;

/**
 * The document around a page: the consent runtime as the very first tag, and, as on any marketing site, three partners
 * embedded without a word about consent.
 */
export function Page({ view, title, description, scripts = [], iab = false, wide = false, children }: PageProps) {
  const { origins } = view;
  const nonce = view.nonce ? { nonce: view.nonce } : {};
  const consent = { 'data-server': '/consent/cookies', ...(view.regime ? { 'data-regime': view.regime } : {}), ...(view.gpc ? { 'data-gpc': '1' } : {}), ...(view.alone ? { 'data-csp': 'off' } : {}), ...nonce };
  const file = (name: string): string => `/static/${name}?v=${view.versions[name] ?? ''}`;
  const fullTitle = view.path === '/' ? title : `${title} · MetroFax`;
  return html`<!doctype html>${(
    <html lang="en">
      <head>
        <script src="/consent.js" {...consent}></script>
        {iab ? <script src="/iab.js" data-config={file('iab.json')} {...nonce}></script> : null}
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{fullTitle}</title>
        <meta name="description" content={description} />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#ffd21f" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#0f1318" media="(prefers-color-scheme: dark)" />
        <link rel="icon" href={file('icon.svg')} type="image/svg+xml" />
        <link rel="stylesheet" href={file('site.css')} />
        {view.embeds === 'markup' ? (
          <script src={`${origins.northlight}/nl.js`} {...nonce}></script>
        ) : (
          <script
            src={file('tags.js')}
            defer
            data-northlight={origins.northlight}
            data-adharbor={origins.adharbor}
            data-circlet={origins.circlet}
            {...nonce}
          ></script>
        )}
        {['site.js', ...scripts].map((name) => (
          <script src={file(name)} defer {...nonce}></script>
        ))}
      </head>
      <body class={wide ? 'wide' : undefined} data-partners={`${origins.northlight}/nl.js ${origins.adharbor}/tag.js ${origins.circlet}/widget.js`}>
        <Header view={view} />
        <main id="content" tabindex={-1}>
          {children}
        </main>
        <Sponsor view={view} nonce={nonce} />
        <Footer view={view} nonce={nonce} />
      </body>
    </html>
  )}`;
}

function Header({ view }: { view: View }) {
  const link = (href: string, text: string) => (
    <a href={href} aria-current={view.path === href ? 'page' : undefined}>
      {text}
    </a>
  );
  return (
    <Top href="/" label="MetroFax, home" brand="MetroFax">
      <nav aria-label="Main">
        {navigation.map(([href, text]) => link(href, text))}
        {view.account ? link('/account', 'Account') : link('/sign-in', 'Sign in')}
        {view.account ? null : (
          <a class="button small" href="/register" aria-current={view.path === '/register' ? 'page' : undefined}>
            Get a number
          </a>
        )}
      </nav>
    </Top>
  );
}

/** The ad network's places. They keep their size whether or not anything comes. */
function Sponsor({ view, nonce }: { view: View; nonce: { nonce?: string } }) {
  const { adharbor } = view.origins;
  const inMarkup = view.embeds === 'markup';
  return (
    <aside class="sponsor frame" aria-label="Advertisements">
      <p class="fine">Advertisements</p>
      <div class="sponsor-row">
        <div data-place="advertisement">
          {inMarkup ? <iframe src={`${adharbor}/frame?slot=footer`} title="Advertisement" width="100%" height="90"></iframe> : null}
        </div>
        <div data-ah-slot="second"></div>
      </div>
      {inMarkup ? <script src={`${adharbor}/tag.js`} {...nonce}></script> : null}
      {inMarkup ? <img class="gif" src={`${adharbor}/px.gif?page=site`} width="1" height="1" alt="" /> : null}
    </aside>
  );
}

const footerLinks = [
  ['The line', [['/', 'Home'], ['/pricing', 'Pricing'], ['/test-drive', 'Test drive'], ['/register', 'Get a number'], ['/survey', 'Survey'], ['/sweepstakes', 'Prize draw']]],
  ['Your privacy', [['/privacy', 'Privacy policy'], ['/choices', 'Privacy choices'], ['/changes', 'What will change'], ['/privacy#cookies.third-party', 'Partners’ cookies']]],
  ['Behind the scenes', [['/lab', 'Lab: who received what'], ['/outbox', 'Outbox: every mail and why'], ['/markup', 'Markup that waits'], ['/signals', 'Signals: heard and told'], ['/.well-known/gpc.json', 'GPC statement']]],
] as const;

/** cookies.rejection, where it shows: why the platform's buttons stay away. */
function MediaNote({ view }: { view: View }) {
  const area = view.areas.find(({ id }) => id === 'embedded-media');
  if (!area) return null;
  return (
    <p class="fine" data-area-note={area.id} hidden={area.why === null}>
      No share and follow buttons here: they come from another platform and need “{area.needs}”.{' '}
      <a href="/choices#limited">What is limited, and why</a>
    </p>
  );
}

function Footer({ view, nonce }: { view: View; nonce: { nonce?: string } }) {
  return (
    <footer class="bottom">
      <div class="frame bottom-grid">
        <div class="bottom-brand">
          <a class="brand" href="/" aria-label="MetroFax, home">
            <Logo />
            <span>MetroFax</span>
          </a>
          <p class="fine">
            A demonstration of the MetroFax Consent SDK. The plans are not for sale, mail goes no further than this machine, and
            the advertisers are three servers on it.
          </p>
          <div class="social">
            <div data-circlet="share"></div>
            <div data-place="follow">
              {view.embeds === 'markup' ? (
                <iframe src={`${view.origins.circlet}/button`} title="Follow on Circlet" width="170" height="36"></iframe>
              ) : null}
            </div>
          </div>
          <MediaNote view={view} />
        </div>
        {footerLinks.map(([heading, links]) => (
          <nav aria-label={heading}>
            <h2>{heading}</h2>
            <ul>
              {links.map(([href, text]) => (
                <li>
                  <a href={href}>{text}</a>
                </li>
              ))}
              {heading === 'Your privacy' ? (
                <li>
                  <button type="button" class="link" data-consent-show="preferences" hidden>
                    Open preferences
                  </button>
                </li>
              ) : null}
            </ul>
          </nav>
        ))}
      </div>
      <div class="frame bottom-line">
        <p class="tape">
          Privacy policy {view.policyVersion} <span aria-hidden="true">/</span> P. 01 of 01{' '}
          <span aria-hidden="true">/</span> end of transmission
        </p>
      </div>
      {view.embeds === 'markup' ? <script src={`${view.origins.circlet}/widget.js`} {...nonce}></script> : null}
    </footer>
  );
}
