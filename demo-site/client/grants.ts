// A page that came with a refusal, or under a signal, came under a policy that names nobody else, and a policy can only be tightened in
// a living page. So what is allowed later comes with the next page: at once where nothing is lost by that, and else when the visitor says.
import { onConsent } from './consent.js';

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

/** Loads the page again when a choice, made anywhere, allows what this page's own policy shuts out. */
export function bringGranted(): void {
  // The interface would load it again by itself.
  document.addEventListener('metrofaxconsent:reload', (event) => event.preventDefault());
  onConsent(({ state }) => {
    if (state.reload !== 'now') return;
    if (changedForm()) offerReload();
    else location.reload();
  });
}
