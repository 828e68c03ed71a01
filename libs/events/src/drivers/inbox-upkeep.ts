import type { Orm } from '@org/enterprise-persistence';
import { and, asc, eq, lt } from 'drizzle-orm/sql/expressions';
import { sql, type SQL } from 'drizzle-orm/sql/sql';
import type { DeadLetterFilter } from '../event-bus.js';
import type { EventStore } from '../event-store.js';
import { eventInbox as inbox, eventSubscriptions as subscriptions } from './events.table.js';
import { eventFields, toEvent } from './stored-event.js';

const deadOf = ({ subscriber, eventId }: DeadLetterFilter): SQL | undefined => and(
  sql`${inbox.state} = 'dead'`,
  subscriber === undefined ? undefined : eq(inbox.subscriber, subscriber),
  eventId === undefined ? undefined : eq(inbox.eventId, eventId),
);

/** What is done seldom, and so without prepared statements. */
export const inboxUpkeep = (orm: Orm): Pick<EventStore, 'register' | 'deadLetters' | 'revive' | 'discard' | 'backlogs' | 'purge'> => ({
  async register(lanes, now) {
    const rows = lanes.flatMap(({ subscriber, types }) => types.map((type) => ({ type, subscriber, seenAt: now })))
      // In one order, so that processes that start together do not lock each other out.
      .sort((a, b) => (a.type + a.subscriber < b.type + b.subscriber ? -1 : 1));
    if (rows.length === 0) return;
    await orm.insert(subscriptions).values(rows)
      .onConflictDoUpdate({ target: [subscriptions.type, subscriptions.subscriber], set: { seenAt: sql`excluded.seen_at` } });
  },

  async deadLetters(filter, limit) {
    const rows = await orm.select({ subscriber: inbox.subscriber, ...eventFields(inbox), attempts: inbox.attempts, error: inbox.lastError, diedAt: inbox.settledAt })
      .from(inbox).where(deadOf(filter)).orderBy(asc(inbox.position)).limit(limit);
    return rows.map(({ subscriber, attempts, error, diedAt, ...event }) => ({ subscriber, event: toEvent(event), attempts, error: error ?? '', diedAt: diedAt! }));
  },

  async revive(filter, now) {
    const { rowCount } = await orm.update(inbox).set({ state: 'pending', attempts: 0, dueAt: now, settledAt: null }).where(deadOf(filter)).execute();
    return rowCount;
  },

  async discard(filter, now) {
    const { rowCount } = await orm.update(inbox).set({ state: 'done', settledAt: now }).where(deadOf(filter)).execute();
    return rowCount;
  },

  async backlogs() {
    // Two halves, each from an index of its own: the rows that are done are many.
    const half = (state: 'pending' | 'dead') => sql`select subscriber, state, occurred_at from ${inbox} where state = ${sql.raw(`'${state}'`)}`;
    const { rows } = await orm.execute<{ subscriber: string; pending: number; dead: number; oldest: string | null; seen_at: string | null }>(sql`
      select subscriber, count(*) filter (where state = 'pending')::int as pending, count(*) filter (where state = 'dead')::int as dead,
        extract(epoch from min(occurred_at) filter (where state = 'pending'))::text as oldest,
        (select extract(epoch from max(seen_at))::text from ${subscriptions} s where s.subscriber = waiting.subscriber) as seen_at
      from (${half('pending')} union all ${half('dead')}) waiting group by subscriber`);
    return rows.map(({ subscriber, pending, dead, oldest, seen_at: seenAt }) => ({ subscriber, pending, dead, oldest: dateOf(oldest), seenAt: dateOf(seenAt) }));
  },

  async purge(before, limit) {
    await orm.delete(subscriptions).where(lt(subscriptions.seenAt, before));
    const old = sql`select ${inbox.subscriber}, ${inbox.eventId} from ${inbox} where state = 'done' and ${lt(inbox.settledAt, before)} order by ${inbox.settledAt} limit ${limit} for update skip locked`;
    const { rowCount } = await orm.delete(inbox).where(sql`(${inbox.subscriber}, ${inbox.eventId}) in (${old})`).execute();
    return rowCount;
  },
});

const dateOf = (seconds: string | null): Date | undefined => (seconds === null ? undefined : new Date(Number(seconds) * 1000));
