import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { ecdsaToDer } from './ecdsa-signature.js';

const data = Buffer.from('signed');

test.each([['P-256', 32, 'sha256'], ['P-384', 48, 'sha384'], ['P-521', 66, 'sha512']])('signatures on %s mean the same in both forms', (namedCurve, bytes, hash) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const seen = { short: false, high: false };
  for (let i = 0; i < 100 || !seen.short; i++) {
    const signature = sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    expect(signature).toHaveLength(bytes * 2);
    seen.short ||= (signature[0] === 0 && signature[1]! < 0x80) || (signature[bytes] === 0 && signature[bytes + 1]! < 0x80);
    seen.high ||= signature[0]! > 0x7f;
    expect(verify(hash, data, publicKey, ecdsaToDer(signature))).toBe(true);
    if (i >= 100) continue;
    signature[i % signature.length]! ^= 1;
    expect(verify(hash, data, publicKey, ecdsaToDer(signature))).toBe(false);
  }
  if (namedCurve !== 'P-521') expect(seen.high).toBe(true);
});

test('the encoding is the shortest one', () => {
  const hex = (text: string): string => Buffer.from(ecdsaToDer(Buffer.from(text, 'hex'))).toString('hex');
  expect(hex('0001' + '0080')).toBe('3007' + '020101' + '02020080');
  expect(hex('7fff' + '8000')).toBe('3009' + '02027fff' + '0203008000');
  expect(hex('0000' + '0000')).toBe('3006' + '020100' + '020100');
  expect(hex('ff'.repeat(132))).toBe('30818a' + '024300' + 'ff'.repeat(66) + '024300' + 'ff'.repeat(66));
});
