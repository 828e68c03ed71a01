import { gunzipSync } from 'node:zlib';
import type { Logger } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract } from '../contract.js';
import { implement } from '../implement.js';
import { ok } from '../returns.js';
import { route } from '../route.js';
import { defaultMiddleware, type DefaultMiddlewareOptions } from './default-middleware.js';
import { served } from '../../test/served.js';

const list = route({ method: 'GET', path: '/list', summary: 'List', access: 'public', returns: ok(z.object({ items: z.array(z.string()) })) });
const boom = route({ method: 'GET', path: '/boom', summary: 'Boom', access: 'public', returns: ok(z.object({})) });
const settings = (options?: DefaultMiddlewareOptions) => ({
  versions: versionSet({ supported: ['v1'], default: 'v1' }),
  routes: [implement(contract('x', { list, boom }), {}, () => ({ list: () => ({ items: Array<string>(200).fill('item') }), boom: () => { throw new Error('boom'); } }))],
  middleware: defaultMiddleware(options),
});

test('everything is there, in the order that is documented', () => {
  const all = ['client-address', 'request-id', 'http-metrics', 'access-log', 'api-version-usage', 'security-headers', 'cors', 'rate-limit', 'compression'];
  expect(defaultMiddleware().map(({ name }) => name)).toEqual(all);
  expect(defaultMiddleware({ metrics: false, accessLog: false, versionUsage: false, securityHeaders: false, cors: false, rateLimit: false, compression: false }).map(({ name }) => name)).toEqual(all.slice(0, 2));
});

test('together they answer as each of them says', async () => {
  const lines: any[] = [];
  const logger: Logger = { debug() {}, info: (_, fields) => { lines.push(fields); }, warn() {}, error() {}, child: () => logger };
  await using http = await served(settings({ logger, cors: { origins: ['https://app.example.com'] }, trustProxy: 'loopback' }));
  const { status, headers, bytes } = await http.send('GET', '/api/v1/list', { origin: 'https://app.example.com', 'accept-encoding': 'gzip', 'x-request-id': 'r1', 'x-forwarded-for': '203.0.113.9' });
  const { date: _date, connection: _connection, ...told } = headers;
  expect([status, told]).toEqual([200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(bytes.length),
    'content-encoding': 'gzip',
    vary: 'Accept-Encoding, Origin',
    'x-request-id': 'r1',
    'access-control-allow-origin': 'https://app.example.com',
    'access-control-expose-headers': 'Content-Disposition, Deprecation, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Sunset, X-Request-Id',
    'ratelimit-policy': '"default";q=300;w=60',
    ratelimit: '"default";r=299;t=61',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
  }]);
  expect(JSON.parse(gunzipSync(bytes).toString()).data.items).toHaveLength(200);
  expect(lines).toEqual([expect.objectContaining({ route: 'GET /list', request_id: 'r1', remote_address: '203.0.113.9', bytes: bytes.length })]);
});

test('whatever is refused carries the id, the headers and what a browser needs to read it', async () => {
  const lines: any[] = [];
  const write = (_: string, fields?: object): void => { lines.push(fields); };
  const logger: Logger = { debug() {}, info: write, warn: write, error() {}, child: () => logger };
  await using http = await served(settings({ logger, cors: { origins: '*' }, rateLimit: { max: 3, window: { hours: 1 } } }));
  const asked = [['GET', '/nowhere'], ['PUT', '/api/list'], ['GET', '/api/boom'], ['GET', '/api/list']] as const;
  for (const [method, path] of asked) {
    const { headers, json } = await http.send(method, path, { origin: 'https://anyone.example' });
    expect(headers).toMatchObject({ 'x-request-id': json.request_id, 'x-frame-options': 'DENY', 'access-control-allow-origin': '*' });
  }
  expect(lines.map(({ status }) => status)).toEqual([404, 405, 500, 429]);
});
