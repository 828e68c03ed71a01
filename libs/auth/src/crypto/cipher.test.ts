import { webcrypto } from 'node:crypto';
import { inspect } from 'node:util';
import { cipher } from './cipher.js';
import { DecryptionFailed } from './crypto.errors.js';
import { deriveKeyRing } from './derive-key-ring.js';
import { keyRing } from './key-ring.js';

const old = { id: 'old', bytes: Buffer.alloc(32, 1) };
const current = { id: 'k2', bytes: Buffer.alloc(40, 2) };
const ring = keyRing([current, old]);
const { encrypt, decrypt, decryptBytes, needsRotation } = cipher(ring);
const caught = (body: () => unknown): unknown => {
  try { body(); } catch (error) { return error; }
  throw new Error('nothing was thrown');
};

test.each(['', 'a', 'Grüße 😀', '\ufeffwith a byte order mark', '\u0000', 'x'.repeat(100_000)])('what is encrypted comes back as it was (%#)', (plaintext) => {
  expect(decrypt(encrypt(plaintext))).toBe(plaintext);
  expect(decrypt(encrypt(plaintext, 'user:42:phone'), 'user:42:phone')).toBe(plaintext);
});

test('bytes come back as they were, and as text only if they are one', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(Uint8Array.from(decryptBytes(encrypt(bytes)))).toEqual(bytes);
  expect(caught(() => decrypt(encrypt(bytes)))).toBeInstanceOf(DecryptionFailed);
  expect(decrypt(encrypt(Buffer.from('text')))).toBe('text');
});

test('the same plaintext never gives the same text, and no nonce is seen twice', () => {
  const texts = Array.from({ length: 10_000 }, () => encrypt('same'));
  const nonces = texts.map((text) => Buffer.from(text.split('.')[2]!, 'base64url').subarray(0, 12).toString('hex'));
  expect([new Set(texts).size, new Set(nonces).size]).toEqual([10_000, 10_000]);
});

test('the format is the documented one: another implementation reads it', async () => {
  const text = encrypt('secret', 'user:42');
  const [version, id, encoded] = text.split('.') as [string, string, string];
  expect([version, id]).toEqual(['v1', 'k2']);
  const { subtle } = webcrypto;
  const master = await subtle.importKey('raw', current.bytes, 'HKDF', false, ['deriveKey']);
  const info = Buffer.from('org.enterprise.auth:aes-256-gcm');
  const key = await subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }, master, { name: 'AES-GCM', length: 256 }, false, ['decrypt']);
  const bytes = Buffer.from(encoded, 'base64url');
  const plaintext = await subtle.decrypt({ name: 'AES-GCM', iv: bytes.subarray(0, 12), additionalData: Buffer.from('v1.k2.user:42') }, key, bytes.subarray(12));
  expect(Buffer.from(plaintext).toString()).toBe('secret');
});

test('a text of the first release is read for ever', () => {
  expect(decrypt('v1.k2.AAECAwQFBgcICQoLc4gk-u5BFk01R2O-q_bs0acFP7ci32r3aH0T1i1nYiXbkX9CwxQSSq29H5E', 'user:42')).toBe('kept since the first release');
});

test('older keys of the ring decrypt, and their texts ask to be encrypted anew', () => {
  const text = cipher(keyRing([old])).encrypt('secret');
  expect(decrypt(text)).toBe('secret');
  expect(needsRotation(text)).toBe(true);
  expect(needsRotation(encrypt(decrypt(text)))).toBe(false);
  expect(needsRotation('no text of this cipher')).toBe(true);
  expect(needsRotation(text.replace('v1.old.', 'v1.k22.'))).toBe(true);
});

test('every failure is the same error, which says nothing else', () => {
  const text = encrypt('secret', 'user:42');
  const [, , encoded] = text.split('.') as [string, string, string];
  const failures: [string, string?][] = [
    [text], [text, ''], [text, 'user:43'], [text, 'user:42 '],
    ['', 'user:42'], ['v1', 'user:42'], ['v1..', 'user:42'], ['v1.k2.', 'user:42'], ['v1.k2.AAAA', 'user:42'], [`v1.k2.${'A'.repeat(37)}`, 'user:42'],
    [text.replace('v1', 'v2'), 'user:42'], [text.replace('v1', 'V1'), 'user:42'], [text.replace('k2', 'old'), 'user:42'], [text.replace('k2', 'gone'), 'user:42'], [text.replace('k2', '__proto__'), 'user:42'],
    [`${text}=`, 'user:42'], [`${text}\n`, 'user:42'], [` ${text}`, 'user:42'], [`${text}.`, 'user:42'], [text.slice(0, -1), 'user:42'], [`v1.k2.${Buffer.from(encoded, 'base64url').toString('base64')}`, 'user:42'],
    [cipher(deriveKeyRing(ring, 'other')).encrypt('secret', 'user:42'), 'user:42'],
    [cipher(keyRing([{ id: 'k2', bytes: Buffer.alloc(32, 3) }])).encrypt('secret', 'user:42'), 'user:42'],
    [undefined as never, 'user:42'], [null as never, 'user:42'],
  ];
  const shown = new Set(failures.map(([wrong, context]) => {
    const error = caught(() => decrypt(wrong, context)) as Error & { code: string; kind: string };
    expect(error.cause).toBeUndefined();
    return JSON.stringify([error.code, error.kind, error.message, Object.keys(error)]);
  }));
  expect([...shown]).toEqual([JSON.stringify(['DECRYPTION_FAILED', 'internal', 'The text cannot be decrypted.', ['code', 'kind']])]);
});

test('where the head of a text ends and its context begins cannot be moved', () => {
  const one = cipher(keyRing([{ id: 'a', bytes: old.bytes }, { id: 'a-b', bytes: old.bytes }]));
  const text = one.encrypt('secret', '-b.rest');
  expect(one.decrypt(text, '-b.rest')).toBe('secret');
  expect(caught(() => one.decrypt(text.replace('v1.a.', 'v1.a-b.'), 'rest'))).toBeInstanceOf(DecryptionFailed);
  expect(caught(() => one.decrypt(text.replace('v1.a.', 'v1.a-b.'), '-b.rest'))).toBeInstanceOf(DecryptionFailed);
});

test('no text that was changed by a character decrypts', () => {
  const text = encrypt('secret');
  for (let i = 0; i < text.length; i++) {
    for (const character of 'AZaz09-_.+/= \u0000é') {
      const changed = text.slice(0, i) + character + text.slice(i + 1);
      if (changed !== text) expect(caught(() => decrypt(changed))).toBeInstanceOf(DecryptionFailed);
    }
  }
});

test('half a surrogate pair is refused before it would become another text', () => {
  expect(() => encrypt('\udc00')).toThrow(new TypeError('This plaintext holds half a surrogate pair, which UTF-8 cannot write.'));
  expect(() => encrypt('x', '\ud800')).toThrow(new TypeError('This context holds half a surrogate pair, which UTF-8 cannot write.'));
});

test('a cipher shows no key', () => {
  expect(inspect(cipher(ring), { showHidden: true, depth: Infinity })).not.toMatch(/02 02|AgIC|0202/);
});
