import type { HistogramOptions, Labels, Meter } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract } from '../contract.js';
import { createDispatcher } from '../dispatcher.js';
import { fakeRequest } from '../fake-request.js';
import { implement } from '../implement.js';
import { ok } from '../returns.js';
import { route } from '../route.js';
import { cors } from './cors.js';
import { httpMetrics } from './http-metrics.js';
import { apiVersionUsage } from './version-usage.js';

function recording() {
  const measured: Record<string, number[]> = {};
  const bound: string[] = [];
  const gauges: Record<string, () => number> = {};
  const key = (name: string, labels: Labels = {}): string => `${name}{${Object.values(labels).join(', ')}}`;
  const instrument = ({ name }: { name: string }): any => {
    const record = (value: number, labels?: Labels): void => { (measured[key(name, labels)] ??= []).push(value); };
    return { add: record, record, with: (labels: Labels) => { bound.push(key(name, labels)); return { add: (value: number) => record(value, labels), record: (value: number) => record(value, labels) }; } };
  };
  const meter = {
    counter: instrument,
    histogram: instrument,
    gauge: ({ name, observe }: { name: string; observe: (set: (value: number) => void) => void }) => {
      gauges[name] = () => { let seen = NaN; observe((value) => { seen = value; }); return seen; };
      return { set() {}, add() {} };
    },
  } as unknown as Meter;
  return { meter, measured, bound, gauges };
}

const get = route({ method: 'GET', path: '/orders/{id}', summary: 'Get', access: 'public', params: z.object({ id: z.string() }), returns: ok(z.object({ id: z.string() })) });
let during: () => number;
const options = (middleware: Parameters<typeof createDispatcher>[0]['middleware']) => createDispatcher({
  versions: versionSet({ supported: ['v1', 'v2'], default: 'v1' }),
  routes: [implement(contract('orders', { get }), {}, () => ({
    get: async ({ params: { id } }) => { await null; if (id === 'boom') throw new Error(id); return { id: String(during?.()) }; },
  }))],
  authenticator: { authenticate: ({ header }) => { const id = header('authorization'); return id === undefined ? undefined : { id, kind: id.startsWith('svc') ? 'service' : 'user', roles: [], permissions: new Set() }; } },
  middleware: middleware!,
});

test('requests are counted and timed by template, and whatever a client makes up is one series', async () => {
  const { meter, measured, bound } = recording();
  const dispatcher = options([httpMetrics({ meter })]);
  for (const [method, path] of [['GET', '/api/v1/orders/1'], ['GET', '/api/v1/orders/2'], ['HEAD', '/api/v1/orders/2'], ['GET', '/api/v1/orders/boom'], ['GET', '/made/up'], ['GET', '/made/up/2'], ['BREW', '/x'], ['MELT', '/y'], ['OPTIONS', '/api/v1/orders/1'], ['DELETE', '/api/v1/orders/1']] as const) {
    await dispatcher.handle(fakeRequest(method, path));
  }
  const counts = Object.fromEntries(Object.entries(measured).filter(([name]) => name.includes('_total')).map(([name, values]) => [name, values.length]));
  expect(counts).toEqual({
    'http_server_requests_total{GET, /orders/{id}, 200}': 3,
    'http_server_requests_total{GET, /orders/{id}, 500}': 1,
    'http_server_requests_total{GET, unmatched, 404}': 2,
    'http_server_requests_total{other, unmatched, 404}': 2,
    'http_server_requests_total{OPTIONS, any, 204}': 1,
    'http_server_requests_total{DELETE, unmatched, 405}': 1,
  });
  const durations = measured['http_server_request_duration_seconds{GET, /orders/{id}, 2xx}']!;
  expect(durations).toHaveLength(3);
  for (const seconds of durations) expect(seconds > 0 && seconds < 1).toBe(true);
  // Labels are bound once for each endpoint and status, not once a request. OPTIONS has no endpoint that stays.
  expect(bound.filter((name) => name === 'http_server_requests_total{GET, /orders/{id}, 200}')).toHaveLength(1);
});

test.each([[undefined, 5, 11], [[0.1, 1], 100, 2]])('durations are counted in the buckets %j', (buckets, first, length) => {
  const declared: (readonly number[])[] = [];
  const { meter } = recording();
  const histogram = ((options: HistogramOptions) => {
    declared.push(options.buckets ?? []);
    return meter.histogram(options);
  }) as Meter['histogram'];
  httpMetrics({ meter: { ...meter, histogram }, ...(buckets && { buckets }) });
  expect([declared[0]![0]! * 1_000, declared[0]!.length]).toEqual([first, length]);
});

test('requests in flight are counted while they are, and only those that came as far as the counter', async () => {
  const { meter, gauges } = recording();
  during = () => gauges['http_server_requests_in_flight']!();
  const dispatcher = options([cors({ origins: '*' }), httpMetrics({ meter })]);
  const answers = await Promise.all([1, 2].map((id) => dispatcher.handle(fakeRequest('GET', `/api/v1/orders/${id}`))));
  expect(answers.map(({ body }) => JSON.parse(body as string).data.id)).toEqual(['2', '2']);
  await dispatcher.handle(fakeRequest('OPTIONS', '/api/v1/orders/1', { headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' } }));
  expect(during()).toBe(0);
});

test('API versions are counted by route and by the services that call them, contract routes alone', async () => {
  const { meter, measured } = recording();
  const dispatcher = options([apiVersionUsage({ meter })]);
  for (const authorization of ['svc-billing', 'user-7', 'user-8', undefined]) await dispatcher.handle(fakeRequest('GET', '/api/v1/orders/1', { headers: authorization === undefined ? {} : { authorization } }));
  await dispatcher.handle(fakeRequest('GET', '/api/v2/orders/1'));
  await dispatcher.handle(fakeRequest('GET', '/api/v2/nothing'));
  expect(Object.fromEntries(Object.entries(measured).map(([name, values]) => [name, values.length]))).toEqual({
    'api_version_requests_total{v1, GET /orders/{id}, svc-billing}': 1,
    'api_version_requests_total{v1, GET /orders/{id}, users}': 2,
    'api_version_requests_total{v1, GET /orders/{id}, anonymous}': 1,
    'api_version_requests_total{v2, GET /orders/{id}, anonymous}': 1,
  });
});
