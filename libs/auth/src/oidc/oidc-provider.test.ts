// Against a real provider: https://www.npmjs.com/package/oidc-provider
import { jest } from '@jest/globals';
import { manualClock, type Caller, type ManualClock } from '@org/enterprise-kernel';
import { exportJWK, generateKeyPair } from 'jose';
import { startProvider, type TestProvider } from '../../test/oidc-provider.js';
import { bearerScheme } from '../jwt/bearer-scheme.js';
import { refusalReason } from '../jwt/refusal.js';
import { oidcVerifier, type OidcVerifier, type OidcVerifierOptions } from './oidc-verifier.js';

const audience = 'https://orders.example';
const key = async (alg: string, kid: string): Promise<object> =>
  ({ ...await exportJWK((await generateKeyPair(alg, { extractable: true })).privateKey), alg, kid, use: 'sig' });

let provider: TestProvider;
let keys: object[];
let clock: ManualClock;
beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => {}); // the provider's, about keeping its data in memory
  keys = [await key('ES256', 'first'), await key('RS256', 'rsa')];
  provider = await startProvider(keys);
});
afterAll(async () => {
  await provider?.[Symbol.asyncDispose]();
  jest.restoreAllMocks();
});
beforeEach(async () => {
  clock = manualClock(Date.now());
  await provider.start();
  provider.rotate(keys);
  for (const path of Object.keys(provider.requests)) delete (provider.requests as Record<string, number>)[path];
});

const verify = (options: Partial<OidcVerifierOptions> = {}): OidcVerifier =>
  oidcVerifier({ issuer: provider.issuer, audience, allowLoopback: true, clock, ...options });
const reasonOf = async (work: () => unknown): Promise<unknown> => {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    return refusalReason(error) ?? (error as { code?: string }).code ?? error;
  }
};
const fetches = (): number => provider.requests['/jwks'] ?? 0;

test('an access token of the provider is verified by the keys that it publishes, fetched once', async () => {
  const verifier = verify();
  const token = await provider.token(audience);
  expect(await verifier.verify(token)).toMatchObject({ subject: 'orders-client', claims: { iss: provider.issuer, aud: audience, scope: 'orders:read', client_id: 'orders-client' } });
  for (let i = 0; i < 20; i++) await verifier.verify(await provider.token(audience));
  expect(fetches()).toBe(1);
  expect(verifier.verify(token)).toMatchObject({ subject: 'orders-client' }); // without waiting
});

test.each(['RS256', 'PS256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'RS512'] as const)('a provider that signs with %s is understood when that is allowed, and only then', async (alg) => {
  provider.rotate([await key(alg, `of ${alg}`)]);
  const token = await provider.token(audience);
  expect(await verify({ algorithms: [alg] }).verify(token)).toMatchObject({ subject: 'orders-client' });
  expect(await reasonOf(() => verify({ algorithms: [alg === 'RS256' ? 'ES256' : 'RS256'] }).verify(token))).toBe('unknown_key');
});

test('a token for somebody else, or judged by another type, is refused', async () => {
  const token = await provider.token('https://payments.example');
  expect(await reasonOf(() => verify().verify(token))).toBe('audience');
  expect(await reasonOf(() => verify({ type: 'JWT', audience: 'https://payments.example' }).verify(token))).toBe('type');
});

test('a caller of the provider is a service with the scopes of its token', async () => {
  const scheme = bearerScheme({ verifier: verify() });
  const caller = await scheme.verify(await provider.token(audience), undefined as never) as Caller;
  expect(caller).toMatchObject({ id: 'orders-client', kind: 'service' });
  expect([...caller.permissions]).toEqual(['orders:read']);
});

test('when the provider rotates its keys, one fetch serves all tokens of the new key; a key that is gone is gone with the next fetch', async () => {
  const verifier = verify();
  const old = await provider.token(audience);
  await verifier.verify(old);
  const second = await key('ES256', 'second');
  provider.rotate([second, keys[0]!]);
  await clock.advance({ seconds: 30 });
  const tokens = await Promise.all(Array.from({ length: 20 }, () => provider.token(audience)));
  const verified = await Promise.all(tokens.map((token) => verifier.verify(token)));
  expect(verified).toHaveLength(20);
  expect(fetches()).toBe(2);
  expect(await reasonOf(() => verifier.verify(old))).toBe('accepted');

  provider.rotate([second]);
  expect(await reasonOf(() => verifier.verify(old))).toBe('accepted');
  await clock.advance({ minutes: 10 });
  expect(await reasonOf(() => verifier.verify(old))).toBe('unknown_key');
  expect(fetches()).toBe(3);
});

test('while the provider is down its tokens are accepted by the last keys, for as long as configured', async () => {
    const verifier = verify({ keysMaxAge: { seconds: 10 }, keysStaleFor: { seconds: 60 }, clockSkew: { seconds: 0 } });
  const tokens = await Promise.all([1, 2, 3].map(() => provider.token(audience)));
  await verifier.verify(tokens[0]!);
  await provider.stop();
  await clock.advance({ seconds: 30 });
  expect(await reasonOf(() => verifier.verify(tokens[0]!))).toBe('accepted');
  expect(await reasonOf(() => verifier.verify(tokens[1]!))).toBe('accepted');
  expect(await verifier.health.check(new AbortController().signal)).toEqual({ keys: 2, age_seconds: 30, stale: true });

  await clock.advance({ seconds: 40 });
  for (const token of tokens) expect(await reasonOf(() => verifier.verify(token))).toBe('TOKEN_ISSUER_UNAVAILABLE');
  await expect(verifier.health.check(new AbortController().signal)).rejects.toMatchObject({ kind: 'unavailable', cause: { message: expect.any(String) } });

  await provider.start();
  await clock.advance({ seconds: 5 });
  for (const token of tokens) expect(await reasonOf(() => verifier.verify(token))).toBe('accepted');
  expect(await verifier.health.check(new AbortController().signal)).toEqual({ keys: 2, age_seconds: 0, stale: false });
});

test('a service that starts while the provider is down answers that, and recovers by itself', async () => {
  const token = await provider.token(audience);
  await provider.stop();
    const verifier = verify();
  expect(await reasonOf(() => verifier.verify(token))).toBe('TOKEN_ISSUER_UNAVAILABLE');
  await provider.start();
  expect(await reasonOf(() => verifier.verify(token))).toBe('TOKEN_ISSUER_UNAVAILABLE'); // not asked again so soon
  await clock.advance({ seconds: 5 });
  expect(await reasonOf(() => verifier.verify(token))).toBe('accepted');
});

test('an issuer that is written otherwise than it writes itself is not trusted', async () => {
  const token = await provider.token(audience);
  const verifier = verify({ issuer: `${provider.issuer}/` });
  const error = await Promise.resolve(verifier.verify(token)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'TOKEN_ISSUER_UNAVAILABLE', cause: { message: expect.stringContaining('another issuer') } });
});
