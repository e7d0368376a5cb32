import { clock, find, html } from './dom.js';
import { notice } from './notice.js';

/** What became of one fetch of a mail's pixel or link, as the server tells it. */
interface Fetched {
  readonly kind: 'open' | 'click';
  readonly time: number;
  readonly openClass: string;
  readonly keep: 'nothing' | 'count' | 'last_day' | 'event' | 'client';
  readonly reason: string;
  readonly clause: string | null;
}

const kept: Readonly<Record<Fetched['keep'], string>> = {
  nothing: 'kept nothing',
  count: 'one more on the count, nobody recognised',
  last_day: 'kept the day, nothing else',
  event: 'noted',
  client: 'noted, with the program used',
};

const list = find<HTMLOListElement>('[data-mail-log]');
const state = find('[data-mail-count]');
let [fetched, noted] = [0, 0];

/** Forgets all: the whole picture comes anew. */
export function clearMail(): void {
  list.replaceChildren();
  [fetched, noted] = [0, 0];
}

/** Adds one fetch on top of the list, with the core's reason in words. */
export function showMail({ kind, time, openClass, keep, reason, clause }: Fetched): void {
  const nothing = keep === 'nothing';
  fetched += 1;
  if (!nothing) noted += 1;
  state.textContent = `${fetched} fetched, ${noted} left something behind.`;
  const why = html('span', {}, reason);
  const cite = clause ? [' (', html('a', { href: `/privacy#${clause}` }, clause), ')'] : [];
  list.prepend(
    html(
      'li',
      { class: `entry ${nothing ? 'refused' : 'allowed'}`, 'data-kept': keep, 'data-kind': kind },
      html('time', {}, clock(time * 1000)),
      html('span', { class: 'outcome' }, kind === 'open' ? 'opened' : 'clicked'),
      html('span', { class: 'subject' }, kept[keep], openClass === 'human_probable' ? '' : ` (${openClass.replaceAll('_', ' ')})`),
      html('span', { class: 'fine' }, why, ...cite),
    ),
  );
  void notice().then(({ reasons }) => {
    why.textContent = reasons[reason] ?? reason;
  });
}
