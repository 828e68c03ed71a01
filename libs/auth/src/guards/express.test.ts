import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import express, { type Express } from 'express';
import { currentContext, defineError } from '@org/enterprise-kernel';
import { findOrder, readOrder } from '../../test/orders.js';
import { rawRequest } from '../../test/raw-request.js';
import { testAuthenticator } from '../../test/token-scheme.js';
import { authenticate, callerOf, refusals, requireAccess, type AuthenticateOptions } from './express.js';

const Conflict = defineError('CONFLICT', { kind: 'conflict', title: 'Conflict.' });
const crashes: unknown[] = [];

function app(options: AuthenticateOptions = {}): Express {
  const made = express().disable('x-powered-by');
  made.use(authenticate(testAuthenticator, options));
  made.use((_request, response, next) => { response.set('X-Before', 'stays').on('error', (error: NodeJS.ErrnoException) => crashes.push(error.code)); next(); });
  made.get('/open', requireAccess('public'), (request, response) => { response.json({ id: callerOf(request).id, context: currentContext()?.caller?.id, tenant: currentContext()?.tenant ?? null }); });
  made.post('/echo', express.json(), requireAccess('authenticated'), (request, response) => { response.json({ body: request.body, id: currentContext()?.caller?.id }); });
  made.get('/orders', requireAccess('orders:read'), (_request, response) => { response.json([]); });
  made.get('/orders/:id', requireAccess(readOrder), (request, response) => { response.json(readOrder.check(callerOf(request), findOrder(request.params['id'] as string), { id: request.params['id'] as string })); });

  const unchecked = express.Router();
  unchecked.use(requireAccess(readOrder));
  const order = findOrder('o1')!;
  unchecked.get('/json', (_request, response) => { response.set('X-Secret', order.customerId).status(201).json(order); });
  unchecked.get('/head', (_request, response) => { response.writeHead(200, { 'content-type': 'text/plain' }); response.write(order.customerId); response.end(order.customerId); });
  unchecked.get('/stream', (_request, response) => { Readable.from([order.customerId, order.customerId]).pipe(response); });
  unchecked.get('/later', (_request, response) => { setImmediate(() => { response.write('a'); setImmediate(() => { response.end(order.customerId); }); }); });
  unchecked.get('/redirect', (_request, response) => { response.redirect(`/?${order.customerId}`); });
  unchecked.get('/denied', (request, response) => { response.json(readOrder.allows({ ...callerOf(request), id: 'nobody' }, order) ? {} : order); });
  unchecked.get('/own-refusal', (_request, response) => { response.status(410).json({ gone: true }); });
  unchecked.get('/conflict', () => { throw new Conflict(); });
  unchecked.get('/list', (request, response) => { response.json(readOrder.scope(callerOf(request))); });
  unchecked.get('/checked-later', (request, response) => { setImmediate(() => { readOrder.check(callerOf(request), order, { id: 'o1' }); Readable.from(['o', 'k']).pipe(response); }); });
  const twice = express.Router();
  twice.get('/x', requireAccess(readOrder), (request, response) => { readOrder.check(callerOf(request), order, { id: 'o1' }); response.json({ ok: true }); });
  made.use('/unchecked', unchecked);
  made.use('/twice', requireAccess(readOrder), twice);
  made.use(refusals());
  made.use(((error: Error, _request, response, _next) => { crashes.push(error.message); response.status(500).json({ crash: true }); }) as express.ErrorRequestHandler);
  return made;
}

const servers: Server[] = [];
async function start(made: Express): Promise<string> {
  const server = made.listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
afterAll(() => Promise.all(servers.map((server) => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }))));

let url: string;
beforeAll(async () => { url = await start(app()); });
const get = async (path: string, token?: string, init: RequestInit = {}, at = url) => {
  const response = await fetch(at + path, { redirect: 'manual', ...init, headers: { ...(token && { authorization: `Bearer ${token}` }), ...init.headers } });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: /^[{[]/.test(text) ? JSON.parse(text) : undefined };
};

test('the caller is known to handlers and to code without a request', async () => {
  expect((await get('/open')).body).toEqual({ id: 'anonymous', context: 'anonymous', tenant: null });
  for (const token of ['ada', 'slow-ada']) expect((await get('/open', token)).body).toEqual({ id: 'ada', context: 'ada', tenant: 't1' });
});

test('the context lasts through a body parser', async () => {
  const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
  for (const token of ['ada', 'slow-ada']) expect((await get('/echo', token, sent)).body).toEqual({ body: { a: 1 }, id: 'ada' });
});

describe('a refusal', () => {
  test('of credentials is 401 with a challenge, and says nothing else', async () => {
    for (const token of ['mallory', 'slow-mallory']) {
      const { status, headers, body } = await get('/open', token, { headers: { 'x-request-id': 'r-1' } });
      expect([status, headers.get('www-authenticate'), headers.get('cache-control')]).toEqual([401, 'Bearer realm="test"', 'no-store']);
      expect(body).toEqual({ code: 'UNAUTHENTICATED', message: 'This needs credentials.', data: null, request_id: 'r-1' });
    }
    expect((await get('/open', 'expired')).headers.get('www-authenticate')).toBe('Bearer realm="test", error="invalid_token"');
  });

  test('of an unknown caller is 401, of a known one 403 with what is missing', async () => {
    expect(await get('/orders')).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect(await get('/orders', 'ada')).toMatchObject({ status: 403, body: { code: 'FORBIDDEN', details: { permission: 'orders:read' }, request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
    for (const token of ['eve', 'root', 'slow-root']) expect(await get('/orders', token)).toMatchObject({ status: 200 });
  });

  test('by a policy in a handler is rendered in the same way', async () => {
    expect(await get('/orders/o1', 'ada')).toMatchObject({ status: 200, body: { id: 'o1' } });
    expect(await get('/orders/o1', 'eve')).toMatchObject({ status: 200 });
    const [hidden, none] = [await get('/orders/o2', 'ada'), await get('/orders/o9', 'ada')];
    expect([hidden.status, hidden.body.code, hidden.body.details]).toEqual([404, 'ORDER_NOT_FOUND', { id: 'o2' }]);
    expect([none.status, { ...none.body, request_id: '', details: {} }]).toEqual([404, { ...hidden.body, request_id: '', details: {} }]);
  });

  test('of two credentials is 400, also where Node shows one of them only', async () => {
    expect(await get('/open', 'ada', { headers: { 'x-api-key': 'k' } })).toMatchObject({ status: 400, body: { code: 'AMBIGUOUS_CREDENTIALS' } });
    const twice = await rawRequest(url, '/open', ['Authorization: Bearer ada', 'authorization: Bearer root']);
    expect([twice.status, JSON.parse(twice.body).code]).toEqual([400, 'AMBIGUOUS_CREDENTIALS']);
  });

  test('may be rendered by the developer', async () => {
    const at = await start(app({ refuse: (error, request, response) => { response.send(`${request.path} ${error.code}`); } }));
    const { status, headers, text } = await get('/orders', undefined, {}, at);
    expect([status, headers.get('www-authenticate'), text]).toEqual([401, 'Bearer realm="test"', '/orders UNAUTHENTICATED']);
    expect((await get('/orders/o2', 'ada', {}, at)).text).toBe('/orders/o2 ORDER_NOT_FOUND');
    expect((await get('/unchecked/json', 'ada', {}, at)).text).toBe('/json POLICY_NOT_CHECKED');
  });

  test('is not what an accident of the authenticator looks like', async () => {
    const { status, text } = await get('/open', 'broken');
    expect([status, text]).toEqual([500, '{"crash":true}']);
    expect(crashes.pop()).toMatch('key store');
  });
});

describe('an answer behind a policy that was not asked', () => {
  test.each(['json', 'head', 'stream', 'later', 'redirect', 'denied'])('is not sent, in whichever way the handler sends it: %s', async (way) => {
    const { status, headers, text, body } = await get(`/unchecked/${way}`, 'ada');
    expect([status, body?.code, body?.details]).toEqual([500, 'POLICY_NOT_CHECKED', { policy: 'orders.read' }]);
    expect(`${text}${JSON.stringify([...headers])}`).not.toMatch(/ada|"id":"o1"/);
    expect([headers.get('x-before'), headers.get('location')]).toEqual(['stays', null]);
    // Nobody listens for the errors of an answer, so one would end the process.
    expect(crashes).toEqual([]);
  });

  test('is sent where it is a refusal itself', async () => {
    expect(await get('/unchecked/own-refusal', 'ada')).toMatchObject({ status: 410, body: { gone: true } });
    expect(await get('/unchecked/conflict', 'ada')).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  });

  test('is sent once the policy was asked', async () => {
    expect((await get('/unchecked/list', 'ada')).body).toEqual({ customerId: 'ada' });
    expect((await get('/unchecked/checked-later', 'ada')).text).toBe('ok');
    expect((await get('/twice/x', 'ada')).body).toEqual({ ok: true });
  });

  test('does not keep the connection from the next request', async () => {
    for (let i = 0; i < 3; i++) expect([(await get('/unchecked/stream', 'ada')).status, (await get('/orders/o1', 'ada')).status]).toEqual([500, 200]);
    expect(crashes).toEqual([]);
  });
});

test('a guard without authenticate in front of it is a fault, not an open door', async () => {
  const made = express();
  made.get('/x', requireAccess('public'), (_request, response) => { response.send('open'); });
  const faults: string[] = [];
  made.use(((error: Error, _request, response, _next) => { faults.push(error.message); response.sendStatus(500); }) as express.ErrorRequestHandler);
  expect(await get('/x', undefined, {}, await start(made))).toMatchObject({ status: 500 });
  expect(faults).toEqual([expect.stringContaining('need authenticate()')]);
});

test('access that is written wrongly is refused when the route is made', () => {
  for (const access of [undefined, '', 'orders:*']) expect(() => requireAccess(access as never)).toThrow(TypeError);
});

