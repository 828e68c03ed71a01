import type { Orm } from '@org/enterprise-persistence';
import { alias } from 'drizzle-orm/pg-core/alias';
import { and, eq, lte } from 'drizzle-orm/sql/expressions';
import { sql, type SQL } from 'drizzle-orm/sql/sql';
import { eventInbox as inbox } from './events.table.js';
import { eventFields } from './stored-event.js';

const { placeholder } = sql;
// Their names in types would only make them strangers to each other.
const earlier = alias(inbox, 'earlier') as unknown as typeof inbox;
const others = alias(inbox, 'others') as unknown as typeof inbox;

/** Every statement of a subscriber's work, compiled once. Where a partial index shall serve, its state is written out. */
export function inboxStatements(orm: Orm) {
  const now = sql.param(placeholder('now'), inbox.dueAt);
  const types = sql`${placeholder('types')}::text[]`;
  const pendingOf = (table: Pick<typeof inbox, 'subscriber' | 'state' | 'type'>) => sql`${table.subscriber} = ${placeholder('subscriber')} and ${table.state} = 'pending' and ${table.type} = any(${types})`;
  // Both as the first one in order, where "exists" would do: that leaves the server no choice but the index, whatever it
  // believes about the table. What is done outnumbers by far what waits.
  const first = (table: typeof inbox, name: string, where: SQL) => sql`(select ${table.position} from ${inbox} ${sql.identifier(name)} where ${pendingOf(table)} and ${where} order by ${table.position} limit 1)`;
  const isFirst = sql`${first(earlier, 'earlier', sql`${earlier.key} = ${inbox.key} and ${earlier.position} < ${inbox.position}`)} is null`;
  const due = and(pendingOf(inbox), lte(inbox.dueAt, now), isFirst);
  // Here the state is a parameter on purpose: the row is found by its primary key, and no partial index may look better.
  const taken = and(eq(inbox.subscriber, placeholder('subscriber')), eq(inbox.eventId, placeholder('eventId')), eq(inbox.state, 'pending'), eq(inbox.attempts, placeholder('fence')));
  const moreBut = (these: SQL) => sql<boolean>`${first(others, 'others', sql`${others.dueAt} <= ${now} and ${others.eventId} <> ${these}`)} is not null`;
  const take = (most: number) => orm.select({ ...eventFields(inbox), attempts: inbox.attempts }).from(inbox).where(due)
    .orderBy(inbox.position).limit(most).for('update', { skipLocked: true });
  const done = { state: 'done', settledAt: placeholder('now'), lastError: null } as never;

  const next = orm.$with('next').as(orm.select({ subscriber: inbox.subscriber, eventId: inbox.eventId }).from(inbox).where(due).orderBy(inbox.position).limit(1).for('update', { skipLocked: true }));
  return {
    /** The limit is written out: with a parameter the server plans anew every time. */
    takeSeveral: (most: number) => take(most).prepare(`event_take_${most}`),
    claim: orm.with(next).update(inbox).set({ attempts: sql`${inbox.attempts} + 1`, dueAt: placeholder('until') } as never).from(next)
      .where(and(eq(inbox.subscriber, next.subscriber), eq(inbox.eventId, next.eventId)))
      .returning({ ...eventFields(inbox), attempts: inbox.attempts }).prepare('event_claim'),
    complete: orm.update(inbox).set(done).where(taken).returning({ more: moreBut(sql`${placeholder('eventId')}`) }).prepare('event_complete'),
    /** Of events that this unit has taken, so nobody else can have changed them. */
    completeSeveral: orm.update(inbox).set(done)
      .where(and(eq(inbox.subscriber, placeholder('subscriber')), sql`${inbox.eventId} = any(${placeholder('eventIds')}::text[])`))
      .returning({ more: moreBut(sql`all(${placeholder('takenIds')}::text[])`) }).prepare('event_complete_several'),
    fail: orm.update(inbox).set({
      attempts: placeholder('attempts'), state: placeholder('state'), dueAt: placeholder('dueAt'), settledAt: placeholder('settledAt'), lastError: placeholder('error'),
    } as never).where(taken).prepare('event_fail'),
    isDue: orm.select({ found: sql<number>`1` }).from(inbox).where(due).orderBy(inbox.position).limit(1).prepare('event_is_due'),
  };
}

/** An array of texts as PostgreSQL writes it. */
export const textArray = (values: readonly string[]): string => `{${values.map((each) => `"${each.replace(/["\\]/g, String.raw`\$&`)}"`).join()}}`;
