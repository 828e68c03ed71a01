import { tmpdir } from 'node:os';
import { loadConfig, overrides } from '@org/enterprise-config';
import { provideValue } from '@org/enterprise-di';
import { noopLogger, uuidv7 } from '@org/enterprise-kernel';
import { exampleApi } from './app.js';
import { Authenticator } from './authenticator.js';
import { HttpServer } from './server.js';
import { settings as definition } from './settings.js';
import { testApi, type TestApi } from './testing.js';
import { Email } from './user/email.js';
import { UserService } from './user/user.service.js';

interface Operation { readonly responses: Readonly<Record<string, unknown>> }
interface Call {
  readonly id?: string | undefined;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
interface Answer { readonly status: number; readonly data: any; readonly headers: Headers }

const password = 'for every one of them';
const noKey = '5Wb8yqH0sTn2cVxQeLk9Rd';

/** An application in which looking at a credential is an accident. */
async function brokenApi(): Promise<TestApi> {
  const { values: settings } = await loadConfig({ schema: definition.schema, sources: [overrides({ APP_ENV: 'test', PORT: 0, LOG_LEVEL: 'silent', RATE_LIMIT_MAX: 0, DATABASE_URL: 'pglite:memory' })] });
  const authenticator: Authenticator = { authenticate() { throw new Error('an accident'); } };
  const app = exampleApi({ settings, logger: noopLogger, root: tmpdir(), overrides: [provideValue(Authenticator, authenticator)] });
  await app.start();
  return { app, url: app.resolve(HttpServer).url, [Symbol.asyncDispose]: () => app.stop() };
}

describe.each([['v1', 'express'], ['v2', 'node']] as const)('what the document of %s says, %s answers:', (version, HTTP_ENGINE) => {
  const money = (amount: number): object => (version === 'v1' ? { price: amount, currency: 'EUR' } : { price: { amount, currency: 'EUR' } });
  const named = (given: string): object => ({ name: version === 'v1' ? given : { given, family: '' } });
  const bodies: Readonly<Record<string, object>> = {
    'POST /auth/login': { email: 'alice@example.com', password }, 'POST /auth/session': { email: 'alice@example.com', password },
    'POST /auth/refresh': { refresh_token: 'nobody gave it' },
    'POST /auth/register': { email: 'new@example.com', password, ...named('New') },
    'POST /auth/password/forgot': { email: 'alice@example.com' }, 'POST /auth/password/reset': { token: 'x'.repeat(43), new_password: 'another good one' },
    'PUT /me/password': { current_password: password, new_password: 'another good one' },
    'PATCH /me': named('Me'), 'POST /me/api-keys': { name: 'a key', scopes: [] }, 'PATCH /me/sessions/{id}': { name: 'the blue one' },
    'POST /products': { name: 'Tea', category: 'tea', stock: 9, ...money(690) }, 'PATCH /products/{id}': { name: 'Oolong' }, 'PUT /products/{id}/stock': { quantity: 3 },
    'POST /orders': { items: [{ product_id: uuidv7(), quantity: 1 }] },
    'PATCH /users/{id}': named('Them'), 'PUT /users/{id}/roles': { roles: ['user'] },
  };

  let api: TestApi;
  let declared: Map<string, Operation>;
  let root: Readonly<Record<string, string>>;
  const answered = new Map<string, Set<string>>();

  async function call(operation: string, { id, query = '', headers = {}, body = bodies[operation] }: Call = {}, url = api.url): Promise<Answer> {
    const [method, path] = operation.split(' ') as [string, string];
    const response = await fetch(`${url}/api/${version}${path.replace('{id}', id ?? uuidv7())}${query}`, {
      method, headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const status = String(response.status);
    const text = await response.text();
    if (!Object.hasOwn(declared.get(operation)!.responses, status)) throw new Error(`${operation} answered ${status}, which it does not declare: ${text.slice(0, 300)}`);
    answered.set(operation, (answered.get(operation) ?? new Set()).add(status));
    return { status: response.status, headers: response.headers, data: text.startsWith('{') ? (JSON.parse(text) as { data: unknown }).data : undefined };
  }
  /** Calls the operations that declare a status, in a way that should get it, and returns those that said something else. */
  async function everyone(status: number, how: (operation: string) => Call | undefined, url?: string): Promise<string[]> {
    const others: string[] = [];
    for (const [operation, { responses }] of declared) {
      const wanted = Object.hasOwn(responses, status) ? how(operation) : undefined;
      const answer = wanted && await call(operation, wanted, url);
      if (answer && answer.status !== status) others.push(`${operation}: ${answer.status}`);
    }
    return others;
  }
  const logIn = async (name: string): Promise<{ headers: Record<string, string>; refresh: string }> => {
    const { data } = await call('POST /auth/login', { body: { email: `${name}@example.com`, password } });
    return { headers: { authorization: `Bearer ${data.access_token}` }, refresh: data.refresh_token };
  };
  const ok = async (operation: string, how: Call, status = 200): Promise<Answer> => {
    const answer = await call(operation, how);
    expect([operation, answer.status]).toEqual([operation, status]);
    return answer;
  };
  const idFor = (operation: string): string | undefined => (operation.includes('/api-keys/') ? noKey : undefined);
  const current = (operation: string): Record<string, string> => (operation.includes('/products/') && !operation.startsWith('GET') ? { 'if-match': `"${version}-1"` } : {});

  beforeAll(async () => {
    api = await testApi({ RATE_LIMIT_MAX: 0, HTTP_ENGINE }, { proof: true });
    const { paths } = await (await fetch(`${api.url}/api/${version}/openapi.json`)).json() as { paths: Record<string, Record<string, Operation>> };
    declared = new Map(Object.entries(paths).flatMap(([path, item]) => Object.entries(item).filter(([, { responses }]) => responses).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation])));
    const users = api.app.resolve(UserService);
    for (const [name, role] of [['alice', 'user'], ['root', 'admin']] as const) {
      await users.register({ email: Email.parse(`${name}@example.com`), password, name: { given: name, family: '' }, roles: [role] });
    }
    root = (await logIn('root')).headers;
  }, 60_000);
  afterAll(() => api[Symbol.asyncDispose]());

  test('400 to an unknown parameter', async () => {
    expect(await everyone(400, (operation) => ({ id: idFor(operation), query: '?nonsense=1', headers: { ...root, ...current(operation) } }))).toEqual([]);
  });

  test('401 to a credential that is none', async () => {
    expect(await everyone(401, (operation) => ({ id: idFor(operation), headers: { authorization: 'Bearer rubbish' } }))).toEqual([]);
  });

  test('403 to a key that may do nothing, and to the page of another site', async () => {
    const { data: { key } } = await ok('POST /me/api-keys', { headers: root }, 201);
    expect(await everyone(403, (operation) => (operation === 'POST /auth/session'
      ? { headers: { 'sec-fetch-site': 'cross-site', origin: 'https://elsewhere.example' } }
      : { id: idFor(operation), headers: { 'x-api-key': key, ...current(operation) } }))).toEqual([]);
  });

  test('404 for what is not there', async () => {
    expect(await everyone(404, (operation) => (operation.includes('{id}') ? { id: idFor(operation), headers: { ...root, ...current(operation) } } : undefined))).toEqual([]);
  });

  test('406 where nothing fits, 413 to a body too long, 415 to one of another type', async () => {
    expect(await everyone(406, (operation) => ({ id: idFor(operation), headers: { ...root, ...current(operation), accept: 'image/png' } }))).toEqual([]);
    expect(await everyone(413, (operation) => ({ id: idFor(operation), headers: { ...root, ...current(operation) }, body: { text: 'x'.repeat(1_100_000) } }))).toEqual([]);
    expect(await everyone(415, (operation) => ({ id: idFor(operation), headers: { ...root, ...current(operation), 'content-type': 'text/plain' } }))).toEqual([]);
  });

  test('428 without a version, 412 with an old one', async () => {
    expect(await everyone(428, () => ({ headers: root }))).toEqual([]);
    const { data: product } = await ok('POST /products', { headers: root }, 201);
    const { data: user } = await ok('POST /auth/register', { body: { ...bodies['POST /auth/register'], email: 'stale@example.com' } }, 201);
    const { data: order } = await ok('POST /orders', { headers: root, body: { items: [{ product_id: product.id, quantity: 1 }] } }, 201);
    const idOf = (operation: string): string => (operation.includes('/products/') ? product.id : operation.includes('/orders/') ? order.id : user.id) as string;
    expect(await everyone(412, (operation) => ({ id: idOf(operation), headers: { ...root, 'if-match': `"${version}-99"` } }))).toEqual([]);
  });

  test('429 to those who ask too often, 500 after an accident', async () => {
    await using limited = await testApi({ RATE_LIMIT_MAX: 1, HTTP_ENGINE }, { proof: true });
    await fetch(`${limited.url}/api/${version}/ping`);
    expect(await everyone(429, (operation) => ({ id: idFor(operation) }), limited.url)).toEqual([]);
    await using broken = await brokenApi();
    expect(await everyone(500, (operation) => ({ id: idFor(operation), headers: { authorization: 'Bearer x' } }), broken.url)).toEqual([]);
  }, 60_000);

  test('and what was asked for, where all is well', async () => {
    await ok('GET /ping', {});
    await ok('GET /audit-log', { headers: root });

    // Products: a life, with what is in the way of it.
    const { data: tea } = await ok('POST /products', { headers: { ...root, 'idempotency-key': 'tea' } }, 201);
    await ok('POST /products', { headers: { ...root, 'idempotency-key': 'tea' }, body: { ...bodies['POST /products'], stock: 1 } }, 422);
    const { headers } = await ok('GET /products/{id}', { id: tea.id });
    await ok('GET /products/{id}', { id: tea.id, headers: { 'if-none-match': headers.get('etag')! } }, 304);
    await ok('GET /products', {});
    await ok('PATCH /products/{id}', { id: tea.id, headers: { ...root, 'if-match': `"${version}-1"` } });
    await ok('PUT /products/{id}/stock', { id: tea.id, headers: { ...root, 'if-match': `"${version}-2"` } });

    // Orders: each of the states, and what cannot be done in it.
    const alice = (await logIn('alice')).headers;
    const items = [{ product_id: tea.id, quantity: 1 }];
    const { data: order } = await ok('POST /orders', { headers: { ...alice, 'idempotency-key': 'cart' }, body: { items } }, 201);
    await ok('POST /orders', { headers: { ...alice, 'idempotency-key': 'cart' }, body: { items: [{ ...items[0], quantity: 2 }] } }, 422);
    await ok('POST /orders', { headers: alice, body: { items: [{ ...items[0], quantity: 99 }] } }, 409);
    await ok('GET /orders', { headers: alice });
    const { headers: tagged } = await ok('GET /orders/{id}', { id: order.id, headers: alice });
    await ok('GET /orders/{id}', { id: order.id, headers: { ...alice, 'if-none-match': tagged.get('etag')! } }, 304);
    await ok('POST /orders/{id}/ship', { id: order.id, headers: root }, 409);
    await ok('POST /orders/{id}/complete', { id: order.id, headers: root }, 409);
    await ok('POST /orders/{id}/pay', { id: order.id, headers: alice });
    await ok('POST /orders/{id}/pay', { id: order.id, headers: alice }, 409);
    await ok('POST /orders/{id}/ship', { id: order.id, headers: root });
    await ok('POST /orders/{id}/cancel', { id: order.id, headers: alice }, 409);
    await ok('POST /orders/{id}/complete', { id: order.id, headers: root });
    const { data: second } = await ok('POST /orders', { headers: alice, body: { items } }, 201);
    await ok('POST /orders/{id}/cancel', { id: second.id, headers: alice });
    const { data: { version: stock } } = await ok('GET /products/{id}', { id: tea.id });
    await ok('DELETE /products/{id}', { id: tea.id, headers: { ...root, 'if-match': `"${version}-${stock}"` } }, 204);

    // Users.
    const { data: eve } = await ok('POST /auth/register', { body: { ...bodies['POST /auth/register'], email: 'eve@example.com' } }, 201);
    await ok('POST /auth/register', { body: { ...bodies['POST /auth/register'], email: 'eve@example.com' } }, 409);
    await ok('GET /users', { headers: root });
    const { headers: ofEve } = await ok('GET /users/{id}', { id: eve.id, headers: root });
    await ok('GET /users/{id}', { id: eve.id, headers: { ...root, 'if-none-match': ofEve.get('etag')! } }, 304);
    await ok('PATCH /users/{id}', { id: eve.id, headers: root });
    await ok('PATCH /users/{id}', { id: eve.id, headers: root, body: { email: 'alice@example.com' } }, 409);
    await ok('PUT /users/{id}/roles', { id: eve.id, headers: root, body: { roles: ['user', 'support'] } });
    const { headers: me, data: { id: rootId } } = await ok('GET /me', { headers: root });
    await ok('GET /me', { headers: { ...root, 'if-none-match': me.get('etag')! } }, 304);
    await ok('PATCH /me', { headers: root });
    await ok('DELETE /users/{id}', { id: rootId, headers: root }, 409);
    await ok('DELETE /users/{id}', { id: eve.id, headers: root }, 204);

    // Keys, devices and passwords.
    const { data: key } = await ok('POST /me/api-keys', { headers: alice }, 201);
    await ok('GET /me/api-keys', { headers: alice });
    const { data: rotated } = await ok('POST /me/api-keys/{id}/rotate', { id: key.id, headers: alice });
    await ok('DELETE /me/api-keys/{id}', { id: rotated.id ?? key.id, headers: alice }, 204);
    const other = await logIn('alice');
    const { data: { items: devices } } = await ok('GET /me/sessions', { headers: other.headers });
    const [device] = (devices as { id: string; current: boolean }[]).filter((each) => each.current);
    await ok('PATCH /me/sessions/{id}', { id: device!.id, headers: other.headers }, 204);
    await ok('POST /auth/refresh', { body: { refresh_token: other.refresh } });
    await ok('DELETE /me/sessions/{id}', { id: device!.id, headers: alice }, 204);
    const page = { 'sec-fetch-site': 'same-origin' };
    const opened = await ok('POST /auth/session', { headers: page });
    const cookie = opened.headers.getSetCookie().map((each) => each.split(';')[0]).join('; ');
    const { data: { csrf_token } } = await ok('GET /auth/session', { headers: { ...page, cookie } });
    await ok('DELETE /auth/session', { headers: { ...page, cookie, 'x-csrf-token': csrf_token } }, 204);
    await ok('POST /auth/password/forgot', {}, 204);
    await ok('PUT /me/password', { headers: alice, body: { current_password: 'not this one', new_password: 'another good one' } }, 403);
    await ok('PUT /me/password', { headers: alice }, 204);
  }, 60_000);

  // Last: it counts what all the others have heard.
  test('at least nine of ten pairs of an operation and a status have been seen', () => {
    const pairs = [...declared].flatMap(([operation, { responses }]) => Object.keys(responses).filter((status) => status !== 'default').map((status) => ({ operation, status })));
    const missing = pairs.filter(({ operation, status }) => !answered.get(operation)?.has(status)).map(({ operation, status }) => `${operation} ${status}`);
    // What is missing takes a race, a queue that is full or a mail; the tests of each have it.
    expect({ missing, of: pairs.length, enough: missing.length <= pairs.length / 10 }).toMatchObject({ enough: true });
  });
});
