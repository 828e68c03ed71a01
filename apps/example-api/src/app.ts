import { createApplication, type Application, type Provider } from '@org/enterprise-di';
import type { Logger } from '@org/enterprise-kernel';
import { nobody } from './authenticator.js';
import { databaseModule } from './database.js';
import { platform } from './platform.js';
import { productModule } from './product/product.module.js';
import { serverModule } from './server.js';
import type { Settings } from './settings.js';
import { systemRoutes } from './system/ping.js';

export interface ExampleApiOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  /** Folder that relative paths in the settings mean. */
  readonly root: string;
  /** Shows a text to the person who started the process, who alone may read it. @default nobody is there */
  readonly terminal?: (text: string) => void;
  /** Providers that take the place of others, for tests. @default none */
  readonly overrides?: readonly Provider[];
}

/** Puts the application together: modules and drivers, nothing else. */
export function exampleApi({ settings, logger, root, terminal = () => {}, overrides = [] }: ExampleApiOptions): Application {
  const domains = [productModule];
  const app = createApplication({
    logger, overrides,
    modules: [platform(settings, logger, terminal), databaseModule(root), { name: 'auth', providers: [nobody] }, ...domains],
    stop: { delay: { seconds: settings.SHUTDOWN_DELAY_SECONDS }, drainWithin: { seconds: settings.SHUTDOWN_TIMEOUT_SECONDS + 1 } },
  });
  app.register(serverModule([systemRoutes, ...domains.flatMap(({ routes }) => routes)], app.readiness));
  return app;
}
