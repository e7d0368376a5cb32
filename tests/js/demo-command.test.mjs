// demo-site/run as a command: arguments, the one line it prints, busy ports, signals.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const main = fileURLToPath(new URL('../../demo-site/.build/main.mjs', import.meta.url));
const run = fileURLToPath(new URL('../../demo-site/run', import.meta.url));

/** Runs to the end. */
async function finish(command, args) {
  const child = spawn(command, args);
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  const [code] = await once(child, 'close');
  return { code, out, err };
}

/** A port whose three successors are most likely free: nobody is given it while we hold it. */
async function holdPort() {
  for (;;) {
    const port = 20_000 + 4 * Math.floor(Math.random() * 10_000);
    const server = createServer();
    server.listen({ host: '127.0.0.1', port });
    const [event] = await Promise.race([once(server, 'listening').then(() => ['ok']), once(server, 'error').then(() => ['taken'])]);
    if (event === 'ok') return { port, release: () => new Promise((resolve) => server.close(resolve)) };
  }
}

test('wrong arguments are said before any set-up, with exit code 2', async () => {
  for (const args of [['--prot', '1'], ['--port', 'x'], ['--port'], ['serve']]) {
    const { code, out, err } = await finish(run, args);
    assert.equal(code, 2, args.join(' '));
    assert.equal(out, '');
    assert.match(err, /usage: demo-site\/run/);
  }
});

test('a port outside the range is refused', async () => {
  for (const port of ['0', '65533', '99999', '-1', '8080x', '']) {
    const { code, err } = await finish(process.execPath, [main, `--port=${port}`]);
    assert.equal(code, 2, port);
    assert.match(err, /from 1 to 65532/);
  }
});

test('a busy port is said plainly', async () => {
  const { port, release } = await holdPort();
  const { code, out, err } = await finish(process.execPath, [main, '--port', String(port)]);
  await release();
  assert.equal(code, 2);
  assert.equal(out, '');
  assert.match(err, new RegExp(`port ${port} is in use`));
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  test(`prints one line when it serves, and ${signal} ends it cleanly with open streams`, async () => {
    const { port, release } = await holdPort();
    await release();
    const child = spawn(process.execPath, [main, '--port', String(port)]);
    let out = '';
    child.stdout.on('data', (text) => (out += text));
    await once(child.stdout, 'data');
    assert.equal(out, `ready http://localhost:${port}\n`);
    const stream = await fetch(`http://127.0.0.1:${port}/lab/events`);
    await stream.body.getReader().read();
    child.kill(signal);
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    assert.equal(out, `ready http://localhost:${port}\n`);
  });
}
