import { tmpdir } from 'node:os';
import { permissionSet } from '@org/enterprise-auth';
import { loadConfig, overrides } from '@org/enterprise-config';
import { provideValue, type Application } from '@org/enterprise-di';
import { Unauthenticated } from '@org/enterprise-http';
import { noopLogger, type Caller, type Logger } from '@org/enterprise-kernel';
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
 * the user as well: `Bearer <user id>|admin,orders:read`, where a role stands for all that it allows. What every user may is
 * theirs too.
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
  return { id, kind: 'user', via: 'test', roles, permissions: permissionSet([...permissionsOf(['user', ...roles]), ...permissions]) };
}

/** Headers of a request of this user, with these roles and permissions: `{ ...actAs(user.id, 'orders:read') }`. */
export const actAs = (userId: string, ...rolesAndPermissions: readonly string[]): { readonly authorization: string } =>
  ({ authorization: `Bearer ${userId}|${rolesAndPermissions.join()}` });

/** Settings as they are written down, before a secret is one. */
export type TestSettings = Partial<Omit<Settings, Secrets | 'ADMIN_EMAIL'>> & { readonly [Key in Secrets | 'ADMIN_EMAIL']?: string };
type Secrets = 'DATABASE_URL' | 'ADMIN_PASSWORD' | 'JWT_PRIVATE_KEY' | 'JWT_SECRET' | 'JWT_OTHER_KEYS' | 'ENCRYPTION_KEYS';

export interface TestApiOptions {
  /** Learns what a person would see at the terminal. @default nobody looks */
  readonly terminal?: (text: string) => void;
  /** Whether callers have to prove who they are. @default false: {@link actAs} says it */
  readonly proof?: boolean;
  /** @default silent */
  readonly logger?: Logger;
}

/** Starts the whole application on a free port, with settings of the test's own. */
export async function testApi(values: TestSettings = {}, { terminal, proof = false, logger = noopLogger }: TestApiOptions = {}): Promise<TestApi> {
  const { values: settings } = await loadConfig({
    schema: definition.schema,
    sources: [overrides({ APP_ENV: 'test', PORT: 0, LOG_LEVEL: 'silent', PASSWORD_COST: 4, DATABASE_URL: 'pglite:memory', ...values })],
  });
  const app = exampleApi({
    settings, logger, root: tmpdir(), ...(terminal && { terminal }),
    overrides: proof ? [] : [provideValue(Authenticator, byName)],
  });
  await app.start();
  return { app, url: app.resolve(HttpServer).url, [Symbol.asyncDispose]: () => app.stop() };
}
