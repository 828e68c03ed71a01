import { index, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** What people did who may do more than every user. Entries are added and never changed. */
export const auditEntries = pgTable('audit_entries', {
  /** Id of the event that the entry tells of. */
  id: uuid().primaryKey(),
  // Neither is a foreign key: the entry outlives whom and what it speaks of.
  actor: text().notNull(),
  target: text().notNull(),
  action: text().notNull(),
  /** How the actor proved who they are. */
  via: text().notNull(),
  /** Id of the session or API key that proved it. */
  credential: text(),
  requestId: text('request_id').notNull(),
  details: jsonb().$type<Readonly<Record<string, unknown>>>().notNull(),
  at: timestamp({ withTimezone: true, precision: 3, mode: 'date' }).notNull(),
}, (table) => [
  index('audit_entries_by_at').on(table.at, table.id),
  index('audit_entries_by_actor').on(table.actor, table.at, table.id),
  index('audit_entries_by_target').on(table.target, table.at, table.id),
]);
