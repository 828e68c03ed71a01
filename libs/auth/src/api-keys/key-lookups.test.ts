import { currentContext, runInContext } from '@org/enterprise-kernel';
import { opened, outcome, permissions, verify } from '../../test/api-keys.js';
import { apiKeyFormat } from './api-key-format.js';
import { VerifiedKeys } from './verified-keys.js';

const wanted = { owner: 'ann', name: 'Deployment', scopes: ['orders:read'] };
const tick = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

test('a key is looked up once in 30 seconds', async () => {
  const { keys, watched, clock } = opened();
  const { key } = await keys.issue(wanted);
  for (let i = 0; i < 5; i++) await verify(keys, key);
  await clock.advance({ seconds: 29 });
  await verify(keys, key);
  expect(watched.count('find')).toBe(1);
  await clock.advance({ seconds: 1 });
  await verify(keys, key);
  expect(watched.count('find')).toBe(2);
});

test('a key is remembered no longer than it lasts', async () => {
  const { keys, clock, watched } = opened();
  const { key } = await keys.issue({ ...wanted, expiresIn: { seconds: 10 } });
  await clock.advance({ seconds: 9 });
  expect(await outcome(keys, key)).toBe('ann');
  await clock.advance({ milliseconds: 999 });
  expect(await outcome(keys, key)).toBe('ann');
  expect(watched.count('find')).toBe(1);
  await clock.advance({ milliseconds: 1 });
  expect(await outcome(keys, key)).toBe('API_KEY_INVALID');
  expect(watched.count('find')).toBe(2);
});

test('what is not there is not remembered: it counts from the moment in which it is', async () => {
  const { keys, owners, watched } = opened();
  const { key } = await keys.issue(wanted);
  const ann = owners.get('ann')!;
  owners.delete('ann');
  for (let i = 0; i < 3; i++) expect(await outcome(keys, key)).toBe('API_KEY_INVALID');
  owners.set('ann', ann);
  expect(await outcome(keys, key)).toBe('ann');
  for (let i = 0; i < 3; i++) expect(await outcome(keys, apiKeyFormat().make().key)).toBe('API_KEY_INVALID');
  expect(watched.count('find')).toBe(7);
});

test('all who ask at the same time share one look-up', async () => {
  const { keys, watched, counts } = opened();
  const { key, apiKey } = await keys.issue(wanted);
  const wrong = apiKeyFormat().make(apiKey.id).key;
  expect(await Promise.all([key, wrong, key, key].map((each) => outcome(keys, each)))).toEqual(['ann', 'API_KEY_INVALID', 'ann', 'ann']);
  expect([watched.count('find'), counts]).toEqual([1, { accepted: 3, wrong: 1 }]);
});

test('a look-up that fails fails for all who share it, and the next one begins anew', async () => {
  const { keys, watched } = opened();
  const { key } = await keys.issue(wanted);
  watched.fail(new Error('away'));
  expect(await Promise.all([1, 2].map(() => outcome(keys, key)))).toEqual(['Error: away', 'Error: away']);
  watched.fail(undefined);
  expect(await outcome(keys, key)).toBe('ann');
});

test('a look-up does not belong to the request that began it', async () => {
  const contexts: unknown[] = [];
  const { keys } = opened({ ownerOf: async () => { contexts.push(currentContext()); return { permissions: permissions('orders:*') }; } });
  const { key } = await keys.issue(wanted);
  contexts.length = 0;
  await runInContext({ requestId: 'r', signal: AbortSignal.abort() }, () => verify(keys, key));
  expect(contexts).toEqual([undefined]);
});

describe('what is announced', () => {
  test('of an owner drops all keys of that one, and no others', async () => {
    const { keys, revocations, watched, clock } = opened();
    const all = [await keys.issue(wanted), await keys.issue(wanted), await keys.issue({ ...wanted, owner: 'bob', scopes: [] })];
    for (const { key } of all) await verify(keys, key);
    await revocations.publish([{ id: 'ann', kind: 'changed', until: clock.now() + 1_000 }]);
    for (const { key } of all) await verify(keys, key);
    expect(watched.count('find')).toBe(5);
  });

  test('takes effect with the next request', async () => {
    const { keys, owners, revocations, clock } = opened();
    const { key } = await keys.issue(wanted);
    expect([...(await verify(keys, key)).permissions]).toEqual(['orders:read']);
    owners.set('ann', { permissions: permissions() });
    await revocations.publish([{ id: 'ann', kind: 'changed', until: clock.now() }]);
    expect([...(await verify(keys, key)).permissions]).toEqual([]);
  });

  test('of a key that another process revoked ends it here', async () => {
    const { keys, revocations, watched, clock } = opened();
    const { key, apiKey } = await keys.issue(wanted);
    await verify(keys, key);
    await watched.store.remove('ann', apiKey.id);
    expect(await outcome(keys, key)).toBe('ann');
    await revocations.publish([{ id: apiKey.id, kind: 'revoked', until: clock.now() + 1_000 }]);
    expect(await outcome(keys, key)).toBe('API_KEY_INVALID');
  });

  test('counts although a store that lags behind still has the key', async () => {
    const { keys, revocations, counts, clock } = opened();
    const { key, apiKey } = await keys.issue(wanted);
    await revocations.publish([{ id: apiKey.id, kind: 'revoked', until: clock.now() + 1_000 }]);
    expect([await outcome(keys, key), counts]).toEqual(['API_KEY_INVALID', { revoked: 1 }]);
  });

  test('is no longer heard once the keys are disposed', async () => {
    const { keys, revocations } = opened();
    expect(revocations.listeners.size).toBe(1);
    await keys[Symbol.asyncDispose]();
    expect(revocations.listeners.size).toBe(0);
  });
});

describe('during a look-up', () => {
  /** A look-up that has read the key and is on its way back. */
  async function underWay(over: Parameters<typeof opened>[0] = {}) {
    const all = opened(over);
    const issued = await all.keys.issue(wanted);
    const release = all.watched.hold();
    const result = outcome(all.keys, issued.key);
    await tick();
    expect(all.watched.count('find')).toBe(1);
    return { ...all, ...issued, release, result };
  }

  test('a revocation is not lost: neither this request nor a later one is let in', async () => {
    const { keys, key, apiKey, watched, release, result } = await underWay();
    const revoked = keys.revoke('ann', apiKey.id);
    release();
    await revoked;
    const joined = outcome(keys, key);
    expect([await result, await joined, await outcome(keys, key)]).toEqual(['API_KEY_INVALID', 'API_KEY_INVALID', 'API_KEY_INVALID']);
    expect(watched.count('find')).toBeGreaterThanOrEqual(2);
  });

  test('the revocation of another process is not lost, even where nobody remembers it', async () => {
    const { keys, key, apiKey, watched, revocations, release, result, clock } = await underWay();
    revocations.isRevoked = () => false;
    await watched.behind.remove('ann', apiKey.id);
    await revocations.publish([{ id: apiKey.id, kind: 'revoked', until: clock.now() }]);
    release();
    expect([await result, await outcome(keys, key)]).toEqual(['API_KEY_INVALID', 'API_KEY_INVALID']);
    expect(watched.count('find')).toBe(3);
  });

  test.each(['key', 'owner'] as const)('a change of its %s makes it look again, before anybody is answered', async (of) => {
    const { keys, key, apiKey, owners, watched, revocations, release, clock } = await underWay();
    const caller = verify(keys, key);
    owners.set('ann', { permissions: permissions('orders:read:own') });
    await revocations.publish([{ id: of === 'key' ? apiKey.id : 'ann', kind: 'changed', until: clock.now() }]);
    release();
    expect([...(await caller).permissions]).toEqual([]);
    expect(watched.count('find')).toBe(2);
    await verify(keys, key);
    expect(watched.count('find')).toBe(2); // what was read last is remembered
  });

  test('a change of the owner between the reading of the key and the reading of the owner counts as well', async () => {
    let asked = 0;
    let release!: () => void;
    const held = new Promise<void>((resolve) => { release = resolve; });
    const all = opened({
      async ownerOf() {
        const before = asked++;
        if (before === 1) await held; // the first one is of issue
        return { permissions: before < 2 ? permissions('orders:*') : permissions() };
      },
    });
    const { key } = await all.keys.issue(wanted);
    const caller = verify(all.keys, key);
    await tick();
    await all.revocations.publish([{ id: 'ann', kind: 'changed', until: all.clock.now() }]);
    release();
    expect([[...(await caller).permissions], asked]).toEqual([[], 3]);
  });

  test('what is announced of others changes nothing', async () => {
    const { watched, revocations, release, result, clock } = await underWay();
    await revocations.publish(['bob', 'x'.repeat(22)].map((id) => ({ id, kind: 'changed' as const, until: clock.now() })));
    release();
    expect([await result, watched.count('find')]).toEqual(['ann', 1]);
  });

  test('time passes: what was read is as old as its reading', async () => {
    const { keys, key, watched, release, result, clock } = await underWay();
    await clock.advance({ seconds: 20 });
    release();
    expect(await result).toBe('ann');
    await clock.advance({ seconds: 10 });
    await verify(keys, key);
    expect(watched.count('find')).toBe(2);
  });

  test('an end of the key is noticed', async () => {
    const all = opened();
    const { key } = await all.keys.issue({ ...wanted, expiresIn: { seconds: 5 } });
    const release = all.watched.hold();
    const result = outcome(all.keys, key);
    await all.clock.advance({ seconds: 5 });
    release();
    expect(await result).toBe('API_KEY_INVALID');
  });
});

describe('the memory', () => {
  const verified = (id: string, owner: string) => ({ id, caller: { id: owner, kind: 'user', roles: [], permissions: new Set<string>() } as const, hash: new Uint8Array(32), replaced: undefined, expiresAt: Infinity, usedAt: 0, until: 100 });

  test('is bounded, and forgets what was looked up the longest ago', () => {
    const known = new VerifiedKeys(3);
    for (const id of ['a', 'b', 'c']) known.add(verified(id, 'ann'));
    known.add(verified('a', 'ann')); // looked up again
    known.add(verified('d', 'bob'));
    expect(['a', 'b', 'c', 'd'].map((id) => known.get(id, 0)?.id)).toEqual(['a', undefined, 'c', 'd']);
    for (let i = 0; i < 1_000; i++) known.add(verified(`k${i}`, `owner ${i}`));
    expect(known.size).toBe(3);
  });

  test('of as many keys as are allowed holds for real keys', async () => {
    const { keys, watched } = opened({ cache: { maxEntries: 2, ttl: { minutes: 5 } } });
    const all = [await keys.issue(wanted), await keys.issue(wanted), await keys.issue(wanted)];
    for (const { key } of all) await verify(keys, key);
    for (const { key } of [...all].reverse()) await verify(keys, key);
    expect(watched.count('find')).toBe(4);
  });

  test('ends with the time it was given', () => {
    const known = new VerifiedKeys(3);
    known.add(verified('a', 'ann'));
    expect([known.get('a', 99)?.id, known.get('a', 100)]).toEqual(['a', undefined]);
  });

  test('keeps no trace of owners whose keys were all dropped', () => {
    const known = new VerifiedKeys(10);
    for (const id of ['a', 'b']) known.add(verified(id, 'ann'));
    known.forget('a');
    known.forget('ann');
    known.forget('nobody');
    expect(known.size).toBe(0);
    known.add(verified('b', 'bob')); // a key may come back with another owner
    known.forget('ann');
    expect(known.size).toBe(1);
    known.forget('bob');
    expect([known.size, known.owners]).toEqual([0, 0]);
  });
});

test('without a memory every request asks the store', async () => {
  const { keys, watched } = opened({ cache: { ttl: { seconds: 0 } } });
  const { key } = await keys.issue(wanted);
  for (let i = 0; i < 3; i++) await verify(keys, key);
  expect(watched.count('find')).toBe(3);
});
