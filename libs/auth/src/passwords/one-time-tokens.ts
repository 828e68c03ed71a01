import { systemClock, toMilliseconds, type Clock, type Duration } from '@org/enterprise-kernel';
import { hashToken, randomToken } from '../crypto/index.js';
import { OneTimeTokenInvalid } from './errors.js';
import type { OneTimeTokenStore } from './one-time-token-store.js';

export interface OneTimeTokensOptions<Payload> {
  readonly store: OneTimeTokenStore;
  /** What the tokens are good for, e.g. `password-reset`: a token of another purpose is unknown here. */
  readonly purpose: string;
  /** Brings a token to the subject, by mail or otherwise. What it rejects with is passed on. */
  readonly deliver: (delivery: OneTimeTokenDelivery<Payload>) => unknown;
  /** @default { minutes: 30 } */
  readonly lifetime?: Duration;
  /** How many tokens one subject is sent within a time. @default 3 */
  readonly maxSent?: number;
  /** Within what time. @default { hours: 1 } */
  readonly sentWithin?: Duration;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** A token on its way. It is a secret as long as it lasts: not for logs. */
export interface OneTimeTokenDelivery<Payload> {
  /** 43 characters that fit into a URL. */
  readonly token: string;
  readonly subject: string;
  readonly payload: Payload;
  readonly expiresAt: Date;
}

/** What a token stands for. */
export interface OneTimeGrant<Payload> {
  readonly subject: string;
  readonly payload: Payload;
}

/** Tokens that prove, once and for a short time, that somebody reads the mail of an account. */
export interface OneTimeTokens<Payload> {
  /**
   * Makes a token, which replaces the subject's last one, and delivers it. Returns `false`, and leaves the last one as it is,
   * when the subject was sent as many as allowed: not something to tell a stranger.
   */
  send(subject: string, ...payload: undefined extends Payload ? [payload?: Payload] : [payload: Payload]): Promise<boolean>;
  /**
   * Uses a token up and returns what it stands for. Inside a unit of work it is used if that commits. Of any number of uses
   * at once one succeeds.
   * @throws ONE_TIME_TOKEN_INVALID
   */
  consume(token: string): Promise<OneTimeGrant<Payload>>;
  /** Returns what a token stands for without using it up. @throws ONE_TIME_TOKEN_INVALID */
  peek(token: string): Promise<OneTimeGrant<Payload>>;
  /** Makes the subject's token invalid: after the password was changed in another way. */
  revoke(subject: string): Promise<void>;
}

const form = /^[A-Za-z0-9_-]{43}$/;

/**
 * Makes tokens of 256 random bits, of which the store knows the SHA-256 alone (RFC 6819, section 5.1.4.1.3). `Payload` is what
 * a token is bound to besides its subject, such as the address that it verifies; it comes back as JSON brings it.
 */
export function oneTimeTokens<Payload = undefined>(options: OneTimeTokensOptions<Payload>): OneTimeTokens<Payload> {
  const { store, purpose, deliver, lifetime = { minutes: 30 }, maxSent = 3, sentWithin = { hours: 1 }, clock = systemClock } = options;
  if (!Number.isInteger(maxSent) || maxSent < 1) throw new TypeError(`At least 1 token must be allowed, not ${maxSent}.`);
  const [lasting, window] = [toMilliseconds(lifetime), toMilliseconds(sentWithin)];
  const digestOf = (token: string): string => hashToken(`${purpose} ${token}`);

  async function resolve(how: 'consume' | 'find', token: string): Promise<OneTimeGrant<Payload>> {
    const kept = form.test(token) ? await store[how](purpose, digestOf(token), clock.now()) : undefined;
    if (!kept) throw new OneTimeTokenInvalid();
    return { subject: kept.subject, payload: kept.payload as Payload };
  }

  return {
    async send(subject, ...[payload]) {
      const token = randomToken();
      const now = clock.now();
      const expiresAt = now + lasting;
      const issued = await store.issue({ purpose, subject, digest: digestOf(token), payload, expiresAt }, { now, count: maxSent, windowEndsAt: now + window });
      if (issued) await deliver({ token, subject, payload: payload as Payload, expiresAt: new Date(expiresAt) });
      return issued;
    },
    consume: (token) => resolve('consume', token),
    peek: (token) => resolve('find', token),
    revoke: (subject) => store.revoke(purpose, subject),
  };
}
