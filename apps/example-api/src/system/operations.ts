import { createDispatcher } from '@org/enterprise-http';
import { nodeServer } from '@org/enterprise-http/node';
import type { Clock, HealthCheck, Logger } from '@org/enterprise-kernel';
import type { Settings } from '../settings.js';
import { apiVersions } from '../versions.js';
import { healthRoutes } from './health.js';

/** Where operators look, apart from the public: `undefined` where it is the same place. */
export function operationsPort({ APP_ENV, OPS_PORT }: Pick<Settings, 'APP_ENV' | 'OPS_PORT'>): number | undefined {
  return OPS_PORT ?? (APP_ENV === 'prod' ? 9090 : undefined);
}

export interface OperationsOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly health: readonly HealthCheck[];
}

/** The operators' own listener, straight on node:http and without the public's limits. */
export function operationsServer({ settings, logger, clock, health }: OperationsOptions) {
  const server = nodeServer(createDispatcher({ versions: apiVersions(settings, clock), routes: [], logger, plain: healthRoutes(health, { details: true }) }));
  return {
    async listen(port: number): Promise<string> { return (await server.listen({ host: settings.OPS_HOST, port })).url; },
    close: () => server.close(),
  };
}
