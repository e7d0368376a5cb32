// The three databases that a store runs on, for real: SQLite in a file, D1 in workerd through miniflare, PostgreSQL's own server.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openD1 } from '../../js-glue/dist/mail.js';
import { openPostgres } from '../../js-glue/dist/store-postgres.js';
import { openSqlite } from '../../js-glue/dist/store-sqlite.js';

/** @typedef {{ open(): Promise<import('../../js-glue/src/server/store/database.ts').Database>, stop(): Promise<void>, where?: string, crash?: () => Promise<void>, size?: () => number }} Place
 * open() reaches the same data each time, size() says what it takes on disk (bytes, logs of the database included), `where` is the same for another process; crash() ends a server with all its processes
 * at once, writes nothing more, and starts it again. */

/** @param {string} folder @returns {number} */
const bytesIn = (folder) => readdirSync(folder, { recursive: true }).reduce((sum, name) => {
  const facts = statSync(join(folder, String(name)), { throwIfNoEntry: false });
  return sum + (facts?.isFile() ? facts.size : 0);
}, 0);

/** @returns {Promise<Place>} */
export async function sqlite() {
  const folder = mkdtempSync(join(tmpdir(), 'mf-sqlite-'));
  const where = join(folder, 'mail.db');
  return { where, size: () => bytesIn(folder), open: () => openSqlite(where), stop: async () => rmSync(folder, { recursive: true, force: true }) };
}

/** @returns {Promise<Place>} */
export async function d1() {
  const { Miniflare } = await import('miniflare');
  const worker = new Miniflare({ modules: true, script: 'export default { fetch() { return new Response() } }', d1Databases: ['DB'] });
  const binding = /** @type {any} */ (await worker.getD1Database('DB'));
  return { open: async () => openD1(binding), stop: () => worker.dispose() };
}

/** D1 that keeps its data in a folder: each open() starts a workerd over it, whose end close() is.
 * @param {string} where @returns {Promise<import('../../js-glue/src/server/store/database.ts').Database>} */
export async function openD1In(where) {
  const { Miniflare } = await import('miniflare');
  const worker = new Miniflare({ modules: true, script: 'export default { fetch() { return new Response() } }', d1Databases: ['DB'], d1Persist: where });
  return { ...openD1(/** @type {any} */ (await worker.getD1Database('DB'))), close: () => worker.dispose() };
}

/** @returns {Promise<Place>} */
export async function d1InFolder() {
  const where = mkdtempSync(join(tmpdir(), 'mf-d1-'));
  return { where, open: () => openD1In(where), stop: async () => rmSync(where, { recursive: true, force: true }) };
}

/** Where Debian has the server's programs; '' if it has none. */
export function postgresPrograms() {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions[0] ? join(root, versions[0], 'bin') : '';
}

/** A server of its own on a socket in a new folder, without network; never as root, which PostgreSQL refuses.
 * @returns {Promise<Place>} */
export async function postgres() {
  const bin = postgresPrograms();
  const folder = mkdtempSync(join(tmpdir(), 'mf-pg-'));
  const root = process.getuid?.() === 0;
  /** @type {{ uid?: number, gid?: number }} */
  const as = root ? { uid: Number(execFileSync('id', ['-u', 'postgres'])), gid: Number(execFileSync('id', ['-g', 'postgres'])) } : {};
  if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid);
  const data = join(folder, 'data');
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'mail', '-A', 'trust', '-E', 'UTF8', '--no-sync'], { ...as, stdio: 'ignore', cwd: folder });
  const start = async () => {
    const started = spawn(join(bin, 'postgres'), ['-D', data, '-k', folder, '-h', '', '-c', 'logging_collector=off'], { ...as, stdio: ['ignore', 'ignore', 'pipe'], cwd: folder });
    let log = '';
    await new Promise((resolve, reject) => {
      started.stderr.on('data', (chunk) => {
        log += chunk;
        if (log.includes('ready to accept connections')) resolve(undefined);
      });
      started.once('exit', () => reject(new Error(`PostgreSQL did not start: ${log}`)));
    });
    return started;
  };
  let server = await start();
  const stopped = async (/** @type {NodeJS.Signals} */ signal) => {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill(signal);
    await gone;
  };
  const where = `postgresql://mail@localhost/postgres?host=${encodeURIComponent(folder)}`;
  return {
    where,
    open: async () => openPostgres(where),
    size: () => bytesIn(join(data, 'base')),
    async crash() {
      await stopped('SIGQUIT'); // PostgreSQL's "immediate shutdown": no checkpoint, and recovery from the log at the next start
      server = await start();
    },
    async stop() {
      await stopped('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
