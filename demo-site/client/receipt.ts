import { onConsent, type Consent } from './consent.js';

const formats = [['27560', 'ISO/IEC TS 27560'], ['kantara', 'Kantara 1.1'], ['dpv', 'DPV (JSON-LD)']] as const;

/** Enters the present choice in the site's ledger and shows where its receipt is. */
async function record(runtime: Consent, place: HTMLElement): Promise<void> {
  const id = crypto.randomUUID();
  const released = new Set<string>();
  let blocked = 0;
  for (const { verdict } of runtime.log) {
    if (verdict.outcome !== 'allow') blocked += 1;
    else if (verdict.vendor !== null && verdict.vendor !== 'self') released.add(verdict.vendor);
  }
  const { search } = window.location;
  const response = await fetch(`/consent${search}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ id, method: 'preferences', enforcement: { released: [...released], blocked, purged: [], residue: [] }, signals: { gpcScript: runtime.state.gpc ?? null } }),
  });
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
