import { z } from 'zod';
import { temporaryFolder } from '../test/temporary-folder.js';
import { commandLine, ConfigInvalid, dotenvFile, environment, loadConfig, overrides, secret, type ConfigSource } from './index.js';

const schema = z.object({ KEY: secret({ min: 3 }).optional(), PORT: z.int().optional(), LOG_FILE: z.string().optional() });

async function load(directory: string, ...sources: readonly ConfigSource[]) {
  try {
    const config = await loadConfig({ schema, sources }, { directory });
    return { value: config.values.KEY?.reveal(), explained: config.explain('KEY'), faults: [] };
  } catch (error) {
    if (!ConfigInvalid.is(error)) throw error;
    return { faults: error.details };
  }
}

test.each([['plain', 'plain'], ['one line\n', 'one line'], ['CRLF\r\n', 'CRLF'], ['two\n\n', 'two\n'], ['many\nlines\n', 'many\nlines']])('of the file %j one line end is taken off', async (text, value) => {
  await using folder = await temporaryFolder({ key: text });
  expect(await load(folder.directory, environment({ KEY_FILE: folder.path('key') }))).toMatchObject({ value, faults: [] });
});

test('a relative path counts from the directory; the file may be named in .env, environment or command line', async () => {
  await using folder = await temporaryFolder({ '.env': 'KEY_FILE=run/key\n', 'run/key': 'hidden' });
  const dotenv = dotenvFile(folder.path('.env'), { name: '.env' });
  for (const source of [dotenv, environment({ KEY_FILE: 'run/key' }), commandLine(['--key-file=run/key'])]) expect(await load(folder.directory, source)).toMatchObject({ value: 'hidden' });
  const { explained } = await load(folder.directory, dotenv);
  expect(explained).toMatchObject({ source: '.env', location: 'run/key (KEY_FILE, .env:1)', value: '[redacted]' });
});

test('KEY and KEY_FILE both set is a fault that names both, wherever they stand', async () => {
  await using folder = await temporaryFolder({ '.env': 'KEY=plain\n', key: 'hidden' });
  const dotenv = dotenvFile(folder.path('.env'), { name: '.env' });
  const expected = { key: 'KEY', source: expect.any(String), message: expect.stringMatching(/^KEY is set, and so is KEY_FILE/), remedy: 'Keep one of KEY and KEY_FILE.' };
  expect((await load(folder.directory, environment({ KEY: 'plain', KEY_FILE: 'key' }))).faults).toEqual([expected]);
  expect((await load(folder.directory, environment({ KEY_FILE: 'key', KEY: 'plain' }))).faults).toEqual([expected]);
  expect((await load(folder.directory, dotenv, environment({ KEY_FILE: 'key' }))).faults).toEqual([{ ...expected, source: '.env:1', message: 'KEY is set, and so is KEY_FILE (environment)' }]);
  expect((await load(folder.directory, commandLine(['--key=x', '--key-file=key']))).faults).toEqual([expected]);
});

test('command line and overrides outrank a file without contradicting it, and it need not exist then', async () => {
  await using folder = await temporaryFolder();
  const env = environment({ KEY_FILE: 'nowhere' });
  expect(await load(folder.directory, env, commandLine(['--key=line']))).toMatchObject({ value: 'line' });
  const { value, explained } = await load(folder.directory, env, overrides({ KEY: 'code' }));
  expect([value, explained?.overridden]).toEqual(['code', [{ source: 'environment', location: 'nowhere (KEY_FILE, environment)', value: '[redacted]' }]]);
});

test.each([
  ['missing', { KEY_FILE: 'nowhere' }, 'KEY_FILE', 'the file nowhere does not exist'],
  ['a directory', { KEY_FILE: '.' }, 'KEY_FILE', 'the file . is a directory'],
  ['empty', { KEY_FILE: 'empty' }, 'KEY_FILE', 'the file empty is empty'],
  ['a line end alone', { KEY_FILE: 'blank' }, 'KEY_FILE', 'the file blank is empty'],
  ['not named', { KEY_FILE: '' }, 'KEY_FILE', 'names no file'],
  ['too short', { KEY_FILE: 'short' }, 'KEY', 'too small: expected string to have >=3 characters'],
])('a secret\'s file that is %s is one fault', async (_, variables, key, message) => {
  await using folder = await temporaryFolder({ empty: '', blank: '\n', short: 'ab\n' });
  expect((await load(folder.directory, environment(variables))).faults).toMatchObject([{ key, message }]);
});

test('a required secret whose file is missing is not reported as missing on top of that', async () => {
  const loading = loadConfig({ schema: z.object({ KEY: secret() }), sources: [environment({ KEY_FILE: '/nowhere' })] });
  await expect(loading).rejects.toMatchObject({ details: [{ key: 'KEY_FILE' }] });
});

test('KEY_FILE for a setting that is not secret is a fault; a setting may end in _FILE on its own', async () => {
  await using folder = await temporaryFolder();
  expect((await load(folder.directory, environment({ PORT_FILE: '/run/port' }))).faults).toMatchObject([{ key: 'PORT_FILE', source: 'environment', message: 'PORT is not a secret and cannot be read from a file' }]);
  expect((await load(folder.directory, environment({ LOG_FILE: '/var/log/x' }))).faults).toEqual([]);
});
