// Mail: merging a 50 KB template against Handlebars rendering the same one, decide about mail natively, and the pixel's endpoint
// against an empty handler on the same runtime. Ratios of one run; --count recipients, --rounds rounds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { benchEmailDecide } from './email-decide.mjs';
import { KEYS, mergeArguments, recipient, template } from './email-kit.mjs';
import { tellEmailPixel } from './email-pixel.mjs';
import { fromRoot, need } from './paths.mjs';
import { median } from './stats.mjs';

/** Seconds of one merge into /dev/null. @param {string} folder */
async function mergeOnce(folder) {
  const sink = await open('/dev/null', 'w');
  const began = process.hrtime.bigint();
  const child = spawn(fromRoot('build/native/mfconsent'), [...mergeArguments(join(folder, 't.html')), '--recipients', join(folder, 'r.jsonl')],
    { env: { METROFAX_MAIL_KEYS: KEYS }, stdio: ['ignore', sink.fd, 'inherit'] });
  const [code] = await once(child, 'exit');
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  await sink.close();
  if (code !== 0) throw new Error(`mfconsent email merge ended with ${code}`);
  return seconds;
}

/** Seconds of as many renderings by Handlebars, tokens left out. @param {string} source @param {number} count */
function handlebarsOnce(source, count) {
  const engine = Handlebars.create();
  for (const name of ['consentPixel', 'unsubscribeUrl', 'trackingUrl']) engine.registerHelper(name, () => 'https://mail.metrofax.com/x');
  engine.registerHelper('consentLink', (target) => target);
  const render = engine.compile(source);
  let bytes = 0;
  const began = process.hrtime.bigint();
  // As a message's line, like ours: rendered, and written as JSON.
  for (let n = 0; n < count; ++n) bytes += JSON.stringify({ html: render({ name: `Name ${n}` }) }).length;
  return { seconds: Number(process.hrtime.bigint() - began) / 1e9, bytes };
}

/** @param {{ count: number, rounds: number }} options */
export async function benchEmail({ count, rounds }) {
  await need('build/native/mfconsent', 'tests/support/build native');
  const folder = await mkdtemp(join(tmpdir(), 'bench-email-'));
  try {
    const source = template();
    await writeFile(join(folder, 't.html'), source);
    await writeFile(join(folder, 'r.jsonl'), Array.from({ length: count }, (_, n) => `${JSON.stringify(recipient(n))}\n`).join(''));
    const [ours, theirs] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
    const few = Math.ceil(count / 10);
    for (let i = 0; i < rounds; ++i) {
      ours.push(count / await mergeOnce(folder));
      theirs.push(few / handlebarsOnce(source, few).seconds);
    }
    const merge = { templateBytes: source.length, recipients: count, perSecond: median(ours), megabytesPerSecond: median(ours) * source.length / 1e6, handlebarsPerSecond: median(theirs), ratio: median(ours) / median(theirs) };
    console.log(`merge, ${source.length} bytes, ${count} recipients, one process: ${merge.perSecond.toFixed(0)} a second (${(merge.perSecond * 60 / 1e6).toFixed(2)} million a minute), ${merge.megabytesPerSecond.toFixed(0)} MB/s`);
    console.log(`Handlebars, the same template without a signature: ${merge.handlebarsPerSecond.toFixed(0)} a second; ours ${merge.ratio.toFixed(2)} times that`);
    const decide = await benchEmailDecide({ rounds });
    const pixel = await tellEmailPixel({ rounds: Math.min(rounds, 5) });
    return { merge, decide, pixel };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
