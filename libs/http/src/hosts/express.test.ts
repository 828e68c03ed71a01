import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { currentContext } from '@org/enterprise-kernel';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import request from 'supertest';
import { parts } from '../../test/hosts/parts.js';
import { contextMiddleware, expressContracts, expressServer } from './express.js';

// Middleware that people use, without types here.
const use = createRequire(import.meta.url) as (name: string) => (options: object) => RequestHandler;
const cors = use('cors');
const compression = use('compression');

const part = { id: 'a', name: 'n', size: 1 };
const app = (...handlers: RequestHandler[]): Express => {
  const made = express();
  for (const handler of handlers) made.use(handler);
  return made;
};

describe('in an existing app', () => {
  test('what is not a contract\'s goes on to the app, and what is does not', async () => {
    const own = app(expressContracts(parts().dispatcher));
    own.get('/own', (_request, response) => { response.send('own'); });
    own.get('/api/v1/ping', (_request, response) => { response.send('never'); });
    expect((await request(own).get('/own')).text).toBe('own');
    expect((await request(own).get('/api/v1/ping')).body.code).toBe('OK');
    expect((await request(own).get('/api/v1/nothing')).text).toContain('Cannot GET'); // Express's own page
  });

  test('with unmatched: answer, everything that reaches it is answered in the envelope', async () => {
    const own = app(expressContracts(parts().dispatcher, { unmatched: 'answer' }));
    expect((await request(own).get('/own')).body).toMatchObject({ code: 'ROUTE_NOT_FOUND', data: null });
  });

  test('routes keep their addresses wherever it is mounted', async () => {
    const own = app();
    own.use('/api', expressContracts(parts().dispatcher));
    own.use('/shop', expressContracts(parts().dispatcher));
    expect((await request(own).get('/api/v1/ping')).status).toBe(200);
    expect((await request(own).get('/shop/api/v1/ping')).status).toBe(404);
  });

  test('headers of middleware stay, lists are joined, and the answer\'s own value wins', async () => {
    const own = app(cors({ origin: ['http://a.example'], exposedHeaders: 'ETag' }), (_request, response, next) => {
      response.setHeader('Content-Type', 'text/wrong').setHeader('Strict-Transport-Security', 'max-age=1').append('Set-Cookie', 'a=1');
      response.vary('x-api-version');
      next();
    }, expressContracts(parts().dispatcher));
    const { headers } = await request(own).get('/api/parts/a').set('Origin', 'http://a.example');
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8', 'strict-transport-security': 'max-age=1', 'set-cookie': ['a=1'],
      'access-control-allow-origin': 'http://a.example', vary: 'Origin, X-API-Version', etag: '"v1-7"',
    });
  });

  test('an error never reaches the app\'s error handlers', async () => {
    const reached: unknown[] = [];
    const handler: ErrorRequestHandler = (error, _request, response, _next) => { reached.push(error); response.status(500).send('app'); };
    const own = app(expressContracts(parts().dispatcher)).use(handler);
    expect((await request(own).get('/api/v1/crash')).body.code).toBe('INTERNAL_ERROR');
    expect((await request(own).get('/api/v1/parts/missing')).body.code).toBe('PART_UNKNOWN');
    expect(reached).toEqual([]);
  });

  test('compression that wraps the response works on answers and streams', async () => {
    const own = app(compression({ threshold: 0 }), expressContracts(parts().dispatcher));
    const answer = await request(own).get('/api/v1/parts/a');
    expect([answer.headers['content-encoding'], answer.body.data.name]).toEqual(['gzip', 'bolt']);
    const stream = await request(own).get('/api/v1/blob');
    expect([stream.status, (stream.body as Buffer).length]).toEqual([200, 20_000_000]);
  });

  test('an answer after somebody else has answered is dropped', async () => {
    const own = app((_request, response, next) => { next(); response.status(503).end('too late'); }, expressContracts(parts().dispatcher));
    expect((await request(own).get('/api/v1/slow?ms=5')).status).toBe(503);
  });
});

describe('with a body parser in front', () => {
  const post = (own: Express, body: string, type = 'application/json') => request(own).post('/api/v2/parts').set('Content-Type', type).send(body);

  test.each([
    ['express.json()', express.json()], ['express.raw()', express.raw({ type: '*/*' })], ['express.text()', express.text({ type: '*/*' })],
  ])('a body that %s has read is used, with the same checks', async (_name, parser) => {
    const own = app(parser, expressContracts(parts().dispatcher));
    expect((await post(own, JSON.stringify(part))).status).toBe(201);
    expect((await post(own, JSON.stringify({ ...part, extra: 1 }))).body.errors).toEqual([{ path: 'extra', message: 'is not known here', in: 'body' }]);
  });

  test.each([['express.raw()', express.raw({ type: '*/*', limit: '1mb' })], ['express.text()', express.text({ type: '*/*', limit: '1mb' })]])('the route\'s own limit holds for %s', async (_name, parser) => {
    const own = app(parser, expressContracts(parts().dispatcher));
    expect((await post(own, JSON.stringify({ ...part, name: 'x'.repeat(100_000) }))).status).toBe(413);
    expect((await post(own, '{')).body.code).toBe('VALIDATION_FAILED');
  });

  test('a form is not taken for JSON, for a page of another origin may send one', async () => {
    const own = app(express.urlencoded(), expressContracts(parts().dispatcher));
    expect((await post(own, 'id=a&name=n&size=1', 'application/x-www-form-urlencoded')).body.code).toBe('UNSUPPORTED_MEDIA_TYPE');
  });

  test('a body that somebody has read and thrown away is missing, and nothing hangs', async () => {
    const own = app((incoming, _response, next) => { incoming.resume().on('end', next); }, expressContracts(parts().dispatcher));
    expect((await post(own, JSON.stringify(part))).body.errors).toEqual([{ path: '', message: 'is required', in: 'body' }]);
  });
});

describe('the client\'s address', () => {
  const address = async (own: Express): Promise<unknown> => (await request(own).get('/api/v1/ping').set('X-Forwarded-For', '203.0.113.9')).headers['x-seen-address'];

  test('is the peer\'s, or with Express\'s trust proxy the reported one', async () => {
    expect(await address(app(expressContracts(parts().dispatcher)))).toMatch(/127\.0\.0\.1$/);
    const trusting = app(expressContracts(parts().dispatcher));
    trusting.set('trust proxy', 'loopback');
    expect(await address(trusting)).toBe('203.0.113.9');
  });
});

describe('the request context', () => {
  test('of the app\'s own routes survives body parsers and is the dispatcher\'s too', async () => {
    const own = app(contextMiddleware(), express.json(), expressContracts(parts().dispatcher));
    own.post('/own', async (_request, response) => {
      await new Promise((resolve) => { setTimeout(resolve, 1); });
      response.json({ id: currentContext()?.requestId });
    });
    const ids = await Promise.all(['a', 'b', 'c'].map(async (id) => (await request(own).post('/own').set('X-Request-Id', id).send({ x: 'y'.repeat(50_000) })).body.id));
    expect(ids).toEqual(['a', 'b', 'c']);
    const made = await request(own).get('/api/v1/ping').set('X-Request-Id', 'not<harmless>');
    expect(made.body.data.request_id).toMatch(/^[\da-f-]{36}$/);
    expect(currentContext()).toBeUndefined();
  });

  test('knows the trace, and aborts its signal when the client has left', async () => {
    let seen: ReturnType<typeof currentContext>;
    const own = app(contextMiddleware(), (_request, response) => { seen = currentContext(); if (seen!.signal!.aborted) response.end(); });
    const server = createServer(own as RequestListener).listen(0);
    const { port } = server.address() as AddressInfo;
    const leave = new AbortController();
    const answer = fetch(`http://127.0.0.1:${port}/`, { signal: leave.signal, headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } });
    while (!seen) await new Promise(setImmediate);
    leave.abort();
    await expect(answer).rejects.toThrow('aborted');
    await new Promise((resolve) => { if (seen!.signal!.aborted) resolve(0); else seen!.signal!.onabort = resolve; });
    expect(seen.trace).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', sampled: true });
    server.close();
  });
});

test('a server takes an app of one\'s own, whose routes come first', async () => {
  const own = app((_request, response, next) => { response.setHeader('X-From-App', 'yes'); next(); });
  own.get('/own', (_request, response) => { response.send('own'); });
  await using server = expressServer(parts().dispatcher, { app: own });
  const { url } = await server.listen();
  expect(await (await fetch(`${url}/own`)).text()).toBe('own');
  const answer = await fetch(`${url}/api/v1/ping`);
  expect([answer.status, answer.headers.get('x-from-app')]).toEqual([200, 'yes']);
  expect(((await (await fetch(`${url}/nothing`)).json()) as any).code).toBe('ROUTE_NOT_FOUND');
});

test('a server without an app does not say what it is made of', async () => {
  await using server = expressServer(parts().dispatcher);
  const { url } = await server.listen();
  expect((await fetch(`${url}/api/v1/ping`)).headers.get('x-powered-by')).toBeNull();
});
