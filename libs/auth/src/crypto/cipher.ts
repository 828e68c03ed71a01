import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { nonceBytes, open, seal } from './aes-gcm.js';
import { decodeBase64url } from './base64.js';
import { DecryptionFailed } from './crypto.errors.js';
import { deriveKeyRing } from './derive-key-ring.js';
import type { KeyRing } from './key-ring.js';
import { utf8 } from './utf8.js';

/** Keeps texts secret and unchanged, each in the context for which it was made. */
export interface Cipher {
  /**
   * Encrypts with the current key. The same plaintext never gives the same text twice.
   * @param context what the text belongs to, e.g. `user:42:phone`; it is needed again to decrypt, and is not in the text. @default ''
   */
  encrypt(plaintext: string | Uint8Array, context?: string): string;
  /**
   * Returns what was encrypted, as text.
   * @throws DECRYPTION_FAILED for a text that was changed or belongs elsewhere, an unknown key, bytes that are not UTF-8
   */
  decrypt(text: string, context?: string): string;
  /** Returns what was encrypted, as bytes. @throws DECRYPTION_FAILED */
  decryptBytes(text: string, context?: string): Uint8Array;
  /** Tells whether a text should be encrypted anew, because it was not made with the current key. It proves nothing else. */
  needsRotation(text: string): boolean;
}

/**
 * Makes a cipher from a ring: AES-256-GCM with random 96-bit nonces, under keys derived from those of the ring. The text is
 * `v1.<key id>.<base64url of nonce, ciphertext and tag>`; all that stands before the last dot is authenticated, and the context.
 *
 * Nonces are random, so a key must encrypt no more than 2^32 texts: then the odds that two of them share a nonce reach
 * 2^-33 (NIST SP 800-38D, section 8.3). Add a key to the ring long before that.
 */
export function cipher(ring: KeyRing): Cipher {
  const derived = deriveKeyRing(ring, 'aes-256-gcm');
  const keys = new Map(derived.all.map(({ id, bytes }) => [id, createSecretKey(bytes)] as const));
  const currentHead = `v1.${ring.current.id}.`;
  const currentKey = keys.get(ring.current.id)!;

  const decryptBytes = (text: string, context = ''): Buffer => opened(keys, text, context) ?? fail();
  return {
    encrypt(plaintext, context = '') {
      const nonce = randomBytes(nonceBytes);
      const bytes = typeof plaintext === 'string' ? utf8(plaintext, 'plaintext') : plaintext;
      return currentHead + Buffer.concat([nonce, seal(currentKey, nonce, utf8(currentHead + context, 'context'), bytes)]).toString('base64url');
    },
    decryptBytes,
    decrypt(text, context) {
      const bytes = decryptBytes(text, context);
      try {
        return decoder.decode(bytes);
      } catch {
        return fail();
      }
    },
    needsRotation: (text) => !text.startsWith(currentHead),
  };
}

// Neither guesses at bytes that are not UTF-8 nor drops a byte order mark: the text comes back as it was.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const form = /^(v1\.([A-Za-z0-9_-]{1,32})\.)([A-Za-z0-9_-]+)$/;

function opened(keys: ReadonlyMap<string, KeyObject>, text: string, context: string): Buffer | undefined {
  const [, head, id, encoded] = form.exec(text) ?? [];
  const key = keys.get(id ?? '');
  const bytes = decodeBase64url(encoded ?? '');
  if (!key || !bytes) return undefined;
  // No id holds a dot, so head and context cannot be cut apart in another place.
  return open(key, bytes.subarray(0, nonceBytes), utf8(head + context, 'context'), bytes.subarray(nonceBytes));
}

function fail(): never {
  throw new DecryptionFailed();
}
