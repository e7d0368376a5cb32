// bench size: what a first visit has to fetch, raw and as servers send it.
import { readFile } from 'node:fs/promises';
import { sizesOf } from '../../js-glue/build/sizes.mjs';
import { need } from './paths.mjs';
import { table } from './stats.mjs';

/** Files that belong together are compressed apart, as they are sent. @type {Record<string, string[]>} */
const SHIPPED = {
  'ours, critical path (gate, policy, runtime)': ['js-glue/dist/consent.js'],
  'ours, UI for the undecided': ['js-glue/dist/ui.js', 'js-glue/dist/notice.en.json'],
  'ours, both': ['js-glue/dist/consent.js', 'js-glue/dist/ui.js', 'js-glue/dist/notice.en.json'],
  'vanilla-cookieconsent': ['node_modules/vanilla-cookieconsent/dist/cookieconsent.umd.js', 'node_modules/vanilla-cookieconsent/dist/cookieconsent.css'],
  'Orejime, standard theme': ['node_modules/orejime/dist/orejime-standard-en.js', 'node_modules/orejime/dist/orejime-standard.css'],
};

/** What the smallest full peer ships for its banner alone, brotli: the aim for our critical path. */
const AIM = 13_038;

export async function benchSize() {
  /** @type {Record<string, { raw: number, gzip: number, brotli: number }>} */
  const sizes = {};
  for (const [name, paths] of Object.entries(SHIPPED)) {
    const files = await Promise.all(paths.map(async (path) => sizesOf(await readFile(await need(path, 'tests/support/build')))));
    sizes[name] = files.reduce((sum, { raw, gzip, brotli }) => ({ raw: sum.raw + raw, gzip: sum.gzip + gzip, brotli: sum.brotli + brotli }), { raw: 0, gzip: 0, brotli: 0 });
  }
  table('Shipped, bytes', ['', 'raw', 'gzip', 'brotli', 'of the aim'],
    Object.entries(sizes).map(([name, { raw, gzip, brotli }]) => [name, raw, gzip, brotli, `${(brotli / AIM).toFixed(2)}`]));
  return { aim: AIM, sizes };
}
