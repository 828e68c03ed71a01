import { cipher, deriveKeyRing } from '@org/enterprise-auth/crypto';
import { oneTimeTokens, type OneTimeTokens } from '@org/enterprise-auth/passwords';
import { persistenceOneTimeTokenStore } from '@org/enterprise-auth/persistence';
import { provide } from '@org/enterprise-di';
import { token, uuidv7 } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { Mailer } from '../mail/mailer.js';
import { Clock, Logger } from '../platform.js';
import { MasterKeys } from './auth.keys.js';

/** Tokens that are mailed to whoever has forgotten a password. */
export type PasswordResets = OneTimeTokens<undefined>;
export const PasswordResets = token<PasswordResets>('auth.PasswordResets');

const needs = { database: Database, mailer: Mailer, keys: MasterKeys, clock: Clock, logger: Logger };

/** Mails are written down with the token encrypted: whoever sends them can read it, and nobody else who sees the table. */
export const passwordResets = provide(PasswordResets, needs, ({ database, mailer, keys, clock, logger }) => {
  const mailSecrets = cipher(deriveKeyRing(keys, 'mails'));
  return oneTimeTokens({
    store: persistenceOneTimeTokenStore(database, { logger }), purpose: 'password-reset', clock,
    deliver({ token: secret, subject, expiresAt }) {
      const id = `password-reset:${uuidv7()}`;
      return mailer.send({ id, to: subject, template: 'password-reset', data: { encrypted_token: mailSecrets.encrypt(secret, id), expires_at: expiresAt.toISOString() } });
    },
  });
});
