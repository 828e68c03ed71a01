import { provide } from '@org/enterprise-di';
import { compare, hash, truncates } from 'bcryptjs';
import { Settings } from '../platform.js';
import { PasswordHasher } from './password-hasher.js';

/** bcrypt (Provos and Mazières, USENIX 1999) with a cost of 2 to the power of PASSWORD_COST. */
export const bcryptPasswordHasher = provide(PasswordHasher, { settings: Settings }, ({ settings }): PasswordHasher => ({
  async hash(password) {
    if (truncates(password)) throw new RangeError('bcrypt takes 72 bytes at most.');
    return hash(password, settings.PASSWORD_COST);
  },
  verify: async (password, hashed) => !truncates(password) && compare(password, hashed),
}));
