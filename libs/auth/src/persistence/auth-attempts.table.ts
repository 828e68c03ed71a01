import { doublePrecision } from 'drizzle-orm/pg-core/columns/double-precision';
import { text } from 'drizzle-orm/pg-core/columns/text';
import { timestamp } from 'drizzle-orm/pg-core/columns/timestamp';
import { index } from 'drizzle-orm/pg-core/indexes';
import { pgTable } from 'drizzle-orm/pg-core/table';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' }).notNull();

/** Attempts to log in, by account and address: export it where drizzle-kit looks for the tables of your application. */
export const authAttempts = pgTable('auth_attempts', {
  /** A hash: neither accounts nor addresses are kept. */
  key: text().primaryKey(),
  level: doublePrecision().notNull(),
  countedAt: time('counted_at'),
  blockedUntil: time('blocked_until'),
  /** When it is as if there had been no attempt. */
  recoveredAt: time('recovered_at'),
}, (table) => [index('auth_attempts_by_recovered_at').on(table.recoveredAt)]);

/** Where users logged in from: export it beside {@link authAttempts}. */
export const authPlaces = pgTable('auth_places', {
  /** A hash of account and address. */
  place: text().primaryKey(),
  expiresAt: time('expires_at'),
}, (table) => [index('auth_places_by_expires_at').on(table.expiresAt)]);
