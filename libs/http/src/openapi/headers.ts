import type { ErrorClass } from '@org/enterprise-kernel';
import type { AnySpec } from '../declarations.js';
import { IdempotencyInProgress } from '../idempotency/idempotency.errors.js';
import type { Returns } from '../returns.js';
import type { DescribeOptions } from './operation.js';

type Headers = Record<string, object>;

const text = (description: string, example?: string): object => ({ description, schema: { type: 'string' }, ...(example !== undefined && { example }) });
const whole = (description: string): object => ({ description, schema: { type: 'integer', minimum: 0 } });

const known: Readonly<Headers> = {
  ETag: text('Changes with the representation; for If-None-Match and If-Match.'),
  Location: { description: 'Path of what was made.', schema: { type: 'string', format: 'uri-reference' } },
  Deprecation: text('Since when this should not be used any more (RFC 9745).', '@1767225600'),
  Sunset: text('When this may stop answering (RFC 8594).', 'Fri, 01 Jan 2027 00:00:00 GMT'),
  Link: text('Where to read about the end of this version, and what replaces it (RFC 8288).'),
  'Retry-After': whole('Seconds to wait before another try.'),
  'WWW-Authenticate': text('How to identify oneself (RFC 9110 section 11.6.1).'),
  'Idempotency-Replayed': { description: 'Present on the answer to a repeat: it is the one of the first request with this Idempotency-Key.', schema: { type: 'string', const: 'true' } },
  'Content-Disposition': text('The name to save under (RFC 6266).'),
};

/** What the request-id and rate-limit middleware add. */
export const usualHeaders: Readonly<Headers> = {
  'X-Request-Id': text('Names this request in logs; quote it when you report a problem.'),
  'RateLimit-Policy': text('How many requests are let through, and in which time.', '"default";q=300;w=60'),
  RateLimit: text('How many requests are left, and the seconds until there are more.', '"default";r=299;t=60'),
};

const refer = (names: readonly string[], { components }: DescribeOptions): Headers =>
  Object.fromEntries(names.map((name) => [name, components.shared('headers', name, () => known[name]!)]));

/** Headers of every answer of a version. */
function commonHeaders(options: DescribeOptions): Headers {
  const { components, headers = usualHeaders, version } = options;
  const added = Object.entries(headers).map(([name, header]) => [name, components.shared('headers', name, () => header)] as const);
  return { ...Object.fromEntries(added), ...refer(version.headers().map(([name]) => name), options) };
}

/** Headers of one successful answer. */
export function answerHeaders(returns: Returns, spec: AnySpec, options: DescribeOptions): Headers {
  const names = [
    ...(returns.options.etag === undefined ? [] : ['ETag']),
    ...(returns.options.location === undefined ? [] : ['Location']),
    ...(returns.format === 'bytes' ? ['Content-Disposition'] : []),
    ...(spec.idempotency === undefined ? [] : ['Idempotency-Replayed']),
    ...(typeof spec.deprecated === 'string' ? ['Deprecation'] : []),
  ];
  return { ...refer(names, options), ...commonHeaders(options) };
}

/** What only the answer to an error has; the common headers are described once, with the successful answer. */
export function errorHeaders(status: number, errors: readonly ErrorClass[], options: DescribeOptions): { readonly headers?: Headers } {
  const names = status === 401 ? ['WWW-Authenticate'] : status === 429 || errors.includes(IdempotencyInProgress) ? ['Retry-After'] : [];
  return names.length > 0 ? { headers: refer(names, options) } : {};
}
