import { noopLogger, noopMeter, type Logger, type Meter } from '@org/enterprise-kernel';
import type { Middleware } from '../middleware.js';
import { accessLog, type AccessLogOptions } from './access-log.js';
import { clientAddress, type ClientAddressOptions } from './client-address.js';
import { compression, type CompressionOptions } from './compression.js';
import { cors, type CorsOptions } from './cors.js';
import { httpMetrics, type HttpMetricsOptions } from './http-metrics.js';
import { rateLimit, type RateLimitOptions } from './rate-limit.js';
import { requestId, type RequestIdOptions } from './request-id.js';
import { securityHeaders, type SecurityHeadersOptions } from './security-headers.js';
import { apiVersionUsage, type ApiVersionUsageOptions } from './version-usage.js';

/** Everything is on; `false` leaves one out. */
export interface DefaultMiddlewareOptions extends ClientAddressOptions {
  /** @default nowhere */
  readonly logger?: Logger;
  /** @default nowhere */
  readonly meter?: Meter;
  readonly requestId?: RequestIdOptions;
  readonly accessLog?: Omit<AccessLogOptions, 'logger'> | false;
  readonly metrics?: Omit<HttpMetricsOptions, 'meter'> | false;
  readonly versionUsage?: Omit<ApiVersionUsageOptions, 'meter'> | false;
  readonly securityHeaders?: SecurityHeadersOptions | false;
  /** @default no other origin */
  readonly cors?: CorsOptions | false;
  /** @default { max: 300, window: { seconds: 60 } } */
  readonly rateLimit?: Omit<RateLimitOptions, 'logger' | 'meter'> | false;
  readonly compression?: CompressionOptions | false;
}

/**
 * Returns the middleware that a public API should have, in an order that works:
 *
 * 1. `client-address` and `request-id`, because everything below names the client and the request;
 * 2. `http-metrics`, `access-log` and `api-version-usage`, so that whatever is refused below is seen;
 * 3. `security-headers` and `cors`, so that refusals carry their headers and a browser may read them; a preflight ends here;
 * 4. `rate-limit`, in front of authentication and all work;
 * 5. `compression`, which is the first to see an answer on its way back, so that the log counts the bytes that are sent.
 *
 * The array is yours: leave out, insert or reorder before you give it to the dispatcher.
 */
export function defaultMiddleware(options: DefaultMiddlewareOptions = {}): Middleware[] {
  const { logger = noopLogger, meter = noopMeter, rateLimit: limits = { max: 300, window: { seconds: 60 } } } = options;
  return [
    clientAddress({ ...(options.trustProxy !== undefined && { trustProxy: options.trustProxy }) }),
    requestId(options.requestId),
    options.metrics !== false && httpMetrics({ meter, ...options.metrics }),
    options.accessLog !== false && accessLog({ logger, ...options.accessLog }),
    options.versionUsage !== false && apiVersionUsage({ meter, ...options.versionUsage }),
    options.securityHeaders !== false && securityHeaders(options.securityHeaders),
    options.cors !== false && cors(options.cors),
    limits !== false && rateLimit({ logger, meter, ...limits }),
    options.compression !== false && compression(options.compression),
  ].filter((middleware) => middleware !== false);
}
