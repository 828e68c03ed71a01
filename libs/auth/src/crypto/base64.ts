/**
 * Reads base64 in its one canonical form: with padding, nothing in between, unused bits zero. Returns `undefined` for
 * anything else, which Node would skip or guess.
 * @see RFC 4648, sections 3.5 and 4
 */
export const decodeBase64 = (text: string): Buffer | undefined => canonical(text, 'base64');

/** Reads base64url without padding, as strictly. @see RFC 4648, section 5 */
export const decodeBase64url = (text: string): Buffer | undefined => canonical(text, 'base64url');

function canonical(text: string, encoding: 'base64' | 'base64url'): Buffer | undefined {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}
