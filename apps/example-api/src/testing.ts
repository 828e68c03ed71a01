import { tmpdir } from 'node:os';
import { loadConfig, overrides } from '@org/enterprise-config';
import { provideValue, type Application } from '@org/enterprise-di';
import { Unauthenticated } from '@org/enterprise-http';
import { noopLogger, type Caller } from '@org/enterprise-kernel';
import { exampleApi } from './app.js';
import { Authenticator } from './authenticator.js';
import { HttpServer } from './server.js';
import { settings as definition, type Settings } from './settings.js';

export interface TestApi extends AsyncDisposable {
  readonly app: Application;
  /** Where it listens: `http://127.0.0.1:54321`. */
  readonly url: string;
}

/** The permissions of a token are its name: `Bearer products:write`. */
const byName: Authenticator = {
  authenticate({ header }) {
    const token = header('authorization')?.replace('Bearer ', '');
    if (token === 'expired') throw new Unauthenticated();
    return token === undefined ? undefined : caller(token);
  },
};
const caller = (permission: string): Caller => ({ id: 'tester', kind: 'user', via: 'test', roles: [], permissions: new Set([permission]) });

/** Settings as they are written down, before a secret is one. */
export type TestSettings = Partial<Omit<Settings, 'DATABASE_URL'>> & { readonly DATABASE_URL?: string };

/** Starts the whole application on a free port, with settings of the test's own. */
export async function testApi(values: TestSettings = {}): Promise<TestApi> {
  const { values: settings } = await loadConfig({
    schema: definition.schema,
    sources: [overrides({ APP_ENV: 'test', PORT: 0, LOG_LEVEL: 'silent', DATABASE_URL: 'pglite:memory', ...values })],
  });
  const app = exampleApi({ settings, logger: noopLogger, root: tmpdir(), overrides: [provideValue(Authenticator, byName)] });
  await app.start();
  return { app, url: app.resolve(HttpServer).url, [Symbol.asyncDispose]: () => app.stop() };
}
