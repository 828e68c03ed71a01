import { token } from '@org/enterprise-kernel';

/** Makes of a password what may be kept, slowly. */
export interface PasswordHasher {
  /** Returns the hash with its salt and cost. @throws RangeError for a password that could not be hashed in full */
  hash(password: string): Promise<string>;
  /** Tells whether this is the password that the hash was made of. */
  verify(password: string, hash: string): Promise<boolean>;
}
export const PasswordHasher = token<PasswordHasher>('auth.PasswordHasher');
