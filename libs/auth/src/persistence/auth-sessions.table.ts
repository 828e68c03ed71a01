import { integer } from 'drizzle-orm/pg-core/columns/integer';
import { text } from 'drizzle-orm/pg-core/columns/text';
import { timestamp } from 'drizzle-orm/pg-core/columns/timestamp';
import { uuid } from 'drizzle-orm/pg-core/columns/uuid';
import { index } from 'drizzle-orm/pg-core/indexes';
import { pgTable } from 'drizzle-orm/pg-core/table';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** Log-ins, one row each: export it where drizzle-kit looks for the tables of your application. No column holds a secret, only hashes. */
export const authSessions = pgTable('auth_sessions', {
  id: uuid().primaryKey(),
  subject: text().notNull(),
  name: text().notNull(),
  userAgent: text('user_agent'),
  address: text(),
  createdAt: time('created_at').notNull(),
  lastUsedAt: time('last_used_at').notNull(),
  expiresAt: time('expires_at').notNull(),
  endsAt: time('ends_at').notNull(),
  secretHash: text('secret_hash').notNull(),
  generation: integer().notNull(),
  // Of the latest rotation; empty until the first.
  previousHash: text('previous_hash'),
  rotatedAt: time('rotated_at'),
  salt: text(),
  keyId: text('key_id'),
}, (table) => [
  index('auth_sessions_by_subject').on(table.subject, table.createdAt),
  index('auth_sessions_by_expires_at').on(table.expiresAt),
]);
