import type { Orm } from '@org/enterprise-persistence';
import { and, asc, desc, eq, gt, lte } from 'drizzle-orm/sql/expressions';
import { sql } from 'drizzle-orm/sql/sql';
import { getTableColumns } from 'drizzle-orm/utils';
import { authSessions as sessions } from './auth-sessions.table.js';

const { placeholder } = sql;
const time = (name: string) => sql.param(placeholder(name), sessions.expiresAt);

/** Every statement about sessions, compiled once. */
export function sessionStatements(orm: Orm) {
  const columns = getTableColumns(sessions);
  const values = Object.fromEntries(Object.keys(columns).map((name) => [name, placeholder(name)]));
  const known = eq(sessions.id, placeholder('id'));
  const alive = gt(sessions.expiresAt, time('now'));
  const ofSubject = eq(sessions.subject, placeholder('subject'));
  const use = {
    lastUsedAt: placeholder('now'),
    expiresAt: sql`least(${time('expiresAt')}, ${sessions.endsAt})`,
    address: sql`coalesce(${placeholder('address')}::text, ${sessions.address})`,
  };
  // Those that another transaction deletes at the moment are left to it: two that wait for each other are a deadlock.
  const beyond = orm.select({ id: sessions.id }).from(sessions).where(and(ofSubject, alive))
    .orderBy(desc(sessions.createdAt), desc(sessions.id)).offset(placeholder('keep')).for('update', { skipLocked: true });
  const expired = orm.select({ id: sessions.id }).from(sessions).where(lte(sessions.expiresAt, time('now')))
    .orderBy(asc(sessions.expiresAt)).limit(placeholder('limit')).for('update', { skipLocked: true });
  return {
    insert: orm.insert(sessions).values(values as never).prepare('auth_session_insert'),
    find: orm.select().from(sessions).where(known).prepare('auth_session_find'),
    rotate: orm.update(sessions).set({
      ...use, secretHash: placeholder('secretHash'), generation: sql`${sessions.generation} + 1`,
      previousHash: sessions.secretHash, rotatedAt: placeholder('now'), salt: placeholder('salt'), keyId: placeholder('keyId'),
    } as never)
      .where(and(known, eq(sessions.secretHash, placeholder('previousHash')), eq(sessions.generation, placeholder('generation')), alive))
      .returning().prepare('auth_session_rotate'),
    touch: orm.update(sessions).set(use as never).where(and(known, alive, sql`${sessions.lastUsedAt} < ${time('now')}`)).prepare('auth_session_touch'),
    list: orm.select().from(sessions).where(and(ofSubject, alive)).orderBy(desc(sessions.lastUsedAt), desc(sessions.id)).prepare('auth_session_list'),
    rename: orm.update(sessions).set({ name: placeholder('name') } as never).where(and(known, ofSubject, alive)).prepare('auth_session_rename'),
    remove: orm.delete(sessions).where(known).prepare('auth_session_remove'),
    removeOwn: orm.delete(sessions).where(and(known, ofSubject)).prepare('auth_session_remove_own'),
    removeAll: orm.delete(sessions).where(and(ofSubject, sql`${sessions.id} is distinct from ${placeholder('except')}::uuid`))
      .returning({ id: sessions.id }).prepare('auth_session_remove_all'),
    trim: orm.delete(sessions).where(sql`${sessions.id} in (${beyond})`).returning({ id: sessions.id }).prepare('auth_session_trim'),
    purge: orm.delete(sessions).where(sql`${sessions.id} in (${expired})`).prepare('auth_session_purge'),
  };
}
