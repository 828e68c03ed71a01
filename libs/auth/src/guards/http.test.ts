import { z } from 'zod';
import { contract, createDispatcher, implement, noAuthenticator, ok, plainRoute, route, visibleTo, type CreateDispatcherOptions, type Dispatcher } from '@org/enterprise-http';
import { nodeServer } from '@org/enterprise-http/node';
import { openApiDocument } from '@org/enterprise-http/openapi';
import type { Caller, Meter } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import { findOrder, readOrder } from '../../test/orders.js';
import { rawRequest } from '../../test/raw-request.js';
import { testAuthenticator } from '../../test/token-scheme.js';
import { assertPermissionsKnown, defineRoles, formatMatrix, own, permission, permissionMatrix, policy } from '../index.js';
import { createAuthorizer } from './http.js';

const Order = z.object({ id: z.string(), customer_id: z.string() });
const params = z.object({ id: z.string() });
const orders = contract('orders', {
  list: route({ method: 'GET', path: '/orders', summary: 'List', access: readOrder, returns: ok(z.array(Order)) }),
  get: route({ method: 'GET', path: '/orders/{id}', summary: 'Get', access: readOrder, params, returns: ok(Order) }),
  forgot: route({ method: 'GET', path: '/forgotten/{id}', summary: 'Get', access: readOrder, params, returns: ok(Order) }),
  ship: route({ method: 'POST', path: '/orders/{id}/ship', summary: 'Ship', access: 'orders:ship', params, returns: ok(Order) }),
});
const toWire = ({ id, customerId }: { id: string; customerId: string }) => ({ id, customer_id: customerId });
const routes = [implement(orders, {}, () => ({
  list: ({ caller }) => {
    const scope = readOrder.scope(caller);
    return ['o1', 'o2'].map((id) => findOrder(id)!).filter(({ customerId }) => scope === 'all' || (scope !== 'none' && customerId === scope.customerId)).map(toWire);
  },
  get: async ({ caller, params: { id } }) => toWire(readOrder.check(caller, findOrder(id), { id })),
  forgot: ({ params: { id } }) => toWire(findOrder(id)!),
  ship: ({ params: { id } }) => toWire(findOrder(id)!),
}))];
const versions = versionSet({ supported: ['v1'], default: 'v1' });
const counted: [number, object][] = [];
const meter = { counter: () => ({ add: (value: number, labels: object) => counted.push([value, labels]) }) } as unknown as Meter;
const dispatcher = (options: Partial<CreateDispatcherOptions> = {}): Dispatcher =>
  createDispatcher({ versions, routes, authenticator: testAuthenticator, authorizer: createAuthorizer({ meter }), validateAnswers: true, ...options });
const on = dispatcher();

const server = nodeServer(on);
let url: string;
beforeAll(async () => { ({ url } = await server.listen({ host: '127.0.0.1', port: 0 })); });
afterAll(() => server.close());
const get = async (path: string, token?: string, headers: readonly string[] = [], method?: string) => {
  const { status, headers: received, body } = await rawRequest(url, `/api/v1${path}`, [...(token === undefined ? [] : [`Authorization: Bearer ${token}`]), ...headers], method);
  return { status, headers: received, body: JSON.parse(body) };
};

test('a policy is the access of a route, the check of its handler and the narrowing of its list', async () => {
  expect(await get('/orders/o1')).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="test"' } });
  expect(await get('/orders/o1', 'expired')).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="test", error="invalid_token"' } });
  expect(await get('/orders/o1', 'ada')).toMatchObject({ status: 200, body: { data: { id: 'o1' } } });
  expect(await get('/orders/o1', 'slow-eve')).toMatchObject({ status: 200 });
  for (const id of ['o2', 'o9']) expect(await get(`/orders/${id}`, 'ada')).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND', details: { id } } });
  const listed = async (token: string): Promise<string[]> => (await get('/orders', token)).body.data.map(({ id }: { id: string }) => id);
  expect([await listed('ada'), await listed('bob'), await listed('eve')]).toEqual([['o1'], ['o2'], ['o1', 'o2']]);
});

test('a handler that forgets its policy does not answer', async () => {
  expect(await get('/forgotten/o1', 'ada')).toMatchObject({ status: 500, body: { code: 'POLICY_NOT_CHECKED' } });
});

test('wildcards count, in sets that know them and in others, and denials are counted', async () => {
  expect(await get('/orders/o1/ship', 'root', [], 'POST')).toMatchObject({ status: 200 });
  const plain: Caller = { id: 'x', kind: 'user', roles: [], permissions: new Set(['orders:*']) };
  const { authorize } = createAuthorizer({ meter });
  counted.length = 0;
  expect(() => authorize(plain, 'orders:ship', { method: 'POST', path: '/orders/{id}/ship' })).not.toThrow();
  expect(() => authorize(plain, 'users:read', { method: 'GET', path: '/users' })).toThrow('may not');
  expect(counted).toEqual([[1, { route: 'GET /users', code: 'FORBIDDEN' }]]);
});

test('a second Authorization header is refused though Node hides it', async () => {
  expect(await get('/orders/o1', 'ada', ['authorization: Bearer root'])).toMatchObject({ status: 400, body: { code: 'AMBIGUOUS_CREDENTIALS' } });
});

test('the dispatcher\'s own authorizer asks policies as well', async () => {
  const plain = createDispatcher({ versions, routes, authenticator: noAuthenticator });
  const answer = await plain.handle({ method: 'GET', url: '/api/v1/orders', headers: {}, remoteAddress: '', onClose() {}, body: { async *stream() {} } });
  expect(answer.status).toBe(401);
});

test('the API document says who may, in words and as data', () => {
  const { get: operation } = openApiDocument(on, { version: 'v1', info: { title: 'Orders' }, authenticator: testAuthenticator }).paths['/orders/{id}'] as any;
  expect(operation.description).toBe('Allowed to callers whose id is its `customerId` (owner), or with the permission `orders:read` (staff). Others are answered `ORDER_NOT_FOUND`, as if it did not exist.');
  expect(operation['x-access']).toEqual({ policy: 'orders.read', allow: { owner: { match: 'whose id is its `customerId`' }, staff: { permission: 'orders:read' } }, hidden_by: 'ORDER_NOT_FOUND' });
  expect(operation.security).toEqual([{ bearer: [] }, { key: [] }]);
  expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403', '404']));
});

test('a policy says who sees a field, and that is no check of the resource', async () => {
  const seeCustomer = policy('orders.customer', { allow: { owner: own('customer_id'), staff: permission('orders:read') } });
  const Restricted = Order.extend({ customer_id: visibleTo(seeCustomer, z.string()) });
  const open = route({ method: 'GET', path: '/{id}', summary: 'Get', access: 'authenticated', params, returns: ok(Restricted) });
  const guarded = route({ method: 'GET', path: '/guarded/{id}', summary: 'Get', access: seeCustomer, params, returns: ok(Restricted) });
  const shop = dispatcher({ routes: [implement(contract('shop', { open, guarded }), {}, () => ({ open: ({ params: { id } }) => toWire(findOrder(id)!), guarded: ({ params: { id } }) => toWire(findOrder(id)!) }))] });
  const ask = async (path: string, token: string) => JSON.parse((await shop.handle({ method: 'GET', url: `/api/v1${path}`, headers: { authorization: `Bearer ${token}` }, remoteAddress: '', onClose() {}, body: { async *stream() {} } })).body as string);
  expect((await ask('/o2', 'ada')).data).toEqual({ id: 'o2' });
  for (const token of ['bob', 'eve']) expect((await ask('/o2', token)).data).toEqual({ id: 'o2', customer_id: 'bob' });
  expect((await ask('/guarded/o1', 'ada')).code).toBe('POLICY_NOT_CHECKED');
});

test('contracts and a dispatcher give the same matrix, plain routes included', () => {
  const roles = defineRoles({ support: ['orders:*'], user: [] });
  const health = plainRoute({ method: 'GET', path: '/health', access: 'public', handle: () => ({ status: 204, headers: [], body: undefined }) });
  const served = dispatcher({ plain: [health] });
  expect(formatMatrix(permissionMatrix([...Object.values(orders), health], roles))).toBe(`\
| route | access | anonymous | authenticated | support | user |
| --- | --- | --- | --- | --- | --- |
| GET /forgotten/{id} | \`orders.read\` | denied | own | allowed | own |
| GET /health | \`public\` | allowed | allowed | allowed | allowed |
| GET /orders | \`orders.read\` | denied | own | allowed | own |
| GET /orders/{id} | \`orders.read\` | denied | own | allowed | own |
| POST /orders/{id}/ship | \`orders:ship\` | denied | denied | allowed | denied |
`);
  const { rows } = permissionMatrix([...served.routes, ...served.plain], roles);
  expect(rows.map(({ path, versions: of }) => [path, of])).toEqual([['/forgotten/{id}', ['v1']], ['/health', []], ['/orders', ['v1']], ['/orders/{id}', ['v1']], ['/orders/{id}/ship', ['v1']]]);
  expect(() => assertPermissionsKnown(defineRoles({ a: ['orders:pack'] }), { routes: served.routes })).toThrow('a has "orders:pack"');
});
