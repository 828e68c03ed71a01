import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from './cli.js';

let folder: string;
let files: Record<'old' | 'harmless' | 'warning' | 'broken' | 'noJson', string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'api-compat-'));
  const api = (methods: object): string => JSON.stringify({ openapi: '3.1.0', paths: { '/a': methods } });
  const contents = {
    old: api({ get: { operationId: 'a' } }),
    harmless: api({ get: { operationId: 'a' }, post: {} }),
    warning: api({ get: { operationId: 'b' } }),
    broken: api({}),
    noJson: 'openapi: 3.1.0',
  };
  files = Object.fromEntries(await Promise.all(Object.entries(contents).map(async ([name, text]) => {
    const file = join(folder, `${name}.json`);
    await writeFile(file, text);
    return [name, file] as const;
  }))) as typeof files;
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ status: number; out: string; error: string }> {
  const written = { out: '', error: '' };
  const status = await runCli(args, { out: (text) => { written.out += text; }, error: (text) => { written.error += text; } });
  return { status, ...written };
}

test('nothing that breaks: status 0 and a count', async () => {
  expect(await run(files.old, files.harmless)).toEqual({ status: 0, out: '0 breaking, 0 to look at, 1 harmless\n', error: '' });
  expect((await run(files.old, files.warning)).status).toBe(0);
});

test('something that breaks: status 1, with the place', async () => {
  expect(await run(files.old, files.broken)).toEqual({
    status: 1,
    out: 'breaking GET /a was removed.\n         GET /a (request), operation-removed, old #/paths/~1a/get\n1 breaking, 0 to look at, 0 harmless\n',
    error: '',
  });
});

test('what is harmless is shown on request', async () => {
  expect((await run('--all', files.old, files.harmless)).out).toMatch(/^info {5}POST \/a was added\./);
});

test('of many operations some are shown', async () => {
  const sharing = (type: string): string => JSON.stringify({
    openapi: '3.1.0',
    paths: Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [`/${name}`, { get: { responses: { 200: { $ref: '#/components/responses/R' } } } }])),
    components: { responses: { R: { content: { 'application/json': { schema: { type } } } } } },
  });
  const [before, after] = [join(folder, 'string.json'), join(folder, 'number.json')];
  await writeFile(before, sharing('string'));
  await writeFile(after, sharing('number'));
  expect((await run(before, after)).out).toContain('GET /a, GET /b, GET /c and 2 more (response)');
});

test('programs read JSON', async () => {
  const { status, out } = await run('--json', files.old, files.broken);
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject([{ rule: 'operation-removed', operations: ['GET /a'] }]);
});

test('the gate can be moved', async () => {
  expect((await run('--fail-on', 'warning', files.old, files.warning)).status).toBe(1);
  expect((await run('--severity', 'operation-removed=warning', files.old, files.broken)).status).toBe(0);
  expect((await run('--severity=operation-id-changed=breaking', files.old, files.warning)).status).toBe(1);
});

test('help is no failure', async () => {
  expect(await run('--help')).toMatchObject({ status: 0, out: expect.stringMatching(/^Usage: enterprise-api-compat/) });
});

test.each<[string, () => string[], string | RegExp]>([
  ['one file', () => [files.old], /^Two files are needed\.\n\nUsage/],
  ['three files', () => [files.old, files.old, files.old], 'Two files are needed'],
  ['a file that is not there', () => [files.old, join(folder, 'none.json')], 'ENOENT'],
  ['a file that is not JSON', () => [files.noJson, files.old], /noJson\.json is not JSON/],
  ['an unknown option', () => ['--loud', files.old, files.old], "Unknown option '--loud'"],
  ['an unknown level', () => ['--fail-on', 'info', files.old, files.old], '--fail-on takes breaking or warning, not "info".'],
  ['an unknown severity', () => ['--severity', 'operation-removed=bad', files.old, files.old], '--severity takes <rule>=breaking|warning|info|off'],
  ['an unknown rule', () => ['--severity', 'nothing=off', files.old, files.old], '"nothing" is not a rule'],
])('%s: status 2 and a reason', async (_, args, reason) => {
  const { status, out, error } = await run(...args());
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(error).toEqual(expect.stringMatching(reason));
});
