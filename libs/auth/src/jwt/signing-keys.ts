import { systemClock, type Clock } from '@org/enterprise-kernel';
import type { JWTPayload } from 'jose';
import { SignJWT } from 'jose/jwt/sign';
import { SigningKeyInvalid } from './jwt.errors.js';
import { importSigningKey, type ImportedKey, type PublicJwk, type SigningKeyOptions } from './import-key.js';
import type { VerificationKey, VerificationKeys } from './verification-keys.js';

export interface RetiredKeyOptions extends SigningKeyOptions {
  /** From when on nothing is verified with it any more: when the last token that it signed has expired. */
  readonly until: Date;
}

/** The keys of an issuer at one time of their rotation. All of them verify. */
export interface SigningKeySet {
  /** Signs. Needs its private part. */
  readonly current: SigningKeyOptions;
  /** Is in the JWKS already, so that everybody knows it by the time it signs. @default none */
  readonly next?: SigningKeyOptions;
  /** Signed before. @default none */
  readonly retired?: readonly RetiredKeyOptions[];
}

export interface SigningKeysOptions extends SigningKeySet {
  /** @default systemClock */
  readonly clock?: Pick<Clock, 'now'>;
}

export interface JsonWebKeySet {
  readonly keys: readonly PublicJwk[];
}

export interface SigningKeys extends VerificationKeys {
  find(kid: string | undefined, alg: string): VerificationKey | undefined;
  /** Signs claims with the current key; `typ` names the kind of token (RFC 8725 section 3.11). */
  sign(claims: Readonly<Record<string, unknown>>, typ: string): Promise<string>;
  /** The public keys for `/.well-known/jwks.json` (RFC 7517 section 5). Secrets and keys past their time are not in it. */
  jwks(): JsonWebKeySet;
  /**
   * Takes another set of keys while tokens are issued and verified. Of several calls under way the last one counts.
   * @throws SIGNING_KEY_INVALID, and keeps the keys that it has
   */
  replace(keys: SigningKeySet): Promise<void>;
}

interface KnownKey extends VerificationKey, Pick<ImportedKey, 'jwk' | 'signer'> {}

/**
 * Imports keys, once, and keeps them with their part in the rotation.
 * @throws SIGNING_KEY_INVALID naming the key (`current`, `next`, `retired[0]`) and what is wrong with it, never its material
 */
export async function signingKeys({ clock = systemClock, ...initial }: SigningKeysOptions): Promise<SigningKeys> {
  let calls = 0;
  let revision = 0;
  let known = await importSet(initial);

  return {
    get revision() { return revision; },
    find(kid, alg) {
      const key = kid === undefined ? undefined : known.byId.get(kid);
      return key?.alg === alg && clock.now() < key.until ? key : undefined;
    },
    async sign(claims, typ) {
      const { kid, alg, signer } = known.current;
      return new SignJWT(claims as JWTPayload).setProtectedHeader({ alg, kid, typ }).sign(signer!);
    },
    jwks() {
      const now = clock.now();
      return { keys: [...known.byId.values()].flatMap(({ jwk, until }) => (jwk && now < until ? [jwk] : [])) };
    },
    async replace(keys) {
      const call = ++calls;
      const imported = await importSet(keys);
      if (call !== calls) return;
      known = imported;
      revision += 1;
    },
  };
}

async function importSet({ current, next, retired = [] }: SigningKeySet): Promise<{ current: KnownKey; byId: ReadonlyMap<string, KnownKey> }> {
  const known = await Promise.all([
    importKnown('current', current),
    ...(next ? [importKnown('next', next)] : []),
    ...retired.map((key, i) => importKnown(`retired[${i}]`, key, key.until)),
  ]);
  const [signing] = known as [KnownKey];
  if (!signing.signer) throw invalid('current', 'it is a public key, which cannot sign');
  const byId = new Map(known.map((key) => [key.kid, key]));
  if (byId.size !== known.length) throw invalid('current, next, retired', 'two keys have the same kid');
  return { current: signing, byId };
}

async function importKnown(place: string, options: SigningKeyOptions, until?: Date): Promise<KnownKey> {
  if (until !== undefined && Number.isNaN(until.getTime())) throw invalid(place, 'its until is not a date');
  return { ...await importSigningKey(place, options), until: until?.getTime() ?? Infinity };
}

const invalid = (key: string, reason: string): Error =>
  new SigningKeyInvalid({ key, reason }, { message: `The signing key "${key}" cannot be used: ${reason}.` });
