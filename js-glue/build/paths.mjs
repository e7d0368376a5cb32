// Where things are, and the two helpers every build step uses.
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Absolute path of something in js-glue. @param {string} path */
export const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
/** Absolute path of something in the repository. @param {string} path */
export const fromRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Where the build puts everything; it becomes js-glue/dist when all of it is there. */
export const dist = fromRoot(`build/js-dist-${process.pid}`);
export const gen = here('src/gen');

/** @param {string} text */
export const says = (text) => console.error(`js-glue: ${text}`);

/** Ends the build with a message that says what is missing and what makes it. @param {string} path @param {string} maker */
export async function need(path, maker) {
  try {
    await access(path);
  } catch {
    says(`${path} is missing (${maker})`);
    process.exit(1);
  }
}

/** Runs a program to its end and returns what it printed; its errors become ours. @param {string} program @param {string[]} args */
export async function run(program, args) {
  try {
    const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 1 << 26 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message = '' } = /** @type {any} */ (error);
    throw new Error(`${program} ${args.join(' ')}\n${stderr || stdout || message}`, { cause: error });
  }
}
