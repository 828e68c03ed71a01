import { provide, type Module } from '@org/enterprise-di';
import { EventBus } from '@org/enterprise-events';
import type { Implementation } from '@org/enterprise-http';
import { expressServer } from '@org/enterprise-http/express';
import { nodeServer } from '@org/enterprise-http/node';
import { token, type HealthCheck } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { Revocations } from './auth/auth.tokens.js';
import { dispatcherOf, HttpDispatcher } from './dispatcher.js';
import { Clock, Logger, Settings } from './platform.js';
import { Health } from './system/health.js';
import { operationsPort, operationsServer } from './system/operations.js';

/** What the application does with its server. */
export interface HttpServer {
  /** Where it listens; empty before it does. */
  readonly url: string;
  /** Where operators look: the same, unless there is a listener of their own. */
  readonly operationsUrl: string;
  listen(): Promise<void>;
  close(): Promise<unknown>;
}
export const HttpServer = token<HttpServer>('server.HttpServer');

/** Serves the routes of all modules. Registered last, it listens when everything is there, and stops first. */
export const serverModule = (routes: readonly Implementation[], readiness: HealthCheck): Module => ({
  name: 'server',
  providers: [
    provide(Health, { database: Database, revocations: Revocations, events: EventBus }, (parts) => [readiness, ...Object.values(parts).map((part) => part.health)]),
    ...dispatcherOf(routes),
    server,
  ],
});

const needs = { dispatcher: HttpDispatcher, settings: Settings, logger: Logger, clock: Clock, health: Health };

const server = provide(HttpServer, needs, ({ dispatcher, settings, ...rest }): HttpServer => {
  const engine = settings.HTTP_ENGINE === 'express' ? expressServer(dispatcher) : nodeServer(dispatcher);
  const port = operationsPort(settings);
  const operations = port === undefined ? undefined : operationsServer({ settings, ...rest });
  let [url, operationsUrl] = ['', ''];
  return {
    get url() { return url; },
    get operationsUrl() { return operationsUrl; },
    async listen() {
      operationsUrl = await operations?.listen(port!) ?? '';
      ({ url } = await engine.listen({ host: settings.HOST, port: settings.PORT }));
      operationsUrl ||= url;
    },
    async close() {
      const report = await engine.close({ deadline: { seconds: settings.SHUTDOWN_TIMEOUT_SECONDS } });
      // Last, so that operators see the end to its end.
      await operations?.close();
      return report;
    },
  };
}, { start: (http) => http.listen(), drain: (http) => http.close() });
