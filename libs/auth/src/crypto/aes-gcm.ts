import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

export const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM with a 96-bit nonce: the ciphertext and its 128-bit tag. @see NIST SP 800-38D, section 7.1 */
export function seal(key: KeyObject, nonce: Uint8Array, associated: Uint8Array, plaintext: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(associated);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Returns the plaintext, or `undefined` for what {@link seal} did not make of just these. @see NIST SP 800-38D, section 7.2 */
export function open(key: KeyObject, nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  const end = sealed.length - tagBytes;
  if (end < 0 || nonce.length !== nonceBytes) return undefined;
  // The length is pinned: otherwise Node takes tags of 4 bytes.
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(associated).setAuthTag(sealed.subarray(end));
  const plaintext = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plaintext;
}
