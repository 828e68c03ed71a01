import { hash, timingSafeEqual } from 'node:crypto';

/**
 * Tells whether two secrets are the same, in a time that does not depend on where they differ. They may be of any length;
 * text is compared with bytes as UTF-8.
 */
export function constantTimeEqual(a: string | Uint8Array, b: string | Uint8Array): boolean {
  // Digests have one length, which timingSafeEqual needs, and tell nothing about what they are made of.
  if (!timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))) return false;
  // UTF-8 writes every half of a surrogate pair alike.
  return typeof a !== 'string' || typeof b !== 'string' || a === b;
}
