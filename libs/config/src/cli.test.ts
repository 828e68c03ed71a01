import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'dotenv';
import { z } from 'zod';
import { temporaryFolder, type TemporaryFolder } from '../test/temporary-folder.js';
import { run } from './cli.js';
import { exampleOf } from './example.js';
import { fieldsOf } from './fields.js';
import { conceal, duration, environment, loadConfig, port, secret } from './index.js';

const here = dirname(fileURLToPath(import.meta.url));
const definitionModule = (library: string): string => `
import { z } from '${fileURLToPath(import.meta.resolve('zod'))}';
import { defineConfig, secret } from '${join(here, library)}';
export const appConfig = defineConfig({ schema: z.object({
  PORT: z.int().default(3000).describe('Where to listen.'),
  LOG_LEVEL: z.enum(['debug', 'info']),
  JWT_SECRET: secret().optional(),
}) });
`;
const moduleText = definitionModule('index.ts');

async function runIn(folder: TemporaryFolder, argv: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  let [out, error] = ['', ''];
  const code = await run(argv, { cwd: folder.directory, environment: variables, out: (text) => { out += text; }, error: (text) => { error += text; } });
  return { code, out, error };
}

const files = { 'config.mjs': moduleText, '.env': 'LOG_LEVEL=info\nPORT=1\n', '.env.bad': 'LOG_LEVEL=inof\nJWT_SECRET=hunter2\n' };

test('check says that all is well, or prints every fault', async () => {
  await using folder = await temporaryFolder(files);
  expect(await runIn(folder, ['check', '--module', 'config.mjs'])).toEqual({ code: 0, out: 'All 3 settings are valid.\n', error: '' });
  const bad = await runIn(folder, ['check', '--module', 'config.mjs', '--export', 'appConfig', '--env', 'bad'], { PORT: 'x' });
  expect(bad).toMatchObject({ code: 1, out: '' });
  expect(bad.error).toContain('2 faults');
  expect(bad.error).toContain('.env.bad:1');
});

test('explain prints where a setting comes from, also when it is wrong', async () => {
  await using folder = await temporaryFolder(files);
  const explain = (key: string, ...rest: readonly string[]) => runIn(folder, ['explain', key, '--module', 'config.mjs', ...rest], { PORT: '2' });
  expect((await explain('PORT', '--', '--port', '3')).out).toBe('PORT = "3"   command line --port\n       "2"   environment (overridden)\n       "1"   .env:2 (overridden)\n       3000  default (overridden)\n');
  expect(await explain('LOG_LEVEL', '--env', 'bad')).toMatchObject({ code: 1, out: expect.stringContaining('"inof"'), error: expect.stringContaining('Did you mean info?') });
  expect(await explain('JWT_SECRET', '--env', 'bad')).toEqual({ code: 0, out: 'JWT_SECRET = "[redacted]"  .env.bad:2\n', error: '' });
  expect(await explain('PROT')).toMatchObject({ code: 2, error: expect.stringContaining('Did you mean PORT?') });
});

test('example writes .env.example beside the other files, elsewhere, or prints it', async () => {
  await using folder = await temporaryFolder({ ...files, 'sub/.env': '' });
  const example = (...rest: readonly string[]) => runIn(folder, ['example', '--module', 'config.mjs', ...rest]);
  const text = '# Where to listen.\n# a whole number; optional\n#PORT=3000\n\n# one of debug, info; required\nLOG_LEVEL=\n\n# secret, or JWT_SECRET_FILE=<path>; optional\n#JWT_SECRET=\n';
  expect((await example('--out', '-')).out).toBe(text);
  expect(await example('--directory', 'sub')).toMatchObject({ code: 0, out: `Wrote ${folder.path('sub/.env.example')}.\n` });
  expect(await readFile(folder.path('sub/.env.example'), 'utf8')).toBe(text);
  await example('--out', 'other');
  expect(await readFile(folder.path('other'), 'utf8')).toBe(text);
});

test.each([
  [[], 'Name a command'],
  [['chek'], 'There is no command "chek"'],
  [['explain', '--module', 'config.mjs'], 'Name the setting to explain'],
  [['check', 'PORT', '--module', 'config.mjs'], '"PORT" is one argument too many'],
  [['explain', 'A', 'B', '--module', 'config.mjs'], '"B" is one argument too many'],
  [['check'], 'Name the module'],
  [['check', '--modul', 'x'], '--modul'],
  [['check', '--module', 'nowhere.mjs'], 'cannot be imported'],
  [['check', '--module', 'config.mjs', '--export', 'other'], 'has no export "other"'],
  [['check', '--module', 'none.mjs'], 'exports nothing that defineConfig made'],
  [['check', '--module', 'two.mjs'], '--export one|two'],
])('wrong use %j is exit code 2 with the reason', async (argv, reason) => {
  await using folder = await temporaryFolder({ ...files, 'none.mjs': 'export const x = 1;', 'two.mjs': `${moduleText}\nexport { appConfig as one, appConfig as two };`.replace('export const appConfig', 'const appConfig') });
  const { code, out, error } = await runIn(folder, argv);
  expect([code, out]).toEqual([2, '']);
  expect(error).toContain(reason);
});

test('--help prints how to use it', async () => {
  await using folder = await temporaryFolder();
  expect(await runIn(folder, ['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('Usage: enterprise-config') });
});

test('an example that is filled in and has its defaults uncommented is read back as the defaults', async () => {
  const schema = z.object({
    A: z.string().default('plain'), B: z.string().default(' spaced # "and" quoted '), C: z.string().default('two\nlines'), D: duration().default({ hours: 1, minutes: 30 }),
    E: z.array(z.int()).default([1, 2]), F: z.record(z.string(), z.int()).default({ a: 1 }), G: z.boolean().default(true), H: port().default(80), I: z.string().default(''), J: z.string().default("it's `x`"),
    K: secret().default(conceal('hunter2')),
  });
  const text = exampleOf(fieldsOf(schema));
  expect(text).not.toContain('hunter2');
  const { K: _, ...filled } = parse(text.replaceAll(/^#(?=[A-Z]+=)/gm, ''));
  const [fromExample, fromDefaults] = await Promise.all([loadConfig({ schema, sources: [environment(filled)] }), loadConfig({ schema, sources: [] })]);
  expect({ ...fromExample.values, K: 0 }).toEqual({ ...fromDefaults.values, K: 0 });
});

const bin = join(here, '../dist/bin.js');
// Built by `npm test`; a single file run by hand may find nothing built.
const builtTest = existsSync(bin) || process.env['CI'] ? test : test.skip;

builtTest('the built command runs in a process of its own', async () => {
  await using folder = await temporaryFolder({ ...files, 'config.mjs': definitionModule('../dist/index.js') });
  const spawn = (...argv: readonly string[]) => spawnSync(process.execPath, [bin, ...argv, '--module', 'config.mjs'], { cwd: folder.directory, env: { PATH: process.env['PATH'], JWT_SECRET: 'hunter2' }, encoding: 'utf8' });
  expect(spawn('check')).toMatchObject({ status: 0, stdout: 'All 3 settings are valid.\n', stderr: '' });
  const bad = spawn('check', '--env', 'bad');
  expect(bad).toMatchObject({ status: 1, stdout: '' });
  expect(bad.stderr).toContain('.env.bad:1');
  expect(bad.stderr).not.toContain('hunter2');
  expect(spawn('chek').status).toBe(2);
});

builtTest('the library loads no YAML parser until a YAML file is read', async () => {
  await using folder = await temporaryFolder({ 'c.yaml': 'A: 1' });
  const program = `
    import { createRequire } from 'node:module';
    import { yamlFile } from '${join(here, '../dist/index.js')}';
    const { cache } = createRequire(import.meta.url);
    const loaded = () => Object.keys(cache).some((path) => path.includes('/node_modules/yaml/'));
    const before = loaded();
    await yamlFile('c.yaml').load({ fields: [] });
    console.log(before, loaded());
  `;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { cwd: folder.directory, encoding: 'utf8' });
  expect(stdout).toBe('false true\n');
});
