import { toMilliseconds, type Clock, type Duration } from '@org/enterprise-kernel';
import { deriveKeyRing, hmac, randomToken, type KeyRing } from '../crypto/index.js';

export interface DeviceTokens {
  /** Makes a token that proves that somebody logged in to this account with it before. */
  issue(account: string): string;
  /** Returns the id of the token, if it is one for this account that has not expired. */
  read(account: string, token: string): string | undefined;
}

const form = /^([A-Za-z0-9_-]{22})\.(\d{1,12})\.(.{1,100})$/;

/** Makes tokens of a random id, the second in which they expire, and the HMAC-SHA-256 of both with the account. */
export function deviceTokens(keys: KeyRing, lifetime: Duration, clock: Pick<Clock, 'now'>): DeviceTokens {
  const { sign, verify } = hmac(deriveKeyRing(keys, 'login-device'));
  const lasting = toMilliseconds(lifetime);
  const message = (account: string, id: string, expires: string): string => JSON.stringify([account, id, expires]);
  return {
    issue(account) {
      const [id, expires] = [randomToken(16), String(Math.floor((clock.now() + lasting) / 1000))];
      return `${id}.${expires}.${sign(message(account, id, expires))}`;
    },
    read(account, token) {
      const [, id, expires, signature] = form.exec(token) ?? [];
      if (!id || !expires || Number(expires) * 1000 <= clock.now()) return undefined;
      return verify(message(account, id, expires), signature!) ? id : undefined;
    },
  };
}
