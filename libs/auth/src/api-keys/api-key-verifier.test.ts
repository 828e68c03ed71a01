import { crc32 } from 'node:zlib';
import { caught, opened, outcome, permissions, request, verify } from '../../test/api-keys.js';
import { apiKeyFormat } from './api-key-format.js';
import { toBase62 } from './base62.js';
import { memoryApiKeyStore } from './memory-api-key-store.js';

const wanted = { owner: 'ann', name: 'Deployment', scopes: ['orders:read', 'products:write'] };
const withChecksum = (body: string): string => `${body}_${toBase62(crc32(body), 6)}`;

test('a key says who calls and by which key: its owner, without roles, with what it may do', async () => {
  const { keys, owners } = opened();
  const { key, apiKey: { id: credentialId } } = await keys.issue(wanted);
  const caller = await verify(keys, key);
  expect({ ...caller, permissions: [...caller.permissions] }).toEqual({ id: 'ann', kind: 'user', via: 'api-key', credentialId, roles: [], permissions: ['orders:read', 'products:write'] });
  expect(() => (caller.permissions as Set<string>).add('*')).toThrow(TypeError);
  expect(() => Object.assign(caller, { id: 'eve' })).toThrow(TypeError);

  owners.set('robot', { permissions: permissions('orders:*'), kind: 'service', tenant: 't1' });
  const robot = await keys.issue({ owner: 'robot', name: 'r', scopes: ['orders:*'] });
  expect(await verify(keys, robot.key)).toMatchObject({ id: 'robot', kind: 'service', tenant: 't1', via: 'api-key' });
});

test('the scheme reads one header and describes it', () => {
  const { keys } = opened();
  const { name, read, securityScheme, challenge } = keys.scheme;
  expect([name, read(request('abc')), read(request('')), read(request(undefined)), securityScheme, challenge]).toEqual(['apiKey', 'abc', '', undefined, { type: 'apiKey', in: 'header', name: 'X-API-Key' }, undefined]);
  const other = opened({ header: 'X-Token' }).keys.scheme;
  expect(other.read({ ...request(undefined), header: (header) => (header === 'x-token' ? 'k' : undefined) })).toBe('k');
});

test('a key that is remembered is verified at once', async () => {
  const { keys } = opened();
  const { key } = await keys.issue(wanted);
  expect(keys.scheme.verify(key, request(key))).toBeInstanceOf(Promise);
  await verify(keys, key);
  expect(keys.scheme.verify(key, request(key))).toMatchObject({ id: 'ann' });
});

test('a key has those of its scopes that its owner has now', async () => {
  const { keys, owners, clock } = opened();
  const { key } = await keys.issue({ ...wanted, scopes: ['orders:*', 'products:write'] });
  const now = async (): Promise<string[]> => {
    await clock.advance({ seconds: 30 }); // nobody announces it
    return [...(await verify(keys, key)).permissions];
  };
  const of = (...granted: string[]): void => void owners.set('ann', { permissions: permissions(...granted) });
  expect(await now()).toEqual(['orders:*', 'products:write']);
  of('orders:read', 'orders:items:read', 'users:*');
  expect(await now()).toEqual(['orders:read', 'orders:items:read']);
  of('*');
  expect(await now()).toEqual(['orders:*', 'products:write']);
  of('products:*');
  expect(await now()).toEqual(['products:write']);
  of();
  expect(await now()).toEqual([]);
});

test('unknown, wrong, expired, revoked and malformed keys, and those of who is gone, are refused alike and counted apart', async () => {
  const { keys, owners, clock, counts } = opened();
  const [good, ended, revoked] = [await keys.issue(wanted), await keys.issue({ ...wanted, expiresIn: { hours: 1 } }), await keys.issue(wanted)];
  owners.set('eve', { permissions: permissions() });
  const gone = await keys.issue({ owner: 'eve', name: 'k', scopes: [] });
  owners.delete('eve');
  await clock.advance({ hours: 1 });
  await keys.revoke('ann', revoked.apiKey.id);
  const wrong = apiKeyFormat().make(good.apiKey.id).key;
  const refused = [apiKeyFormat().make().key, wrong, ended.key, revoked.key, `${good.key}x`, '', gone.key];
  const shown = new Set<string>();
  for (let time = 0; time < 2; time++) {
    for (const key of refused) {
      const error = await caught(verify(keys, key));
      shown.add(JSON.stringify([error.code, error.kind, error.message, Object.keys(error), error.cause]));
    }
    await verify(keys, good.key); // so that it is remembered the second time
  }
  expect([...shown]).toEqual([JSON.stringify(['API_KEY_INVALID', 'unauthenticated', 'The API key is not valid.', ['code', 'kind'], undefined])]);
  expect(counts).toEqual({ accepted: 2, unknown: 6, wrong: 2, expired: 2, malformed: 4 });
});

test('what is malformed or has a wrong checksum is not looked up, and thrown at once', async () => {
  const { keys, watched, counts } = opened();
  const { key } = await keys.issue(wanted);
  const changed = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
  for (const text of ['', 'x', changed, key.replace('exk', 'exl'), `${key},${key}`, `Bearer ${key}`, '\u0000', 'x'.repeat(100_000)]) {
    expect(() => keys.scheme.verify(text, request(text))).toThrow('The API key is not valid.');
  }
  expect([watched.count('find'), counts]).toEqual([0, { malformed: 8 }]);
});

test('a wrong secret for a remembered key is refused without a look-up, and does not end the key', async () => {
  const { keys, watched } = opened();
  const { key, apiKey } = await keys.issue(wanted);
  await verify(keys, key);
  for (let i = 0; i < 5; i++) expect(await outcome(keys, apiKeyFormat().make(apiKey.id).key)).toBe('API_KEY_INVALID');
  expect([watched.count('find'), await outcome(keys, key)]).toEqual([1, 'ann']);
});

test('the secret of one key does not open another', async () => {
  const { keys } = opened();
  const [one, two] = [await keys.issue(wanted), await keys.issue(wanted)];
  expect(await outcome(keys, withChecksum(one.key.slice(0, 26) + two.key.slice(26, 69)))).toBe('API_KEY_INVALID');
});

test('none of 10,000 random mutations of a key verifies, with and without its checksum set right', async () => {
  const { keys, counts } = opened({ store: memoryApiKeyStore() });
  const { key } = await keys.issue(wanted);
  await verify(keys, key);
  const random = (below: number): number => Math.floor(Math.random() * below);
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-=.~ é\u0000';
  const character = (): string => alphabet[random(Math.random() < 0.9 ? 62 : alphabet.length)]!;
  const mutations: readonly ((text: string, at: number) => string)[] = [
    (text, at) => text.slice(0, at) + character() + text.slice(at + 1),
    (text, at) => text.slice(0, at) + character() + text.slice(at),
    (text, at) => text.slice(0, at) + text.slice(at + 1),
    (text, at) => text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2),
    (text, at) => text.slice(0, at) + text.slice(at).toLowerCase(),
    (text, at) => text.slice(at) + text.slice(0, at),
  ];
  let tried = 0;
  while (tried < 10_000) {
    const body = key.slice(0, 69);
    const changed = Array.from({ length: 1 + random(3) }).reduce<string>((text) => mutations[random(mutations.length)]!(text, random(text.length)), tried % 2 === 0 ? key : body);
    const text = tried % 2 === 0 ? changed : withChecksum(changed);
    if (text === key) continue;
    tried++;
    if (await outcome(keys, text) !== 'API_KEY_INVALID') throw new Error(`verified: ${text}`);
  }
  const { malformed, unknown, wrong, ...others } = counts as Record<'malformed' | 'unknown' | 'wrong' | 'accepted', number>;
  expect([malformed + unknown + wrong, others]).toEqual([10_000, { accepted: 1 }]);
  for (const count of [malformed, unknown, wrong]) expect(count).toBeGreaterThan(100); // all ways of being wrong were tried
});

test('a store that fails is no verdict on the key: its error passes, and nothing is remembered', async () => {
  const { keys, watched, counts } = opened();
  const { key } = await keys.issue(wanted);
  watched.fail(new Error('the database is away'));
  expect((await caught(verify(keys, key))).message).toBe('the database is away');
  watched.fail(undefined);
  expect([await outcome(keys, key), counts]).toEqual(['ann', { accepted: 1 }]);
});

test('an owner who cannot be asked for is no verdict either', async () => {
  let fault: Error | undefined;
  const { keys } = opened({ ownerOf: async () => { if (fault) throw fault; return { permissions: permissions('orders:*', 'products:*') }; } });
  const { key } = await keys.issue(wanted);
  fault = new Error('the directory is away');
  expect((await caught(verify(keys, key))).message).toBe('the directory is away');
  fault = undefined;
  expect(await outcome(keys, key)).toBe('ann');
});

test('while nobody knows what was revoked, no key is let in, remembered or not', async () => {
  const { keys, revocations, counts } = opened();
  const [known, other] = [await keys.issue(wanted), await keys.issue(wanted)];
  await verify(keys, known.key);
  const { isRevoked } = revocations;
  revocations.isRevoked = () => { throw new Error('stale'); };
  for (const { key } of [known, other]) expect((await caught(verify(keys, key))).message).toBe('stale');
  revocations.isRevoked = isRevoked;
  expect([await outcome(keys, known.key), await outcome(keys, other.key), counts]).toEqual(['ann', 'ann', { accepted: 3 }]);
});

test('a key that cannot end lasts for ever, one with broken times not at all', async () => {
  const store = memoryApiKeyStore();
  const { keys, clock } = opened({ store });
  const [lasting, broken] = [await keys.issue(wanted), await keys.issue({ ...wanted, expiresIn: { days: 1 } })];
  const stored = (await store.find(broken.apiKey.id))!;
  await store.rotate({ ...stored, from: stored.hash, rotatedAt: new Date(), expiresAt: new Date(Number.NaN) });
  await clock.advance({ days: 30_000 });
  expect([await outcome(keys, lasting.key), await outcome(keys, broken.key)]).toEqual(['ann', 'API_KEY_INVALID']);
});
