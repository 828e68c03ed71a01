import { refused } from './refusal.js';
import { parseStrictObject } from './strict-json.js';

/** A signed token in its three parts (RFC 7515 section 7.1), nothing of it verified. */
export interface CompactToken {
  readonly header: Readonly<Record<string, unknown>>;
  /** Reads the claims. Call it once the signature has been verified. */
  readonly claims: () => Record<string, unknown>;
  /** What the signature was made over. */
  readonly signingInput: string;
  readonly signature: Uint8Array;
}

/**
 * Takes a token apart.
 * @throws TOKEN_INVALID (`malformed`) for whatever has not exactly this form, an encrypted token (five parts) among it
 */
export function splitToken(token: string): CompactToken {
  const [header, payload, signature, ...rest] = token.split('.', 4);
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    throw refused('malformed', 'The token does not have three parts.');
  }
  return {
    header: readObject(header),
    claims: () => readObject(payload),
    signingInput: token.slice(0, header.length + 1 + payload.length),
    signature: decode(signature),
  };
}

function readObject(segment: string): Record<string, unknown> {
  try {
    return parseStrictObject(decode(segment));
  } catch {
    // Not as a cause: a parser's message repeats what it read.
    throw refused('malformed', 'A part of the token is not a JSON object in base64url, each name once.');
  }
}

/** Node's decoder ignores what does not belong, so only what it would write itself is accepted (RFC 4648 section 3.5). */
function decode(segment: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url');
  if (bytes.toString('base64url') !== segment) throw refused('malformed', 'A part of the token is not canonical base64url.');
  return bytes;
}
