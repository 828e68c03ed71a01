import { z } from 'zod';
import { temporaryFolder } from '../test/temporary-folder.js';
import { commandLine, dotenvFile, environment, loadConfig, secret } from './index.js';

async function config(directory: string) {
  return loadConfig({
    schema: z.object({ PORT: z.int().default(3000), KEY: secret(), NONE: z.string().optional(), GROUP: z.object({ A: z.string().default('a') }) }),
    sources: [dotenvFile(`${directory}/.env`, { name: '.env' }), dotenvFile(`${directory}/.env.dev`, { name: '.env.dev' }), environment({ PORT: '3002', KEY: 'hunter2' }), commandLine(['--port=3003'])],
  });
}

test('a setting is explained by where it stands and by everything it overrode', async () => {
  await using folder = await temporaryFolder({ '.env': '\nPORT=3000', '.env.dev': 'PORT=3001\nKEY=hunter1' });
  const explanation = (await config(folder.directory)).explain('PORT');
  expect(explanation).toMatchObject({
    key: 'PORT', secret: false, source: 'command line', location: 'command line --port', value: '3003',
    overridden: [
      { source: 'environment', location: 'environment', value: '3002' },
      { source: '.env.dev', location: '.env.dev:1', value: '3001' },
      { source: '.env', location: '.env:2', value: '3000' },
      { source: 'default', location: 'schema', value: 3000 },
    ],
  });
  expect(String(explanation)).toBe([
    'PORT = "3003"  command line --port',
    '       "3002"  environment (overridden)',
    '       "3001"  .env.dev:1 (overridden)',
    '       "3000"  .env:2 (overridden)',
    '       3000    default (overridden)',
  ].join('\n'));
});

test('a secret is explained without its values', async () => {
  await using folder = await temporaryFolder({ '.env': '', '.env.dev': 'KEY=hunter1' });
  const explanation = (await config(folder.directory)).explain('KEY');
  expect(explanation).toMatchObject({ secret: true, value: '[redacted]', source: 'environment', overridden: [{ location: '.env.dev:1', value: '[redacted]' }] });
  expect(`${explanation}${JSON.stringify(explanation)}`).not.toContain('hunter');
});

test('what is not set, not a setting, or a group is said', async () => {
  await using folder = await temporaryFolder({ '.env': '', '.env.dev': '' });
  const { explain } = await config(folder.directory);
  expect(String(explain('NONE'))).toBe('NONE is not set');
  expect(String(explain('GROUP__A'))).toBe('GROUP__A = "a"  default');
  expect(() => explain('PROT')).toThrow('There is no setting "PROT". Did you mean PORT?');
  expect(() => explain('ZZZZZZ')).toThrow('There is no setting "ZZZZZZ".');
  expect(() => explain('GROUP')).toThrow('"GROUP" is a group of settings: GROUP__A.');
});
