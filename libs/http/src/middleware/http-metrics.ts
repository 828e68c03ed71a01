import type { Meter } from '@org/enterprise-kernel';
import type { Endpoint } from '../endpoint.js';
import type { Exchange } from '../exchange.js';
import type { Middleware } from '../middleware.js';

export interface HttpMetricsOptions {
  readonly meter: Meter;
  /** Upper bounds of the duration histogram in seconds. @default 5 ms to 10 s */
  readonly buckets?: readonly number[];
}

interface Bound { readonly count: { add(value: number): void }; readonly duration: { record(value: number): void } }

const usualBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const usualMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Measures requests: `http_server_requests_total{method, route, status}`,
 * `http_server_request_duration_seconds{method, route, status_class}` and `http_server_requests_in_flight`.
 * Routes are templates and anything that matches none is `unmatched`, so clients cannot make time series.
 */
export function httpMetrics({ meter, buckets = usualBuckets }: HttpMetricsOptions): Middleware {
  const requests = meter.counter({ name: 'http_server_requests_total', help: 'Requests answered.', labels: ['method', 'route', 'status'] });
  const durations = meter.histogram({
    name: 'http_server_request_duration_seconds', help: 'Time from a request to its answer, a streamed one to its end.', labels: ['method', 'route', 'status_class'], buckets,
  });
  const inFlight = new Set<Exchange>();
  meter.gauge({ name: 'http_server_requests_in_flight', help: 'Requests that wait for their answer.', observe: (set) => set(inFlight.size) });

  const bind = (method: string, route: string, status: number): Bound => ({
    count: requests.with({ method, route, status: String(status) }),
    duration: durations.with({ method, route, status_class: `${Math.floor(status / 100)}xx` }),
  });
  const matched = new WeakMap<Endpoint, Map<number, Bound>>();
  const unmatched = new Map<string, Bound>();

  function boundFor({ endpoint, request }: Exchange, status: number): Bound {
    if (!endpoint) {
      const method = usualMethods.has(request.method) ? request.method : 'other';
      return getOrMake(unmatched, `${method} ${status}`, () => bind(method, 'unmatched', status));
    }
    let byStatus = matched.get(endpoint);
    if (!byStatus) matched.set(endpoint, (byStatus = new Map()));
    return getOrMake(byStatus, status, () => {
      const [method, route = 'any'] = endpoint.label.split(' ');
      return bind(method!, route, status);
    });
  }

  return {
    name: 'http-metrics',
    request(exchange) { inFlight.add(exchange); },
    done(exchange, { status }) {
      inFlight.delete(exchange);
      const { count, duration } = boundFor(exchange, status);
      count.add(1);
      duration.record((performance.now() - exchange.startedAt) / 1_000);
    },
  };
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
