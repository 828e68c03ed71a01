import { Database } from '@org/enterprise-persistence';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { listenTo, planOf, type Sent } from '../statements.testing.js';
import { actAs, testApi, type TestApi } from '../testing.js';

const total = 10_000;

describeWithPostgres(`the statements of ${total} users`, () => {
  let server: PostgresServer;
  let api: TestApi;
  let database: Database;
  const sent: Sent[] = [];

  beforeAll(async () => {
    server = await startPostgres();
    // One connection: what is prepared on it can be asked for its plan.
    api = await testApi({ DATABASE_URL: await server.createDatabase(), DATABASE_POOL_MAX: 1, HTTP_ENGINE: 'node', RATE_LIMIT_MAX: 0 });
    database = api.app.resolve(Database);
    await database.script(`
      insert into users (id, email, given, family, roles, version, created_at, updated_at)
      select gen_random_uuid(), 'user' || i || '@example.com', 'Given' || i % 100, 'Family' || i, case when i % 2000 = 0 then '{admin,user}' else '{user}' end::text[], 1, t, t
      from generate_series(1, ${total}) i, lateral (select timestamptz '2026-01-01' + i * interval '1 second' as t);
      analyze users`);
    await listenTo(database, (statement, request) => { if (request) sent.push(statement); });
  }, 60_000);
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  beforeEach(() => { sent.length = 0; });

  const admin = actAs('01890a5d-ac96-774b-bcce-b302099a8057', 'admin');
  async function request(path: string, method = 'GET', body?: object): Promise<any> {
    const response = await fetch(`${api.url}/api/v2${path}`, { method, headers: { ...admin, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return text === '' ? undefined : JSON.parse(text).data;
  }

  /** Names of the indexes that the server reads for the one statement among those sent that has this in its text. */
  async function indexesOf(part: string): Promise<string> {
    const { nodes } = await planOf(database, sent.find((each) => each.text.includes(part))!);
    return nodes.flatMap((node) => node['Index Name'] ?? (['Sort', 'Seq Scan'].includes(node['Node Type']) ? node['Node Type'] : [])).join();
  }

  test.each([
    ['the newest', '', 'users_by_created_at'],
    ['by name', 'sort=name', 'users_by_name'],
    ['by address', 'sort=-email', 'users_email_unique'],
    ['the administrators', 'role=admin', 'users_by_role'],
  ])('a list of %s is read from an index', async (_title, query, index) => {
    const { next_cursor } = await request(`/users?page_size=2&${query}`);
    expect(await indexesOf('"users"')).toContain(index);
    sent.length = 0;
    await request(`/users?page_size=2&${query}&cursor=${next_cursor}`);
    expect(sent).toHaveLength(1);
    expect(await indexesOf('"users"')).toContain(index);
  });

  test('administrators are found among all users by their role', async () => {
    const { items: [{ id }] } = await request('/users?q=user77@');
    await request(`/users/${id}/roles`, 'PUT', { roles: ['user', 'admin'] });
    expect(await indexesOf('for update')).toContain('users_by_role');
  });

  test('each use case costs so many statements, and no more', async () => {
    const verbs: Record<string, string> = {};
    const counted = async (title: string, path: string, method?: string, body?: object): Promise<any> => {
      sent.length = 0;
      const data = await request(path, method, body);
      verbs[title] = sent.map(({ text }) => text.split(' ')[0]).join(' ');
      return data;
    };
    const { id } = await counted('register', '/auth/register', 'POST', { email: 'ada@example.com', password: 'correct horse', name: { given: 'Ada' } });
    await counted('get', `/users/${id}`);
    await counted('list', '/users');
    await counted('change', `/users/${id}`, 'PATCH', { name: { given: 'Eve' } });
    await counted('change nothing', `/users/${id}`, 'PATCH', { name: { given: 'Eve' } });
    await counted('set roles', `/users/${id}/roles`, 'PUT', { roles: ['admin'] });
    await counted('remove', `/users/${id}`, 'DELETE');
    expect(verbs).toEqual({
      // The last insert is the audit log's: an administrator asks.
      register: 'begin insert insert insert insert commit',
      get: 'select',
      list: 'select select',
      change: 'select begin update insert insert commit',
      'change nothing': 'select',
      // Sessions end with the roles that they were opened with, and with their user, as keys do; other processes are told.
      'set roles': 'begin select select delete insert update insert insert commit',
      remove: 'begin select select delete delete delete insert insert insert commit',
    });
  });
});
