import { deriveKeyRing, hkdfSha256 } from './derive-key-ring.js';
import { keyRing } from './key-ring.js';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const range = (from: number, to: number): Buffer => Buffer.from(Array.from({ length: to - from + 1 }, (_, i) => from + i));

// RFC 5869, appendix A.1 to A.3.
test.each([
  {
    case: 1, key: hex('0b'.repeat(22)), salt: range(0x00, 0x0c), info: range(0xf0, 0xf9), length: 42,
    expected: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    case: 2, key: range(0x00, 0x4f), salt: range(0x60, 0xaf), info: range(0xb0, 0xff), length: 82,
    expected: 'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
  },
  {
    case: 3, key: hex('0b'.repeat(22)), salt: '', info: '', length: 42,
    expected: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  },
])('test case $case of RFC 5869', ({ key, salt, info, length, expected }) => {
  expect(Buffer.from(hkdfSha256(key, salt, info, length)).toString('hex')).toBe(expected);
});

const ring = keyRing([{ id: 'b', bytes: Buffer.alloc(48, 2) }, { id: 'a', bytes: Buffer.alloc(32, 1) }]);
const keysOf = (purpose: string): string[] => deriveKeyRing(ring, purpose).all.map(({ bytes }) => Buffer.from(bytes).toString('hex'));

test('a derived ring has the same ids in the same order, and keys of 32 bytes', () => {
  const derived = deriveKeyRing(ring, 'mail');
  expect(derived.all.map(({ id, bytes }) => [id, bytes.length])).toEqual([['b', 32], ['a', 32]]);
  expect(derived.current.id).toBe('b');
});

test('each purpose has keys of its own, which stay the same', () => {
  expect(new Set([...keysOf('mail'), ...keysOf('Mail'), ...keysOf('csrf'), ...ring.all.map(({ bytes }) => Buffer.from(bytes).toString('hex'))]).size).toBe(8);
  expect(keysOf('mail')).toEqual(keysOf('mail'));
});

test('a ring can be derived from a derived one', () => {
  expect(deriveKeyRing(deriveKeyRing(ring, 'a'), 'b').current.bytes).not.toEqual(deriveKeyRing(ring, 'b').current.bytes);
});

test.each(['', 'a b', 'é', 'a'.repeat(129), 'a\n'])('%j is no purpose', (purpose) => {
  expect(() => deriveKeyRing(ring, purpose)).toThrow(new TypeError('A purpose is 1 to 128 visible ASCII characters.'));
});
