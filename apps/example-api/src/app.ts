import { createApplication, type Application, type Module, type Provider } from '@org/enterprise-di';
import type { Subscriber } from '@org/enterprise-events';
import type { Implementation } from '@org/enterprise-http';
import type { Logger } from '@org/enterprise-kernel';
import { auditModule } from './audit/audit.module.js';
import { authModule } from './auth/auth.module.js';
import { databaseModule } from './database.js';
import { eventsModule } from './events/events.module.js';
import { mailModule } from './mail/mail.module.js';
import { orderModule } from './order/order.module.js';
import { platform } from './platform.js';
import { productModule } from './product/product.module.js';
import { serverModule } from './server.js';
import type { Settings } from './settings.js';
import { systemRoutes } from './system/ping.js';
import { userModule } from './user/user.module.js';

/** What a domain adds to the application. */
export interface Domain extends Module {
  readonly routes?: readonly Implementation[];
  readonly subscribers?: readonly Subscriber[];
}

export interface ExampleApiOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  /** Folder that relative paths in the settings mean. */
  readonly root: string;
  /** Shows a text to the person who started the process, who alone may read it. @default nobody is there */
  readonly terminal?: (text: string) => void;
  /** Domains beside the application's own. @default none */
  readonly domains?: readonly Domain[];
  /** Providers that take the place of others, for tests. @default none */
  readonly overrides?: readonly Provider[];
}

/** Puts the application together: modules and drivers, nothing else. */
export function exampleApi({ settings, logger, root, terminal = () => {}, domains: more = [], overrides = [] }: ExampleApiOptions): Application {
  const domains: readonly Domain[] = [authModule(root), userModule, productModule, orderModule, mailModule, auditModule, ...more];
  const app = createApplication({
    logger, overrides,
    modules: [
      platform(settings, logger, terminal),
      databaseModule(root),
      ...domains,
      eventsModule(domains.flatMap(({ subscribers = [] }) => subscribers)),
    ],
    stop: { delay: { seconds: settings.SHUTDOWN_DELAY_SECONDS }, drainWithin: { seconds: settings.SHUTDOWN_TIMEOUT_SECONDS + 1 } },
  });
  app.register(serverModule([systemRoutes, ...domains.flatMap(({ routes = [] }) => routes)], app.readiness));
  return app;
}
