// src/gen: what TypeScript takes from C++, printed by the tools that know it. Never edited, never committed.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromRoot, gen, run } from './paths.mjs';

/** Enums of policy.fbs as flatc prints them, and the layout of the wasm boundary as the compiler lays it out. */
export async function generateTypeScript() {
  await rm(gen, { recursive: true, force: true });
  await mkdir(gen, { recursive: true });
  await run('flatc', ['--ts', '-o', gen, fromRoot('core/policy/policy.fbs')]);
  await removeAllButEnums();
  await writeFile(join(gen, 'layout.ts'), await run(fromRoot('build/native/wire-layout'), []));
  await writeFile(join(gen, 'codecs.ts'), await run(fromRoot('build/native/wire-layout'), ['codecs']));
  await writeFile(join(gen, 'embedded.d.ts'), EMBEDDED_TYPES);
}

/** flatc prints readers of the tables too; nobody here reads a policy in TypeScript. */
async function removeAllButEnums() {
  for (const entry of await readdir(gen, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (!/^export enum /m.test(await readFile(path, 'utf8'))) await rm(path);
  }
}

const EMBEDDED_TYPES = `// What js-glue/build/embed.mjs puts into a bundle.
declare module 'virtual:embedded' {
  /** page.wasm. Decoded anew by every call. */
  export function gateBytes(): Uint8Array<ArrayBuffer>
  /** The compiled policy. Decoded anew by every call. */
  export function policyBytes(): Uint8Array<ArrayBuffer>
}
`;
