import { constants, createHmac, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import { ecdsaToDer } from './ecdsa-signature.js';

/** What this library signs with (RFC 7518 section 3.1, RFC 8037 section 3.1). EdDSA is Ed25519. */
export type SigningAlgorithm = 'ES256' | 'EdDSA' | 'RS256' | 'HS256';

/** What an outside issuer may sign with. */
export type AsymmetricAlgorithm =
  | 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA' | 'Ed25519';

export const signingAlgorithms: ReadonlySet<string> = new Set<SigningAlgorithm>(['ES256', 'EdDSA', 'RS256', 'HS256']);
export const asymmetricAlgorithms: ReadonlySet<string> = new Set<AsymmetricAlgorithm>([
  'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519',
]);

/** Tells whether `signature` belongs to `input`, which is ASCII. */
export type SignatureCheck = (input: string, signature: Uint8Array) => boolean;

/** Name of the curve at OpenSSL, and the length of a signature in bytes (RFC 7518 section 3.4). */
const curves: Readonly<Record<string, readonly [name: string, signature: number]>> = {
  ES256: ['prime256v1', 64], ES384: ['secp384r1', 96], ES512: ['secp521r1', 132],
};
/** RFC 7518 sections 3.3 and 3.5: a key of 2048 bits or larger must be used. */
const shortestModulus = 2048;

/** Says why a public or secret key is of no use for an algorithm, or `undefined` when it is. */
export function keyFault(alg: SigningAlgorithm | AsymmetricAlgorithm, key: KeyObject): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (alg === 'HS256') return key.type === 'secret' ? undefined : 'HS256 takes a secret';
  if (alg === 'EdDSA' || alg === 'Ed25519') return type === 'ed25519' ? undefined : `${alg} takes an Ed25519 key`;
  const curve = curves[alg];
  if (curve) return type === 'ec' && details?.namedCurve === curve[0] ? undefined : `${alg} takes a key on the curve P-${alg.slice(2).replace('512', '521')}`;
  if (type !== 'rsa') return `${alg} takes an RSA key`;
  return (details?.modulusLength ?? 0) >= shortestModulus ? undefined : `an RSA key needs at least ${shortestModulus} bits`;
}

/** Binds a key to the one algorithm that it verifies (RFC 8725 section 3.1). Runs on the calling thread. */
export function signatureCheck(alg: SigningAlgorithm | AsymmetricAlgorithm, key: KeyObject): SignatureCheck {
  if (alg === 'HS256') {
    return (input, signature) => {
      const expected = createHmac('sha256', key).update(input, 'latin1').digest();
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    };
  }
  const hash = alg === 'EdDSA' || alg === 'Ed25519' ? null : `sha${alg.slice(2)}`;
  const curve = curves[alg];
  if (curve) {
    const [, length] = curve;
    return (input, signature) => signature.length === length && verify(hash, Buffer.from(input, 'latin1'), key, ecdsaToDer(signature));
  }
  const how = alg.startsWith('PS') ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : key;
  return (input, signature) => verify(hash, Buffer.from(input, 'latin1'), how, signature);
}
