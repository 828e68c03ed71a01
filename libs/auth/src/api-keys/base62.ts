import { randomBytes } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Returns random characters, each with the same probability: 5.95 bits apiece. */
export function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    // Six bits at a time; the two values that have no character are drawn again, as a remainder would favour some.
    for (const byte of randomBytes(length)) if (text.length < length) text += alphabet[byte & 63] ?? '';
  }
  return text;
}

/** Writes a whole number in base 62, filled up with zeros. */
export function toBase62(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 62)) text = alphabet[rest % 62]! + text;
  return text;
}
