import { getEventListeners, once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { z } from 'zod';
import { contract } from '../contract.js';
import { events, noContent, ok } from '../returns.js';
import { route } from '../route.js';
import { createClient, type ClientOptions } from './index.js';

const open = { access: 'public', summary: 'x' } as const;
const x = contract('x', {
  read: route({ ...open, method: 'GET', path: '/x', returns: ok(z.object({ n: z.int() })) }),
  add: route({ ...open, method: 'POST', path: '/x', returns: ok(z.object({ n: z.int() })) }),
  remove: route({ ...open, method: 'DELETE', path: '/x', returns: noContent() }),
  ticks: route({ ...open, method: 'GET', path: '/ticks', returns: events(z.object({ n: z.int() })) }),
});

// What the server does with each connection, written byte by byte: no HTTP library would misbehave like this.
let behave: (socket: Socket, request: string) => void;
let requests = 0;
let server: Server;
let baseUrl = '';
const sockets = new Set<Socket>();
beforeAll(async () => {
  server = createServer();
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
    socket.on('data', (data) => { requests++; behave(socket, String(data)); });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => { requests = 0; });
afterEach(() => { for (const socket of sockets) socket.destroy(); });
afterAll(() => new Promise((resolve) => { server.close(resolve); }));

const write = (status: string, type: string, body: string, extra = '') => (socket: Socket): void => {
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n${extra}\r\n${body}`);
};
const clientOf = (options: Partial<ClientOptions> = {}) => createClient(x, { baseUrl, version: 'v1', validateAnswers: true, retries: 0, ...options });
const failure = (work: Promise<unknown>): Promise<any> => work.then((value) => { throw new Error(`It did not fail: ${JSON.stringify(value)}`); }, (error: unknown) => error);

describe('a server', () => {
  test('that does not exist is unreachable, and the cause says why', async () => {
    const other = createServer();
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const { port } = other.address() as AddressInfo;
    await new Promise((resolve) => { other.close(resolve); });
    const error = await failure(clientOf({ baseUrl: `http://127.0.0.1:${port}` }).read());
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', kind: 'unavailable', details: { operation: 'x.read' } });
    expect(error.cause.cause.code).toBe('ECONNREFUSED');
    expect(JSON.stringify(error)).not.toContain('127.0.0.1');
  });
  test('that takes the request and says nothing is left when the time is over, with its socket', async () => {
    const closed = new Promise((resolve) => { behave = (socket) => { socket.once('close', resolve); }; });
    expect(await failure(clientOf({ attemptTimeout: { milliseconds: 50 } }).read())).toMatchObject({ code: 'API_TIMEOUT', details: { limit_ms: 50 } });
    await closed;
  });
  test('that stops in the middle of its answer is left when the time is over', async () => {
    behave = (socket) => { socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"code":"OK"'); };
    expect(await failure(clientOf({ attemptTimeout: { milliseconds: 50 } }).read())).toMatchObject({ code: 'API_TIMEOUT' });
  });
  test('that resets the connection in the middle of its answer is asked again, if that does no harm', async () => {
    const reset = (socket: Socket): void => { socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"code":"OK"', () => socket.resetAndDestroy()); };
    behave = (socket) => (requests === 1 ? reset(socket) : write('200 OK', 'application/json', '{"code":"OK","data":{"n":1}}')(socket));
    expect(await clientOf({ retries: 1 }).read()).toEqual({ n: 1 });
    expect(requests).toBe(2);
    behave = reset;
    expect(await failure(clientOf({ retries: 5 }).add())).toMatchObject({ code: 'API_UNREACHABLE' });
    expect(requests).toBe(3);
  });
  test.each([
    ['is not JSON', '200 OK', 'text/html', '<html>Please log in to the wireless network</html>'],
    ['is not JSON', '200 OK', 'application/json', '{"code":"OK","data":{"n":'],
    ['is not JSON', '200 OK', 'application/json', ''],
    ['has no envelope', '200 OK', 'application/json', '[1]'],
    ['has no envelope', '200 OK', 'application/json', 'null'],
    ['has no envelope', '200 OK', 'application/json', '{"n":1}'],
    ['does not fit the contract', '200 OK', 'application/json', '{"code":"OK","data":{"n":"1"}}'],
    ['has a status that the contract does not declare', '202 Accepted', 'application/json', '{"code":"OK","data":{"n":1}}'],
    ['has a status that the contract does not declare', '302 Found', 'text/html', 'elsewhere'],
    ['has a status that the contract does not declare', '304 Not Modified', 'text/html', ''],
    ['is an error that is not of this API', '403 Forbidden', 'text/html', '<html>Web application firewall</html>'],
    ['is an error that is not of this API', '401 Unauthorized', 'application/json', '{"message":"No API key found"}'],
    ['is an error that is not of this API', '500 Oops', 'application/json', 'null'],
  ])('whose answer %s (%s, %s, %j) is not understood, and not asked again', async (reason, status, type, body) => {
    behave = write(status, type, body);
    const error = await failure(clientOf({ retries: 3 }).read());
    expect(error).toMatchObject({ code: 'API_ANSWER_INVALID', kind: 'unavailable', details: { operation: 'x.read', status: Number(status.slice(0, 3)), reason } });
    if (reason !== 'does not fit the contract') expect(error.cause.message).toBe(`The answer begins with: ${body}`);
    expect(requests).toBe(1);
  });
  test('behind a proxy that shows its own page for it is unreachable', async () => {
    behave = write('503 Service Unavailable', 'text/html', '<html>nginx</html>', 'Retry-After: 120\r\n');
    expect(await failure(clientOf().read())).toMatchObject({ code: 'API_UNREACHABLE', details: { operation: 'x.read', status: 503, retry_after_seconds: 120 } });
  });
  test('that answers something to a request for nothing has done it all the same', async () => {
    behave = (socket) => { socket.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n'); };
    expect(await clientOf().remove()).toBeUndefined();
  });
  test('that sends an event which is no JSON, or none of the contract, ends the events', async () => {
    for (const [event, reason] of [['{', 'is not JSON'], ['{"n":"x"}', 'does not fit the contract']]) {
      behave = write('200 OK', 'text/event-stream', `data: {"n":1}\n\ndata: ${event}\n\n`);
      const seen: number[] = [];
      const reading = (async () => { for await (const { n } of await clientOf().ticks()) seen.push(n); })();
      expect(await failure(reading)).toMatchObject({ code: 'API_ANSWER_INVALID', details: { operation: 'x.ticks', reason } });
      expect(seen).toEqual([1]);
    }
  });
  test('that leaves in the middle of its events is told from one that has come to their end', async () => {
    behave = (socket) => { socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n19\r\nid: 4\nretry: 50\ndata: {}\n\r\n1\r\n\n\r\n', () => setTimeout(() => socket.resetAndDestroy(), 20)); };
    const stream = await clientOf({ validateAnswers: false }).ticks();
    const seen: unknown[] = [];
    expect(await failure((async () => { for await (const event of stream) seen.push(event); })())).toMatchObject({ code: 'API_UNREACHABLE' });
    expect([seen, stream.lastEventId, stream.retryAfter]).toEqual([[{}], '4', { milliseconds: 50 }]);
  });
});

test('calls leave no listener on a signal that outlives them', async () => {
  behave = write('200 OK', 'application/json', '{"code":"OK","data":{"n":1}}');
  const { signal } = new AbortController();
  const api = clientOf();
  await api.read({}, { signal });
  behave = write('404 Not Found', 'application/json', '{"code":"GONE","message":"x","data":null}');
  await failure(api.read({}, { signal }));
  behave = write('200 OK', 'text/event-stream', 'data: {"n":1}\n\n');
  for await (const { n } of await api.ticks({}, { signal })) expect(n).toBe(1);
  await (await api.ticks({}, { signal })).close();
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});
