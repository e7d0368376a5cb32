import type { Checked, LedgerReport, Overview } from '../server/counsel.js';
import type { PolicyChanges, PublishedPolicy } from '../server/policy.js';
import { inWords } from './changes.js';
import { Bar, Columns, Legend, percent, Spark } from './charts.js';
import { clock, type CounselView, Csrf, Frame, Hash } from './counsel-frame.js';
import { Head } from './parts.js';

export type { CounselView } from './counsel-frame.js';

/** Days shown at least and at most; a year is a long picture. */
const fewestDays = 14;
const mostDays = 92;

/** The last days up to the newest choice, those without one too. */
function lastDays(all: LedgerReport['days']): LedgerReport['days'] {
  const [first, last] = [all[0], all[all.length - 1]];
  if (!first || !last) return [];
  const [from, to] = [Date.parse(first.day), Date.parse(last.day)].map((time) => time / 86_400_000) as [number, number];
  const count = Math.min(mostDays, Math.max(fewestDays, to - from + 1));
  const known = new Map(all.map((day) => [day.day, day]));
  return Array.from({ length: count }, (_, i) => {
    const day = new Date((to - count + 1 + i) * 86_400_000).toISOString().slice(0, 10);
    return known.get(day) ?? { day, granted: 0, refused: 0, purposes: {} };
  });
}

export function CounselOff({ view, why }: { view: CounselView; why: string }) {
  return (
    <Frame view={view} title="Counsel’s view is off">
      <section class="frame block first narrow-page">
        <p class="tape">Counsel / off</p>
        <h1>Off.</h1>
        <p class="lead">{why} Nobody can sign in here.</p>
        <p>
          Start the demo with <code>METROFAX_COUNSEL_KEY</code> set to 16 characters or more: with{' '}
          <code>METROFAX_COUNSEL_KEY="$(openssl rand -base64 24)"</code>, say, and keep a note of it.
        </p>
      </section>
    </Frame>
  );
}

export function CounselSignIn({ view, problem }: { view: CounselView; problem: string | null }) {
  return (
    <Frame view={view} title="Counsel’s view">
      <section class="frame block first narrow-page">
        <p class="tape">Counsel / sign in</p>
        <h1>Counsel’s view.</h1>
        <p class="lead">For whoever answers for the policy: what was asked, what was chosen, what was then done, and whether the record of it holds.</p>
        {problem === null ? null : (
          <p class="problems" role="alert">
            {problem}
          </p>
        )}
        <form method="post" action="/counsel/sign-in" class="counsel-form">
          <label>
            Credential
            <input type="password" name="credential" required autocomplete="current-password" autofocus={problem !== null} />
          </label>
          <button type="submit" class="button">
            Sign in
          </button>
        </form>
        <p class="fine">
          It is what this server was started with. A session ends after 15 minutes without use; five wrong tries from one place make it wait. Signing in, exports and erasures are
          noted in the ledger.
        </p>
      </section>
    </Frame>
  );
}

interface Named {
  readonly purposes: ReadonlyMap<string, string>;
  readonly vendors: ReadonlyMap<string, string>;
}

function Purposes({ report, names }: { report: LedgerReport; names: Named }) {
  const days = lastDays(report.days);
  return (
    <section class="frame block" aria-labelledby="purposes">
      <h2 id="purposes">Consent by purpose</h2>
      {report.purposes.length === 0 ? (
        <p>No choice has been recorded yet.</p>
      ) : (
        <>
          <Legend items={[['good', 'granted'], ['bad', 'refused'], ['none', 'not part of the choice']]} />
          <table class="fares stacks chart" role="table">
            <Head stacked columns={['Purpose', `Of ${String(report.choices)} choices`, 'Granted', 'Refused', 'Rate', 'Day by day']} />
            <tbody>
              {report.purposes.map(({ id, granted, denied }) => (
                <tr role="row">
                  <th scope="row">{names.purposes.get(id) ?? id}</th>
                  <td class="chart-bar">
                    <Bar parts={[{ as: 'good', value: granted }, { as: 'bad', value: denied }]} whole={Math.max(report.choices, granted + denied)} />
                  </td>
                  <td data-name="granted">{granted}</td>
                  <td data-name="refused">{denied}</td>
                  <td data-name="rate">{percent(granted, granted + denied)}</td>
                  <td class="chart-spark">
                    <Spark title={`${names.purposes.get(id) ?? id}: share of each day’s choices`} shares={days.map((day) => (day.granted + day.refused === 0 ? null : (day.purposes[id] ?? 0) / (day.granted + day.refused)))} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}

function Days({ report }: { report: LedgerReport }) {
  const days = lastDays(report.days);
  if (days.length === 0) return null;
  const granted = days.reduce((sum, day) => sum + day.granted, 0);
  const refused = days.reduce((sum, day) => sum + day.refused, 0);
  return (
    <section class="frame block" aria-labelledby="days">
      <h2 id="days">Choices over time</h2>
      <Legend items={[['good', 'something granted'], ['bad', 'everything refused']]} />
      <Columns
        id="days-chart"
        title="Choices by day"
        desc={`${String(days.length)} days, ${days[0]!.day} to ${days[days.length - 1]!.day}: ${String(granted)} with something granted, ${String(refused)} with everything refused.`}
        columns={days.map((day) => ({ label: day.day, parts: [{ as: 'good', value: day.granted }, { as: 'bad', value: day.refused }] }))}
      />
      <details>
        <summary>The same as a table</summary>
        <table class="fares">
          <Head columns={['Day', 'Granted', 'Refused']} />
          <tbody>
            {days.filter((day) => day.granted + day.refused > 0).reverse().map((day) => (
              <tr>
                <th scope="row">{day.day}</th>
                <td>{day.granted}</td>
                <td>{day.refused}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      <p class="fine">
        {[...report.regimes].map(({ id, count }) => `${id || 'no regime'}: ${String(count)}`).join(' · ')} · with Global Privacy Control: {report.gpc}
      </p>
    </section>
  );
}

function Vendors({ report, names }: { report: LedgerReport; names: Named }) {
  const mostBlocked = Math.max(1, ...report.vendors.map(({ blocked }) => blocked));
  const mostReleased = Math.max(1, ...report.vendors.map(({ released }) => released));
  return (
    <section class="frame block" aria-labelledby="vendors">
      <h2 id="vendors">Kept from partners, and let through</h2>
      <p class="narrow">
        As pages reported it with each choice: {report.blocked} requests were stopped in all. What a page says of itself is no proof, and a name that the policy does not know stands as it came.
      </p>
      {report.vendors.length === 0 ? null : (
        <>
          <Legend items={[['bad', 'requests stopped'], ['good', 'choices after which something went through']]} />
          <table class="fares stacks chart" role="table">
            <Head stacked columns={['Partner', 'Stopped', <span class="sr">Requests</span>, 'Let through', <span class="sr">Choices</span>]} />
            <tbody>
              {report.vendors.slice(0, 30).map(({ id, released, blocked }) => (
                <tr role="row">
                  <th scope="row">{names.vendors.get(id) ?? id}</th>
                  <td class="chart-bar">
                    <Bar parts={[{ as: 'bad', value: blocked }]} whole={mostBlocked} />
                  </td>
                  <td data-name="stopped">{blocked}</td>
                  <td class="chart-bar">
                    <Bar parts={[{ as: 'good', value: released }]} whole={mostReleased} />
                  </td>
                  <td data-name="let through">{released}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      {report.residue.length === 0 ? null : <p>Still there after it was to go: {report.residue.slice(0, 20).map(({ id, count }) => `${id} (${String(count)})`).join(', ')}</p>}
    </section>
  );
}

/** What of a ledger that is broken can still be relied on. */
const whatHolds = (verified: number): string => (verified === 0 ? 'No entry can be relied on.' : verified === 1 ? 'Entry 0 holds; nothing after it can be relied on.' : `Entries 0 to ${String(verified - 1)} hold; nothing after them can be relied on.`);

/** What is wrong, and from which entry on. */
function wrongEntry({ seq, problem }: NonNullable<Checked['problem']>, entries: number): string {
  if (seq < entries) return `Entry ${String(seq)} cannot be trusted: ${problem}.`;
  const missing = seq === entries ? `Entry ${String(seq)} is missing` : `Entries ${String(entries)} to ${String(seq)} are missing`;
  return `${missing}. Of entry ${String(seq)}: ${problem}.`;
}

/** How far the chain holds, drawn: sealed, chained behind the last seal, and from the first entry that cannot be trusted on. */
function Ledger({ view, health, entries }: { view: CounselView; health: Checked; entries: number }) {
  const { verified, sealed, seals, problem, sha256 } = health;
  const missing = problem ? Math.max(0, problem.seq + 1 - entries) : 0;
  return (
    <section class="frame block" aria-labelledby="ledger">
      <h2 id="ledger">Ledger</h2>
      {problem ? (
        <div class="ledger-state bad">
          <p>
            <strong>{wrongEntry(problem, entries)}</strong> {whatHolds(verified)}
          </p>
          <p>
            What is on this page counts every entry that is stored, the untrusted ones too. Keep the file as it is: take{' '}
            <a href="/counsel/export/ledger.jsonl">the ledger</a> along and compare it with the last copy that held (<code>mfconsent ledger verify --against COPY</code>).
          </p>
        </div>
      ) : (
        <p class="ledger-state good">
          {verified === 0 ? (
            'The ledger is empty.'
          ) : (
            <>
              Every entry, 0 to {verified - 1}, is as it was written, and names the one before it.
            </>
          )}
        </p>
      )}
      <Legend items={[['good', 'under a signed seal'], ['calm', 'chained, seal to come'], ...(problem ? ([['bad', missing > 0 ? 'missing' : 'not to be trusted']] as const) : [])]} />
      <div class="ledger-strip">
        <Bar
          whole={Math.max(entries + missing, 1)}
          parts={[{ as: 'good', value: Math.min(sealed, verified) }, { as: 'calm', value: Math.max(0, verified - sealed) }, { as: 'bad', value: Math.max(0, entries + missing - verified) }]}
        />
      </div>
      <dl class="facts">
        <div>
          <dt>Entries</dt>
          <dd>{entries}</dd>
        </div>
        <div>
          <dt>Verified</dt>
          <dd>{verified}</dd>
        </div>
        <div>
          <dt>Seals</dt>
          <dd>
            {seals === 0 ? 'none yet' : `${String(seals)} (Ed25519), the last covers ${String(sealed)}`}
          </dd>
        </div>
        <div>
          <dt>Last good entry</dt>
          <dd>
            <Hash of={sha256} />
          </dd>
        </div>
      </dl>
      <p class="fine">
        All of it was read, with every signature, at {clock(health.whole)}; what came since, and that nothing is gone, was looked at for this page. Whoever does not trust this server takes <a href="/counsel/export/ledger.jsonl">the ledger</a> and{' '}
        <a href="/consent/receipt-key.pem">the key</a> along: <code>mfconsent ledger verify --key receipt-key.pem ledger.jsonl</code>
      </p>
      <form method="post" action="/counsel/check" class="actions">
        <Csrf view={view} />
        <button type="submit" class="button quiet small">
          Read all of it again
        </button>
      </form>
    </section>
  );
}

const weights = [['material', 'warn', 'material: asked again'], ['narrows', 'good', 'narrows: takes effect by itself'], ['text', 'calm', 'words only']] as const;

function Policies({ policy, changes, report, names }: { policy: PublishedPolicy; changes: PolicyChanges | null; report: LedgerReport; names: Named }) {
  const of = (sha256: string): number => report.policies.find((one) => one.sha256 === sha256)?.count ?? 0;
  const others = report.policies.filter(({ sha256 }) => sha256 !== policy.sha256 && sha256 !== changes?.sha256);
  const rows = [
    ...others.map(({ id, sha256, count }) => ({ version: id || 'not said', what: 'earlier, or another build', sha256, count })),
    { version: policy.version, what: `in force since ${policy.effective.currentUsers}`, sha256: policy.sha256, count: of(policy.sha256) },
    ...(changes && changes.version !== policy.version ? [{ version: changes.version, what: `to come on ${changes.effective}`, sha256: changes.sha256, count: of(changes.sha256) }] : []),
  ];
  return (
    <section class="frame block" aria-labelledby="policies">
      <h2 id="policies">Policy versions</h2>
      <table class="fares stacks chart" role="table">
        <Head stacked columns={['Version', 'State', 'SHA-256', 'Choices made under it', <span class="sr">Number</span>]} />
        <tbody>
          {rows.map(({ version, what, sha256, count }) => (
            <tr role="row">
              <th scope="row">{version}</th>
              <td>{what}</td>
              <td>
                <Hash of={sha256} />
              </td>
              <td class="chart-bar">
                <Bar parts={[{ as: 'calm', value: count }]} whole={Math.max(1, report.choices)} />
              </td>
              <td data-name="choices">{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {changes === null ? null : (
        <>
          <h3 class="spaced">
            {changes.version === policy.version ? policy.supersedes[0]?.version : policy.version} → {changes.version}, as <code>mfconsent policy diff</code> judges it
          </h3>
          <Legend items={weights.map(([, as, text]) => [as, text] as const)} />
          <div class="ledger-strip">
            <Bar parts={weights.map(([weight, as]) => ({ as, value: changes.changes.filter((change) => change.weight === weight).length }))} whole={Math.max(1, changes.changes.length)} />
          </div>
          <ul class="diff">
            {changes.changes.map(({ weight, what, purposes }) => (
              <li data-weight={weight}>
                <span class={`chip weight-${weight}`}>{weight}</span> {inWords(what)}
                {(purposes ?? []).map((id) => (
                  <>
                    {' '}
                    <span class="chip">{names.purposes.get(id) ?? id}</span>
                  </>
                ))}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Retention({ view, rows }: { view: CounselView; rows: Overview['retention'] }) {
  return (
    <section class="frame block" aria-labelledby="retention">
      <h2 id="retention">Retention</h2>
      <p class="narrow">What a sweep would remove now. One runs every hour. A legal hold keeps the record in the ledger, and nothing else; cookies go in the browser, by their lifetime and by every answer.</p>
      <table class="fares">
        <Head columns={['What', 'Days', 'Due', 'Held']} />
        <tbody>
          {rows.map(({ place, keep, due, held, error }) => (
            <tr>
              <th scope="row">{place}</th>
              <td>{keep === 0 ? 'own end' : Math.round(keep / 86_400)}</td>
              <td>{error ?? due}</td>
              <td>{held}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <form method="post" action="/counsel/sweep" class="actions">
        <Csrf view={view} />
        <button type="submit" class="button quiet small">
          Sweep now
        </button>
      </form>
    </section>
  );
}

/** What is known of everybody together, and the way to one person. */
export function CounselPage({ view, policy, changes, overview }: { view: CounselView; policy: PublishedPolicy; changes: PolicyChanges | null; overview: Overview }) {
  const { report, health, entries } = overview;
  const names: Named = { purposes: new Map(policy.purposes.map(({ id, name }) => [id, name])), vendors: new Map(policy.vendors.map(({ id, name }) => [id, name])) };
  const granted = report.days.reduce((sum, day) => sum + day.granted, 0);
  return (
    <Frame view={view} title="Counsel’s view">
      <section class="frame block first">
        <p class="tape">Counsel / policy {policy.version}</p>
        <h1>What was asked, chosen and done.</h1>
        {health.problem ? (
          <p class="ledger-state bad" role="alert">
            <strong>The ledger is broken.</strong> {wrongEntry(health.problem, entries)} <a href="#ledger">What still holds</a>
          </p>
        ) : null}
        <dl class="facts big">
          <div>
            <dt>Choices</dt>
            <dd>{report.choices}</dd>
          </div>
          <div>
            <dt>Something granted</dt>
            <dd>{percent(granted, report.choices)}</dd>
          </div>
          <div>
            <dt>Requests stopped</dt>
            <dd>{report.blocked}</dd>
          </div>
          <div>
            <dt>Ledger</dt>
            <dd class={health.problem ? 'bad' : 'good'}>{health.problem ? `broken at ${String(health.problem.seq)}` : 'holds'}</dd>
          </div>
        </dl>
        <form method="get" action="/counsel/person" class="counsel-form wide">
          <label>
            A person’s file, by the id of their receipt
            <input type="text" name="receipt" required pattern="[0-9a-fA-F-]{36}" placeholder="00000000-0000-0000-0000-000000000000" autocomplete="off" spellcheck={false} />
          </label>
          <button type="submit" class="button">
            Open
          </button>
        </form>
        <p class="fine">
          Take along: <a href="/counsel/export/purposes.csv">purposes</a>, <a href="/counsel/export/days.csv">days</a>, <a href="/counsel/export/vendors.csv">partners</a> (CSV) ·{' '}
          <a href="/counsel/export/report.json">all of it</a> (JSON) · <a href="/counsel/export/ledger.jsonl">ledger</a> (JSON Lines)
        </p>
      </section>
      {health.problem ? <Ledger view={view} health={health} entries={entries} /> : null}
      <Purposes report={report} names={names} />
      <Days report={report} />
      <Vendors report={report} names={names} />
      <Policies policy={policy} changes={changes} report={report} names={names} />
      {health.problem ? null : <Ledger view={view} health={health} entries={entries} />}
      <Retention view={view} rows={overview.retention} />
    </Frame>
  );
}
