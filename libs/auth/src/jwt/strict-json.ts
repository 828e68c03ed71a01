const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

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
  checkNames(text);
  return value as Record<string, unknown>;
}

/**
 * Looks at every name in a text that is known to be JSON, where a string with a colon behind it can be nothing else. By hand:
 * a regular expression takes several times as long as all the rest.
 */
function checkNames(text: string): void {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{') open.push(new Set());
    else if (char === '}') open.pop();
    else if (char === '"') {
      const start = at;
      while (text[++at] !== '"') if (text[at] === '\\') at += 1;
      if (!isColonNext(text, at + 1)) continue;
      const quoted = text.slice(start, at + 1);
      const name = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
      const names = open.at(-1)!;
      if (names.has(name)) throw new SyntaxError('a member occurs twice');
      if (name === '__proto__') throw new SyntaxError('a member is named __proto__');
      names.add(name);
    }
  }
}

function isColonNext(text: string, from: number): boolean {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return text[at] === ':';
}
