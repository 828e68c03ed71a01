import { noopMeter, systemClock, toMilliseconds, token, type Clock, type Duration, type Meter } from '@org/enterprise-kernel';
import type { KeyRing } from '../crypto/index.js';
import type { AttemptStore } from './attempt-store.js';
import { deviceTokens } from './device-tokens.js';
import { LoginThrottled } from './errors.js';
import { defaultLoginLimits, keyOf, limitsOf, type LoginLimits, type NamedLimit } from './login-limits.js';
import { networkOf } from './network.js';

export interface LoginThrottleOptions {
  readonly store: AttemptStore;
  /** Replaces some of the default limits; see docs/auth-passwords.md for what they allow an attacker. @default as documented there */
  readonly limits?: Partial<LoginLimits>;
  /** Keys for device tokens. @default no device tokens are made or read */
  readonly deviceKeys?: KeyRing;
  /** How long a device, and an address that a user logged in from, is known. @default { days: 90 } */
  readonly knownFor?: Duration;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default none */
  readonly meter?: Meter;
}

export interface LoginIdentity {
  /** What was typed as the account, whether there is such an account or not. Case and blanks around it do not matter. */
  readonly account: string;
  /** Of the client, from a header only where the proxy that set it is trusted. */
  readonly address: string;
  /** What {@link LoginAttempt.succeeded} returned before on this device; anything else is ignored. */
  readonly device?: string | undefined;
}

/** A device token for a cookie that lives long and is sent to the log-in alone; `undefined` without `deviceKeys`. */
export interface KnownDevice { readonly device: string | undefined }

/** An attempt that was counted as a failure, unless told otherwise. */
export interface LoginAttempt {
  /** Forgets the failures of this user here, and knows this place from now on. */
  succeeded(): Promise<KnownDevice>;
  /** Takes the attempt back, since no password was compared: the database or the hasher was busy. */
  withdrawn(): Promise<void>;
}

/** Slows down who guesses passwords, and nobody else. */
export interface LoginThrottle {
  /**
   * Counts an attempt before its password is looked at, so that any number of guesses at once are as many as one after the
   * other. To be called outside of a unit of work, which would forget the attempt with its rollback.
   * @throws LOGIN_THROTTLED
   */
  begin(identity: LoginIdentity): Promise<LoginAttempt>;
  /** Knows a place without a log-in: for who just set a new password with a token that was mailed. */
  trust(identity: LoginIdentity): Promise<KnownDevice>;
}
export const LoginThrottle = token<LoginThrottle>('auth.LoginThrottle');

/**
 * Makes a {@link LoginThrottle} after OWASP's device cookies and NIST SP 800-63B-4, section 3.2.2. Guesses are counted for
 * the account at one address, for the address, and for the account everywhere. The last of these, which others can use up,
 * does not count at addresses that the user has logged in from; a device with a token has a count of its own, and no other.
 * @see https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
 */
export function loginThrottle(options: LoginThrottleOptions): LoginThrottle {
  const { store, limits, deviceKeys, knownFor = { days: 90 }, clock = systemClock, meter = noopMeter } = options;
  const limitOf = limitsOf({ ...defaultLoginLimits, ...limits });
  const lasting = toMilliseconds(knownFor);
  const devices = deviceKeys && deviceTokens(deviceKeys, knownFor, clock);
  const attempts = meter.counter({ name: 'login_attempts_total', help: 'Log-ins by the limit that stopped them, or none.', labels: ['stopped_by'] });

  /** The user's own count first, and always in this order: pair, account, address. */
  async function limitsFor(account: string, network: string, device: string | undefined): Promise<readonly [NamedLimit, ...NamedLimit[]]> {
    const id = device === undefined ? undefined : devices?.read(account, device);
    if (id !== undefined) return [limitOf('device', account, id)];
    const pair = limitOf('pair', account, network);
    const address = limitOf('address', network);
    const known = await store.remembers(placeOf(account, network), clock.now());
    return known ? [pair, address] : [pair, limitOf('account', account), address];
  }
  async function know(account: string, network: string): Promise<KnownDevice> {
    await store.remember(placeOf(account, network), clock.now() + lasting);
    return { device: devices?.issue(account) };
  }

  return {
    async begin({ account: typed, address, device }) {
      const [account, network] = [accountOf(typed), networkOf(address)];
      const counted = await limitsFor(account, network, device);
      const now = clock.now();
      const wait = await store.count(counted, now);
      if (wait) {
        attempts.add(1, { stopped_by: wait.limit.kind });
        throw new LoginThrottled({ retry_after_seconds: Math.max(1, Math.ceil((wait.until - now) / 1000)) });
      }
      attempts.add(1, { stopped_by: 'none' });
      const [own, ...shared] = counted;
      return {
        async succeeded() {
          await store.forget(own.key);
          // Not forgotten: one account of their own would give attackers a fresh start at all others.
          if (shared.length > 0) await store.takeBack(shared);
          return know(account, network);
        },
        withdrawn: () => store.takeBack(counted),
      };
    },
    async trust({ account: typed, address }) {
      const [account, network] = [accountOf(typed), networkOf(address)];
      await store.forget(limitOf('pair', account, network).key);
      return know(account, network);
    },
  };
}

/** One text for all that a database may take for the same account: each would be guessed at separately otherwise. */
const accountOf = (typed: string): string => typed.normalize('NFKC').trim().toLowerCase();

const placeOf = (account: string, network: string): string => keyOf('place', account, network);
