import { constantTimeEqual } from './constant-time-equal.js';
import { hashToken, randomToken } from './tokens.js';

// FIPS 180-2, appendix B.1 to B.3 (SHA-256), and the empty message of NIST's SHA test vectors.
test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1'],
  ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
])('the SHA-256 of a token is the published one (%#)', (text, expected) => {
  expect(Buffer.from(hashToken(text), 'base64url').toString('hex')).toBe(expected);
});

test('tokens are as long as asked for, and never the same', () => {
  expect(randomToken()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(randomToken(16)).toMatch(/^[A-Za-z0-9_-]{22}$/);
  expect(new Set(Array.from({ length: 10_000 }, () => randomToken())).size).toBe(10_000);
});

test.each([0, 15, 16.5, -1, Number.NaN])('a token of %d bytes is refused', (bytes) => {
  expect(() => randomToken(bytes)).toThrow(new TypeError('A token needs at least 16 random bytes.'));
});

test.each([
  ['', '', true], ['a', 'a', true], ['a', 'b', false], ['a', 'ab', false], ['', 'a', false], ['ab', 'a', false],
  ['é', Buffer.from('é'), true], [new Uint8Array([1, 2]), Buffer.from([1, 2]), true], [new Uint8Array([1, 2]), new Uint8Array([1, 2, 3]), false], ['x'.repeat(100_000), 'x'.repeat(100_000), true],
  ['\ud800', '\ufffd', false], ['\ud800', '\udfff', false], ['e\u0301', 'é', false],
])('%p and %p: %p', (a, b, equal) => {
  expect(constantTimeEqual(a, b)).toBe(equal);
  expect(constantTimeEqual(b, a)).toBe(equal);
});
