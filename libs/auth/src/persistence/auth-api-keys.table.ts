import { jsonb } from 'drizzle-orm/pg-core/columns/jsonb';
import { text } from 'drizzle-orm/pg-core/columns/text';
import { timestamp } from 'drizzle-orm/pg-core/columns/timestamp';
import { index } from 'drizzle-orm/pg-core/indexes';
import { pgTable } from 'drizzle-orm/pg-core/table';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** API keys: export it where drizzle-kit looks for the tables of your application. No column holds a secret, only hashes. */
export const authApiKeys = pgTable('auth_api_keys', {
  id: text().primaryKey(),
  owner: text().notNull(),
  name: text().notNull(),
  scopes: jsonb().$type<readonly string[]>().notNull(),
  hash: text().notNull(),
  // Of the last rotation that had an overlap.
  replacedHash: text('replaced_hash'),
  replacedUntil: time('replaced_until'),
  createdAt: time('created_at').notNull(),
  rotatedAt: time('rotated_at'),
  expiresAt: time('expires_at'),
  lastUsedAt: time('last_used_at'),
}, (table) => [
  index('auth_api_keys_by_owner').on(table.owner, table.createdAt),
]);
