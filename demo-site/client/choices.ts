import { type Consent, onConsent } from './consent.js';
import { wireReceipt } from './receipt.js';

const words = { granted: 'on', denied: 'off', unknown: 'not decided' } as const;

function fillTable({ state }: Consent): void {
  for (const cell of document.querySelectorAll<HTMLElement>('[data-choice]')) {
    const choice = state.purposes[cell.dataset['choice'] ?? ''] ?? 'unknown';
    cell.textContent = words[choice];
    cell.dataset['is'] = choice;
  }
  const summary = document.querySelector('[data-choice-summary]');
  if (!summary) return;
  summary.textContent = state.decided
    ? 'You have decided. The table follows at once when you change your mind, here or in another tab.'
    : 'You have not decided yet. Where the law asks for consent first, undecided means off.';
}

function wireSwitch(box: HTMLInputElement): void {
  const purposes = (box.dataset['purposes'] ?? '').split(' ').filter(Boolean);
  const says = document.querySelector('[data-advertising-state]');
  let runtime: Consent | null = null;
  onConsent((current) => {
    runtime = current;
    box.disabled = current.status !== 'ready';
    // Opted out is what is on record as refused; undecided purposes are not shown as an opt-out nobody made.
    box.checked = purposes.every((purpose) => current.state.purposes[purpose] === 'denied');
    if (says) {
      says.textContent = current.state.gpc
        ? 'Your browser sends Global Privacy Control; the opt-out is honoured whatever the switch says.'
        : box.checked
          ? 'Opted out in this browser.'
          : 'Not opted out here.';
    }
  });
  box.addEventListener('change', () => {
    // Switching the opt-out off is no consent: it opens the preferences, where consent is asked properly.
    if (box.checked) runtime?.set(Object.fromEntries(purposes.map((purpose) => [purpose, false])));
    else {
      box.checked = true;
      runtime?.show('preferences');
    }
  });
}

/** cookies.rejection: which parts of the site are limited, and why; the answer is the gate's, the words are the SDK's. */
function fillAreas(runtime: Consent): void {
  for (const cell of document.querySelectorAll<HTMLElement>('[data-area]')) {
    const id = cell.dataset['area'] ?? '';
    const { available, verdict } = runtime.area(id);
    cell.textContent = available ? 'works' : 'limited';
    cell.dataset['is'] = available ? 'granted' : 'denied';
    const why = document.querySelector(`[data-area-why="${CSS.escape(id)}"]`);
    // The server's sentence stands until the words are there.
    if (why && (available || reasons)) why.textContent = available ? '' : (reasons?.[verdict.reason] ?? verdict.reason);
  }
}

/** The SDK's words for reasons, from the notice of the page's language. */
let reasons: Readonly<Record<string, string>> | undefined;
async function readReasons(): Promise<void> {
  const response = await fetch('/notice.en.json');
  reasons = ((await response.json()) as { reasons: Record<string, string> }).reasons;
  onConsent(fillAreas);
}

wireReceipt();
onConsent(fillTable);
onConsent(fillAreas);
if (document.querySelector('[data-area]')) void readReasons().catch(() => undefined);
const box = document.querySelector<HTMLInputElement>('[data-advertising-switch]');
if (box) wireSwitch(box);
onConsent((runtime) => {
  const button = document.querySelector<HTMLButtonElement>('[data-consent-withdraw]');
  if (!button || !button.hidden) return;
  button.hidden = false;
  button.addEventListener('click', () => void runtime.withdraw());
});
