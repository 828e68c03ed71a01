import { toMilliseconds, type Duration } from '@org/enterprise-kernel';
import { unchanged, type ApiVersion } from '@org/enterprise-versioning';
import { acceptableTypes, acceptCheck } from './accept.js';
import type { Access } from './access.js';
import { answerWriter } from './answer-writer.js';
import type { AnySpec, Parts, Served } from './declarations.js';
import { HandlerTimeout } from './errors.js';
import type { Exchange } from './exchange.js';
import { HandlerContext } from './handler-context.js';
import type { Answer } from './http-request.js';
import { answerOnce, type AnswerRequest } from './idempotency/answer-once.js';
import type { IdempotencyStore } from './idempotency/idempotency-store.js';
import { isPromise } from './is-promise.js';
import { requestReader } from './request-reader.js';
import type { Returns } from './returns.js';

export type PathParams = Readonly<Record<string, string | undefined>>;

/** Something at an address that answers requests. */
export interface Endpoint {
  /** Method and template: `GET /products/{id}`. */
  readonly label: string;
  readonly access: Access;
  /** Requests within the rate limiter's window; 0 is exempt. */
  readonly rate?: number | undefined;
  /** Headers of every answer, name and value in turn. */
  readonly headers?: readonly string[] | undefined;
  /** Milliseconds that it has to answer; none is for ever. */
  readonly timeout?: number;
  /** The declaration, where it is a contract's. */
  readonly spec?: AnySpec;
  /** `<contract>.<route>`, where it is a contract's. */
  readonly operationId?: string;
  run(exchange: Exchange, params: PathParams): Promise<Answer> | Answer;
}

export interface CompileEndpointOptions {
  readonly operationId: string;
  readonly version: ApiVersion;
  readonly served: Served;
  readonly handler: (context: HandlerContext) => unknown;
  /** What the handler returns, in the newest version. */
  readonly newest: Returns;
  /** Where versioned routes live, for the Location header: `/api`. */
  readonly prefix: string;
  readonly limits: EndpointLimits;
  /** Where answers to requests with an Idempotency-Key are kept. */
  readonly idempotency: IdempotencyStore | undefined;
  /** Checks every answer against its schema, for tests. */
  readonly validateAnswers: boolean;
}

export interface EndpointLimits {
  /** Bytes of a body. */
  readonly body: number;
  readonly depth: number;
  readonly timeout: Duration;
  /** Bytes of an answer that is kept for an Idempotency-Key. */
  readonly keptAnswer: number;
}

/** Compiles a route for one API version: nothing of its schemas is looked at again per request. */
export function compileEndpoint(options: CompileEndpointOptions): Endpoint {
  const { operationId, version, served: { spec, up, down }, handler, limits } = options;
  const read = requestReader(spec, { operationId, version: version.name, limits });
  const write = answerWriter({ ...options, down });
  const types = acceptableTypes(spec.returns);
  const assertAccepted = types.length > 0 ? acceptCheck(types) : undefined;
  const timeout = toMilliseconds(spec.limits?.timeout ?? limits.timeout);

  const handle: AnswerRequest = (exchange, { parts: older, headers, expectedVersion }) => {
    const parts = up === unchanged ? older : (up(older) as Parts);
    const result = handler(new HandlerContext(exchange, version.name, parts.params, parts.query, headers, parts.body, expectedVersion));
    return isPromise(result) ? inTime(result, timeout, exchange).then((data) => write(exchange, data)) : write(exchange, result);
  };
  const answer = spec.idempotency ? answerOnce(handle, options) : handle;
  return {
    label: `${spec.method} ${spec.path}`,
    operationId,
    access: spec.access,
    rate: spec.limits?.rate,
    headers: deprecationHeaders(spec, version),
    timeout,
    spec,
    run(exchange, params) {
      // Before anything happens: whoever is told 406 must not have placed an order.
      assertAccepted?.(exchange.header('accept'));
      const request = read(exchange, params);
      return isPromise(request) ? request.then((ready) => answer(exchange, ready)) : answer(exchange, request);
    },
  };
}

/** A route may end before its version does; the version's own header is the stronger one. @see RFC 9745 */
function deprecationHeaders({ deprecated }: AnySpec, { lifecycle }: ApiVersion): readonly string[] | undefined {
  if (typeof deprecated !== 'string' || lifecycle.deprecated !== undefined) return undefined;
  const time = Date.parse(deprecated);
  if (Number.isNaN(time)) throw new TypeError(`"${deprecated}" is no date; write deprecated: true or an ISO 8601 date.`);
  return ['Deprecation', `@${Math.floor(time / 1000)}`];
}

/** Gives up on an answer that takes too long, and tells the handler through its signal. */
function inTime<T>(work: Promise<T>, milliseconds: number, exchange: Exchange): Promise<T> {
  if (milliseconds === 0) return work;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const error = new HandlerTimeout();
      exchange.abort(error);
      reject(error);
    }, milliseconds);
    work.then(
      (value) => { clearTimeout(timer); resolve(value); },
      (error: Error) => { clearTimeout(timer); reject(error); },
    );
  });
}
