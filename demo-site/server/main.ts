import { fileURLToPath } from 'node:url';
import { parseArguments, usage } from './args.js';
import { check } from './check.js';
import { startDemo } from './demo.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const fail = (message: string): never => {
  process.stderr.write(`demo-site/run: ${message}\n`);
  process.exit(2);
};

if (process.argv.includes('--help')) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
const options = parseArguments(process.argv.slice(2));
if (typeof options === 'string') fail(`${options}\n${usage}`);
else {
  const demo = await startDemo({
    port: options.port,
    edge: options.edge,
    built: here('.'),
    sdk: options.next ? here('../.next') : here('../../js-glue/dist'),
    policyFile: options.next ? here('../.next/policy.json') : here('../policy/2013-12-01.json'),
    data: here('../.data'),
    counselKey: process.env['METROFAX_COUNSEL_KEY'],
    note: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
  }).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
  if (options.check) {
    const failed = await check(demo.url, (line) => process.stdout.write(`${line}\n`));
    await demo.stop();
    process.exit(failed === 0 ? 0 : 1);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void demo.stop().then(() => process.exit(0)));
  }
  process.stdout.write(`ready ${demo.url}\n`);
}
