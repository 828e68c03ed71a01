import { provide } from '@org/enterprise-di';
import { noAuthenticator, Unauthenticated } from '@org/enterprise-http';
import { Authenticator } from '../authenticator.js';
import { Logger, Settings } from '../platform.js';
import { Email } from '../user/email.js';
import { UserRepository } from '../user/user.repository.js';
import { permissionsOf } from './roles.js';

const header = 'X-Dev-Caller';

/**
 * Takes callers at their word, for development until there is a log-in: `X-Dev-Caller: ada@example.com` is that user, with
 * the roles that the user has at this moment. Only with DEV_CALLER, and never in prod; otherwise nobody is known.
 */
export const devCaller = provide(Authenticator, { settings: Settings, logger: Logger, users: UserRepository }, ({ settings, logger, users }): Authenticator => {
  // The settings refuse it in prod; what must not be is refused twice.
  if (!settings.DEV_CALLER || settings.APP_ENV === 'prod') return noAuthenticator;
  logger.warn(`DEV_CALLER is on: the header ${header} makes anybody anybody.`);
  return {
    securitySchemes: { devCaller: { type: 'apiKey', in: 'header', name: header, description: 'E-mail address of the user to be. Development only.' } },
    challenge: `DevCaller header="${header}"`,
    async authenticate(credentials) {
      const text = credentials.header(header.toLowerCase());
      if (text === undefined) return undefined;
      const { data: email } = Email.safeParse(text);
      const user = email && await users.findByEmail(email);
      if (!user) throw new Unauthenticated(undefined, { message: `${header} names no user.` });
      return { id: user.id, kind: 'user', via: 'dev-header', roles: user.roles, permissions: permissionsOf(user.roles) };
    },
  };
});
