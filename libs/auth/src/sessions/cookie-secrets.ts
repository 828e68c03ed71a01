import { randomBytes } from 'node:crypto';
import { hashToken } from '../crypto/tokens.js';
import { uuidFromBytes, uuidToBytes } from './uuid-bytes.js';

/** Makes the secret of a session that a browser keeps: base64url of the session's id and 32 random bytes. */
export function issueCookieSecret(sessionId: string): { readonly text: string; readonly hash: string } {
  const text = Buffer.concat([uuidToBytes(sessionId), randomBytes(32)]).toString('base64url');
  return { text, hash: cookieSecretHash(text) };
}

/** Returns the session that a secret claims to be of; `undefined` for a text of another form. */
export const sessionOfCookieSecret = (text: string): string | undefined =>
  (form.test(text) ? uuidFromBytes(Buffer.from(text, 'base64url').subarray(0, 16)) : undefined);

/** What is stored of a secret, and what remembers it in memory. */
export const cookieSecretHash = (text: string): string => hashToken(`session-cookie:${text}`);

// 48 bytes are 64 characters without a bit to spare.
const form = /^[A-Za-z0-9_-]{64}$/;
