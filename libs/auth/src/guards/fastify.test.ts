import { Readable } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { currentContext, defineError } from '@org/enterprise-kernel';
import { findOrder, readOrder } from '../../test/orders.js';
import { rawRequest } from '../../test/raw-request.js';
import { testAuthenticator } from '../../test/token-scheme.js';
import { authentication, refusals, requireAccess, type AuthenticationOptions } from './fastify.js';

const Conflict = defineError('CONFLICT', { kind: 'conflict', title: 'Conflict.' });
const apps: FastifyInstance[] = [];

async function start(options: AuthenticationOptions = {}, server: FastifyServerOptions = {}): Promise<string> {
  const app = fastify(server);
  apps.push(app);
  await app.register(authentication(testAuthenticator, options));
  app.setErrorHandler(refusals());
  app.addHook('onSend', async (_request, reply) => { void reply.header('X-Before', 'stays'); });
  app.get('/open', { onRequest: requireAccess('public') }, (request) => Promise.resolve({ id: request.caller.id, context: currentContext()?.caller?.id, tenant: currentContext()?.tenant ?? null }));
  app.post('/echo', { preHandler: requireAccess('authenticated') }, async (request) => ({ body: request.body, id: currentContext()?.caller?.id }));
  app.get('/orders', { preHandler: requireAccess('orders:read') }, async () => []);
  app.get<{ Params: { id: string } }>('/orders/:id', { onRequest: requireAccess(readOrder) }, async ({ caller, params: { id } }) => readOrder.check(caller, findOrder(id), { id }));
  const order = findOrder('o1')!;
  await app.register(async (unchecked) => {
    unchecked.addHook('preHandler', requireAccess(readOrder));
    unchecked.get('/json', async (_request, reply) => { void reply.code(201); return order; });
    unchecked.get('/stream', (_request, reply) => reply.send(Readable.from([order.customerId, order.customerId])));
    unchecked.get('/redirect', (_request, reply) => reply.redirect(`/?${order.customerId}`));
    unchecked.get('/denied', async ({ caller }) => (readOrder.allows({ ...caller, id: 'nobody' }, order) ? {} : order));
    unchecked.get('/own-refusal', (_request, reply) => reply.code(410).send({ gone: true }));
    unchecked.get('/conflict', () => { throw new Conflict(); });
    unchecked.get('/list', async ({ caller }) => readOrder.scope(caller));
    unchecked.get('/twice', { preHandler: requireAccess(readOrder) }, async ({ caller }) => readOrder.check(caller, order, { id: 'o1' }));
  }, { prefix: '/unchecked' });
  return app.listen({ host: '127.0.0.1', port: 0 });
}
afterAll(() => Promise.all(apps.map((app) => app.close())));

let url: string;
beforeAll(async () => { url = await start(); });
const get = async (path: string, token?: string, init: RequestInit = {}, at = url) => {
  const response = await fetch(at + path, { redirect: 'manual', ...init, headers: { ...(token && { authorization: `Bearer ${token}` }), ...init.headers } });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: /^[{[]/.test(text) ? JSON.parse(text) : undefined };
};

test('the caller is known to handlers, by its type too, and to code without a request', async () => {
  expect((await get('/open')).body).toEqual({ id: 'anonymous', context: 'anonymous', tenant: null });
  for (const token of ['ada', 'slow-ada']) expect((await get('/open', token)).body).toEqual({ id: 'ada', context: 'ada', tenant: 't1' });
});

test('the context lasts through the reading of a body', async () => {
  const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
  for (const token of ['ada', 'slow-ada']) expect((await get('/echo', token, sent)).body).toEqual({ body: { a: 1 }, id: 'ada' });
});

describe('a refusal', () => {
  test('of credentials is 401 with a challenge', async () => {
    for (const token of ['mallory', 'slow-mallory']) {
      const { status, headers, body } = await get('/open', token, { headers: { 'x-request-id': 'r-1' } });
      expect([status, headers.get('www-authenticate'), headers.get('cache-control')]).toEqual([401, 'Bearer realm="test"', 'no-store']);
      expect(body).toMatchObject({ code: 'UNAUTHENTICATED', message: 'This needs credentials.', data: null, request_id: expect.any(String) });
    }
    expect((await get('/open', 'expired')).headers.get('www-authenticate')).toBe('Bearer realm="test", error="invalid_token"');
  });

  test('of an unknown caller is 401, of a known one 403 with what is missing', async () => {
    expect(await get('/orders')).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect(await get('/orders', 'ada', { headers: { 'x-request-id': 'r-2' } })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN', details: { permission: 'orders:read' }, request_id: 'r-2' } });
    for (const token of ['eve', 'root', 'slow-root']) expect(await get('/orders', token)).toMatchObject({ status: 200 });
  });

  test('by a policy in a handler is rendered in the same way', async () => {
    for (const token of ['ada', 'eve']) expect(await get('/orders/o1', token)).toMatchObject({ status: 200, body: { id: 'o1' } });
    for (const id of ['o2', 'o9']) expect(await get(`/orders/${id}`, 'ada')).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND', details: { id } } });
  });

  test('of two credentials is 400, also where Node shows one of them only', async () => {
    expect(await get('/open', 'ada', { headers: { 'x-api-key': 'k' } })).toMatchObject({ status: 400, body: { code: 'AMBIGUOUS_CREDENTIALS' } });
    const twice = await rawRequest(url, '/open', ['Authorization: Bearer ada', 'authorization: Bearer root']);
    expect([twice.status, JSON.parse(twice.body).code]).toEqual([400, 'AMBIGUOUS_CREDENTIALS']);
  });

  test('may be rendered by the developer', async () => {
    const at = await start({ refuse: (error, request, reply) => { void reply.send(`${request.url} ${error.code}`); } });
    const { status, headers, text } = await get('/orders', undefined, {}, at);
    expect([status, headers.get('www-authenticate'), text]).toEqual([401, 'Bearer realm="test"', '/orders UNAUTHENTICATED']);
    expect((await get('/orders/o2', 'ada', {}, at)).text).toBe('/orders/o2 ORDER_NOT_FOUND');
    expect((await get('/unchecked/json', 'ada', {}, at)).text).toBe('/unchecked/json POLICY_NOT_CHECKED');
  });

  test('is not what an accident of the authenticator looks like', async () => {
    const { status, body } = await get('/open', 'broken');
    expect([status, body.code]).toEqual([500, undefined]);
  });
});

describe('an answer behind a policy that was not asked', () => {
  test.each(['json', 'stream', 'redirect', 'denied'])('is not sent, in whichever way the handler sends it: %s', async (way) => {
    const { status, headers, text, body } = await get(`/unchecked/${way}`, 'ada');
    expect([status, body?.code, body?.details]).toEqual([500, 'POLICY_NOT_CHECKED', { policy: 'orders.read' }]);
    expect(text).not.toMatch(/ada|"id":"o1"/);
    expect(headers.get('x-before')).toBe('stays');
  });

  test('is sent where it is a refusal itself', async () => {
    expect(await get('/unchecked/own-refusal', 'ada')).toMatchObject({ status: 410, body: { gone: true } });
    expect(await get('/unchecked/conflict', 'ada')).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  });

  test('is sent once the policy was asked', async () => {
    expect((await get('/unchecked/list', 'ada')).body).toEqual({ customerId: 'ada' });
    expect(await get('/unchecked/twice', 'ada')).toMatchObject({ status: 200, body: { id: 'o1' } });
  });
});

test('a guard without the plugin is a fault, not an open door', async () => {
  const app = fastify();
  apps.push(app);
  app.get('/x', { onRequest: requireAccess('public') }, async () => 'open');
  expect(await app.inject('/x')).toMatchObject({ statusCode: 500, body: expect.stringContaining('needs the plugin authentication()') });
});
