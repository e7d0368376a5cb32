import type { Consent, Judged } from '../consent.js';
import { clock, html } from './dom.js';

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

/** Adds one verdict on top of the list, with a "why?" that unfolds the runtime's own explanation. */
export function addVerdict(list: HTMLOListElement, judged: Judged, consent: Consent): void {
  const { verdict, request } = judged;
  const answer = html('div', { class: 'answer' });
  answer.hidden = true;
  const why = html('button', { type: 'button', class: 'why-button', 'aria-expanded': 'false' }, 'why?');
  why.addEventListener('click', () => {
    if (answer.childElementCount === 0) answer.append(...explanation(judged, consent));
    answer.hidden = !answer.hidden;
    why.setAttribute('aria-expanded', String(!answer.hidden));
  });
  list.prepend(
    html(
      'li',
      { class: `entry ${verdict.outcome}` },
      html('time', {}, clock(timeOf(judged))),
      html('span', { class: 'outcome' }, verdict.outcome),
      html('span', { class: 'subject' }, subjectOf(judged)),
      html('span', { class: 'fine' }, request.initiator ?? request.api ?? request.kind),
      why,
      answer,
    ),
  );
  while (list.childElementCount > shown) list.lastElementChild?.remove();
}

function explanation({ verdict }: Judged, consent: Consent): HTMLElement[] {
  const { reasonText, clause } = consent.explain(verdict);
  const id = clause?.id ?? verdict.clause;
  const lines = [html('p', {}, reasonText || `Reason: ${verdict.reason.replaceAll('_', ' ')}.`)];
  if (clause?.says) lines.push(html('p', { class: 'says' }, clause.says));
  const facts = [verdict.purpose && `purpose ${verdict.purpose}`, verdict.vendor && `partner ${verdict.vendor}`].filter(Boolean).join(', ');
  if (facts) lines.push(html('p', { class: 'fine' }, facts));
  if (id) lines.push(html('p', {}, html('a', { href: `/privacy#${id}` }, `Clause ${id}`)));
  return lines;
}
