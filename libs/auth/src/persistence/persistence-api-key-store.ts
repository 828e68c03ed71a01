import type { Database } from '@org/enterprise-persistence';
import type { ApiKeyStore, StoredApiKey } from '../api-keys/api-key-store.js';
import { apiKeyStatements } from './api-key-statements.js';
import type { authApiKeys } from './auth-api-keys.table.js';

/**
 * Keeps API keys in the table {@link authApiKeys}, on PostgreSQL and PGlite, for any number of processes. What it does takes
 * part in the unit of work that is running; only the last use of a key is noted outside of any.
 */
export function persistenceApiKeyStore({ orm, unitOfWork }: Database): ApiKeyStore {
  const statements = apiKeyStatements(orm);
  return {
    async find(id) {
      const [row] = await statements.find.execute({ id });
      return row && toKey(row);
    },
    async list(owner) { return (await statements.list.execute({ owner })).map(toKey); },
    insert: (key, limit) => unitOfWork.join(async () => {
      // Until the commit nobody else adds a key of this owner, so what is counted stays true.
      await statements.lockOwner.execute({ owner: key.owner });
      await statements.removeExpired.execute({ owner: key.owner, now: key.createdAt });
      const [row] = await statements.count.execute({ owner: key.owner });
      if (row!.count >= limit) return false;
      await statements.insert.execute(toRow(key));
      return true;
    }),
    async rotate({ replaced, expiresAt, ...rotation }) {
      return (await statements.rotate.execute({ ...rotation, ...columnsOf(replaced), expiresAt: expiresAt ?? null })).rowCount > 0;
    },
    async remove(owner, id) { return (await statements.remove.execute({ owner, id })).rowCount > 0; },
    async removeAll(owner) { return (await statements.removeAll.execute({ owner })).map(({ id }) => id); },
    async touch(id, at) { await unitOfWork.outside(() => statements.touch.execute({ id, at }).then(() => {})); },
    join: (body) => unitOfWork.join(body),
  };
}

type Row = typeof authApiKeys.$inferSelect;

const columnsOf = (replaced: StoredApiKey['replaced']): Pick<Row, 'replacedHash' | 'replacedUntil'> =>
  ({ replacedHash: replaced?.hash ?? null, replacedUntil: replaced?.until ?? null });

const toRow = ({ replaced, rotatedAt, expiresAt, lastUsedAt, ...key }: StoredApiKey): Row =>
  ({ ...key, ...columnsOf(replaced), rotatedAt: rotatedAt ?? null, expiresAt: expiresAt ?? null, lastUsedAt: lastUsedAt ?? null });

const toKey = ({ replacedHash, replacedUntil, rotatedAt, expiresAt, lastUsedAt, ...key }: Row): StoredApiKey => ({
  ...key,
  // Written by one statement: both or none.
  replaced: replacedHash === null ? undefined : { hash: replacedHash, until: replacedUntil! },
  rotatedAt: rotatedAt ?? undefined, expiresAt: expiresAt ?? undefined, lastUsedAt: lastUsedAt ?? undefined,
});
