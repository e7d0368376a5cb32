// The native contestants: verdict_bench.cpp and cookies_bench.cpp with the core, built when one of them or the core is newer.
import { readdir, readFile, stat } from 'node:fs/promises';
import { fromRoot, made, need, run } from './paths.mjs';
import { PAGE } from './urls.mjs';

const HEADERS = 'build/native/core/generated';
const FLAGS = ['-std=c++20', '-O2', '-DNDEBUG', '-fno-exceptions', '-fno-rtti'];

/** What the core is without its compiler: as core/CMakeLists.txt picks it. */
async function sources() {
  const found = [];
  for (const room of ['policy', 'cookies', 'signals', 'consent', 'beacons', 'gate']) {
    const names = await readdir(fromRoot(`core/${room}`)).catch(() => /** @type {string[]} */ ([])); // a room may be empty yet
    found.push(...names.filter((name) => name.endsWith('.cpp') && !(room === 'policy' && /^(compiler|lint|json)_?/.test(name))).map((name) => fromRoot(`core/${room}/${name}`)));
  }
  return found;
}

/** Path of the program of one bench. */
export const nativeBench = () => nativeProgram('verdict_bench');

/** Path of the program of tests/bench/NAME.cpp. @param {string} name */
export async function nativeProgram(name) {
  await need(`${HEADERS}/policy_generated.h`, 'tests/support/build native');
  const program = made(name);
  const inputs = [fromRoot(`tests/bench/${name}.cpp`), ...await sources()];
  const times = await Promise.all([program, ...inputs].map((path) => stat(path).then((facts) => facts.mtimeMs, () => 0)));
  const [built = 0, ...changed] = times;
  if (built < Math.max(...changed)) {
    console.error(`bench: building ${name}`);
    await run(process.env.CXX ?? 'c++', [...FLAGS, '-I', fromRoot('core'), '-isystem', fromRoot(HEADERS), ...inputs, '-o', program]);
  }
  return program;
}

/** One round. @param {string} program @param {string} blob @param {string} questions */
export async function nativeRound(program, blob, questions) {
  const times = made('native.times');
  const { clock, batch, sum } = JSON.parse(await run(program, [blob, questions, PAGE, times]));
  const bytes = await readFile(times);
  return { clock, batch, sum, each: new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8).slice() };
}
