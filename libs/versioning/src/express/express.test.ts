import { manualClock, type Labels, type Meter } from '@org/enterprise-kernel';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import request from 'supertest';
import { headerVersion, pathVersion, queryVersion, versionSet, versionUsage, type VersionUsage } from '../index.js';
import { apiVersion, versionedRouter, versionErrors, versionOf, type VersionedRouter } from './index.js';

const clock = manualClock(Date.UTC(2026, 5, 1));
const set = versionSet({
  supported: ['v1', 'v2', 'v3'],
  default: 'v2',
  lifecycle: { v1: { deprecated: '2026-01-01', sunset: '2026-12-31', info: 'https://example.com/v1', afterSunset: 'gone' } },
  neutral: ['/api/ping'],
  clock,
});
beforeEach(() => clock.set(Date.UTC(2026, 5, 1)));

const say = (text: string): RequestHandler => (req, res) => {
  res.json({ text, version: versionOf(req)?.version.name, url: req.url, base: req.baseUrl, original: req.originalUrl, params: req.params });
};
const app = (...handlers: RequestHandler[]): Express => {
  const made = express();
  for (const handler of handlers) made.use(handler);
  made.use(versionErrors());
  return made;
};

describe('the middleware', () => {
  const plain = app(apiVersion(set), say('plain'));

  test('lets handlers ask for the version, its source and the rest of the path', async () => {
    const inspecting = app(apiVersion(set), (req, res) => { res.json(versionOf(req)); });
    expect((await request(inspecting).get('/api/v3/users/1?x=1')).body).toMatchObject({ version: { name: 'v3' }, path: '/users/1', source: 'path' });
    expect((await request(inspecting).get('/api/users').set('X-API-Version', '3')).body).toMatchObject({ version: { name: 'v3' }, source: 'header' });
    expect((await request(inspecting).get('/api/users')).body).toMatchObject({ version: { name: 'v2' }, source: 'default' });
  });

  test('announces the end of a version, beside links that others add', async () => {
    const linking = app((_, res, next) => { res.append('Link', '</next>; rel="next"'); next(); }, apiVersion(set), say('x'));
    const { headers } = await request(linking).get('/api/v1/users');
    expect(headers).toMatchObject({ deprecation: '@1767225600', sunset: 'Thu, 31 Dec 2026 00:00:00 GMT' });
    expect(headers['link']).toBe('</next>; rel="next", <https://example.com/v1>; rel="deprecation"; type="text/html", <https://example.com/v1>; rel="sunset"; type="text/html"');
    const fresh = await request(linking).get('/api/v2/users');
    expect(fresh.headers).not.toHaveProperty('deprecation');
  });

  test('tells caches when a request header decided', async () => {
    expect((await request(plain).get('/api/users')).headers['vary']).toBe('X-API-Version');
    expect((await request(plain).get('/api/v2/users')).headers).not.toHaveProperty('vary');
  });

  test('leaves neutral paths and those outside the prefix alone', async () => {
    for (const path of ['/api/ping', '/health', '/apis']) {
      const { body, headers } = await request(plain).get(path).set('X-API-Version', 'v9');
      expect(body).toMatchObject({ text: 'plain' });
      expect(body).not.toHaveProperty('version');
      expect(headers).not.toHaveProperty('vary');
    }
  });

  test.each([
    ['/api/v10/users', {}, 404, 'API_VERSION_UNSUPPORTED'],
    ['/api/users', { 'X-API-Version': 'v10' }, 400, 'API_VERSION_UNSUPPORTED'],
    ['/api/v2/users', { 'X-API-Version': 'v3' }, 400, 'API_VERSION_CONFLICT'],
  ])('refuses %s with %j: %d %s', async (path, headers, status, code) => {
    const response = await request(plain).get(path).set(headers);
    expect(response.status).toBe(status);
    expect(response.body).toMatchObject({ code, data: null, message: expect.any(String), details: expect.any(Object) });
    expect(response.headers['vary']).toBe('X-API-Version');
  });

  test('answers 410 after the sunset, still saying when that was', async () => {
    clock.set(Date.UTC(2027, 0, 1));
    const response = await request(plain).get('/api/v1/users');
    expect(response.status).toBe(410);
    expect(response.body).toMatchObject({ code: 'API_VERSION_GONE', details: { supported: ['v2', 'v3'] } });
    expect(response.headers['sunset']).toBe('Thu, 31 Dec 2026 00:00:00 GMT');
  });

  test('works where the prefix is already part of the mount, or not yet', async () => {
    const shop = express();
    shop.use('/api', apiVersion(set), say('mounted at the prefix'));
    const outer = express();
    outer.use('/shop', shop);
    expect((await request(outer).get('/shop/api/v3/users')).body).toMatchObject({ version: 'v3' });
    const whole = express();
    whole.use('/shop', app(apiVersion(set), say('mounted above the prefix')));
    expect((await request(whole).get('/shop/api/v3/users')).body).toMatchObject({ version: 'v3' });
  });

  test('reads query parameters, repeated ones too', async () => {
    const queried = app(apiVersion(versionSet({ supported: ['v1', 'v2'], default: 'v1', strategies: [pathVersion(), queryVersion()] })), say('x'));
    expect((await request(queried).get('/api/x?api-version=v2')).body).toMatchObject({ version: 'v2' });
    expect((await request(queried).get('/api/x')).body).toMatchObject({ version: 'v1' });
    expect((await request(queried).get('/api/x?api-version=v2&api-version=v1')).body).toMatchObject({ code: 'API_VERSION_CONFLICT' });
  });

  test('two headers that disagree are a conflict on the wire as well', async () => {
    const server = plain.listen(0);
    try {
      const { port } = server.address() as { port: number };
      const { request: send } = await import('node:http');
      const status = await new Promise((resolve, reject) => {
        send({ port, path: '/api/x', headers: { 'X-API-Version': ['v1', 'v2'] } }, (res) => { res.resume(); resolve(res.statusCode); }).on('error', reject).end();
      });
      expect(status).toBe(400);
    } finally {
      server.close();
    }
  });
});

describe('errors', () => {
  const failing = (error: unknown, before: RequestHandler = (_req, _res, next) => next()): Express => {
    const made = express();
    made.use(before, () => { throw error; }, versionErrors());
    const last: ErrorRequestHandler = (caught, _req, res, _next) => {
      if (res.headersSent) res.end(` (cut: ${(caught as Error).name})`);
      else res.status(500).send((caught as Error).message);
    };
    return made.use(last);
  };

  test('that are not ours go on to the next handler', async () => {
    expect((await request(failing(new Error('other'))).get('/')).text).toBe('other');
  });

  test('after the response has begun go on as well', async () => {
    const refused = (() => { try { set.negotiate({ path: '/api/v9', header: () => undefined }); } catch (error) { return error; } throw new Error(); })();
    const { text } = await request(failing(refused, (_, res, next) => { res.write('begun'); next(); })).get('/');
    expect(text).toBe('begun (cut: API_VERSION_UNSUPPORTED)');
  });
});

describe('usage', () => {
  const counted: Labels[] = [];
  const meter = { counter: () => ({ add: (_: number, labels: Labels) => counted.push(labels) }) } as unknown as Meter;
  let usage: VersionUsage;
  beforeEach(() => {
    counted.length = 0;
    usage = versionUsage({ meter });
  });

  test('is counted by the pattern of the route', async () => {
    const made = express();
    made.use(apiVersion(set, { usage, client: (req) => req.get('x-verified') }));
    made.get('/api/v1/users/:id', say('user'));
    await request(made).get('/api/v1/users/42').set('x-verified', 'shop');
    await request(made).get('/api/v2/nowhere');
    await request(made).get('/health');
    expect(counted).toEqual([
      { version: 'v1', route: 'GET /api/v1/users/:id', client: 'shop' },
      { version: 'v2', route: 'GET (unmatched)', client: 'anonymous' },
    ]);
  });

  test('takes a route of one\'s own', async () => {
    await request(app(apiVersion(set, { usage, route: () => 'everything' }), say('x'))).get('/api/v1/x');
    expect(counted).toEqual([{ version: 'v1', route: 'everything', client: 'anonymous' }]);
  });
});

describe('a versioned router', () => {
  const text = async (made: Express, path: string): Promise<unknown> => {
    const { status, body } = await request(made).get(path);
    return status === 200 ? (body as { text: string }).text : status;
  };
  const routed = (declare: (router: VersionedRouter) => void): Express => {
    const router = versionedRouter(set);
    declare(router);
    return app(router);
  };
  const everywhere = async (made: Express, path: string): Promise<unknown[]> =>
    [await text(made, `/api/v1${path}`), await text(made, `/api/v2${path}`), await text(made, `/api/v3${path}`)];

  test('answers as in the newest version that declared the route', async () => {
    const made = routed((router) => {
      router.since('v1').get('/users', say('old'));
      router.since('v2').get('/users', say('new')).get('/orders', say('orders'));
    });
    expect(await everywhere(made, '/users')).toEqual(['old', 'new', 'new']);
    expect(await everywhere(made, '/orders')).toEqual([404, 'orders', 'orders']);
    expect(await text(made, '/api/users')).toBe('new');
  });

  test('no longer has what ended', async () => {
    const made = routed((router) => router.since('v1', { until: 'v3' }).get('/legacy', say('legacy')));
    expect(await everywhere(made, '/legacy')).toEqual(['legacy', 'legacy', 404]);
  });

  test('does not hide a specific route of an older version behind a general one of a newer', async () => {
    const made = routed((router) => {
      router.since('v1').get('/users/me', say('me')).get('/users/:id', say('by id'));
      router.since('v2').get('/users/:id', say('by id, new'));
    });
    expect(await everywhere(made, '/users/me')).toEqual(['me', 'me', 'me']);
    expect(await everywhere(made, '/users/7')).toEqual(['by id', 'by id, new', 'by id, new']);
  });

  test('takes whole routers; a newer one covers an older one only where it answers', async () => {
    const older = express.Router().get('/a', say('a1')).get('/b', say('b1'));
    const newer = express.Router().get('/a', say('a2'));
    const made = routed((router) => {
      router.since('v1', { until: 'v3' }).use('/things', older);
      router.since('v2').use('/things', newer);
    });
    expect(await everywhere(made, '/things/a')).toEqual(['a1', 'a2', 'a2']);
    expect(await everywhere(made, '/things/b')).toEqual(['b1', 'b1', 404]);
  });

  test('runs middleware from its version on, newest first', async () => {
    const mark = (name: string): RequestHandler => (_, res, next) => { res.append('X-Marks', name); next(); };
    const made = routed((router) => {
      router.since('v1').use(mark('one'));
      router.since('v2').use(mark('two'));
      router.since('v1').get('/x', mark('inline'), say('x'));
    });
    const marks = async (version: string): Promise<unknown> => (await request(made).get(`/api/${version}/x`)).headers['x-marks'];
    expect(await marks('v1')).toBe('one, inline');
    expect(await marks('v3')).toBe('two, one, inline');
  });

  test('joins handlers declared twice for one version, as Express does', async () => {
    const made = routed((router) => {
      router.since('v1').get('/x', (_, __, next) => next());
      router.since('v1').get('/x', say('second'));
    });
    expect(await text(made, '/api/v1/x')).toBe('second');
  });

  test('sees later declarations although it has served before', async () => {
    const router = versionedRouter(set);
    const made = app(router);
    expect(await text(made, '/api/v1/late')).toBe(404);
    router.since('v1').get(['/late', '/later'], say('late'));
    expect(await text(made, '/api/v1/late')).toBe('late');
  });

  test('shows its handlers the addresses that a mounted router would', async () => {
    const router = versionedRouter(set);
    router.since('v1').get('/users/:id', say('user')).get('/', say('root'));
    const made = express();
    made.use('/shop/api', router);
    expect((await request(made).get('/shop/api/v1/users/7?x=1')).body).toEqual({
      text: 'user', version: 'v1', url: '/users/7?x=1', base: '/shop/api/v1', original: '/shop/api/v1/users/7?x=1', params: { id: '7' },
    });
    expect((await request(made).get('/shop/api/v1')).body).toMatchObject({ url: '/', base: '/shop/api/v1' });
    expect((await request(made).get('/shop/api')).body).toMatchObject({ version: 'v2', url: '/' });
  });

  test('gives the request back as it was when it has no answer', async () => {
    const made = app(apiVersion(set), versionedRouter(set), say('after'));
    expect((await request(made).get('/api/v3/none?x=1')).body).toMatchObject({ text: 'after', url: '/api/v3/none?x=1', base: '', version: 'v3' });
    expect((await request(made).get('/api/ping')).body).toMatchObject({ text: 'after', url: '/api/ping' });
  });

  test('adds the headers of a version once, also behind the middleware', async () => {
    const router = versionedRouter(set);
    router.since('v1').get('/x', say('x'));
    const { headers } = await request(app(apiVersion(set), router)).get('/api/v1/x');
    expect(headers['deprecation']).toBe('@1767225600');
  });

  test('hands rejections and refusals to the error handler', async () => {
    const router = versionedRouter(set);
    router.since('v1').get('/boom', async () => { throw new Error('boom'); });
    const made = express();
    made.use(router, versionErrors(), ((error: Error, _req, res, _next) => { res.status(500).send(error.message); }) as ErrorRequestHandler);
    expect((await request(made).get('/api/v1/boom')).text).toBe('boom');
    expect((await request(made).get('/api/v4/boom')).status).toBe(404);
  });

  test('refuses versions that there are not, and ends before beginnings', () => {
    const router = versionedRouter(set);
    expect(() => router.since('v9')).toThrow('There is no version "v9"');
    expect(() => router.since('v2', { until: 'v1' })).toThrow('cannot end');
  });

  test('infers the parameters of a path, as Express does', async () => {
    const made = routed((router) => router.since('v1').get('/users/:id', (req, res) => {
      // @ts-expect-error -- the path has no such parameter
      const missing: unknown = req.params.name;
      res.json({ text: `${req.params.id} ${String(missing)}` });
    }));
    expect(await text(made, '/api/v1/users/7')).toBe('7 undefined');
  });

  test('serves several sets in one application', async () => {
    const other = versionSet({ supported: ['v8'], strategies: [pathVersion({ prefix: '/admin' })] });
    const first = versionedRouter(set);
    first.since('v1').get('/x', say('api'));
    const second = versionedRouter(other);
    second.since('v8').get('/x', say('admin'));
    const third = versionedRouter(versionSet({ supported: ['w1'], default: 'w1', strategies: [headerVersion('X-Other')] }));
    third.since('w1').get('/api/v1/y', say('by another header'));
    const made = app(first, second, third);
    expect(await text(made, '/admin/v8/x')).toBe('admin');
    expect(await text(made, '/api/v1/x')).toBe('api');
    expect(await text(made, '/api/v1/y')).toBe('by another header');
  });
});
