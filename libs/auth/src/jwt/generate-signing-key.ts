import { randomBytes } from 'node:crypto';
import { exportPKCS8 } from 'jose/key/export';
import { generateKeyPair } from 'jose/key/generate/keypair';
import type { SigningAlgorithm } from './algorithms.js';

/**
 * Makes a new key as text that can be written to a file (mode 0600) and given to `signingKeys` as `key`: PKCS #8 in PEM, or
 * for HS256 a secret of 256 random bits in base64url. RSA keys have 2048 bits.
 */
export async function generateSigningKey(alg: SigningAlgorithm): Promise<string> {
  if (alg === 'HS256') return randomBytes(32).toString('base64url');
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return exportPKCS8(privateKey);
}
