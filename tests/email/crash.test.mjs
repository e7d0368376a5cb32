// kill -9 in the middle of writing: everything that was acknowledged is there, and no batch is there by half.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MailStore } from '../../js-glue/dist/mail.js';
import { openSqlite } from '../../js-glue/dist/store-sqlite.js';

test('a crash under load loses nothing that was acknowledged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mf-crash-'));
  const file = join(folder, 'mail.db');
  try {
    /** @type {Set<string>} */
    const acknowledged = new Set();
    for (const enough of [60, 90]) {
      const child = spawn(process.execPath, [fileURLToPath(new URL('crash-child.mjs', import.meta.url)), file], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      let said = 0;
      await new Promise((resolve) => {
        child.stdout.on('data', (chunk) => {
          text += chunk;
          said = text.split('\n').length - 1;
          if (said >= enough) child.kill('SIGKILL');
        });
        child.once('close', resolve);
      });
      assert.equal(child.signalCode, 'SIGKILL');
      for (const id of text.split('\n').slice(0, -1)) acknowledged.add(id);

      const store = await MailStore.open(await openSqlite(file));
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
    assert.ok(acknowledged.size >= 90);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
