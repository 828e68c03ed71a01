import { createHmac, createPublicKey, createSecretKey, KeyObject } from 'node:crypto';
// By parts: all of jose is a hundred modules, and a start waits for them.
import type { JWK } from 'jose';
import * as base64url from 'jose/base64url';
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint';
import { CompactSign } from 'jose/jws/compact/sign';
import { importJWK, importPKCS8, importSPKI } from 'jose/key/import';
import { keyFault, signatureCheck, signingAlgorithms, type SignatureCheck, type SigningAlgorithm } from './algorithms.js';
import { SigningKeyInvalid } from './jwt.errors.js';

export interface SigningKeyOptions {
  readonly alg: SigningAlgorithm;
  /**
   * PKCS #8 in PEM, or a JWK; a public key (SPKI in PEM, or a JWK) is enough for one that does not sign. For HS256 the
   * secret: text or bytes, at least 32 bytes of good randomness.
   */
  readonly key: string | Uint8Array | JsonWebKeyInput;
  /** Id of the key in tokens and in the JWKS, 1 to 128 visible ASCII characters. @default its thumbprint of RFC 7638; for a secret, derived from it */
  readonly kid?: string;
}

/** A JSON Web Key (RFC 7517) as a file or a secret store holds it. */
export interface JsonWebKeyInput {
  readonly kty?: string;
  readonly [member: string]: unknown;
}

/** A public key as a JWKS shows it. */
export interface PublicJwk {
  readonly kty: string;
  readonly kid: string;
  readonly alg: string;
  readonly use: 'sig';
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly n?: string;
  readonly e?: string;
}

export interface ImportedKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  /** What signs; `undefined` for a key that was given as a public one. */
  readonly signer: KeyObject | undefined;
  readonly isSignature: SignatureCheck;
  /** `undefined` for a secret. */
  readonly jwk: PublicJwk | undefined;
}

/** RFC 7518 section 3.2: as long as the hash, at least. */
const shortestSecret = 32;

/**
 * Reads a key once, for all uses.
 * @param place of the key in the options, which is how errors name it
 * @throws SIGNING_KEY_INVALID without a cause: what a parser says of a key may hold a part of it
 */
export async function importSigningKey(place: string, { alg, key, kid }: SigningKeyOptions): Promise<ImportedKey> {
  const fail = (reason: string): Error => new SigningKeyInvalid({ key: place, reason }, { message: `The signing key "${place}" cannot be used: ${reason}.` });
  if (!signingAlgorithms.has(alg)) throw fail(`its algorithm is none of ${[...signingAlgorithms].join(', ')}`);
  if (kid !== undefined && !/^[\x21-\x7e]{1,128}$/.test(kid)) throw fail('its kid is not 1 to 128 visible ASCII characters');

  if (alg === 'HS256') {
    const secret = secretBytes(key);
    if (typeof secret === 'string') throw fail(secret);
    const signer = createSecretKey(secret);
    // Not a thumbprint: RFC 7638 section 7 warns of a hash of a secret that everybody sees.
    kid ??= createHmac('sha256', signer).update('kid').digest('base64url');
    return { kid, alg, signer, isSignature: signatureCheck(alg, signer), jwk: undefined };
  }

  if (typeof key === 'object' && 'alg' in key && key['alg'] !== alg) throw fail(`it is not for ${alg}`);
  if (typeof key === 'object' && 'use' in key && key['use'] !== 'sig') throw fail('it is not for signatures');
  const given = await readAsymmetric(alg, key).catch(() => undefined);
  if (!given) throw fail(`it is not a PKCS #8 or SPKI PEM or a JWK for ${alg}`);
  const publicKey = given.type === 'private' ? createPublicKey(given) : given;
  const fault = keyFault(alg, publicKey);
  if (fault !== undefined) throw fail(fault);
  const isSignature = signatureCheck(alg, publicKey);
  if (given.type === 'private' && !(await isPair(alg, given, isSignature))) throw fail('its private and public parts do not belong together');

  const members = publicMembers(publicKey);
  kid ??= await calculateJwkThumbprint(members as JWK);
  const signer = given.type === 'private' ? given : undefined;
  return { kid, alg, signer, isSignature, jwk: Object.freeze({ ...members, kid, alg, use: 'sig' }) };
}

/** The bytes of a secret, or what is wrong with it. */
function secretBytes(key: SigningKeyOptions['key']): Uint8Array | string {
  if (typeof key === 'string' && key.includes('-----BEGIN')) return 'a PEM file is no secret'; // and may well be a public key
  if (typeof key === 'object' && !(key instanceof Uint8Array) && (key.kty !== 'oct' || typeof key['k'] !== 'string')) return 'a JWK of a secret has kty "oct" and k';
  const bytes = typeof key === 'string' ? Buffer.from(key) : key instanceof Uint8Array ? key : base64url.decode(key['k'] as string);
  return bytes.length >= shortestSecret ? bytes : `a secret needs at least ${shortestSecret} bytes`;
}

async function readAsymmetric(alg: SigningAlgorithm, key: SigningKeyOptions['key']): Promise<KeyObject> {
  // As a KeyObject, because node:crypto checks signatures; jose signs with it as well.
  const read = typeof key !== 'string' ? importJWK(key as JWK, alg, { extractable: true })
    : key.includes('-----BEGIN PUBLIC KEY-----') ? importSPKI(key.trim(), alg, { extractable: true })
    : importPKCS8(key.trim(), alg, { extractable: true });
  return KeyObject.from(await read as Parameters<typeof KeyObject.from>[0]);
}

/** Signs something to see whether the pair fits: a JWK can be put together from two keys. */
async function isPair(alg: SigningAlgorithm, signer: KeyObject, isSignature: SignatureCheck): Promise<boolean> {
  const probe = await new CompactSign(new Uint8Array(1)).setProtectedHeader({ alg }).sign(signer);
  const end = probe.lastIndexOf('.');
  return isSignature(probe.slice(0, end), base64url.decode(probe.slice(end + 1)));
}

/** Picks the public members by name, so that a private one cannot come along whatever the key is. */
function publicMembers(key: KeyObject): Pick<PublicJwk, 'kty' | 'crv' | 'x' | 'y' | 'n' | 'e'> {
  const { kty, crv, x, y, n, e } = key.export({ format: 'jwk' }) as Partial<PublicJwk> & Pick<PublicJwk, 'kty'>;
  return kty === 'RSA' ? { kty, n: n!, e: e! } : kty === 'EC' ? { kty, crv: crv!, x: x!, y: y! } : { kty, crv: crv!, x: x! };
}
