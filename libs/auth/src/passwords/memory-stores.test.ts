import { attemptStoreContract } from '../contract/attempt-store.contract.js';
import { oneTimeTokenStoreContract } from '../contract/one-time-token-store.contract.js';
import type { AttemptLimit } from './attempt-store.js';
import { memoryAttemptStore } from './memory-attempt-store.js';
import { memoryOneTimeTokenStore } from './memory-one-time-token-store.js';

attemptStoreContract({ describe, test }, { name: 'memory', open: () => memoryAttemptStore() });
oneTimeTokenStoreContract({ describe, test }, { name: 'memory', open: () => memoryOneTimeTokenStore() });

const limit = (key: string): AttemptLimit => ({ key, free: 1, firstDelay: 1_000, maxDelay: 1_000, recovery: 5_000 });
const blocked = async (store: ReturnType<typeof memoryAttemptStore>, key: string, now: number): Promise<boolean> => (await store.count([limit(key)], now)) !== undefined;

test('the store in memory forgets the key that was not counted for longest when there are too many', async () => {
  const store = memoryAttemptStore({ maxKeys: 2 });
  for (const key of ['a', 'b', 'c']) expect(await blocked(store, key, 0)).toBe(false);
  expect([await blocked(store, 'b', 0), await blocked(store, 'c', 0), await blocked(store, 'a', 0)]).toEqual([true, true, false]);
  await store.remember('here', 10);
  await store.remember('there', 10);
  await store.remember('elsewhere', 10);
  expect([await store.remembers('here', 5), await store.remembers('there', 5), await store.remembers('elsewhere', 5)]).toEqual([false, true, true]);
});
