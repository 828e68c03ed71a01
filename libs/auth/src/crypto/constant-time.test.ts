import * as crypto from 'node:crypto';
import { jest } from '@jest/globals';

const compare = jest.fn(crypto.timingSafeEqual);
jest.unstable_mockModule('node:crypto', () => ({ ...crypto, timingSafeEqual: compare }));
const { constantTimeEqual, hmac, keyRing } = await import('./index.js');

beforeEach(() => compare.mockClear());
const compared = (): number[][] => compare.mock.calls.map(([a, b]) => [a.byteLength, b.byteLength]);

test('secrets are compared by timingSafeEqual, as digests of one length, whether they are equal or not', () => {
  for (const [a, b] of [['same', 'same'], ['a', 'b'], ['a', 'longer'], ['', 'x'.repeat(1_000)]] as const) constantTimeEqual(a, b);
  expect(compared()).toEqual([[32, 32], [32, 32], [32, 32], [32, 32]]);
});

test('signatures are compared by timingSafeEqual, whether they are right or not', () => {
  const { sign, verify } = hmac(keyRing([{ id: 'a', bytes: Buffer.alloc(32, 1) }]));
  for (const signature of [sign('message'), sign('other'), `v1.a.${'A'.repeat(43)}`]) verify('message', signature);
  expect(compared()).toEqual([[32, 32], [32, 32], [32, 32]]);
});
