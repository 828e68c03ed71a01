import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { encodeBase64 } from 'bcryptjs';
import { noopMeter, type Duration, type Meter } from '@org/enterprise-kernel';
import { formatBcrypt, parseBcrypt, saltText } from './bcrypt-format.js';
import { bcryptPool } from './bcrypt-pool.js';
import { PasswordRejected, type PasswordFault } from './errors.js';
import { HashingQueue } from './hashing-queue.js';
import { byteFault, zeroFault } from './password-faults.js';
import type { PasswordHasher } from './password-hasher.js';

export interface BcryptOptions {
  /** Binary logarithm of the number of rounds, 4 to 31; one more doubles the time. @default 12 */
  readonly cost?: number;
  /**
   * Hashes the password with HMAC-SHA-256 first, so that it may be longer than 72 bytes, in the format of passlib's
   * `bcrypt_sha256` version 2. Hashes with and without are verified either way. @default false
   */
  readonly prehash?: boolean;
  /** How many worker threads may hash at once. @default one less than there are processors, at least 1 */
  readonly threads?: number;
  /** How many passwords may wait for a thread; more are refused with PASSWORD_HASHING_BUSY. @default 100 */
  readonly maxWaiting?: number;
  /** After how long an unused thread ends. An unused thread does not keep the process up. @default { seconds: 30 } */
  readonly idleTimeout?: Duration;
  /** @default none */
  readonly meter?: Meter;
}

/** bcrypt reads no further (Provos and Mazières 1999: 18 words of key). */
const mostBytes = 72;

/**
 * bcrypt by bcryptjs in worker threads, which start when they are needed: the event loop never waits for a hash. Without
 * `prehash` a password of more than 72 bytes is refused, never cut (CVE-2025-22228).
 * Disposing it refuses the passwords that wait, and waits for those that are being hashed.
 */
export function bcrypt(options: BcryptOptions = {}): PasswordHasher & AsyncDisposable {
  const { cost = 12, prehash = false, threads = Math.max(1, availableParallelism() - 1), maxWaiting = 100, idleTimeout = { seconds: 30 }, meter = noopMeter } = options;
  if (!Number.isInteger(cost) || cost < 4 || cost > 31) throw new TypeError(`The cost of bcrypt must be an integer from 4 to 31, not ${cost}.`);
  const pool = bcryptPool({ threads, idleTimeout });
  const queue = new HashingQueue({ algorithm: 'bcrypt', concurrency: threads, maxWaiting, meter });

  const digestOf = (password: string, salt: string, prehashed: boolean): Promise<string> =>
    queue.run(() => pool.hash(prehashed ? hmac(password, salt) : password, salt)).then((hash) => hash.slice(-31));

  return {
    ...(!prehash && { maxBytes: mostBytes }),
    decoy: formatBcrypt({ prehashed: prehash, cost, salt: newSalt(cost), digest: base64(23) }),
    async hash(password) {
      const fault = prehash ? undefined : faultOf(password);
      if (fault) throw new PasswordRejected({ reasons: [fault] });
      const salt = newSalt(cost);
      return formatBcrypt({ prehashed: prehash, cost, salt, digest: await digestOf(password, salt, prehash) });
    },
    async verify(password, hash) {
      const stored = parseBcrypt(hash);
      if (!stored) return false;
      // Nothing is compared that was cut, and to say so takes as long as any other wrong password (CVE-2025-22234).
      const whole = stored.prehashed || !faultOf(password);
      const digest = await digestOf(whole ? password : '', stored.salt, stored.prehashed);
      return timingSafeEqual(Buffer.from(digest), Buffer.from(stored.digest)) && whole;
    },
    recognises: (hash) => parseBcrypt(hash) !== undefined,
    needsRehash(hash) {
      const stored = parseBcrypt(hash);
      return stored?.cost !== cost || stored.prehashed !== prehash;
    },
    async [Symbol.asyncDispose]() {
      await queue.close();
      await pool.close();
    },
  };
}

/** bcrypt ends a password at 72 bytes, and its implementations in C at a zero. */
const faultOf = (password: string): PasswordFault | undefined => zeroFault(password) ?? byteFault(password, mostBytes);

const base64 = (bytes: number): string => encodeBase64(randomBytes(bytes), bytes);
const newSalt = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$${base64(16)}`;

/** As passlib does it: keyed with the salt, so that a stolen table of bare SHA-256 hashes helps no one; in base 64, so without a zero. */
const hmac = (password: string, salt: string): string => createHmac('sha256', saltText(salt)).update(password).digest('base64');
