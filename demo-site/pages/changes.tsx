import type { PolicyChanges, PublishedPolicy } from '../server/policy.js';
import { Page, type View } from './layout.js';

const groups = [
  ['material', 'You choose', 'More, or something else, may happen. It waits until you say yes; until then your data is used as the policy says that you chose under.'],
  ['narrows', 'Less than before', 'Takes effect by itself: nobody has to be asked.'],
  ['text', 'Only words', 'The same promise, said differently.'],
] as const;

const days = (seconds: string): string => `${Math.round(Number(seconds) / 86_400)} days`;

/** `policy diff` speaks to whoever writes policies; readers count in days. */
export const inWords = (what: string): string =>
  what.replace(/retention in seconds: (\d+) -> (\d+)/, (_, before: string, after: string) => `kept ${days(after)} instead of ${days(before)}`).replace('effective changed', 'it takes effect on another day');

/** What a version to come changes, for whom, and what happens to those who do not answer (changes.material). */
export function Changes({ view, policy, changes }: { view: View; policy: PublishedPolicy; changes: PolicyChanges }) {
  const names = new Map(policy.purposes.map(({ id, name }) => [id, name]));
  const touched = new Set(changes.changes.filter(({ weight }) => weight === 'material').flatMap(({ purposes }) => purposes ?? []));
  // With --policy next it is in force already.
  const inForce = changes.version === policy.version;
  return (
    <Page view={view} title={inForce ? 'What has changed' : 'What will change'} description={`What the privacy policy of ${changes.version} changes, and what that means for a choice already made.`}>
      <section class="frame block first">
        <p class="tape">
          {inForce ? `Policy ${policy.supersedes[0]?.version ?? ''} / now ${changes.version}` : `Policy ${policy.version} / next ${changes.version}`}
        </p>
        <h1>{inForce ? 'What has changed.' : 'What will change.'}</h1>
        <p class="lead narrow">
          From {changes.version} a new policy is in force for those who accept it. A choice made before stays good for everything
          that stays the same; what is new waits until you choose again. <a href="/privacy#changes.material">What the policy says</a>
        </p>
        <p>
          {inForce ? 'Whoever chose before is asked again about:' : 'You will be asked again about:'}{' '}
          {[...touched].map((id) => (
            <>
              <span class="chip">{names.get(id) ?? id}</span>{' '}
            </>
          ))}
        </p>
      </section>
      {groups.map(([weight, title, text]) => {
        const found = changes.changes.filter((change) => change.weight === weight);
        return found.length === 0 ? null : (
          <section class="frame block" aria-labelledby={`changes-${weight}`}>
            <h2 id={`changes-${weight}`}>{title}</h2>
            <p class="narrow">{text}</p>
            <ul class="link-list">
              {found.map(({ what, purposes }) => (
                <li data-change={weight}>
                  {inWords(what)}
                  {(purposes ?? []).map((id) => (
                    <>
                      {' '}
                      <span class="chip">{names.get(id) ?? id}</span>
                    </>
                  ))}
                </li>
              ))}
            </ul>
          </section>
        );
      })}
      <section class="frame block" aria-labelledby="mail">
        <h2 id="mail">The mail that says so</h2>
        <p class="narrow">
          It is a service message: every active account gets it, whatever it chose about offers; a deactivated account gets none, and
          what it left here is never used the new way. <a href="/privacy#changes.deactivated">What the policy says</a>
        </p>
      </section>
    </Page>
  );
}
