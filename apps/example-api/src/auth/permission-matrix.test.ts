import { readFileSync } from 'node:fs';
import { defineRoles, permissionMatrix, type Reach } from '@org/enterprise-auth';
import { tokenIssuer } from '@org/enterprise-auth/jwt';
import { HttpDispatcher } from '../dispatcher.js';
import { testApi, type TestApi } from '../testing.js';
import { UserRepository } from '../user/user.repository.js';
import { Email } from '../user/email.js';
import { UserService } from '../user/user.service.js';
import { AccessTokenKeys } from './auth.keys.js';
import { permissionsPage } from './permission-matrix.js';
import { appRoles, type Role } from './roles.js';

const password = 'for every one of them';
const people = { alice: ['user'], bob: ['user'], sam: ['support'], root: ['admin'] } satisfies Record<string, Role[]>;
type Person = keyof typeof people;

/** The columns of the matrix, with one for each kind of API key as well: it may do what its scopes say. */
const columns = defineRoles({
  ...Object.fromEntries(appRoles.names.map((role) => [role, appRoles.grantsOf(role)])),
  'key for users': ['users:read'], 'key for orders': ['orders:own'],
});

const nobody = '01890a5d-ac96-774b-bcce-b302099a8057';
const noKey = '5Wb8yqH0sTn2cVxQeLk9Rd';

describe('every route, asked as everybody', () => {
  let api: TestApi;
  let order: string;
  const keys: Record<string, string> = {};
  const expired: Record<string, string> = {};

  beforeAll(async () => {
    api = await testApi({ RATE_LIMIT_MAX: 0, HTTP_ENGINE: 'node' }, { proof: true });
    const users = api.app.resolve(UserService);
    for (const [name, roles] of Object.entries(people)) await users.register({ email: Email.parse(`${name}@example.com`), password, name: { given: name, family: '' }, roles });

    const root = await bearer('root');
    const { data: product } = await ask('POST', '/api/v2/products', root, { name: 'Tea', category: 'tea', price: { amount: 1, currency: 'EUR' }, stock: 9 });
    const { data: placed } = await ask('POST', '/api/v2/orders', await bearer('alice'), { items: [{ product_id: product.id, quantity: 1 }] });
    order = placed.id;
    for (const scope of [[], ['users:read'], ['orders:own']]) keys[scope.join()] = (await ask('POST', '/api/v2/me/api-keys', root, { name: 'walk', scopes: scope })).data.key;

    const { id } = (await api.app.resolve(UserRepository).findByEmail(Email.parse('root@example.com')))!;
    const past = tokenIssuer({ keys: api.app.resolve(AccessTokenKeys), issuer: 'example-api', audience: 'example-api', lifetime: { seconds: 60 }, clock: { now: () => Date.now() - 3_600_000 } });
    expired['authorization'] = `Bearer ${(await past.issue({ subject: id, sessionId: nobody, claims: { roles: ['admin'] } })).token}`;
  }, 60_000);
  afterAll(() => api[Symbol.asyncDispose]());

  async function ask(method: string, path: string, headers: Record<string, string>, body: object = {}): Promise<{ status: number; code: string; data: any }> {
    const hasBody = method !== 'GET' && method !== 'DELETE';
    const response = await fetch(`${api.url}${path}`, { method, headers: { ...headers, ...(hasBody && { 'content-type': 'application/json' }) }, ...(hasBody && { body: JSON.stringify(body) }) });
    const text = await response.text();
    const { code = '', data } = text.startsWith('{') ? JSON.parse(text) : {};
    return { status: response.status, code, data };
  }
  /** A log-in of its own each time, as some routes end it. */
  async function bearer(person: Person): Promise<Record<string, string>> {
    const { data } = await ask('POST', '/api/v2/auth/login', {}, { email: `${person}@example.com`, password });
    return { authorization: `Bearer ${data.access_token}` };
  }
  async function revoked(): Promise<Record<string, string>> {
    const headers = await bearer('root');
    await ask('POST', '/api/v2/auth/logout', headers);
    return headers;
  }

  type Column = 'anonymous' | 'authenticated' | Role | 'key for users' | 'key for orders';
  const everybody: [name: string, column: Column, owner: boolean, headers: () => Promise<Record<string, string>> | Record<string, string>][] = [
    ['nobody', 'anonymous', false, () => ({})],
    ['the customer', 'user', true, () => bearer('alice')],
    ['another customer', 'user', false, () => bearer('bob')],
    ['support', 'support', false, () => bearer('sam')],
    ['an administrator', 'admin', false, () => bearer('root')],
    ['a key without scopes', 'authenticated', false, () => ({ 'x-api-key': keys['']! })],
    ['a key that reads users', 'key for users', false, () => ({ 'x-api-key': keys['users:read']! })],
    ['a key for own orders', 'key for orders', false, () => ({ 'x-api-key': keys['orders:own']! })],
  ];

  /** What an answer says about access: faults of the request are found behind the guard. */
  const saidBy = ({ status, code }: { status: number; code: string }): string =>
    status === 401 && code === 'UNAUTHENTICATED' ? 'unknown' : code === 'FORBIDDEN' ? 'denied' : code === 'ORDER_NOT_FOUND' ? 'hidden' : status >= 500 || status === 401 ? `${status} ${code}` : 'allowed';
  /** Another's order is hidden from customers; who may read it is told that there is more to it. */
  const expected = (reach: Reach, column: Column, owner: boolean, path: string): string =>
    reach === 'denied' ? (column === 'anonymous' ? 'unknown' : 'denied') : reach === 'own' && !owner && path.includes('{id}') ? (column === 'support' ? 'denied' : 'hidden') : 'allowed';

  const routesOf = () => {
    const { routes, plain } = api.app.resolve(HttpDispatcher);
    const { rows } = permissionMatrix([...routes, ...plain], columns);
    return rows.flatMap((row) => (row.versions.length > 0 ? row.versions : ['']).map((version) => ({ ...row, path: version ? `/api/${version}${row.path}` : row.path })));
  };
  const address = (path: string): string => path.replace('{id}', path.includes('/orders/') ? order : path.includes('/api-keys/') ? noKey : nobody).replace(/\{\w+\}/g, nobody);

  test.each(everybody)('%s gets what the matrix says', async (_name, column, owner, headers) => {
    const wrong: string[] = [];
    for (const { method, path, cells } of routesOf()) {
      const reach = (cells as Record<string, Reach>)[column]!;
      const answer = await ask(method, address(path), await headers());
      if (saidBy(answer) !== expected(reach, column, owner, path)) wrong.push(`${method} ${path}: ${reach}, but answered ${answer.status} ${answer.code}`);
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  test.each([
    ['an expired token', () => expired, 'TOKEN_EXPIRED'],
    ['a token of a session that has ended', revoked, 'TOKEN_INVALID'],
    ['a key that nobody made', () => ({ 'x-api-key': 'exapi_nobody' }), 'API_KEY_INVALID'],
  ] as [string, () => Promise<Record<string, string>> | Record<string, string>, string][])('%s opens nothing, not even what is open to all', async (_name, headers, code) => {
    const proof = await headers();
    const answers = await Promise.all(routesOf().map(async ({ method, path }) => [`${method} ${path}`, await ask(method, address(path), proof)] as const));
    expect(answers.length).toBeGreaterThan(50);
    expect(answers.filter(([, answer]) => answer.status !== 401 || answer.code !== code)).toEqual([]);
  });

  test('the page of the matrix is up to date', () => {
    expect(readFileSync(new URL('../../../../docs/permissions.md', import.meta.url), 'utf8')).toBe(permissionsPage(api.app.resolve(HttpDispatcher)));
  });
});
