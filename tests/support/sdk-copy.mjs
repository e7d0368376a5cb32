// A copy of js-glue/dist to take things out of or to put things into, for tests of what a site forgot.
import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../../js-glue/dist/', import.meta.url));
const out = fileURLToPath(new URL('../.out/', import.meta.url));

/** The folder of a fresh copy, inside this tree: servers run modules from there, and these find their packages above them. */
export function copyOfSdk() {
  mkdirSync(out, { recursive: true });
  const folder = mkdtempSync(join(out, 'sdk-'));
  cpSync(dist, folder, { recursive: true });
  return folder;
}
