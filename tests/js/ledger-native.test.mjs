// `mfconsent ledger`: what is appended is one chain whatever happens, and whatever is done to the chain is found at the first
// entry that cannot be trusted.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import canonicalize from 'canonicalize';

const mfconsent = fileURLToPath(new URL('../../build/native/mfconsent', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'metrofax-ledger-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const fresh = () => join(folder, `ledger-${++files}.jsonl`);

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const KEY = join(folder, 'private.pem');
const PUBLIC = join(folder, 'public.pem');
const OTHER = join(folder, 'other.pem');
writeFileSync(KEY, privateKey.export({ type: 'pkcs8', format: 'pem' }));
writeFileSync(PUBLIC, publicKey.export({ type: 'spki', format: 'pem' }));
writeFileSync(OTHER, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));

/** @param {string[]} args @param {string} [input] */
function ledger(args, input = '') {
  const { status, stdout, stderr } = spawnSync(mfconsent, ['ledger', ...args], { input, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr, report: stdout.startsWith('{') ? JSON.parse(stdout.split('\n')[0] ?? '') : null };
}

/** @param {number} n */
const event = (n) => ({ at: 1_790_000_000 + n, id: `e-${n}`, kind: n % 5 === 4 ? 'withdrawal' : 'consent', data: { principal: `${n % 3}`.repeat(64), purposes: { measurement: 'granted' }, note: 'é"\n' } });
/** @param {number} count @param {number} [from] */
const events = (count, from = 0) => Array.from({ length: count }, (_, i) => `${JSON.stringify(event(from + i))}\n`).join('');

/** A ledger of `count` entries in batches of ten. @param {number} count */
function made(count) {
  const file = fresh();
  assert.equal(ledger(['append', file, '--batch', '10', '--seal-key', KEY], events(count)).code, 0);
  return file;
}
/** @param {string} file */
const linesOf = (file) => readFileSync(file, 'utf8').trimEnd().split('\n');
/** @param {string[]} lines */
function written(lines) {
  const file = fresh();
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

describe('ledger [changes.material][retention.necessary]', () => {
  test('entries are canonical JSON that names the entry before it, for anybody with sha256', () => {
    const lines = linesOf(made(25));
    assert.equal(lines.length, 25 + 3);
    let before = '0'.repeat(64);
    lines.forEach((line, seq) => {
      const entry = JSON.parse(line);
      assert.equal(canonicalize(entry), line);
      assert.equal(entry.seq, seq);
      assert.equal(entry.prev_sha256, before);
      before = createHash('sha256').update(line).digest('hex');
    });
    const { code, report } = ledger(['verify', '--key', PUBLIC, written(lines)]);
    assert.equal(code, 0);
    assert.deepEqual(report, { backwards: 0, broken: null, entries: 28, seals: 3, sealed: 27, sha256: before, unsealed: 0 });
  });

  test('tampering, truncation, reordering and forks are found at the first wrong entry', () => {
    const lines = linesOf(made(25));
    const head = join(folder, 'head.json');
    writeFileSync(head, ledger(['verify', written(lines)]).out);
    /** @type {[string, string[], number, RegExp][]} */
    const cases = [
      ['a changed value', lines.map((line, i) => (i === 6 ? line.replace('granted', 'grantee') : line)), 8, /does not name the entry before it/],
      ['a changed date', lines.map((line, i) => (i === 6 ? line.replace('{"at":179', '{"at":178') : line)), 8, /does not name the entry before it/],
      ['an entry taken out', lines.filter((_, i) => i !== 6), 7, /entries between them are missing/],
      ['two entries swapped', lines.map((line, i) => lines[i === 6 ? 7 : i === 7 ? 6 : i] ?? line), 7, /order was changed/],
      ['an entry twice', lines.flatMap((line, i) => (i === 6 ? [line, line] : [line])), 8, /a fork .* repetition/],
      ['another first entry', lines.slice(1), 1, /missing/],
      ['white space', lines.map((line, i) => (i === 6 ? line.replace(':', ': ') : line)), 7, /not an entry in canonical form \(record_bad_form at byte 6\)/],
      ['a key twice', lines.map((line, i) => (i === 6 ? line.replace('"note":', '"note":1,"note":') : line)), 7, /canonical form \(bad_json at byte \d+\)/],
      ['an escape that is not the shortest', lines.map((line, i) => (i === 6 ? line.replace('\\n', '\\u000a') : line)), 7, /bad_json/],
      ['no text', lines.map((line, i) => (i === 6 ? '' : line)), 7, /record_bad_form at byte 0/],
      ['a seal forged', lines.map((line, i) => (i === 10 ? line.replace(/"signature":"../, '"signature":"00') : line)), 11, /signature does not fit/],
      ['history rewritten up to a seal', rewritten(lines, 10), 11, /signature does not fit/],
    ];
    for (const [name, broken, line, problem] of cases) {
      const { code, report, err } = ledger(['verify', '--key', PUBLIC, written(broken)]);
      assert.equal(code, 1, name);
      assert.equal(report.broken.line, line, name);
      assert.match(report.broken.problem, problem, name);
      assert.ok(err.includes(`:${line}: error: `), name);
    }
    assert.match(ledger(['verify', '--key', OTHER, written(lines)]).err, /key [0-9a-f]{16}, which was not given/);
    // What a chain alone cannot see: its own end cut off, or all of it made anew after the last seal.
    const cut = lines.slice(0, 20);
    const tail = ledger(['verify', '--key', PUBLIC, written(cut)]);
    assert.deepEqual([tail.code, tail.report.unsealed], [0, 9], 'a batch whose seal is not due yet');
    assert.match(tail.err, /warning: no seal stands behind the last 9 of 20 entries/);
    // A key that finds no seal has shown nothing.
    for (const unsealed of [rewritten(lines, 10).slice(0, 8), []]) {
      const { code, report, err } = ledger(['verify', '--key', PUBLIC, written(unsealed)]);
      assert.deepEqual([code, report.unsealed], [1, unsealed.length]);
      assert.match(`${err}${report.broken.problem}`, /error: no seal stands in it.*no seal stands in it/s);
      assert.equal(ledger(['verify', written(unsealed)]).code, 0, 'nobody has given a key');
    }
    assert.match(ledger(['verify', '--head', head, written(cut)]).err, /ends after 20 entries and the head names 28: it was truncated/);
    const anew = rewritten(lines, lines.length);
    assert.equal(ledger(['verify', written(anew)]).code, 0, 'nobody has given a key');
    assert.match(ledger(['verify', '--head', head, written(anew)]).err, /entry 27 is not the one that the head names/);
    assert.match(ledger(['verify', '--against', written(lines), written(anew)]).err, /a fork: .* has another entry 6/);
    assert.equal(ledger(['verify', '--against', written(cut), written(lines)]).code, 0, 'one is the beginning of the other');
  });

  test('half an entry after a crash is found, set aside, and nothing is lost', () => {
    const whole = made(12);
    const size = statSync(whole).size;
    const last = linesOf(whole).at(-1) ?? '';
    for (let cut = 1; cut <= last.length + 1; cut += 37) {
      const file = fresh();
      copyFileSync(whole, file);
      truncateSync(file, size - cut);
      assert.match(ledger(['verify', file]).err, cut === last.length + 1 ? /^$/ : /half an entry at the end/);
      const { code, err } = ledger(['append', file], events(1, 50));
      assert.equal(code, 0);
      if (cut <= last.length) {
        assert.match(err, /half an entry .* moved to/);
        assert.equal(readFileSync(`${file}.torn`, 'utf8'), `${last.slice(0, last.length + 1 - cut)}\n`);
      }
      assert.equal(ledger(['verify', file]).report.entries, 14);
    }
    const garbage = fresh();
    writeFileSync(garbage, 'no ledger at all\n');
    assert.match(ledger(['append', garbage], events(1)).err, /its last line is no entry/);
    assert.equal(readFileSync(garbage, 'utf8'), 'no ledger at all\n');
  });

  test('four writers at once make one chain with every event in it', async () => {
    const file = fresh();
    const writers = Array.from({ length: 4 }, (_, w) => {
      const child = spawn(mfconsent, ['ledger', 'append', file, '--batch', '7', '--seal-key', KEY]);
      child.stdin.end(events(150, w * 1000));
      return once(child, 'close');
    });
    for (const [code] of await Promise.all(writers)) assert.equal(code, 0);
    const { code, report } = ledger(['verify', '--key', PUBLIC, file]);
    assert.equal(code, 0);
    assert.equal(report.entries - report.seals, 600);
    const ids = linesOf(file).map((line) => JSON.parse(line)).filter(({ kind }) => kind !== 'seal').map(({ id }) => id);
    assert.equal(new Set(ids).size, 600);
  });

  test('a writer that is killed leaves a ledger that goes on', async () => {
    const file = fresh();
    const child = spawn(mfconsent, ['ledger', 'append', file, '--batch', '1']);
    child.stdin.on('error', () => undefined);
    child.stdin.write(events(20_000));
    while (!existsSync(file) || statSync(file).size === 0) await new Promise(setImmediate);
    child.kill('SIGKILL');
    await once(child, 'close');
    const before = linesOf(file).length;
    assert.equal(ledger(['append', file], events(1, 99_999)).code, 0);
    const { code, report } = ledger(['verify', file]);
    assert.equal(code, 0);
    assert.ok(report.entries === before + 1 || report.entries === before, `${before} then ${report.entries}`);
  });

  test('events that cannot be entries are named and the others go in', () => {
    const file = fresh();
    const input = [event(0), { ...event(1), at: -1 }, { ...event(2), id: 'a b' }, { ...event(3), kind: 'seal' }, { ...event(4), data: { share: 0.5 } }, { ...event(5), more: 1 }, event(6)]
      .map((one) => JSON.stringify(one)).join('\n');
    const { code, report, err } = ledger(['append', file], `${input}\n{"at":1`);
    assert.equal(code, 1);
    assert.deepEqual([report.appended, report.refused], [2, 6]);
    assert.deepEqual([...err.matchAll(/^stdin:(\d+): error/gm)].map(([, n]) => Number(n)), [2, 3, 4, 5, 6, 8]);
    assert.equal(ledger(['verify', file]).report.entries, 2);
    assert.equal(ledger(['append', file, '--seal-key', PUBLIC], '').code, 2, 'a public key seals nothing');
  });

  test('export gives one person, one kind, one span, each entry with its hash', () => {
    const file = made(25);
    const rows = ledger(['export', file, '--principal', '1'.repeat(64)]).out.trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(rows.map(({ entry }) => entry.id), [1, 4, 7, 10, 13, 16, 19, 22].map((n) => `e-${n}`));
    for (const { entry, sha256 } of rows) assert.equal(sha256, createHash('sha256').update(canonicalize(entry) ?? '').digest('hex'));
    assert.equal(ledger(['export', file, '--kind', 'withdrawal']).out.trimEnd().split('\n').length, 5);
    assert.equal(ledger(['export', file, '--kind', 'consent', '--from', '1790000003', '--to', '1790000006']).out.trimEnd().split('\n').length, 2);
    appendFileSync(file, 'x\n');
    const { code, err } = ledger(['export', file]);
    assert.equal(code, 1);
    assert.match(err, /nothing from there on was exported/);
  });
});

/** The chain made anew from its seventh entry on, as somebody without the key would; seals up to `until` stay. @param {string[]} lines @param {number} until */
function rewritten(lines, until) {
  let before = '0'.repeat(64);
  return lines.map((line, i) => {
    const entry = JSON.parse(line);
    if (i === 6) entry.data.purposes.measurement = 'denied';
    if (i <= until) entry.prev_sha256 = before;
    const text = canonicalize(entry) ?? '';
    before = createHash('sha256').update(text).digest('hex');
    return text;
  });
}
