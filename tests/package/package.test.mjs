// Whether others can use what is built: the installed CMake package, and the npm package as npm would publish it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const at = (/** @type {string} */ path) => join(root, path);
let folder = '';

/** @param {string} command @param {string[]} words @param {string} [cwd] */
const run = (command, words, cwd = folder) => execFileSync(command, words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'metrofax-package-'));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('find_package(metrofax-consent)', () => {
  test('an installed core is found, compiled against and gives a verdict', () => {
    run('cmake', ['--install', at('build/native'), '--prefix', join(folder, 'prefix')]);
    run('cmake', ['-G', 'Ninja', '-S', at('tests/package/consumer'), '-B', join(folder, 'consumer'), `-DCMAKE_PREFIX_PATH=${join(folder, 'prefix')}`]);
    run('cmake', ['--build', join(folder, 'consumer')]);
    const output = run(join(folder, 'consumer/consumer'), [at('js-glue/dist/policy.bin')]);
    assert.equal(output, 'unknown\n');
  });

  test('the installed command answers', () => {
    assert.match(run(join(folder, 'prefix/bin/mfconsent'), ['--version']), /\d+\.\d+\.\d+/);
  });

  test('nothing of the tools or of the tests is installed', () => {
    const headers = readdirSync(join(folder, 'prefix/include/metrofax-consent'), { recursive: true, encoding: 'utf8' });
    assert.ok(headers.includes(join('gate', 'gate.h')));
    assert.deepEqual(headers.filter((name) => /(^|\/)(compiler|lint|json_|cli)/.test(name)), []);
  });
});

describe('the npm package', () => {
  const installed = () => join(folder, 'npm/node_modules/@metrofax/consent');

  test('packs, and installs in an empty project', () => {
    const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], at('js-glue')));
    cpSync(at('tests/package/npm-consumer'), join(folder, 'npm'), { recursive: true });
    writeFileSync(join(folder, 'npm/package.json'), '{"type":"module","private":true}');
    run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', join(folder, packed.filename)], join(folder, 'npm'));
    for (const file of ['consent.js', 'ui.js', 'gate.wasm', 'policy.bin', 'gate.asmjs.js', 'codecs.asmjs.js', 'notice.en.json']) {
      assert.ok(existsSync(join(installed(), 'dist', file)), file);
    }
  });

  test('type-checks under strict TypeScript, and evaluates', () => {
    run(process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'], join(folder, 'npm'));
    const answer = JSON.parse(run(process.execPath, ['out/main.js'], join(folder, 'npm')));
    assert.equal(answer.ok, true);
    assert.equal(answer.verdict.reason, 'unknown');
  });

  test('every entry of its exports is there', () => {
    const { exports } = JSON.parse(run(process.execPath, ['-p', 'JSON.stringify(require("./package.json"))'], installed()));
    /** @type {(target: string | object) => string[]} */
    const paths = (target) => (typeof target === 'string' ? [target] : Object.values(target).flatMap(paths));
    for (const [name, target] of Object.entries(exports)) {
      for (const path of paths(target)) if (!path.includes('*')) assert.ok(existsSync(join(installed(), path)), `${name}: ${path}`);
    }
  });

  test('says what its scripts import: nothing, but the databases of who uses them', () => {
    const { dependencies = {}, peerDependencies, peerDependenciesMeta } = JSON.parse(readFileSync(join(installed(), 'package.json'), 'utf8'));
    const imported = readdirSync(join(installed(), 'dist')).filter((name) => name.endsWith('.js')).flatMap((name) =>
      [...readFileSync(join(installed(), 'dist', name), 'utf8').matchAll(/^(?:import|export)\b[^;'"]*["']([^."'][^"']*)["']/gm)].map(([, from]) => from ?? ''));
    const foreign = new Set(imported.filter((from) => !from.startsWith('node:')));
    assert.deepEqual([...foreign].sort(), Object.keys({ ...dependencies, ...peerDependencies }).sort());
    for (const name of foreign) assert.equal(peerDependenciesMeta[name]?.optional, true, name);
    assert.ok(!existsSync(join(folder, 'npm/node_modules/pg')), 'optional: not installed with the package');
  });
});
