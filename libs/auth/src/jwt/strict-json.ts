const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
// In valid JSON a string with a colon behind it is the name of a member, and any other piece is of no interest.
const pieces = /[{}]|("(?:[^"\\]|\\.)*")(\s*:)?/gs;

/**
 * Reads a JSON object from UTF-8 bytes (RFC 8725 section 3.7).
 *
 * A name that occurs twice in one object is a fault, at any depth and however it is escaped: two parsers that disagree on
 * which one counts could be played against each other (RFC 7515 section 4, RFC 7519 section 4). So is a member named
 * `__proto__`, which would become a prototype in careless hands.
 * @throws SyntaxError, or TypeError for bytes that are not UTF-8
 */
export function parseStrictObject(bytes: Uint8Array): Record<string, unknown> {
  const text = utf8.decode(bytes);
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('not a JSON object');

  const open: Set<string>[] = [];
  for (const [piece, quoted, colon] of text.matchAll(pieces)) {
    if (piece === '{') open.push(new Set());
    else if (piece === '}') open.pop();
    else if (colon !== undefined) {
      const name = JSON.parse(quoted!) as string;
      const names = open.at(-1)!;
      if (names.has(name)) throw new SyntaxError('a member occurs twice');
      if (name === '__proto__') throw new SyntaxError('a member is named __proto__');
      names.add(name);
    }
  }
  return value as Record<string, unknown>;
}
