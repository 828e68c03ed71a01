import { provide, type Module } from '@org/enterprise-di';
import { createDispatcher, handlerDeps, resolveFrom, type Dispatcher, type Implementation } from '@org/enterprise-http';
import { expressServer } from '@org/enterprise-http/express';
import { defaultMiddleware } from '@org/enterprise-http/middleware';
import { nodeServer } from '@org/enterprise-http/node';
import { persistenceIdempotencyStore } from '@org/enterprise-http/persistence';
import { token, type HealthCheck } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { AccessTokenKeys } from './auth/auth.keys.js';
import { jwksRoute } from './auth/jwks.js';
import { Authenticator } from './authenticator.js';
import { Clock, Logger, Settings } from './platform.js';
import { referenceRoutes } from './reference.js';
import { healthRoutes } from './system/health.js';
import { apiVersions } from './versions.js';

export const HttpDispatcher = token<Dispatcher>('server.HttpDispatcher');

/** What the application does with its server. */
export interface HttpServer {
  /** Where it listens; empty before it does. */
  readonly url: string;
  listen(): Promise<void>;
  close(): Promise<unknown>;
}
export const HttpServer = token<HttpServer>('server.HttpServer');

/** Serves the routes of all modules. Registered last, it listens when everything is there, and stops first. */
export function serverModule(routes: readonly Implementation[], readiness: HealthCheck): Module {
  const dispatcher = provide(
    HttpDispatcher,
    { handlers: Handlers, settings: Settings, logger: Logger, clock: Clock, authenticator: Authenticator, database: Database, keys: AccessTokenKeys },
    ({ handlers, settings, logger, clock, authenticator, database, keys }) => createDispatcher({
      versions: apiVersions(settings, clock),
      routes, logger, authenticator,
      idempotency: persistenceIdempotencyStore(database, { clock, logger }),
      resolve: resolveFrom(handlers),
      validateAnswers: settings.APP_ENV !== 'prod',
      middleware: defaultMiddleware({
        logger,
        trustProxy: settings.TRUST_PROXY,
        cors: { origins: settings.CORS_ORIGINS, exposed: ['ETag', 'Location', 'X-Request-Id', 'Idempotency-Replayed'] },
        rateLimit: { max: settings.RATE_LIMIT_MAX, window: { seconds: settings.RATE_LIMIT_WINDOW_SECONDS }, clock },
      }),
      plain: (served) => [...healthRoutes([readiness, database.health]), jwksRoute(keys), ...referenceRoutes(served, authenticator, settings.DOCS)],
    }),
  );

  const server = provide(HttpServer, { dispatcher: HttpDispatcher, settings: Settings }, ({ dispatcher, settings }) => {
    const engine = settings.HTTP_ENGINE === 'express' ? expressServer(dispatcher) : nodeServer(dispatcher);
    let url = '';
    return {
      get url() { return url; },
      async listen() { ({ url } = await engine.listen({ host: settings.HOST, port: settings.PORT })); },
      close: () => engine.close({ deadline: { seconds: settings.SHUTDOWN_TIMEOUT_SECONDS } }),
    };
  }, { start: (http) => http.listen(), drain: (http) => http.close() });

  return { name: 'server', providers: [provide(Handlers, handlerDeps(routes), (deps) => deps), dispatcher, server] };
}

/** What the handlers of all routes ask for, by token id. */
const Handlers = token<Readonly<Record<string, unknown>>>('server.Handlers');
