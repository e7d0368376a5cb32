// WebKitGTK's MiniBrowser through WebKitWebDriver, under an X server of our own. Each visitor is a driver and a browser of
// its own (about a second): MiniBrowser keeps nothing between automation sessions, and what it takes only from its
// environment (reduced motion) can differ from visitor to visitor.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { Builder, Capabilities } from 'selenium-webdriver';
import { GPC_SCRIPT, languageScript } from './init-scripts.mjs';
import { COMMAND_LIMIT, inTime, onEnd, start, temporaryFolder } from './processes.mjs';
import { firstProgram } from './programs.mjs';
import { startProxy } from './proxy.mjs';
import { webkitPage } from './webkit-page.mjs';

/** @typedef {import('./types.d.ts').OpenOptions} OpenOptions */

/** @param {OpenOptions} options */
export async function openWebKit(options) {
  const proxy = await proxyFor(options);
  const port = await freePort();
  const driverProcess = start(
    firstProgram('WebKitWebDriver', process.env.METROFAX_WEBKITDRIVER, 'WebKitWebDriver'),
    [`--port=${port}`],
    { env: { ...process.env, ...environment(options), DISPLAY: await display() } },
  );
  await accepting(port, driverProcess);

  const args = ['--automation', `--enable-javascript=${options.javaScript === false ? 'FALSE' : 'TRUE'}`];
  if (options.colorScheme === 'dark') args.push('--dark-mode');
  if (options.hosts) args.push('--ignore-tls-errors');
  if (proxy) args.push(`--proxy=http://127.0.0.1:${proxy.port}`);
  const capabilities = new Capabilities({
    browserName: 'MiniBrowser',
    'webkitgtk:browserOptions': { binary: miniBrowser(), args },
  });
  const driver = await new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(capabilities).build();
  limitCommands(driver);
  const end = async () => {
    forget();
    await inTime(driver.quit());
    driverProcess.kill();
    await proxy?.close();
  };
  const forget = onEnd(end);
  const page = await webkitPage(driver, options.timeout ?? 15_000, end);
  const { width, height } = options.viewport ?? { width: 1280, height: 800 };
  await page.viewport(width, height);
  return page;
}

/** selenium-webdriver waits for an answer for ever. @param {import('selenium-webdriver').WebDriver} driver */
function limitCommands(driver) {
  const execute = driver.execute.bind(driver);
  driver.execute = (/** @type {any} */ command) => {
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`webkit did not answer ${command.getName()} in ${COMMAND_LIMIT} ms`)), COMMAND_LIMIT);
    });
    return /** @type {Promise<any>} */ (Promise.race([execute(command), late])).finally(() => clearTimeout(timer));
  };
}

/** WebDriver knows neither request headers nor scripts that run first: a proxy puts them in. @param {OpenOptions} options */
async function proxyFor({ headers = {}, init = '', language, hosts }) {
  const script = [headers['Sec-GPC'] === '1' ? GPC_SCRIPT : '', language ? languageScript(language) : '', init].filter(Boolean).join('\n');
  const all = { ...headers, ...(language && { 'Accept-Language': language }) };
  if (Object.keys(all).length === 0 && script === '' && !hosts) return undefined;
  return startProxy({ headers: all, script, ports: hosts });
}

/** MiniBrowser's toolbar would keep the window from becoming as narrow as a telephone. */
const NARROW_TOOLBAR = '* { min-width: 0; min-height: 0; padding: 0; margin: 0; border-width: 0; font-size: 1px; }';

/** @param {OpenOptions} options @returns {Record<string, string>} */
function environment(options) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'gtk-3.0'));
  writeFileSync(join(folder, 'gtk-3.0', 'settings.ini'),
    `[Settings]\ngtk-enable-animations=${options.reducedMotion ? 0 : 1}\n`);
  writeFileSync(join(folder, 'gtk-3.0', 'gtk.css'), NARROW_TOOLBAR);
  return {
    XDG_CONFIG_HOME: folder,
    LC_ALL: 'C.UTF-8',
    NO_AT_BRIDGE: '1',
    GDK_BACKEND: 'x11',
  };
}

/** MiniBrowser lies beside WebKit's other programs, in a folder named after the architecture and the API version. */
function miniBrowser() {
  if (process.env.METROFAX_MINIBROWSER) return process.env.METROFAX_MINIBROWSER;
  const candidates = ['/usr/lib', '/usr/libexec'].flatMap((top) =>
    folders(top).flatMap((middle) => [middle, ...folders(middle)]).filter((path) => /\/webkit2?gtk-[\d.]+$/.test(path)));
  return firstProgram('MiniBrowser (webkit2gtk-driver)', ...candidates.map((folder) => join(folder, 'MiniBrowser')));
}

/** @param {string} folder */
function folders(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  } catch {
    return [];
  }
}

/** @type {Promise<string> | undefined} */
let runningDisplay;

/** An X server for this process; it picks its own number and says so. @returns {Promise<string>} */
function display() {
  runningDisplay ??= new Promise((resolve, reject) => {
    const server = start(firstProgram('Xvfb', 'Xvfb'), ['-displayfd', '3', '-screen', '0', '2000x1600x24', '-nolisten', 'tcp'],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)));
    const pipe = /** @type {import('node:net').Socket} */ (server.stdio[3]);
    pipe.once('data', (number) => {
      pipe.unref(); // the server runs on; this process may end
      resolve(`:${String(number).trim()}`);
    });
  });
  return runningDisplay;
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/**
 * Resolves once something listens on `port`. The driver prints nothing when it is ready, so the port is the condition.
 * @param {number} port @param {import('node:child_process').ChildProcess} owner
 */
function accepting(port, owner) {
  return new Promise((resolve, reject) => {
    const started = Date.now();
    const attempt = () => {
      const socket = net.connect(port, '127.0.0.1');
      socket.once('connect', () => { socket.destroy(); resolve(undefined); });
      socket.once('error', (error) => {
        if (owner.exitCode !== null || Date.now() - started > 15_000) reject(error);
        else setTimeout(attempt, 10);
      });
    };
    owner.once('error', reject);
    attempt();
  });
}
