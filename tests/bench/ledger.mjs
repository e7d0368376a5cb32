// `mfconsent ledger verify`: entries for each second of processor time, and the memory of it, from a pipe of any length.
//
// Entries are made here (node:crypto), 1,000,000 of them unless --count says otherwise, with a seal every thousand.
import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { made, need } from './paths.mjs';
import { table } from './stats.mjs';

const SEAL_EVERY = 1000;
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const KEY_ID = createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('hex').slice(0, 16);

/** A ledger's text in pieces. @param {number} count */
function* pieces(count) {
  let [before, piece] = ['0'.repeat(64), ''];
  for (let seq = 0; seq < count; ++seq) {
    const at = 1_790_000_000 + seq;
    const isSeal = seq % SEAL_EVERY === SEAL_EVERY - 1;
    const signature = isSeal ? sign(null, Buffer.from(`metrofax-ledger-seal-1\n${before}\n${seq}`), privateKey).toString('hex') : '';
    const data = isSeal
      ? `{"alg":"Ed25519","key":"${KEY_ID}","signature":"${signature}"}`
      : `{"denied":["advertising","social"],"granted":["measurement"],"method":"banner","policy":"2013-12-01","principal":"${before}","regime":"eu","signals":{"gpc":false}}`;
    const line = `{"at":${at},"data":${data},"id":"e-${seq}","kind":"${isSeal ? 'seal' : 'consent'}","prev_sha256":"${before}","seq":${seq}}`;
    before = createHash('sha256').update(line).digest('hex');
    piece += `${line}\n`;
    if (piece.length > 1 << 18) {
      yield piece;
      piece = '';
    }
  }
  yield piece;
}

/** @param {{ count: number }} options */
export async function benchLedger({ count: asked }) {
  const count = asked === 100_000 ? 1_000_000 : asked;
  const mfconsent = await need('build/native/mfconsent', 'tests/support/build native');
  const key = made('ledger.pem');
  await writeFile(key, publicKey.export({ type: 'spki', format: 'pem' }));
  const child = spawn('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@"', 'bash', mfconsent, 'ledger', 'verify', '--key', key, '-'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let [out, said, peak] = ['', '', 0];
  child.stdout.on('data', (piece) => { out += String(piece); });
  child.stderr.on('data', (piece) => { said += String(piece); });
  /** Resident memory of the verifier, whichever of the children it is. */
  const look = async () => {
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const comm = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      if (comm.trim() !== 'mfconsent') continue;
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (!command.includes(key)) continue;
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))?.[1] ?? 0));
    }
  };
  let written = 0;
  for (const piece of pieces(count)) {
    if (!child.stdin.write(piece)) await once(child.stdin, 'drain');
    if (++written % 400 === 1) await look();
  }
  await look();
  child.stdin.end();
  const [code] = await once(child, 'close');
  const times = /(\d+\.\d+) (\d+\.\d+)\n$/.exec(said);
  if (code !== 0 || !times) throw new Error(`ledger verify ended with ${code}: ${said}`);
  const report = JSON.parse(out);
  const seconds = Number(times[1]) + Number(times[2]);
  const result = { entries: report.entries, seals: report.seals, perSecond: report.entries / seconds, peakKiB: peak };
  table('ledger verify', ['entries', 'seals checked', 'entries/s of processor time', 'resident KiB at most'], [[String(result.entries), result.seals, Math.round(result.perSecond), peak]]);
  return result;
}
