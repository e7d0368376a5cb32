import type { Consent, Judged } from '../consent.js';
import { clock, html } from './dom.js';
import { notice } from './notice.js';

const shown = 120;

/** Milliseconds since 1970 of a log entry, whichever of the two forms it has. */
export const timeOf = (judged: Judged): number => (typeof judged.time === 'number' ? judged.time : Date.parse(judged.time));

/** What was wanted, in a few words: host and path of a request, or the name in a storage. */
export function subjectOf({ request }: Judged): string {
  if (request.kind === 'web.storage') {
    const name = request.key ?? (request.line ?? '').split('=', 1)[0] ?? '';
    return `${request.api ?? 'storage'} ${name}`;
  }
  if (!request.url) return request.kind;
  try {
    const url = new URL(request.url, location.href);
    return url.origin === location.origin ? url.pathname : `${url.hostname}${url.pathname}`;
  } catch {
    return request.url;
  }
}

/**
 * What became of it on this page: nothing was stopped (null), it waits for a choice nobody has made yet, or it was refused.
 * Whether a refusal may still turn is the verdict's own reason; here it only picks a mark.
 */
export function whatBecame({ verdict }: Judged): 'held' | 'refused' | null {
  if (verdict.outcome === 'allow' || verdict.outcome === 'strip') return null;
  return verdict.outcome === 'hold' || verdict.reason === 'unknown' ? 'held' : 'refused';
}

const words = { allowed: 'allowed', held: 'waits', refused: 'refused' } as const;

/** Adds one verdict on top of the list, with a "why?" that unfolds the runtime's own explanation. */
export function addVerdict(list: HTMLOListElement, judged: Judged, consent: Consent): void {
  const { request } = judged;
  const answer = html('div', { class: 'answer' });
  answer.hidden = true;
  const why = html('button', { type: 'button', class: 'why-button', 'aria-expanded': 'false' }, 'why?');
  why.addEventListener('click', () => {
    if (answer.childElementCount === 0) void explain(answer, judged, consent);
    answer.hidden = !answer.hidden;
    why.setAttribute('aria-expanded', String(!answer.hidden));
  });
  list.prepend(
    html(
      'li',
      { class: `entry ${whatBecame(judged) ?? 'allowed'}` },
      html('time', {}, clock(timeOf(judged))),
      html('span', { class: 'outcome' }, words[whatBecame(judged) ?? 'allowed']),
      html('span', { class: 'subject' }, subjectOf(judged)),
      html('span', { class: 'fine' }, request.initiator ?? request.api ?? request.kind),
      why,
      answer,
    ),
  );
  while (list.childElementCount > shown) list.lastElementChild?.remove();
}

/** The runtime's explanation; the sentences it has not loaded itself are taken from the notice it would load. */
async function explain(answer: HTMLElement, { verdict }: Judged, consent: Consent): Promise<void> {
  const { reasonText, clause } = consent.explain(verdict);
  const { reasons, clauses } = await notice();
  const id = clause?.id ?? verdict.clause;
  const says = clause?.says ?? clauses[id]?.says;
  const reason = reasonText && reasonText !== verdict.reason ? reasonText : (reasons[verdict.reason] ?? verdict.reason);
  const facts = [verdict.purpose && `purpose ${verdict.purpose}`, verdict.vendor && `partner ${verdict.vendor}`, `reason ${verdict.reason}`];
  answer.append(html('p', {}, reason));
  if (says) answer.append(html('p', { class: 'says' }, says));
  answer.append(html('p', { class: 'fine' }, facts.filter(Boolean).join(', ')));
  if (id) answer.append(html('p', {}, html('a', { href: `/privacy#${id}` }, `Read clause ${id}`)));
}
