import type { Clause, PublishedPolicy } from '../server/policy.js';
import { Page, type View } from './layout.js';

/** Headings of the policy and the first words of the clause ids that belong under each. */
const chapters: readonly (readonly [string, readonly string[]])[] = [
  ['Where this policy holds', ['scope']],
  ['What you give us', ['registration', 'test-drive', 'entity']],
  ['Cookies', ['cookies']],
  ['Log files and clear GIFs', ['logs', 'gifs']],
  ['Profiles', ['profile']],
  ['Children', ['children']],
  ['Mail and other contact', ['email', 'contact', 'support', 'referral']],
  ['Who else may see it', ['disclosure', 'intermediary', 'transition']],
  ['Surveys and sweepstakes', ['survey', 'sweepstakes']],
  ['Your choices', ['choice', 'pii']],
  ['California', ['california']],
  ['Running the service', ['service', 'abuse', 'security']],
  ['How long it is kept', ['retention']],
  ['When the policy changes', ['changes']],
  ['International', ['safe-harbor']],
];

const chapterId = (title: string): string => title.toLowerCase().replace(/[^a-z]+/g, '-');

/** Sorts the clauses under their headings, in the order of the policy file; what fits nowhere comes under "More". */
function sortIntoChapters(clauses: readonly Clause[]): { title: string; clauses: Clause[] }[] {
  const familyOf = (clause: Clause): string => clause.id.split('.')[0] ?? '';
  const placed = chapters.map(([title, families]) => ({
    title,
    clauses: clauses.filter((clause) => families.includes(familyOf(clause))),
  }));
  const known = new Set(chapters.flatMap(([, families]) => families));
  const rest = clauses.filter((clause) => !known.has(familyOf(clause)));
  return [...placed, { title: 'More', clauses: rest }].filter((chapter) => chapter.clauses.length > 0);
}

/** The privacy policy as data: each sentence, what the SDK does about it, and what in the policy file carries it out. */
export function Privacy({ view, policy }: { view: View; policy: PublishedPolicy }) {
  const sorted = sortIntoChapters(policy.clauses);
  const enforced = policy.clauses.filter((clause) => clause.declarative === undefined).length;
  return (
    <Page view={view} title="Privacy policy" description="Every sentence of the MetroFax privacy policy, and what the software does about it.">
      <div class="frame block first policy">
        <header class="policy-head">
          <p class="tape">Policy {policy.version} / {policy.clauses.length} clauses / {enforced} enforced</p>
          <h1>What we promise, and what keeps the promise.</h1>
          <p class="lead narrow">
            Each entry states a promise in plain words, then what the software does because of it. Whenever something is
            allowed or refused on this site, the answer names one of these entries.
          </p>
          <p class="actions">
            <button type="button" class="button" data-consent-show="preferences" hidden>
              Open preferences
            </button>
            <a class="button quiet" href="/choices">
              Your choices
            </a>
          </p>
        </header>
        <nav class="contents" aria-label="Contents">
          <ol>
            {sorted.map((chapter) => (
              <li>
                <a href={`#${chapterId(chapter.title)}`}>{chapter.title}</a>
              </li>
            ))}
          </ol>
        </nav>
        <div class="chapters">
          {sorted.map((chapter) => (
            <section aria-labelledby={chapterId(chapter.title)}>
              <h2 id={chapterId(chapter.title)}>{chapter.title}</h2>
              {chapter.clauses.map((clause) => (
                <ClauseEntry clause={clause} enforcedBy={policy.enforcedBy.get(clause.id) ?? []} />
              ))}
            </section>
          ))}
        </div>
      </div>
    </Page>
  );
}

function ClauseEntry({ clause, enforcedBy }: { clause: Clause; enforcedBy: readonly string[] }) {
  return (
    <article class="clause" id={clause.id} tabindex={-1}>
      <h3>
        <a href={`#${clause.id}`}>{clause.id}</a>
        {clause.declarative === undefined ? (
          <span class="chip enforced">enforced</span>
        ) : (
          <span class="chip">stated, not decided</span>
        )}
      </h3>
      <p class="says">{clause.says}</p>
      <p class="does">{clause.does}</p>
      {clause.declarative === undefined ? (
        <p class="fine">
          Carried out by {enforcedBy.length > 0 ? enforcedBy.slice(0, 8).join(', ') : 'the entries that cite it'}
          {enforcedBy.length > 8 ? ` and ${enforcedBy.length - 8} more` : ''}.
        </p>
      ) : (
        <p class="fine">Nothing to decide: {clause.declarative}</p>
      )}
    </article>
  );
}
