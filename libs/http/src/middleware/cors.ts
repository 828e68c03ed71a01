import { toMilliseconds, type Duration } from '@org/enterprise-kernel';
import type { Exchange } from '../exchange.js';
import type { Middleware } from '../middleware.js';

export interface CorsOptions {
  /**
   * Who may read answers in a browser: exact origins (`https://app.example.com`), a function that decides, or `*` for
   * anyone. @default none
   */
  readonly origins?: '*' | readonly string[] | ((origin: string) => boolean);
  /** @default GET, HEAD, POST, PUT, PATCH, DELETE */
  readonly methods?: readonly string[];
  /** Request headers that may be sent beside the harmless ones. @default those that the libraries read */
  readonly headers?: readonly string[];
  /** Answer headers that scripts may read beside the harmless ones. @default those that the libraries write */
  readonly exposed?: readonly string[];
  /** Lets browsers send cookies and read the answers; not together with `*`. @default false */
  readonly credentials?: boolean;
  /** How long a browser may remember a preflight. @default { minutes: 10 } */
  readonly maxAge?: Duration;
}

const usualMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const usualHeaders = ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'If-None-Match', 'X-API-Key', 'X-API-Version', 'X-Request-Id', 'traceparent', 'tracestate'];
const usualExposed = ['Content-Disposition', 'Deprecation', 'ETag', 'Link', 'Location', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'Sunset', 'X-Request-Id'];

/**
 * Tells browsers which other origins may call, and answers their preflights for any address. An origin that may not gets no
 * header at all; the request itself is answered, since CORS protects users of browsers, not the server.
 * @throws TypeError for `*` with credentials, and for an origin that no browser would send
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function cors(options: CorsOptions = {}): Middleware {
  const { origins = [], methods = usualMethods, headers = usualHeaders, exposed = usualExposed, credentials = false, maxAge = { minutes: 10 } } = options;
  const any = origins === '*' || (typeof origins !== 'function' && origins.includes('*'));
  if (any && credentials) throw new TypeError('CORS with credentials needs the origins by name: browsers refuse "*" there.');
  if (!any && origins.length === 0 && typeof origins !== 'function') return { name: 'cors' };
  const isAllowed = any ? () => true : typeof origins === 'function' ? origins : exactly(origins as readonly string[]);

  const common = credentials ? ['Access-Control-Allow-Credentials', 'true'] : [];
  const plain = [...common, ...(exposed.length > 0 ? ['Access-Control-Expose-Headers', exposed.join(', ')] : [])];
  const preflight = [
    ...common,
    'Access-Control-Allow-Methods', methods.join(', '),
    ...(headers.length > 0 ? ['Access-Control-Allow-Headers', headers.join(', ')] : []),
    'Access-Control-Max-Age', String(Math.floor(toMilliseconds(maxAge) / 1_000)),
  ];

  /** The answer depends on the origin, so it says so, also when there is none: a cache must not mix the two. */
  function allow(exchange: Exchange): boolean {
    if (!any) exchange.headers.push('Vary', 'Origin');
    const origin = exchange.header('origin');
    if (origin === undefined || !isAllowed(origin)) return false;
    exchange.headers.push('Access-Control-Allow-Origin', any ? '*' : origin);
    return true;
  }

  return {
    name: 'cors',
    request(exchange) {
      const allowed = allow(exchange);
      if (exchange.request.method === 'OPTIONS' && exchange.header('origin') !== undefined && exchange.header('access-control-request-method') !== undefined) {
        return { status: 204, headers: allowed ? [...preflight] : [], body: undefined };
      }
      if (allowed && plain.length > 0) exchange.headers.push(...plain);
      return undefined;
    },
  };
}

function exactly(origins: readonly string[]): (origin: string) => boolean {
  for (const origin of origins) assertOrigin(origin);
  const allowed = new Set(origins);
  return (origin) => allowed.has(origin);
}

/** A browser compares nothing, it sends: lower case, no default port, no path. Anything else would never match, in silence. */
function assertOrigin(origin: string): void {
  const url = URL.parse(origin);
  if (!url) throw new TypeError(`"${origin}" is not an origin; write https://app.example.com.`);
  const sent = url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin; // schemes of apps and extensions
  if (sent !== origin) throw new TypeError(`"${origin}" is not what a browser sends; write ${sent}.`);
}
