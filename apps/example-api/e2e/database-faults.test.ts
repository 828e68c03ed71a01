import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import { describeWithOwnPostgres, startPostgres, type PostgresServer } from '../../../tools/services/postgres.js';
import { testApi, type TestApi, type TestSettings } from '../src/testing.js';

interface Answer { readonly status: number; readonly code: string; readonly data: any }

const body = JSON.stringify({ name: 'Sencha', category: 'tea', price: { amount: 690, currency: 'EUR' } });
const headers = { authorization: 'Bearer products:write', 'content-type': 'application/json' };

describeWithOwnPostgres('the API when PostgreSQL fails', () => {
  let server: PostgresServer;
  // What was acknowledged has left the server's memory, so that a crash of its processes cannot take it back.
  beforeAll(async () => { server = await startPostgres({ synchronous_commit: 'on' }); }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());

  const open = async (parameters = '', settings: TestSettings = {}): Promise<TestApi & { readonly database: string }> => {
    const database = await server.createDatabase();
    return { ...await testApi({ DATABASE_URL: database + parameters, HTTP_ENGINE: 'node', RATE_LIMIT_MAX: 0, ...settings }), database };
  };
  const ask = async ({ url }: TestApi, path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`${url}/api/v2${path}`, { ...init, signal: AbortSignal.timeout(15_000) });
    return { status: response.status, ...await response.json() as Omit<Answer, 'status'> };
  };
  const add = (api: TestApi): Promise<Answer> => ask(api, '/products', { method: 'POST', headers, body });
  const health = async ({ url }: TestApi, probe: string): Promise<number> => (await fetch(`${url}/health/${probe}`)).status;

  test('a crash under load costs answers of 503 with a code, and nothing that was acknowledged', async () => {
    await using api = await open();
    const answers: Answer[] = [];
    const acknowledged: string[] = [];
    let done = false;
    const clients = Array.from({ length: 10 }, async (_, i) => {
      while (!done) {
        const answer = i % 2 === 0 ? await add(api) : await ask(api, '/products');
        answers.push(answer);
        if (answer.status === 201) acknowledged.push(answer.data.id);
        if (answer.status >= 500) await pause(20);
      }
    });
    await pause(500);
    await server.crash();
    await pause(500);
    const away = [await health(api, 'ready'), await health(api, 'live'), await add(api)];
    await server.restart();
    const before = acknowledged.length;
    const since = performance.now();
    while (await health(api, 'ready') !== 200 && performance.now() - since < 10_000) await pause(50);
    const back = await health(api, 'ready');
    await pause(500);
    done = true;
    await Promise.all(clients);

    expect(away).toEqual([503, 200, expect.objectContaining({ status: 503, data: null })]);
    expect([back, acknowledged.length > before]).toEqual([200, true]);
    const failures = answers.filter(({ status }) => status >= 400).map(({ status, code }) => `${status} ${code}`);
    expect(failures).not.toHaveLength(0);
    for (const failure of new Set(failures)) expect(['503 DATABASE_UNAVAILABLE', '503 DATABASE_UNREACHABLE']).toContain(failure);
    const sql = postgres(api.database, { max: 1 });
    const stored = new Set((await sql`select id from products`).map(({ id }) => id as string));
    await sql.end();
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  }, 40_000);

  test('the only connection waits for a lock: others are told that the database is busy, and the waiting one that it took too long', async () => {
    await using api = await open('?lock_timeout=7000', { DATABASE_POOL_MAX: 1 });
    const { data: { id } } = await add(api);
    const other = postgres(api.database, { max: 1 });
    try {
      await other`begin`;
      await other`select 1 from products where id = ${id} for update`;
      const changing = ask(api, `/products/${id}`, { method: 'PATCH', headers: { ...headers, 'if-match': '"v2-1"' }, body: '{"name":"Assam"}' });
      await pause(200);
      const before = performance.now();
      expect(await ask(api, '/products')).toMatchObject({ status: 503, code: 'DATABASE_BUSY', data: null });
      expect(performance.now() - before).toBeLessThan(6_900);
      expect(await changing).toMatchObject({ status: 504, code: 'DATABASE_TIMEOUT', data: null });
      expect(await ask(api, '/products')).toMatchObject({ status: 200 });
    } finally {
      await other.end({ timeout: 0 });
    }
  }, 40_000);

  test('a statement that takes too long is ended by the server, and the connection goes on', async () => {
    await using api = await open('?statement_timeout=300', { DATABASE_POOL_MAX: 1 });
    const { data: { id } } = await add(api);
    const other = postgres(api.database, { max: 1 });
    try {
      await other`begin`;
      await other`lock table products in access exclusive mode`;
      expect(await ask(api, `/products/${id}`)).toMatchObject({ status: 504, code: 'DATABASE_TIMEOUT', data: null });
      await other`rollback`;
      expect(await ask(api, `/products/${id}`)).toMatchObject({ status: 200 });
    } finally {
      await other.end({ timeout: 0 });
    }
  }, 20_000);
});
