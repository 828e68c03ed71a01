import { crc32 } from 'node:zlib';
import { randomBase62, toBase62 } from './base62.js';

const idLength = 22; // 131 bits
const secretLength = 43; // 256 bits
const checksumLength = 6; // 62^6 > 2^32

export const defaultPrefix = 'exk';

/** How the keys of one prefix are written: `<prefix>_<22 of id><43 of secret>_<6 of checksum>`, all base 62. */
export interface ApiKeyFormat {
  /** Makes a key. With the id of an existing one it is that one's new secret. */
  make(id?: string): { readonly id: string; readonly key: string };
  /** Returns the id of what is written like a key and has the right checksum, which says nothing of whether it is good. */
  idOf(text: string): string | undefined;
}

/** @throws TypeError for a prefix that is not 2 to 10 lower-case letters and digits, beginning with a letter */
export function apiKeyFormat(prefix: string = defaultPrefix): ApiKeyFormat {
  const whole = new RegExp(`^${form(prefix)}$`);
  const start = prefix.length + 1;
  const end = start + idLength + secretLength;
  return {
    make(id = randomBase62(idLength)) {
      const body = `${prefix}_${id}${randomBase62(secretLength)}`;
      return { id, key: `${body}_${checksumOf(body)}` };
    },
    idOf(text) {
      if (text.length !== end + 1 + checksumLength || !whole.test(text)) return undefined;
      return checksumOf(text.slice(0, end)) === text.slice(end + 1) ? text.slice(start, start + idLength) : undefined;
    },
  };
}

/**
 * Returns the regular expression that finds keys in logs and repositories. It has no look-around, so that scanners take its source.
 * @param prefix @default exk
 */
export const apiKeyPattern = (prefix: string = defaultPrefix): RegExp => new RegExp(`\\b${form(prefix)}\\b`, 'g');

/**
 * Tells, without asking anybody, whether a text is written like a key and has the right checksum: what a scanner found is no
 * false alarm then. The checksum is no secret and proves nothing.
 * @param prefix @default exk
 */
export const isApiKey = (text: string, prefix: string = defaultPrefix): boolean => apiKeyFormat(prefix).idOf(text) !== undefined;

/** CRC-32 of all that stands before the last underscore. */
const checksumOf = (body: string): string => toBase62(crc32(body), checksumLength);

function form(prefix: string): string {
  if (!/^[a-z][a-z0-9]{1,9}$/.test(prefix)) throw new TypeError('The prefix of API keys is 2 to 10 lower-case letters and digits, and begins with a letter.');
  return `${prefix}_[0-9A-Za-z]{${idLength + secretLength}}_[0-9A-Za-z]{${checksumLength}}`;
}
