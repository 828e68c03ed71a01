import { Unauthenticated, type AppError, type Caller } from '@org/enterprise-kernel';
import type { RequestCredentials } from '../credentials.js';
import type { Invalidation, Revocations } from '../revocations.js';
import { bearerScheme, type BearerSchemeOptions } from './bearer-scheme.js';
import { callerFromClaims } from './caller-from-claims.js';
import { TokenExpired, TokenInvalid } from './jwt.errors.js';
import { signingKeys } from './signing-keys.js';
import { tokenIssuer, type IssueTokenOptions } from './token-issuer.js';
import { tokenVerifier } from './token-verifier.js';

const keys = await signingKeys({ current: { alg: 'HS256', key: 'x'.repeat(32) } });
const issuer = tokenIssuer({ keys, issuer: 'i', audience: 'a', lifetime: { minutes: 15 } });
const issue = async (options: Partial<IssueTokenOptions> = {}): Promise<string> => (await issuer.issue({ subject: 'u', ...options })).token;

const request = (authorization?: string): RequestCredentials =>
  ({ header: (name) => (name === 'authorization' ? authorization : undefined), method: 'GET', path: '/', remoteAddress: '::1' });

const setup = (options: Partial<BearerSchemeOptions> = {}) => {
  let listener: (invalidation: Invalidation) => void = () => {};
  const revoked = new Set<string>();
  const revocations: Revocations = { isRevoked: (id) => revoked.has(id), subscribe: (each) => { listener = each; return () => {}; }, publish: async () => {} };
  const scheme = bearerScheme({ verifier: tokenVerifier({ keys, issuer: 'i', audience: 'a', revocations }), ...options });
  return {
    scheme,
    verify: (token: string) => scheme.verify(token, request()),
    invalidate(id: string, kind: Invalidation['kind']) {
      if (kind === 'revoked') revoked.add(id);
      listener({ id, kind, until: Infinity });
    },
  };
};

describe('reading', () => {
  const { scheme } = setup();
  test.each([
    ['Bearer abc', 'abc'], ['bearer abc', 'abc'], ['BEARER   abc', 'abc'],
    [undefined, undefined], ['', undefined], ['Basic abc', undefined], ['Bearerabc', undefined], ['DPoP abc', undefined], ['abc', undefined], ['NotBearer abc', undefined],
    // Ours, however broken: a request must not pass as anonymous because its token is badly written.
    ['Bearer', ''], ['Bearer ', ''], ['Bearer a b', 'a b'], ['Bearer a, Bearer b', 'a, Bearer b'], ['Bearer a\nb', 'a\nb'],
  ])('%j gives %j', (header, credential) => {
    expect(scheme.read(request(header))).toBe(credential);
  });

  test.each(['', 'a b', 'a, Bearer b', 'a\nb', '==', 'é'])('the credential %j proves nothing', (credential) => {
    expect(() => scheme.verify(credential, request())).toThrow(expect.objectContaining({ code: 'TOKEN_INVALID' }));
  });
});

test('the scheme describes itself, and the challenge names a realm that cannot break out of it', () => {
  expect(setup().scheme).toMatchObject({ name: 'bearer', securityScheme: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } });
  const challengeOf = ({ scheme: { challenge } }: ReturnType<typeof setup>, error: AppError): string => (challenge as (error: AppError) => string)(error);
  const named = setup({ name: 'token', realm: 'orders' });
  expect([named.scheme.name, challengeOf(setup(), new Unauthenticated()), challengeOf(named, new Unauthenticated())]).toEqual(['token', 'Bearer', 'Bearer realm="orders"']);
  // RFC 6750 section 3.1: of a token that was presented and refused, and of nothing else.
  for (const refused of [new TokenInvalid(), new TokenExpired()]) {
    expect([challengeOf(setup(), refused), challengeOf(named, refused)]).toEqual(['Bearer error="invalid_token"', 'Bearer realm="orders", error="invalid_token"']);
  }
  for (const realm of ['a"b', 'a\\', 'a\r\nSet-Cookie: x', 'é']) expect(() => setup({ realm })).toThrow(TypeError);
});

describe('callers', () => {
  test('come from the claims', async () => {
    const token = await issue({ sessionId: 's', claims: { roles: ['support'], permissions: ['orders:*'], scope: 'products:read openid', tenant: 't' } });
    const caller = setup().verify(token) as Caller;
    expect(caller).toEqual({ id: 'u', kind: 'user', via: 'jwt', roles: ['support'], permissions: expect.any(Set), tenant: 't', sessionId: 's' });
    expect(['orders:read', 'products:read', 'openid', 'products:write', 'orders'].map((each) => caller.permissions.has(each))).toEqual([true, true, true, false, false]);
  });

  test.each([
    { roles: 'admin', permissions: 'orders:*', scope: ['orders:*'], tenant: 7 }, { roles: { 0: 'admin' }, permissions: { 0: '*' }, scope: 5 }, { roles: [1, null], permissions: [['*'], 'a b', ' ', ''] },
    { scope: '* orders:* *:read' }, {},
  ])('have nothing from claims of another shape, nor from a wildcard that a client asked for: %j', async (claims) => {
    const caller = setup().verify(await issue({ claims })) as Caller;
    expect([caller.roles, [...caller.permissions], caller.tenant]).toEqual([[], [], undefined]);
  });

  test('that are the client itself are services', async () => {
    expect(setup({ caller: callerFromClaims({ via: 'partner' }) }).verify(await issue({ claims: { client_id: 'u' } }))).toMatchObject({ kind: 'service', via: 'partner' });
    expect(setup().verify(await issue({ claims: { client_id: 'app' } }))).toMatchObject({ kind: 'user' });
  });

  test('are made once for a token, shared, and cannot be changed', async () => {
    const { verify } = setup();
    const token = await issue({ claims: { roles: ['user'], permissions: ['a'] } });
    const caller = verify(token) as Caller;
    expect(verify(token)).toBe(caller);
    expect(() => (caller.permissions as Set<string>).add('b')).toThrow(TypeError);
    expect(() => (caller.roles as string[]).push('admin')).toThrow(TypeError);
    expect(() => { (caller as { id: string }).id = 'v'; }).toThrow(TypeError);
  });

  test('are looked up once by many requests at the same time, and there at once from then on', async () => {
    let lookups = 0;
    const { verify } = setup({ caller: async (token) => { lookups += 1; await new Promise(setImmediate); return callerFromClaims()(token); } });
    const token = await issue();
    const callers = await Promise.all(Array.from({ length: 50 }, () => verify(token)));
    expect([new Set(callers).size, lookups]).toEqual([1, 1]);
    expect(verify(token)).toBe(callers[0]);
  });

  test('whose lookup fails are looked up again', async () => {
    let lookups = 0;
    const { verify } = setup({ caller: async (token) => { if ((lookups += 1) === 1) throw new Error('no database'); return callerFromClaims()(token); } });
    const token = await issue();
    await expect(verify(token)).rejects.toThrow('no database');
    expect(await verify(token)).toMatchObject({ id: 'u' });
  });

  test('that changed are looked up again, also when that happens during a lookup', async () => {
    let roles = ['admin'];
    let wake!: () => void;
    const { verify, invalidate } = setup({
      async caller(token) {
        const read = roles;
        await new Promise<void>((resolve) => { wake = resolve; });
        return { ...callerFromClaims()(token), roles: read };
      },
    });
    const token = await issue();
    const first = verify(token);
    roles = [];
    invalidate('u', 'changed');
    wake();
    await first;
    const second = verify(token);
    wake();
    expect(await second).toMatchObject({ roles: [] });
    expect(verify(token)).toMatchObject({ roles: [] });
  });

  test('whose session is revoked during their lookup are refused', async () => {
    let wake!: () => void;
    const { verify, invalidate } = setup({ caller: async (token) => { await new Promise<void>((resolve) => { wake = resolve; }); return callerFromClaims()(token); } });
    const token = await issue({ sessionId: 's' });
    const pending = verify(token);
    invalidate('s', 'revoked');
    wake();
    await expect(pending).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    expect(() => verify(token)).toThrow(expect.objectContaining({ code: 'TOKEN_INVALID' }));
  });
});
