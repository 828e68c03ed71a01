import { Passwords } from '@org/enterprise-auth/passwords';
import { Database } from '@org/enterprise-persistence';
import { sql } from 'drizzle-orm';
import { onEveryDatabase } from '../databases.testing.js';
import { send, type Answer } from '../http.testing.js';
import { actAs, testApi, type TestApi, type TestSettings } from '../testing.js';
import { UserRepository } from './user.repository.js';

const nowhere = '01890a5d-ac96-774b-bcce-b302099a8057';
const someAdmin = actAs(nowhere, 'admin');
const password = 'correct horse';
const name = { given: 'Ada', family: 'Lovelace' };

onEveryDatabase(story);

/** What the API does with users, whatever serves it and wherever they are kept. */
function story(title: string, settings: () => Promise<TestSettings>): void { describe(`users on ${title}`, () => {
  let api: TestApi;
  beforeAll(async () => { api = await testApi({ RATE_LIMIT_MAX: 0, ADMIN_EMAIL: 'Root@example.com', ADMIN_PASSWORD: 'for this test', ...await settings() }); }, 30_000);
  afterAll(() => api[Symbol.asyncDispose]());
  const v1 = (path: string): string => `${api.url}/api/v1${path}`;
  const v2 = (path: string): string => `${api.url}/api/v2${path}`;
  let count = 0;
  const registered = async (fields: object = {}): Promise<any> => {
    const { status, body } = await send(v2('/auth/register'), 'POST', { body: { email: `user${++count}@example.com`, password, name, ...fields } });
    expect(status).toBe(201);
    return body.data;
  };
  /** Gives a new user the role of an administrator, by the one who is there from the start. */
  const administrator = async (): Promise<any> => {
    const { id } = await registered();
    const { status, body } = await send(v2(`/users/${id}/roles`), 'PUT', { ...someAdmin, body: { roles: ['admin'] } });
    expect(status).toBe(200);
    return body.data;
  };

  test('the first administrator of the settings is there, with the password given', async () => {
    const { id, email, roles } = (await send(v2('/users'), 'GET', someAdmin)).body.data.items[0];
    expect([email, roles]).toEqual(['root@example.com', ['admin']]);
    expect(await api.app.resolve(Passwords).verify('for this test', await api.app.resolve(UserRepository).passwordHash(id))).toMatchObject({ valid: true });
  });

  test('a user registers in v2, and each version shows the name in its own way', async () => {
    const made = await send(v2('/auth/register'), 'POST', { body: { email: ' Mary@Example.com ', password, name: { given: 'Mary Ann', family: 'Evans' } } });
    const { id, created_at } = made.body.data;
    expect(made.status).toBe(201);
    expect(made.body.data).toEqual({ id: expect.any(String), email: 'mary@example.com', name: { given: 'Mary Ann', family: 'Evans' }, roles: ['user'], version: 1, created_at: expect.any(String), updated_at: created_at });
    expect([made.headers.get('location'), made.headers.get('etag')]).toEqual([`/api/v2/users/${id}`, '"v2-1"']);

    const old = await send(v1('/me'), 'GET', actAs(id));
    expect(old).toMatchObject({ status: 200, body: { data: { ...made.body.data, name: 'Mary Ann Evans' } } });
    expect([Object.keys(old.body.data), old.headers.get('etag')]).toEqual([['id', 'email', 'name', 'roles', 'version', 'created_at', 'updated_at'], '"v1-1"']);
    expect(await send(v2('/me'), 'GET', actAs(id))).toMatchObject({ status: 200, body: { data: made.body.data } });
    expect(await send(v2('/me'), 'GET', { ...actAs(id), 'if-none-match': '"v2-1"' })).toMatchObject({ status: 304 });
  });

  test.each(['Mary Ann Evans', 'Cher', 'Ada  M.  Lovelace', 'Łukasz O\'Néill-Žižek'])('v1 gets the name %j back as it gave it', async (full) => {
    const made = await send(v1('/auth/register'), 'POST', { body: { email: `user${++count}@example.com`, password, name: ` ${full} ` } });
    expect(made).toMatchObject({ status: 201, body: { data: { name: full } } });
    const renamed = await send(v1('/me'), 'PATCH', { ...actAs(made.body.data.id), body: { name: `${full} ${full}` } });
    expect(renamed).toMatchObject({ status: 200, body: { data: { name: `${full} ${full}`, version: 2 } } });
  });

  test('an address registers once, whatever its case', async () => {
    const { email } = await registered();
    for (const again of [email, email.toUpperCase()]) {
      expect(await send(v1('/auth/register'), 'POST', { body: { email: again, password, name: 'Eve' } })).toMatchObject({ status: 409, body: { code: 'EMAIL_TAKEN', data: null, message: expect.any(String), request_id: expect.any(String) } });
    }
  });

  test('of a hundred who register with one address at once, one does', async () => {
    const body = { email: 'race@example.com', password, name };
    const statuses = (await Promise.all(Array.from({ length: 100 }, () => send(v2('/auth/register'), 'POST', { body })))).map(({ status }) => status);
    expect([statuses.filter((status) => status === 201).length, statuses.filter((status) => status === 409).length]).toEqual([1, 99]);
    expect((await send(v2('/users?q=race@'), 'GET', someAdmin)).body.data.total).toBe(1);
  });

  test.each<[string, object, string]>([
    ['no address', { email: 'ada' }, 'email'], ['an address that is too long', { email: `${'a'.repeat(65)}@example.com` }, 'email'],
    ['a short password', { password: 'sh0rt!x' }, 'password'], ['a password of more than 72 bytes', { password: 'äußerst höfliche Möwen über Köln, München, Düsseldorf, Nürnberg und Lübeck' }, 'password'], ['a password that many have', { password: 'password1' }, 'password'],
    ['a blank name', { name: { given: ' ' } }, 'name.given'], ['a name with a line break', { name: { given: 'A\nB' } }, 'name.given'], ['a name that is too long as a whole', { name: { given: 'x'.repeat(150), family: 'y'.repeat(150) } }, 'name.given'],
    ['a role', { roles: ['admin'] }, 'roles'],
  ])('%s does not register', async (_title, fields, path) => {
    const answer = await send(v2('/auth/register'), 'POST', { body: { email: 'nobody@example.com', password, name, ...fields } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', errors: [{ path, in: 'body' }] } });
    expect(JSON.stringify(answer.body)).not.toContain((fields as { password?: string }).password ?? password);
  });

  test('a password is kept as a hash, apart from the user', async () => {
    const { id } = await registered({ password: 'a\u0308pfelkuchen' });
    const hash = (await api.app.resolve(UserRepository).passwordHash(id))!;
    expect(await api.app.resolve(Passwords).verify('äpfelkuchen', hash)).toMatchObject({ valid: true });
    const { rows } = await api.app.resolve(Database).orm.execute(sql`select to_jsonb(users)::text as row from users where id = ${id}`);
    expect(rows).toEqual([{ row: expect.not.stringContaining('$2') }]);
  });

  test('users change themselves, for the version they have seen if they say so', async () => {
    const { id } = await registered();
    const me = actAs(id);
    expect(await send(v2('/me'), 'PATCH', { ...me, body: { name: { given: 'Augusta' } } })).toMatchObject({ status: 200, body: { data: { name: { given: 'Augusta', family: '' }, version: 2 } } });
    expect(await send(v2('/me'), 'PATCH', { ...me, body: {} })).toMatchObject({ status: 200, body: { data: { version: 2 } } });
    expect(await send(v2('/me'), 'PATCH', { ...me, 'if-match': '"v2-1"', body: { name } })).toMatchObject({ status: 412, body: { code: 'USER_STALE', details: { expected: 1, actual: 2 } } });
    expect(await send(v2('/me'), 'PATCH', { ...me, 'if-match': '"v2-2"', body: { name } })).toMatchObject({ status: 200 });
    expect(await send(v2('/me'), 'PATCH', { ...me, body: { roles: ['admin'] } })).toMatchObject({ status: 400 });
    expect(await send(v1('/me'), 'PATCH', { ...me, body: { name: '' } })).toMatchObject({ status: 400, body: { errors: [{ path: 'name' }] } });
  });

  test('who is not a user, or not any more, has no /me', async () => {
    for (const id of ['a-service', nowhere]) {
      expect(await send(v1('/me'), 'GET', actAs(id))).toMatchObject({ status: 404, body: { code: 'USER_NOT_FOUND', details: { id } } });
      expect(await send(v1('/me'), 'PATCH', { ...actAs(id), body: { name: 'A' } })).toMatchObject({ status: 404 });
    }
  });

  test('everything but registering needs a caller, and others need the permission', async () => {
    const { id } = await registered();
    const operations: [string, string, unknown?][] = [
      ['GET', '/users'], ['GET', `/users/${id}`], ['PATCH', `/users/${id}`, { name: 'Eve' }], ['DELETE', `/users/${id}`], ['PUT', `/users/${id}/roles`, { roles: ['admin'] }],
    ];
    for (const [method, path, body] of operations) {
      expect(await send(v1(path), method, { body })).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
      expect(await send(v1(path), method, { ...actAs(id, 'user', method === 'GET' ? 'users:write' : 'users:read'), body })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    }
    for (const method of ['GET', 'PATCH']) expect(await send(v1('/me'), method, method === 'GET' ? {} : { body: {} })).toMatchObject({ status: 401 });
  });

  test('administrators read, change and remove users', async () => {
    const { id, email } = await registered();
    const taken = await registered();
    const url = v2(`/users/${id}`);
    expect(await send(url, 'GET', someAdmin)).toMatchObject({ status: 200, body: { data: { id, email } } });
    expect(await send(url, 'PATCH', { ...someAdmin, body: { email: `New-${email}`, name: { given: 'New' } } })).toMatchObject({ status: 200, body: { data: { email: `new-${email}`, name: { given: 'New', family: '' }, version: 2 } } });
    expect(await send(v1(`/users/${id}`), 'PATCH', { ...someAdmin, body: { name: 'Newer Still' } })).toMatchObject({ status: 200, body: { data: { name: 'Newer Still', version: 3 } } });
    expect(await send(url, 'PATCH', { ...someAdmin, body: { email: taken.email } })).toMatchObject({ status: 409, body: { code: 'EMAIL_TAKEN' } });
    expect(await send(url, 'PATCH', { ...someAdmin, body: { email: 'none' } })).toMatchObject({ status: 400, body: { errors: [{ path: 'email' }] } });
    expect(await send(url, 'PATCH', { ...someAdmin, 'if-match': '"v2-1"', body: { name } })).toMatchObject({ status: 412, body: { code: 'USER_STALE' } });
    expect(await send(url, 'DELETE', { ...someAdmin, 'if-match': '"v2-1"' })).toMatchObject({ status: 412, body: { code: 'USER_STALE' } });
    expect(await send(url, 'DELETE', { ...someAdmin, 'if-match': '"v2-3"' })).toMatchObject({ status: 204, body: undefined });
    for (const [method, body] of [['GET'], ['PATCH', {}], ['DELETE']] as const) expect(await send(url, method, { ...someAdmin, body })).toMatchObject({ status: 404, body: { code: 'USER_NOT_FOUND', details: { id } } });
    expect(await send(v2(`/users/${id}/roles`), 'PUT', { ...someAdmin, body: { roles: ['user'] } })).toMatchObject({ status: 404 });
    for (const [method, path, body] of [['GET', ''], ['PATCH', '', {}], ['DELETE', ''], ['PUT', '/roles', { roles: ['user'] }]] as const) {
      expect(await send(v2(`/users/1${path}`), method, { ...someAdmin, body })).toMatchObject({ status: 400, body: { errors: [{ path: 'id', in: 'params' }] } });
    }
  });

  test('of two changes at the same moment one at most comes too late', async () => {
    const { id } = await registered();
    const answers = await Promise.all(['A', 'B'].map((given) => send(v2(`/users/${id}`), 'PATCH', { ...someAdmin, 'if-match': '"v2-1"', body: { name: { given } } })));
    expect(answers.map(({ body }) => body.code)).toEqual(expect.arrayContaining(['OK', expect.stringMatching(/^USER_(CONFLICT|STALE)$/)]));
  });

  test('administrators give and take roles, but not their own', async () => {
    const { id } = await registered();
    const admin = await administrator();
    const roles = v2(`/users/${id}/roles`);
    expect(await send(roles, 'PUT', { ...actAs(admin.id, 'admin'), body: { roles: ['user', 'admin', 'admin'] } })).toMatchObject({ status: 200, body: { data: { roles: ['admin', 'user'], version: 2 } } });
    expect(await send(roles, 'PUT', { ...someAdmin, 'if-match': '"v2-1"', body: { roles: ['user'] } })).toMatchObject({ status: 412, body: { code: 'USER_STALE' } });
    expect(await send(roles, 'PUT', { ...someAdmin, 'if-match': '"v2-2"', body: { roles: ['user'] } })).toMatchObject({ status: 200, body: { data: { roles: ['user'], version: 3 } } });
    expect(await send(v1(`/users/${admin.id}/roles`), 'PUT', { ...actAs(admin.id, 'admin'), body: { roles: ['user'] } })).toMatchObject({ status: 403, body: { code: 'OWN_ROLES' } });
    for (const wrong of [['king'], [], 'admin']) expect(await send(roles, 'PUT', { ...someAdmin, body: { roles: wrong } })).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });

  describe('of administrators one remains', () => {
    const remaining = async (): Promise<any[]> => (await send(v2('/users?role=admin&page_size=100'), 'GET', someAdmin)).body.data.items;
    /** The one from the start and one more, each known to themselves. */
    const two = async (): Promise<[string, string]> => {
      const known = await remaining();
      while (known.length < 2) known.push(await administrator());
      for (const { id } of known.splice(2)) await send(v2(`/users/${id}`), 'DELETE', someAdmin);
      return known.map(({ id }) => id) as [string, string];
    };

    test('the last one keeps the role and stays, whoever asks', async () => {
      const [last, other] = await two();
      expect(await send(v2(`/users/${other}/roles`), 'PUT', { ...someAdmin, body: { roles: ['user'] } })).toMatchObject({ status: 200 });
      expect(await send(v2(`/users/${last}/roles`), 'PUT', { ...someAdmin, body: { roles: ['user'] } })).toMatchObject({ status: 409, body: { code: 'LAST_ADMINISTRATOR', details: { id: last } } });
      expect(await send(v2(`/users/${last}`), 'DELETE', someAdmin)).toMatchObject({ status: 409, body: { code: 'LAST_ADMINISTRATOR' } });
      expect((await remaining()).map(({ id }) => id)).toEqual([last]);
    });

    test.each(['demote', 'remove', 'demote or remove'])('of two who %s each other at the same moment', async (how) => {
      for (let round = 0; round < 5; round++) {
        const [a, b] = await two();
        const fall = (id: string, by: string, demoting: boolean): Promise<Answer> =>
          demoting ? send(v2(`/users/${id}/roles`), 'PUT', { ...actAs(by, 'admin'), body: { roles: ['user'] } }) : send(v2(`/users/${id}`), 'DELETE', actAs(by, 'admin'));
        const answers = await Promise.all([fall(a, b, how !== 'remove'), fall(b, a, how === 'demote')]);
        expect(answers.map(({ body }) => body?.code ?? 'OK').sort()).toEqual(['LAST_ADMINISTRATOR', 'OK']);
        expect(await remaining()).toHaveLength(1);
      }
    });
  });

  test('lists are filtered, sorted and paged, by number in both versions and by cursor in v2', async () => {
    for (const family of ['Xavier', 'Xylander', 'Xenakis']) await registered({ name: { given: 'Zoë', family } });
    const { body: { data } } = await send(v1('/users?q=zoë x&sort=-name&page_size=2'), 'GET', someAdmin);
    expect(data).toEqual({ items: [expect.objectContaining({ name: 'Zoë Xylander' }), expect.objectContaining({ name: 'Zoë Xenakis' })], page: 1, page_size: 2, total: 3 });
    const page = await send(v2('/users?q=zoë x&sort=-name&page_size=2'), 'GET', someAdmin);
    const rest = await send(v2(`/users?q=zoë x&sort=-name&page_size=2&cursor=${page.body.data.next_cursor}`), 'GET', someAdmin);
    expect(rest.body.data).toEqual({ items: [expect.objectContaining({ name: { given: 'Zoë', family: 'Xavier' } })], page_size: 2, next_cursor: null });
    expect((await send(v1('/users?q=%25'), 'GET', someAdmin)).body.data.items).toEqual([]);
    expect((await send(v1('/users?role=admin'), 'GET', someAdmin)).body.data.items).toEqual([expect.objectContaining({ roles: ['admin'] })]);
  });

  test.each([
    ['page_size=101', 'page_size'], ['page=0', 'page'], ['sort=password_hash', 'sort'], ['role=king', 'role'], ['q=%00', 'q'], ['email=a', 'email'], ['cursor=abc', 'cursor'],
  ])('/users?%s is refused by its name', async (query, path) => {
    expect(await send(v1(`/users?${query}`), 'GET', someAdmin)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', errors: [{ path, in: 'query' }] } });
  });
}); }
