import { request as httpRequest } from 'node:http';
import type { Logger } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract } from '../contract.js';
import { createDispatcher } from '../dispatcher.js';
import { fakeRequest } from '../fake-request.js';
import { implement } from '../implement.js';
import { plainRoute } from '../plain-route.js';
import { textAnswer } from '../envelope.js';
import { created, file, ok } from '../returns.js';
import { route } from '../route.js';
import { accessLog, type AccessLogOptions } from './access-log.js';
import { clientAddress } from './client-address.js';
import { requestId } from './request-id.js';
import { served } from '../../test/served.js';

const params = z.object({ id: z.string() });
const one = route({ method: 'GET', path: '/orders/{id}', summary: 'One', access: 'public', params, query: z.object({ token: z.string().optional() }), returns: ok(z.object({ id: z.string() })) });
const place = route({ method: 'POST', path: '/orders', summary: 'Place', access: 'authenticated', body: z.object({ password: z.string() }), returns: created(z.object({ id: z.string() })) });
const boom = route({ method: 'GET', path: '/boom', summary: 'Boom', access: 'public', returns: ok(z.object({})) });
const download = route({ method: 'GET', path: '/download', summary: 'Download', access: 'public', query: z.object({ endless: z.boolean().default(false) }), returns: file('text/plain') });

async function* chunks(endless: boolean): AsyncGenerator<string> {
  yield 'ä'.repeat(10);
  while (endless) {
    await new Promise((resolve) => { setTimeout(resolve, 5); });
    yield 'x'.repeat(1_000);
  }
  yield 'end';
}

function logging(options: Partial<AccessLogOptions> = {}) {
  const lines: [level: string, message: string, fields: any][] = [];
  const write = (level: string) => (message: string, fields?: object): void => { lines.push([level, message, fields]); };
  const logger: Logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), child: () => logger };
  const settings = {
    versions: versionSet({ supported: ['v1', 'v2'], default: 'v1' }),
    routes: [implement(contract('log', { one, place, boom, download }), {}, () => ({
      one: ({ params: { id } }) => ({ id }),
      place: () => ({ id: 'o1' }),
      boom: () => { throw new Error('boom'); },
      download: ({ query }) => ({ body: chunks(query.endless) }),
    }))],
    plain: [plainRoute({ method: 'GET', path: '/health/live', access: 'public', handle: () => textAnswer(200, 'text/plain', 'ok') })],
    authenticator: { authenticate: ({ header }: { header: (name: string) => string | undefined }) => (header('authorization') === undefined ? undefined : { id: 'u1', kind: 'user' as const, roles: [], permissions: new Set<string>() }) },
    middleware: [clientAddress(), requestId(), accessLog({ logger, ...options })],
  };
  return { lines, settings };
}

test('a request is one line with everything one asks about later, and nothing that is secret', async () => {
  const { lines, settings } = logging();
  await using http = await served(settings);
  await http.send('GET', '/api/v2/orders/o%207?token=secret', { 'x-request-id': 'r1', cookie: 'secret' });
  await http.send('POST', '/api/orders', { authorization: 'secret', 'content-type': 'application/json', 'x-request-id': 'r2' }, '{"password":"secret"}');
  expect(lines).toEqual([
    ['info', 'Request answered.', {
      method: 'GET', route: 'GET /orders/{id}', path: '/api/v2/orders/o%207', status: 200, duration_ms: expect.any(Number), bytes: 48,
      request_id: 'r1', caller: 'anonymous', remote_address: '127.0.0.1', version: 'v2',
    }],
    ['info', 'Request answered.', {
      method: 'POST', route: 'POST /orders', path: '/api/orders', status: 201, duration_ms: expect.any(Number), bytes: 47,
      request_id: 'r2', caller: 'u1', remote_address: '127.0.0.1', version: 'v1',
    }],
  ]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

test('bytes are those of the body, also where its length is known only at its end', async () => {
  const { lines, settings } = logging();
  await using http = await served(settings);
  const { bytes } = await http.send('GET', '/api/download');
  await http.send('HEAD', '/api/download');
  await http.send('HEAD', '/api/orders/1');
  expect(lines.map(([, , { method, bytes: counted, aborted }]) => [method, counted, aborted])).toEqual([['GET', bytes.length, undefined], ['HEAD', 0, undefined], ['HEAD', 0, undefined]]);
  expect(bytes).toHaveLength(23);
});

test('a client that leaves half-way is told by `aborted`', async () => {
  const { lines, settings } = logging();
  await using http = await served(settings);
  await new Promise<void>((resolve) => {
    const request = httpRequest(`${http.url}/api/download?endless=true`, { agent: false }, (response) => {
      response.once('data', () => { request.destroy(); resolve(); });
    });
    request.on('error', () => {}).end();
  });
  for (let i = 0; lines.length === 0 && i < 400; i++) await new Promise((resolve) => { setTimeout(resolve, 5); });
  expect(lines[0]![2]).toMatchObject({ route: 'GET /download', status: 200, aborted: true });
});

test('failures are warnings with their code; refusals are not', async () => {
  const { lines, settings } = logging();
  await using http = await served(settings);
  await http.send('GET', '/api/boom');
  await http.send('GET', '/nowhere');
  await http.send('PUT', '/api/orders');
  expect(lines.map(([level, , { status, route: label, error_code, version }]) => [level, status, label, error_code, version])).toEqual([
    ['warn', 500, 'GET /boom', undefined, 'v1'],
    ['info', 404, 'unmatched', 'ROUTE_NOT_FOUND', undefined],
    ['info', 405, 'unmatched', 'METHOD_NOT_ALLOWED', 'v1'],
  ]);
});

test('lines can be left out, and levels chosen', async () => {
  const { lines, settings } = logging({ skip: ({ path }) => path.startsWith('/health/'), level: (status, { route: label }) => (status === 404 && label === 'unmatched' ? 'debug' : 'error') });
  const dispatcher = createDispatcher(settings);
  await dispatcher.handle(fakeRequest('GET', '/health/live'));
  await dispatcher.handle(fakeRequest('GET', '/nowhere'));
  await dispatcher.handle(fakeRequest('GET', '/api/orders/1'));
  expect(lines.map(([level, , { path }]) => [level, path])).toEqual([['debug', '/nowhere'], ['error', '/api/orders/1']]);
});
