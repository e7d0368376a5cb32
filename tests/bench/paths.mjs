// Where things are, and running programs.
import { execFile } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Absolute path of something in the repository. @param {string} path */
export const fromRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Absolute path of something the bench makes. @param {string} path */
export const made = (path) => fromRoot(`build/bench/${path}`);
await mkdir(made('.'), { recursive: true });

/** Ends with a message that says what is missing and what makes it. @param {string} path in the repository @param {string} maker */
export async function need(path, maker) {
  const full = fromRoot(path);
  await access(full).catch(() => {
    throw new Error(`${path} is missing: ${maker}`);
  });
  return full;
}

/** Runs a program to its end; what it printed. @param {string} program @param {string[]} args */
export async function run(program, args) {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 1 << 28 });
  return stdout;
}
