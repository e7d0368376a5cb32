// Public e-mail templates from npm packages, as their authors made them.
import { readdirSync, readFileSync } from 'node:fs';
import Mailgen from 'mailgen';
import { root } from './kit.mjs';

const BODIES = {
  welcome: { name: 'Ann', intro: 'Welcome!', action: { instructions: 'Begin:', button: { color: '#22BC66', text: 'Start', link: 'https://www.metrofax.com/start' } }, outro: 'Questions? Write to us.' },
  receipt: { name: 'Ann', intro: 'Your order.', table: { data: [{ item: 'Plan', price: '$9.95' }, { item: 'Fax number', price: '$0.00' }] } },
  dictionary: { name: 'Ann', dictionary: { date: '1 January', number: '12' }, signature: 'Sincerely' },
};
const folder = `${root}node_modules/foundation-emails/.download/templates/`;
/** By name, as their packages made them. @type {Map<string, string>} */
export const mails = new Map(readdirSync(folder).filter((name) => name.endsWith('.html')).map((name) => [`foundation-emails/${name}`, readFileSync(folder + name, 'utf8')]));
for (const theme of ['default', 'salted', 'cerberus', 'neopolitan']) {
  const mailgen = new Mailgen({ theme, product: { name: 'MetroFax', link: 'https://www.metrofax.com/' } });
  for (const [name, body] of Object.entries(BODIES)) mails.set(`mailgen/${theme}/${name}`, mailgen.generate({ body: /** @type {any} */ (body) }));
}
