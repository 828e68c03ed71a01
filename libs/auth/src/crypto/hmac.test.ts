import { hmac, hmacSha256 } from './hmac.js';
import { deriveKeyRing } from './derive-key-ring.js';
import { keyRing } from './key-ring.js';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

// RFC 4231, section 4.2 to 4.8.
test.each([
  { case: 1, key: '0b'.repeat(20), data: Buffer.from('Hi There').toString('hex'), mac: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7' },
  { case: 2, key: Buffer.from('Jefe').toString('hex'), data: Buffer.from('what do ya want for nothing?').toString('hex'), mac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843' },
  { case: 3, key: 'aa'.repeat(20), data: 'dd'.repeat(50), mac: '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe' },
  { case: 4, key: '0102030405060708090a0b0c0d0e0f10111213141516171819', data: 'cd'.repeat(50), mac: '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b' },
  { case: 5, key: '0c'.repeat(20), data: Buffer.from('Test With Truncation').toString('hex'), mac: 'a3b6167473100ee06e0c796c2955552b' },
  { case: 6, key: 'aa'.repeat(131), data: Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First').toString('hex'), mac: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54' },
  {
    case: 7, key: 'aa'.repeat(131), mac: '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    data: Buffer.from('This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.').toString('hex'),
  },
])('test case $case of RFC 4231', ({ key, data, mac }) => {
  expect(hmacSha256(hex(key), hex(data)).toString('hex').slice(0, mac.length)).toBe(mac);
});

const old = { id: 'old', bytes: Buffer.alloc(32, 1) };
const ring = keyRing([{ id: 'k2', bytes: Buffer.alloc(32, 2) }, old]);

test('a signature names its key, and keeps its form', () => {
  // Computed with OpenSSL: HKDF (no salt, info org.enterprise.auth:hmac-sha-256) of 32 bytes 02, then HMAC-SHA-256.
  expect(hmac(ring).sign('message')).toBe('v1.k2.YTVRh0tRiyGGVeAZKXeU1WBRV8O8Vaaye7PwZtoViPc');
  expect(hmac(ring).sign(Buffer.from('message'))).toBe(hmac(ring).sign('message'));
});

test('a signature of an older key of the ring is good, one of a key that was taken out is not', () => {
  const signature = hmac(keyRing([old])).sign('message');
  expect(signature).toMatch(/^v1\.old\./);
  expect(hmac(ring).verify('message', signature)).toBe(true);
  expect(hmac(keyRing([ring.current])).verify('message', signature)).toBe(false);
});

test('a signature is good for its message alone, and for no other purpose', () => {
  const signature = hmac(ring).sign('message');
  expect(hmac(ring).verify('message', signature)).toBe(true);
  for (const message of ['', 'Message', 'message ', 'messag']) expect(hmac(ring).verify(message, signature)).toBe(false);
  expect(hmac(deriveKeyRing(ring, 'other')).verify('message', signature)).toBe(false);
});

test('no signature that was changed by a character verifies', () => {
  const { sign, verify } = hmac(ring);
  const signature = sign('message');
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. \n\u0000é';
  for (let i = 0; i < signature.length; i++) {
    for (const character of alphabet) {
      const changed = signature.slice(0, i) + character + signature.slice(i + 1);
      if (changed !== signature) expect(verify('message', changed)).toBe(false);
    }
  }
  for (const wrong of ['', 'v1', 'v1.k2.', signature.slice(0, -1), `${signature}A`, ` ${signature}`, `${signature}\n`, signature.replace('k2', 'old'), signature.replace('k2', 'unknown'), signature.replace('k2', '__proto__')]) {
    expect(verify('message', wrong)).toBe(false);
  }
});

test('half a surrogate pair is refused, as another text would have its signature', () => {
  expect(() => hmac(ring).sign('\ud800')).toThrow('This message holds half a surrogate pair, which UTF-8 cannot write.');
  expect(hmac(ring).verify('😀', hmac(ring).sign('😀'))).toBe(true);
});
