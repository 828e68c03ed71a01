import { token } from '@org/enterprise-kernel';

/** Makes of a password what may be kept, slowly. Passwords arrive normalised; see `passwords()`. */
export interface PasswordHasher {
  /** How many bytes of UTF-8 it can take in full. @default any number */
  readonly maxBytes?: number;
  /** A well-formed hash of the current parameters that no password has, to be verified where there is no account. */
  readonly decoy: string;
  /**
   * Returns the hash with its algorithm, parameters and salt.
   * @throws PASSWORD_REJECTED for a password that it cannot take in full, PASSWORD_HASHING_BUSY
   */
  hash(password: string): Promise<string>;
  /** Tells whether this is the password that the hash was made of. A wrong one takes as long whatever is wrong with it. @throws PASSWORD_HASHING_BUSY */
  verify(password: string, hash: string): Promise<boolean>;
  /** Tells whether this hasher can verify the hash. */
  recognises(hash: string): boolean;
  /** Tells whether the hash, which it recognises, has other parameters than the ones it hashes with. */
  needsRehash(hash: string): boolean;
}
export const PasswordHasher = token<PasswordHasher>('auth.PasswordHasher');
