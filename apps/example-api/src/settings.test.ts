import { readFile } from 'node:fs/promises';
import { loadConfig, overrides } from '@org/enterprise-config';
import { settings as definition } from './settings.js';

const prod = {
  APP_ENV: 'prod', DATABASE_URL: 'postgres://shop@db/shop', ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: 'correct horse',
  JWT_PRIVATE_KEY: '-----BEGIN PRIVATE KEY-----', ENCRYPTION_KEYS: `k1:${'A'.repeat(43)}=`,
};
const load = (values: object) => loadConfig({ schema: definition.schema, sources: [overrides(values as Record<string, unknown>)] });
const refusal = (values: object): Promise<string> => load(values).then(() => 'accepted', (error: Error) => error.message);

describe('production', () => {
  test('starts with keys, an administrator and a database of its own', async () => {
    expect(await refusal(prod)).toBe('accepted');
    const { JWT_PRIVATE_KEY: _, ...rest } = prod;
    expect(await refusal({ ...rest, JWT_ALG: 'HS256', JWT_SECRET: 's'.repeat(32) })).toBe('accepted');
  });

  test('names everything that is missing at once, and the way out of it', async () => {
    const message = await refusal({ APP_ENV: 'prod', PASSWORD_COST: 4 });
    for (const key of ['DATABASE_URL', 'JWT_PRIVATE_KEY', 'ENCRYPTION_KEYS', 'ADMIN_EMAIL', 'ADMIN_PASSWORD', 'PASSWORD_COST']) expect(message).toMatch(new RegExp(`^ *${key} `, 'm'));
    expect(message).toMatch(/openssl rand -base64 32/);
    expect(await refusal({ ...prod, JWT_ALG: 'HS256' })).toMatch(/JWT_SECRET /);
  });

  test('takes no password and no keys that are too weak, and does not repeat them', async () => {
    expect(await refusal({ ...prod, ADMIN_PASSWORD: 'short' })).toMatch(/ADMIN_PASSWORD .*at least 8/);
    const weak = await refusal({ ...prod, ENCRYPTION_KEYS: 'k1:c2hvcnQ=', JWT_ALG: 'HS256', JWT_SECRET: 'much too short' });
    expect(weak).toMatch(/ENCRYPTION_KEYS .*Key 1 of the ring has 5 bytes/);
    expect(weak).toMatch(/JWT_SECRET .*at least 32 bytes/);
    expect(weak).not.toMatch(/c2hvcnQ|much too short/);
  });
});

test('.env.example has every setting as it is declared, and no other (npm run config -- example)', async () => {
  const text = await readFile(new URL('../../../.env.example', import.meta.url), 'utf8');
  const blocks = text.trimEnd().split('\n\n').map((block) => block.split('\n'));
  const written = blocks.map((lines) => [/^#?([A-Z_]+)=/.exec(lines.at(-1)!)?.[1], lines[0]]);
  expect(written).toEqual([...definition.fields.fields.values()].map(({ key, description }) => [key, `# ${description}`]));
});
