import { hash, randomBytes } from 'node:crypto';

/**
 * Returns a random token in base64url.
 * @param bytes of randomness, at least 16. @default 32
 * @throws TypeError for fewer
 */
export function randomToken(bytes = 32): string {
  if (!Number.isInteger(bytes) || bytes < 16) throw new TypeError('A token needs at least 16 random bytes.');
  return randomBytes(bytes).toString('base64url');
}

/**
 * Returns what to store of a random token instead of itself: its SHA-256 in base64url. A fast hash is right for what cannot be
 * guessed, and wrong for passwords.
 * @see FIPS 180-4
 */
export const hashToken = (text: string): string => hash('sha256', text, 'base64url');
