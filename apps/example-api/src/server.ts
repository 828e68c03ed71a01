import { provide, type Module } from '@org/enterprise-di';
import { createDispatcher, handlerDeps, resolveFrom, type Dispatcher, type Implementation, type PlainRoute } from '@org/enterprise-http';
import { docsRoutes } from '@org/enterprise-http/docs';
import { expressServer } from '@org/enterprise-http/express';
import { defaultMiddleware } from '@org/enterprise-http/middleware';
import { nodeServer } from '@org/enterprise-http/node';
import { openApiRoutes } from '@org/enterprise-http/openapi';
import { token } from '@org/enterprise-kernel';
import { Authenticator } from './authenticator.js';
import { Clock, Logger, Settings } from './platform.js';
import { apiVersions } from './versions.js';

export const HttpDispatcher = token<Dispatcher>('server.HttpDispatcher');

/** The server as the rest of the application sees it. */
export interface HttpServer {
  /** Where it listens; empty before it does. */
  readonly url: string;
}
export const HttpServer = token<HttpServer & { listen(): Promise<void>; close(): Promise<unknown> }>('server.HttpServer');

const info = {
  title: 'Example API',
  description: 'Products, users and orders: the reference application of the enterprise libraries.',
};
const documents = [{ name: 'v2', url: '/api/v2/openapi.json' }, { name: 'v1 (deprecated)', url: '/api/v1/openapi.json' }] as const;

/** Serves the routes of all modules. Registered last, it listens when everything is there, and stops first. */
export function serverModule(routes: readonly Implementation[], plain: readonly PlainRoute[]): Module {
  const dispatcher = provide(
    HttpDispatcher,
    { handlers: Handlers, settings: Settings, logger: Logger, clock: Clock, authenticator: Authenticator },
    ({ handlers, settings, logger, clock, authenticator }) => createDispatcher({
      versions: apiVersions(settings, clock),
      routes, logger, authenticator,
      resolve: resolveFrom(handlers),
      validateAnswers: settings.APP_ENV !== 'prod',
      middleware: defaultMiddleware({
        logger,
        trustProxy: settings.TRUST_PROXY,
        cors: { origins: settings.CORS_ORIGINS, exposed: ['ETag', 'Location', 'X-Request-Id'] },
        rateLimit: { max: settings.RATE_LIMIT_MAX, window: { seconds: settings.RATE_LIMIT_WINDOW_SECONDS }, clock },
      }),
      plain: (served) => [
        ...plain,
        ...openApiRoutes(served, { info, authenticator }),
        ...(settings.DOCS ? docsRoutes({ title: info.title, documents }) : []),
      ],
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
