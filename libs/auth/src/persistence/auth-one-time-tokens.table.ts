import { integer } from 'drizzle-orm/pg-core/columns/integer';
import { jsonb } from 'drizzle-orm/pg-core/columns/jsonb';
import { text } from 'drizzle-orm/pg-core/columns/text';
import { timestamp } from 'drizzle-orm/pg-core/columns/timestamp';
import { index, uniqueIndex } from 'drizzle-orm/pg-core/indexes';
import { primaryKey } from 'drizzle-orm/pg-core/primary-keys';
import { pgTable } from 'drizzle-orm/pg-core/table';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' }).notNull();

/** Tokens that were mailed, one a purpose and subject: export it where drizzle-kit looks for the tables of your application. */
export const authOneTimeTokens = pgTable('auth_one_time_tokens', {
  purpose: text().notNull(),
  subject: text().notNull(),
  /** A hash, never the token; empty once it is used. */
  digest: text(),
  payload: jsonb(),
  expiresAt: time('expires_at'),
  /** How many were issued in the window. */
  issued: integer().notNull(),
  windowEndsAt: time('window_ends_at'),
}, (table) => [
  primaryKey({ name: 'auth_one_time_tokens_pkey', columns: [table.purpose, table.subject] }),
  uniqueIndex('auth_one_time_tokens_by_digest').on(table.digest),
  index('auth_one_time_tokens_by_window_ends_at').on(table.windowEndsAt),
]);
