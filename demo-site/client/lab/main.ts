import { type Consent, consent, type Judged } from '../consent.js';
import { clock, find, html } from './dom.js';
import { clearMail, showMail } from './mail.js';
import { Track } from './track.js';
import { addVerdict, subjectOf, timeOf, whatBecame } from './verdicts.js';

interface Hit {
  readonly seq: number;
  readonly advertiser: string;
  readonly time: number;
  readonly method: string;
  readonly path: string;
  readonly cookies: readonly (readonly [string, string])[];
  readonly referrer: string;
  readonly initiator: string;
}

type Counts = Readonly<Record<string, { readonly requests: number; readonly cookies: number }>>;

const lanes = new Map(
  [...document.querySelectorAll<HTMLElement>('[data-lane]')].map((element) => [
    element.dataset['lane'] ?? '',
    { element, track: new Track(find<SVGSVGElement>('[data-track]', element)), stopped: 0, requests: 0 },
  ]),
);
const arrivals = find<HTMLOListElement>('[data-arrivals]');
const verdicts = find<HTMLOListElement>('[data-verdicts]');
const state = find('[data-lab-state]');

const setCount = (id: string, name: string, value: number): void => {
  const lane = lanes.get(id);
  if (lane) find(`[data-count="${name}"]`, lane.element).textContent = String(value);
};

function showCounts(counts: Counts): void {
  for (const [id, { requests, cookies }] of Object.entries(counts)) {
    const lane = lanes.get(id);
    if (lane) lane.requests = requests;
    setCount(id, 'requests', requests);
    setCount(id, 'cookies', cookies);
  }
  const parts = [...lanes.values()].map(({ element, requests }) => `${find('h3', element).textContent} ${requests}`);
  state.textContent = `Requests received: ${parts.join(', ')}.`;
}

function showHit(hit: Hit): void {
  const label = `${hit.method} ${hit.path}`;
  lanes.get(hit.advertiser)?.track.add({ time: hit.time, what: 'arrived', label });
  const cookies = hit.cookies.map(([name, value]) => `${name}=${value.length > 14 ? `${value.slice(0, 14)}…` : value}`).join('; ');
  const from = hit.referrer ? new URL(hit.referrer).pathname : 'no referrer';
  arrivals.prepend(
    html(
      'li',
      { class: `entry arrived ${hit.advertiser}` },
      html('time', {}, clock(hit.time)),
      html('span', { class: 'outcome' }, hit.initiator),
      html('span', { class: 'subject' }, `${hit.advertiser} ${label}`),
      html('span', { class: 'fine' }, cookies ? `cookie ${cookies}` : `no cookie, from ${from}`),
    ),
  );
  while (arrivals.childElementCount > 120) arrivals.lastElementChild?.remove();
}

/** Follows the advertisers' counters. The browser reconnects by itself; each connection starts with the whole picture. */
function follow(): void {
  const events = new EventSource('/lab/events');
  let connected = false; // a reset sends a snapshot too, and no mails after it
  events.addEventListener('snapshot', (event) => {
    const { counts, hits } = JSON.parse(event.data as string) as { counts: Counts; hits: Hit[] };
    arrivals.replaceChildren();
    if (!connected) clearMail();
    connected = true;
    for (const { track } of lanes.values()) track.clear(true);
    for (const hit of hits) showHit(hit);
    showCounts(counts);
  });
  events.addEventListener('mail', (event) => showMail(JSON.parse(event.data as string) as Parameters<typeof showMail>[0]));
  events.addEventListener('hit', (event) => {
    const { counts, hit } = JSON.parse(event.data as string) as { counts: Counts; hit: Hit };
    showHit(hit);
    showCounts(counts);
  });
  events.addEventListener('error', () => {
    connected = false;
    state.textContent = 'The counters cannot be reached just now; trying again.';
  });
}

/** Takes over what the runtime judged since last time. Its log is short and drops the oldest, so entries are known by identity. */
function verdictReader(runtime: Consent): () => void {
  const seen = new WeakSet<Judged>();
  return () => {
    for (const judged of runtime.log) {
      if (seen.has(judged)) continue;
      seen.add(judged);
      addVerdict(verdicts, judged, runtime);
      const { vendor } = judged.verdict;
      const lane = vendor ? lanes.get(vendor) : undefined;
      const what = whatBecame(judged);
      if (!lane || !vendor || !what) continue;
      lane.stopped += 1;
      setCount(vendor, 'stopped', lane.stopped);
      lane.track.add({ time: timeOf(judged), what, label: subjectOf(judged) });
    }
  };
}

/** Asks the runtime, for each lane, what it would say to that advertiser's script now; asking changes nothing. */
function draw(): void {
  const now = Date.now();
  for (const { element, track } of lanes.values()) {
    const open = consent()?.decide({ kind: 'web.request', url: element.dataset['url'] ?? '', initiator: 'script' }).outcome === 'allow';
    track.turn(now, open);
    track.draw(now);
    const service = find('[data-service]', element);
    const text = open ? 'open' : 'closed';
    if (service.textContent !== text) service.textContent = text;
    element.classList.toggle('running', open);
    element.classList.toggle('closed', !open);
  }
}

function wireControls(runtime: Consent | null): void {
  const actions: Readonly<Record<string, (runtime: Consent) => unknown>> = {
    accept: (current) => current.acceptAll(),
    reject: (current) => current.rejectAll(),
    preferences: (current) => current.show('preferences'),
    withdraw: (current) => current.withdraw(),
  };
  for (const [name, act] of Object.entries(actions)) {
    const button = find<HTMLButtonElement>(`[data-lab="${name}"]`);
    if (!runtime) continue;
    button.disabled = false;
    button.addEventListener('click', () => void act(runtime));
  }
  find('[data-lab="reset"]').addEventListener('click', () => {
    for (const [id, lane] of lanes) {
      lane.stopped = 0;
      lane.track.clear();
      setCount(id, 'stopped', 0);
    }
    verdicts.replaceChildren();
    void fetch('/lab/reset', { method: 'POST' }).catch(() => {
      state.textContent = 'The counters could not be reset.';
    });
  });
}

const runtime = consent();
const readVerdicts = runtime ? verdictReader(runtime) : () => undefined;
if (!runtime) verdicts.append(html('li', { class: 'entry' }, 'The consent runtime is not on this page.'));
wireControls(runtime);
follow();

// Two pictures a second show time passing; with reduced motion one is enough.
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
setInterval(() => {
  readVerdicts();
  draw();
}, calm ? 1000 : 500);
readVerdicts();
