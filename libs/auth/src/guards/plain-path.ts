/**
 * What makes one path look like another to somebody: an empty or dot segment, a backslash or semicolon, and escapes of characters
 * that need none (RFC 3986 section 6.2.2.2) or that separate (slash, backslash, semicolon, percent, NUL).
 */
const odd = /\/\/|[;\\]|\/\.{1,2}(?:\/|$)|%(?:00|2[5def]|3[0-9b]|4[1-9a-f]|5[0-9acf]|6[1-9a-f]|7[0-9ae])/i;

/** Tells whether everybody reads the path of a request target as the same one. */
export function isPlainPath(target: string): boolean {
  const path = target.split(/[?#]/, 1)[0]!;
  // The absolute form (RFC 9112 section 3.2.2) has slashes of its own.
  return !odd.test(path.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, ''));
}
