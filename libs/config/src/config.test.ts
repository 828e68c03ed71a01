import { inspect } from 'node:util';
import type { Duration } from '@org/enterprise-kernel';
import { z } from 'zod';
import { temporaryFolder } from '../test/temporary-folder.js';
import {
  commandLine, conceal, ConfigInvalid, defineConfig, dotenvFile, duration, environment, jsonFile, loadConfig, overrides, port, secret, standardSources, yamlFile,
  type ConfigFault, type ConfigSource, type DefineConfigOptions, type LoadConfigOptions, type Secret,
} from './index.js';

async function faultsOf(options: DefineConfigOptions<z.ZodObject>, runtime?: LoadConfigOptions): Promise<{ readonly faults: readonly ConfigFault[]; readonly message: string }> {
  try {
    await loadConfig(options, runtime);
  } catch (error) {
    if (ConfigInvalid.is(error)) return { faults: error.details, message: inspect(error) };
    throw error;
  }
  throw new Error('The settings were accepted.');
}

const custom = (entries: Readonly<Record<string, unknown>>, rest: Partial<ConfigSource> = {}): ConfigSource => ({
  name: 'custom', load: async () => ({ entries: Object.entries(entries).map(([key, value]) => ({ key, value, location: `custom/${key}` })) }), ...rest,
});

test('settings have the types of their schema and are frozen at every depth', async () => {
  const config = await loadConfig({
    schema: z.object({
      PORT: port().default(3000), DATABASE_URL: z.string(), JWT_SECRET: secret(), TIMEOUT: duration().default({ seconds: 30 }), ORIGINS: z.array(z.string()).default([]),
      LIMITS: z.record(z.string(), z.object({ MAX: z.int() })), POOL: z.object({ MAX: z.int().default(10) }), MODE: z.enum(['a', 'b']).optional(),
    }),
    sources: [environment({ DATABASE_URL: 'x', JWT_SECRET: 's', LIMITS: '{"a":{"MAX":1}}', ORIGINS: 'a,b' })],
  });
  const { values } = config;
  const [number, text, hidden, time]: [number, string, Secret<string>, Duration] = [values.PORT, values.DATABASE_URL, values.JWT_SECRET, values.TIMEOUT];
  const mode: 'a' | 'b' | undefined = values.MODE;
  expect([number, text, hidden.reveal(), time, mode, values.POOL.MAX]).toEqual([3000, 'x', 's', { seconds: 30 }, undefined, 10]);
  // @ts-expect-error settings are read-only
  expect(() => { values.PORT = 1; }).toThrow(TypeError);
  // @ts-expect-error nested ones too
  expect(() => { values.POOL.MAX = 1; }).toThrow(TypeError);
  // @ts-expect-error and lists
  expect(() => values.ORIGINS.push('c')).toThrow(TypeError);
  // @ts-expect-error there is no such setting
  expect(values.PROT).toBeUndefined();
  expect(Object.isFrozen(values.LIMITS['a'])).toBe(true);
  expect(Object.isFrozen(values.JWT_SECRET)).toBe(true);
});

test('a later source wins over an earlier one, and every one over the defaults', async () => {
  await using folder = await temporaryFolder({
    '.env': 'B=env-file\nC=env-file\nD=env-file\nE=env-file\nF=env-file\nG=env-file', '.env.prod': 'C=prod\nD=prod\nE=prod\nF=prod\nG=prod',
    'c.json': '{"D":"json","E":"json","F":"json","G":"json"}', 'c.yaml': 'E: yaml\nF: yaml\nG: yaml\n',
  });
  const text = z.string().default('default');
  const load = (env?: string) => loadConfig({
    schema: z.object({ A: text, B: text, C: text, D: text, E: text, F: text, G: text, H: text }),
    sources: standardSources({
      directory: folder.directory, env, files: [jsonFile(folder.path('c.json')), yamlFile(folder.path('c.yaml'))],
      environment: { F: 'environment', G: 'environment', H: 'environment', PATH: '/bin' }, argv: ['--g', 'line', '--h', 'line'], overrides: { H: 'override' },
    }),
  });
  expect((await load('prod')).values).toEqual({ A: 'default', B: 'env-file', C: 'prod', D: 'json', E: 'yaml', F: 'environment', G: 'line', H: 'override' });
  expect((await load()).values.C).toBe('env-file');
});

test('nested settings come from nested objects in files and from names joined by __ elsewhere, key by key', async () => {
  await using folder = await temporaryFolder({ 'c.yaml': 'DATABASE:\n  URL: file\n  POOL:\n    MAX: 5\n    MIN: 1\n' });
  const schema = z.object({ DATABASE: z.object({ URL: z.string(), POOL: z.object({ MAX: z.int(), MIN: z.int(), IDLE: z.int().default(7) }) }), TLS: z.object({ CERT: z.string() }).optional() });
  const { values } = await loadConfig({ schema, sources: [yamlFile(folder.path('c.yaml')), environment({ DATABASE__POOL__MAX: '6' }), commandLine(['--database.url', 'line']), overrides({ DATABASE: { POOL: { MIN: 2 } } })] });
  expect(values).toEqual({ DATABASE: { URL: 'line', POOL: { MAX: 6, MIN: 2, IDLE: 7 } } });
  const { faults } = await faultsOf({ schema: z.object({ TLS: z.object({ CERT: z.string(), KEY: z.string() }).optional(), G: z.object({ A: z.string() }) }), sources: [environment({ TLS__CERT: 'x' })] });
  expect(faults.map(({ key, message }) => [key, message])).toEqual([['TLS__KEY', 'is required'], ['G__A', 'is required']]);
});

test('every fault is reported at once, each with its file and line and the way out', async () => {
  await using folder = await temporaryFolder({
    '.env': 'LOG_LEVLE=info\nthis is broken\nPORT=12abc\n', '.env.dev': '\nLOG_LEVEL=inof\nTAGS=1,x\n',
    'c.json': '{\n "DATABASE": {\n  "POOL_MAX": 99,\n  "UNKNOWN": 1\n } }', 'broken.yaml': 'A: 1\n  B: 2\n', 'broken.json': '{\n"A": }', 'directory/x': '',
  });
  const { faults, message } = await faultsOf({
    schema: z.object({
      PORT: port(), LOG_LEVEL: z.enum(['debug', 'info']), TAGS: z.array(z.int()), DATABASE_URL: z.url(), JWT_SECRET: secret(), IDLE: duration().optional(), DATABASE: z.object({ POOL_MAX: z.int().max(50) }),
    }),
    sources: standardSources({
      directory: folder.directory, env: 'dev', environment: { IDLE: '' }, argv: ['--prot', '1'],
      files: [jsonFile(folder.path('c.json'), { name: 'c.json' }), yamlFile(folder.path('broken.yaml'), { name: 'broken.yaml' }), jsonFile(folder.path('broken.json'), { name: 'broken.json' }), yamlFile(folder.path('directory'), { name: 'directory' })],
    }),
  });
  expect(faults.map(({ key, source, message: text, remedy }) => [key, source, text, remedy])).toEqual([
    ['', '.env:2', 'the line is neither KEY=value nor a comment', expect.any(String)],
    ['LOG_LEVLE', '.env:1', 'there is no such setting', 'Did you mean LOG_LEVEL?'],
    ['DATABASE__UNKNOWN', 'c.json:4', 'there is no such setting', 'Remove it, or add it to the schema.'],
    ['', 'broken.yaml:1', expect.stringContaining('not valid YAML'), expect.any(String)],
    ['', 'broken.json:2', 'not valid JSON: expected a value at column 6', expect.any(String)],
    ['', 'directory', 'the file is a directory', `Make ${folder.path('directory')} a readable file.`],
    ['', 'command line --prot', 'no setting has this option', 'Did you mean --port?'],
    ['PORT', '.env:3', 'expected a whole number from 0 to 65535, got "12abc"', 'Correct PORT.'],
    ['TAGS', '.env.dev:3', 'item 2: expected a whole number, got "1,x"', 'Correct TAGS: give a list separated by commas.'],
    ['LOG_LEVEL', '.env.dev:2', 'expected one of debug, info, got "inof"', 'Did you mean info?'],
    ['DATABASE_URL', 'not set', 'is required', 'Set DATABASE_URL to a URL.'],
    ['JWT_SECRET', 'not set', 'is required', 'Set JWT_SECRET to the secret, or JWT_SECRET_FILE to a file that holds it.'],
    ['IDLE', 'environment', 'expected a length of time with its unit, such as 30s, 5m or 1h30m, got ""', 'Give a value, or remove IDLE to leave it unset.'],
    ['DATABASE__POOL_MAX', 'c.json:3', 'too big: expected number to be <=50, got 99', 'Correct DATABASE__POOL_MAX: give a whole number up to 50.'],
  ]);
  expect(message).toContain('The settings have 14 faults:\n');
  expect(message).toMatch(/^ +PORT {16}\.env:3 {15}expected a whole number from 0 to 65535, got "12abc"\n {42,}-> Correct PORT\.$/m);
});

test('a rule over several settings is reported, with its own remedy if it has one', async () => {
  const schema = z.object({ MIN: z.int(), MAX: z.int(), HINT: z.string().optional() }).superRefine(({ MIN, MAX }, context) => {
    if (MIN <= MAX) return;
    context.addIssue({ code: 'custom', path: ['MIN'], message: 'MIN is above MAX', params: { remedy: 'Lower MIN.' } });
    context.addIssue({ code: 'custom', path: ['HINT'], message: 'a hint is needed then' });
    context.addIssue({ code: 'custom', message: 'MIN and MAX disagree' });
  });
  const { faults } = await faultsOf({ schema, sources: [environment({ MIN: '2', MAX: '1' })] });
  expect(faults).toEqual([
    { key: 'MIN', source: 'environment', message: 'MIN is above MAX, got "2"', remedy: 'Lower MIN.' },
    { key: 'HINT', source: 'not set', message: 'a hint is needed then', remedy: 'Set HINT.' },
    { key: '', source: 'several settings', message: 'MIN and MAX disagree', remedy: 'Make the settings agree.' },
  ]);
});

test.each<[string, z.ZodObject, Record<string, unknown>]>([
  ['a schema', z.object({ KEY: secret({ min: 32 }) }), { KEY: 'hunter2' }],
  ['a format', z.object({ KEY: secret(z.url()) }), { KEY: 'hunter2' }],
  ['a number', z.object({ KEY: secret(z.int()) }), { KEY: 'hunter2' }],
  ['an enum', z.object({ KEY: secret(z.enum(['a', 'b'])) }), { KEY: 'hunter2' }],
  ['a list', z.object({ KEY: z.array(secret({ min: 9 })) }), { KEY: 'x,hunter2' }],
  ['a value of the wrong type', z.object({ KEY: secret() }), { KEY: { hunter2: ['hunter2'] } }],
  ['a refinement that quotes it', z.object({ KEY: secret().refine(() => false, { error: (issue) => `bad ${(issue.input as Secret).reveal()}` }) }), { KEY: 'hunter2' }],
  ['a rule that quotes it', z.object({ KEY: secret() }).superRefine(({ KEY }, context) => context.addIssue({ code: 'custom', path: ['OTHER'], message: KEY.reveal(), params: { remedy: `not ${KEY.reveal()}` } })), { KEY: 'hunter2' }],
  ['a rule that throws it', z.object({ KEY: secret() }).superRefine(({ KEY }) => { throw new Error(KEY.reveal()); }), { KEY: 'hunter2' }],
  ['a number', z.object({ KEY: secret(z.int().refine(() => false, { error: ({ input }) => `bad ${String(input)}` })) }), { KEY: 271828 }],
  ['a key that was mistyped', z.object({ KEY: secret(), KEYS: z.string() }), { KEYZ: 'hunter2', KEY: 'x' }],
])('the value of a secret shows in no message: %s', async (_, schema, values) => {
  const { faults, message } = await faultsOf({ schema, sources: [custom(values)] });
  expect(faults.length).toBeGreaterThan(0);
  expect(message).not.toMatch(/hunter2|271828/);
});

test('the password in an address does not show, though the setting is not secret', async () => {
  const { message } = await faultsOf({ schema: z.object({ URL: z.url({ protocol: /^https$/ }) }), sources: [environment({ URL: 'ftp://user:hunter2@host/x' })] });
  expect(message).toContain('ftp://user:[redacted]@host/x');
  expect(message).not.toContain('hunter2');
});

test('unknown keys that are no names, such as the lines of a pasted private key, are not shown', async () => {
  await using folder = await temporaryFolder({ '.env': 'MIIEvQIBADANBgkqhkiG9w0=\n' });
  const { faults, message } = await faultsOf({ schema: z.object({}), sources: [dotenvFile(folder.path('.env'), { name: '.env' })] });
  expect(faults).toMatchObject([{ key: '', source: '.env:1' }]);
  expect(message).not.toContain('MIIE');
  await expect(loadConfig({ schema: z.object({}), sources: [dotenvFile(folder.path('.env'), { unknownKeys: 'ignore' })] })).resolves.toBeDefined();
});

test('keys that would reach a prototype are harmless', async () => {
  const evil = '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "R": {"__proto__": {"polluted": 1}, "a": 1}, "G": {"__proto__": {"A": "x"}}}';
  await using folder = await temporaryFolder({ 'c.json': evil, 'c.yaml': evil });
  for (const source of [jsonFile(folder.path('c.json')), yamlFile(folder.path('c.yaml'))]) {
    const { faults } = await faultsOf({ schema: z.object({ R: z.record(z.string(), z.unknown()), G: z.object({ A: z.string() }) }), sources: [source] });
    expect(faults.map(({ message }) => message)).toEqual(['this is not the name of a setting', 'this is not the name of a setting', 'this is not the name of a setting', 'is required']);
    const { values } = await loadConfig({ schema: z.object({ R: z.record(z.string(), z.unknown()) }), sources: [{ ...source, unknownKeys: 'ignore' }] });
    expect((values.R as Record<string, unknown>)['polluted']).toBeUndefined();
  }
  await loadConfig({ schema: z.object({}), sources: [environment({ __proto__x: '1', ['__proto__']: '1', __proto____polluted: '1' })] });
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('YAML and JSON values keep their types; text where a number was meant as text asks for quotes', async () => {
  await using folder = await temporaryFolder({ 'c.yaml': 'VERSION: 1.10\nON: true\nN: 5\nLIST: [1, 2]\n' });
  const sources = [yamlFile(folder.path('c.yaml'), { name: 'c.yaml' })];
  const { faults } = await faultsOf({ schema: z.object({ VERSION: z.string(), ON: z.boolean(), N: z.int(), LIST: z.array(z.int()) }), sources });
  expect(faults).toMatchObject([{ key: 'VERSION', source: 'c.yaml:1', message: 'expected text (in quotes), got 1.1' }]);
});

test('a source of one\'s own takes part; its outage is a fault among the others', async () => {
  const schema = z.object({ A: z.int(), B: z.string() });
  const { values } = await loadConfig({ schema, sources: [environment({ A: '1', B: 'x' }), custom({ A: '2', B: undefined })] });
  expect(values).toEqual({ A: 2, B: 'x' });
  const { faults } = await faultsOf({ schema, sources: [environment({ A: 'x' }), custom({}, { name: 'etcd', load: () => Promise.reject(new Error('connection refused')) })] });
  expect(faults).toMatchObject([{ key: '', source: 'etcd', message: 'the source cannot be read: connection refused' }, { key: 'A' }, { key: 'B' }]);
});

test('a source learns which settings there are, and of an abort', async () => {
  const controller = new AbortController();
  const seen: unknown[] = [];
  const source = custom({}, { load: async ({ fields, signal }) => { seen.push(fields.map(({ key }) => key), signal); return { entries: [] }; } });
  await loadConfig({ schema: z.object({ A: z.int().optional() }), sources: [source] }, { signal: controller.signal });
  expect(seen).toEqual([['A'], controller.signal]);
  controller.abort(new Error('enough'));
  await expect(loadConfig({ schema: z.object({ A: z.int().optional() }), sources: [source] }, { signal: controller.signal })).rejects.toThrow('enough');
});

test('overrides may be secrets already', async () => {
  const { values } = await loadConfig({ schema: z.object({ KEY: secret() }), sources: [overrides({ KEY: conceal('x') })] });
  expect(values.KEY.reveal()).toBe('x');
});

test('a definition without sources takes the standard ones from what the process has', async () => {
  await using folder = await temporaryFolder({ '.env': 'A=1', '.env.test': 'B=2', key: 'hidden\n' });
  const definition = defineConfig({ schema: z.object({ A: z.int(), B: z.int(), C: z.int(), D: z.int(), KEY: secret() }) });
  const { values } = await loadConfig(definition, { directory: folder.directory, env: 'test', environment: { C: '3', KEY_FILE: 'key' }, argv: ['--d=4'] });
  expect([values.A, values.B, values.C, values.D, values.KEY.reveal()]).toEqual([1, 2, 3, 4, 'hidden']);
});

test('the name of an environment cannot lead elsewhere', () => {
  for (const env of ['../x', '', 'a/b', '.x']) expect(() => standardSources({ directory: '.', env })).toThrow(TypeError);
});
