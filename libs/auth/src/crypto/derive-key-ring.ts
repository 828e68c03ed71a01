import { hkdfSync } from 'node:crypto';
import { keyRing, type KeyRing } from './key-ring.js';

/**
 * Makes a ring of independent keys for one purpose, with the same ids: one master ring serves many purposes, and none of
 * their keys tells anything about another. The purpose is 1 to 128 visible ASCII characters and can never change again.
 * @throws TypeError for another purpose
 * @see RFC 5869 (HKDF with SHA-256, no salt, the purpose as info)
 */
export function deriveKeyRing(ring: KeyRing, purpose: string): KeyRing {
  if (!/^[\x21-\x7e]{1,128}$/.test(purpose)) throw new TypeError('A purpose is 1 to 128 visible ASCII characters.');
  return keyRing(ring.all.map(({ id, bytes }) => ({ id, bytes: hkdfSha256(bytes, '', `org.enterprise.auth:${purpose}`, 32) })));
}

/** HKDF with SHA-256. @see RFC 5869 */
export const hkdfSha256 = (key: Uint8Array, salt: string | Uint8Array, info: string | Uint8Array, length: number): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, salt, info, length));
