import { tmpdir } from 'node:os';
import { loadConfig, overrides } from '@org/enterprise-config';
import { provideValue, type Application } from '@org/enterprise-di';
import { Unauthenticated } from '@org/enterprise-http';
import { noopLogger, type Caller } from '@org/enterprise-kernel';
import { exampleApi } from './app.js';
import { isRole, permissionsOf } from './auth/roles.js';
import { Authenticator } from './authenticator.js';
import { HttpServer } from './server.js';
import { settings as definition, type Settings } from './settings.js';

export interface TestApi extends AsyncDisposable {
  readonly app: Application;
  /** Where it listens: `http://127.0.0.1:54321`. */
  readonly url: string;
}

/**
 * Takes callers at their word. `Bearer products:write` is the user `tester` with that one permission; {@link actAs} names
 * the user as well: `Bearer <user id>|admin,orders:read`, where a role stands for all that it allows.
 */
const byName: Authenticator = {
  authenticate({ header }) {
    const token = header('authorization')?.replace('Bearer ', '');
    if (token === undefined) return undefined;
    if (token === 'expired') throw new Unauthenticated();
    return token.includes('|') ? caller(...token.split('|') as [string, string]) : caller('tester', token);
  },
};
function caller(id: string, list: string): Caller {
  const names = list.split(',').filter(Boolean);
  const roles = names.filter(isRole);
  const permissions = names.filter((name) => !isRole(name));
  return { id, kind: 'user', via: 'test', roles, permissions: new Set([...permissionsOf(roles), ...permissions]) };
}

/** Headers of a request of this user, with these roles and permissions: `{ ...actAs(user.id, 'orders:read') }`. */
export const actAs = (userId: string, ...rolesAndPermissions: readonly string[]): { readonly authorization: string } =>
  ({ authorization: `Bearer ${userId}|${rolesAndPermissions.join()}` });

/** Settings as they are written down, before a secret is one. */
export type TestSettings = Partial<Omit<Settings, Secrets | 'ADMIN_EMAIL'>> & { readonly [Key in Secrets | 'ADMIN_EMAIL']?: string };
type Secrets = 'DATABASE_URL' | 'ADMIN_PASSWORD';

/**
 * Starts the whole application on a free port, with settings of the test's own. It takes callers at their word, as
 * {@link actAs} gives it, unless DEV_CALLER is on.
 */
export async function testApi(values: TestSettings = {}, terminal?: (text: string) => void): Promise<TestApi> {
  const { values: settings } = await loadConfig({
    schema: definition.schema,
    sources: [overrides({ APP_ENV: 'test', PORT: 0, LOG_LEVEL: 'silent', PASSWORD_COST: 4, DATABASE_URL: 'pglite:memory', ...values })],
  });
  const app = exampleApi({
    settings, logger: noopLogger, root: tmpdir(), ...(terminal && { terminal }),
    overrides: settings.DEV_CALLER ? [] : [provideValue(Authenticator, byName)],
  });
  await app.start();
  return { app, url: app.resolve(HttpServer).url, [Symbol.asyncDispose]: () => app.stop() };
}
