import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { describeWithOwnPostgres, startPostgres, type PostgresServer } from '../../../tools/services/postgres.js';
import { until } from '../../../tools/services/until.js';
import { db, launch, started } from './launch.js';

describe('a PGlite folder', () => {
  let root: string;
  beforeAll(async () => { root = await mkdtemp(join(tmpdir(), 'example-data-')); });
  afterAll(() => rm(root, { recursive: true, force: true }));

  test('keeps its data from one start to the next, and belongs to one process at a time', async () => {
    const DATABASE_URL = `pglite:${join(root, 'db')}`;
    const names = async (url: string): Promise<string> => JSON.stringify(((await (await fetch(`${url}/api/v2/products`)).json()) as any).data.items.map(({ id }: { id: string }) => id));
    const first = await started({ DATABASE_URL, SEED_PRODUCTS: '3' });
    const before = await names(first.url);

    const second = launch({ DATABASE_URL });
    expect(await second.exit).toBe(1);
    expect(second.output()).toMatch(new RegExp(`The database folder .* is in use by process ${first.child.pid} `));
    expect(await db('status', { DATABASE_URL })).toMatchObject({ code: 1, output: expect.stringMatching(/^DATABASE_LOCKED: /) });

    first.child.kill('SIGTERM');
    expect(await first.exit).toBe(0);
    const again = await started({ DATABASE_URL, SEED_PRODUCTS: '3' });
    expect(JSON.parse(before)).toHaveLength(3);
    expect(await names(again.url)).toBe(before);
  }, 40_000);
});

/** What production has to be given besides a database. */
const production = {
  APP_ENV: 'prod', ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: 'correct horse', JWT_ALG: 'HS256', JWT_SECRET: 's'.repeat(32), ENCRYPTION_KEYS: `k1:${'A'.repeat(43)}=`, OPS_PORT: '0',
};

describeWithOwnPostgres('the processes on PostgreSQL', () => {
  let server: PostgresServer;
  let configuration: string;
  beforeAll(async () => {
    configuration = await mkdtemp(join(tmpdir(), 'example-hba-'));
    await chmod(configuration, 0o755); // the server is another user
    const hba_file = join(configuration, 'pg_hba.conf');
    await writeFile(hba_file, 'host all guarded 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n');
    server = await startPostgres({ hba_file });
  }, 30_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(configuration, { recursive: true });
  });

  test('db migrates, checks and fills a database, and production refuses a schema of another age', async () => {
    const DATABASE_URL = await server.createDatabase();
    const refused = async (): Promise<string> => {
      const { exit, output } = launch({ ...production, DATABASE_URL });
      expect(await exit).toBe(1);
      return output();
    };
    expect(await db('status', { DATABASE_URL })).toMatchObject({ code: 0, output: expect.stringContaining('pending') });
    expect(await db('check', { DATABASE_URL })).toMatchObject({ code: 1, output: expect.stringContaining('pending') });
    expect(await refused()).toMatch(/older than this code: 0000_products\.sql.*Run npm run db -- migrate/);
    expect(await db('migrate', { DATABASE_URL })).toMatchObject({ code: 0, output: expect.stringContaining('0000_products.sql') });
    expect(await db('check', { DATABASE_URL })).toMatchObject({ code: 0, output: expect.stringMatching(/^In order/) });
    expect(await db('seed', { DATABASE_URL, SEED_PRODUCTS: '1500' })).toMatchObject({ code: 0, output: expect.stringContaining('1500') });
    expect(await db('sink', { DATABASE_URL })).toMatchObject({ code: 2 });

    const sql = postgres(DATABASE_URL, { max: 1 });
    expect(await sql`select count(*)::int from products`).toEqual([{ count: 1500 }]);
    await sql`insert into _migrations (name, hash, applied_at, milliseconds, statements) values ('9999_future.sql', 'x', now(), 1, 1)`;
    await sql.end();
    expect(await refused()).toMatch(/9999_future\.sql/);
  }, 60_000);

  test('production starts with keys, an administrator and secrets of its own, from files too, and shows the public a status and nothing else', async () => {
    const DATABASE_URL = await server.createDatabase();
    expect((await db('migrate', { DATABASE_URL })).code).toBe(0);
    const { ADMIN_PASSWORD, ...others } = production;
    const ADMIN_PASSWORD_FILE = join(configuration, 'password');
    await writeFile(ADMIN_PASSWORD_FILE, `${ADMIN_PASSWORD}\n`);
    const twice = launch({ ...production, DATABASE_URL, ADMIN_PASSWORD_FILE });
    expect([await twice.exit, twice.output()]).toEqual([1, expect.stringMatching(/ADMIN_PASSWORD and ADMIN_PASSWORD_FILE/)]);

    const { child, url, output, exit } = await started({ ...others, DATABASE_URL, ADMIN_PASSWORD_FILE });
    const ask = async (address: string, init: RequestInit = {}): Promise<[number, any]> => {
      const response = await fetch(address, { ...init, headers: { 'content-type': 'application/json' } });
      return [response.status, await response.json()];
    };
    expect(await ask(`${url}/health/ready`)).toEqual([200, { status: 'pass' }]);
    const said = (): RegExpExecArray | null => /Operators have a listener of their own.*?"url":"([^"]+)"/.exec(output());
    await until('the log says where operators look', () => said() !== null);
    const operators = said()![1]!;
    expect(await ask(`${operators}/health/ready`)).toEqual([200, expect.objectContaining({ checks: expect.objectContaining({ postgres: expect.anything() }) })]);
    expect(await ask(`${url}/api/v2/auth/login`, { method: 'POST', body: JSON.stringify({ email: production.ADMIN_EMAIL, password: ADMIN_PASSWORD }) })).toMatchObject([200, { data: { token_type: 'Bearer' } }]);
    // No demonstration data, and a secret is no public key.
    expect([(await ask(`${url}/api/v2/products`))[1].data.total, await ask(`${url}/.well-known/jwks.json`)]).toEqual([0, [200, { keys: [] }]]);
    expect(output()).not.toContain(ADMIN_PASSWORD);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  }, 60_000);

  test('a database that cannot be used ends the start, which says why and keeps the password to itself', async () => {
    const closed = await new Promise<number>((resolve) => {
      const listener = createServer().listen(0, '127.0.0.1', () => { const { port } = listener.address() as AddressInfo; listener.close(() => resolve(port)); });
    });
    const { host } = new URL(server.url);
    const admin = postgres(server.url, { max: 1 });
    await admin`create role guarded login password 'right'`;
    await admin.end();
    const cases = {
      [`postgres://postgres:hunter2@${host}/nowhere`]: /There is no database at .*\/nowhere/,
      [`postgres://guarded:hunter2@${host}/postgres`]: /refuses the user or the password/,
      [`postgres://stranger:hunter2@${host}/postgres`]: /refuses the user or the password/,
      [`postgres://postgres:hunter2@127.0.0.1:${closed}/postgres`]: new RegExp(`Nothing answers as a database at 127.0.0.1:${closed}/postgres`),
      'postgres://postgres:hunter2@[broken/postgres': /is not a URL/,
      'mysql://postgres:hunter2@localhost/postgres': /DATABASE_URL .*expected postgres:/,
    };
    for (const [DATABASE_URL, message] of Object.entries(cases)) {
      const { exit, output } = launch({ DATABASE_URL });
      expect(await exit).toBe(1);
      expect(output()).toMatch(message);
      expect(output()).not.toContain('hunter2');
    }
  }, 40_000);
});
