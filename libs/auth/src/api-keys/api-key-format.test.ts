import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { apiKeyFormat, apiKeyPattern, isApiKey } from './api-key-format.js';
import { randomBase62, toBase62 } from './base62.js';

// Their checksums were computed with zlib.crc32 of Python.
const known = [
  'exk_0000000000000000000000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_3J6sRm',
  'exk_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzABC_2Vlw7j',
  'acme1_ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ_0J2Nlm',
] as const;

test('the checksum is the one that others compute', () => {
  expect(crc32('123456789')).toBe(0xcbf43926); // the check value of CRC-32/ISO-HDLC
  for (const key of known) expect(isApiKey(key, key.split('_')[0])).toBe(true);
  expect(apiKeyFormat().idOf(known[1])).toBe('0123456789ABCDEFGHIJKL');
});

test.each(['exk', 'acme1', 'ab', 'a234567890'])('a key that begins with %s has its id, its secret and its checksum in one word', (prefix) => {
  const format = apiKeyFormat(prefix);
  const { id, key } = format.make();
  expect(key).toMatch(new RegExp(`^${prefix}_[0-9A-Za-z]{65}_[0-9A-Za-z]{6}$`));
  expect(key.startsWith(`${prefix}_${id}`)).toBe(true);
  expect(id).toHaveLength(22);
  expect(format.idOf(key)).toBe(id);
  expect(`the key ${key}.`.match(/\w+/g)).toContain(key); // what a double click takes
});

test('a new secret for an id leaves nothing but the id as it was', () => {
  const { make, idOf } = apiKeyFormat();
  const first = make();
  const second = make(first.id);
  expect(idOf(second.key)).toBe(first.id);
  expect(second.key.slice(26, 69)).not.toBe(first.key.slice(26, 69));
});

test('keys are never the same, and use all characters alike', () => {
  const keys = Array.from({ length: 5_000 }, () => apiKeyFormat().make().key.slice(4, 69));
  expect(new Set(keys).size).toBe(5_000);
  const counts = new Map<string, number>();
  for (const character of keys.join('')) counts.set(character, (counts.get(character) ?? 0) + 1);
  expect(counts.size).toBe(62);
  // 325,000 characters: 5,242 of each on average, with a standard deviation of 72. Remainders would give 5,078 and 10,156.
  for (const count of counts.values()) expect(Math.abs(count - 325_000 / 62)).toBeLessThan(6 * 72);
});

test('every character of a key is covered by its checksum', () => {
  const { idOf } = apiKeyFormat();
  const [, key] = known;
  for (let i = 0; i < key.length; i++) {
    for (const character of '0Aaz_-.é \n\u0000') {
      const changed = key.slice(0, i) + character + key.slice(i + 1);
      if (changed !== key) expect(idOf(changed)).toBeUndefined();
    }
  }
});

test.each(['', 'exk_', known[0].slice(0, -1), `${known[0]}0`, ` ${known[0]}`, `${known[0]}\n`, known[0].toUpperCase(), known[0].replace('exk', 'exl'), known[2], `${known[0]}, ${known[1]}`, 'x'.repeat(1_000_000)])('what is not written like a key is none (%#)', (text) => {
  expect(isApiKey(text)).toBe(false);
});

test('a prefix is part of what the checksum covers', () => {
  const { key } = apiKeyFormat('abc').make();
  expect(isApiKey(key.replace('abc', 'abd'), 'abd')).toBe(false);
});

test.each(['', 'a', '1ab', 'Exk', 'e_k', 'a.b', 'a(', 'a2345678901', 'é1'])('%j is no prefix', (prefix) => {
  for (const use of [() => apiKeyFormat(prefix), () => apiKeyPattern(prefix), () => isApiKey('', prefix)]) {
    expect(use).toThrow(new TypeError('The prefix of API keys is 2 to 10 lower-case letters and digits, and begins with a letter.'));
  }
});

test('the pattern finds the keys in a text, and nothing that only looks alike', () => {
  const text = `curl -H "X-API-Key: ${known[0]}" # or KEY=${known[1]}\nno${known[0]} ${known[0]}x ${known[0].slice(0, -1)} ${known[2]}`;
  expect(text.match(apiKeyPattern())).toEqual([known[0], known[1]]);
  expect(text.match(apiKeyPattern('acme1'))).toEqual([known[2]]);
  expect(apiKeyPattern().source).toBe(String.raw`\bexk_[0-9A-Za-z]{65}_[0-9A-Za-z]{6}\b`);
});

test('numbers are written in base 62 with leading zeros', () => {
  expect([0, 61, 62, 2 ** 32 - 1].map((value) => toBase62(value, 6))).toEqual(['000000', '00000z', '000010', '4gfFC3']);
  expect(randomBase62(0)).toBe('');
});

test('the guide shows scanners the pattern that is true, and a key that it finds', () => {
  const guide = readFileSync(new URL('../../../../docs/auth-api-keys.md', import.meta.url), 'utf8');
  expect(guide.split('\n')).toContain(apiKeyPattern().source);
  expect(guide.match(apiKeyPattern())?.filter((key) => isApiKey(key))).toEqual([known[1]]);
});
