import { customType } from 'drizzle-orm/pg-core/columns/custom';
import { text } from 'drizzle-orm/pg-core/columns/text';
import { timestamp } from 'drizzle-orm/pg-core/columns/timestamp';
import { index } from 'drizzle-orm/pg-core/indexes';
import { primaryKey } from 'drizzle-orm/pg-core/primary-keys';
import { pgTable } from 'drizzle-orm/pg-core/table';
import { sql } from 'drizzle-orm/sql/sql';

const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** What was revoked, until nothing depends on it: export it where drizzle-kit looks for the tables of your application. */
export const authRevocations = pgTable('auth_revocations', {
  /** Who wrote the row: by it a reader knows what it cannot have seen yet. */
  transaction: xid8().notNull().default(sql`pg_current_xact_id()`),
  id: text().notNull(),
  kind: text({ enum: ['revoked', 'changed'] }).notNull(),
  until: timestamp({ withTimezone: true, precision: 3, mode: 'date' }).notNull(),
}, (table) => [
  // All columns, so that a poll reads the index alone.
  primaryKey({ name: 'auth_revocations_pkey', columns: [table.transaction, table.id, table.kind, table.until] }),
  index('auth_revocations_by_until').on(table.until),
]);
