import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import { describeWithOwnPostgres, startPostgres, type PostgresServer } from '../../../tools/services/postgres.js';
import { describeWithSmallDisks, smallDisk, type SmallDisk } from '../../../tools/services/small-disk.js';
import { testApi, type TestApi } from '../src/testing.js';

interface Answer { readonly status: number; readonly text: string; readonly code: string; readonly data: any }

const body = JSON.stringify({ name: 'Sencha', description: 'leaf '.repeat(100), category: 'tea', price: { amount: 690, currency: 'EUR' } });
const headers = { authorization: 'Bearer products:write', 'content-type': 'application/json' };

describeWithSmallDisks('the API when the disk of PostgreSQL is full', () => describeWithOwnPostgres('with its data and its log on disks of their own', () => {
  let server: PostgresServer;
  let data: SmallDisk;
  let log: SmallDisk;
  beforeAll(async () => {
    data = smallDisk('128m');
    log = smallDisk('64m');
    server = await startPostgres({ synchronous_commit: 'on' }, { data: data.folder, wal: log.folder });
  }, 30_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    data[Symbol.dispose]();
    log[Symbol.dispose]();
  });

  const ask = async ({ url }: TestApi, path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(15_000) });
    const text = await response.text();
    return { status: response.status, text, ...JSON.parse(text) as Pick<Answer, 'code' | 'data'> };
  };
  const until = async (what: string, condition: () => boolean | Promise<boolean>): Promise<void> => {
    for (const end = performance.now() + 20_000; !(await condition()); await pause(20)) if (performance.now() > end) throw new Error(`Not within 20 s: ${what}`);
  };

  /** Adds products without end, and notes what came of it. */
  function writing(api: TestApi) {
    const failures: Answer[] = [];
    const acknowledged: string[] = [];
    let done = false;
    const clients = Array.from({ length: 6 }, async () => {
      while (!done) {
        const answer = await ask(api, '/api/v2/products', { method: 'POST', headers, body });
        if (answer.status === 201) acknowledged.push(answer.data.id);
        else {
          failures.push(answer);
          await pause(20);
        }
      }
    });
    return { failures, acknowledged, async end() { done = true; await Promise.all(clients); } };
  }
  const lost = async (database: string, acknowledged: readonly string[]): Promise<string[]> => {
    const sql = postgres(database, { max: 1, onnotice: () => {} });
    const stored = new Set((await sql`select id from products`).map(({ id }) => id as string));
    await sql.end();
    return acknowledged.filter((id) => !stored.has(id));
  };
  const codes = (failures: readonly Answer[]): string[] => [...new Set(failures.map(({ status, code }) => `${status} ${code}`))];
  const innards = /insert|select|products|relation|extend|pg_|on device|base\//i;

  test('writes are told that it is full and reads go on, and with space again so do writes, with nothing lost', async () => {
    const database = await server.createDatabase();
    await using api = await testApi({ DATABASE_URL: database, HTTP_ENGINE: 'node', RATE_LIMIT_MAX: 0 });
    const load = writing(api);
    await until('products are added', () => load.acknowledged.length > 50);
    data.fill();
    await until('writes are refused', () => load.failures.length > 50);
    const [list, ready] = [await ask(api, '/api/v2/products?sort=-price'), await fetch(`${api.url}/health/ready`)];
    data.free();
    const before = load.acknowledged.length;
    await until('products are added again', () => load.acknowledged.length > before + 50);
    await load.end();

    expect([list.status, ready.status]).toEqual([200, 200]);
    expect(codes(load.failures)).toEqual(['503 DATABASE_FULL']);
    for (const { text } of load.failures) expect(text).not.toMatch(innards);
    expect(await lost(database, load.acknowledged)).toEqual([]);
  }, 90_000);

  test('a full disk of the log stops PostgreSQL, and once it runs again so does the service, with nothing lost', async () => {
    const database = await server.createDatabase();
    await using api = await testApi({ DATABASE_URL: database, HTTP_ENGINE: 'node', RATE_LIMIT_MAX: 0 });
    const load = writing(api);
    await until('products are added', () => load.acknowledged.length > 50);
    log.fill();
    // The log goes on in a new file, for which there is no room.
    const sql = postgres(database, { max: 1, onnotice: () => {} });
    await sql`select pg_switch_wal()`.catch(() => {});
    await sql.end({ timeout: 0 });
    await until('writes are refused', () => load.failures.length > 50);
    expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
    log.free();
    // As whoever looks after the server would: it has given up, or is about to.
    await server.crash();
    await server.restart();
    const before = load.acknowledged.length;
    await until('products are added again', () => load.acknowledged.length > before + 50);
    await load.end();

    for (const code of codes(load.failures)) expect(['503 DATABASE_UNAVAILABLE', '503 DATABASE_UNREACHABLE', '503 DATABASE_FULL']).toContain(code);
    for (const { text } of load.failures) expect(text).not.toMatch(innards);
    expect(await lost(database, load.acknowledged)).toEqual([]);
  }, 90_000);
}));
