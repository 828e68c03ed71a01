import { manualClock, runInContext, type Caller } from '@org/enterprise-kernel';
import { eq, sql } from 'drizzle-orm';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { auditColumns, auditValues } from './audit.js';
import { pgliteDatabase } from './drivers/pglite.js';

const pages = pgTable('pages', { id: text().primaryKey(), ...auditColumns() });

describe('audit columns', () => {
  const clock = manualClock(Date.UTC(2026, 0, 1, 0, 0, 0, 123));
  const { created, updated } = auditValues(clock);
  const caller = (id: string): Caller => ({ id, kind: 'user', via: 'test', roles: [], permissions: new Set() });
  const as = <R>(id: string, task: () => R): R => runInContext({ requestId: 'r', caller: caller(id) }, task);

  test('say who made a row and who changed it last, and when', async () => {
    await using db = pgliteDatabase({ folder: 'memory' });
    await db.script('create table pages (id text primary key, created_at timestamptz(3) not null, created_by text, updated_at timestamptz(3) not null, updated_by text)');
    const at = new Date(clock.now());
    await as('ada', async () => db.orm.insert(pages).values({ id: 'a', ...created() }));
    expect(await db.orm.select().from(pages)).toEqual([{ id: 'a', createdAt: at, createdBy: 'ada', updatedAt: at, updatedBy: 'ada' }]);
    await clock.advance({ milliseconds: 1_001 });
    await as('bob', async () => db.orm.update(pages).set(updated()).where(eq(pages.id, 'a')));
    expect(await db.orm.select().from(pages)).toEqual([{ id: 'a', createdAt: at, createdBy: 'ada', updatedAt: new Date(clock.now()), updatedBy: 'bob' }]);
    // To the millisecond, so that the row is found again by its time.
    expect(await db.orm.$count(pages, sql`${pages.updatedAt} = ${new Date(clock.now()).toISOString()}`)).toBe(1);
  });

  test('name nobody where there is no caller', () => {
    expect(created()).toEqual({ createdAt: new Date(clock.now()), createdBy: null, updatedAt: new Date(clock.now()), updatedBy: null });
    expect(runInContext({ requestId: 'r' }, updated)).toEqual({ updatedAt: new Date(clock.now()), updatedBy: null });
  });

  test('are required where the table is written', () => {
    const insert = (row: typeof pages.$inferInsert): string => row.id;
    // @ts-expect-error the times have no default
    expect(insert({ id: 'a' })).toBe('a');
    expect(insert({ id: 'a', ...created() })).toBe('a');
  });
});
