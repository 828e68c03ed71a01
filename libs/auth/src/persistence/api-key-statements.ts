import type { Orm } from '@org/enterprise-persistence';
import { and, asc, eq, lte } from 'drizzle-orm/sql/expressions';
import { sql } from 'drizzle-orm/sql/sql';
import { getTableColumns } from 'drizzle-orm/utils';
import { authApiKeys as keys } from './auth-api-keys.table.js';

const { placeholder } = sql;
const time = (name: string) => sql.param(placeholder(name), keys.lastUsedAt);

/** Every statement about API keys, compiled once. */
export function apiKeyStatements(orm: Orm) {
  const values = Object.fromEntries(Object.keys(getTableColumns(keys)).map((name) => [name, placeholder(name)]));
  const known = eq(keys.id, placeholder('id'));
  const ofOwner = eq(keys.owner, placeholder('owner'));
  return {
    find: orm.select().from(keys).where(known).prepare('auth_api_key_find'),
    list: orm.select().from(keys).where(ofOwner).orderBy(asc(keys.createdAt), asc(keys.id)).prepare('auth_api_key_list'),
    // There may be no row to lock yet.
    lockOwner: orm.select({ locked: sql`pg_advisory_xact_lock(hashtextextended('auth_api_keys ' || ${placeholder('owner')}::text, 0))::text` }).from(sql`(values (1)) as one`).prepare('auth_api_key_lock_owner'),
    removeExpired: orm.delete(keys).where(and(ofOwner, lte(keys.expiresAt, time('now')))).prepare('auth_api_key_remove_expired'),
    count: orm.select({ count: sql<number>`count(*)::int` }).from(keys).where(ofOwner).prepare('auth_api_key_count'),
    insert: orm.insert(keys).values(values as never).prepare('auth_api_key_insert'),
    rotate: orm.update(keys).set({
      hash: placeholder('hash'), replacedHash: placeholder('replacedHash'), replacedUntil: placeholder('replacedUntil'),
      rotatedAt: placeholder('rotatedAt'), expiresAt: placeholder('expiresAt'),
    } as never).where(and(known, eq(keys.hash, placeholder('from')))).prepare('auth_api_key_rotate'),
    remove: orm.delete(keys).where(and(known, ofOwner)).prepare('auth_api_key_remove'),
    removeAll: orm.delete(keys).where(ofOwner).returning({ id: keys.id }).prepare('auth_api_key_remove_all'),
    touch: orm.update(keys).set({ lastUsedAt: placeholder('at') } as never)
      .where(and(known, sql`coalesce(${keys.lastUsedAt} < ${time('at')}, true)`)).prepare('auth_api_key_touch'),
  };
}
