import { createHmac, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { testApi, type TestApi } from '../testing.js';

const password = 'for every one of them';
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe.each(['express', 'node'] as const)('tokens that nobody issued, on %s', (HTTP_ENGINE) => {
  let api: TestApi;
  let token: string;
  let jwk: { readonly kid: string };
  const now = (): number => Math.floor(Date.now() / 1000);
  const claims = (more: object = {}): object => ({ iss: 'example-api', aud: 'example-api', sub: '01890a5d-ac96-774b-bcce-b302099a8057', roles: ['admin'], iat: now(), nbf: now(), exp: now() + 600, jti: 'x', ...more });

  beforeAll(async () => {
    api = await testApi({ HTTP_ENGINE, RATE_LIMIT_MAX: 0, ADMIN_EMAIL: 'root@example.com', ADMIN_PASSWORD: password }, { proof: true });
    ({ keys: [jwk] } = await (await fetch(`${api.url}/.well-known/jwks.json`)).json() as any);
    const answer = await fetch(`${api.url}/api/v2/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'root@example.com', password }) });
    ({ data: { access_token: token } } = await answer.json() as any);
  });
  afterAll(() => api[Symbol.asyncDispose]());

  async function asked(forged: string): Promise<[number, string]> {
    const response = await fetch(`${api.url}/api/v2/users`, { headers: { authorization: `Bearer ${forged}` } });
    const { code } = await response.json() as any;
    return [response.status, code];
  }
  const attacker = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signed = (header: object, payload: object): string => {
    const input = `${part(header)}.${part(payload)}`;
    return `${input}.${signWith('sha256', Buffer.from(input), { key: attacker.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const own = attacker.publicKey.export({ format: 'jwk' });
  /** The public key, which everybody has, as the secret of a symmetric algorithm. */
  const confused = (secret: string | Buffer): string => {
    const input = `${part({ alg: 'HS256', typ: 'at+jwt', kid: jwk.kid })}.${part(claims())}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
  const [header, payload, signature] = ['', '', ''].map((_, i) => (): string => token.split('.')[i]!);
  const rewritten = (): string => part({ ...JSON.parse(Buffer.from(payload!(), 'base64url').toString()), sub: 'somebody-else' });

  test('the one that was issued is good', async () => {
    expect(await asked(token)).toEqual([200, 'OK']);
  });

  test.each<[string, () => string]>([
    ['without a signature', () => `${part({ alg: 'none', typ: 'at+jwt' })}.${part(claims())}.`],
    ['without a signature, in other letters', () => `${part({ alg: 'nOnE', typ: 'at+jwt' })}.${part(claims())}.`],
    ['with the public key for a secret', () => confused(JSON.stringify(jwk))],
    ['with an empty secret', () => confused('')],
    ['signed by a key of the attacker\'s', () => signed({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid }, claims())],
    ['that brings its key along', () => signed({ alg: 'ES256', typ: 'at+jwt', jwk: own }, claims())],
    ['that says where its keys are', () => signed({ alg: 'ES256', typ: 'at+jwt', kid: 'k', jku: `${api.url}/evil.json`, x5u: `${api.url}/evil.pem` }, claims())],
    ...['../../../../dev/null', '/dev/null', "' or 1=1 --", '__proto__', 'constructor', '\u0000', 'x'.repeat(5_000)].map((kid): [string, () => string] => [`with the kid ${JSON.stringify(kid.slice(0, 30))}`, () => signed({ alg: 'ES256', typ: 'at+jwt', kid }, claims())]),
    ['with other claims', () => `${header!()}.${rewritten()}.${signature!()}`],
    ['cut off', () => token.slice(0, -10)],
    ['without its signature', () => `${header!()}.${payload!()}.`],
    ['with a part too many', () => `${token}.${signature!()}`],
    ['of another type', () => signed({ alg: 'ES256', typ: 'JWT', kid: jwk.kid }, claims())],
    ['with padding', () => `${token}=`],
    ['of 12 KB', () => signed({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid }, claims({ more: 'x'.repeat(9_000) }))],
    ['that is none', () => 'a.b.c'],
  ])('one %s is refused', async (_what, forge) => {
    expect(await asked(forge())).toEqual([401, 'TOKEN_INVALID']);
    expect(await asked(token)).toEqual([200, 'OK']);
  });
});
