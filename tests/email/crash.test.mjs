// Ended in the middle of writing, the process that writes or the database under it: everything that was acknowledged is there,
// and no batch is there by half.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MailStore } from '../../js-glue/dist/mail.js';
import { postgres, postgresPrograms, sqlite } from './stores.mjs';

const places = { sqlite, postgres };
/** Acknowledged writes before the end comes. */
const ENOUGH = [60, 90];

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

    test('kill -9 of our process under load loses nothing that was acknowledged', async () => {
      for (const enough of ENOUGH) {
        const writer = await written(enough, (child) => child.kill('SIGKILL'));
        assert.equal(writer.signalCode, 'SIGKILL');
        await nothingLost();
      }
    });

    // SQLite's server is our own process.
    if (name === 'postgres') test('nor does the end of the database server under it', async () => {
      for (const enough of ENOUGH) {
        // The writer meets a connection that breaks, and ends of it.
        const writer = await written(enough, () => place.crash?.());
        assert.equal(writer.signalCode, null);
        await nothingLost();
      }
    });
  });
}
