import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { manualClock } from '@org/enterprise-kernel';
import { calculateJwkThumbprint, compactVerify, createLocalJWKSet, decodeProtectedHeader, exportJWK, importSPKI, jwtVerify, type JSONWebKeySet } from 'jose';
import type { SigningAlgorithm } from './algorithms.js';
import { generateSigningKey } from './generate-signing-key.js';
import type { SigningKeyOptions } from './import-key.js';
import { SigningKeyInvalid } from './jwt.errors.js';
import { signingKeys } from './signing-keys.js';

const asymmetric = ['ES256', 'EdDSA', 'RS256'] as const;
const key = async (alg: SigningAlgorithm): Promise<SigningKeyOptions> => ({ alg, key: await generateSigningKey(alg) });
const spki = { type: 'spki', format: 'pem' } as const;
const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;

describe('keys', () => {
  test.each([...asymmetric, 'HS256'] as const)('a key made for %s signs what it verifies', async (alg) => {
    const keys = await signingKeys({ current: await key(alg) });
    const token = await keys.sign({ sub: 'u' }, 'at+jwt');
    const { kid } = decodeProtectedHeader(token);
    const end = token.lastIndexOf('.');
    const isSignature = keys.find(kid, alg)!.isSignature;
    const signature = Buffer.from(token.slice(end + 1), 'base64url');
    expect(isSignature(token.slice(0, end), signature)).toBe(true);
    expect(isSignature(`${token.slice(0, end - 1)}_`, signature)).toBe(false);
  });

  test.each(asymmetric)('what %s signs is verified by anyone who reads the JWKS', async (alg) => {
    const keys = await signingKeys({ current: await key(alg) });
    const { payload, protectedHeader } = await jwtVerify(await keys.sign({ sub: 'u' }, 'at+jwt'), createLocalJWKSet(keys.jwks() as JSONWebKeySet));
    expect(payload).toEqual({ sub: 'u' });
    expect(protectedHeader).toEqual({ alg, typ: 'at+jwt', kid: keys.jwks().keys[0]!.kid });
  });

  test.each(asymmetric)('a private JWK is as good as a PEM file for %s, and has the same kid', async (alg) => {
    const pem = await generateSigningKey(alg);
    const { createPrivateKey } = await import('node:crypto');
    const jwk = createPrivateKey(pem).export({ format: 'jwk' });
    const [a, b] = [await signingKeys({ current: { alg, key: pem } }), await signingKeys({ current: { alg, key: jwk } })];
    expect(b.jwks()).toEqual(a.jwks());
    await compactVerify(await b.sign({}, 'at+jwt'), createLocalJWKSet(a.jwks() as JSONWebKeySet));
  });

  test('the kid is the thumbprint of RFC 7638, whose own example is', async () => {
    // RFC 7638 section 3.1
    const n = '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
    const published = { alg: 'RS256', key: { kty: 'RSA', n, e: 'AQAB', alg: 'RS256', kid: '2011-04-29' } } as const;
    const keys = await signingKeys({ current: await key('ES256'), next: published });
    expect(keys.jwks().keys[1]!.kid).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
    const [own] = keys.jwks().keys;
    expect(own!.kid).toBe(await calculateJwkThumbprint({ ...own! }));
  });

  test('a kid of one’s own is taken, and the kid of a secret is not a hash that everybody sees', async () => {
    const keys = await signingKeys({ current: { ...await key('EdDSA'), kid: '2026-11' } });
    expect(keys.jwks().keys[0]!.kid).toBe('2026-11');
    const secret = 'x'.repeat(32);
    const { kid } = decodeProtectedHeader(await (await signingKeys({ current: { alg: 'HS256', key: secret } })).sign({}, 'at+jwt'));
    expect(kid).toMatch(/^[\w-]{43}$/);
    expect(kid).not.toBe(await calculateJwkThumbprint({ kty: 'oct', k: Buffer.from(secret).toString('base64url') }));
  });

  test('a secret is text, bytes or a JWK', async () => {
    const secret = 's3cret-'.repeat(6);
    const forms = [secret, Buffer.from(secret), { kty: 'oct', k: Buffer.from(secret).toString('base64url') }];
    const tokens = await Promise.all(forms.map(async (form) => (await signingKeys({ current: { alg: 'HS256', key: form } })).sign({ sub: 'u' }, 'at+jwt')));
    expect(new Set(tokens).size).toBe(1);
  });
});

describe('the JWKS', () => {
  test('holds public members only, of each key that verifies, and no secret', async () => {
    const rotated = { until: new Date('2030-01-01') };
    const keys = await signingKeys({
      current: await key('ES256'),
      next: await key('EdDSA'),
      retired: [{ ...await key('RS256'), ...rotated }, { ...await key('HS256'), ...rotated }],
      clock: manualClock(),
    });
    expect(keys.jwks().keys.map((jwk) => Object.keys(jwk).sort())).toEqual([
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
      ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
      ['alg', 'e', 'kid', 'kty', 'n', 'use'],
    ]);
    expect(keys.jwks().keys.every((jwk) => Object.isFrozen(jwk))).toBe(true);
  });

  test('shows nothing that a JWK was given beside its key', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = { ...privateKey.export({ format: 'jwk' }), note: 'secret', k: 'secret', kid: 'of the file', key_ops: ['sign'] };
    const keys = await signingKeys({ current: { alg: 'ES256', key: jwk } });
    expect(JSON.stringify(keys.jwks())).not.toContain('secret');
    expect(JSON.stringify(keys.jwks())).not.toContain(jwk.d);
  });
});

test('nothing that can be printed of a key set holds a key', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secret = 'planted-secret-'.repeat(3);
  const keys = await signingKeys({
    current: { alg: 'RS256', key: privateKey.export(pkcs8) as string },
    retired: [{ alg: 'HS256', key: secret, until: new Date('2030-01-01') }],
    clock: manualClock(),
  });
  const { kid } = keys.jwks().keys[0]!;
  const token = await keys.sign({}, 'at+jwt');
  const shown = [keys, keys.find(kid, 'RS256'), token].map((each) => inspect(each, { depth: 10, showHidden: true }) + JSON.stringify(each)).join('');
  const { d, p } = privateKey.export({ format: 'jwk' });
  for (const material of [d!, p!, secret, Buffer.from(secret).toString('hex')]) expect(shown).not.toContain(material);
});

describe('rotation', () => {
  test('the current key signs; next, current and retired ones verify and are published; a retired one until its date', async () => {
    const clock = manualClock();
    const [next, current, retired] = await Promise.all([key('ES256'), key('ES256'), key('ES256')]);
    const until = new Date(clock.now() + 60_000);
    const keys = await signingKeys({ next, current, retired: [{ ...retired, until }], clock });
    const ids = await Promise.all([next, current, retired].map(async (each) => (await signingKeys({ current: each })).jwks().keys[0]!.kid));

    expect(decodeProtectedHeader(await keys.sign({}, 'at+jwt')).kid).toBe(ids[1]);
    expect(new Set(keys.jwks().keys.map(({ kid }) => kid))).toEqual(new Set(ids));
    expect(ids.map((kid) => keys.find(kid, 'ES256')?.until)).toEqual([Infinity, Infinity, until.getTime()]);

    await clock.advance({ minutes: 1 });
    expect(ids.map((kid) => keys.find(kid, 'ES256') !== undefined)).toEqual([true, true, false]);
    expect(keys.jwks().keys.map(({ kid }) => kid)).not.toContain(ids[2]);
  });

  test('replacing the keys takes effect at once; a set with a fault changes nothing', async () => {
    const keys = await signingKeys({ current: await key('ES256') });
    const before = keys.jwks();
    const { revision } = keys;
    await expect(keys.replace({ current: { alg: 'ES256', key: 'nonsense' } })).rejects.toThrow(SigningKeyInvalid);
    expect([keys.jwks(), keys.revision]).toEqual([before, revision]);

    await keys.replace({ current: await key('EdDSA') });
    expect(keys.jwks().keys.map(({ alg }) => alg)).toEqual(['EdDSA']);
    expect(keys.revision).toBeGreaterThan(revision);
    expect(keys.find(before.keys[0]!.kid, 'ES256')).toBeUndefined();
  });

  test('of two replacements under way the last one counts, however long each takes', async () => {
    const keys = await signingKeys({ current: await key('ES256') });
    const slow = { current: await key('RS256'), retired: await Promise.all([1, 2, 3].map(async () => ({ ...await key('RS256'), until: new Date() }))) };
    await Promise.all([keys.replace(slow), keys.replace({ current: await key('HS256') })]);
    expect(decodeProtectedHeader(await keys.sign({}, 'at+jwt')).alg).toBe('HS256');
  });

  test('public keys are enough for what does not sign', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const next = { alg: 'EdDSA', key: publicKey.export(spki) as string } as const;
    const keys = await signingKeys({ current: await key('ES256'), next });
    expect(keys.jwks().keys[1]).toMatchObject(await exportJWK(await importSPKI(next.key, 'EdDSA')));
    await expect(signingKeys({ current: next })).rejects.toThrow('The signing key "current" cannot be used: it is a public key, which cannot sign.');
  });
});

describe('a key that cannot be used is named with its fault, never shown', () => {
  const rsa = (bits: number): string => generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export(pkcs8) as string;
  const ec = (namedCurve: string): string => generateKeyPairSync('ec', { namedCurve }).privateKey.export(pkcs8) as string;
  const broken = '-----BEGIN PRIVATE KEY-----\nMIIplantedMaterial\n-----END PRIVATE KEY-----';
  const [a, b] = [0, 1].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }));

  test.each<[string, SigningKeyOptions, string]>([
    ['an RSA key of 1024 bits', { alg: 'RS256', key: rsa(1024) }, 'at least 2048 bits'],
    ['a key on another curve', { alg: 'ES256', key: ec('P-384') }, 'for ES256'],
    ['a key of another kind', { alg: 'EdDSA', key: ec('P-256') }, 'for EdDSA'],
    ['a key for agreement', { alg: 'EdDSA', key: generateKeyPairSync('x25519').privateKey.export(pkcs8) as string }, 'for EdDSA'],
    ['a broken PEM', { alg: 'ES256', key: broken }, 'is not a PKCS #8'],
    ['a JWK for another algorithm', { alg: 'RS256', key: { ...a, alg: 'PS256' } }, 'it is not for RS256'],
    ['a JWK for encryption', { alg: 'RS256', key: { ...a, use: 'enc' } }, 'not for signatures'],
    ['a JWK of two halves', { alg: 'RS256', key: { ...a, n: b!.n } }, 'do not belong together'],
    ['a secret of 31 bytes', { alg: 'HS256', key: 'plantedMaterial'.padEnd(31, 'x') }, 'at least 32 bytes'],
    ['a public key as a secret', { alg: 'HS256', key: generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export(spki) as string }, 'a PEM file is no secret'],
    ['a public JWK as a secret', { alg: 'HS256', key: { kty: 'RSA', n: a!.n, e: a!.e } }, 'kty "oct"'],
    ['another algorithm', { alg: 'none' as never, key: broken }, 'none of ES256'],
    ['an unprintable kid', { alg: 'HS256', key: 'x'.repeat(32), kid: 'a b' }, 'kid'],
  ])('%s', async (_, options, reason) => {
    const error = await signingKeys({ current: await key('ES256'), retired: [{ ...options, until: new Date('2030-01-01') }] }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SIGNING_KEY_INVALID', kind: 'internal', details: { key: 'retired[0]', reason: expect.stringContaining(reason) } });
    const shown = inspect(error, { depth: 10, showHidden: true });
    const text = typeof options.key === 'string' ? options.key : JSON.stringify(options.key);
    for (const piece of text.match(/[\w+/-]{12,}/g) ?? []) expect(shown).not.toContain(piece);
  });

  test('two keys of one id', async () => {
    const one = await key('ES256');
    await expect(signingKeys({ current: one, next: one })).rejects.toThrow('two keys have the same kid');
  });

  test('a retired key without a date', async () => {
    await expect(signingKeys({ current: await key('ES256'), retired: [{ ...await key('ES256'), until: new Date(Number.NaN) }] })).rejects.toThrow('until is not a date');
  });
});
