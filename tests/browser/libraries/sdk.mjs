// consent.js with a policy that declares what the pages of this folder keep. Everything else of it is the demo's.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { embedded, withByteOrderMark } from '../../../js-glue/build/embed.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What a site that uses these libraries declares, all of it necessary: api, name, and whether names only begin so. @type {[api: string, name: string, prefix?: boolean][]} */
const KEPT = [
  ['cookie', 'basket'],
  ['localStorage', 'plyr'],
  ['localStorage', 'drafts/', true],
  ['localStorage', 'theme'],
  ['sessionStorage', 'htmx-', true],
  ['indexedDB', 'drafts'],
  ['indexedDB', 'orders'],
  ['caches', 'offline'],
  ['serviceWorker', '/v/', true],
];

/** The policy as authored. */
function authored() {
  const policy = JSON.parse(readFileSync(join(root, 'demo-site/policy/2013-12-01.json'), 'utf8'));
  for (const [api, name, prefix] of KEPT) {
    policy.storage.push({
      name, api: [api], match: prefix ? 'prefix' : 'exact', kind: api === 'sessionStorage' ? 'session' : 'persistent', lifetime: api === 'sessionStorage' ? 'session' : 'P13M',
      purpose: 'service', party: 'first', clause: api === 'sessionStorage' ? 'cookies.session' : 'cookies.persistent',
    });
  }
  return policy;
}

/** Text of consent.js. */
export async function sdkWithOwnPolicy() {
  const folder = mkdtempSync(join(tmpdir(), 'metrofax-libraries-'));
  try {
    writeFileSync(join(folder, 'policy.json'), JSON.stringify(authored()));
    execFileSync(join(root, 'build/native/mfconsent'), ['policy', 'compile', join(folder, 'policy.json'), '-o', join(folder, 'policy.bin'), '--page']);
    const built = await build({
      entryPoints: [join(root, 'js-glue/src/browser/main.ts')], bundle: true, minify: true, write: false, format: 'iife', charset: 'utf8', mangleProps: /_$/,
      target: ['chrome111', 'firefox115', 'safari16.4'], tsconfig: join(root, 'js-glue/tsconfig.json'),
      plugins: [embedded(join(root, 'js-glue/dist/page.wasm'), join(folder, 'policy.bin'))],
    });
    return withByteOrderMark(built.outputFiles[0]?.text ?? '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
