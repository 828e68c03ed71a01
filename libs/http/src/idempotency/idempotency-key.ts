import { createHash } from 'node:crypto';
import type { Fault } from '../errors.js';
import { IdempotencyKeyRequired } from './idempotency.errors.js';

/** A key as it was sent, and the fingerprint of what was sent with it. */
export class SentKey {
  readonly #hash = createHash('sha256');

  constructor(readonly key: string) {}

  /** Makes this part of the fingerprint. */
  cover(part: string | Uint8Array): void {
    this.#hash.update(part);
  }

  /** Ends the fingerprint; can be called once. */
  fingerprint(): string {
    return this.#hash.digest('base64url');
  }
}

const bare = /^[\x21-\x7e]{1,255}$/;
const quoted = /^"((?:[\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"$/;

/**
 * Reads the header Idempotency-Key: a string of structured fields (RFC 9651 section 3.3.3) as the draft wants it, or the
 * same without its quotation marks, as most clients send it.
 * @throws IDEMPOTENCY_KEY_REQUIRED
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function readIdempotencyKey(header: string | undefined, mode: 'required' | 'optional', faults: Fault[]): SentKey | undefined {
  if (header === undefined) {
    if (mode === 'required') throw new IdempotencyKeyRequired();
    return undefined;
  }
  const key = header.startsWith('"') ? quoted.exec(header)?.[1]?.replace(/\\(.)/g, '$1') : header;
  if (key !== undefined && bare.test(key)) return new SentKey(key);
  faults.push({ path: 'idempotency-key', message: 'must be 1 to 255 visible ASCII characters, with or without quotation marks around them', in: 'headers' });
  return undefined;
}
