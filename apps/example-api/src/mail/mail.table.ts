import { index, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Mail } from './mailer.js';

/** Mails to be sent. */
export const mails = pgTable('mails', {
  id: text().primaryKey(),
  to: text().notNull(),
  template: text().notNull(),
  data: jsonb().$type<Mail['data']>().notNull(),
  createdAt: timestamp('created_at', { withTimezone: true, precision: 3, mode: 'date' }).notNull(),
}, (table) => [index('mails_by_created_at').on(table.createdAt, table.id)]);
