/**
 * Returns the values of every cookie with exactly this name in a `Cookie` header, in their order. Only the space and the tab
 * count as space: what else the platform trims would let another name pass for this one.
 * @see RFC 6265, section 4.2
 */
export function cookieValues(header: string | undefined, name: string): readonly string[] {
  const values: string[] = [];
  for (const pair of header?.split(';') ?? []) {
    const middle = pair.indexOf('=');
    if (middle > 0 && trimmed(pair.slice(0, middle)) === name) values.push(trimmed(pair.slice(middle + 1)));
  }
  return values;
}

const trimmed = (text: string): string => {
  let [start, end] = [0, text.length];
  while (start < end && isSpace(text, start)) start++;
  while (end > start && isSpace(text, end - 1)) end--;
  return text.slice(start, end);
};
const isSpace = (text: string, at: number): boolean => text[at] === ' ' || text[at] === '\t';

/**
 * Writes the value of a `Set-Cookie` header for a cookie that is sent to this host alone, never to a script, and not with
 * what other sites send in the background.
 * @param maxAge seconds; 0 deletes it, `undefined` keeps it until the browser is closed
 * @see RFC 6265bis, section 4.1.3.2 (`__Host-`)
 */
export const hostCookie = (name: string, value: string, maxAge: number | undefined): string =>
  `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax${maxAge === undefined ? '' : `; Max-Age=${maxAge}`}`;
