import { isUuid, manualClock } from '@org/enterprise-kernel';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { signingKeys } from './signing-keys.js';
import { tokenIssuer } from './token-issuer.js';

const clock = manualClock(Date.UTC(2026, 0, 1) + 999);
const keys = await signingKeys({ current: { alg: 'HS256', key: 'x'.repeat(32) }, clock });
const options = { keys, issuer: 'i', audience: 'a', lifetime: { minutes: 15 }, clock };

test('a token says who issued it, to whom, for whom, what it is and how long it lasts', async () => {
  const { token, tokenId, expiresAt, expiresIn } = await tokenIssuer(options).issue({ subject: 'u', sessionId: 's', claims: { scope: 'a b' } });
  const iat = Date.UTC(2026, 0, 1) / 1000;
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', kid: expect.any(String), typ: 'at+jwt' });
  expect(decodeJwt(token)).toEqual({ iss: 'i', aud: 'a', sub: 'u', sid: 's', iat, nbf: iat, exp: iat + 900, jti: tokenId, scope: 'a b' });
  expect([expiresAt, expiresIn]).toEqual([(iat + 900) * 1000, 900]);
  expect(isUuid(tokenId)).toBe(true);
});

test('no two tokens have the same jti', async () => {
  const issuer = tokenIssuer(options);
  const ids = await Promise.all(Array.from({ length: 100 }, async () => decodeJwt((await issuer.issue({ subject: 'u' })).token).jti));
  expect(new Set(ids).size).toBe(100);
});

test.each(['iss', 'sub', 'aud', 'iat', 'nbf', 'exp', 'jti', 'sid'])('a claim called %s cannot slip in', async (name) => {
  await expect(tokenIssuer(options).issue({ subject: 'u', claims: { [name]: 'forged' } })).rejects.toThrow(`The claim "${name}" is set by the issuer.`);
});

test('a token needs a subject, and a session that is none is an error', async () => {
  await expect(tokenIssuer(options).issue({ subject: '' })).rejects.toThrow(TypeError);
  await expect(tokenIssuer(options).issue({ subject: 'u', sessionId: '' })).rejects.toThrow(TypeError);
});

test.each([{ milliseconds: 1500 }, { seconds: 0 }])('a lifetime of %j is refused', (lifetime) => {
  expect(() => tokenIssuer({ ...options, lifetime })).toThrow('whole number of seconds');
});

test('an issuer has a name and an audience', () => {
  expect(() => tokenIssuer({ ...options, issuer: '' })).toThrow(TypeError);
  expect(() => tokenIssuer({ ...options, audience: [] })).toThrow(TypeError);
});
