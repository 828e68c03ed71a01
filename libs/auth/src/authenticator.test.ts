import { defineError, Unauthenticated, type Caller, type Meter } from '@org/enterprise-kernel';
import { createAuthenticator } from './authenticator.js';
import type { CredentialScheme, RequestCredentials } from './credentials.js';

const TokenExpired = defineError('TOKEN_EXPIRED', { kind: 'unauthenticated', title: 'Expired.' });
const caller = (id: string, via: string): Caller => ({ id, via, kind: 'user', roles: [], permissions: new Set() });

const verified: string[] = [];
const bearer: CredentialScheme = {
  name: 'bearer', challenge: (error) => (TokenExpired.is(error) ? 'Bearer error="invalid_token"' : 'Bearer'), securityScheme: { type: 'http', scheme: 'bearer' },
  read: ({ header }) => /^bearer +(.+)$/i.exec(header('authorization') ?? '')?.[1],
  verify(credential) {
    verified.push(`bearer ${credential}`);
    if (credential === 'expired') throw new TokenExpired();
    return caller(credential, 'bearer');
  },
};
const apiKey: CredentialScheme = {
  name: 'apiKey', securityScheme: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  read: ({ header }) => header('x-api-key'),
  async verify(credential) {
    verified.push(`key ${credential}`);
    if (credential === 'expired') throw new TokenExpired();
    if (credential === 'down') throw new Error('the database is down');
    return caller(credential, 'api-key');
  },
};
const session: CredentialScheme = {
  name: 'session', challenge: 'Cookie', securityScheme: { type: 'apiKey', in: 'cookie', name: 'session' },
  read: ({ header }) => /(?:^|; *)session=([^;]*)/.exec(header('cookie') ?? '')?.[1],
  verify: (credential) => { verified.push(`session ${credential}`); return caller(credential, 'session'); },
};

const counted: [number, object][] = [];
const meter = { counter: () => ({ add: (value: number, labels: object) => counted.push([value, labels]) }) } as unknown as Meter;
const { authenticate, securitySchemes, challenge } = createAuthenticator({ schemes: [bearer, apiKey, session], meter });
const request = (headers: Record<string, string>, repeated: readonly string[] = []): RequestCredentials =>
  ({ header: (name) => headers[name], repeats: (name) => repeated.includes(name), method: 'GET', path: '/me', remoteAddress: '192.0.2.1' });
const outcome = async (headers: Record<string, string>, repeated?: readonly string[]): Promise<unknown> => {
  try {
    return (await authenticate(request(headers, repeated)))?.via;
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
};

beforeEach(() => { verified.length = 0; counted.length = 0; });

test('each credential is verified by its scheme', async () => {
  expect(await outcome({ authorization: 'Bearer ada' })).toBe('bearer');
  expect(await outcome({ authorization: 'bEARER ada' })).toBe('bearer');
  expect(await outcome({ 'x-api-key': 'k1' })).toBe('api-key');
  expect(await outcome({ cookie: 'a=b; session=s1' })).toBe('session');
  expect(verified).toEqual(['bearer ada', 'bearer ada', 'key k1', 'session s1']);
});

test('no credential is nobody, and other cookies are none', async () => {
  expect(await outcome({})).toBeUndefined();
  expect(await outcome({ cookie: 'theme=dark' })).toBeUndefined();
});

test('a scheme that answers at once costs no turn of the event loop', () => {
  expect(authenticate(request({ authorization: 'Bearer ada' }))).toMatchObject({ id: 'ada' });
  expect(authenticate(request({}))).toBeUndefined();
});

describe('more than one credential', () => {
  test.each([
    [{ authorization: 'Bearer ada', 'x-api-key': 'k1' }],
    [{ authorization: 'Bearer ada', cookie: 'session=s1' }],
    [{ 'x-api-key': 'k1', cookie: 'session=s1' }],
    [{ authorization: 'Bearer ada', 'x-api-key': 'k1', cookie: 'session=s1' }],
    [{ authorization: 'Basic YWRhOng=', 'x-api-key': 'k1' }],
    [{ authorization: '', cookie: 'session=s1' }],
    [{ authorization: 'Bearer ada, Bearer eve' }],
    [{ authorization: 'Bearer ada,' }],
  ])('%j is refused before any is verified', async (headers) => {
    expect(await outcome(headers)).toBe('AMBIGUOUS_CREDENTIALS');
    expect(verified).toEqual([]);
  });

  test('is refused where a header came twice though only one of them can be seen', async () => {
    expect(await outcome({ authorization: 'Bearer ada' }, ['authorization'])).toBe('AMBIGUOUS_CREDENTIALS');
    expect(await outcome({ 'x-api-key': 'k1' }, ['x-api-key'])).toBe('AMBIGUOUS_CREDENTIALS');
    expect(await outcome({ authorization: 'Bearer ada' }, ['accept'])).toBe('bearer');
  });

  test('is named by where it is, never by what it is', () => {
    let refused: any;
    try { void authenticate(request({ authorization: 'Bearer sesame', 'x-api-key': 'secret' })); } catch (error) { refused = error; }
    expect(refused.kind).toBe('invalid');
    expect(refused.details).toEqual({ found: ['Authorization', 'X-API-Key'] });
    expect(JSON.stringify([refused, refused.message, refused.stack])).not.toMatch(/sesame|secret/);
  });
});

test.each(['Basic YWRhOng=', 'Bearer', 'Bearer ', '', 'Negotiate abc', 'bear ada'])('the Authorization header %j, which nobody reads, is not anonymous', async (authorization) => {
  expect(await outcome({ authorization })).toBe('UNAUTHENTICATED');
});

test('a refusal is counted by its scheme and code, an accident too, and both stay what they are', async () => {
  expect(await outcome({ authorization: 'Bearer expired' })).toBe('TOKEN_EXPIRED');
  expect(await outcome({ 'x-api-key': 'expired' })).toBe('TOKEN_EXPIRED');
  expect(await outcome({ 'x-api-key': 'down' })).toEqual(new Error('the database is down'));
  expect(await outcome({ authorization: 'Basic x' })).toBe('UNAUTHENTICATED');
  expect(await outcome({ authorization: 'Bearer ada', 'x-api-key': 'k' })).toBe('AMBIGUOUS_CREDENTIALS');
  expect(counted).toEqual([
    [1, { scheme: 'bearer', code: 'TOKEN_EXPIRED' }], [1, { scheme: 'apiKey', code: 'TOKEN_EXPIRED' }], [1, { scheme: 'apiKey', code: 'unexpected' }],
    [1, { scheme: 'none', code: 'UNAUTHENTICATED' }], [1, { scheme: 'none', code: 'AMBIGUOUS_CREDENTIALS' }],
  ]);
});

test('of two schemes that read one header, the first that takes the credential verifies it, alone', async () => {
  const issuers = createAuthenticator({ schemes: [{ ...bearer, name: 'ours', read: (r) => { const token = bearer.read(r); return token?.startsWith('our-') ? token : undefined; } }, { ...bearer, name: 'theirs' }] });
  expect(await issuers.authenticate(request({ authorization: 'Bearer our-1' }))).toMatchObject({ id: 'our-1' });
  expect(await issuers.authenticate(request({ authorization: 'Bearer other' }))).toMatchObject({ id: 'other' });
  expect(verified).toEqual(['bearer our-1', 'bearer other']);
});

test('it describes its schemes and challenges with all of them', () => {
  expect(Object.keys(securitySchemes)).toEqual(['bearer', 'apiKey', 'session']);
  expect([new Unauthenticated(), new TokenExpired()].map((error) => challenge!(error))).toEqual(['Bearer, Cookie', 'Bearer error="invalid_token", Cookie']);
  expect(createAuthenticator({ schemes: [apiKey] })).not.toHaveProperty('challenge');
});

test('no scheme, or two of one name, is refused', () => {
  expect(() => createAuthenticator({ schemes: [] })).toThrow('at least one scheme');
  expect(() => createAuthenticator({ schemes: [bearer, bearer] })).toThrow('one name');
});
