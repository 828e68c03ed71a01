import { createHmac, createPublicKey, generateKeyPairSync, randomBytes, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tokenIssuer } from '@org/enterprise-auth/jwt';
import { AccessTokenKeys } from '../../src/auth/auth.keys.js';
import { attack, type Target } from './target.js';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const hmac = (input: string, secret: string | Buffer): string => createHmac('sha256', secret).update(input).digest('base64url');

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const secret = randomBytes(32).toString('hex');
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string;

/** Signs with a key of the attacker's, whatever the header says. */
const signed = (header: object, claims: object, key: KeyObject = ec.privateKey): string => {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
};
const claimsOf = (target: Target, more: object = {}): object => {
  const now = Math.floor(Date.now() / 1000);
  return { iss: 'example-api', aud: 'example-api', sub: target.idOf('root'), roles: ['admin'], iat: now, nbf: now, exp: now + 600, jti: 'x', ...more };
};
const decoded = (token: string, at: 0 | 1): any => JSON.parse(Buffer.from(token.split('.')[at]!, 'base64url').toString());

const kids = ['../../../../dev/null', '/dev/null', 'file:///dev/null', `' union select 'x' --`, '__proto__', 'constructor', 'toString', '', '\0', '*', 1, null, {}, ['x'], true];

const algorithms = { ES256: { JWT_ALG: 'ES256', JWT_PRIVATE_KEY: pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey) }, RS256: { JWT_ALG: 'RS256', JWT_PRIVATE_KEY: pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey) }, HS256: { JWT_ALG: 'HS256', JWT_SECRET: secret } } as const;

// What carries a token is the same for all of them.
const enginesOf = { ES256: ['express', 'node'], RS256: ['express'], HS256: ['node'] } as const;

describe.each(Object.keys(algorithms) as (keyof typeof algorithms)[])('with %s', (alg) => {
  attack('tokens', (target) => {
    let good: string;
    beforeAll(async () => { good = (await target.logIn('eve')).access_token; });

    /** Asks for what administrators alone may see. */
    const asked = async (token: string): Promise<[number, string | undefined]> => {
      const { status, code } = await target.send('GET', '/api/v2/users', { headers: { authorization: `Bearer ${token}` } });
      return [status, code];
    };
    const refused = [401, 'TOKEN_INVALID'];
    const header = (): any => decoded(good, 0);

    test('the token that was issued is good, for what its owner may do', async () => {
      expect([await asked(good), (await asked((await target.logIn('root')).access_token))[0]]).toEqual([[403, 'FORBIDDEN'], 200]);
    });

    test.each(['none', 'None', 'NONE', 'nOnE', '', ' none', 'null'])('the algorithm "%s" signs nothing', async (none) => {
      for (const signature of ['', good.split('.')[2]!]) expect(await asked(`${part({ ...header(), alg: none })}.${part(claimsOf(target))}.${signature}`)).toEqual(refused);
      expect(await asked(`${part({ alg: none })}.${part(claimsOf(target))}`)).toEqual(refused);
    });

    test('what everybody knows of the key is no secret of another algorithm', async () => {
      const { keys } = await (await fetch(`${target.url}/.well-known/jwks.json`)).json() as { keys: JsonWebKey[] };
      expect([keys.length, JSON.stringify(keys)]).toEqual([alg === 'HS256' ? 0 : 1, expect.not.stringMatching(/"(d|p|q|dp|dq|qi|k)"/)]);
      const known = keys.flatMap((jwk) => {
        const key = createPublicKey({ key: jwk, format: 'jwk' });
        const spki = key.export({ type: 'spki', format: 'pem' }) as string;
        return [JSON.stringify(jwk), spki, spki.trim(), key.export({ type: 'spki', format: 'der' }), jwk.n ?? jwk.x!];
      });
      for (const guess of ['', 'secret', header().kid, '\0'.repeat(32), ...known]) {
        for (const claimed of [{ ...header(), alg: 'HS256' }, { alg: 'HS256', typ: 'at+jwt' }]) {
          const input = `${part(claimed)}.${part(claimsOf(target))}`;
          expect(await asked(`${input}.${hmac(input, guess)}`)).toEqual(refused);
        }
      }
    });

    const rsaOfAttacker = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    test('keys of another algorithm, and of none, are not taken for the issuer\'s', async () => {
      for (const claimed of ['ES256', 'RS256', 'PS256', 'EdDSA', 'HS256', 'ES384']) {
        for (const key of [ec.privateKey, rsaOfAttacker]) expect(await asked(signed({ ...header(), alg: claimed }, claimsOf(target), key))).toEqual(refused);
      }
    });

    test.each(kids)('the kid %j names no key', async (kid) => {
      expect(await asked(signed({ alg, typ: 'at+jwt', kid }, claimsOf(target)))).toEqual(refused);
      // What there would be in an empty file, or of a key that is not there.
      for (const empty of ['', 'undefined', 'null']) {
        const input = `${part({ alg: 'HS256', typ: 'at+jwt', kid })}.${part(claimsOf(target))}`;
        expect(await asked(`${input}.${hmac(input, empty)}`)).toEqual(refused);
      }
    });

    test('keys that a token brings along, or says where to find, are not looked at', async () => {
      const visitors: string[] = [];
      const server = createServer(({ url = '' }, response) => { visitors.push(url); response.end('{"keys":[]}'); }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const there = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      try {
        const jwk = { ...ec.publicKey.export({ format: 'jwk' }), kid: 'mine', alg: 'ES256' };
        for (const more of [{ jwk }, { jku: `${there}/jwks.json` }, { x5u: `${there}/chain.pem` }, { jku: `${target.url}/.well-known/jwks.json@${there.slice(7)}` }, { x5c: [Buffer.from('x').toString('base64')] }, { kid: `${there}/jwks.json` }, { iss: there }]) {
          for (const kid of ['mine', header().kid]) expect(await asked(signed({ alg: 'ES256', typ: 'at+jwt', kid, ...more }, claimsOf(target, 'iss' in more ? more : {})))).toEqual(refused);
        }
        expect(visitors).toEqual([]);
      } finally {
        server.close();
      }
    });

    test('what the header asks for beyond that is refused: crit, b64, zip, encryption, another type', async () => {
      for (const more of [{ crit: ['exp'] }, { crit: [] }, { b64: false, crit: ['b64'] }, { zip: 'DEF' }, { typ: 'JWT' }, { typ: 'refresh+jwt' }, { typ: undefined }, { cty: 'JWT', alg: 'dir', enc: 'A256GCM' }]) {
        expect(await asked(signed({ ...header(), ...more }, claimsOf(target)))).toEqual(refused);
      }
      expect(await asked(`${part({ alg: 'dir', enc: 'A256GCM' })}..x.y.z`)).toEqual(refused);
    });

    test('the issuer\'s own tokens for others, for later, and of before are refused', async () => {
      const keys = target.api.app.resolve(AccessTokenKeys);
      const right = { keys, issuer: 'example-api', audience: 'example-api', lifetime: { seconds: 60 } };
      const issued = async (options: object): Promise<string> => (await tokenIssuer({ ...right, ...options }).issue({ subject: target.idOf('root'), claims: { roles: ['admin'] } })).token;
      expect((await asked(await issued({})))[0]).toBe(200);
      const at = (minutes: number) => ({ clock: { now: () => Date.now() + minutes * 60_000 } });
      for (const options of [{ issuer: 'https://evil.example' }, { audience: 'another-api' }, { audience: 'example-api ' }, { issuer: 'Example-API' }, at(60)]) expect(await asked(await issued(options))).toEqual(refused);
      expect(await asked(await issued(at(-60)))).toEqual([401, 'TOKEN_EXPIRED']);
    });

    test('no character of a token can be changed, left out or added', async () => {
      const [head, claims, signature] = good.split('.') as [string, string, string];
      const other = (char: string): string => (char === 'A' ? 'B' : 'A');
      const step = Math.ceil(good.length / 60);
      const changed = Array.from({ length: 60 }, (_, i) => i * step).filter((at) => at < good.length && good[at] !== '.').map((at) => good.slice(0, at) + other(good[at]!) + good.slice(at + 1));
      const cut = [1, 2, 10, signature.length, signature.length + 1, claims.length + signature.length + 1].map((by) => good.slice(0, -by));
      const more = [`${good}A`, `${good}=`, `${good}.`, `${good}.${signature}`, `.${good}`, `${head}.${claims}.${signature}.${head}`, `${head}.${part({ ...decoded(good, 1), roles: ['admin'] })}.${signature}`, `${part({ ...header(), x: 1 })}.${claims}.${signature}`, `${head}..${signature}`, 'a.b.c', '..', 'null'];
      // The last character has bits to spare, which a decoder that does not look would take for the same signature.
      const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      const spare = [...last].filter((char) => char !== good.at(-1)).map((char) => good.slice(0, -1) + char);
      for (const forged of [...changed, ...cut, ...more, ...spare]) expect([forged, ...await asked(forged)]).toEqual([forged, ...refused]);
      expect((await asked(good))[0]).toBe(403);
    });

    test('oversized tokens are refused before anybody reads them', async () => {
      expect(await asked(signed({ ...header(), x: 'x'.repeat(9_000) }, claimsOf(target)))).toEqual(refused);
      expect(await asked(signed({ ...header(), kid: 'x'.repeat(4_000) }, claimsOf(target)))).toEqual(refused);
      expect(await asked('.'.repeat(9_000))).toEqual(refused);
      expect(await asked('a.'.repeat(5_000))).toEqual(refused);
      expect(await target.raw(`GET /api/v2/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'x'.repeat(60_000)}\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    });

    test('no other secret is an access token, an access token is no other secret, and there is one place for each', async () => {
      const { access_token: access, refresh_token: refresh } = await target.logIn('ada');
      expect(await asked(refresh)).toEqual(refused);
      expect(await target.send('POST', '/api/v2/auth/refresh', { body: { refresh_token: access } })).toMatchObject({ status: 401, code: 'REFRESH_TOKEN_INVALID' });
      expect(await target.send('POST', '/api/v2/auth/password/reset', { body: { token: refresh, new_password: 'another one entirely' } })).toMatchObject({ code: 'ONE_TIME_TOKEN_INVALID' });
      for (const [headers, status] of [[{ 'x-api-key': access }, 401], [{ cookie: `__Host-session=${access}` }, 401], [{ cookie: `access_token=${access}` }, 401], [{ authorization: `Basic ${access}` }, 401], [{ authorization: access }, 401], [{ 'x-access-token': access }, 401], [{ authorization: `Bearer ${access}, Bearer ${access}` }, 400]] as const) {
        expect([headers, (await target.send('GET', '/api/v2/me', { headers: { ...headers } })).status]).toEqual([headers, status]);
      }
      for (const query of ['access_token', 'token', 'authorization']) expect((await target.send('GET', `/api/v2/me?${query}=${access}`)).status).toBe(401);
      for (const second of ['x', good]) {
        const answer = await target.raw(`GET /api/v2/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${access}\r\nAuthorization: Bearer ${second}\r\nConnection: close\r\n\r\n`);
        expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*AMBIGUOUS_CREDENTIALS/);
      }
    });
  }, algorithms[alg], enginesOf[alg]);
});
