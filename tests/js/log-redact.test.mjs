// `mfconsent log redact` against a reading of the same rules that shares nothing with it: regular expressions, slow and plain.
// Lines are made at random, damaged at random, and must come out the same byte by byte, or be refused by both.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sealed } from '../support/consent-record.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const POLICY = join(root, 'demo-site/policy/2013-12-01.json');
const folder = mkdtempSync(join(tmpdir(), 'metrofax-log-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string | Buffer} input @param {string[]} [args] */
function redact(input, args = []) {
  const ran = spawnSync(join(root, 'build/native/mfconsent'), ['log', 'redact', '--policy', POLICY, ...args], { input, maxBuffer: 1 << 28 });
  return { code: ran.status, out: ran.stdout.toString('latin1'), err: ran.stderr.toString() };
}

/** @param {object} subject */
function subjectFile(subject) {
  const file = join(folder, 'subject.json');
  writeFileSync(file, JSON.stringify(subject));
  return ['--subject', file];
}

const consent = { policyVersion: '2013-12-01', time: 1_767_139_200 };
const GRANTED = { now: 1_767_225_600, regime: 'eu', consent: { ...consent, purposes: { measurement: 'granted', 'profile-pii': 'granted' } } };
const MEASURED = { now: 1_767_225_600, regime: 'eu', consent: { ...consent, purposes: { measurement: 'granted' } } };

// ---- the plain reading

const LINE = /^([^ ]+) ([^ ]+) ((?:(?! \[)[\s\S])+) \[(\d\d\/[A-Za-z]{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "((?:[^"\\]|\\[\s\S])*)" (\d{1,3}|-) (\d{1,20}|-)(?: "((?:[^"\\]|\\[\s\S])*)" "((?:[^"\\]|\\[\s\S])*)"(?: "(?:[^"\\]|\\[\s\S])*")*)?$/;

/** @param {string} text */
function isIdentifier(text) {
  if (/@|%(25)*40/.test(text)) return true;
  if (/\d{5}/.test(text) || text.replace(/\D/g, '').length >= 7) return true;
  if (/(?<![a-zA-Z0-9])[0-9a-fA-F]{8,}(?![a-zA-Z0-9])/.test(text)) return true;
  const pairs = [...text.matchAll(/(?=([a-zA-Z0-9])([a-zA-Z0-9]))/g)].map(([, a = '', b = '']) => kind(a) + kind(b)).filter(([a, b]) => a !== b);
  const mixed = pairs.filter((pair) => pair.includes('0'));
  return (text.length >= 12 && pairs.length >= 6) || (text.length >= 8 && mixed.length >= 2 && text.replace(/\D/g, '').length >= 3);
}
/** @param {string} c */
const kind = (c) => (/[a-z]/.test(c) ? 'a' : /[A-Z]/.test(c) ? 'A' : '0');

/** @param {string} address */
function network(address) {
  const four = /^(\d{1,3}\.\d{1,3}\.\d{1,3}\.)(\d{1,3})$/.exec(address);
  if (four) return address.split('.').every((part) => Number(part) < 256) ? `${four[1]}0` : '-';
  if (!isIPv6(address) || address.includes('%')) return '-';
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail = ''] = groups.split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const all = groups.includes('::') ? [...left, ...Array(8 - left.length - right.length).fill('0'), ...right] : left;
  const mapped = all.slice(0, 5).every((group) => group === '0') && all[5] === 'ffff';
  if (mapped) {
    const high = parseInt(all[6], 16);
    const low = parseInt(all[7], 16);
    return `::ffff:${high >> 8}.${high & 255}.${low >> 8}.0`;
  }
  const kept = all.slice(0, 3);
  while (kept.length > 0 && kept.at(-1) === '0') kept.pop();
  if (kept.length === 0) return '::';
  return new URL(`http://[${[...all.slice(0, 3), '0', '0', '0', '0', '0'].join(':')}]/`).hostname.slice(1, -1);
}

/** @param {string} target */
function clean(target) {
  const [head = '', ...rest] = (target.split('#')[0] ?? '').split('?');
  const absolute = /^(.*?:\/\/)([^/]*)(.*)$/s.exec(head);
  const path = absolute ? absolute[3] ?? '' : head;
  const authority = absolute ? `${absolute[1]}${(absolute[2] ?? '').replace(/^.*@/s, '')}` : '';
  const kept = /^\/[bcut]\/./s.test(path)
    ? `${path.slice(0, 3)}-`
    : path.split('/').map((segment) => segment.split(';')[0] ?? '').map((segment) => (isIdentifier(segment) || network(segment) !== '-' ? '-' : segment)).join('/');
  const names = rest.join('?').split(/[&;]/).filter((piece) => piece.includes('=')).map((piece) => piece.split('=')[0] ?? '')
    .filter((name) => /^[A-Za-z0-9_.[\]-]{1,32}$/.test(name) && !isIdentifier(name));
  return `${authority}${kept}${names.length > 0 ? `?${names.map((name) => `${name}=`).join('&')}` : ''}`;
}

/** What the line becomes, or null if it is none. @param {string} line @param {{ visitor: boolean, person: boolean }} granted */
function plainly(line, { visitor, person }) {
  const found = line.includes('\0') ? null : LINE.exec(line.replace(/\r$/, ''));
  if (!found) return null;
  const [, address = '', ident, user, time, request = '', status, size, referrer, agent] = found;
  const asked = /^([A-Z]{1,20}) ([!#-[\]-~]+)(?: (HTTP\/[\d.]{1,3}))?$/.exec(request);
  const said = asked ? `${asked[1]} ${visitor ? asked[2] : clean(asked[2] ?? '')}${asked[3] ? ` ${asked[3]}` : ''}` : '-';
  const combined = referrer === undefined ? '' : ` "${visitor ? referrer : '-'}" "${visitor ? agent : '-'}"`;
  return `${visitor ? address : network(address)} ${person ? ident : '-'} ${person ? user : '-'} [${time}] "${said}" ${status} ${size}${combined}`;
}

// ---- lines

/** xorshift32 @param {number} seed */
function generator(seed) {
  let state = seed;
  const next = () => {
    state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
    return state >>> 0;
  };
  const below = (/** @type {number} */ bound) => next() % bound;
  return { below, of: (/** @type {string[]} */ list) => list[below(list.length)] ?? '' };
}

const ADDRESSES = ['203.0.113.57', '10.0.0.1', '256.1.1.1', '1.2.3', '2001:db8:1:2::7', '::1', '::', 'fe80::1%eth0', '::ffff:192.0.2.33', '2001:DB8::', 'crawler.example.com', '1:2:3:4:5:6:7:8', '0:0:1::2', '01.2.3.4'];
const USERS = ['-', 'frank', 'jo hn', 'a@b.example', 'x [y'];
const TARGETS = ['/', '*', '/a/b.html', '/p?q=1', '/p?a=1&b&c=&john@x.example=2&d;e=5', '/f/+15551234567/x', '/u/tok/x', '/b/', '/b/i/x.gif', '/x;jsessionid=AF?y=2#z', 'http://u:p@h.example/q?r=s', 'http://h.example', '/me%40x.example', '/Zm9vYmFyQmF6MTIz', '/2026-11-26/x', '/?a=b?c=d', '/[x]?y[]=1', 'h.example:443', '//a//b', '/;x', '?a=1', '/account/123456/', '/a/ABC123XYZ9', '/a/deadbeefcafe', '/john%2540example.com', '/ip/10.0.0.1', '/v2/utf8/html5-video', '/defaced/x-facade1', '/a1b2?user123x4=1'];
const REQUESTS = ['-', '\\x16\\x03\\x01', 'GET', 'get / HTTP/1.1', 'GET  HTTP/1.1', 'GET / HTTP/1.1 x', 'GET /\\" HTTP/1.1', 'GET / FTP/1.1'];
const EXTRA = ['', ' "-" "-"', ' "https://x.example/?q=1" "Mozilla \\"5\\" (X11)"', ' "a" "b" "c"', ' "-"', ' x'];

/** @param {ReturnType<typeof generator>} random */
function someLine({ below, of }) {
  const request = below(5) === 0 ? of(REQUESTS) : `${of(['GET', 'POST', 'PROPFIND'])} ${of(TARGETS)}${of([' HTTP/1.1', ' HTTP/2', ''])}`;
  const line = `${of(ADDRESSES)} ${of(['-', 'id'])} ${of(USERS)} [${of(['10/Oct/2000:13:55:36 -0700', '26/Nov/2026:00:00:00 +0000'])}] "${request}" ${of(['200', '404', '-'])} ${of(['0', '2326', '-'])}${of(EXTRA)}`;
  if (below(4) > 0) return line;
  const at = below(line.length + 1);
  const damage = of(['', '"', ' ', '\\', '[', ']', '\0', '\r', 'é', '-', '0', '/', '?', '&', ';', '=', '@']);
  return line.slice(0, at) + damage + line.slice(at + below(2));
}

/** @param {[string, object | null, { visitor: boolean, person: boolean }]} row */
function compare([name, subject, granted]) {
  test(`the same as a plain reading: ${name}`, () => {
    const random = generator(0x6c6f6773);
    const lines = Array.from({ length: 20_000 }, () => someLine(random));
    const wanted = lines.map((line) => plainly(line, granted));
    const { out, err, code } = redact(Buffer.from(`${lines.join('\n')}\n`, 'latin1'), [...(subject ? subjectFile(subject) : []), '--max-reports', '100000']);
    assert.equal(code, 1);
    const got = out.split('\n');
    const reported = new Set([...err.matchAll(/^stdin:(\d+): error: /gm)].map(([, number]) => Number(number)));
    let at = 0;
    wanted.forEach((line, i) => {
      assert.equal(reported.has(i + 1), line === null, `line ${i + 1}: ${JSON.stringify(lines[i])} ${line === null ? 'was not refused' : 'was refused'}`);
      if (line !== null) assert.equal(got[at++], line, `line ${i + 1}: ${JSON.stringify(lines[i])}`);
    });
    assert.ok(at > 5000 && reported.size > 500, `${at} kept, ${reported.size} refused`);
  });
}

describe('log redact [logs.aggregate]', () => {
  /** @type {[string, object | null, { visitor: boolean, person: boolean }][]} */
  const cases = [
    ['nobody known', null, { visitor: false, person: false }],
    ['measurement granted', MEASURED, { visitor: true, person: false }],
    ['both granted', GRANTED, { visitor: true, person: true }],
    ['granted, but a child', { ...GRANTED, age: 'under13' }, { visitor: false, person: false }],
  ];
  cases.forEach(compare);

  test('what is refused never shows, neither in the output nor in the reports', () => {
    const secrets = ['203.0.113.57', 'frank', 'hunter2', 'tok3n', 'Mozilla'];
    const lines = [
      `${secrets[0]} - ${secrets[1]} [10/Oct/2000:13:55:36 -0700] "GET /?p=${secrets[2]} HTTP/1.1" 200 1 "http://x/?${secrets[3]}" "${secrets[4]}"`,
      `${secrets.join(' ')}`,
      `{"remote_addr":"${secrets[0]}","remote_user":"${secrets[1]}","uri":"/?p=${secrets[2]}","referer":"/${secrets[3]}","user_agent":"${secrets[4]}","status":200}`,
      `{"remote_addr":"${secrets[0]}" ${secrets[1]}`,
      `{"status":"${secrets[1]}","method":"${secrets[2]} x","time":"${secrets[3]}","${secrets[4]}":1}`,
    ];
    const { out, err, code } = redact(`${lines.join('\n')}\n`);
    assert.equal(code, 1);
    assert.equal(out, '203.0.113.0 - - [10/Oct/2000:13:55:36 -0700] "GET /?p= HTTP/1.1" 200 1 "-" "-"\n{"remote_addr":"203.0.113.0","status":200,"uri":"/?p="}\n');
    for (const secret of secrets) assert.ok(!err.includes(secret), secret);
    assert.match(err, /of 1 of 5 lines nothing may be kept/);
    assert.match(err, /stdin:2: error: .*\nstdin:4: error: not good JSON; left out\n/);
  });

  /** @param {object} line */
  const json = (line) => {
    const { out, err, code } = redact(`${JSON.stringify(line)}\n`);
    return out ? JSON.parse(out) : { code, err };
  };

  test('an address is truncated in whichever field it stands, as the client that fluentd calls host', () => {
    assert.deepEqual(json({ host: '192.0.2.77', user: 'bob', method: 'GET', path: '/x?token=secret', code: 200, size: 777 }), { host: '192.0.2.0', method: 'GET', path: '/x?token=', code: 200, size: 777 });
    assert.deepEqual(json({ host: 'bobs-laptop.example', user: 'bob', code: 200 }), { host: '-', code: 200 }, 'the client by name, as in the Common Log Format');
    assert.deepEqual(json({ host: 'www.metrofax.com', user: 'bob', remote_addr: '192.0.2.77' }), { host: 'www.metrofax.com', remote_addr: '192.0.2.0' });
    /** @type {[string, string][]} */
    const forms = [['192.0.2.77', '192.0.2.0'], ['192.0.2.77:4711', '192.0.2.0'], ['[2001:db8:1:2::7]:443', '2001:db8:1::'], ['[2001:db8:1:2::7]', '2001:db8:1::'], ['2001:db8:1:2::7', '2001:db8:1::'], ['::ffff:192.0.2.77', '::ffff:192.0.2.0'], ['fe80::1%eth0', '-']];
    for (const key of ['vhost', 'http_host', 'server_name', 'size', 'uri', 'remote_addr', 'ClientAddr']) for (const [address, network] of forms) assert.deepEqual(json({ [key]: address }), { [key]: network }, `${key} ${address}`);
    assert.deepEqual(json({ vhost: '192-0-2-77.dsl.example', status: 200 }), { status: 200 }, 'a name made of the address');
  });

  test('the layouts of Traefik, Google Cloud, ECS and Logstash', () => {
    assert.deepEqual(
      json({ ClientAddr: '192.0.2.77:4711', ClientHost: '192.0.2.77', ClientUsername: 'bob', RequestMethod: 'GET', RequestPath: '/u/tok?x=1', RequestHost: 'www.metrofax.com', DownstreamStatus: 200, DownstreamContentSize: 5, 'request_User-Agent': 'A', StartUTC: '2026-11-26T00:00:00Z', level: 'info' }),
      { ClientAddr: '192.0.2.0', ClientHost: '192.0.2.0', RequestMethod: 'GET', RequestPath: '/u/-?x=', RequestHost: 'www.metrofax.com', DownstreamStatus: 200, DownstreamContentSize: 5, StartUTC: '2026-11-26T00:00:00Z' },
    );
    assert.deepEqual(
      json({ httpRequest: { remoteIp: '192.0.2.77', requestMethod: 'GET', requestUrl: 'https://www.metrofax.com/a?b=c', status: 200, responseSize: '12', userAgent: 'A', referer: '/x' }, timestamp: '2026-11-26T00:00:00Z', insertId: 'x' }),
      { httpRequest: { remoteIp: '192.0.2.0', requestMethod: 'GET', requestUrl: 'https://www.metrofax.com/a?b=', status: 200, responseSize: '12' }, timestamp: '2026-11-26T00:00:00Z' },
    );
    const nested = { client: { ip: '192.0.2.77', port: 4711 }, user: { name: 'bob' }, url: { path: '/a', query: 'b=c', domain: 'www.metrofax.com' }, http: { request: { method: 'GET', referrer: '/x' }, response: { status_code: 200, body: { bytes: 5 } } }, user_agent: { original: 'A' }, '@timestamp': '2026-11-26T00:00:00Z' };
    assert.deepEqual(json(nested), { client: { ip: '192.0.2.0' }, url: { path: '/a', query: 'b=', domain: 'www.metrofax.com' }, http: { request: { method: 'GET' }, response: { status_code: 200, body: { bytes: 5 } } }, '@timestamp': '2026-11-26T00:00:00Z' });
    assert.deepEqual(json({ 'source.ip': '192.0.2.77', 'user.name': 'bob', 'http.response.status_code': 200 }), { 'source.ip': '192.0.2.0', 'http.response.status_code': 200 });
    assert.deepEqual(json({ clientip: '192.0.2.77', ident: '-', auth: 'bob', verb: 'GET', request: '/x?a=1', httpversion: '1.1', response: '200', bytes: '5' }), { clientip: '192.0.2.0', verb: 'GET', request: '/x?a=', httpversion: '1.1', response: '200', bytes: '5' });
  });

  test('a layout of which no key is known is named by number; lines that leave nothing are counted', () => {
    const { out, err, code } = redact('{"Alpha":"192.0.2.77","beta":{"gamma":1}}\n{"status":200}\n{"user":"bob"}\n{}\n');
    assert.equal(code, 1);
    assert.equal(out, '{"status":200}\n');
    assert.match(err, /^stdin:1: error: no key of it is one that this command knows; left out\nstdin:4: error: no key/);
    assert.match(err, /of 1 of 4 lines nothing may be kept/);
    assert.equal(redact('{"user":"bob"}\n').code, 0);
  });

  test('a line is decided by the consent it was written under, at its own time', () => {
    const record = sealed(`1~2013-12-01~eu~${(Date.UTC(2026, 10, 1) / 1000).toString(16)}~40~0~0`);
    const line = (/** @type {string} */ day, /** @type {string} */ gpc, /** @type {string} */ text) => `203.0.113.57 - - [${day} +0000] "GET /?a=1 HTTP/1.1" 200 1 "-" "A" "${gpc}" "${text}"`;
    const lines = [
      line('26/Nov/2026:10:00:00', '-', record), // granted
      line('01/Nov/2026:00:00:00', '-', record), // at that very second
      line('31/Oct/2026:23:59:59', '-', record), // a second before
      line('26/Nov/2026:10:00:00', '1', record), // GPC beats a grant that is not specific
      line('26/Jan/2029:10:00:00', '-', record), // too old
      line('26/Nov/2026:10:00:00', '-', '-'),
      line('26/Nov/2026:10:00:00', '-', `${record}0`), // damaged
    ];
    const { out, code } = redact(`${lines.join('\n')}\n203.0.113.57 - - [26/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1\n`, ['--with-consent']);
    assert.equal(code, 1, 'the last line says nothing of consent');
    const kept = out.trimEnd().split('\n').map((text) => text.startsWith('203.0.113.57 '));
    assert.deepEqual(kept, [true, true, false, false, false, false, false]);
    assert.ok(!out.includes('1~2013'), 'the record itself is not written');
  });

  test('lines of any length, in pieces of any size, with and without a last line feed', () => {
    const line = '203.0.113.57 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 1';
    const short = line.replace('203.0.113.57', '203.0.113.0');
    const long = line.replace('GET /', `GET /${'a'.repeat((1 << 20) + 1)}`);
    const fits = line.replace('GET /', `GET /${'x'.repeat((1 << 20) - line.length)}`);
    assert.equal(redact(line).out, `${short}\n`);
    const { out, err } = redact(`${line}\n${long}\n${fits}\n${'x'.repeat(5 << 20)}\n${line}`);
    assert.deepEqual(out.split('\n').map((text) => text.length), [short.length, (1 << 20) - 1, short.length, 0]);
    assert.match(err, /^stdin:2: error: longer than 1 MiB; left out\nstdin:4: error: longer than 1 MiB; left out\n/);
    assert.equal(redact('').code, 0);
    assert.equal(redact('\n').code, 1);
  });
});
