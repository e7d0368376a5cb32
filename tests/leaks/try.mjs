// While developing: node tests/leaks/try.mjs [--browser chromium] [--state undecided]… [--only fetch,xhr] [--planes]
import { parseArgs } from 'node:util';
import { closeAll } from '../support/browsers/index.mjs';
import { Lab } from './lab.mjs';
import { listed } from './known.mjs';
import { ALL } from './pages.mjs';
import { STATES } from './states.mjs';

const { values } = parseArgs({ options: {
  browser: { type: 'string', default: 'chromium' }, state: { type: 'string', multiple: true, default: [] }, only: { type: 'string' }, planes: { type: 'boolean', default: false },
} });
const lab = await Lab.start(values);
if (values.only) lab.only = (id) => values.only?.split(',').includes(id) ?? true;
const browser = /** @type {import('../support/browsers/types.d.ts').BrowserName} */ (values.browser);
let began = Date.now();
const took = () => { const time = Date.now() - began; began = Date.now(); return `${time} ms`; };
const control = await lab.control(browser);
const silent = ALL.filter(lab.only).filter((id) => !control.tracker.includes(id));
console.log(`storage: ${control.stored.join(' ')}`);
console.log(`${browser}: ${control.tracker.length} of ${ALL.length} fire, twins ${control.own.length} (${took()}); silent: ${silent.join(' ')}; twin silent: ${control.tracker.filter((id) => !control.own.includes(id)).join(' ')}`);
for (const name of values.state) {
  const state = STATES[name];
  if (!state) throw new Error(`no state ${name}`);
  const { tracker, own, stored } = await lab.measure(browser, state, control.own.filter((id) => !listed('lost', browser, name, values.planes).has(id)));
  const lost = control.own.filter((id) => !own.includes(id));
  console.log(`\n${name}: ${tracker.length} arrived (${took()}): ${tracker.join(' ')}\n  own lost ${lost.length}: ${lost.join(' ')}`);
  console.log(`  stored ${stored.length}: ${stored.join(' ')}`);
  if (state.granted) console.log(`  not arrived: ${control.tracker.filter((id) => !tracker.includes(id)).join(' ')}`);
}
for (const error of lab.errors) console.error(error);
await lab.close();
await closeAll();
process.exit(0);
