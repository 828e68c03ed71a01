import type { Orm } from '@org/enterprise-persistence';
import { and, eq, gt, lte, or } from 'drizzle-orm/sql/expressions';
import { sql, type SQL } from 'drizzle-orm/sql/sql';
import { authAttempts as attempts, authPlaces as places } from './auth-attempts.table.js';

const { placeholder } = sql;
const time = (name: string) => sql`${sql.param(placeholder(name), places.expiresAt)}::timestamptz`;
const number = (name: string) => sql`${placeholder(name)}::double precision`;
const milliseconds = (value: SQL) => sql`${value} * interval '1 millisecond'`;

/** `delayOf` in SQL. Beyond 60 doublings every limit is at its longest delay, and the power would leave the range. */
const delay = (level: SQL) => sql`case when ceil(${level}) < ${number('free')} then 0
  else least(${number('maxDelay')}, ${number('firstDelay')} * power(2, least(ceil(${level}) - ${number('free')}, 60))) end`;

/** What a row is at this level. */
const standing = (level: SQL, at: SQL) => {
  const blockedUntil = sql`${at} + ${milliseconds(sql`(${delay(level)})`)}`;
  return { level, blockedUntil, recoveredAt: sql`greatest(${blockedUntil}, ${at} + ${milliseconds(sql`(${level}) * ${number('recovery')}`)})` };
};

/** Every statement about attempts and places, compiled once. */
export function attemptStatements(orm: Orm) {
  const now = time('now');
  const sinceCounted = sql`greatest(0, extract(epoch from ${now} - ${attempts.countedAt})::double precision * 1000)`;
  const raised = sql`(greatest(0, ${attempts.level} - ${sinceCounted} / ${number('recovery')}) + 1)`;
  const lowered = sql`greatest(0, ${attempts.level} - 1)`;
  const known = eq(attempts.key, placeholder('key'));
  // The second condition is for clocks that differ: without a delay there is no waiting.
  const admitted = or(lte(attempts.blockedUntil, now), lte(attempts.blockedUntil, attempts.countedAt))!;
  return {
    // Changes nothing where the key has to wait.
    count: orm.insert(attempts).values({ key: placeholder('key'), countedAt: now, ...standing(sql`1`, now) })
      .onConflictDoUpdate({ target: attempts.key, set: { countedAt: now, ...standing(raised, now) }, setWhere: admitted })
      .returning({ key: attempts.key }).prepare('auth_attempt_count'),
    find: orm.select({ blockedUntil: attempts.blockedUntil }).from(attempts).where(known).prepare('auth_attempt_find'),
    takeBack: orm.update(attempts).set(standing(lowered, sql`${attempts.countedAt}`)).where(known).prepare('auth_attempt_take_back'),
    forget: orm.delete(attempts).where(known).prepare('auth_attempt_forget'),
    remember: orm.insert(places).values({ place: placeholder('place'), expiresAt: time('until') })
      .onConflictDoUpdate({ target: places.place, set: { expiresAt: sql`excluded.expires_at` } }).prepare('auth_place_remember'),
    remembers: orm.select({ place: places.place }).from(places)
      .where(and(eq(places.place, placeholder('place')), gt(places.expiresAt, now))).prepare('auth_place_find'),
    purgeAttempts: orm.delete(attempts).where(sql`${attempts.key} in (${orm.select({ key: attempts.key }).from(attempts)
      .where(lte(attempts.recoveredAt, now)).limit(placeholder('limit')).for('update', { skipLocked: true })})`).prepare('auth_attempt_purge'),
    purgePlaces: orm.delete(places).where(sql`${places.place} in (${orm.select({ place: places.place }).from(places)
      .where(lte(places.expiresAt, now)).limit(placeholder('limit')).for('update', { skipLocked: true })})`).prepare('auth_place_purge'),
  };
}
