import { z } from 'zod';
import { currentContext, defineError, token, type Caller, type Logger } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import type { Authenticator } from './access.js';
import { contract } from './contract.js';
import { createDispatcher, type CreateDispatcherOptions } from './dispatcher.js';
import { PreconditionFailed } from './errors.js';
import { fakeRequest, type FakeRequestOptions } from './fake-request.js';
import type { Answer } from './http-request.js';
import { handlerDeps, implement, resolveFrom } from './implement.js';
import { plainRoute } from './plain-route.js';
import { reply } from './reply.js';
import { accepted, created, noContent, ok, oneOf } from './returns.js';
import { evolve, route } from './route.js';

const OutOfStock = defineError('OUT_OF_STOCK', { kind: 'conflict', title: 'Not enough in stock.', details: z.object({ ids: z.array(z.string()) }) });
const Undeclared = defineError('UNDECLARED', { kind: 'conflict', title: 'Nobody has heard of this.' });
const Busy = defineError('DATABASE_BUSY', { kind: 'unavailable', title: 'The database is busy.', details: z.object({ retry_after_seconds: z.int() }) });

const OrderV1 = z.object({ id: z.string(), status: z.enum(['placed', 'cancelled']), total: z.int() });
const Order = OrderV1.extend({ total: z.object({ amount: z.int(), currency: z.string() }) });
const placeV1 = route({
  method: 'POST', path: '/orders', summary: 'Place an order', access: 'public', errors: [OutOfStock],
  body: z.object({ product_id: z.string(), quantity: z.int().positive() }),
  returns: created(OrderV1, { location: '/orders/{id}' }),
});
const place = evolve(placeV1, {
  since: 'v2',
  body: z.object({ items: z.array(z.object({ product_id: z.string(), quantity: z.int().positive() })).min(1) }),
  returns: created(Order, { location: '/orders/{id}' }),
}, { upgrade: ({ body }) => ({ body: { items: [body] } }), downgrade: (order) => ({ ...order, total: order.total.amount }) });
const params = z.object({ id: z.string() });
const get = route({ method: 'GET', path: '/orders/{id}', summary: 'Get', access: 'public', params, query: z.object({ full: z.boolean().optional() }), returns: ok(OrderV1.extend({ note: z.string().nullable() }), { etag: 'total' }) });
const change = route({ method: 'PATCH', path: '/orders/{id}', summary: 'Change', access: 'public', ifMatch: 'required', params, body: z.object({ note: z.string() }), returns: ok(z.object({ expected: z.string().nullable() })) });
const remove = route({ method: 'DELETE', path: '/orders/{id}', summary: 'Remove', access: 'orders:delete', params, returns: noContent() });
const mine = route({ method: 'GET', path: '/mine', summary: 'Mine', access: 'authenticated', returns: ok(z.object({ id: z.string() })) });
const old = route({ method: 'GET', path: '/old', summary: 'Old', access: 'public', until: 'v2', returns: ok(z.object({})) });
const fresh = route({ method: 'GET', path: '/fresh', summary: 'New', access: 'public', since: 'v2', returns: ok(z.object({})) });
const fail = route({ method: 'GET', path: '/fail/{how}', summary: 'Fail', access: 'public', params: z.object({ how: z.string() }), returns: ok(z.object({ n: z.int() })), limits: { timeout: { milliseconds: 20 } } });
const either = route({ method: 'POST', path: '/either', summary: 'Now or later', access: 'public', query: z.object({ later: z.boolean().default(false) }), returns: oneOf(ok(z.object({ done: z.boolean() })), accepted(z.object({ job: z.string() }))) });

const orders = contract('orders', { place, get, change, remove, mine, old, fresh, fail, either });
const Prices = token<{ total: number }>('test.Prices');
let signal: AbortSignal | undefined;

const implementation = implement(orders, { prices: Prices }, ({ prices }) => ({
  place: async ({ body, version }) => {
    if (body.items[0]!.quantity > 5) throw new OutOfStock({ ids: [body.items[0]!.product_id] });
    return { id: `for ${version}`, status: 'placed', total: { amount: prices.total, currency: 'EUR' }, secret: 'x' };
  },
  get: ({ params: { id }, query }) => ({ id, status: query.full ? 'placed' as const : 'cancelled', total: 1, note: null, secret: 'x' }),
  change: ({ expectedVersion }) => ({ expected: expectedVersion ?? null }),
  remove: () => undefined,
  mine: ({ caller }) => ({ id: caller.id }),
  old: () => ({}),
  fresh: () => ({}),
  fail: async (context) => {
    switch (context.params.how) {
      case 'undeclared': throw new Undeclared();
      case 'busy': throw new Busy({ retry_after_seconds: 7 });
      case 'secret': throw new Error('password=hunter2 at SELECT * FROM users');
      case 'wrong': return { n: 'x' } as never;
      case 'missing': return {} as never;
      case 'slow': signal = context.signal; await new Promise((resolve) => { setTimeout(resolve, 200).unref(); }); return { n: 1 };
      case 'message': return reply({ n: 1 }, { message: 'All "fine"', headers: { 'X-Extra': 'yes' } });
      case 'context': await null; return { n: currentContext()?.requestId.length ?? -1 };
      case 'status': return reply({ n: 1 }, { status: 299 });
      default: throw new PreconditionFailed();
    }
  },
  either: ({ query }) => (query.later ? reply({ job: 'j1' }, { status: 202 }) : { done: true }),
}));

interface Read { status: number; body: any; headers: Record<string, string> }
const read = ({ status, headers, body }: Answer): Read => ({
  status, body: typeof body === 'string' ? JSON.parse(body) : body,
  headers: Object.fromEntries(Array.from({ length: headers.length / 2 }, (_, i) => [headers[2 * i]!.toLowerCase(), headers[2 * i + 1]!])),
});
const logged: { message: string; fields: any }[] = [];
const log = (message: string, fields?: object): void => { logged.push({ message, fields }); };
const logger: Logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
const versions = versionSet({ supported: ['v1', 'v2'], default: 'v1', lifecycle: { v1: { deprecated: '2026-01-01' } } });
const dispatcher = (options: Partial<CreateDispatcherOptions> = {}) =>
  createDispatcher({ versions, routes: [implementation], resolve: resolveFrom({ 'test.Prices': { total: 450 } }), logger, ...options });
const standard = dispatcher();
const call = async (method: string, url: string, options?: FakeRequestOptions, on = standard): Promise<Read> => read(await on.handle(fakeRequest(method, url, options)));

describe('versions', () => {
  test('one handler answers in both versions, each with its own fields alone', async () => {
    const v1 = await call('POST', '/api/v1/orders', { body: { product_id: 'tea', quantity: 1 } });
    expect(v1).toMatchObject({ status: 201, body: { code: 'OK', message: 'OK' }, headers: { location: '/api/v1/orders/for%20v1', deprecation: '@1767225600' } });
    expect(v1.body.data).toEqual({ id: 'for v1', status: 'placed', total: 450 });
    const v2 = await call('POST', '/api/v2/orders', { body: { items: [{ product_id: 'tea', quantity: 1 }] } });
    expect(v2.body.data).toEqual({ id: 'for v2', status: 'placed', total: { amount: 450, currency: 'EUR' } });
    expect(v2.headers['deprecation']).toBeUndefined();
  });
  test('the header names a version too, and then the address in Location has none', async () => {
    const answer = await call('POST', '/api/orders', { headers: { 'x-api-version': '2' }, body: { items: [{ product_id: 'tea', quantity: 1 }] } });
    expect(answer).toMatchObject({ status: 201, headers: { location: '/api/orders/for%20v2', vary: 'X-API-Version' } });
  });
  test.each([
    ['/api/v1/orders/1', { 'x-api-version': 'v2' }, 400, 'API_VERSION_CONFLICT'],
    ['/api/v9/orders/1', {}, 404, 'API_VERSION_UNSUPPORTED'],
    ['/api/v10/orders/1', {}, 404, 'API_VERSION_UNSUPPORTED'],
    ['/api/orders/1', { 'x-api-version': 'v9' }, 400, 'API_VERSION_UNSUPPORTED'],
    ['/api/v2/old', {}, 404, 'ROUTE_NOT_FOUND'],
    ['/api/v1/fresh', {}, 404, 'ROUTE_NOT_FOUND'],
  ])('GET %s with %j is %i %s', async (url, headers, status, code) => {
    expect(await call('GET', url, { headers })).toMatchObject({ status, body: { code, data: null } });
  });
  test('a refused version says what it depended on, and one that has ended says when', async () => {
    expect((await call('GET', '/api/v9/orders/1')).headers['vary']).toBe('X-API-Version');
    const ended = versionSet({ supported: ['v1', 'v2'], default: 'v2', lifecycle: { v1: { deprecated: '2019-01-01', sunset: '2020-01-01', afterSunset: 'gone' } } });
    expect(await call('GET', '/api/v1/orders/1', {}, dispatcher({ versions: ended }))).toMatchObject({
      status: 410, body: { code: 'API_VERSION_GONE' }, headers: { sunset: 'Wed, 01 Jan 2020 00:00:00 GMT', deprecation: '@1546300800' },
    });
  });
  test('a route that the next version does not change is there in both, and one that ends or begins only where it is', async () => {
    for (const url of ['/api/v1/orders/1', '/api/v2/orders/1', '/api/v1/old', '/api/v2/fresh']) expect((await call('GET', url)).status).toBe(200);
  });
  test('each version checks its own requests', async () => {
    const { body } = await call('POST', '/api/v1/orders', { body: { items: [] } });
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual(['product_id', 'quantity', 'items']);
  });
  test('an upgrade that makes a wrong request is our fault, not the caller\'s', async () => {
    const broken = evolve(placeV1, { since: 'v2', body: z.object({ n: z.int().max(3) }) }, { upgrade: ({ body }) => ({ body: { n: body.quantity } }) });
    const on = dispatcher({ routes: [implement(contract('broken', { broken }), {}, () => ({ broken: () => ({ id: '1', status: 'placed' as const, total: 1 }) }))] });
    expect(await call('POST', '/api/v1/orders', { body: { product_id: 'a', quantity: 2 } }, on)).toMatchObject({ status: 201 });
    expect(await call('POST', '/api/v1/orders', { body: { product_id: 'a', quantity: 9 } }, on)).toMatchObject({ status: 500, body: { code: 'INTERNAL_ERROR' } });
  });
});

test('a route that ends before its version says since when', async () => {
  const ending = route({ method: 'GET', path: '/ending', summary: 'x', access: 'public', deprecated: '2026-03-01', returns: noContent() });
  const on = dispatcher({ routes: [implement(contract('ending', { ending }), {}, () => ({ ending: () => undefined }))] });
  expect((await call('GET', '/api/v2/ending', {}, on)).headers['deprecation']).toBe('@1772323200');
  expect((await call('GET', '/api/v1/ending', {}, on)).headers['deprecation']).toBe('@1767225600');
});

describe('requests', () => {
  test('every fault is told at once, with its place', async () => {
    const { status, body } = await call('POST', '/api/v2/orders?x=1', { body: { items: [{ product_id: 1 }], extra: true } });
    expect([status, body.code, body.data, body.errors]).toEqual([400, 'VALIDATION_FAILED', null, [
      { path: 'x', message: 'is not known here', in: 'query' },
      { path: 'items.0.product_id', message: 'expected string, received number', in: 'body' },
      { path: 'items.0.quantity', message: 'is required', in: 'body' },
      { path: 'extra', message: 'is not known here', in: 'body' },
    ]]);
  });
  test('who sends thousands of faults is told the first hundred', async () => {
    const query = Array.from({ length: 500 }, (_, i) => `k${i}=1`).join('&');
    expect((await call('GET', `/api/v1/orders/1?${query}`)).body.errors).toHaveLength(100);
  });
  test('a query is read in the types of its schema', async () => {
    expect((await call('GET', '/api/v1/orders/1?full=true')).body.data.status).toBe('placed');
    expect((await call('GET', '/api/v1/orders/1?full=maybe')).status).toBe(400);
  });
  test('an address that cannot be decoded is the client\'s fault', async () => {
    expect(await call('GET', '/api/v1/orders/%zz')).toMatchObject({ status: 400 });
  });
  test('the limits of all routes can be other ones, and a route may have its own', async () => {
    const note = route({ method: 'POST', path: '/notes', summary: 'Note', access: 'public', body: z.object({ text: z.json() }), returns: noContent() });
    const long = route({ ...note.spec, path: '/long', limits: { body: 1_000, timeout: { seconds: 5 } } });
    const slowly = () => new Promise<void>((resolve) => { setTimeout(resolve, 100).unref(); });
    const on = (limits: CreateDispatcherOptions['limits']) => dispatcher({ routes: [implement(contract('notes', { note, long }), {}, () => ({ note: slowly, long: slowly }))], ...(limits && { limits }) });
    const send = (path: string, text: unknown, limits?: CreateDispatcherOptions['limits']) => call('POST', `/api/v1${path}`, { body: { text } }, on(limits));

    expect(await send('/notes', 'x'.repeat(200), { body: 100 })).toMatchObject({ status: 413, body: { details: { limit: 100 } } });
    expect((await send('/long', 'x'.repeat(200), { body: 100 })).status).toBe(204);
    expect((await send('/long', 'x'.repeat(1_000))).status).toBe(413);
    expect((await send('/notes', [['x']])).status).toBe(204);
    expect(await send('/notes', [['x']], { depth: 2 })).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect(await send('/notes', 'x', { timeout: { milliseconds: 10 } })).toMatchObject({ status: 504, body: { code: 'HANDLER_TIMEOUT' } });
    expect((await send('/long', 'x', { timeout: { milliseconds: 10 } })).status).toBe(204);
  });
});

test('the context of a handler says until when an answer is of use', async () => {
  const left = route({ method: 'GET', path: '/left', summary: 'Left', access: 'public', returns: ok(z.object({ ms: z.number().nullable() })) });
  const on = (seconds: number) => dispatcher({
    routes: [implement(contract('times', { left }), {}, () => ({ left: () => ({ ms: (currentContext()?.deadline ?? NaN) - Date.now() || null }) }))],
    limits: { timeout: { seconds } },
  });
  const { body: { data: { ms } } } = await call('GET', '/api/v1/left', {}, on(30));
  expect(ms > 25_000 && ms <= 30_001).toBe(true);
  expect((await call('GET', '/api/v1/left', {}, on(0))).body.data).toEqual({ ms: null });
});

describe('methods', () => {
  test('a known address without the method says which it has', async () => {
    expect(await call('PUT', '/api/v1/orders/1')).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' }, headers: { allow: 'DELETE, GET, HEAD, OPTIONS, PATCH' } });
    expect(await call('OPTIONS', '/api/v1/orders/1')).toMatchObject({ status: 204, headers: { allow: 'DELETE, GET, HEAD, OPTIONS, PATCH' } });
    expect(await call('POST', '/api/v2/old')).toMatchObject({ status: 404 });
  });
  test('HEAD is answered as GET', async () => {
    expect(await call('HEAD', '/api/v1/orders/1')).toMatchObject({ status: 200 });
  });
  test('an unknown address is passed on when it is only offered, and a known one is not', async () => {
    expect(standard.offer(fakeRequest('GET', '/other'))).toBeUndefined();
    expect(standard.offer(fakeRequest('GET', '/api/v9/orders/1'))).toBeUndefined();
    expect((await standard.offer(fakeRequest('PUT', '/api/v1/orders/1')))?.status).toBe(405);
    expect((await standard.offer(fakeRequest('GET', '/api/v1/orders/1')))?.status).toBe(200);
  });
});

describe('conditional requests', () => {
  test('the tag names version and value, and a matching one saves the body', async () => {
    expect(await call('GET', '/api/v1/orders/1')).toMatchObject({ status: 200, headers: { etag: '"v1-1"' } });
    expect(await call('GET', '/api/v2/orders/1', { headers: { 'if-none-match': '"v2-1"' } })).toMatchObject({ status: 304, body: undefined, headers: { etag: '"v2-1"' } });
    expect(await call('GET', '/api/v2/orders/1', { headers: { 'if-none-match': '"v1-1"' } })).toMatchObject({ status: 200 });
  });
  test('a weak tag is made of the body, and changes with it', async () => {
    const counted = route({ method: 'GET', path: '/counted', summary: 'x', access: 'public', returns: ok(z.object({ n: z.int() }), { etag: 'weak' }) });
    let n = 1;
    const on = dispatcher({ routes: [implement(contract('counted', { counted }), {}, () => ({ counted: () => ({ n }) }))] });
    const etag = (await call('GET', '/api/v1/counted', {}, on)).headers['etag']!;
    expect(etag).toMatch(/^W\/"[\w-]+"$/);
    expect((await call('GET', '/api/v1/counted', { headers: { 'if-none-match': `"other", ${etag}` } }, on)).status).toBe(304);
    n = 2;
    expect((await call('GET', '/api/v1/counted', { headers: { 'if-none-match': etag } }, on)).status).toBe(200);
  });
  test.each([
    [undefined, 428, 'PRECONDITION_REQUIRED'], ['"v1-3"', 200, '3'], ['"x", "v1-3"', 200, '3'], ['*', 200, null],
    ['"v2-3"', 412, 'PRECONDITION_FAILED'], ['W/"v1-3"', 412, 'PRECONDITION_FAILED'], ['rubbish', 412, 'PRECONDITION_FAILED'],
  ])('If-Match: %s is %i', async (header, status, outcome) => {
    const answer = await call('PATCH', '/api/v1/orders/1', { headers: header === undefined ? {} : { 'if-match': header }, body: { note: 'x' } });
    expect([answer.status, answer.body.data?.expected ?? (answer.status === 200 ? null : answer.body.code)]).toEqual([status, outcome]);
  });
});

describe('answers', () => {
  test('a declared error keeps its code, message and details', async () => {
    expect(await call('POST', '/api/v1/orders', { body: { product_id: 'tea', quantity: 6 } })).toMatchObject({
      status: 409, body: { code: 'OUT_OF_STOCK', message: 'Not enough in stock.', data: null, details: { ids: ['tea'] } },
    });
  });
  test('problem details are sent to who asks for them', async () => {
    const answer = await call('POST', '/api/v1/orders', { headers: { accept: 'application/problem+json' }, body: { product_id: 'tea', quantity: 6 } }, dispatcher({ errorPages: 'https://errors.example.com/' }));
    expect(answer).toMatchObject({ headers: { 'content-type': 'application/problem+json' }, body: { type: 'https://errors.example.com/OUT_OF_STOCK', title: 'Not enough in stock.', status: 409, code: 'OUT_OF_STOCK' } });
  });
  test('an unexpected error shows nothing of itself', async () => {
    logged.length = 0;
    const answer = await call('GET', '/api/v1/fail/secret');
    expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL_ERROR', data: null } });
    expect(JSON.stringify(answer)).not.toMatch(/hunter2|SELECT/);
    expect(logged).toMatchObject([{ fields: { route: 'GET /fail/{how}', error: { message: expect.stringContaining('hunter2') } } }]);
  });
  test('an error of the surroundings needs no declaration and says when to come again', async () => {
    expect(await call('GET', '/api/v1/fail/busy')).toMatchObject({ status: 503, body: { code: 'DATABASE_BUSY' }, headers: { 'retry-after': '7' } });
  });
  test('an undeclared error is logged, and in tests it is a fault of the program', async () => {
    logged.length = 0;
    expect(await call('GET', '/api/v1/fail/undeclared')).toMatchObject({ status: 409, body: { code: 'UNDECLARED' } });
    expect(logged).toMatchObject([{ fields: { code: 'UNDECLARED' } }]);
    expect(await call('GET', '/api/v1/fail/undeclared', {}, dispatcher({ validateAnswers: true }))).toMatchObject({ status: 500 });
  });
  test('an answer that lacks a declared field is never sent, and in tests no answer of a wrong type either', async () => {
    expect(await call('GET', '/api/v1/fail/missing')).toMatchObject({ status: 500 });
    expect(await call('GET', '/api/v1/fail/wrong', {}, dispatcher({ validateAnswers: true }))).toMatchObject({ status: 500 });
  });
  test('a handler that takes too long is given up, and its signal says so', async () => {
    expect(await call('GET', '/api/v1/fail/slow')).toMatchObject({ status: 504, body: { code: 'HANDLER_TIMEOUT' } });
    expect(signal?.aborted).toBe(true);
  });
  test('a handler can say something about its answer', async () => {
    expect(await call('GET', '/api/v1/fail/message')).toMatchObject({ status: 200, body: { code: 'OK', message: 'All "fine"', data: { n: 1 } }, headers: { 'x-extra': 'yes' } });
  });
  test('a handler picks one of the declared statuses, and no other', async () => {
    expect(await call('POST', '/api/v1/either')).toMatchObject({ status: 200, body: { data: { done: true } } });
    expect(await call('POST', '/api/v1/either?later=1')).toMatchObject({ status: 202, body: { data: { job: 'j1' } } });
    expect(await call('GET', '/api/v1/fail/status')).toMatchObject({ status: 500 });
  });
  test('a media type that is not to be had is 406 before anything happens', async () => {
    let placed = 0;
    const counting = dispatcher({ routes: [implement(contract('orders', { place }), {}, () => ({ place: () => { placed++; return { id: 'o1', status: 'placed', total: { amount: 1, currency: 'EUR' } }; } }))] });
    const order = (accept: string) => call('POST', '/api/v1/orders', { headers: { accept }, body: { product_id: 'tea', quantity: 1 } }, counting);
    expect(await order('image/png')).toMatchObject({ status: 406, body: { code: 'NOT_ACCEPTABLE', details: { available: ['application/json', 'application/problem+json'] } } });
    expect(placed).toBe(0);
    expect((await order('application/*')).status).toBe(201);
    expect(placed).toBe(1);
  });
  test('a client that takes anything in the end gets what there is', async () => {
    expect(await call('GET', '/api/v1/orders/1', { headers: { accept: 'text/csv' } })).toMatchObject({ status: 406, body: { code: 'NOT_ACCEPTABLE' } });
    expect(await call('GET', '/api/v1/orders/1', { headers: { accept: 'text/html, */*;q=0.1' } })).toMatchObject({ status: 200 });
  });
});

describe('access', () => {
  const alice: Caller = { id: 'alice', kind: 'user', via: 'test', roles: [], permissions: new Set(['orders:delete']) };
  const as = (caller: Caller | undefined) => dispatcher({ authenticator: { authenticate: async ({ header }) => { if (header('authorization') === 'bad') throw new Error('x'); return caller; } } });
  test('without credentials a route that is not public is 401, and says how to log in', async () => {
    expect(await call('GET', '/api/v1/mine')).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' }, headers: { 'www-authenticate': 'Bearer' } });
  });
  test('an authenticator says how to log in, to each as it was refused', async () => {
    const asked = (challenge: Authenticator['challenge']) => call('GET', '/api/v1/mine', {}, dispatcher({ authenticator: { authenticate: () => undefined, ...(challenge && { challenge }) } }));
    expect((await asked('Basic')).headers).toMatchObject({ 'www-authenticate': 'Basic' });
    expect((await asked(({ code }) => `Bearer error="${code}"`)).headers).toMatchObject({ 'www-authenticate': 'Bearer error="UNAUTHENTICATED"' });
  });
  test('a known caller gets in where it is enough to be known, and where its permission is asked for', async () => {
    expect(await call('GET', '/api/v1/mine', {}, as(alice))).toMatchObject({ status: 200, body: { data: { id: 'alice' } } });
    expect(await call('DELETE', '/api/v1/orders/1', {}, as(alice))).toMatchObject({ status: 204, body: undefined });
    expect(await call('DELETE', '/api/v1/orders/1', {}, as({ ...alice, permissions: new Set() }))).toMatchObject({ status: 403, body: { code: 'FORBIDDEN', details: { permission: 'orders:delete' } } });
  });
  test('an error of the authenticator needs no declaration by a route', async () => {
    const Ambiguous = defineError('AMBIGUOUS_CREDENTIALS', { kind: 'invalid', title: 'More than one credential.' });
    const on = dispatcher({ validateAnswers: true, authenticator: { authenticate: () => { throw new Ambiguous(); } } });
    expect(await call('GET', '/api/v1/mine', {}, on)).toMatchObject({ status: 400, body: { code: 'AMBIGUOUS_CREDENTIALS' } });
  });
  test('an authorizer of one\'s own decides alone', async () => {
    const on = dispatcher({ authorizer: { authorize: (_caller, access, where) => { expect([access, where]).toEqual(['orders:delete', { method: 'DELETE', path: '/orders/{id}' }]); } } });
    expect((await call('DELETE', '/api/v1/orders/1', {}, on)).status).toBe(204);
  });
});

describe('middleware', () => {
  test('hooks run in order, answers in reverse, and done once at the end', async () => {
    const seen: string[] = [];
    const tap = (name: string) => ({
      name,
      request: () => { seen.push(`${name} request`); },
      caller: async () => { seen.push(`${name} caller`); },
      answer: () => { seen.push(`${name} answer`); },
      done: () => { seen.push(`${name} done`); },
    });
    await call('GET', '/api/v1/orders/1', {}, dispatcher({ middleware: [tap('a'), tap('b')] }));
    expect(seen).toEqual(['a request', 'b request', 'a caller', 'b caller', 'b answer', 'a answer', 'a done', 'b done']);
  });
  test('one may answer itself, add headers, and see errors and unknown addresses too', async () => {
    const seen: (string | number)[] = [];
    const on = dispatcher({ middleware: [{
      name: 'test',
      request: (exchange) => { exchange.requestId = 'r1'; exchange.headers.push('X-Id', 'r1'); return exchange.path === '/stop' ? { status: 418, headers: [], body: undefined } : undefined; },
      done: (exchange, answer) => { seen.push(exchange.route, answer.status); },
    }] });
    expect(await call('GET', '/stop', {}, on)).toMatchObject({ status: 418, headers: { 'x-id': 'r1' } });
    expect(await call('GET', '/nowhere', {}, on)).toMatchObject({ status: 404, body: { request_id: 'r1' } });
    expect((await call('GET', '/api/v1/fail/context', {}, on)).body.data).toEqual({ n: 2 });
    expect(seen).toEqual(['unmatched', 418, 'unmatched', 404, 'GET /fail/{how}', 200]);
  });
  test('one that fails after the answer is logged, and the others still run', async () => {
    logged.length = 0;
    let ran = false;
    const on = dispatcher({ middleware: [{ name: 'bad', done: () => { throw new Error('boom'); } }, { name: 'good', done: () => { ran = true; } }] });
    expect((await call('GET', '/api/v1/orders/1', {}, on)).status).toBe(200);
    expect([ran, logged[0]?.fields.error.message]).toEqual([true, 'boom']);
  });
  test('one that fails while answering is an internal error', async () => {
    const on = dispatcher({ middleware: [{ name: 'bad', answer: () => { throw new Error('boom'); } }] });
    expect(await call('GET', '/api/v1/orders/1', {}, on)).toMatchObject({ status: 500, body: { code: 'INTERNAL_ERROR' } });
  });
});

describe('plain routes', () => {
  const health = plainRoute({ method: 'GET', path: '/health', access: 'public', handle: () => ({ status: 200, headers: [], body: '{"up":true}' }) });
  test('an address outside of the versions answers for itself', async () => {
    const on = dispatcher({ plain: [health, plainRoute({ ...health, path: '/api/v1/openapi.json' })] });
    expect(await call('GET', '/health', {}, on)).toMatchObject({ status: 200, body: { up: true } });
    expect(await call('GET', '/api/v1/openapi.json', {}, on)).toMatchObject({ status: 200 });
    expect(await call('POST', '/health', {}, on)).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } });
  });
});

describe('declarations that cannot work stop the start', () => {
  const build = (routes: Record<string, ReturnType<typeof route<any, any, any, any, any>>>, options: Partial<CreateDispatcherOptions> = {}) => () =>
    dispatcher({ routes: [implement(contract('bad', routes), {}, () => Object.fromEntries(Object.keys(routes).map((key) => [key, () => undefined])) as never)], ...options });
  const base = { method: 'GET', summary: 'x', access: 'public', returns: noContent() } as const;

  test('duplicates and shadows are all named', () => {
    expect(build({ a: route({ ...base, path: '/x/{id}', params }), b: route({ ...base, path: '/x/{slug}', params: z.object({ slug: z.string() }) }), c: route({ ...base, path: '/v2/x' }) }))
      .toThrow(/bad\.b \(GET \/x\/\{slug\}\) is shadowed by bad\.a \(GET \/x\/\{id\}\)[\s\S]*bad\.c \(\/v2\/x\) starts with the name of an API version/);
    const plain = [plainRoute({ method: 'GET', path: '/api/v1/x', access: 'public', handle: () => ({ status: 200, headers: [], body: undefined }) })];
    expect(build({ a: route({ ...base, path: '/x' }) }, { plain })).toThrow(/bad\.a \(GET \/x\) is shadowed by the plain route \/api\/v1\/x/);
  });
  test.each([
    ['without access', { ...base, path: '/x', access: undefined as never }, /does not say who has access/],
    ['with other params than its path', { ...base, path: '/x/{id}', params: z.object({ key: z.string() }) }, /has the path \/x\/\{id\} but declares the params \{key\}/],
    ['that reads a body on GET', { ...base, path: '/x', body: z.object({}) }, /is a GET with a body/],
    ['with a date in its answer', { ...base, path: '/x', returns: ok(z.object({ at: z.date() })) }, /bad\.a\.at is z\.date, which is not plain JSON/],
    ['since a version that is not there', { ...base, path: '/x', since: 'v7' }, /There is no version "v7"/],
  ])('a route %s', (_what, spec, message) => {
    expect(build({ a: route(spec as never) })).toThrow(message as RegExp);
  });
  test('a handler that asks for something without a resolve', () => {
    expect(() => createDispatcher({ versions, routes: [implementation] })).toThrow(/ask for "test\.Prices", but no `resolve` was given/);
    expect(handlerDeps([implementation])).toEqual({ 'test.Prices': Prices });
    expect(() => resolveFrom({})(Prices)).toThrow(/test\.Prices/);
  });
});
