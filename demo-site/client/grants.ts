// A page that came with a refusal, or under a signal, came under a policy that names nobody else, and a policy can only be tightened in
// a living page. So what is allowed later comes with the next page: at once where nothing is lost by that, and else when the visitor says.
import { type Consent, onConsent } from './consent.js';

const changedForm = (): boolean =>
  [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('main input:not([type="hidden"]), main textarea')].some((field) =>
    field.type === 'checkbox' || field.type === 'radio' ? (field as HTMLInputElement).checked !== (field as HTMLInputElement).defaultChecked : field.value !== field.defaultValue,
  );

/** A line at the foot of the window, once. */
function offerReload(): void {
  if (document.querySelector('.comes-next')) return;
  const line = document.createElement('p');
  line.className = 'comes-next';
  line.setAttribute('role', 'status');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button small';
  button.textContent = 'Reload now';
  button.addEventListener('click', () => location.reload());
  line.append('What you allowed comes with the next page. ', button);
  document.body.append(line);
}

/** Loads the page again when a choice allows a partner whom this page's own policy shuts out. */
export function bringGranted(runtime: Consent): void {
  const tag = document.querySelector<HTMLElement>('script[data-grant="reload"]');
  if (!tag) return;
  const partners = (document.body.dataset['partners'] ?? '').split(' ').filter(Boolean);
  const allowed = (): string[] => partners.filter((url) => runtime.decide({ kind: 'web.request', url, initiator: 'script' }).outcome === 'allow');
  let before: ReadonlySet<string> | undefined;
  onConsent(() => {
    if (runtime.status !== 'ready') return;
    const now = allowed();
    before ??= new Set(now);
    const seen = before;
    if (now.every((url) => seen.has(url))) return;
    if (changedForm()) offerReload();
    else location.reload();
  });
}
