// What the benches of mail share: a 50 KB template, recipients, and how mfconsent is asked to merge them.
import { fromRoot } from './paths.mjs';

export const KEYS = `1:${'c0ffee00'.repeat(8)}`;
export const NOW = 1_767_225_600;
export const POLICY = 'demo-site/policy/2013-12-01.json';
export const POLICY_VERSION = '2013-12-01';

/** 50 KB of table rows, a pixel, four counted links, both ways out. */
export function template() {
  const row = '<tr><td style="padding:8px;font-family:Arial,sans-serif;color:#333">Fax by e-mail, an archive, one number.</td></tr>\n';
  const links = [0, 1, 2, 3].map((i) => `<a href="{{consentLink "https://www.metrofax.com/p/${i}"}}">Plan ${i}</a>`).join('');
  const head = '<!doctype html><html><body><p>Hello {{name}}</p>{{consentPixel}}<table>';
  const tail = `</table>${links}<a href="{{unsubscribeUrl}}">u</a><a href="{{trackingUrl}}">t</a></body></html>`;
  return head + row.repeat(Math.ceil((51_200 - head.length - tail.length) / row.length)) + tail;
}

/** Half of them allowed everything. @param {number} n */
export const recipient = (n) => ({ id: `r${n}`, to: `r${n}@example.org`, fields: { name: `Name ${n}` },
  subject: { country: ['DE', 'FR', 'IT', 'US'][n % 4], account: { state: 'active', promotional: 'in' },
    consent: { purposes: n % 2 ? { 'email-open': 'granted', 'email-click': 'granted' } : {}, policyVersion: POLICY_VERSION, time: NOW - 1 } } });

/** Arguments of a merge that reads the standard input. @param {string} html path of the template */
export const mergeArguments = (html) => ['email', 'merge', '--policy', fromRoot(POLICY), '--html', html, '--subject', 'Hi', '--class', 'promotional',
  '--campaign', '7', '--base', 'https://mail.metrofax.com', '--now', '2026-01-01T00:00:00Z', '--clamp', '--quiet'];
