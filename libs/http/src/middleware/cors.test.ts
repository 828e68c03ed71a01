import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract } from '../contract.js';
import { implement } from '../implement.js';
import { ok } from '../returns.js';
import { route } from '../route.js';
import { cors, type CorsOptions } from './cors.js';
import { served, type Received } from '../../test/served.js';

const change = route({ method: 'PUT', path: '/orders/{id}', summary: 'Change', access: 'orders:write', params: z.object({ id: z.string() }), returns: ok(z.object({})) });
const read = route({ method: 'GET', path: '/orders/{id}', summary: 'Read', access: 'public', params: z.object({ id: z.string() }), returns: ok(z.object({})) });
const options = (settings: CorsOptions) => ({
  versions: versionSet({ supported: ['v1'], default: 'v1' }),
  routes: [implement(contract('orders', { change, read }), {}, () => ({ change: () => ({}), read: () => ({}) }))],
  middleware: [cors(settings)],
});
const mine = 'https://app.example.com';
const asked = { origin: mine, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type,if-match' };
const allowed = ({ headers }: Received): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-') || name === 'vary'));

test('a preflight is answered in front of authentication, at any address', async () => {
  await using http = await served(options({ origins: [mine] }));
  for (const path of ['/api/v1/orders/1', '/api/orders/1', '/api/v9/orders/1', '/nowhere']) {
    const answer = await http.send('OPTIONS', path, asked);
    expect([path, answer.status, answer.text, answer.headers['content-length'], allowed(answer)]).toEqual([path, 204, '', undefined, {
      'access-control-allow-origin': mine,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-API-Key, X-API-Version, X-Request-Id, traceparent, tracestate',
      'access-control-max-age': '600',
      vary: path === '/api/v1/orders/1' || path === '/nowhere' ? 'Origin' : 'X-API-Version, Origin',
    }]);
  }
});

test('answers to an allowed origin can be read by its scripts, refusals too', async () => {
  await using http = await served(options({ origins: [mine, 'http://localhost:5173'], exposed: ['ETag', 'X-Request-Id'] }));
  const answers = [await http.send('GET', '/api/v1/orders/1', { origin: mine }), await http.send('PUT', '/api/v1/orders/1', { origin: 'http://localhost:5173' })];
  expect(answers.map((answer) => [answer.status, allowed(answer)])).toEqual([
    [200, { 'access-control-allow-origin': mine, 'access-control-expose-headers': 'ETag, X-Request-Id', vary: 'Origin' }],
    [401, { 'access-control-allow-origin': 'http://localhost:5173', 'access-control-expose-headers': 'ETag, X-Request-Id', vary: 'Origin' }],
  ]);
});

test.each(['https://app.example.com.evil.com', 'https://evil-app.example.com', 'http://app.example.com', 'https://app.example.com:8443', 'null', 'HTTPS://APP.EXAMPLE.COM', `${mine}, https://evil.com`])(
  'the origin %s gets nothing, and caches are told that it matters', async (origin) => {
    await using http = await served(options({ origins: [mine], credentials: true }));
    const answers = [await http.send('GET', '/api/v1/orders/1', { origin }), await http.send('OPTIONS', '/api/v1/orders/1', { ...asked, origin })];
    expect(answers.map((answer) => [answer.status, allowed(answer)])).toEqual([[200, { vary: 'Origin' }], [204, { vary: 'Origin' }]]);
  },
);

test('a request without an origin is told apart for caches as well', async () => {
  await using http = await served(options({ origins: [mine] }));
  expect(allowed(await http.send('GET', '/api/v1/orders/1'))).toEqual({ vary: 'Origin' });
});

test('an OPTIONS that is no preflight is the route\'s own', async () => {
  await using http = await served(options({ origins: [mine] }));
  const answer = await http.send('OPTIONS', '/api/v1/orders/1', { origin: mine });
  expect([answer.status, answer.headers['allow']]).toEqual([204, 'GET, HEAD, OPTIONS, PUT']);
});

test('anyone is anyone: `*` and no Vary', async () => {
  for (const origins of ['*', ['*']] as const) {
    await using http = await served(options({ origins, exposed: [], headers: ['X-A'], methods: ['GET'], maxAge: { hours: 2 } }));
    expect(allowed(await http.send('GET', '/api/v1/orders/1', { origin: 'https://anyone.example' }))).toEqual({ 'access-control-allow-origin': '*' });
    expect(allowed(await http.send('OPTIONS', '/api/v1/orders/1', asked))).toEqual({
      'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET', 'access-control-allow-headers': 'X-A', 'access-control-max-age': '7200',
    });
  }
});

test('credentials are allowed by name, to a function\'s choice as well', async () => {
  await using http = await served(options({ origins: (origin) => /^https:\/\/[a-z]+\.example\.com$/.test(origin), credentials: true, exposed: [] }));
  const got = { 'access-control-allow-credentials': 'true', 'access-control-allow-origin': 'https://a.example.com', vary: 'Origin' };
  expect(allowed(await http.send('GET', '/api/v1/orders/1', { origin: 'https://a.example.com' }))).toEqual(got);
  expect(allowed(await http.send('OPTIONS', '/api/v1/orders/1', { ...asked, origin: 'https://a.example.com' }))).toMatchObject(got);
  expect(allowed(await http.send('GET', '/api/v1/orders/1', { origin: 'https://a.b.example.com' }))).toEqual({ vary: 'Origin' });
});

test('nobody is the default, and costs no header', async () => {
  await using http = await served(options({}));
  expect(allowed(await http.send('GET', '/api/v1/orders/1', { origin: mine }))).toEqual({});
});

test('what could never work is refused when it is made', () => {
  expect(() => cors({ origins: '*', credentials: true })).toThrow('browsers refuse "*"');
  expect(() => cors({ origins: [mine, '*'], credentials: true })).toThrow('browsers refuse "*"');
  expect(() => cors({ origins: [`${mine}/`] })).toThrow(`"${mine}/" is not what a browser sends; write ${mine}.`);
  expect(() => cors({ origins: ['https://App.example.com:443'] })).toThrow(`write ${mine}.`);
  expect(() => cors({ origins: ['app.example.com'] })).toThrow('is not an origin');
  expect(() => cors({ origins: ['null'] })).toThrow('is not an origin');
  expect(cors({ origins: ['capacitor://localhost'] }).request).toBeDefined();
});
