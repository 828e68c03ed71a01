import type { Orm } from '@org/enterprise-persistence';
import { sql } from 'drizzle-orm/sql/sql';
import { getTableColumns } from 'drizzle-orm/utils';
import { eventInbox, eventOutbox, eventSubscriptions } from './events.table.js';
import { eventColumns, eventFields, eventsOfJson } from './stored-event.js';

const { placeholder } = sql;
// "events" in ASCII. Locks are of one database, so that applications that share a server do not meet.
const lock = sql.raw('111520640922739');
const subscriptions = sql`${eventSubscriptions} s on s.type = event.type`;
const now = sql.param(placeholder('now'), eventInbox.dueAt);

/** Every statement that brings events in and moves them on, compiled once. */
export function outboxStatements(orm: Orm) {
  const appended = orm.$with('appended', {}).as(sql`insert into ${eventOutbox} (${eventColumns}) select event.* from ${eventsOfJson(placeholder('events'))}`);
  const turn = orm.$with('turn', {}).as(sql`select pg_try_advisory_xact_lock(${lock}) as mine`);
  // The limit is written out: with a parameter the server plans anew every time, which takes as long as the move.
  const taken = (limit: number) => orm.$with('taken', {}).as(sql`delete from ${eventOutbox} where position = any(array(
    select position from ${eventOutbox} where (select mine from turn) order by position limit ${sql.raw(String(limit))}
  )) returning position, ${eventColumns}`);
  // In the order of the outbox, so that the inbox numbers them alike.
  const deliver = (from: ReturnType<typeof sql>, order: ReturnType<typeof sql>) => sql`insert into ${eventInbox} (subscriber, due_at, ${eventColumns})
    select s.subscriber, ${now}, ${eventColumnsOf} from ${from} join ${subscriptions} order by ${order} on conflict do nothing returning subscriber`;
  const added = orm.$with('added', {}).as(deliver(sql`taken event`, sql`event.position`));
  const received = orm.$with('added', {}).as(deliver(sql`(select row_number() over () as position, event.* from ${eventsOfJson(placeholder('events'))}) event`, sql`event.position`));
  const one = sql`(select 1) as one`;
  const values = Object.fromEntries(Object.entries(getTableColumns(eventOutbox)).filter(([name]) => name !== 'position').map(([name]) => [name, placeholder(name)]));
  return {
    // Most decisions raise one event, and this takes the server less than half of what the other takes it.
    appendOne: orm.insert(eventOutbox).values({ ...values, payload: sql`${placeholder('payload')}::json` } as never).prepare('event_append_one'),
    append: orm.with(appended).select({ done: sql<number>`1` }).from(one).prepare('event_append'),
    relay: (limit: number) => orm.with(turn, taken(limit), added).select({
      mine: sql<boolean>`(select mine from turn)`,
      taken: sql<number>`(select count(*)::int from taken)`,
      added: sql<string>`(select coalesce(json_object_agg(subscriber, count), '{}')::text from (select subscriber, count(*) from added group by subscriber) counts)`,
    }).from(one).prepare('event_relay'),
    receive: orm.with(received).select({ added: sql<number>`(select count(*)::int from added)` }).from(one).prepare('event_receive'),
    turn: orm.with(turn).select({ mine: sql<boolean>`(select mine from turn)` }).from(one).prepare('event_turn'),
    next: orm.select({ position: eventOutbox.position, ...eventFields(eventOutbox) }).from(eventOutbox).orderBy(eventOutbox.position).limit(placeholder('limit')).prepare('event_next'),
    remove: orm.delete(eventOutbox).where(sql`position = any(${placeholder('positions')}::bigint[])`).prepare('event_remove'),
    any: orm.select({ position: eventOutbox.position }).from(eventOutbox).limit(1).prepare('event_any'),
  };
}

const eventColumnsOf = sql.raw('event.event_id, event.type, event.version, event.key, event.payload, event.occurred_at, event.correlation_id, event.causation_id, event.tenant, event.traceparent, event.tracestate');
