import { assertPermissionsKnown } from '@org/enterprise-auth';
import { createAuthorizer } from '@org/enterprise-auth/http';
import { provide, type Provider } from '@org/enterprise-di';
import { createDispatcher, handlerDeps, resolveFrom, type Dispatcher, type Implementation } from '@org/enterprise-http';
import { defaultMiddleware } from '@org/enterprise-http/middleware';
import { persistenceIdempotencyStore } from '@org/enterprise-http/persistence';
import { token } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { AccessTokenKeys } from './auth/auth.keys.js';
import { jwksRoute } from './auth/jwks.js';
import { appRoles } from './auth/roles.js';
import { Authenticator } from './authenticator.js';
import { Clock, Logger, Settings } from './platform.js';
import { referenceRoutes } from './reference.js';
import { Health, healthRoutes } from './system/health.js';
import { operationsPort } from './system/operations.js';
import { apiVersions } from './versions.js';

export const HttpDispatcher = token<Dispatcher>('server.HttpDispatcher');

/** What the handlers of all routes ask for, by token id. */
const Handlers = token<Readonly<Record<string, unknown>>>('server.Handlers');

const needs = {
  handlers: Handlers, settings: Settings, logger: Logger, clock: Clock, authenticator: Authenticator, database: Database, keys: AccessTokenKeys, health: Health,
};

/** Compiles the routes of all modules, and what stands around them. */
export const dispatcherOf = (routes: readonly Implementation[]): readonly Provider[] => [
  provide(Handlers, handlerDeps(routes), (deps) => deps),
  provide(HttpDispatcher, needs, ({ handlers, settings, logger, clock, authenticator, database, keys, health }) => {
    const dispatcher = createDispatcher({
      versions: apiVersions(settings, clock),
      routes, logger, authenticator, authorizer: createAuthorizer(),
      idempotency: persistenceIdempotencyStore(database, { clock, logger }),
      resolve: resolveFrom(handlers),
      validateAnswers: settings.APP_ENV !== 'prod',
      middleware: defaultMiddleware({
        logger,
        trustProxy: settings.TRUST_PROXY,
        cors: { origins: settings.CORS_ORIGINS, exposed: ['ETag', 'Location', 'X-Request-Id', 'Idempotency-Replayed'] },
        rateLimit: { max: settings.RATE_LIMIT_MAX, window: { seconds: settings.RATE_LIMIT_WINDOW_SECONDS }, clock },
      }),
      plain: (served) => [...healthRoutes(health, { details: operationsPort(settings) === undefined }), jwksRoute(keys), ...referenceRoutes(served, authenticator, settings.DOCS)],
    });
    // A permission that is written wrongly would allow nobody anything, and nobody would see why.
    assertPermissionsKnown(appRoles, { routes: [...dispatcher.routes, ...dispatcher.plain] });
    return dispatcher;
  }),
];
