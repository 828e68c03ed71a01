import { createApplication, type Application, type Module, type Provider } from '@org/enterprise-di';
import type { Implementation } from '@org/enterprise-http';
import type { Logger } from '@org/enterprise-kernel';
import { nobody } from './authenticator.js';
import { databaseModule } from './database.js';
import { platform } from './platform.js';
import { productModule } from './product/product.module.js';
import { serverModule } from './server.js';
import type { Settings } from './settings.js';
import { systemRoutes } from './system/ping.js';

/** What a domain adds to the application. */
export interface Domain extends Module {
  readonly routes: readonly Implementation[];
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
  const domains: readonly Domain[] = [productModule, ...more];
  const app = createApplication({
    logger, overrides,
    modules: [platform(settings, logger, terminal), databaseModule(root), { name: 'auth', providers: [nobody] }, ...domains],
    stop: { delay: { seconds: settings.SHUTDOWN_DELAY_SECONDS }, drainWithin: { seconds: settings.SHUTDOWN_TIMEOUT_SECONDS + 1 } },
  });
  app.register(serverModule([systemRoutes, ...domains.flatMap(({ routes }) => routes)], app.readiness));
  return app;
}
