import type { Orm } from '@org/enterprise-persistence';
import { sql } from 'drizzle-orm/sql/sql';
import { authRevocations as revocations } from './auth-revocations.table.js';

const { placeholder } = sql;

/** Every statement about revocations, compiled once. */
export function revocationStatements(orm: Orm) {
  const now = sql.param(placeholder('now'), revocations.until);
  const expired = sql`select ctid from ${revocations} where ${revocations.until} <= ${now} limit ${placeholder('limit')} for update skip locked`;
  return {
    // The columns in the table's order.
    insert: orm.insert(revocations)
      .select(sql`select pg_current_xact_id(), id, kind, until from json_to_recordset(${placeholder('rows')}::json) as r (id text, kind text, until timestamptz(3))`)
      .onConflictDoNothing().prepare('auth_revocation_insert'),
    /**
     * What was written by a transaction from `from` on, and the horizon from which on the next time: the oldest transaction
     * that has not ended. One row without an id says that there is nothing but the horizon. What is over comes too: a condition
     * on `until` could make the server read by that index, and so all there is.
     */
    since: orm.select({
      horizon: sql<string>`horizon::text`, transaction: sql<string | null>`r.transaction::text`, id: sql<string | null>`r.id`,
      kind: sql<'revoked' | 'changed' | null>`r.kind`, until: sql<string | null>`(extract(epoch from r.until) * 1000)::text`,
    })
      .from(sql`(select pg_snapshot_xmin(pg_current_snapshot()) as horizon) s
        left join ${revocations} r on r.transaction >= ${placeholder('from')}::xid8`)
      .prepare('auth_revocations_since'),
    purge: orm.delete(revocations).where(sql`ctid = any(array(${expired}))`).prepare('auth_revocations_purge'),
  };
}
