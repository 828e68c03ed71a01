import { createAuthenticator } from '@org/enterprise-auth';
import { apiKeys } from '@org/enterprise-auth/api-keys';
import { bcrypt } from '@org/enterprise-auth/bcrypt';
import { bearerScheme, tokenIssuer, tokenVerifier, type VerifiedToken } from '@org/enterprise-auth/jwt';
import { loginThrottle, LoginThrottle, PasswordHasher, passwordPolicy, passwords, Passwords } from '@org/enterprise-auth/passwords';
import { persistenceApiKeyStore, persistenceAttemptStore, persistenceRevocations, persistenceSessionStore } from '@org/enterprise-auth/persistence';
import { cookieSessions, sessions } from '@org/enterprise-auth/sessions';
import { provide } from '@org/enterprise-di';
import type { Caller } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { Authenticator } from '../authenticator.js';
import { EventSink } from '../events/event-sink.js';
import { Clock, Logger, Settings } from '../platform.js';
import { UserRepository } from '../user/user.repository.js';
import type { User } from '../user/user.js';
import { AccessTokenKeys, MasterKeys } from './auth.keys.js';
import { AccessTokens, ApiKeys, CookieSessions, Revocations, Sessions } from './auth.tokens.js';
import { permissionsOf } from './roles.js';

const database = { database: Database, clock: Clock, logger: Logger };

const callerOf = ({ id, roles }: Pick<User, 'id' | 'roles'>): Caller => ({ id, kind: 'user', via: 'session', roles, permissions: permissionsOf(roles) });

/** The roles are those at the log-in: a change of roles ends all sessions, and their tokens with them. */
function callerOfToken({ subject: id, sessionId, claims }: VerifiedToken): Caller {
  const roles = claims['roles'] as User['roles'];
  return { id, kind: 'user', via: 'jwt', roles, permissions: permissionsOf(roles), ...(sessionId !== undefined && { sessionId }) };
}

/** The parts of the auth library, put together for this application. */
export const authProviders = [
  provide(PasswordHasher, { settings: Settings }, ({ settings }) => bcrypt({ cost: settings.PASSWORD_COST })),
  provide(Passwords, { hasher: PasswordHasher, logger: Logger }, ({ hasher, logger }) => passwords({ current: hasher, policy: passwordPolicy({ words: ['example api'] }), logger })),
  provide(LoginThrottle, database, ({ database, clock, logger }) => loginThrottle({ store: persistenceAttemptStore(database, { logger }), clock })),

  provide(Revocations, database, ({ database, ...rest }) => persistenceRevocations(database, rest), { start: (revocations) => revocations.start() }),
  provide(
    Sessions, { ...database, keys: MasterKeys, revocations: Revocations, events: EventSink, settings: Settings },
    ({ database, settings, ...rest }) => sessions({
      ...rest, store: persistenceSessionStore(database, { logger: rest.logger }),
      lifetimes: { idle: { seconds: settings.REFRESH_TOKEN_TTL_SECONDS }, accessToken: { seconds: settings.ACCESS_TOKEN_TTL_SECONDS } },
    }),
  ),
  provide(
    CookieSessions, { sessions: Sessions, users: UserRepository, keys: MasterKeys, revocations: Revocations, settings: Settings, clock: Clock },
    ({ users, settings, ...rest }) => cookieSessions({
      ...rest, origins: settings.CORS_ORIGINS,
      async callerOf({ subject }) {
        const user = await users.find(subject);
        return user && callerOf(user);
      },
    }),
  ),

  provide(AccessTokens, { keys: AccessTokenKeys, settings: Settings, clock: Clock }, ({ keys, settings, clock }) => tokenIssuer({
    keys, clock, issuer: settings.JWT_ISSUER, audience: settings.JWT_AUDIENCE, lifetime: { seconds: settings.ACCESS_TOKEN_TTL_SECONDS },
  })),
  provide(ApiKeys, { ...database, users: UserRepository, revocations: Revocations }, ({ database, users, ...rest }) => apiKeys({
    ...rest, store: persistenceApiKeyStore(database), prefix: 'exapi',
    async ownerOf(id) {
      const user = await users.find(id);
      return user && { permissions: permissionsOf(user.roles) };
    },
  })),

  provide(
    Authenticator, { keys: AccessTokenKeys, settings: Settings, clock: Clock, revocations: Revocations, apiKeys: ApiKeys, cookies: CookieSessions },
    ({ settings, apiKeys: keys, cookies, ...rest }) => createAuthenticator({ schemes: [
      bearerScheme({ verifier: tokenVerifier({ ...rest, issuer: settings.JWT_ISSUER, audience: settings.JWT_AUDIENCE }), caller: callerOfToken }),
      keys.scheme,
      cookies.scheme,
    ] }),
  ),
];
