import { jsonb } from 'drizzle-orm/pg-core/columns/jsonb';
import { smallint } from 'drizzle-orm/pg-core/columns/smallint';
import { text } from 'drizzle-orm/pg-core/columns/text';
import { timestamp } from 'drizzle-orm/pg-core/columns/timestamp';
import { index } from 'drizzle-orm/pg-core/indexes';
import { primaryKey } from 'drizzle-orm/pg-core/primary-keys';
import { pgTable } from 'drizzle-orm/pg-core/table';

/** The answers to requests with an Idempotency-Key: export it where drizzle-kit looks for the tables of your application. */
export const idempotencyKeys = pgTable('idempotency_keys', {
  /** Tenant, caller and operation. */
  scope: text().notNull(),
  key: text().notNull(),
  fingerprint: text().notNull(),
  expiresAt: timestamp('expires_at', { withTimezone: true, precision: 3, mode: 'string' }).notNull(),
  // Written at the end of the transaction that makes the row, so nobody else ever sees them empty.
  status: smallint(),
  headers: jsonb().$type<readonly string[]>(),
  body: text(),
}, (table) => [
  primaryKey({ name: 'idempotency_keys_pkey', columns: [table.scope, table.key] }),
  index('idempotency_keys_by_expires_at').on(table.expiresAt),
]);
