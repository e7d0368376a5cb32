import { RouteMap } from './art/route-map.js';
import { Page, type View } from './layout.js';
import { Line } from './parts.js';
import { plans } from './plans.js';
import { Ticket } from './ticket.js';

const facts = [
  ['Numbers', 'Local numbers in 38 area codes, toll-free numbers, or the number you already print on your letterhead.'],
  ['Pages', 'Sent as PDF, arrived as PDF, searchable. Black and white at 204 × 196 dots per inch, as the standard has it.'],
  ['Sending', 'From any mail program: write to the number, attach up to 20 files, press send. Or from the browser.'],
  ['Receipts', 'Every fax answers with a confirmation: when, how long, how many pages, which machine picked up.'],
  ['Sharing', 'One number can arrive in several inboxes, and one inbox can hold several numbers.'],
  ['Leaving', 'Month to month. Cancel by telephone, take your archive with you as one file.'],
] as const;

const questions = [
  ['Can I keep my fax number?', 'Yes. A number can be moved to MetroFax from most carriers in ten working days. Until it has moved, calls to it are forwarded, so nothing is lost on the way.'],
  ['Does the other side need to change anything?', 'No. To a fax machine, MetroFax is a fax machine: same handshake, same tones, same confirmation sheet.'],
  ['What happens when I run out of pages?', 'Nothing stops. Further pages are counted at the price of your plan and shown on the next bill; you can set a limit in your account.'],
  ['Who reads my faxes?', 'Nobody. Pages are converted by machine and handed to you; what is in them never reaches our statistics, our logs or any partner. The privacy policy says which sentence promises that.'],
  ['Is a fax by e-mail still valid as a fax?', 'A page sent through MetroFax travels over the telephone network like any other and carries the sender’s line at its top edge.'],
] as const;

/** The home page. */
export function Home({ view }: { view: View }) {
  return (
    <Page
      view={view}
      title="MetroFax: the fax line that ends in your inbox"
      description="A fax number without the machine: faxes arrive in your inbox as PDF and leave it as fax."
    >
      <section class="hero">
        <div class="frame hero-grid">
          <div class="hero-text">
            <p class="tape">Carrier 2100 Hz / connected / P. 01</p>
            <h1>The fax line that ends in your inbox.</h1>
            <p class="lead">
              Take a number, or bring yours. What is faxed to it reaches you as a PDF. What you mail to a number leaves
              as a fax. No machine, no toner, no second telephone line.
            </p>
            <p class="actions">
              <a class="button" href="/test-drive">
                Take a test drive
              </a>
              <a class="button quiet" href="/pricing">
                Plans from $9 a month
              </a>
            </p>
          </div>
          <RouteMap />
        </div>
      </section>

      <section class="frame block" aria-labelledby="lines">
        <h2 id="lines">Three lines, one change</h2>
        <p class="lead narrow">Everything runs through one place, so you never wonder where a page is.</p>
        <Line
          color="receive"
          name="Receive"
          stops={[
            ['They dial', 'Any fax machine, anywhere'],
            ['We answer', 'On the first ring, day and night'],
            ['Page becomes PDF', 'Straightened, searchable'],
            ['In your inbox', 'Usually within a minute'],
          ]}
        />
        <Line
          color="send"
          name="Send"
          stops={[
            ['You write', 'To number@fax.metrofax.com'],
            ['Files become pages', 'PDF, Office, pictures'],
            ['We dial', 'Again, if the line is busy'],
            ['Receipt', 'With the other side’s name'],
          ]}
        />
        <Line
          color="archive"
          name="Archive"
          stops={[
            ['Kept', 'As long as you choose'],
            ['Indexed', 'Every word on every page'],
            ['Found', 'From telephone or desk'],
            ['Deleted', 'When you say so, for good'],
          ]}
        />
      </section>

      <section class="band" aria-labelledby="facts">
        <div class="frame block">
          <h2 id="facts">Cover sheet</h2>
          <dl class="facts">
            {facts.map(([term, text]) => (
              <div>
                <dt>{term}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </div>
      </section>

      <section class="frame block" aria-labelledby="plans">
        <div class="heading-row">
          <h2 id="plans">Pick a ticket</h2>
          <a href="/pricing">Compare the plans</a>
        </div>
        <div class="tickets">
          {plans.map((plan) => (
            <Ticket plan={plan} heading="h3" />
          ))}
        </div>
      </section>

      <section class="frame block two" aria-labelledby="questions">
        <div>
          <h2 id="questions">Asked at the counter</h2>
          <p class="lead narrow">And one that few ask: what does this page tell its partners about you?</p>
          <p>
            <a class="button quiet" href="/lab">
              See for yourself in the lab
            </a>
          </p>
        </div>
        <div class="questions">
          {questions.map(([question, answer]) => (
            <details>
              <summary>{question}</summary>
              <p>{answer}</p>
            </details>
          ))}
        </div>
      </section>
    </Page>
  );
}
