// What a module may be that runs in pages: it asks nothing of its surroundings, its memory never moves, and it offers exactly
// what its list in wasm/ says. Both the modules that CMake links and those that the package ships.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const read = (/** @type {string} */ path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)));

/** Ids of sections (WebAssembly core specification, 5.5.2). */
const IMPORT = 2;
const MEMORY = 5;
const EXPORT = 7;

/** Contents of the module's sections by id. @param {Buffer} module @returns {Map<number, Buffer>} */
function sections(module) {
  assert.equal(module.subarray(0, 8).toString('hex'), '0061736d01000000');
  const found = new Map();
  let at = 8;
  while (at < module.length) {
    const id = module.readUInt8(at);
    const [length, start] = leb(module, at + 1);
    found.set(id, module.subarray(start, start + length));
    at = start + length;
  }
  assert.equal(at, module.length, 'sections end where the file ends');
  return found;
}

/** An unsigned LEB128 number and the offset behind it. @param {Buffer} bytes @param {number} from @returns {[number, number]} */
function leb(bytes, from) {
  let value = 0;
  let at = from;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes.readUInt8(at);
    at += 1;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}

const MODULES = /** @type {const} */ ([['gate.wasm', 'exports.txt'], ['page.wasm', 'page-exports.txt'], ['cookies.wasm', 'cookies-exports.txt'], ['ledger.wasm', 'ledger-exports.txt'], ['server.wasm', 'exports.txt server-exports.txt'], ['codecs.wasm', 'codecs-exports.txt']]);
const PLACES = /** @type {const} */ ([['as linked', 'build/wasm/'], ['as shipped', 'js-glue/dist/']]);

for (const [[file, list], [what, folder]] of MODULES.flatMap((module) => PLACES.map((place) => /** @type {const} */ ([module, place])))) {
  describe(`${file} ${what}`, () => {
    const module = read(folder + file);
    const exported = list.split(' ').flatMap((one) => read(`wasm/${one}`).toString().trim().split('\n')).sort();

    test('imports nothing: its import section is missing or empty', () => {
      const imports = sections(module).get(IMPORT);
      assert.equal(imports === undefined ? 0 : leb(imports, 0)[0], 0);
    });

    test('has one memory, as large at the end as at the start', () => {
      const memory = sections(module).get(MEMORY);
      assert.ok(memory);
      assert.equal(leb(memory, 0)[0], 1, 'one memory');
      assert.equal(memory.readUInt8(1), 1, 'with a maximum, not shared');
      const [least, next] = leb(memory, 2);
      const [most] = leb(memory, next);
      assert.equal(least, most);
    });

    test(`offers what wasm/${list} lists`, () => {
      const section = sections(module).get(EXPORT);
      assert.ok(section);
      let [count, at] = leb(section, 0);
      const names = [];
      for (; count > 0; count -= 1) {
        const [length, start] = leb(section, at);
        names.push(section.subarray(start, start + length).toString());
        [, at] = leb(section, start + length + 1);
      }
      if (what === 'as shipped') assert.deepEqual(names.sort(), exported);
      else assert.deepEqual(exported.filter((name) => !names.includes(name)), [], 'the linker may keep some of its own; the package drops them');
    });

    test('compiles and instantiates at once, with an empty import object', () => {
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), {});
      assert.ok(exports.memory instanceof WebAssembly.Memory);
      assert.throws(() => /** @type {WebAssembly.Memory} */ (exports.memory).grow(1), RangeError);
    });
  });
}

test('half a surrogate pair is not JSON, natively and in evaluate()', async () => {
  const { evaluate } = await import('../../js-glue/dist/node.js');
  const cookie = (/** @type {string} */ line) => `{"op":"cookie.parse","id":4,"line":"${line}","url":"https://a.example/","now":1767225600}`;
  for (const [line, good] of /** @type {[string, boolean][]} */ ([['a=\\ud800', false], ['a=\\udc00b', false], ['a=\\ud83d\\ude00', true]])) {
    const native = JSON.parse(spawnSync(fileURLToPath(new URL('../../build/native/mfconsent', import.meta.url)), ['eval'], { input: cookie(line), encoding: 'utf8' }).stdout);
    const answer = evaluate(JSON.parse(cookie(line)));
    assert.deepEqual([answer.ok, answer.error, answer.id], [native.ok, native.error, native.id], line);
    assert.equal(answer.ok, good);
  }
  assert.equal(evaluate({ op: 'cookie.parse', '\ud800': 1 }).error, 'bad_json');
});
