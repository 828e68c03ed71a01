import { Passwords } from '@org/enterprise-auth/passwords';
import { currentContext } from '@org/enterprise-kernel';
import { Database, type Connection, type Statement } from '@org/enterprise-persistence';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { testApi, type TestApi } from '../testing.js';

/** What happens on the way of a newcomer, step by step and in its order. */
describeWithPostgres('from registering to logging out', () => {
  let server: PostgresServer;
  let api: TestApi;
  let steps: string[] = [];

  beforeAll(async () => {
    server = await startPostgres();
    api = await testApi({ DATABASE_URL: await server.createDatabase(), DATABASE_POOL_MAX: 1, HTTP_ENGINE: 'node', RATE_LIMIT_MAX: 0 }, { proof: true });
    await api.app.resolve(Database).withConnection(async (connection) => listenTo(connection));
    const passwords = api.app.resolve(Passwords) as { -readonly [K in keyof Passwords]: Passwords[K] };
    for (const name of ['hash', 'verify'] as const) {
      const before = passwords[name] as (...values: any[]) => any;
      passwords[name] = (...values: any[]) => { steps.push(`${name} password`); return before(...values); };
    }
  }, 60_000);
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  function listenTo(connection: Connection): void {
    const { query, script, begin } = connection;
    // What runs beside the request, such as deliveries and polls, is no step of it.
    const note = (text: string): void => {
      const { requestId, causationId } = currentContext() ?? {};
      if (requestId !== undefined && causationId === undefined) steps.push(nameOf(text));
    };
    Object.assign(connection, {
      query(statement: Statement, params: unknown[]) { note(statement.text); return query.call(connection, statement, params); },
      script(text: string) { note(text); return script.call(connection, text); },
      begin(text: string) { note(text); return begin.call(connection, text); },
    });
  }
  /** `insert users` for a statement that does so; for one of several parts the table that is written. */
  function nameOf(text: string): string {
    const [, verb, table] = /(insert) into "(\w+)"|^$/.exec(text) ?? /(update) "(\w+)"/.exec(text) ?? /(delete) from "(\w+)"/.exec(text) ?? /(select)[^]*? from "(\w+)"/.exec(text) ?? [];
    return verb === undefined ? text.split(' ', 1)[0]! : `${verb} ${table}`;
  }

  async function walk(method: string, path: string, token?: string, body?: object): Promise<{ data: any; taken: readonly string[] }> {
    steps = [];
    const response = await fetch(`${api.url}/api/v2${path}`, {
      method, headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(body && { 'content-type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return { data: text === '' ? undefined : JSON.parse(text).data, taken: steps };
  }

  test('every step is taken, and in this order', async () => {
    const newcomer = async (email: string) => {
      const credentials = { email, password: 'difference engine' };
      return { credentials, registered: await walk('POST', '/auth/register', undefined, { ...credentials, name: { given: 'Ada' } }) };
    };
    // The first log-in of a process also sweeps out what has expired, beside the request.
    await walk('POST', '/auth/login', undefined, (await newcomer('first@example.com')).credentials);

    const { credentials, registered } = await newcomer('ada@example.com');
    const loggedIn = await walk('POST', '/auth/login', undefined, credentials);
    const me = await walk('GET', '/me', loggedIn.data.access_token);
    const refreshed = await walk('POST', '/auth/refresh', undefined, { refresh_token: loggedIn.data.refresh_token });
    const loggedOut = await walk('POST', '/auth/logout', refreshed.data.access_token);

    // The password first, so that nobody waits for a connection meanwhile; then the user, the hash and the event, or none of them.
    expect(registered.taken).toEqual(['hash password', 'begin', 'insert users', 'insert user_credentials', 'insert event_outbox', 'commit']);
    expect(loggedIn.taken).toEqual([
      // The guess is counted, for the account, the address and both, before anything is looked at.
      'select auth_places', 'begin', 'insert auth_attempts', 'insert auth_attempts', 'insert auth_attempts', 'commit',
      'select users', 'verify password',
      // It was none: the counts go back, and the place is known from now on.
      'delete auth_attempts', 'update auth_attempts', 'update auth_attempts', 'insert auth_places',
      // The session, and an end of the oldest where there are too many.
      'begin', 'insert auth_sessions', 'delete auth_sessions', 'commit',
    ]);
    // A token needs no look into the database.
    expect(me.taken).toEqual(['select users']);
    expect(refreshed.taken).toEqual(['update auth_sessions', 'select users']);
    expect(loggedOut.taken).toEqual(['begin', 'delete auth_sessions', 'insert auth_revocations', 'commit']);
  });
});
