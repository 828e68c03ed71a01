import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

// Jest loads CommonJS in an order of its own, so import order is tried in a plain Node.
const dist = (file: string): URL => new URL(`../dist/${file}`, import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'reflect-'));
const copy = join(folder, 'Reflect.js');

beforeAll(() => {
  if (!existsSync(dist('tsyringe.js'))) throw new Error('These tests need the compiled library: run `npx nx build @org/enterprise-di` first.');
  const reflect = createRequire(import.meta.url).resolve('reflect-metadata');
  cpSync(join(dirname(reflect), 'Reflect.js'), copy);
});
afterAll(() => rmSync(folder, { recursive: true }));

const body = `
  class Inner {}
  class Outer { constructor(inner) { this.inner = inner; } }
  inject(Inner)(Outer, undefined, 0);
  const container = createContainer({ modules: [{ name: 'm', providers: [provideClass(Outer)] }] });
  await container.start();
  console.log(container.resolve(Outer).inner instanceof Inner);`;
const ours = `import { createContainer, provideClass } from '${dist('index.js').href}';\n`;
const decorators = `import { inject } from '${dist('tsyringe.js').href}';\n`;
const foreign = `import '${pathToFileURL(copy).href}';\n`;

test.each([
  ['decorators from our subpath, imported first', decorators + ours],
  ['decorators from our subpath, imported last', ours + decorators],
  ['a second copy of the polyfill before ours', foreign + decorators + ours],
  ['a second copy of the polyfill after ours', ours + decorators + foreign],
])('works with %s', (_, imports) => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', imports + body], { encoding: 'utf8' });
  expect([stdout, stderr]).toEqual(['true\n', '']);
});
