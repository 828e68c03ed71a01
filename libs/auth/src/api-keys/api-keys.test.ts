import { inspect } from 'node:util';
import { runInContext, type Caller } from '@org/enterprise-kernel';
import { caught, opened, outcome, permissions, verify } from '../../test/api-keys.js';
import { hashToken } from '../crypto/tokens.js';
import { isApiKey } from './api-key-format.js';
import { memoryApiKeyStore } from './memory-api-key-store.js';

const wanted = { owner: 'ann', name: 'Deployment', scopes: ['orders:read'] };
const codeAndDetails = async (work: Promise<unknown>): Promise<unknown> => {
  const { code, kind, details, message } = await caught(work);
  return { code, kind, details, message };
};

test('a key is shown once, and only its hash is kept', async () => {
  const store = memoryApiKeyStore();
  const { keys, clock } = opened({ store });
  const { key, apiKey } = await keys.issue(wanted);
  expect(isApiKey(key)).toBe(true);
  expect(apiKey).toEqual({
    id: key.slice(4, 26), owner: 'ann', name: 'Deployment', scopes: ['orders:read'], createdAt: new Date(clock.now()),
    rotatedAt: undefined, expiresAt: undefined, lastUsedAt: undefined, replacedUntil: undefined,
  });
  expect((await store.find(apiKey.id))?.hash).toBe(hashToken(key));
  expect(await keys.list('ann')).toEqual([apiKey]);
  const secret = key.slice(26, 69);
  for (const value of [await store.find(apiKey.id), await keys.list('ann'), apiKey, keys, keys.scheme]) expect(inspect(value, { depth: Infinity, showHidden: true })).not.toContain(secret);
  expect(inspect(await keys.list('ann'))).not.toContain(hashToken(key));
});

test('a name is trimmed, scopes are taken once', async () => {
  const { keys } = opened();
  const { apiKey } = await keys.issue({ ...wanted, name: '  Übertragung 😀 ', scopes: ['orders:read', 'orders:*', 'orders:read'] });
  expect([apiKey.name, apiKey.scopes]).toEqual(['Übertragung 😀', ['orders:read', 'orders:*']]);
});

test.each([
  [{ name: ' ' }, 'name', 'must have 1 to 100 characters'],
  [{ name: 'x'.repeat(101) }, 'name', 'must have 1 to 100 characters'],
  [{ name: 'a\nb' }, 'name', 'must be a line of text'],
  [{ name: 'a\u0000' }, 'name', 'must be a line of text'],
  [{ name: '\ud800' }, 'name', 'must be a line of text'],
  [{ name: 'a\u2028b' }, 'name', 'must be a line of text'],
  [{ scopes: Array.from({ length: 51 }, (_, n) => `orders:${n}`) }, 'scopes', 'must be no more than 50'],
  [{ scopes: [''] }, 'scopes', 'must be permissions such as orders:read or orders:*, of at most 100 characters'],
  [{ scopes: ['orders:*:read'] }, 'scopes', 'must be permissions such as orders:read or orders:*, of at most 100 characters'],
  [{ scopes: ['orders: read'] }, 'scopes', 'must be permissions such as orders:read or orders:*, of at most 100 characters'],
  [{ scopes: [`orders:${'x'.repeat(94)}`] }, 'scopes', 'must be permissions such as orders:read or orders:*, of at most 100 characters'],
  [{ expiresIn: { seconds: 0 } }, 'expiresIn', 'must be longer than nothing'],
  [{ expiresIn: { days: 4_000_000 } }, 'expiresIn', 'ends after the year 9999'],
])('a key is not made with %j', async (over, field, reason) => {
  const { keys, watched } = opened();
  const { code, kind, details } = await codeAndDetails(keys.issue({ ...wanted, ...over })) as Record<string, unknown>;
  expect({ code, kind, details }).toEqual({ code: 'API_KEY_REQUEST_INVALID', kind: 'invalid', details: { field, reason } });
  expect(watched.count('insert')).toBe(0);
});

test('limits can be set', async () => {
  const { keys } = opened({ maxNameLength: 5, maxScopes: 1, maxKeys: 1 });
  expect((await caught(keys.issue(wanted))).message).toBe('The name of an API key must have 1 to 5 characters.');
  expect((await caught(keys.issue({ ...wanted, name: 'short', scopes: ['orders:a', 'orders:b'] }))).message).toBe('The scopes of an API key must be no more than 1.');
  await keys.issue({ ...wanted, name: 'short' });
  expect(await codeAndDetails(keys.issue({ ...wanted, name: 'short' }))).toEqual({
    code: 'API_KEY_LIMIT_REACHED', kind: 'conflict', details: { limit: 1 }, message: 'There are as many API keys as one may have; revoke one first.',
  });
});

test('20 keys are the limit of an owner, also when they are asked for at once; one that expires or is revoked makes room', async () => {
  const { keys, clock } = opened();
  const made = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => keys.issue({ ...wanted, ...(n === 0 && { expiresIn: { hours: 1 } }) })));
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
  expect((await caught(keys.issue(wanted))).code).toBe('API_KEY_LIMIT_REACHED');
  await keys.issue({ ...wanted, owner: 'bob', scopes: [] });
  await clock.advance({ hours: 1 });
  await keys.issue(wanted);
  expect((await caught(keys.issue(wanted))).code).toBe('API_KEY_LIMIT_REACHED');
  await keys.revoke('ann', (await keys.list('ann'))[0]!.id);
  await keys.issue(wanted);
  expect(await keys.list('ann')).toHaveLength(20);
});

test('a key cannot have what its owner does not', async () => {
  const { keys, owners } = opened();
  expect(await codeAndDetails(keys.issue({ ...wanted, scopes: ['orders:read', 'users:read', 'products:*', '*'] }))).toEqual({
    code: 'API_KEY_SCOPE_FORBIDDEN', kind: 'forbidden', details: { scopes: ['users:read', 'products:*', '*'] },
    message: 'An API key cannot be given permissions that its owner does not have.',
  });
  expect((await caught(keys.issue({ ...wanted, owner: 'bob' }))).code).toBe('API_KEY_SCOPE_FORBIDDEN');
  expect((await codeAndDetails(keys.issue({ ...wanted, owner: 'eve' })))).toMatchObject({ code: 'API_KEY_OWNER_UNKNOWN', kind: 'missing' });
  owners.set('ann', { permissions: permissions('*') });
  expect((await keys.issue({ ...wanted, scopes: ['*'] })).apiKey.scopes).toEqual(['*']);
});

test('with a longest lifetime every key ends', async () => {
  const { keys, clock } = opened({ maxLifetime: { days: 30 } });
  const after = (days: number): Date => new Date(clock.now() + days * 86_400_000);
  expect((await keys.issue(wanted)).apiKey.expiresAt).toEqual(after(30));
  expect((await keys.issue({ ...wanted, expiresIn: { days: 7 } })).apiKey.expiresAt).toEqual(after(7));
  const { id } = (await keys.issue({ ...wanted, expiresIn: { days: 30 } })).apiKey;
  for (const [work, field] of [[keys.issue({ ...wanted, expiresIn: { days: 31 } }), 'expiresIn'], [keys.rotate('ann', id, { overlap: { days: 31 } }), 'overlap'], [keys.rotate('ann', id, { overlap: { days: 1 }, expiresIn: { days: 31 } }), 'expiresIn']] as const) {
    expect(await codeAndDetails(work)).toMatchObject({ code: 'API_KEY_REQUEST_INVALID', details: { field, reason: 'must be no more than 30 d' } });
  }
});

test('a caller who came with an API key cannot make keys, nor renew one', async () => {
  const { keys, watched } = opened();
  const { key, apiKey } = await keys.issue(wanted);
  const caller = await verify(keys, key);
  const as = <R>(who: Caller, body: () => R): R => runInContext({ requestId: 'r', caller: who }, body);
  for (const work of [() => keys.issue(wanted), () => keys.rotate('ann', apiKey.id, { overlap: { days: 1 } })]) {
    expect(await codeAndDetails(as(caller, work))).toEqual({ code: 'API_KEY_NOT_ALLOWED', kind: 'forbidden', details: undefined, message: 'An API key cannot make API keys; log in to do so.' });
  }
  expect([watched.count('insert'), watched.count('rotate')]).toEqual([1, 0]);
  await as({ ...caller, via: 'jwt' }, () => keys.issue(wanted));
});

describe('a rotation', () => {
  test('makes a new key under the old id, and the old one is good until the overlap is over', async () => {
    const { keys, clock, revocations } = opened();
    const old = await keys.issue({ ...wanted, expiresIn: { days: 90 } });
    await verify(keys, old.key);
    await clock.advance({ days: 1 });
    const next = await keys.rotate('ann', old.apiKey.id, { overlap: { hours: 1 } });
    expect(next.key).not.toBe(old.key);
    expect(next.apiKey).toEqual({ ...old.apiKey, rotatedAt: new Date(clock.now()), replacedUntil: new Date(clock.now() + 3_600_000), lastUsedAt: (await keys.list('ann'))[0]!.lastUsedAt });
    expect(revocations.published).toEqual([{ id: old.apiKey.id, kind: 'changed', until: clock.now() + 90_000 }]);
    expect([await outcome(keys, next.key), await outcome(keys, old.key)]).toEqual(['ann', 'ann']);
    await clock.advance({ minutes: 59, seconds: 59 });
    expect([await outcome(keys, next.key), await outcome(keys, old.key)]).toEqual(['ann', 'ann']);
    await clock.advance({ seconds: 1 });
    // In the same moment, though both were verified a second ago.
    expect([await outcome(keys, next.key), await outcome(keys, old.key)]).toEqual(['ann', 'API_KEY_INVALID']);
  });

  test('without an overlap ends the old key at once', async () => {
    const { keys } = opened();
    const old = await keys.issue(wanted);
    await verify(keys, old.key);
    const next = await keys.rotate('ann', old.apiKey.id, { overlap: { seconds: 0 } });
    expect(next.apiKey.replacedUntil).toBeUndefined();
    expect([await outcome(keys, next.key), await outcome(keys, old.key)]).toEqual(['ann', 'API_KEY_INVALID']);
  });

  test('during the overlap of another ends the oldest key', async () => {
    const { keys } = opened();
    const first = await keys.issue(wanted);
    const second = await keys.rotate('ann', first.apiKey.id, { overlap: { days: 7 } });
    const third = await keys.rotate('ann', first.apiKey.id, { overlap: { days: 7 } });
    expect(await Promise.all([first, second, third].map(({ key }) => outcome(keys, key)))).toEqual(['API_KEY_INVALID', 'ann', 'ann']);
    expect(await keys.list('ann')).toHaveLength(1);
  });

  test('renews a lifetime if asked to, and gives the old key none of it', async () => {
    const { keys, clock } = opened();
    const old = await keys.issue({ ...wanted, expiresIn: { days: 2 } });
    const next = await keys.rotate('ann', old.apiKey.id, { overlap: { days: 7 }, expiresIn: { days: 90 } });
    expect([next.apiKey.expiresAt, next.apiKey.replacedUntil]).toEqual([new Date(clock.now() + 90 * 86_400_000), old.apiKey.expiresAt]);
    await clock.advance({ days: 2 });
    expect([await outcome(keys, next.key), await outcome(keys, old.key)]).toEqual(['ann', 'API_KEY_INVALID']);
  });

  test('of a key that is not there, is another\'s, or has expired is refused', async () => {
    const { keys, clock } = opened();
    const { apiKey } = await keys.issue({ ...wanted, expiresIn: { days: 1 } });
    const refused = { code: 'API_KEY_NOT_FOUND', kind: 'missing', details: undefined, message: 'There is no such API key.' };
    expect(await codeAndDetails(keys.rotate('bob', apiKey.id, { overlap: { days: 1 } }))).toEqual(refused);
    expect(await codeAndDetails(keys.rotate('ann', 'x'.repeat(22), { overlap: { days: 1 } }))).toEqual(refused);
    await clock.advance({ days: 1 });
    expect(await codeAndDetails(keys.rotate('ann', apiKey.id, { overlap: { days: 1 }, expiresIn: { days: 1 } }))).toEqual(refused);
  });

  test('at the same time as another one is done once', async () => {
    const { keys } = opened();
    const old = await keys.issue(wanted);
    const both = await Promise.allSettled([1, 2].map(() => keys.rotate('ann', old.apiKey.id, { overlap: { days: 1 } })));
    expect(both.map((each) => (each.status === 'rejected' ? each.reason.code : 'done')).sort()).toEqual(['API_KEY_CONFLICT', 'done']);
  });

  test.each([[{ seconds: -1 }], [{ weeks: 1 } as never], [{}]])('does not take %j for an overlap', async (overlap) => {
    const { keys } = opened();
    const old = await keys.issue(wanted);
    expect(await caught(keys.rotate('ann', old.apiKey.id, { overlap }))).toBeInstanceOf(TypeError);
    expect(await outcome(keys, old.key)).toBe('ann');
  });
});

describe('a revocation', () => {
  test('ends a key at once and tells the others', async () => {
    const { keys, revocations, clock } = opened();
    const { key, apiKey } = await keys.issue(wanted);
    await verify(keys, key);
    await keys.revoke('ann', apiKey.id);
    expect(await outcome(keys, key)).toBe('API_KEY_INVALID');
    expect(await keys.list('ann')).toEqual([]);
    expect(revocations.published).toEqual([{ id: apiKey.id, kind: 'revoked', until: clock.now() + 90_000 }]);
  });

  test('of a key that is not there, or is another\'s, is refused and tells nobody', async () => {
    const { keys, revocations } = opened();
    const { key, apiKey } = await keys.issue(wanted);
    for (const [owner, id] of [['bob', apiKey.id], ['ann', 'x'.repeat(22)]] as const) expect((await caught(keys.revoke(owner, id))).code).toBe('API_KEY_NOT_FOUND');
    expect([await outcome(keys, key), revocations.published]).toEqual(['ann', []]);
  });

  test('of all keys of an owner ends them and no others', async () => {
    const { keys, revocations } = opened();
    const [one, two, other] = [await keys.issue(wanted), await keys.issue(wanted), await keys.issue({ ...wanted, owner: 'bob', scopes: [] })];
    for (const { key } of [one, two, other]) await verify(keys, key);
    await keys.revokeAll('ann');
    expect(await Promise.all([one, two, other].map(({ key }) => outcome(keys, key)))).toEqual(['API_KEY_INVALID', 'API_KEY_INVALID', 'bob']);
    await keys.revokeAll('ann');
    expect(revocations.published).toHaveLength(2);
  });
});

test('a reported key is identified, whether it is the present one or the one it replaced', async () => {
  const { keys } = opened();
  const old = await keys.issue(wanted);
  const next = await keys.rotate('ann', old.apiKey.id, { overlap: { days: 1 } });
  expect((await keys.identify(next.key))?.id).toBe(old.apiKey.id);
  expect((await keys.identify(old.key))?.owner).toBe('ann');
  await keys.rotate('ann', old.apiKey.id, { overlap: { seconds: 0 } });
  expect(await keys.identify(old.key)).toBeUndefined();
  for (const text of ['', 'no key', `${next.key}x`]) expect(await keys.identify(text)).toBeUndefined();
});
