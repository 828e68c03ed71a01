import { deepEqual, equal, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ApiKeyRotation, ApiKeyStore, StoredApiKey } from '../api-keys/api-key-store.js';
import type { TestApi } from './test-api.js';

export interface ApiKeyStoreContractOptions {
  /** Shown in the names of the tests. */
  readonly name: string;
  /** Makes a store; called for each test, all of which use owners and keys of their own. */
  open(): ApiKeyStore | Promise<ApiKeyStore>;
}

/**
 * The suite that every store of API keys passes.
 * @example apiKeyStoreContract({ describe, test }, { name: 'mine', open: () => myStore() });
 */
export function apiKeyStoreContract({ describe, test }: TestApi, { name, open }: ApiKeyStoreContractOptions): void {
  describe(`API key store contract: ${name}`, () => {
    for (const [sentence, body] of Object.entries(cases)) test(sentence, async () => body(await open()));
  });
}

const time = (minutes: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minutes, 0, 123));
const newOwner = (): string => `owner ${randomUUID()}`;
const newId = (): string => randomUUID().replaceAll('-', '').slice(0, 22);

const key = (over: Partial<StoredApiKey> = {}): StoredApiKey => ({
  id: newId(), owner: newOwner(), name: 'Deployment', scopes: ['orders:read'], hash: 'hash 1', replaced: undefined,
  createdAt: time(0), rotatedAt: undefined, expiresAt: undefined, lastUsedAt: undefined, ...over,
});
const rotation = ({ id, hash }: StoredApiKey, over: Partial<ApiKeyRotation> = {}): ApiKeyRotation =>
  ({ id, from: hash, hash: 'hash 2', replaced: { hash, until: time(60) }, rotatedAt: time(10), expiresAt: undefined, ...over });

async function inserted(store: ApiKeyStore, over: Partial<StoredApiKey> = {}): Promise<StoredApiKey> {
  const one = key(over);
  equal(await store.insert(one, 100), true);
  return one;
}

const cases: Readonly<Record<string, (store: ApiKeyStore) => Promise<void>>> = {
  'a key comes back as it was put in, to the millisecond': async (store) => {
    const plain = key();
    const full = key({
      name: `"quoted", 'a' {b} \\ ü € 😀 $1 null`, scopes: ['orders:*', 'a"b', "it's", '{}', 'null', '\\'], hash: 'x_-'.repeat(14),
      replaced: { hash: 'y_-'.repeat(14), until: time(7) }, rotatedAt: time(3), expiresAt: time(9), lastUsedAt: time(5),
    });
    const bare = key({ scopes: [] });
    for (const one of [plain, full, bare]) {
      equal(await store.insert(one, 1), true);
      deepEqual(await store.find(one.id), one);
      deepEqual(await store.list(one.owner), [one]);
    }
  },

  'a key that is not there is not found, and changing it changes nothing': async (store) => {
    const absent = key();
    equal(await store.find(absent.id), undefined);
    deepEqual(await store.list(absent.owner), []);
    equal(await store.rotate(rotation(absent)), false);
    equal(await store.remove(absent.owner, absent.id), false);
    deepEqual(await store.removeAll(absent.owner), []);
    await store.touch(absent.id, time(1));
    equal(await store.find(absent.id), undefined);
  },

  'ids that differ in case alone are two keys': async (store) => {
    const id = `a${newId().slice(1)}`;
    const lower = await inserted(store, { id, name: 'lower' });
    equal(await store.find(id.toUpperCase()), undefined);
    const upper = await inserted(store, { id: id.toUpperCase(), owner: lower.owner, name: 'upper' });
    equal(await store.remove(lower.owner, upper.id), true);
    deepEqual(await store.list(lower.owner), [lower]);
  },

  'an id can be taken once': async (store) => {
    const first = await inserted(store);
    await rejects(store.insert(key({ id: first.id }), 100));
    deepEqual(await store.find(first.id), first);
  },

  'an owner has the own keys alone, the oldest first': async (store) => {
    const owner = newOwner();
    const made = [await inserted(store, { owner, createdAt: time(3) }), await inserted(store, { owner, createdAt: time(1) }), await inserted(store, { owner, createdAt: time(2) })];
    await inserted(store, { owner: `${owner} ` });
    await inserted(store, { owner: owner.toUpperCase() });
    deepEqual((await store.list(owner)).map(({ createdAt }) => createdAt), [time(1), time(2), time(3)]);
    deepEqual((await store.list(owner)).map(({ id }) => id).sort(), made.map(({ id }) => id).sort());
  },

  'the limit holds for each owner, and a removed key makes room': async (store) => {
    const owner = newOwner();
    const first = key({ owner });
    equal(await store.insert(first, 2), true);
    equal(await store.insert(key({ owner }), 2), true);
    equal(await store.insert(key({ owner }), 2), false);
    equal((await store.list(owner)).length, 2);
    equal(await store.insert(key(), 1), true);
    equal(await store.remove(owner, first.id), true);
    equal(await store.insert(key({ owner }), 2), true);
    equal(await store.insert(key({ owner }), 0), false);
  },

  'keys that are added at once do not pass the limit together': async (store) => {
    const owner = newOwner();
    await inserted(store, { owner });
    const added = await Promise.all(Array.from({ length: 12 }, () => store.insert(key({ owner }), 5)));
    deepEqual([added.filter(Boolean).length, (await store.list(owner)).length], [4, 5]);
  },

  'what has expired makes room for a new key, and is there until then': async (store) => {
    const owner = newOwner();
    const over = await inserted(store, { owner, expiresAt: time(5), name: 'over' });
    const now = await inserted(store, { owner, expiresAt: time(10), name: 'ends now' });
    const later = await inserted(store, { owner, expiresAt: new Date(time(10).getTime() + 1), name: 'ends later' });
    const others = await inserted(store, { expiresAt: time(5) });
    deepEqual((await store.list(owner)).length, 3);
    const added = key({ owner, createdAt: time(10), name: 'new' });
    equal(await store.insert(added, 2), true);
    deepEqual((await store.list(owner)).map(({ name }) => name).sort(), [added.name, later.name].sort());
    for (const { id } of [over, now]) equal(await store.find(id), undefined);
    deepEqual(await store.find(others.id), others);
  },

  'a rotation changes the secret and its times, and nothing else': async (store) => {
    const one = await inserted(store, { expiresAt: time(100), lastUsedAt: time(2), scopes: ['a', 'b'] });
    const change = rotation(one, { expiresAt: time(200) });
    equal(await store.rotate(change), true);
    const { from, ...changed } = change;
    equal(from, one.hash);
    deepEqual(await store.find(one.id), { ...one, ...changed });
    equal(await store.rotate({ ...change, from: 'hash 2', hash: 'hash 3', replaced: undefined, expiresAt: undefined }), true);
    deepEqual(await store.find(one.id), { ...one, hash: 'hash 3', replaced: undefined, rotatedAt: time(10), expiresAt: undefined });
  },

  'a rotation of another secret than the present one has no effect': async (store) => {
    const one = await inserted(store);
    equal(await store.rotate(rotation(one, { from: 'hash 0' })), false);
    equal(await store.rotate(rotation(one, { from: 'HASH 1' })), false);
    deepEqual(await store.find(one.id), one);
  },

  'of rotations at once one takes effect': async (store) => {
    const one = await inserted(store);
    const done = await Promise.all(Array.from({ length: 8 }, (_, n) => store.rotate(rotation(one, { hash: `new ${n}` }))));
    equal(done.filter(Boolean).length, 1);
    equal((await store.find(one.id))?.hash, `new ${done.indexOf(true)}`);
  },

  'a key is removed by its owner, and by nobody else': async (store) => {
    const one = await inserted(store);
    const another = await inserted(store, { owner: one.owner });
    equal(await store.remove(newOwner(), one.id), false);
    equal(await store.remove(one.owner.toUpperCase(), one.id), false);
    deepEqual(await store.find(one.id), one);
    equal(await store.remove(one.owner, one.id), true);
    equal(await store.remove(one.owner, one.id), false);
    deepEqual(await store.list(one.owner), [another]);
  },

  'of removals at once one says that it was there': async (store) => {
    const one = await inserted(store);
    const removed = await Promise.all(Array.from({ length: 6 }, () => store.remove(one.owner, one.id)));
    equal(removed.filter(Boolean).length, 1);
  },

  'all keys of an owner are removed, and named': async (store) => {
    const owner = newOwner();
    const ids = [(await inserted(store, { owner })).id, (await inserted(store, { owner, expiresAt: time(0) })).id];
    const others = await inserted(store);
    deepEqual([...await store.removeAll(owner)].sort(), ids.sort());
    deepEqual(await store.list(owner), []);
    deepEqual(await store.find(others.id), others);
  },

  'a use is noted, and never moves back': async (store) => {
    const one = await inserted(store);
    for (const [at, expected] of [[time(5), time(5)], [time(4), time(5)], [time(6), time(6)]] as const) {
      await store.touch(one.id, at);
      deepEqual(await store.find(one.id), { ...one, lastUsedAt: expected });
    }
    await Promise.all([9, 7, 11, 8].map((minutes) => store.touch(one.id, time(minutes))));
    deepEqual((await store.find(one.id))?.lastUsedAt, time(11));
  },

  'a use that is noted while the key is rotated loses neither': async (store) => {
    const one = await inserted(store);
    await Promise.all([store.touch(one.id, time(11)), store.rotate(rotation(one)), store.touch(one.id, time(12))]);
    const { from, ...changed } = rotation(one);
    equal(from, one.hash);
    deepEqual(await store.find(one.id), { ...one, ...changed, lastUsedAt: time(12) });
  },

  'what is joined sees its own changes, returns what it returns and rejects as it rejects': async (store) => {
    const one = key();
    equal(await store.join(async () => {
      await store.insert(one, 1);
      deepEqual(await store.find(one.id), one);
      return store.join(() => store.remove(one.owner, one.id));
    }), true);
    equal(await store.find(one.id), undefined);
    await rejects(store.join(async () => { throw new RangeError('deliberate'); }), RangeError);
  },
};
