import { type Consent, consent, onConsent } from './consent.js';
import { bringGranted } from './grants.js';
import { recordChoices } from './receipt.js';

/** Buttons that open the consent interface are in the markup hidden, and shown once there is something to open. */
function wireButtons(runtime: Consent): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-consent-show]')) {
    button.hidden = false;
    button.addEventListener('click', () => runtime.show(button.dataset['consentShow'] === 'inspector' ? 'inspector' : 'preferences'));
  }
}

/**
 * cookies.remember-me: the cookie goes with a refusal or withdrawal. It is HttpOnly, so only the server can remove it;
 * the server answers 204 whether there was one or not.
 */
function forgetOnRefusal(runtime: Consent): void {
  let before = runtime.state.purposes['remember-me'];
  onConsent(({ state }) => {
    const now = state.purposes['remember-me'];
    if (now === before) return;
    before = now;
    if (now === 'denied') void fetch('/forget', { method: 'POST' }).catch(() => undefined);
  });
}

/** cookies.rejection: a part of the page that stays away says so, as long as it does. */
function noteAreas(runtime: Consent): void {
  if (runtime.status !== 'ready') return;
  for (const note of document.querySelectorAll<HTMLElement>('[data-area-note]')) note.hidden = runtime.area(note.dataset['areaNote'] ?? '').available;
}

/** Ticking "remember me" is the explicit, later choice for this one purpose: it is recorded as such before the form leaves. */
function rememberIsAChoice(runtime: Consent): void {
  const form = document.querySelector<HTMLFormElement>('[data-remember-form]');
  form?.addEventListener('submit', () => {
    const box = form.querySelector<HTMLInputElement>('[name="remember"]');
    if (box?.checked && runtime.state.purposes['remember-me'] !== 'granted') runtime.set({ 'remember-me': true });
  });
}

/** children.none: the page that turns a child away also turns everything optional off, whatever was chosen before. */
function refuseForChildren(): void {
  if (!document.querySelector('[data-consent-refuse]')) return;
  let done = false;
  onConsent((current) => {
    if (done || current.status !== 'ready') return;
    done = true;
    current.rejectAll();
  });
}

const runtime = consent();
if (runtime) {
  refuseForChildren();
  wireButtons(runtime);
  forgetOnRefusal(runtime);
  rememberIsAChoice(runtime);
  onConsent(noteAreas);
  recordChoices(runtime);
  bringGranted();
}
