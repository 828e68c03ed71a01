import { generateKeyPairSync } from 'node:crypto';
import { manualClock, type Clock } from '@org/enterprise-kernel';
import { byEcdsa, encode, forge } from '../../test/forge-token.js';
import type { Invalidation, Revocations } from '../revocations.js';
import { refusalReason } from './refusal.js';
import { signingKeys, type SigningKeys } from './signing-keys.js';
import { tokenIssuer } from './token-issuer.js';
import { tokenVerifier, type TokenVerifierOptions } from './token-verifier.js';
import type { VerificationKeys } from './verification-keys.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const current = { alg: 'ES256', key: { ...privateKey.export({ format: 'jwk' }) }, kid: 'k' } as const;
const header = { alg: 'ES256', kid: 'k', typ: 'at+jwt' };
const byKey = byEcdsa(privateKey);

interface Setup { readonly keys?: VerificationKeys; readonly clock?: Clock }

const setup = async ({ clock = manualClock(), ...options }: Setup & Partial<TokenVerifierOptions> = {}) => {
  const keys = await signingKeys({ current, clock });
  const issuer = tokenIssuer({ keys, issuer: 'i', audience: 'a', lifetime: { minutes: 15 }, clock });
  let checks = 0;
  const counted: VerificationKeys = {
    get revision() { return keys.revision; },
    find(kid, alg) {
      const key = keys.find(kid, alg);
      return key && { ...key, isSignature: (...args) => { checks += 1; return key.isSignature(...args); } };
    },
  };
  const verifier = tokenVerifier({ keys: counted, issuer: 'i', audience: 'a', clock, ...options });
  const now = Math.floor(clock.now() / 1000);
  const signed = (claims: object | string): string =>
    forge({ header, payload: typeof claims === 'string' ? claims : { iss: 'i', aud: 'a', sub: 'u', iat: now, exp: now + 900, ...claims }, sign: byKey });
  return { keys, issuer, verifier, signed, now, checks: () => checks };
};

const reasonOf = async (work: () => unknown): Promise<string | undefined> => {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    return refusalReason(error);
  }
};

function memoryRevocations(): Revocations & { send(invalidation: Partial<Invalidation>): void; listeners: number } {
  const revoked = new Set<string>();
  const listeners = new Set<(invalidation: Invalidation) => void>();
  return {
    isRevoked: (id) => revoked.has(id),
    subscribe(listener) { listeners.add(listener); return () => void listeners.delete(listener); },
    async publish(invalidations) { invalidations.forEach((each) => this.send(each)); },
    send(invalidation) {
      const whole: Invalidation = { id: '', kind: 'revoked', until: Infinity, ...invalidation };
      if (whole.kind === 'revoked') revoked.add(whole.id);
      for (const listener of listeners) listener(whole);
    },
    get listeners() { return listeners.size; },
  };
}

describe('what a verified token says', () => {
  test('comes back as it was issued, frozen', async () => {
    const { issuer, verifier, now } = await setup();
    const { token, tokenId, expiresAt } = await issuer.issue({ subject: 'u', sessionId: 's', claims: { roles: ['user'], nested: { a: [1] } } });
    const verified = await verifier.verify(token);
    expect(verified).toEqual({
      subject: 'u', sessionId: 's', tokenId, expiresAt,
      claims: { iss: 'i', aud: 'a', sub: 'u', sid: 's', jti: tokenId, iat: now, nbf: now, exp: now + 900, roles: ['user'], nested: { a: [1] } },
    });
    expect(() => (verified.claims as { roles: string[] }).roles.push('admin')).toThrow(TypeError);
    expect(() => { (verified.claims as { nested: { a: unknown } }).nested.a = 2; }).toThrow(TypeError);
  });

  test('is there without waiting, also the first time', async () => {
    const { issuer, verifier } = await setup();
    const { token } = await issuer.issue({ subject: 'u' });
    expect(verifier.verify(token)).toMatchObject({ subject: 'u' });
  });
});

describe('times', () => {
  test.each([
    [{ exp: 0 }, 'expired'], [{ exp: undefined }, 'claims'], [{ exp: '99999999999' }, 'claims'], [{ exp: null }, 'claims'],
    [{ nbf: 'now' }, 'claims'], [{ iat: '0' }, 'claims'], [{ iat: null }, 'claims'], [{ sid: 7 }, 'claims'], [{ sid: '' }, 'claims'], [{ jti: {} }, 'claims'],
  ])('%j', async (claims, reason) => {
    const { verifier, signed } = await setup();
    expect(await reasonOf(() => verifier.verify(signed(claims)))).toBe(reason);
  });

  test('a number too large to be one is no time', async () => {
    const { verifier, signed } = await setup();
    expect(await reasonOf(() => verifier.verify(signed('{"iss":"i","aud":"a","sub":"u","exp":1e400}')))).toBe('claims');
  });

  test.each([
    ['exp', (skew: number) => -skew + 1, (skew: number) => -skew, 'expired'],
    ['nbf', (skew: number) => skew, (skew: number) => skew + 1, 'not_yet_valid'],
    ['iat', (skew: number) => skew, (skew: number) => skew + 1, 'not_yet_valid'],
  ] as const)('%s may be off by the skew and not by a second more', async (claim, within, beyond, reason) => {
    for (const [clockSkew, seconds] of [[undefined, 30], [{ seconds: 0 }, 0], [{ minutes: 5 }, 300]] as const) {
      const { verifier, signed, now } = await setup(clockSkew && { clockSkew });
      expect(await reasonOf(() => verifier.verify(signed({ [claim]: now + within(seconds) })))).toBe('accepted');
      expect(await reasonOf(() => verifier.verify(signed({ [claim]: now + beyond(seconds) })))).toBe(reason);
    }
  });

  test('TOKEN_EXPIRED is said of a token that was valid in all else, and of no other', async () => {
    const { verifier, signed } = await setup();
    await expect(async () => verifier.verify(signed({ exp: 0 }))).rejects.toMatchObject({ code: 'TOKEN_EXPIRED', kind: 'unauthenticated' });
    await expect(async () => verifier.verify(signed({ exp: 0, aud: 'b' }))).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    await expect(async () => verifier.verify(`${signed({ exp: 0 }).slice(0, -4)}AAAA`)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });
});

describe('the form of a token', () => {
  test('an extension that the token calls critical is refused, even an empty list of them', async () => {
    const { verifier, now } = await setup();
    for (const crit of [['b64'], ['exp'], [], 'b64', null]) {
      const token = forge({ header: { ...header, crit, b64: true }, payload: { iss: 'i', aud: 'a', sub: 'u', exp: now + 9 }, sign: byKey });
      expect(await reasonOf(() => verifier.verify(token))).toBe('critical_header');
    }
  });

  test('a token cannot be written in a second way: not when it is new, not when it is known', async () => {
    const { verifier, signed } = await setup();
    const token = signed({ note: 'ab' });
    const [head, body, signature] = token.split('.') as [string, string, string];
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const trailing = signature.slice(0, -1) + alphabet[alphabet.indexOf(signature.at(-1)!) + 1]!;
    expect(Buffer.from(trailing, 'base64url')).toEqual(Buffer.from(signature, 'base64url')); // the same bytes to a lenient decoder
    const variants = [
      `${head}.${body}.${trailing}`, `${head}.${body}.${signature}=`, `${head}.${body}.${signature}==`, `${head}=.${body}.${signature}`,
      `${head}.${body}.${signature} `, ` ${token}`, `${head}\n.${body}.${signature}`, `${head}.${body}.${signature}\u0000`, `${head}.${body}.${signature}é`,
      `${token}.`, `.${token}`, `${head}.${body}`, `${head}.${body}.${signature}.${signature}`, '..', '', 'a',
    ];
    for (const remembered of [false, true]) {
      if (remembered) await verifier.verify(token);
      for (const variant of variants) expect([variant, await reasonOf(() => verifier.verify(variant))]).toEqual([variant, 'malformed']);
      for (const variant of [`${head}..${signature}`, `${head}.${body}.`]) expect(await reasonOf(() => verifier.verify(variant))).toBe('signature');
    }
  });

  test('the alphabet is that of URLs', async () => {
    const { verifier, now } = await setup();
    const payload = { iss: 'i', aud: 'a', sub: '???>>>~~~', exp: now + 900 };
    const input = `${encode(header)}.${Buffer.from(JSON.stringify(payload)).toString('base64').replaceAll('=', '')}`;
    expect(input).toMatch(/[+/]/);
    expect(await reasonOf(() => verifier.verify(`${input}.${byKey(input).toString('base64url')}`))).toBe('malformed');
  });

  test('a member that occurs twice is refused, in the header and in the claims', async () => {
    const { verifier, signed, now } = await setup();
    const claims = `"iss":"i","aud":"a","exp":${now + 900}`;
    expect(await reasonOf(() => verifier.verify(signed(`{${claims},"sub":"u"}`)))).toBe('accepted');
    expect(await reasonOf(() => verifier.verify(signed(`{${claims},"sub":"u","sub":"admin"}`)))).toBe('malformed');
    const twice = forge({ header: '{"alg":"none","alg":"ES256","kid":"k","typ":"at+jwt"}', payload: `{${claims},"sub":"u"}`, sign: byKey });
    expect(await reasonOf(() => verifier.verify(twice))).toBe('malformed');
  });

  test.each([['[]', 'malformed'], ['"text"', 'malformed'], ['null', 'malformed'], ['', 'malformed'], ['{', 'malformed']])('claims that are %j are refused', async (claims, reason) => {
    const { verifier, signed } = await setup();
    expect(await reasonOf(() => verifier.verify(signed(claims)))).toBe(reason);
  });

  test('a token longer than allowed is not even looked at', async () => {
    const { verifier, signed } = await setup();
    const fitting = signed({ pad: 'x'.repeat(5800) });
    expect(fitting.length).toBeLessThanOrEqual(8192);
    expect(await reasonOf(() => verifier.verify(fitting))).toBe('accepted');
    expect(await reasonOf(() => verifier.verify(signed({ pad: 'x'.repeat(6400) })))).toBe('too_long');
    expect(await reasonOf(() => verifier.verify('.'.repeat(8193)))).toBe('too_long');
    const start = performance.now();
    expect(await reasonOf(() => verifier.verify('.'.repeat(2 ** 28)))).toBe('too_long');
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test('deep nesting within the length is read', async () => {
    const { verifier, signed, now } = await setup();
    const deep = `${'['.repeat(2500)}${']'.repeat(2500)}`;
    expect(await reasonOf(() => verifier.verify(signed(`{"iss":"i","aud":"a","sub":"u","exp":${now + 9},"deep":${deep}}`)))).toBe('accepted');
  });
});

describe('remembering', () => {
  test('a token is verified once, and its holders share one object', async () => {
    const { issuer, verifier, checks } = await setup();
    const { token } = await issuer.issue({ subject: 'u' });
    const first = verifier.verify(token);
    for (let i = 0; i < 100; i++) expect(verifier.verify(token)).toBe(first);
    expect(checks()).toBe(1);
  });

  test('a remembered token expires on time', async () => {
    const clock = manualClock();
    const { issuer, verifier, checks } = await setup({ clock });
    const { token } = await issuer.issue({ subject: 'u' });
    verifier.verify(token);
    await clock.advance({ minutes: 15, seconds: 29 });
    expect(verifier.verify(token)).toMatchObject({ subject: 'u' });
    expect(checks()).toBe(1);
    await clock.advance({ seconds: 1 });
    expect(await reasonOf(() => verifier.verify(token))).toBe('expired');
  });

  test('not more tokens are remembered than allowed; 0 remembers none', async () => {
    for (const [cacheSize, expected] of [[2, 5], [0, 6]] as const) {
      const { issuer, verifier, checks } = await setup({ cacheSize });
      const tokens = await Promise.all([1, 2, 3, 4].map(() => issuer.issue({ subject: 'u' })));
      for (const { token } of tokens) verifier.verify(token);
      verifier.verify(tokens[3]!.token);
      verifier.verify(tokens[0]!.token);
      expect(checks()).toBe(expected);
    }
  });

  test('a refused token is not remembered as good, nor a good one as refused', async () => {
    const clock = manualClock();
    const { verifier, signed, now } = await setup({ clock });
    const early = signed({ nbf: now + 60 });
    expect(await reasonOf(() => verifier.verify(early))).toBe('not_yet_valid');
    await clock.advance({ minutes: 1 });
    expect(await reasonOf(() => verifier.verify(early))).toBe('accepted');
  });

  test('a key that is taken away takes what it verified along, and one that retires ends it at its date', async () => {
    const clock = manualClock();
    const { keys, issuer, verifier } = await setup({ clock });
    const { token } = await issuer.issue({ subject: 'u' });
    verifier.verify(token);
    const other = { alg: 'HS256', key: 'x'.repeat(32) } as const;
    await keys.replace({ current: other, retired: [{ ...current, until: new Date(clock.now() + 60_000) }] });
    expect(await reasonOf(() => verifier.verify(token))).toBe('accepted');
    await clock.advance({ minutes: 1 });
    expect(await reasonOf(() => verifier.verify(token))).toBe('unknown_key');

    await keys.replace({ current });
    expect(await reasonOf(() => verifier.verify(token))).toBe('accepted');
    await keys.replace({ current: other });
    expect(await reasonOf(() => verifier.verify(token))).toBe('unknown_key');
  });
});

describe('revocation', () => {
  test('a revoked session ends its tokens at once, remembered or new, and nobody else’s', async () => {
    const revocations = memoryRevocations();
    const { issuer, verifier } = await setup({ revocations });
    const [a, b, unseen] = await Promise.all(['s1', 's2', 's1'].map((sessionId) => issuer.issue({ subject: 'u', sessionId })));
    verifier.verify(a!.token);
    verifier.verify(b!.token);
    revocations.send({ id: 's1' });
    expect(await reasonOf(() => verifier.verify(a!.token))).toBe('revoked');
    expect(await reasonOf(() => verifier.verify(unseen!.token))).toBe('revoked');
    expect(await reasonOf(() => verifier.verify(b!.token))).toBe('accepted');
  });

  test('a revocation that nobody announced counts all the same', async () => {
    const revoked = new Set<string>();
    const { issuer, verifier } = await setup({ revocations: { ...memoryRevocations(), isRevoked: (id) => revoked.has(id) } });
    const { token } = await issuer.issue({ subject: 'u', sessionId: 's' });
    expect(await reasonOf(() => verifier.verify(token))).toBe('accepted');
    revoked.add('s');
    expect(await reasonOf(() => verifier.verify(token))).toBe('revoked');
  });

  test('all tokens of a revoked subject end', async () => {
    const revocations = memoryRevocations();
    const { issuer, verifier } = await setup({ revocations });
    const { token } = await issuer.issue({ subject: 'u' });
    verifier.verify(token);
    revocations.send({ id: 'u' });
    expect(await reasonOf(() => verifier.verify(token))).toBe('revoked');
  });

  test('what changed of a subject is looked at again', async () => {
    const revocations = memoryRevocations();
    const { issuer, verifier, checks } = await setup({ revocations });
    const { token } = await issuer.issue({ subject: 'u', sessionId: 's' });
    const first = verifier.verify(token);
    revocations.send({ id: 'u', kind: 'changed' });
    const second = verifier.verify(token);
    expect(second).toEqual(first);
    expect(second).not.toBe(first);
    expect(checks()).toBe(2);
  });

  test('a revocation that arrives while the key is fetched finds nothing to remember', async () => {
    const revocations = memoryRevocations();
    const { keys, issuer } = await setup();
    let arrive!: () => void;
    const fetched = new Promise<void>((resolve) => { arrive = resolve; });
    const slow: VerificationKeys = { revision: 0, find: async (kid, alg) => { await fetched; return keys.find(kid, alg); } };
    const { verifier } = await setup({ keys: slow, revocations });
    const { token } = await issuer.issue({ subject: 'u', sessionId: 's' });
    const pending = reasonOf(() => verifier.verify(token));
    revocations.send({ id: 's' });
    arrive();
    expect(await pending).toBe('revoked');
    expect(await reasonOf(() => verifier.verify(token))).toBe('revoked');
  });

  test('disposing a verifier ends its subscription', async () => {
    const revocations = memoryRevocations();
    const { verifier } = await setup({ revocations });
    expect(revocations.listeners).toBe(1);
    verifier[Symbol.dispose]();
    expect(revocations.listeners).toBe(0);
  });
});

test.each([
  [{ issuer: '' }], [{ audience: '' }], [{ audience: [] }], [{ audience: ['a', ''] }], [{ type: '' }], [{ issuer: undefined as never }], [{ audience: undefined as never }], [{ clockSkew: { minutes: 5, milliseconds: 1 } }],
])('rules that would accept too much are refused: %j', async (wrong) => {
  const keys = {} as SigningKeys;
  expect(() => tokenVerifier({ keys, issuer: 'i', audience: 'a', ...wrong })).toThrow(TypeError);
});

test('what becomes of tokens is counted', async () => {
  const counts: Record<string, number> = {};
  const counter = { add: () => {}, with: ({ result }: { result: string }) => ({ add: (n: number) => { counts[result] = (counts[result] ?? 0) + n; } }) };
  const { issuer, verifier, signed } = await setup({ meter: { counter: () => counter, histogram: () => ({}), gauge: () => ({}) } as never });
  const { token } = await issuer.issue({ subject: 'u' });
  for (const each of [token, token, token, 'x', 'x', signed({ exp: 0 })]) await reasonOf(() => verifier.verify(each));
  expect(counts).toEqual({ verified: 1, remembered: 2, malformed: 2, expired: 1 });
});
