// What this process started and must end: browsers, drivers, X servers, temporary profiles.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @type {Set<() => Promise<void> | void>} */
const enders = new Set();
/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
/** @type {Set<string>} */
const folders = new Set();

/** @param {() => Promise<void> | void} end */
export function onEnd(end) {
  enders.add(end);
  return () => enders.delete(end);
}

/**
 * Starts a program that ends with this process.
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export function start(program, args, options = {}) {
  const child = spawn(program, args, { stdio: 'ignore', ...options });
  children.add(child);
  child.once('exit', () => children.delete(child));
  child.unref();
  return child;
}

/** A folder that is removed with this process. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'metrofax-browser-'));
  folders.add(folder);
  return folder;
}

/** A command that a browser does not answer in this time fails, and its test says which: it would else take its file along. Milliseconds. */
export const COMMAND_LIMIT = 90_000;

/** How long a browser may take to end by itself before it is killed. Milliseconds. */
const PATIENCE = 5_000;

/** Resolves when `ending` has, or has had its time. @param {Promise<unknown> | void} ending */
export function inTime(ending) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(resolve, PATIENCE); });
  return Promise.race([Promise.resolve(ending).catch(() => {}), late]).finally(() => clearTimeout(timer));
}

export async function endAll() {
  const all = [...enders];
  enders.clear();
  await Promise.all(all.map((end) => inTime(end())));
  // A child that was killed still writes into its folder until it is gone.
  const ended = [...children].map((child) => inTime(new Promise((resolve) => child.once('exit', resolve))));
  killChildren();
  await Promise.all(ended);
  removeFolders();
}

/** A browser that puppeteer started ends with this process, politely or not. @param {import('puppeteer-core').Browser} browser */
export function endBrowserWithUs(browser) {
  onEnd(async () => {
    await inTime(browser.close());
    browser.process()?.kill('SIGKILL');
  });
}

function killChildren() {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
}

/** Grandchildren (a browser's own processes) may outlive their parent by a moment and put something into a folder while it is being
 * emptied: then it is tried again, and a folder that stays all the same is said, for it is litter and no test's failure. */
function removeFolders() {
  for (const folder of folders) {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    } catch (error) {
      process.stderr.write(`browsers: left behind ${folder}: ${error}\n`);
    }
  }
  folders.clear();
}

function endChildren() {
  killChildren();
  removeFolders();
}

process.once('exit', endChildren);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => {
    endChildren();
    process.exit(1);
  });
}
