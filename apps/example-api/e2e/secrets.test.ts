import postgres from 'postgres';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../tools/services/postgres.js';
import { started, type Running } from './launch.js';

const planted = { password: 'planted password of a user', other: 'planted password that comes next', admin: 'planted password of the root', database: 'planted-database-password', jwt: 'planted-secret-of-the-access-tokens', encryption: 'planted-key-of-all-that-is-hidden' };
const json = { 'content-type': 'application/json' };

/** As it is, and as somebody could have written it down. */
const formsOf = (secret: string): readonly string[] => [secret, encodeURIComponent(secret), ...(['base64', 'base64url', 'hex'] as const).map((form) => Buffer.from(secret).toString(form).replace(/=+$/, ''))];

describeWithPostgres('secrets', () => {
  let server: PostgresServer;
  let running: Running;
  let sql: postgres.Sql;
  const secrets = new Map<string, string>(Object.entries(planted));
  /** Everything that was answered, but for the one answer that hands a secret out. */
  const answered: string[] = [];

  beforeAll(async () => {
    server = await startPostgres();
    const url = await server.createDatabase();
    sql = postgres(url, { max: 1, onnotice() {} });
    const withPassword = new URL(url);
    withPassword.password = planted.database;
    running = await started({
      APP_ENV: 'test', LOG_LEVEL: 'debug', RATE_LIMIT_MAX: '0', PASSWORD_COST: '4', DATABASE_URL: withPassword.href, ADMIN_EMAIL: 'root@example.com', ADMIN_PASSWORD: planted.admin,
      JWT_ALG: 'HS256', JWT_SECRET: planted.jwt, ENCRYPTION_KEYS: `k1:${Buffer.from(planted.encryption).toString('base64')}`,
    });
  }, 60_000);
  afterAll(async () => {
    await sql?.end();
    await server[Symbol.asyncDispose]();
  });

  async function send(method: string, path: string, headers: Record<string, string> = {}, body?: unknown, { handsOut = false } = {}): Promise<{ status: number; headers: Headers; data: any }> {
    const response = await fetch(`${running.url}${path}`, { method, headers: { ...headers, ...(body !== undefined && json) }, ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }) });
    const text = await response.text();
    if (!handsOut) answered.push(`${method} ${path}: ${text}\n${[...response.headers].join('\n')}`);
    return { status: response.status, headers: response.headers, data: text.startsWith('{') ? JSON.parse(text).data : undefined };
  }
  const logIn = async (email: string, password: string) => (await send('POST', '/api/v2/auth/login', {}, { email, password }, { handsOut: true })).data;

  test('are in no log, no answer and no table, whatever goes right or wrong', async () => {
    const email = 'ada@example.com';
    await send('POST', '/api/v2/auth/register', {}, { email, password: planted.password, name: { given: 'Ada' } });
    const { access_token, refresh_token } = await logIn(email, planted.password);
    const bearer = { authorization: `Bearer ${access_token}` };
    const { data: refreshed } = await send('POST', '/api/v2/auth/refresh', {}, { refresh_token }, { handsOut: true });
    const { data: { key } } = await send('POST', '/api/v2/me/api-keys', bearer, { name: 'ci', scopes: ['orders:own'] }, { handsOut: true });
    const cookie = (await send('POST', '/api/v2/auth/session', { 'sec-fetch-site': 'same-origin' }, { email, password: planted.password }, { handsOut: true })).headers.get('set-cookie')!.split(';')[0]!;
    for (const [name, secret] of Object.entries({ access_token, refresh_token, next_refresh_token: refreshed.refresh_token, next_access_token: refreshed.access_token, api_key: key, cookie: cookie.split('=')[1]! })) secrets.set(name, secret);

    // Every route, with every proof and with secrets where they do not belong.
    const { paths } = await (await fetch(`${running.url}/api/v2/openapi.json`)).json() as { paths: Record<string, Record<string, unknown>> };
    const misplaced = Object.fromEntries([...secrets].map(([name, secret]) => [name, { [name]: secret }]));
    const root = { authorization: `Bearer ${(await logIn('root@example.com', planted.admin)).access_token}` };
    for (const [path, methods] of Object.entries(paths)) {
      const address = `/api/v2${path.replace(/\{\w+\}/g, '01890a5d-ac96-774b-bcce-b302099a8057')}`;
      for (const method of Object.keys(methods).map((each) => each.toUpperCase())) {
        if (address.endsWith('/auth/logout') || (method === 'DELETE' && address.endsWith('/auth/session'))) continue;
        for (const proof of [bearer, root, { 'x-api-key': key }, { cookie }, { ...bearer, 'x-api-key': key }, { authorization: `Bearer ${access_token}x` }, { 'x-api-key': `${key}x` }, { authorization: `Basic ${planted.password}` }]) {
          const hasBody = method !== 'GET' && method !== 'DELETE';
          await send(method, address, proof, hasBody ? misplaced : undefined);
          if (hasBody) await send(method, address, proof, `{"password":"${planted.password}"`);
        }
      }
    }
    for (const secret of secrets.values()) await send('GET', `/api/v2/products?page=${encodeURIComponent(secret)}`, bearer);

    await send('PUT', '/api/v2/me/password', bearer, { current_password: 'a wrong guess', new_password: planted.other });
    await send('PUT', '/api/v2/me/password', bearer, { current_password: planted.password, new_password: planted.other });
    await send('POST', '/api/v2/auth/password/forgot', {}, { email });
    await send('POST', '/api/v2/auth/refresh', {}, { refresh_token: `${refresh_token}x` });
    // The database goes away under the requests, which logs what it knows of it.
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    await Promise.all(Array.from({ length: 20 }, () => send('POST', '/api/v2/auth/login', {}, { email, password: planted.other }, { handsOut: true })));

    const tables = (await sql<{ name: string }[]>`select table_name as name from information_schema.tables where table_schema = 'public'`).map(({ name }) => name);
    expect(tables.length).toBeGreaterThan(10);
    const rows = (await Promise.all(tables.map(async (name) => (await sql`select to_jsonb(t)::text as row from ${sql(name)} t`).map(({ row }) => `${name}: ${row}`)))).flat();
    expect(running.output()).toContain('/api/v2/me/password');
    expect(answered.length).toBeGreaterThan(300);
    // What is no secret is found, so a secret would be.
    expect([rows.some((row) => row.includes(email)), answered.some((text) => text.includes(email))]).toEqual([true, true]);

    const found = [...secrets].flatMap(([name, secret]) => formsOf(secret).flatMap((form) => [
      ...(running.output().includes(form) ? [`${name} in the log`] : []),
      // What a request has put into an address comes back in no message, and least of all in a header.
      ...answered.filter((text) => text.slice(text.indexOf(': ')).includes(form)).map((text) => `${name} in the answer to ${text.slice(0, 120)}`),
      ...rows.filter((row) => row.includes(form)).map((row) => `${name} in the table ${row.split(':', 1)[0]}`),
    ]));
    expect([...new Set(found)]).toEqual([]);
  }, 120_000);
});
