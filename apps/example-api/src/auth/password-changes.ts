import { LoginThrottle, Passwords } from '@org/enterprise-auth/passwords';
import { service } from '@org/enterprise-di';
import type { Caller } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { Logger } from '../platform.js';
import type { Email } from '../user/email.js';
import { joinName } from '../user/person-name.js';
import { UserNotFound } from '../user/user.errors.js';
import { UserRepository } from '../user/user.repository.js';
import type { User } from '../user/user.js';
import { PasswordWrong } from './auth.errors.js';
import { Sessions } from './auth.tokens.js';
import { sessionOf } from './log-ins.js';
import { PasswordResets } from './password-resets.js';

const needs = { users: UserRepository, passwords: Passwords, throttle: LoginThrottle, sessions: Sessions, resets: PasswordResets, database: Database, logger: Logger };

/** How people get another password, with the one they have or with a mail. */
export const PasswordChanges = service('auth.PasswordChanges', needs, ({ users, passwords, throttle, sessions, resets, database: { unitOfWork }, logger }) => {
  const sending = new Set<Promise<void>>();

  async function userOf(id: string): Promise<User> {
    const user = await users.find(id);
    if (!user) throw new UserNotFound({ id });
    return user;
  }

  /** Whoever is logged in elsewhere is so no longer: it may be because of them that the password changes. */
  async function set(user: User, password: string, alongWith: () => Promise<unknown>, except?: string): Promise<void> {
    // Before the unit of work: nobody shall wait for a connection while a password is hashed.
    const hash = await passwords.hash(password, { email: user.email, name: joinName(user.name) });
    await unitOfWork.run(async () => {
      await alongWith();
      await users.setPasswordHash(user.id, hash);
      await sessions.revokeAll(user.id, { except });
    });
  }

  async function send(email: Email): Promise<void> {
    const user = await users.findByEmail(email);
    if (user) await unitOfWork.run(() => resets.send(user.id));
  }

  return {
    async change(caller: Caller, current: string, wanted: string, address: string): Promise<void> {
      const sessionId = sessionOf(caller);
      const user = await userOf(caller.id);
      const attempt = await throttle.begin({ account: user.email, address });
      const { valid } = await passwords.verify(current, await users.passwordHash(user.id));
      if (!valid) throw new PasswordWrong();
      await attempt.succeeded();
      await set(user, wanted, () => resets.revoke(user.id), sessionId);
    },
    /** Does not wait for the mail to be written: how long that takes would tell whether there is such a user. */
    forget(email: Email): void {
      const mail = unitOfWork.outside(() => send(email))
        .catch((error: unknown) => logger.error('A mail to reset a password could not be written.', { error }))
        .finally(() => sending.delete(mail));
      sending.add(mail);
    },
    async reset(token: string, wanted: string, address: string): Promise<void> {
      const { subject } = await resets.peek(token);
      const user = await userOf(subject);
      await set(user, wanted, () => resets.consume(token));
      // Who reads the mail of an account is no guesser, so those who guess at it do not keep its user out.
      await throttle.trust({ account: user.email, address });
    },
    async drain(): Promise<void> { await Promise.all(sending); },
  };
}, { drain: (changes) => changes.drain() });
