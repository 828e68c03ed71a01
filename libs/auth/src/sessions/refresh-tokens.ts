import { randomBytes, timingSafeEqual } from 'node:crypto';
import { deriveKeyRing } from '../crypto/derive-key-ring.js';
import { hmacSha256 } from '../crypto/hmac.js';
import type { KeyRing, SecretKey } from '../crypto/key-ring.js';
import { hashToken } from '../crypto/tokens.js';
import { uuidFromBytes, uuidToBytes } from './uuid-bytes.js';

/** A refresh token as it leaves the process, and what is stored of it. */
export interface IssuedRefreshToken {
  readonly text: string;
  readonly generation: number;
  readonly hash: string;
}

/** What a text that looks like a refresh token says of itself. */
export interface ReadRefreshToken {
  readonly sessionId: string;
  readonly generation: number;
  readonly secret: Buffer;
  readonly hash: string;
  /** Whether it was made here: `undefined` if the key is unknown that could tell. */
  readonly genuine: boolean | undefined;
}

/** How the token that follows another one is derived from it. */
export interface Derivation {
  /** Random, made for each rotation and kept with the session. */
  readonly salt: string;
  readonly keyId: string;
}

export interface RefreshTokens {
  /** Makes the first token of a session. */
  first(sessionId: string): IssuedRefreshToken;
  /** Makes the token that follows `parent`, the same bytes each time; `undefined` if the key has left the ring. */
  child(parent: ReadRefreshToken, derivation: Derivation): IssuedRefreshToken | undefined;
  /** Takes a text apart; `undefined` for one that is no refresh token by its form. */
  read(text: string): ReadRefreshToken | undefined;
}

/**
 * Makes and reads refresh tokens: `rt1.<key id>.<base64url of session id, generation, secret and their MAC>`.
 *
 * The first secret of a session is random. Each later one is an HMAC, under a key of the server, of the one before and a
 * salt of this one rotation: whoever has the same three gets the same bytes, and two of them are of no use. The MAC tells
 * tokens that were once given out from garbage, when nothing is stored of them any more.
 */
export function refreshTokens(keys: KeyRing): RefreshTokens {
  const deriving = deriveKeyRing(keys, 'refresh-token.child');
  const signing = deriveKeyRing(keys, 'refresh-token.mac');

  function issue(sessionId: string, generation: number, secret: Buffer, key: SecretKey): IssuedRefreshToken {
    const content = Buffer.concat([uuidToBytes(sessionId), uint32(generation), secret]);
    return { text: `rt1.${key.id}.${Buffer.concat([content, mac(key, content)]).toString('base64url')}`, generation, hash: hashOf(secret) };
  }

  return {
    first: (sessionId) => issue(sessionId, 0, randomBytes(32), signing.current),

    child({ sessionId, generation, secret }, { salt, keyId }) {
      const [key, signer] = [deriving.find(keyId), signing.find(keyId)];
      if (!key || !signer) return undefined;
      const message = Buffer.concat([uuidToBytes(sessionId), uint32(generation), secret, Buffer.from(salt)]);
      return issue(sessionId, generation + 1, hmacSha256(key.bytes, message), signer);
    },

    read(text) {
      const [, keyId, encoded] = form.exec(text) ?? [];
      if (keyId === undefined) return undefined;
      const bytes = Buffer.from(encoded!, 'base64url');
      const content = bytes.subarray(0, 52);
      const secret = bytes.subarray(20, 52);
      const key = signing.find(keyId);
      return {
        sessionId: uuidFromBytes(bytes.subarray(0, 16)), generation: bytes.readUInt32BE(16), secret, hash: hashOf(secret),
        genuine: key && timingSafeEqual(mac(key, content), bytes.subarray(52)),
      };
    },
  };
}

// 84 bytes are 112 characters without a bit to spare, so that there is one way to write each token.
const form = /^rt1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{112})$/;

// The id of the key is covered too, though a wrong one already makes a wrong MAC.
const mac = ({ id, bytes }: SecretKey, content: Buffer): Buffer => hmacSha256(bytes, Buffer.concat([content, Buffer.from(id)]));

// Prefixed, so that the hash of a refresh token never is that of a cookie.
const hashOf = (secret: Buffer): string => hashToken(`refresh-token:${secret.toString('base64url')}`);

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
