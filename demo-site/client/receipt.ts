import { onConsent, type Consent } from './consent.js';

const formats = [['27560', 'ISO/IEC TS 27560'], ['kantara', 'Kantara 1.1'], ['dpv', 'DPV (JSON-LD)']] as const;

/** Milliseconds after a choice until its record is made. */
const settle = 2000;

/** What the page's log says was let through and what was kept from whom. */
function enforcementOf(runtime: Consent) {
  const released = new Set<string>();
  const blockedBy = new Map<string, number>();
  let blocked = 0;
  for (const { verdict } of runtime.log) {
    if (verdict.outcome === 'allow') {
      if (verdict.vendor !== null && verdict.vendor !== 'self') released.add(verdict.vendor);
      continue;
    }
    blocked += 1;
    if (verdict.vendor !== null && verdict.vendor !== 'self') blockedBy.set(verdict.vendor, (blockedBy.get(verdict.vendor) ?? 0) + 1);
  }
  return { released: [...released], blocked, blockedBy: [...blockedBy].map(([vendor, count]) => ({ vendor, count })), purged: [], residue: runtime.state.residue ?? [] };
}

/** Enters the present choice in the site's ledger. */
function enter(runtime: Consent, id: string, method: 'banner' | 'preferences' | 'receipt'): Promise<Response> {
  const { search } = window.location;
  return fetch(`/consent${search}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ id, method, enforcement: enforcementOf(runtime), signals: { gpcScript: runtime.state.gpc ?? null } }),
    keepalive: true,
  });
}

/** The receipt of the present choice, and where it is. */
async function record(runtime: Consent, place: HTMLElement): Promise<void> {
  const id = crypto.randomUUID();
  const response = await enter(runtime, id, 'receipt');
  if (!response.ok) {
    const { detail } = (await response.json().catch(() => ({}))) as { detail?: string };
    place.textContent = detail ?? 'The receipt could not be made. Try again later.';
    return;
  }
  place.textContent = `Receipt ${id}: `;
  for (const [as, name] of formats) {
    const link = document.createElement('a');
    link.href = `/consent/receipt?id=${id}&as=${as}`;
    link.textContent = name;
    place.append(link, as === 'dpv' ? '' : ', ');
  }
}

/**
 * Every choice that somebody makes here goes into the ledger, once: in the tab where they made it, which is the one that they just
 * touched. Other tabs hear of it and keep quiet; a browser that does not say who was touched keeps no record.
 */
export function recordChoices(runtime: Consent): void {
  let before = runtime.state.time;
  runtime.onChange(() => {
    const { time } = runtime.state;
    const mine = time !== before && time !== undefined && time > 0 && (navigator as { userActivation?: UserActivation }).userActivation?.isActive === true;
    before = time;
    if (!mine) return;
    // A moment later, or when the page goes: then the record can say what was let through after the choice.
    const id = crypto.randomUUID();
    const send = (): void => {
      clearTimeout(timer);
      window.removeEventListener('pagehide', send);
      void enter(runtime, id, 'banner').catch(() => undefined);
    };
    const timer = setTimeout(send, settle);
    window.addEventListener('pagehide', send);
  });
}

/** The button of the choices page: there once there is a choice to be shown. */
export function wireReceipt(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-receipt]');
  const place = document.querySelector<HTMLElement>('[data-receipt-place]');
  if (!button || !place) return;
  let runtime: Consent | null = null;
  onConsent((current) => {
    runtime = current;
    // A choice about some purposes is a choice: there is a record as soon as there is its cookie.
    button.hidden = !document.cookie.includes('mf_consent=');
  });
  button.addEventListener('click', () => {
    if (runtime) void record(runtime, place).catch(() => { place.textContent = 'The receipt could not be made. Try again later.'; });
  });
}
