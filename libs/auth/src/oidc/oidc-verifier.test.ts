import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { manualClock, type Logger } from '@org/enterprise-kernel';
import { byEcdsa, byHmac, byRsa, forge } from '../../test/forge-token.js';
import { refusalReason } from '../jwt/refusal.js';
import type { Fetch } from './bounded-fetch.js';
import { oidcVerifier, type OidcVerifierOptions } from './oidc-verifier.js';

const issuer = 'https://login.example';
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicJwk = (key: KeyObject, more: object): object => ({ ...key.export({ format: 'jwk' }), use: 'sig', ...more });
const ecJwk = publicJwk(ec.publicKey, { alg: 'ES256', kid: 'k' });

const json = (body: unknown): Response => new Response(JSON.stringify(body));
const never = (): Promise<never> => new Promise(() => {});

interface Setup extends Partial<OidcVerifierOptions> {
  metadata?: () => Response | Promise<Response>;
  jwks?: () => Response | Promise<Response>;
}

/** A verifier whose issuer answers as the test wants it to, also later on. */
const setup = ({ metadata, jwks, ...options }: Setup = {}) => {
  const clock = manualClock();
  const logged: string[] = [];
  const log = (message: string): void => void logged.push(message);
  const logger: Logger = { debug: () => {}, info: log, warn: log, error: log, child: () => logger };
  const site = { metadata: metadata ?? (() => json({ issuer, jwks_uri: `${issuer}/keys` })), jwks: jwks ?? (() => json({ keys: [ecJwk] })), asked: [] as string[] };
  const fetch: Fetch = async (url) => {
    site.asked.push(url);
    return url.endsWith('/keys') ? site.jwks() : site.metadata();
  };
  const verifier = oidcVerifier({ issuer, audience: 'a', clock, logger, fetch, ...options });
  const now = clock.now() / 1000;
  const token = (header: object = {}, sign = byEcdsa(ec.privateKey)): string =>
    forge({ header: { alg: 'ES256', kid: 'k', typ: 'at+jwt', ...header }, payload: { iss: issuer, aud: 'a', sub: 'u', exp: now + 90_000, jti: randomUUID() }, sign });
  const outcome = async (text = token()): Promise<unknown> => {
    try {
      await verifier.verify(text);
      return 'accepted';
    } catch (error) {
      return refusalReason(error) ?? (error as { code?: string }).code ?? error;
    }
  };
  return { clock, site, logged, verifier, token, outcome, fetches: () => site.asked.filter((url) => url.endsWith('/keys')).length };
};

describe('what is trusted', () => {
  test.each([
    'http://login.example', 'http://127.0.0.1:8080', 'ftp://login.example', 'login.example', '', 'https://login.example?a=b', 'https://login.example?', 'https://login.example#a',
    'https://user:password@login.example', undefined as never,
  ])('an issuer at %j is not', (address) => {
    expect(() => setup({ issuer: address })).toThrow(TypeError);
  });

  test.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])('%s is, for tests that say so', (address) => {
    expect(() => setup({ issuer: address, allowLoopback: true })).not.toThrow();
    expect(() => setup({ issuer: 'http://localhost.evil.example', allowLoopback: true })).toThrow(TypeError);
  });

  test.each([[['HS256']], [['none']], [['ES256', 'HS512']], [[]]])('algorithms %j are not: an outside issuer has no secret of ours', (algorithms) => {
    expect(() => setup({ algorithms: algorithms as never })).toThrow('An outside issuer signs with');
  });

  test('metadata are asked for where OpenID Connect Discovery says', async () => {
    for (const [address, url] of [['https://login.example', 'https://login.example/.well-known/openid-configuration'], ['https://login.example/t/1/', 'https://login.example/t/1/.well-known/openid-configuration']] as const) {
      const { site, outcome } = setup({ issuer: address });
      await outcome();
      expect(site.asked[0]).toBe(url);
    }
  });

  test.each<[string, Setup]>([
    ['metadata of another issuer', { metadata: () => json({ issuer: 'https://evil.example', jwks_uri: `${issuer}/keys` }) }],
    ['metadata of an issuer written otherwise', { metadata: () => json({ issuer: `${issuer}/`, jwks_uri: `${issuer}/keys` }) }],
    ['metadata without an issuer', { metadata: () => json({ jwks_uri: `${issuer}/keys` }) }],
    ['metadata without the address of the keys', { metadata: () => json({ issuer }) }],
    ['keys at an address that is not https', { metadata: () => json({ issuer, jwks_uri: 'http://login.example/keys' }) }],
    ['keys in a file', { metadata: () => json({ issuer, jwks_uri: 'file:///keys' }) }],
    ['metadata that are null', { metadata: () => json(null) }],
    ['metadata that are not JSON', { metadata: () => new Response('<html>') }],
    ['metadata elsewhere', { metadata: () => new Response(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }), { status: 302, headers: { location: 'https://evil.example' } }) }],
    ['keys elsewhere', { jwks: () => new Response(JSON.stringify({ keys: [ecJwk] }), { status: 307, headers: { location: 'https://evil.example/keys' } }) }],
    ['an error', { jwks: () => new Response(JSON.stringify({ keys: [ecJwk] }), { status: 500 }) }],
    ['keys that are none', { jwks: () => json({ keys: 'none' }) }],
    ['no connection', { jwks: () => Promise.reject(new TypeError('fetch failed')) }],
    ['too long an answer', { jwks: () => json({ keys: [ecJwk], pad: 'x'.repeat(300_000) }) }],
    ['too long metadata', { metadata: () => json({ issuer, jwks_uri: `${issuer}/keys`, pad: 'x'.repeat(300_000) }) }],
  ])('%s are not, and the token is neither accepted nor refused', async (_, options) => {
    const { outcome, verifier, logged, token } = setup(options);
    expect(await outcome()).toBe('TOKEN_ISSUER_UNAVAILABLE');
    expect(logged).toEqual(['The keys of an issuer could not be fetched.']);
    await expect(verifier.verify(token())).rejects.toMatchObject({ kind: 'unavailable', cause: expect.objectContaining({ message: expect.any(String) }) });
  });

  test('an answer that is too long is not read to its end', async () => {
    let sent = 0;
    let cancelled = false;
    const endless = new ReadableStream({ pull(controller) { sent += 1; controller.enqueue(new Uint8Array(1024)); }, cancel() { cancelled = true; } });
    const { outcome } = setup({ jwks: () => new Response(endless), maxBytes: 10 * 1024 });
    expect(await outcome()).toBe('TOKEN_ISSUER_UNAVAILABLE');
    expect(cancelled).toBe(true);
    expect(sent).toBeLessThan(20);
  });

  test.each<[string, Setup]>([
    ['metadata', { metadata: never }], ['keys', { jwks: never }],
    ['a body', { jwks: () => new Response(new ReadableStream({ start(controller) { controller.enqueue(Buffer.from('{"keys":')); } })) }],
  ])('%s that never arrive end with the time-out', async (_, options) => {
    const { outcome } = setup({ ...options, timeout: { milliseconds: 30 } });
    expect(await outcome()).toBe('TOKEN_ISSUER_UNAVAILABLE');
  });
});

describe('when keys are fetched', () => {
  test('not before they are needed, and once for all who need them', async () => {
    const { outcome, fetches, site } = setup();
    await turn();
    expect(site.asked).toEqual([]);
    expect(new Set(await Promise.all(Array.from({ length: 100 }, () => outcome())))).toEqual(new Set(['accepted']));
    expect(fetches()).toBe(1);
  });

  test('again when they are old, also if remembered tokens are all that comes', async () => {
    const { clock, outcome, token, fetches, site } = setup({ keysMaxAge: { minutes: 2 } });
    const one = token();
    await outcome(one);
    await clock.advance({ seconds: 119 });
    await outcome(one);
    expect(fetches()).toBe(1);
    await clock.advance({ seconds: 1 });
    site.jwks = () => json({ keys: [] });
    expect(await outcome(one)).toBe('unknown_key');
    expect(fetches()).toBe(2);
  });

  test('once in a while for keys that nobody knows, however many tokens name such', async () => {
    const { clock, outcome, token, fetches } = setup();
    await outcome();
    for (let round = 1; round <= 3; round++) {
      await clock.advance({ seconds: 30 });
      const outcomes = await Promise.all(Array.from({ length: 200 }, () => outcome(token({ kid: randomUUID() }))));
      expect(new Set(outcomes)).toEqual(new Set(['unknown_key']));
      for (let i = 0; i < 50; i++) await outcome(token({ kid: randomUUID() }));
      expect(fetches()).toBe(1 + round);
    }
  });

  test('never for an algorithm that is not allowed, nor for a token that is refused anyway', async () => {
    const { outcome, token, site } = setup();
    expect(await outcome(token({ alg: 'HS256' }, byHmac(ec.publicKey.export({ type: 'spki', format: 'pem' }) as string)))).toBe('unknown_key');
    expect(await outcome(token({ alg: 'PS256' }))).toBe('unknown_key');
    expect(await outcome(token({ alg: 'none' }))).toBe('algorithm');
    expect(await outcome(token({ typ: 'JWT' }))).toBe('type');
    expect(await outcome(token({ crit: ['x'] }))).toBe('critical_header');
    expect(await outcome('abc')).toBe('malformed');
    expect(site.asked).toEqual([]);
  });

  test('not for every token while the issuer is down', async () => {
    const { clock, outcome, site } = setup({ metadata: () => Promise.reject(new TypeError('fetch failed')) });
    for (let second = 0; second < 20; second++) {
      expect(new Set(await Promise.all([outcome(), outcome(), outcome()]))).toEqual(new Set(['TOKEN_ISSUER_UNAVAILABLE']));
      await clock.advance({ seconds: 1 });
    }
    expect(site.asked).toHaveLength(4);
  });

  test('without anybody waiting while the issuer hangs and its last keys are still good', async () => {
    const { clock, outcome, site, token } = setup({ timeout: { milliseconds: 30 } });
    await outcome();
    site.metadata = never;
    await clock.advance({ minutes: 10 });
    expect(await outcome(token())).toBe('accepted'); // waits for the first failure
    for (let i = 0; i < 3; i++) {
      await clock.advance({ seconds: 5 });
      const before = site.asked.length;
      let done = false;
      const pending = outcome(token()).then((result) => { done = true; return result; });
      for (let turns = 0; turns < 5; turns++) await turn();
      expect([done, await pending, site.asked.length]).toEqual([true, 'accepted', before + 1]);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  });

  test('and a change is believed at once, also for tokens that are remembered', async () => {
    const { clock, outcome, token, site, logged } = setup();
    const old = token();
    await outcome(old);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    site.jwks = () => json({ keys: [publicJwk(other.publicKey, { alg: 'ES256', kid: 'other' })] });
    await clock.advance({ seconds: 30 });
    expect(await outcome(token({ kid: 'other' }, byEcdsa(other.privateKey)))).toBe('accepted');
    expect(await outcome(old)).toBe('unknown_key');
    expect(logged.filter((message) => message === 'An issuer has published other keys than before.')).toHaveLength(2);
  });
});

describe('which key', () => {
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const big = generateKeyPairSync('rsa', { modulusLength: 2048 });

  test('a token without a kid is verified where only one key fits', async () => {
    const rsa = publicJwk(big.publicKey, { alg: 'RS256', kid: 'r' });
    expect(await setup({ jwks: () => json({ keys: [ecJwk, rsa] }) }).outcome(setup().token({ kid: undefined }))).toBe('accepted');
    expect(await setup({ jwks: () => json({ keys: [ecJwk, { ...ecJwk, kid: 'l' }] }) }).outcome(setup().token({ kid: undefined }))).toBe('unknown_key');
  });

  test.each<[string, object, object, (input: string) => Buffer]>([
    ['for encryption', { ...ecJwk, use: 'enc' }, {}, byEcdsa(ec.privateKey)],
    ['for another algorithm', publicJwk(big.publicKey, { alg: 'RS512', kid: 'k' }), { alg: 'RS256' }, byRsa(big.privateKey)],
    ['of 1024 bits', publicJwk(small.publicKey, { alg: 'RS256', kid: 'k' }), { alg: 'RS256' }, byRsa(small.privateKey)],
    ['that is private', { ...ec.privateKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'k' }, {}, byEcdsa(ec.privateKey)],
    ['that is a secret', { kty: 'oct', k: Buffer.from('x'.repeat(32)).toString('base64url'), alg: 'HS256', kid: 'k' }, { alg: 'HS256' }, byHmac('x'.repeat(32))],
    ['that is broken', { ...ecJwk, y: 'AAAA' }, {}, byEcdsa(ec.privateKey)],
  ])('a key %s is none', async (_, jwk, header, sign) => {
    const { outcome, token } = setup({ jwks: () => json({ keys: [jwk] }) });
    expect(await outcome(token(header, sign))).toBe('unknown_key');
  });

  test('an id that two keys have is the id of neither', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { outcome } = setup({ jwks: () => json({ keys: [ecJwk, publicJwk(other.publicKey, { alg: 'ES256', kid: 'k' })] }) });
    expect(await outcome()).toBe('unknown_key');
  });
});

describe('health', () => {
  test('is named after the issuer, not critical, and fetches the keys', async () => {
    const { verifier, fetches, clock } = setup();
    expect(verifier.health).toMatchObject({ name: 'oidc.login.example', critical: false });
    await clock.advance({ seconds: 1 });
    expect(await verifier.health.check(new AbortController().signal)).toEqual({ keys: 1, age_seconds: 0, stale: false });
    expect(fetches()).toBe(1);
  });

  test('fails while no token can be verified, and says why', async () => {
    const { verifier } = setup({ jwks: () => new Response(null, { status: 503 }) });
    await expect(verifier.health.check(new AbortController().signal)).rejects.toMatchObject({ code: 'TOKEN_ISSUER_UNAVAILABLE', cause: { message: 'https://login.example/keys answered with status 503.' } });
  });
});
