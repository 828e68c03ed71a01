import type { ApiKeyStore, StoredApiKey } from './api-key-store.js';

/** Keeps API keys in this process: for tests, and for keys that are made at every start. */
export function memoryApiKeyStore(): ApiKeyStore {
  const keys = new Map<string, StoredApiKey>();
  const of = (owner: string): StoredApiKey[] => [...keys.values()].filter((key) => key.owner === owner);
  return {
    find: async (id) => keys.get(id),
    list: async (owner) => of(owner).sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime()),
    async insert(key, limit) {
      for (const { id, expiresAt } of of(key.owner)) if (expiresAt && expiresAt <= key.createdAt) keys.delete(id);
      if (of(key.owner).length >= limit) return false;
      if (keys.has(key.id)) throw new TypeError('There is a key with this id.');
      keys.set(key.id, key);
      return true;
    },
    async rotate({ from, ...change }) {
      const key = keys.get(change.id);
      if (key?.hash !== from) return false;
      keys.set(key.id, { ...key, ...change });
      return true;
    },
    remove: async (owner, id) => keys.get(id)?.owner === owner && keys.delete(id),
    async removeAll(owner) {
      const ids = of(owner).map(({ id }) => id);
      for (const id of ids) keys.delete(id);
      return ids;
    },
    async touch(id, at) {
      const key = keys.get(id);
      if (key && !(key.lastUsedAt && key.lastUsedAt >= at)) keys.set(id, { ...key, lastUsedAt: at });
    },
    join: async (body) => body(),
  };
}
