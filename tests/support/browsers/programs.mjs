// Where the programs are that the browser tests start.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The first of `names` (a name on PATH or an absolute path) that can be run.
 * @param {string} what for the message
 * @param {...(string | undefined)} names
 */
export function firstProgram(what, ...names) {
  for (const name of names) {
    if (!name) continue;
    const places = name.startsWith('/') ? [name] : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
    const found = places.find(canRun);
    if (found) return found;
  }
  throw new Error(`${what} is not installed; run tests/support/setup browsers`);
}

/** @param {string} path */
function canRun(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
