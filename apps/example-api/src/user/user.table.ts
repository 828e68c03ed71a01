import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text, timestamp, unique, uuid } from 'drizzle-orm/pg-core';
import type { Role } from '../auth/roles.js';
import type { Email } from './email.js';

// Milliseconds, as JavaScript has them: a cursor made of one finds its row again.
const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' }).notNull();

export const users = pgTable('users', {
  id: uuid().primaryKey(),
  email: text().$type<Email>().notNull(),
  given: text().notNull(),
  family: text().notNull(),
  /** What `joinName` makes of the two. */
  fullName: text('full_name').notNull().generatedAlwaysAs(sql`case when family = '' then given else given || ' ' || family end`),
  roles: text().array().$type<Role[]>().notNull(),
  version: integer().notNull(),
  createdAt: time('created_at'),
  updatedAt: time('updated_at'),
}, (table) => [
  unique('users_email_unique').on(table.email),
  index('users_by_created_at').on(table.createdAt, table.id),
  index('users_by_name').on(table.fullName, table.id),
  index('users_by_role').using('gin', table.roles),
]);

/** Apart from the users, so that no read of one can bring a hash along. */
export const userCredentials = pgTable('user_credentials', {
  userId: uuid('user_id').primaryKey().references(() => users.id, { onDelete: 'cascade' }),
  passwordHash: text('password_hash').notNull(),
});
