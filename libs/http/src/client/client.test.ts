import { getEventListeners } from 'node:events';
import { defineError, extendContext, runInContext, type AppError } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract } from '../contract.js';
import { createDispatcher } from '../dispatcher.js';
import { ValidationFailed } from '../errors.js';
import { fetchHandler } from '../hosts/fetch.js';
import { nodeServer } from '../hosts/node.js';
import { implement } from '../implement.js';
import { list, pageOf } from '../lists.js';
import type { Middleware } from '../middleware.js';
import { multipart } from '../multipart.js';
import { rawBody } from '../raw-body.js';
import { reply } from '../reply.js';
import { accepted, created, events, file, noContent, ok, oneOf } from '../returns.js';
import { evolve, route } from '../route.js';
import { createClient, hasCode, isApiError, type ClientOptions } from './index.js';

const OutOfStock = defineError('OUT_OF_STOCK', { kind: 'conflict', title: 'Not enough in stock.', details: z.object({ product_ids: z.array(z.string()) }) });
const open = { access: 'public', summary: 'x' } as const;
const params = z.object({ id: z.string() });
const ProductV1 = z.object({ id: z.string(), price: z.int(), version: z.int() });
const Product = ProductV1.extend({ price: z.object({ amount: z.int(), currency: z.string() }) });

const products = list({ sort: ['price', 'name'], defaultSort: ['name'], filters: { tags: z.array(z.string()), sold_out: z.boolean(), price_max: z.int() } });
const listProducts = route({ ...open, method: 'GET', path: '/products', query: products.query, returns: ok(pageOf(z.object({ seen: z.string() }))) });
const getV1 = route({ ...open, method: 'GET', path: '/products/{id}', params, headers: z.object({ 'x-note': z.string().optional() }), returns: ok(ProductV1, { etag: 'version' }) });
const get = evolve(getV1, { since: 'v2', returns: ok(Product, { etag: 'version' }) }, { downgrade: ({ price, ...product }) => ({ ...product, price: price.amount }) });
const add = route({ ...open, method: 'POST', path: '/products', body: z.object({ name: z.string() }), errors: [OutOfStock], returns: created(z.object({ id: z.string() }), { location: '/products/{id}' }) });
const change = route({ ...open, method: 'PATCH', path: '/products/{id}', params, ifMatch: 'required', body: z.object({ name: z.string() }), returns: ok(z.object({ expected: z.string() })) });
const remove = route({ ...open, method: 'DELETE', path: '/products/{id}', params, returns: noContent() });
const either = route({ ...open, method: 'POST', path: '/either', query: z.object({ later: z.boolean() }), returns: oneOf(ok(z.object({ done: z.boolean() })), accepted(z.object({ job: z.string() }))) });
const download = route({ ...open, method: 'GET', path: '/export', query: z.object({ fail: z.boolean().optional() }), returns: file('text/csv') });
const ticks = route({ ...open, method: 'GET', path: '/ticks', query: z.object({ n: z.int() }), returns: events(z.object({ n: z.int(), text: z.string() })) });
const upload = route({ ...open, method: 'POST', path: '/files', body: multipart({ fields: z.object({ title: z.string() }), files: { picture: { maxSize: 100 } } }), returns: ok(z.object({ said: z.string() })) });
const hook = route({ ...open, method: 'POST', path: '/hook', body: rawBody(), returns: ok(z.object({ text: z.string(), type: z.string() })) });
const echo = route({ ...open, method: 'GET', path: '/echo', returns: ok(z.object({ headers: z.record(z.string(), z.string()) })) });
const gone = route({ ...open, method: 'GET', path: '/gone', until: 'v2', returns: ok(z.object({ here: z.boolean() })) });

const productContract = contract('products', { list: listProducts, get, add, change, remove });
const otherContract = contract('other', { either, download, ticks, upload, hook, echo, gone });

let received: Record<string, string> = {};
let ended: (() => void) | undefined;
const note: Middleware = { name: 'note', request(exchange) {
  exchange.requestId = 'req-1';
  exchange.headers.push('X-Request-Id', 'req-1');
  received = exchange.request.headers as Record<string, string>;
  return undefined;
} };

const dispatcher = createDispatcher({
  versions: versionSet({ supported: ['v1', 'v2'], default: 'v1' }),
  middleware: [note],
  routes: [
    implement(productContract, {}, () => ({
      list: ({ query }) => ({ items: [{ seen: JSON.stringify(query) }], page: query.page, page_size: query.page_size, total: 1 }),
      get: ({ params: { id } }) => ({ id, price: { amount: 1990, currency: 'EUR' }, version: 3 }),
      add: ({ body: { name } }) => {
        if (name === 'rare') throw new OutOfStock({ product_ids: ['p1'] });
        return { id: name };
      },
      change: ({ expectedVersion }) => ({ expected: expectedVersion ?? '*' }),
      remove: () => undefined,
    })),
    implement(otherContract, {}, () => ({
      either: ({ query: { later } }) => (later ? reply({ job: 'j1' }, { status: 202, message: 'Later' }) : { done: true }),
      download: ({ query: { fail } }) => ({ filename: 'prices.csv', body: (async function* () {
        yield 'a;b\n';
        if (fail) throw new Error('the disk is gone');
        yield '1;é\n';
      })() }),
      ticks: async function* ({ query, signal }) {
        try {
          for (let n = 0; n < query.n; n++) yield { n, text: 'line 1\nline 2 é' };
          if (query.n === 0) await new Promise((resolve) => { signal.addEventListener('abort', resolve); });
        } finally {
          ended?.();
        }
      },
      upload: ({ body: { fields, files } }) => ({ said: `${fields.title}: ${files.picture.filename}, ${files.picture.size} bytes` }),
      hook: ({ body }) => ({ text: Buffer.from(body).toString(), type: received['content-type'] ?? '' }),
      echo: () => ({ headers: Object.fromEntries(Object.entries(received).map(([name, value]) => [name, String(value)])) }),
      gone: () => ({ here: true }),
    })),
  ],
});

const server = nodeServer(dispatcher);
let base = '';
beforeAll(async () => { base = (await server.listen()).url; });
afterAll(() => server.close());

const failure = (work: Promise<unknown>): Promise<any> => work.then(() => { throw new Error('It did not fail.'); }, (error: unknown) => error);

describe.each(['over HTTP', 'in the process'])('a client %s', (how) => {
  const clientOf = (options: Partial<ClientOptions> = {}) => createClient({ products: productContract, other: otherContract }, {
    baseUrl: () => (how === 'over HTTP' ? `${base}/api/` : 'http://here/api'), version: 'v2', validateAnswers: true,
    ...(how === 'in the process' && { fetch: fetchHandler(dispatcher) }), ...options,
  });
  const api = clientOf();

  test('returns the data of an answer, without its envelope', async () => {
    expect(await api.products.get({ params: { id: 'a/b ü' } })).toEqual({ id: 'a/b ü', price: { amount: 1990, currency: 'EUR' }, version: 3 });
    expect(await api.products.add({ body: { name: 'tea' } })).toEqual({ id: 'tea' });
    expect(await api.products.remove({ params: { id: '1' } })).toBeUndefined();
  });
  test('sends a query that the server reads as it was given', async () => {
    const page = await api.products.list({ query: { sort: '-price', page_size: 5, tags: ['a', 'b c'], sold_out: false, price_max: 100, page: undefined } });
    expect(JSON.parse(page.items[0]!.seen)).toEqual({ page: 1, sort: '-price', page_size: 5, tags: ['a', 'b c'], sold_out: false, price_max: 100 });
    expect((await api.products.list()).page_size).toBe(20);
  });
  test('tells what is around the data', async () => {
    const { data, ...response } = await api.products.get.withResponse({ params: { id: '1' } });
    expect(data.id).toBe('1');
    expect(response).toMatchObject({ status: 200, etag: '"v2-3"', requestId: 'req-1', version: 'v2', notModified: false, message: 'OK' });
    expect(response.headers.get('content-type')).toContain('application/json');
  });
  test('is not sent again what has not changed', async () => {
    const same = await api.products.get.ifChanged('"v2-3"', { params: { id: '1' } });
    expect(same).toMatchObject({ notModified: true, status: 304, etag: '"v2-3"' });
    const changed = await api.products.get.ifChanged('"v2-2"', { params: { id: '1' } });
    expect(changed.notModified ? undefined : changed.data.version).toBe(3);
    await expect(api.products.add.ifChanged('"x"', { body: { name: 'x' } })).rejects.toThrow(TypeError);
  });
  test('changes the version that was read', async () => {
    expect(await api.products.change({ params: { id: '1' }, body: { name: 'x' }, ifMatch: '"v2-3"' })).toEqual({ expected: '3' });
  });
  test('takes each declared success', async () => {
    expect(await api.other.either({ query: { later: false } })).toEqual({ done: true });
    expect(await api.other.either.withResponse({ query: { later: true } })).toMatchObject({ status: 202, data: { job: 'j1' }, message: 'Later' });
  });

  test('downloads a file', async () => {
    const received = await api.other.download();
    expect([received.type, received.filename, received.length]).toEqual(['text/csv', 'prices.csv', undefined]);
    expect(await received.text()).toBe('a;b\n1;é\n');
    expect(Buffer.from(await (await api.other.download()).bytes())).toEqual(Buffer.from('a;b\n1;é\n'));
  });
  test('says that a download broke, instead of taking its beginning for the whole', async () => {
    const received = await api.other.download({ query: { fail: true } });
    expect(await failure(received.text())).toMatchObject({ code: 'API_UNREACHABLE', details: { operation: 'other.download' } });
  });
  test('receives events one by one', async () => {
    const received = [];
    for await (const event of await api.other.ticks({ query: { n: 2 } })) received.push(event);
    expect(received).toEqual([{ n: 0, text: 'line 1\nline 2 é' }, { n: 1, text: 'line 1\nline 2 é' }]);
  });
  test.each(['leaving the loop', 'close, before the first event is read', 'close, while an event is waited for', 'an abort'])('ends the events on the server by %s', async (by) => {
    const over = new Promise<void>((resolve) => { ended = resolve; });
    const controller = new AbortController();
    const stream = await api.other.ticks({ query: { n: by === 'leaving the loop' ? 1e6 : 0 } }, { signal: controller.signal });
    if (by === 'leaving the loop') {
      for await (const { n } of stream) if (n === 3) break;
    } else if (by.startsWith('close')) {
      const waiting = by.includes('while') ? stream[Symbol.asyncIterator]().next() : undefined;
      if (waiting) await new Promise((resolve) => { setTimeout(resolve, 20); });
      await stream.close();
      if (waiting) expect(await waiting).toEqual({ done: true, value: undefined });
    } else {
      const waiting = failure(stream[Symbol.asyncIterator]().next());
      await new Promise((resolve) => { setTimeout(resolve, 20); });
      controller.abort('enough');
      expect(await waiting).toBe('enough');
    }
    if (by !== 'close, before the first event is read') await over;
  });
  test('sends forms and bytes', async () => {
    const form = new FormData();
    form.set('title', 'Logo');
    form.set('picture', new File(['abc'], 'a.png', { type: 'image/png' }));
    expect(await api.other.upload({ body: form })).toEqual({ said: 'Logo: a.png, 3 bytes' });
    expect(await api.other.hook({ body: Buffer.from('{"a": 1}') as Uint8Array<ArrayBuffer> })).toEqual({ text: '{"a": 1}', type: 'application/octet-stream' });
    expect(await api.other.hook({ body: new Blob(['x'], { type: 'text/x-mine' }) })).toEqual({ text: 'x', type: 'text/x-mine' });
    expect(await api.other.hook({ body: new Blob(['streamed']).stream() })).toMatchObject({ text: 'streamed' });
    await expect(api.other.upload({ body: {} as FormData })).rejects.toThrow('other.upload takes a FormData');
  });

  test('gives an error of the API its code, details and request', async () => {
    const error: unknown = await failure(api.products.add({ body: { name: 'rare' } }));
    expect(error).toMatchObject({ name: 'ApiError', operation: 'products.add', status: 409, code: 'OUT_OF_STOCK', message: 'Not enough in stock.', requestId: 'req-1', faults: [] });
    expect(hasCode(error, OutOfStock) && error.details.product_ids).toEqual(['p1']);
    expect(hasCode(error, ValidationFailed)).toBe(false);
  });
  test('gives every fault of a request', async () => {
    const error: unknown = await failure(api.products.list({ query: { page_size: 1000 } }));
    expect(isApiError(error) && error.faults.map(({ in: part, path }) => `${part} ${path}`)).toEqual(['query page_size']);
    expect(hasCode(error, ValidationFailed) && error.details.faults).toHaveLength(1);
  });
  test('understands problem details too', async () => {
    const error = await failure(api.products.add({ body: { name: 'rare' } }, { headers: { accept: 'application/problem+json, application/json' } }));
    expect(error).toMatchObject({ status: 409, code: 'OUT_OF_STOCK', message: 'Not enough in stock.', details: { product_ids: ['p1'] } });
  });

  test('sends its own headers, the call\'s over them, and a key for repetition', async () => {
    let tokens = 0;
    const own = clientOf({ headers: async () => ({ Authorization: `Bearer ${++tokens}`, 'x-app': 'shop' }) });
    await own.other.echo();
    const { headers } = await own.other.echo({}, { headers: { 'X-App': 'other' }, idempotencyKey: 'k1' });
    expect(headers).toMatchObject({ authorization: 'Bearer 2', 'x-app': 'other', 'idempotency-key': 'k1', accept: 'application/json' });
  });
  test('names the version in a header where it is told to', async () => {
    const own = clientOf({ versionBy: 'header' });
    expect(await own.products.get({ params: { id: '1' } })).toMatchObject({ price: { amount: 1990 } });
    expect((await own.other.echo()).headers).toMatchObject({ 'x-api-version': 'v2' });
  });
  test('passes the request context on, unless it is told not to', async () => {
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, state: 'x=1' };
    const sent = { 'x-request-id': 'r-7', traceparent: `00-${trace.traceId}-${trace.spanId}-01`, tracestate: 'x=1' };
    await runInContext({ requestId: 'r-7', trace }, async () => {
      expect((await api.other.echo()).headers).toMatchObject(sent);
      const unsampled = extendContext({ trace: { ...trace, sampled: false } }, () => api.other.echo());
      expect((await unsampled).headers['traceparent']).toBe(`00-${trace.traceId}-${trace.spanId}-00`);
      const silent = (await clientOf({ propagate: false }).other.echo()).headers;
      for (const name of Object.keys(sent)) expect(silent).not.toHaveProperty(name);
      const aborted = extendContext({ signal: AbortSignal.abort('gone') }, () => failure(api.other.echo()));
      expect(await aborted).toBe('gone');
      const late = await extendContext({ deadline: Date.now() - 1 }, () => failure(api.other.echo()));
      expect(late).toMatchObject({ code: 'API_TIMEOUT' } satisfies Partial<AppError>);
    });
  });
  test('speaks an older version in that version\'s own types, given its declarations', async () => {
    const old = createClient({ get: getV1 }, { baseUrl: how === 'over HTTP' ? `${base}/api` : 'http://here/api', version: 'v1', ...(how === 'in the process' && { fetch: fetchHandler(dispatcher) }) });
    const { data, etag } = await old.get.withResponse({ params: { id: '1' }, headers: { 'x-note': 'hi' } });
    const cents: number = data.price;
    expect([cents, etag, received['x-note']]).toEqual([1990, '"v1-3"', 'hi']);
  });
  test('refuses a route that its version has otherwise or not at all, before anything is sent', async () => {
    const old = clientOf({ version: 'v1' });
    expect((await failure(old.products.get({ params: { id: '1' } }))).message).toContain('products.get is declared since v2 and this client speaks v1');
    expect((await failure(clientOf({ version: 'v10' }).other.gone())).message).toContain('other.gone is gone since v2');
    expect(await old.other.gone()).toEqual({ here: true });
  });
});

test('one contract makes a client too, and names its operations', async () => {
  const api = createClient(productContract, { baseUrl: `${base}/api`, version: 'v2' });
  expect(await failure(api.add({ body: { name: 'rare' } }))).toMatchObject({ operation: 'products.add' });
  expect(Object.keys(api)).toEqual(['list', 'get', 'add', 'change', 'remove']);
});

describe('over a transport of its own, a client', () => {
  const over = (answer: (request: Request) => Response, options: Partial<ClientOptions> = {}) =>
    createClient(otherContract, { baseUrl: 'http://x/base/', version: 'v2', retries: 0, fetch: async (request) => answer(request), ...options });
  const bytesOf = (text: string, size: number, onCancel?: (reason: unknown) => void) => {
    const bytes = new TextEncoder().encode(text);
    let at = 0;
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at < bytes.length) controller.enqueue(bytes.slice(at, at += size));
        else if (!onCancel) controller.close();
      },
      ...(onCancel && { cancel: onCancel }),
    });
  };

  test('puts the version into the path, or into a header', async () => {
    const asked: (string | null)[] = [];
    const answer = ({ url, headers }: Request): Response => {
      asked.push(url, headers.get('x-api-version'));
      return Response.json({ code: 'OK', data: {} });
    };
    await over(answer).echo();
    await over(answer, { versionBy: 'header' }).echo();
    expect(asked).toEqual(['http://x/base/v2/echo', null, 'http://x/base/echo', 'v2']);
  });
  test('reads events whose characters come in pieces, after a byte-order mark', async () => {
    const seen = [];
    for await (const { text } of await over(() => new Response(bytesOf('\uFEFFdata: {"n":1,"text":"é€"}\n\n', 1))).ticks({ query: { n: 1 } })) seen.push(text);
    expect(seen).toEqual(['é€']);
  });
  test('ends what it reads when it is aborted, also where the transport is deaf to that, and leaves no listener', async () => {
    let cancelled: unknown;
    const controller = new AbortController();
    const stream = await over(() => new Response(bytesOf('data: {"n":1,"text":"a"}\n\n', 100, (reason) => { cancelled = reason; }))).ticks({ query: { n: 1 } }, { signal: controller.signal });
    const events = stream[Symbol.asyncIterator]();
    await events.next();
    const waiting = failure(events.next());
    controller.abort('enough');
    expect([await waiting, cancelled]).toEqual(['enough', 'enough']);
  });
  test('leaves no listener behind when a download breaks', async () => {
    const { signal } = new AbortController();
    const broken = new ReadableStream({ pull(controller) { controller.error(new Error('reset')); } });
    const received = await over(() => new Response(broken)).download({}, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    expect(await failure(received.text())).toMatchObject({ code: 'API_UNREACHABLE' });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
  test('tells the length of a file, unless it was compressed on its way', async () => {
    const lengths = [];
    for (const headers of [{ 'content-length': '3' }, { 'content-length': '3', 'content-encoding': 'gzip' }]) lengths.push((await over(() => new Response('abc', { headers })).download()).length);
    expect(lengths).toEqual([3, undefined]);
  });
  test('names the request by the answer\'s body, or else by its header', async () => {
    const ids = [];
    for (const body of [{ request_id: 'body' }, {}]) {
      const error = await failure(over(() => Response.json({ code: 'NO', message: 'x', ...body }, { status: 400, headers: { 'x-request-id': 'header' } })).echo());
      ids.push(error.requestId);
    }
    expect(ids).toEqual(['body', 'header']);
  });
});

test('an answer with fields that a later server adds is taken as it is, or cut to the contract where answers are validated', async () => {
  const fetch = async (): Promise<Response> => Response.json({ code: 'OK', message: 'OK', data: { id: '1', added: true }, more: 1 }, { status: 201 });
  const options = { baseUrl: 'http://x', version: 'v2', fetch };
  expect(await createClient(productContract, options).add({ body: { name: 'x' } })).toEqual({ id: '1', added: true });
  expect(await createClient(productContract, { ...options, validateAnswers: true }).add({ body: { name: 'x' } })).toEqual({ id: '1' });
});
