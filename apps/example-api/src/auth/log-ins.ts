import { LoginThrottle, Passwords, type LoginAttempt } from '@org/enterprise-auth/passwords';
import type { OpenSessionOptions, SessionWithRefreshToken } from '@org/enterprise-auth/sessions';
import { service } from '@org/enterprise-di';
import type { Caller } from '@org/enterprise-kernel';
import type { Email } from '../user/email.js';
import { UserRepository } from '../user/user.repository.js';
import type { User } from '../user/user.js';
import { CredentialsInvalid, LogInRequired } from './auth.errors.js';
import { AccessTokens, CookieSessions, Sessions } from './auth.tokens.js';

export interface LogIn {
  readonly email: Email;
  readonly password: string;
}

/** Where a log-in comes from. */
export interface Origin extends Pick<OpenSessionOptions, 'userAgent'> {
  readonly address: string;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

const needs = { users: UserRepository, passwords: Passwords, throttle: LoginThrottle, sessions: Sessions, cookies: CookieSessions, accessTokens: AccessTokens };

/** How people get in, stay in and leave. */
export const LogIns = service('auth.LogIns', needs, ({ users, passwords, throttle, sessions, cookies, accessTokens }) => {
  async function prove({ email, password }: LogIn, { address }: Origin): Promise<User> {
    const attempt = await throttle.begin({ account: email, address });
    const { user, valid, rehash } = await compare(email, password, attempt);
    if (!user || !valid) throw new CredentialsInvalid();
    await attempt.succeeded();
    if (rehash) await users.setPasswordHash(user.id, await passwords.rehash(password));
    return user;
  }

  async function compare(email: Email, password: string, attempt: LoginAttempt) {
    try {
      const known = await users.credentials(email);
      // As long for nobody as for a wrong password.
      return { user: known?.user, ...await passwords.verify(password, known?.passwordHash) };
    } catch (error) {
      await attempt.withdrawn();
      throw error;
    }
  }

  async function tokensFor({ session, refreshToken }: SessionWithRefreshToken, { id, roles }: User): Promise<Tokens> {
    const { token: accessToken, expiresIn } = await accessTokens.issue({ subject: id, sessionId: session.id, claims: { roles } });
    return { accessToken, refreshToken, expiresIn };
  }

  return {
    async logIn(proof: LogIn, from: Origin): Promise<Tokens> {
      const user = await prove(proof, from);
      return tokensFor(await sessions.open({ subject: user.id, ...from }), user);
    },
    /** For browsers: the log-in is in a cookie that no script can read. */
    async openCookie(proof: LogIn, from: Origin) {
      const { id: subject } = await prove(proof, from);
      return cookies.open({ subject, ...from });
    },
    async refresh(refreshToken: string, address: string): Promise<Tokens> {
      const opened = await sessions.refresh(refreshToken, { address });
      const user = await users.find(opened.session.subject);
      if (!user) throw new CredentialsInvalid();
      return tokensFor(opened, user);
    },
    async logOut(caller: Caller): Promise<void> {
      await sessions.revoke(caller.id, sessionOf(caller));
    },
  };
});

/** Of a caller who has logged in. @throws LOG_IN_REQUIRED for an API key, which has no session */
export function sessionOf({ sessionId }: Caller): string {
  if (sessionId === undefined) throw new LogInRequired();
  return sessionId;
}
