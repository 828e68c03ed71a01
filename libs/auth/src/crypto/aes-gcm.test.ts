import { createSecretKey, type KeyObject } from 'node:crypto';
import { open, seal } from './aes-gcm.js';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const feffe = 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308';
const cafe = 'cafebabefacedbaddecaf888';
const text = 'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255';
const sealed = '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad';

// D. McGrew, J. Viega: The Galois/Counter Mode of Operation, appendix B, the cases with a key of 256 bits and a nonce of 96.
const vectors = [
  { case: 13, key: '00'.repeat(32), nonce: '00'.repeat(12), associated: '', plaintext: '', ciphertext: '', tag: '530f8afbc74536b9a963b4f1c4cb738b' },
  { case: 14, key: '00'.repeat(32), nonce: '00'.repeat(12), associated: '', plaintext: '00'.repeat(16), ciphertext: 'cea7403d4d606b6e074ec5d3baf39d18', tag: 'd0d1c8a799996bf0265b98b5d48ab919' },
  { case: 15, key: feffe, nonce: cafe, associated: '', plaintext: text, ciphertext: sealed, tag: 'b094dac5d93471bdec1a502270e3cc6c' },
  { case: 16, key: feffe, nonce: cafe, associated: 'feedfacedeadbeeffeedfacedeadbeefabaddad2', plaintext: text.slice(0, 120), ciphertext: sealed.slice(0, 120), tag: '76fc6ece0f4e1768cddf8853bb2d551b' },
].map((vector) => ({ ...vector, key: createSecretKey(hex(vector.key)) }));

test.each(vectors)('test case $case of the GCM specification', ({ key, nonce, associated, plaintext, ciphertext, tag }) => {
  expect(seal(key, hex(nonce), hex(associated), hex(plaintext)).toString('hex')).toBe(ciphertext + tag);
  expect(open(key, hex(nonce), hex(associated), hex(ciphertext + tag))?.toString('hex')).toBe(plaintext);
});

const { key, nonce, associated, ciphertext, tag } = vectors[3]!;
const opened = (parts: { key?: KeyObject; nonce?: Buffer; associated?: Buffer; sealed?: Buffer }): Buffer | undefined =>
  open(parts.key ?? key, parts.nonce ?? hex(nonce), parts.associated ?? hex(associated), parts.sealed ?? hex(ciphertext + tag));

test('a bit that differs, in whatever part, opens nothing', () => {
  expect(opened({})).toBeDefined();
  for (const [part, bytes] of Object.entries({ nonce: hex(nonce), associated: hex(associated), sealed: hex(ciphertext + tag), key: key.export() })) {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(opened({ [part]: part === 'key' ? createSecretKey(changed) : changed })).toBeUndefined();
    }
  }
});

test('a tag that is cut short opens nothing, though Node would take one of 4 bytes', () => {
  for (let length = 0; length < ciphertext.length / 2 + 16; length++) expect(opened({ sealed: hex(ciphertext + tag).subarray(0, length) })).toBeUndefined();
});

test('a nonce of another length opens nothing', () => {
  for (const length of [0, 1, 11, 13, 16]) expect(opened({ nonce: Buffer.alloc(length) })).toBeUndefined();
});
