import { currentContext, isAppError, noopLogger, token, type Logger } from '@org/enterprise-kernel';
import { PasswordRejected, type PasswordFault } from './errors.js';
import { byteFault, normalisePassword } from './password-faults.js';
import type { PasswordHasher } from './password-hasher.js';
import { passwordPolicy, type PasswordContext, type PasswordPolicy } from './password-policy.js';

export interface PasswordsOptions {
  /** Hashes new passwords, and verifies its own hashes. */
  readonly current: PasswordHasher;
  /** Verify hashes that were made before. @default none */
  readonly accepted?: readonly PasswordHasher[];
  /** What new passwords must be like. @default passwordPolicy() */
  readonly policy?: PasswordPolicy;
  /** Learns of stored hashes that nobody can read. @default silent */
  readonly logger?: Logger;
}

export interface PasswordVerdict {
  readonly valid: boolean;
  /** Whether to keep the hash that {@link Passwords.rehash} makes instead; only ever of a valid password. */
  readonly rehash: boolean;
}

/** Hashes and verifies passwords, whatever was current when they were set. */
export interface Passwords {
  /** Returns every fault of a password to be; none if it may be used. */
  check(password: string, context?: PasswordContext): Promise<readonly PasswordFault[]>;
  /** Returns the hash of a new password. @throws PASSWORD_REJECTED with all faults, PASSWORD_HASHING_BUSY */
  hash(password: string, context?: PasswordContext): Promise<string>;
  /**
   * Compares a password with a stored hash. Where there is no account, or one without a password, pass `undefined`: it
   * takes as long as a wrong password. A hash that nobody can read is logged and never valid.
   * @throws PASSWORD_HASHING_BUSY
   */
  verify(password: string, hash: string | null | undefined): Promise<PasswordVerdict>;
  /** Takes as long as verifying a wrong password, for where there is no hash. */
  verifyNothing(password: string): Promise<PasswordVerdict>;
  /** Hashes a password that was just verified, whatever the policy says of it by now. @throws PASSWORD_HASHING_BUSY */
  rehash(password: string): Promise<string>;
}
export const Passwords = token<Passwords>('auth.Passwords');

const wrong: PasswordVerdict = Object.freeze({ valid: false, rehash: false });
// No policy allows so many; hashing them all would be work for nothing (CVE-2013-1443).
const longest = 4096;

/** Makes {@link Passwords}. Passwords are normalised before anything else is done with them; see {@link normalisePassword}. */
export function passwords({ current, accepted = [], policy = passwordPolicy(), logger = noopLogger }: PasswordsOptions): Passwords {
  const hashers = [current, ...accepted];
  const { maxBytes = Infinity } = current;

  async function faultsOf(password: string, context: PasswordContext | undefined): Promise<readonly PasswordFault[]> {
    const faults = await policy.check(password, context);
    const tooLong = faults.some(({ reason }) => reason === 'too_long') ? undefined : byteFault(password, maxBytes);
    return tooLong ? [...faults, tooLong] : faults;
  }
  const verifyNothing = async (password: string): Promise<PasswordVerdict> => {
    await current.verify(normalisePassword(password.slice(0, longest)), current.decoy);
    return wrong;
  };
  function unreadable(password: string, error?: unknown): Promise<PasswordVerdict> {
    logger.error('A stored password hash cannot be verified by any of the hashers.', error === undefined ? {} : { error });
    return verifyNothing(password);
  }

  async function verify(password: string, hash: string): Promise<PasswordVerdict> {
    const hasher = hashers.find((each) => each.recognises(hash));
    if (!hasher) return unreadable(password);
    const whole = normalisePassword(password);
    try {
      const valid = await hasher.verify(whole, hash);
      return valid ? { valid, rehash: (hasher !== current || current.needsRehash(hash)) && Buffer.byteLength(whole) <= maxBytes } : wrong;
    } catch (error) {
      if (isAppError(error) || currentContext()?.signal?.aborted) throw error;
      return unreadable(password, error);
    }
  }

  return {
    check: (password, context) => faultsOf(normalisePassword(password), context),
    async hash(password, context) {
      const whole = normalisePassword(password);
      const reasons = await faultsOf(whole, context);
      if (reasons.length > 0) throw new PasswordRejected({ reasons });
      return current.hash(whole);
    },
    async verify(password, hash) {
      return hash == null || password.length > longest ? verifyNothing(password) : verify(password, hash);
    },
    verifyNothing,
    rehash: (password) => current.hash(normalisePassword(password)),
  };
}
