// One test for each rule of RFC 8725 (JSON Web Token Best Current Practices), section 3.
import { createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto';
import { manualClock } from '@org/enterprise-kernel';
import { CompactEncrypt } from 'jose';
import { byEcdsa, byEd25519, byHmac, byRsa, forge } from '../../test/forge-token.js';
import { generateSigningKey } from './generate-signing-key.js';
import { refusalReason } from './refusal.js';
import { signingKeys } from './signing-keys.js';
import { tokenIssuer } from './token-issuer.js';
import { tokenVerifier } from './token-verifier.js';

const clock = manualClock();
const now = clock.now() / 1000;
const until = new Date(clock.now() + 3_600_000);
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed = generateKeyPairSync('ed25519');
const secret = 'a secret of at least thirty-two bytes';
const jwk = (key: typeof ec.privateKey): Record<string, unknown> => ({ ...key.export({ format: 'jwk' }) });

const keys = await signingKeys({
  current: { alg: 'ES256', key: jwk(ec.privateKey), kid: 'ec' },
  retired: [
    { alg: 'RS256', key: jwk(rsa.privateKey), kid: 'rsa', until },
    { alg: 'EdDSA', key: jwk(ed.privateKey), kid: 'ed', until },
    { alg: 'HS256', key: secret, kid: 'hs', until },
  ],
  clock,
});
const verifier = tokenVerifier({ keys, issuer: 'https://issuer.example', audience: 'orders', clock });

const header = { alg: 'ES256', kid: 'ec', typ: 'at+jwt' };
const payload = { iss: 'https://issuer.example', aud: 'orders', sub: 'u1', iat: now, exp: now + 900 };
const byEc = byEcdsa(ec.privateKey);

/** Why a token is refused; `accepted` if it is not. What the client sees is the same for all. */
async function outcome(token: string): Promise<string | undefined> {
  try {
    await verifier.verify(token);
    return 'accepted';
  } catch (error) {
    expect(JSON.parse(JSON.stringify(error))).toEqual({ code: 'TOKEN_INVALID', kind: 'unauthenticated', message: 'The access token is not valid.' });
    return refusalReason(error);
  }
}

test('the forged tokens of this file are accepted when nothing is wrong with them', async () => {
  expect(await outcome(forge({ header, payload, sign: byEc }))).toBe('accepted');
  expect(await outcome(forge({ header: { ...header, alg: 'RS256', kid: 'rsa' }, payload, sign: byRsa(rsa.privateKey) }))).toBe('accepted');
  expect(await outcome(forge({ header: { ...header, alg: 'EdDSA', kid: 'ed' }, payload, sign: byEd25519(ed.privateKey) }))).toBe('accepted');
  expect(await outcome(forge({ header: { ...header, alg: 'HS256', kid: 'hs' }, payload, sign: byHmac(secret) }))).toBe('accepted');
});

describe('3.1 perform algorithm verification: a key verifies its own algorithm and no other', () => {
  const pem = (key: typeof ec.publicKey): string => key.export({ type: 'spki', format: 'pem' }) as string;
  test.each([
    ['none', { ...header, alg: 'none' }, undefined, 'algorithm'],
    ['NoNe', { ...header, alg: 'NoNe' }, undefined, 'algorithm'],
    ['none with a signature', { ...header, alg: 'none' }, byEc, 'algorithm'],
    ['none without a kid', { alg: 'none', typ: 'at+jwt' }, undefined, 'algorithm'],
    ['no alg', { kid: 'ec', typ: 'at+jwt' }, byEc, 'algorithm'],
    ['an alg that is no text', { ...header, alg: ['ES256'] }, byEc, 'algorithm'],
    ['HMAC by the RSA public key', { ...header, alg: 'HS256', kid: 'rsa' }, byHmac(pem(rsa.publicKey)), 'unknown_key'],
    ['HMAC by the EC public key', { ...header, alg: 'HS256', kid: 'ec' }, byHmac(pem(ec.publicKey)), 'unknown_key'],
    ['HMAC by the EC public key, as if ES256', header, byHmac(pem(ec.publicKey)), 'signature'],
    ['RS512 by the RS256 key', { ...header, alg: 'RS512', kid: 'rsa' }, byRsa(rsa.privateKey, 'sha512'), 'unknown_key'],
    ['the id of one key with the algorithm of another', { ...header, alg: 'RS256', kid: 'ec' }, byRsa(rsa.privateKey), 'unknown_key'],
    ['es256 in lower case', { ...header, alg: 'es256' }, byEc, 'unknown_key'],
  ] as const)('%s', async (_, forged, sign, reason) => {
    expect(await outcome(forge({ header: forged, payload, ...(sign && { sign }) }))).toBe(reason);
  });
});

test('3.2 use appropriate algorithms: only those of the four that are current can be configured', async () => {
  for (const alg of ['none', 'RS1', 'HS1', 'PS256', 'ES256K', 'RSA1_5', 'dir']) {
    await expect(signingKeys({ current: { alg: alg as never, key: secret } })).rejects.toMatchObject({ code: 'SIGNING_KEY_INVALID' });
  }
});

test('3.3 validate all cryptographic operations: one wrong or missing bit anywhere is one too many', async () => {
  const [head, body, signature] = forge({ header, payload, sign: byEc }).split('.') as [string, string, string];
  const bytes = Buffer.from(signature, 'base64url');
  for (let i = 0; i < bytes.length; i++) {
    const changed = Buffer.from(bytes);
    changed[i]! ^= 1;
    expect(await outcome(`${head}.${body}.${changed.toString('base64url')}`)).toBe('signature');
  }
  const zero = Buffer.alloc(1);
  const forgeries = [
    Buffer.alloc(0), Buffer.alloc(64), Buffer.alloc(64, 0xff), bytes.subarray(0, 63), Buffer.concat([bytes, zero]),
    Buffer.concat([zero, bytes.subarray(0, 32), zero, bytes.subarray(32)]), // the same two numbers, written longer
  ];
  for (const each of forgeries) expect(await outcome(`${head}.${body}.${each.toString('base64url')}`)).toBe('signature');
  // As OpenSSL writes it by itself: DER instead of the two numbers side by side.
  const { sign } = await import('node:crypto');
  expect(await outcome(`${head}.${body}.${sign('sha256', Buffer.from(`${head}.${body}`), ec.privateKey).toString('base64url')}`)).toBe('signature');
});

test('3.4 validate cryptographic inputs: a public key that is not on its curve is no key', async () => {
  const { kty, crv, x } = jwk(ec.publicKey);
  const off = { kty, crv, x, y: Buffer.alloc(32, 7).toString('base64url') } as Record<string, string>;
  await expect(signingKeys({ current: { alg: 'ES256', key: jwk(ec.privateKey) }, next: { alg: 'ES256', key: off } })).rejects.toMatchObject({ details: { key: 'next' } });
});

test('3.5 keys have enough entropy: short secrets and short RSA keys are refused', async () => {
  await expect(signingKeys({ current: { alg: 'HS256', key: 'correct horse battery staple' } })).rejects.toMatchObject({ details: { reason: 'a secret needs at least 32 bytes' } });
  const short = jwk(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey);
  await expect(signingKeys({ current: { alg: 'RS256', key: short } })).rejects.toMatchObject({ details: { reason: 'an RSA key needs at least 2048 bits' } });
  expect(Buffer.from(await generateSigningKey('HS256'), 'base64url')).toHaveLength(32);
});

test('3.6 avoid compression: an encrypted token, compressed or not, is none of ours, and zip means nothing', async () => {
  const jwe = await new CompactEncrypt(Buffer.from(JSON.stringify(payload))).setProtectedHeader({ alg: 'dir', enc: 'A128CBC-HS256', zip: 'DEF', kid: 'hs', typ: 'at+jwt' })
    .encrypt(createSecretKey(Buffer.from(secret).subarray(0, 32)));
  expect(await outcome(jwe)).toBe('malformed');
  expect(await outcome(forge({ header: { ...header, zip: 'DEF' }, payload, sign: byEc }))).toBe('accepted');
});

test('3.7 use UTF-8: any other encoding of the claims is refused', async () => {
  const text = JSON.stringify({ ...payload, name: 'Zoë' });
  const parts = (bytes: Buffer): string => {
    const input = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${bytes.toString('base64url')}`;
    return `${input}.${byEc(input).toString('base64url')}`;
  };
  expect(await outcome(parts(Buffer.from(text, 'utf8')))).toBe('accepted');
  for (const encoded of [Buffer.from(text, 'latin1'), Buffer.from(text, 'utf16le'), Buffer.from(`\ufeff${text}`)]) expect(await outcome(parts(encoded))).toBe('malformed');
});

test.each([
  ['another issuer', { iss: 'https://evil.example' }, 'issuer'],
  ['an issuer that only begins the same', { iss: 'https://issuer.example.evil' }, 'issuer'],
  ['an issuer written otherwise', { iss: 'https://issuer.example/' }, 'issuer'],
  ['several issuers', { iss: ['https://issuer.example'] }, 'issuer'],
  ['no issuer', { iss: undefined }, 'issuer'],
  ['no subject', { sub: undefined }, 'claims'],
  ['an empty subject', { sub: '' }, 'claims'],
  ['a number as subject', { sub: 1 }, 'claims'],
])('3.8 validate issuer and subject: %s', async (_, wrong, reason) => {
  expect(await outcome(forge({ header, payload: { ...payload, ...wrong }, sign: byEc }))).toBe(reason);
});

test.each([
  ['another', 'payments', 'audience'], ['a longer one', 'orders-admin', 'audience'], ['none', undefined, 'audience'], ['an empty one', '', 'audience'],
  ['no list entry that fits', ['payments', 'Orders'], 'audience'], ['an empty list', [], 'audience'], ['a list with a number', ['orders', 1], 'audience'],
  ['a list within a list', [['orders']], 'audience'], ['an object', { orders: 'orders' }, 'audience'], ['a list with this service in it', ['payments', 'orders'], 'accepted'],
])('3.9 use and validate audience: %s', async (_, aud, expected) => {
  expect(await outcome(forge({ header, payload: { ...payload, aud }, sign: byEc }))).toBe(expected);
});

describe('3.10 do not trust received claims', () => {
  const attacker = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const byAttacker = byEcdsa(attacker.privateKey);
  const own = attacker.publicKey.export({ format: 'jwk' });

  test.each([
    '../../../../dev/null', '/etc/passwd', "x' UNION SELECT 'secret' --", 'ec\u0000', 'EC', ' ec', '', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '0', 'k'.repeat(4000),
    'http://169.254.169.254/latest/meta-data', '${jndi:ldap://x}', '| sleep 10', '%2e%2e%2f',
  ])('kid %j is compared with what is in memory, and that is all', async (kid) => {
    expect(await outcome(forge({ header: { ...header, kid }, payload, sign: byHmac('') }))).toBe('unknown_key');
  });

  test.each([[['ec']], [{ toString: 'ec' }], [1], [null], [true]])('kid %j is no text', async (kid) => {
    expect(await outcome(forge({ header: { ...header, kid }, payload, sign: byEc }))).toBe('unknown_key');
  });

  test('without a kid no key is tried', async () => {
    expect(await outcome(forge({ header: { alg: 'ES256', typ: 'at+jwt' }, payload, sign: byEc }))).toBe('unknown_key');
  });

  test.each([
    ['jwk', own], ['jku', 'http://127.0.0.1:9/jwks.json'], ['x5u', 'http://127.0.0.1:9/cert.pem'], ['x5c', [createPublicKey(attacker.privateKey).export({ type: 'spki', format: 'der' }).toString('base64')]],
  ])('a key that the token brings along in %s is not looked at', async (name, value) => {
    expect(await outcome(forge({ header: { ...header, [name]: value }, payload, sign: byAttacker }))).toBe('signature');
    expect(await outcome(forge({ header: { ...header, kid: 'mine', [name]: value }, payload, sign: byAttacker }))).toBe('unknown_key');
    expect(await outcome(forge({ header: { ...header, [name]: value }, payload, sign: byEc }))).toBe('accepted');
  });
});

test.each([
  ['an ID token', 'JWT', 'type'], ['no type', undefined, 'type'], ['a refresh token', 'rt+jwt', 'type'], ['a list', ['at+jwt'], 'type'],
  ['the type as a whole media type', 'application/at+jwt', 'accepted'], ['the type in capitals', 'AT+JWT', 'accepted'], ['another tree of types', 'text/at+jwt', 'type'],
])('3.11 use explicit typing: %s', async (_, typ, expected) => {
  expect(await outcome(forge({ header: { ...header, typ }, payload, sign: byEc }))).toBe(expected);
});

test('3.12 mutually exclusive rules: a token of one kind, audience or issuer is refused by the verifiers of all others', async () => {
  const kinds = [
    { issuer: 'a', audience: 'x', type: 'at+jwt' }, { issuer: 'a', audience: 'x', type: 'email-verification+jwt' },
    { issuer: 'a', audience: 'y', type: 'at+jwt' }, { issuer: 'b', audience: 'x', type: 'at+jwt' },
  ];
  const tokens = await Promise.all(kinds.map((kind) => tokenIssuer({ keys, ...kind, lifetime: { minutes: 5 }, clock }).issue({ subject: 'u' })));
  const accepted = await Promise.all(kinds.map(async (kind) => {
    const each = tokenVerifier({ keys, ...kind, clock });
    return Promise.all(tokens.map(async ({ token }) => { try { return (await each.verify(token)).subject === 'u'; } catch { return false; } }));
  }));
  expect(accepted).toEqual(kinds.map((_, i) => kinds.map((__, j) => i === j)));
});
