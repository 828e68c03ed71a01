import { isAppError, noopLogger, runInContext, type AppError, type Duration, type Logger, type Resolve } from '@org/enterprise-kernel';
import { versionErrorStatus, type VersionSet } from '@org/enterprise-versioning';
import { accessGuard } from './access-guard.js';
import { noAuthenticator, type Authenticator, type Authorizer } from './access.js';
import { MethodNotAllowed, RouteNotFound, ValidationFailed } from './errors.js';
import { Exchange } from './exchange.js';
import { failureAnswer } from './failures.js';
import { compileHooks } from './hooks.js';
import type { Answer, HttpRequest } from './http-request.js';
import type { IdempotencyStore } from './idempotency/idempotency-store.js';
import type { Implementation } from './implement.js';
import { isPromise } from './is-promise.js';
import type { Middleware } from './middleware.js';
import type { PlainRoute } from './plain-route.js';
import { requestContext } from './request-context.js';
import { createRouter, type Match } from './router.js';
import { compileRoutes, type CompiledRoute } from './routes.js';
import { statusOf } from './status.js';

export interface CreateDispatcherOptions {
  readonly versions: VersionSet;
  /** The contracts with their handlers. */
  readonly routes: readonly Implementation[];
  /** Gives the handlers their dependencies. @default none can be had */
  readonly resolve?: Resolve;
  /** Addresses outside of the contracts; a function makes them of what is served, as documents need it. @default none */
  readonly plain?: readonly PlainRoute[] | ((served: ServedRoutes) => readonly PlainRoute[]);
  /** What takes part in every request, in this order. @default none */
  readonly middleware?: readonly Middleware[];
  /** @default knows nobody: routes that are not public answer 401 */
  readonly authenticator?: Authenticator;
  /** @default compares the route's permission with the caller's */
  readonly authorizer?: Authorizer;
  readonly limits?: {
    /** Bytes of a body. @default 1 MiB */
    readonly body?: number;
    /** Objects and arrays inside each other in a body. @default 32 */
    readonly depth?: number;
    /** How long a handler may take; zero is for ever. @default { seconds: 30 } */
    readonly timeout?: Duration;
    /** Bytes of an answer that is kept for an Idempotency-Key; a handler whose answer is larger fails. @default 1 MiB */
    readonly keptAnswer?: number;
  };
  /** Where answers to requests with an Idempotency-Key are kept. @default none: a route that declares idempotency does not start */
  readonly idempotency?: IdempotencyStore;
  /** Where unexpected errors are written. @default nowhere */
  readonly logger?: Logger;
  /** Address in front of an error code, for the `type` of problem details. @default about:blank */
  readonly errorPages?: string;
  /** Checks every answer against its schema and every error against its route's list; for tests. @default false */
  readonly validateAnswers?: boolean;
}

/** What a dispatcher serves, for documents and tools. */
export interface ServedRoutes {
  readonly versions: VersionSet;
  /** Every contract route in every version. */
  readonly routes: readonly CompiledRoute[];
}

/** Takes requests from any host and answers them. Everything is compiled when it is created. */
export interface Dispatcher extends ServedRoutes {
  /** The addresses outside of the contracts. */
  readonly plain: readonly PlainRoute[];
  /** Answers a request, one for an unknown address too. Never rejects. */
  handle(request: HttpRequest): Promise<Answer>;
  /** Answers a request to one of its own addresses; `undefined` for any other, so that a host can pass it on. */
  offer(request: HttpRequest): Promise<Answer> | undefined;
}

/**
 * Compiles contracts, handlers and middleware into a dispatcher.
 * @throws TypeError with every fault of the routes: duplicate, shadowed, without access, not serialisable ...
 */
export function createDispatcher(options: CreateDispatcherOptions): Dispatcher {
  const { versions, middleware = [], logger = noopLogger, authenticator = noAuthenticator, errorPages, validateAnswers = false } = options;
  const compiled = compileRoutes(options, validateAnswers);
  const served: ServedRoutes = { versions, routes: compiled.all };
  const plain = typeof options.plain === 'function' ? options.plain(served) : options.plain ?? [];
  const router = createRouter(compiled.routed, plain, versions);
  const guard = accessGuard(authenticator, options.authorizer);
  const lifecycle = versions.versions.map((version) => version.headers().flat());

  const hooks = compileHooks(middleware, logger);
  const failed = failureAnswer({ logger, authenticator, errorPages, isUndeclared: compiled.isUndeclared, strict: validateAnswers });

  /** Finds where a request leads; throws what is wrong with its address. Sets the version as soon as it is known. */
  function route(exchange: Exchange): Match | undefined {
    const { path, request } = exchange;
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const plainMatch = router.plain(method, path);
    if (plainMatch) return plainMatch;
    let inVersion: string | undefined;
    if (versions.covers(path)) {
      const negotiated = versions.negotiate({ path, header: (name) => exchange.header(name) });
      exchange.version = negotiated.version;
      if (negotiated.vary !== '') exchange.headers.push('Vary', negotiated.vary);
      inVersion = negotiated.path;
      const match = router.contract(method, inVersion, negotiated.version.index);
      if (match) return match;
    }
    assertDecodable(path);
    const allow = router.allowed({ full: path, inVersion, version: exchange.version?.index });
    if (allow.length === 0) return undefined;
    if (method === 'OPTIONS') return { endpoint: optionsEndpoint(allow), params: {} };
    throw new MethodNotAllowed({ allow });
  }

  async function answer(exchange: Exchange, match: Match | undefined, fault: unknown): Promise<Answer> {
    try {
      exchange.endpoint = match?.endpoint;
      for (const hook of hooks.request) {
        const result = hook(exchange);
        const early = isPromise(result) ? await result : result;
        if (early) return early;
      }
      if (fault !== undefined) throw fault;
      if (!match) throw new RouteNotFound();
      const { endpoint, params } = match;
      const admitted = guard(exchange, endpoint);
      if (admitted) await admitted;
      for (const hook of hooks.caller) {
        const result = hook(exchange);
        const early = isPromise(result) ? await result : result;
        if (early) return early;
      }
      exchange.inHandler = true;
      const ran = runInContext(requestContext(exchange), () => endpoint.run(exchange, params));
      return isPromise(ran) ? await ran : ran;
    } catch (error) {
      return failed(exchange, error);
    }
  }

  async function complete(exchange: Exchange, match: Match | undefined, fault: unknown): Promise<Answer> {
    let result = await answer(exchange, match, fault);
    try {
      const hooked = hooks.answer(exchange, result);
      result = isPromise(hooked) ? await hooked : hooked;
    } catch (error) {
      result = failed(exchange, error);
    }
    if (exchange.version) result.headers.push(...lifecycle[exchange.version.index]!);
    if (exchange.endpoint?.headers) result.headers.push(...exchange.endpoint.headers);
    result.headers.push(...exchange.headers);
    hooks.done(exchange, result);
    return result;
  }

  const find = (exchange: Exchange): { match?: Match | undefined; fault?: unknown } => {
    try {
      return { match: route(exchange) };
    } catch (fault) {
      if (versionErrorStatus(fault) !== undefined) describeRefusedVersion(exchange, fault as AppError);
      return { fault };
    }
  };

  /** A refusal may be cached, so it says what it depended on; one of a version that has ended says when it did. */
  function describeRefusedVersion(exchange: Exchange, { details }: AppError): void {
    if (versions.vary !== '') exchange.headers.push('Vary', versions.vary);
    exchange.version = versions.get((details as { version?: string }).version ?? '');
  }

  return {
    ...served,
    plain,
    handle(request) {
      const exchange = new Exchange(request);
      const { match, fault } = find(exchange);
      return complete(exchange, match, fault);
    },
    offer(request) {
      const exchange = new Exchange(request);
      const { match, fault } = find(exchange);
      // A version that is not ours may be the host's own.
      if (!match && (fault === undefined || (isAppError(fault) && statusOf(fault) === 404))) return undefined;
      return complete(exchange, match, fault);
    },
  };
}

function assertDecodable(path: string): void {
  try {
    decodeURIComponent(path);
  } catch {
    throw new ValidationFailed({ faults: [{ path: '', message: 'is not a valid address: a % starts no character', in: 'params' }] });
  }
}

const optionsEndpoint = (allow: readonly string[]) => ({
  label: 'OPTIONS', access: 'public' as const, run: (): Answer => ({ status: 204, headers: ['Allow', allow.join(', ')], body: undefined }),
});
