import { eq } from 'drizzle-orm/sql/expressions';
import { sql } from 'drizzle-orm/sql/sql';
import { integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Database } from '../database.js';

export interface TestApi {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>): void;
}

/** Test bodies by the sentence that they prove. */
export type Cases = Readonly<Record<string, (db: Database) => Promise<void>>>;

export const notes = pgTable('contract_notes', {
  id: text().primaryKey(),
  title: text(),
  rank: integer().notNull().default(0),
  data: jsonb().$type<unknown>(),
  at: timestamp({ withTimezone: true, precision: 3 }),
});

/** Empties the table, which the first call makes. */
export async function clean(db: Database): Promise<void> {
  await db.script(`
    create table if not exists contract_notes (id text constraint contract_notes_pkey primary key, title text, rank integer not null default 0 constraint contract_rank check (rank >= 0), data jsonb, at timestamptz(3));
    truncate contract_notes;
  `);
}

export const insert = async (db: Database, id: string, rank = 0): Promise<void> => void (await db.orm.insert(notes).values({ id, rank }));

export const ids = async (db: Database): Promise<string[]> => (await db.orm.select({ id: notes.id }).from(notes).orderBy(notes.id)).map(({ id }) => id);

export const rankOf = async (db: Database, id: string): Promise<number | undefined> =>
  (await db.orm.select({ rank: notes.rank }).from(notes).where(eq(notes.id, id)))[0]?.rank;

export const isolationOf = async (db: Database): Promise<unknown> =>
  (await db.orm.execute<{ level: string }>(sql`select current_setting('transaction_isolation') as level`)).rows[0]?.level;

export class Deliberate extends Error {}

/** For assert.rejects. */
export const deliberate = (error: unknown): boolean => error instanceof Deliberate;

export const tick = (milliseconds = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
