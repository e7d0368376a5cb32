// Ended in the middle of writing, the process that writes or the database under it: everything that was acknowledged is there,
// and no batch is there by half.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MailStore } from '../../js-glue/dist/mail.js';
import { d1InFolder, postgres, postgresPrograms, sqlite } from './stores.mjs';

const places = { sqlite, postgres, d1: d1InFolder };
/** Acknowledged writes before the end comes; D1 takes its time for each. */
const enoughOf = (/** @type {string} */ name) => (name === 'd1' ? [20, 30] : [60, 90]);

/** The processes of a name that a process has started. @param {number | undefined} parent @param {string} name */
function childrenOf(parent, name) {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).flatMap((pid) => {
    try {
      // pid (name) state parent …
      const [, called, of] = /^\d+ \((.*)\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return called === name && Number(of) === parent ? [Number(pid)] : [];
    } catch {
      return []; // it has ended
    }
  });
}

for (const [name, make] of Object.entries(places)) {
  describe(name, { skip: name === 'postgres' && !postgresPrograms() ? 'PostgreSQL is not installed' : false }, () => {
    /** @type {import('./stores.mjs').Place} */
    let place;
    /** @type {Set<string>} */
    const acknowledged = new Set();
    before(async () => {
      place = await make();
    });
    after(() => place.stop());

    /** What writes, until `end` has ended it. Adds to what is acknowledged. @param {number} enough @param {(writer: import('node:child_process').ChildProcess) => unknown} end */
    async function written(enough, end) {
      const writer = spawn(process.execPath, [fileURLToPath(new URL('crash-child.mjs', import.meta.url)), name, place.where ?? ''], { stdio: ['ignore', 'pipe', 'ignore'] });
      let text = '';
      let ending = /** @type {unknown} */ (undefined);
      await new Promise((resolve) => {
        writer.stdout.on('data', (chunk) => {
          text += chunk;
          if (text.split('\n').length > enough) ending ??= end(writer);
        });
        writer.once('close', resolve);
      });
      await ending;
      const said = text.split('\n').slice(0, -1);
      assert.ok(said.length >= enough, `${said.length} acknowledged`);
      for (const id of said) acknowledged.add(id);
      return writer;
    }

    async function nothingLost() {
      const store = await MailStore.open(await place.open());
      const receipts = new Set((await store.receipts('ann')).map(({ id }) => id));
      const events = new Set((await store.eventsOf('ann')).map(({ id }) => id));
      const lost = [...acknowledged].filter((id) => (Number(id[0]) % 2 === 0 ? !receipts.has(id) : !events.has(`${id}-0`)));
      assert.deepEqual(lost, []);
      for (const campaign of [1, 3]) {
        // Half of each batch are events, half counts: together or not at all.
        const { counted, events: kept } = await store.campaign(campaign);
        assert.equal(counted['open'] ?? 0, kept['open']?.total ?? 0);
      }
      await store.close();
    }

    // Under D1 that leaves a workerd behind: there the two end together, below.
    if (name !== 'd1') test('kill -9 of our process under load loses nothing that was acknowledged', async () => {
      for (const enough of enoughOf(name)) {
        const writer = await written(enough, (child) => child.kill('SIGKILL'));
        assert.equal(writer.signalCode, 'SIGKILL');
        await nothingLost();
      }
    });

    // D1's server is workerd, which writes the files; what it has acknowledged is in them, and the next one reads them.
    if (name === 'd1') test('kill -9 of workerd, and of our process, under load loses nothing that was acknowledged', async () => {
      for (const enough of enoughOf(name)) {
        await written(enough, (writer) => {
          const servers = childrenOf(writer.pid, 'workerd');
          assert.ok(servers.length > 0, 'no workerd');
          for (const server of servers) process.kill(server, 'SIGKILL');
          // It may wait for an answer that never comes.
          writer.kill('SIGKILL');
        });
        await nothingLost();
      }
    });

    // SQLite's server is our own process.
    if (name === 'postgres') test('nor does the end of the database server under it', async () => {
      for (const enough of enoughOf(name)) {
        // The writer meets a connection that breaks, and ends of it.
        const writer = await written(enough, () => place.crash?.());
        assert.equal(writer.signalCode, null);
        await nothingLost();
      }
    });
  });
}
