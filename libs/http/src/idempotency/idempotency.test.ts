import { setTimeout as pause } from 'node:timers/promises';
import { defineError, type Caller, type Logger } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract } from '../contract.js';
import { createDispatcher, type CreateDispatcherOptions, type Dispatcher } from '../dispatcher.js';
import { fakeRequest, type FakeRequestOptions } from '../fake-request.js';
import type { Answer } from '../http-request.js';
import { implement } from '../implement.js';
import { accessLog, requestId } from '../middleware/index.js';
import { rawBody } from '../raw-body.js';
import { reply } from '../reply.js';
import { accepted, created, events, file, noContent, ok, oneOf, type Returns } from '../returns.js';
import { evolve, route, type RouteSpec } from '../route.js';
import { memoryIdempotencyStore } from './memory.js';

const OutOfStock = defineError('OUT_OF_STOCK', { kind: 'conflict', title: 'Not enough in stock.' });
const shared = { access: 'authenticated', idempotency: 'optional' } as const;
const params = z.object({ id: z.string() });
const Order = z.object({ id: z.string(), note: z.string() });

const placeV1 = route({ ...shared, method: 'POST', path: '/orders', summary: 'Place', body: z.object({ note: z.string() }), query: z.object({ dry: z.boolean().optional() }), returns: created(Order, { location: '/orders/{id}', etag: 'id' }), errors: [OutOfStock] });
const orders = contract('orders', {
  place: evolve(placeV1, { since: 'v2' }, {}),
  pay: route({ ...shared, idempotency: 'required', method: 'POST', path: '/orders/{id}/pay', summary: 'Pay', params, ifMatch: 'optional', returns: oneOf(ok(Order), accepted(Order)) }),
  remove: route({ ...shared, method: 'DELETE', path: '/orders/{id}', summary: 'Remove', params, returns: noContent() }),
  plain: route({ method: 'POST', path: '/plain', summary: 'Plain', access: 'authenticated', returns: created(Order) }),
  slow: route({ ...shared, method: 'POST', path: '/slow', summary: 'Slow', limits: { timeout: { milliseconds: 20 } }, returns: created(Order) }),
});

interface Read { readonly status: number; readonly body: any; readonly text: unknown; readonly headers: Record<string, string>; readonly names: readonly string[] }
const read = ({ status, headers, body }: Answer): Read => ({
  status, names: headers.filter((_, i) => i % 2 === 0), text: body, body: typeof body === 'string' ? JSON.parse(body) : body,
  headers: Object.fromEntries(Array.from({ length: headers.length / 2 }, (_, i) => [headers[2 * i]!.toLowerCase(), headers[2 * i + 1]!])),
});

function shop(options: Partial<CreateDispatcherOptions> = {}) {
  const state = { done: 0, failing: 0, logged: [] as any[] };
  const log = (message: string, fields?: object): void => { state.logged.push({ message, ...fields }); };
  const logger: Logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
  const work = async (note: string) => {
    if (state.failing-- > 0) throw new OutOfStock();
    return { id: `o${++state.done}`, note };
  };
  const dispatcher = createDispatcher({
    versions: versionSet({ supported: ['v1', 'v2'], default: 'v2' }),
    routes: [implement(orders, {}, () => ({
      place: async ({ body }) => reply(await work(body.note), { headers: { 'X-Own': 'yes' }, message: 'Thank you' }),
      pay: async ({ params: { id }, expectedVersion }) => reply(await work(`${id} ${expectedVersion}`), { status: 202 }),
      remove: async () => { await work(''); },
      plain: () => work(''),
      slow: async () => { if (state.done === 0) await pause(60); return work('slow'); },
    }))],
    authenticator: { authenticate: ({ header }) => callers[header('authorization') ?? 'nobody'] },
    idempotency: memoryIdempotencyStore(), validateAnswers: true, logger,
    middleware: [requestId(), accessLog({ logger })],
    ...options,
  });
  const send = async (path: string, headers: Record<string, string>, request: FakeRequestOptions & { readonly method?: string; readonly version?: string } = {}): Promise<Read> => {
    const { method = 'POST', version = 'v2', ...rest } = request;
    return read(await dispatcher.handle(fakeRequest(method, `/api/${version}${path}`, { ...rest, headers: { authorization: 'ann', ...headers } })));
  };
  return { state, send, dispatcher };
}

const caller = (over: Partial<Caller>): Caller => ({ id: 'ann', kind: 'user', via: 'test', roles: [], permissions: new Set(), ...over });
const callers: Record<string, Caller | undefined> = {
  ann: caller({}), bob: caller({ id: 'bob' }), service: caller({ kind: 'service' }), acme: caller({ tenant: 'acme' }), other: caller({ tenant: 'other' }),
};
const key = { 'idempotency-key': 'k1' };
const body = { note: 'ä "quoted"' };

describe('a request with a key', () => {
  test('takes effect once, and its repeats get the same bytes with their own request id', async () => {
    const { send, state } = shop();
    const first = await send('/orders', { ...key, 'x-request-id': 'r1' }, { body });
    expect(first).toMatchObject({ status: 201, body: { message: 'Thank you', data: { id: 'o1' } }, headers: { location: '/api/v2/orders/o1', etag: '"v2-o1"', 'x-own': 'yes', 'x-request-id': 'r1' } });
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    for (const id of ['r2', 'r3']) {
      const again = await send('/orders', { ...key, 'x-request-id': id }, { body });
      expect([again.status, again.text]).toEqual([201, first.text]);
      expect(again.headers).toEqual({ ...first.headers, 'x-request-id': id, 'idempotency-replayed': 'true' });
      expect(again.names).toEqual([...new Set(again.names)]); // nothing that was added to the first one on its way out
    }
    expect(state.done).toBe(1);
    expect(state.logged.map(({ request_id, status, bytes }) => [request_id, status, bytes])).toEqual(['r1', 'r2', 'r3'].map((id) => [id, 201, Buffer.byteLength(first.text as string)]));
  });

  test('takes effect once, however many come at the same time', async () => {
    const { send, state } = shop();
    const all = await Promise.all(Array.from({ length: 20 }, () => send('/orders', key, { body })));
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    expect([state.done, all.filter(({ headers }) => headers['idempotency-replayed'] === 'true').length]).toEqual([1, 19]);
  });

  test('is the same with quotation marks around the key', async () => {
    const { send, state } = shop();
    await send('/orders', key, { body });
    await send('/orders', { 'idempotency-key': '"k1"' }, { body });
    expect(state.done).toBe(1);
  });

  test('keeps the status of an alternative, and an empty answer', async () => {
    const { send, state } = shop();
    for (let i = 0; i < 2; i++) {
      expect(await send('/orders/7/pay', key)).toMatchObject({ status: 202, body: { data: { note: '7 undefined' } } });
      expect(await send('/orders/7', key, { method: 'DELETE' })).toMatchObject({ status: 204, text: undefined });
    }
    expect(state.done).toBe(2);
  });

  test('that failed may be tried again, with another payload too', async () => {
    const { send, state } = shop();
    state.failing = 2;
    expect((await send('/orders', key, { body })).body).toMatchObject({ code: 'OUT_OF_STOCK', request_id: expect.any(String) });
    expect((await send('/orders', key, { body })).status).toBe(409);
    expect((await send('/orders', key, { body: { note: 1 } })).body.code).toBe('VALIDATION_FAILED');
    expect((await send('/orders', key, { body: { note: 'other' } })).status).toBe(201);
    expect(state.done).toBe(1);
  });

  test('that took too long leaves its key unused', async () => {
    const { send, state } = shop();
    expect((await send('/slow', key)).status).toBe(504);
    await pause(80);
    expect([state.done, (await send('/slow', key)).body.data.id]).toEqual([1, 'o2']);
  });

  test('is answered to another payload with 422', async () => {
    const { send, state } = shop();
    const place = (path: string, bytes: string, version = 'v2', headers = {}): Promise<Read> =>
      send(path, { ...key, ...headers, 'content-type': 'application/json' }, { body: Buffer.from(bytes), version });
    expect((await place('/orders', '{"note":"a"}')).status).toBe(201);
    for (const other of [place('/orders', '{"note":"b"}'), place('/orders', '{"note": "a"}'), place('/orders?dry=true', '{"note":"a"}'), place('/orders', '{"note":"a"}', 'v1')]) {
      expect(await other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED', data: null, request_id: expect.stringMatching(/./) } });
    }
    expect((await send('/orders/7/pay', key)).status).toBe(202);
    expect((await send('/orders/8/pay', key)).status).toBe(422);
    expect((await send('/orders/7/pay', { ...key, 'if-match': '"v2-3"' })).status).toBe(422);
    expect((await send('/orders/7/pay', key)).headers['idempotency-replayed']).toBe('true');
    expect(state.done).toBe(2);
  });

  test('does not change when a parser of the host read the body', async () => {
    const { dispatcher, state } = shop();
    const send = async (value: unknown): Promise<Read> => {
      const request = fakeRequest('POST', '/api/v2/orders', { headers: { authorization: 'ann', ...key, 'content-type': 'application/json' } });
      return read(await dispatcher.handle({ ...request, body: { ...request.body, parsed: { value } } }));
    };
    expect([(await send({ note: 'a' })).status, (await send({ note: 'a' })).status, (await send({ note: 'b' })).status]).toEqual([201, 201, 422]);
    expect(state.done).toBe(1);
  });

  test('is told to come back while the first one is not done', async () => {
    let end!: () => void;
    const wait = new Promise<void>((resolve) => { end = resolve; });
    const store = memoryIdempotencyStore({ wait: { milliseconds: 20 } });
    const { send } = shop({ idempotency: { run: (request, work) => store.run(request, async () => { await wait; return work(); }) } });
    const first = send('/orders', key, { body });
    expect(await send('/orders', key, { body })).toMatchObject({ status: 409, headers: { 'retry-after': '1' }, body: { code: 'IDEMPOTENCY_IN_PROGRESS', details: { retry_after_seconds: 1 } } });
    end();
    expect((await first).status).toBe(201);
  });
});

describe('a key', () => {
  test('of somebody else gives nothing away, nor does one for another operation', async () => {
    const { send } = shop();
    const seen = new Set<unknown>();
    for (const authorization of Object.keys(callers)) seen.add((await send('/orders', { ...key, authorization }, { body })).body.data.id);
    seen.add((await send('/slow', key)).body.data.id);
    expect(seen.size).toBe(6);
  });

  test('is refused where it is malformed, together with everything else that is wrong', async () => {
    const { send, state } = shop();
    const refused = await send('/orders', { 'idempotency-key': 'x'.repeat(256) }, { body: {} });
    expect(refused).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', errors: [{ path: 'idempotency-key', in: 'headers' }, { path: 'note', in: 'body' }] } });
    expect((await send('/orders', { 'idempotency-key': 'k1, k2' }, { body })).status).toBe(400);
    expect(state.done).toBe(0);
  });

  test('is asked for where it is required, and means nothing where it is not declared', async () => {
    const { send, state } = shop();
    expect(await send('/orders/7/pay', {})).toMatchObject({ status: 400, body: { code: 'IDEMPOTENCY_KEY_REQUIRED' } });
    expect((await send('/orders', {}, { body })).status).toBe(201);
    for (const each of ['k1', 'k1', 'not a key']) expect((await send('/plain', { 'idempotency-key': each })).status).toBe(201);
    expect(state.done).toBe(4);
  });

  test('of a stranger whom an authorizer lets in is refused', async () => {
    const { send, state } = shop({ authorizer: { authorize() {} } });
    expect((await send('/orders', { ...key, authorization: 'nobody' }, { body })).status).toBe(401);
    expect((await send('/orders', { authorization: 'nobody' }, { body })).status).toBe(201);
    expect(state.done).toBe(1);
  });

  test('does not keep an answer that is too large: the request fails instead', async () => {
    const { send, state } = shop({ limits: { keptAnswer: 200 } });
    expect((await send('/orders', key, { body: { note: 'x'.repeat(200) } })).body).toMatchObject({ code: 'INTERNAL_ERROR' });
    expect(state.logged.find(({ error }) => error)?.error.message).toMatch(/orders.place answered \d+ bytes; no more than 200 are kept/);
    expect((await send('/orders', {}, { body: { note: 'x'.repeat(200) } })).status).toBe(201);
  });
});

describe('a declaration that could not be kept does not start', () => {
  const start = (spec: Partial<RouteSpec<any, any, any, any, any>>, options: Partial<CreateDispatcherOptions> = {}): Dispatcher => createDispatcher({
    versions: versionSet({ supported: ['v1'], default: 'v1' }), idempotency: memoryIdempotencyStore(),
    routes: [implement(contract('things', { it: route({ ...shared, method: 'POST', path: '/things', summary: 'x', returns: noContent(), ...spec }) }), {}, () => ({ it: () => undefined as any }))],
    ...options,
  });
  const teapot: Returns = { ...noContent(), status: 418 };

  test.each<[string, Partial<RouteSpec<any, any, any, any, any>>, RegExp]>([
    ['public', { access: 'public' }, /things\.it declares idempotency, but is public/],
    ['a GET', { method: 'GET' }, /is a GET/],
    ['with a body that is not JSON', { body: rawBody() }, /its body is not JSON/],
    ['with a download', { returns: file('text/csv') }, /answers bytes/],
    ['with events', { returns: oneOf(noContent(), events(z.object({}))) }, /answers events/],
    ['with a failure among its answers', { returns: oneOf(noContent(), teapot) }, /answers 418/],
  ])('%s', (_, spec, message) => {
    expect(() => start(spec)).toThrow(message);
    expect(() => start({ ...spec, idempotency: undefined as never })).not.toThrow();
  });

  test('without a store', () => {
    expect(() => start({}, { idempotency: undefined as never })).toThrow(/things\.it declares idempotency, but createDispatcher has no store for it: pass idempotency: memoryIdempotencyStore\(\)/);
  });

  test('also where only an older version declares it', () => {
    const versions = versionSet({ supported: ['v1', 'v2'], default: 'v1' });
    const old = route({ ...shared, method: 'POST', path: '/things', summary: 'x', returns: noContent() });
    const routes = [implement(contract('things', { it: evolve(old, { since: 'v2', idempotency: undefined as never, access: 'public' }, {}) }), {}, () => ({ it: () => undefined }))];
    expect(() => createDispatcher({ versions, routes })).toThrow(/has no store/);
  });
});
