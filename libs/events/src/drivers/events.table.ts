import { bigint } from 'drizzle-orm/pg-core/columns/bigint';
import { integer } from 'drizzle-orm/pg-core/columns/integer';
import { json } from 'drizzle-orm/pg-core/columns/json';
import { text } from 'drizzle-orm/pg-core/columns/text';
import { timestamp } from 'drizzle-orm/pg-core/columns/timestamp';
import { index } from 'drizzle-orm/pg-core/indexes';
import { primaryKey } from 'drizzle-orm/pg-core/primary-keys';
import { pgTable } from 'drizzle-orm/pg-core/table';
import { sql } from 'drizzle-orm/sql/sql';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
const position = () => bigint({ mode: 'number' }).generatedAlwaysAsIdentity();
const event = () => ({
  type: text().notNull(),
  version: integer().notNull(),
  key: text().notNull(),
  payload: json().notNull(),
  occurredAt: time('occurred_at').notNull(),
  correlationId: text('correlation_id'),
  causationId: text('causation_id'),
  tenant: text(),
  traceparent: text(),
  tracestate: text(),
});

/** Events that were committed and have not been moved to their subscribers. */
export const eventOutbox = pgTable('event_outbox', {
  position: position().primaryKey(),
  eventId: text('event_id').notNull(),
  ...event(),
});

/** What each subscriber has been given, and what became of it. */
export const eventInbox = pgTable('event_inbox', {
  subscriber: text().notNull(),
  eventId: text('event_id').notNull(),
  position: position(),
  ...event(),
  state: text({ enum: ['pending', 'done', 'dead'] }).notNull().default('pending'),
  attempts: integer().notNull().default(0),
  dueAt: time('due_at').notNull(),
  settledAt: time('settled_at'),
  lastError: text('last_error'),
}, (table) => [
  primaryKey({ name: 'event_inbox_pkey', columns: [table.subscriber, table.eventId] }),
  // The oldest that is due, and whether an earlier one of its key waits.
  index('event_inbox_pending').on(table.subscriber, table.position).where(sql`state = 'pending'`),
  index('event_inbox_pending_by_key').on(table.subscriber, table.key, table.position).where(sql`state = 'pending'`),
  index('event_inbox_dead').on(table.subscriber, table.position).where(sql`state = 'dead'`),
  index('event_inbox_done').on(table.settledAt).where(sql`state = 'done'`),
]);

/** Who subscribes to what, so that whichever process moves an event serves the subscribers of all of them. */
export const eventSubscriptions = pgTable('event_subscriptions', {
  type: text().notNull(),
  subscriber: text().notNull(),
  seenAt: time('seen_at').notNull(),
}, (table) => [primaryKey({ name: 'event_subscriptions_pkey', columns: [table.type, table.subscriber] })]);
