import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { decodeBase64url } from './base64.js';
import { deriveKeyRing } from './derive-key-ring.js';
import type { KeyRing } from './key-ring.js';
import { utf8 } from './utf8.js';

/** Proves that a message was made by who holds the keys, and was not changed. */
export interface Hmac {
  /** Signs with the current key. The same message has the same signature until the current key changes. */
  sign(message: string | Uint8Array): string;
  /** Tells whether a signature was made for this message with any key of the ring. Compares in constant time. */
  verify(message: string | Uint8Array, signature: string): boolean;
}

/**
 * Makes HMAC-SHA-256 signatures under keys derived from those of a ring: `v1.<key id>.<base64url of 32 bytes>`. Take a ring of
 * {@link deriveKeyRing} for each purpose, or a signature of one is good for another.
 * @see RFC 2104, FIPS 198-1
 */
export function hmac(ring: KeyRing): Hmac {
  const keys = new Map(deriveKeyRing(ring, 'hmac-sha-256').all.map(({ id, bytes }) => [id, createSecretKey(bytes)] as const));
  const { id } = ring.current;
  const current = keys.get(id)!;
  return {
    sign: (message) => `v1.${id}.${hmacSha256(current, bytesOf(message)).toString('base64url')}`,
    verify(message, signature) {
      const [, signer, encoded] = form.exec(signature) ?? [];
      const key = keys.get(signer ?? '');
      const given = decodeBase64url(encoded ?? '');
      return key !== undefined && given?.length === 32 && timingSafeEqual(hmacSha256(key, bytesOf(message)), given);
    },
  };
}

const form = /^v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{43})$/;
const bytesOf = (message: string | Uint8Array): Uint8Array => (typeof message === 'string' ? utf8(message, 'message') : message);

/** HMAC with SHA-256. @see RFC 2104 */
export const hmacSha256 = (key: KeyObject | Uint8Array, message: Uint8Array): Buffer => createHmac('sha256', key).update(message).digest();
