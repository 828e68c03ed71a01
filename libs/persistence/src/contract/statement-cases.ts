import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { and, eq } from 'drizzle-orm/sql/expressions';
import { sql } from 'drizzle-orm/sql/sql';
import { constraintViolated } from '../sql-state.js';
import { clean, deliberate, Deliberate, ids, insert, notes, type Cases } from './fixture.js';

export const statementCases: Cases = {
  'a statement prepared outside sees the rows of the unit it is executed in, and no others': async (db) => {
    await clean(db);
    const find = db.orm.select().from(notes).where(eq(notes.id, sql.placeholder('id'))).prepare('contract_find');
    const add = db.orm.insert(notes).values({ id: sql.placeholder('id'), rank: sql.placeholder('rank') }).prepare('contract_add');
    equal((await find.execute({ id: 'a' })).length, 0);
    await rejects(db.unitOfWork.run(async () => {
      await add.execute({ id: 'a', rank: 3 });
      equal((await find.execute({ id: 'a' }))[0]?.rank, 3);
      throw new Deliberate();
    }), deliberate);
    equal((await find.execute({ id: 'a' })).length, 0);
  },

  'rows come back as drizzle declares them': async (db) => {
    await clean(db);
    const row = { id: 'a', title: null, rank: 1, data: { text: '"5"', list: [1, null] }, at: new Date('2026-01-02T03:04:05.678Z') };
    deepEqual(await db.orm.insert(notes).values(row).returning(), [row]);
    const [joined] = await db.orm.select({ note: notes, twice: sql<number>`${notes.rank} * 2`.mapWith(Number) }).from(notes);
    deepEqual(joined, { note: row, twice: 2 });
  },

  'a JSON string comes back as the string that went in': async (db) => {
    await clean(db);
    await db.orm.insert(notes).values({ id: 'a', data: '5' });
    equal((await db.orm.select({ data: notes.data }).from(notes))[0]?.data, '5');
    equal((await db.orm.select({ note: notes }).from(notes))[0]?.note.data, '5');
  },

  'a statement without rows says how many it changed, so that a stale version shows': async (db) => {
    await clean(db);
    await insert(db, 'a', 1);
    const update = (rank: number): Promise<{ rowCount: number }> => db.orm.update(notes).set({ rank: rank + 1 }).where(and(eq(notes.id, 'a'), eq(notes.rank, rank))).execute();
    equal((await update(1)).rowCount, 1);
    equal((await update(1)).rowCount, 0);
    equal(await db.orm.$count(notes), 1);
  },

  'a value that is missing for a placeholder is refused before anything is sent': async (db) => {
    await clean(db);
    const find = db.orm.select().from(notes).where(eq(notes.id, sql.placeholder('id'))).prepare('contract_missing');
    await rejects(find.execute({}), TypeError);
    await db.unitOfWork.run(async () => {
      await rejects(find.execute({}), TypeError);
      await insert(db, 'a');
    });
    deepEqual(await ids(db), ['a']);
  },

  'a violated constraint is known by its type and its name': async (db) => {
    await clean(db);
    await insert(db, 'a');
    const caught = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error);
    const twice = await caught(insert(db, 'a'));
    equal(constraintViolated(twice)?.type, 'unique');
    equal(constraintViolated(twice)?.table, 'contract_notes');
    ok(constraintViolated(twice, 'contract_notes_pkey'));
    equal(constraintViolated(twice, 'another'), undefined);
    equal(constraintViolated(await caught(insert(db, 'b', -1)), 'contract_rank')?.type, 'check');
    equal(constraintViolated(await caught(db.orm.execute(sql`insert into contract_notes (id) values (null)`)))?.column, 'id');
    ok(!String((twice as Error).message).includes('a)'));
  },

  'a script runs several statements, inside of a unit too': async (db) => {
    await clean(db);
    await rejects(db.unitOfWork.run(async () => { await db.script(`insert into contract_notes (id) values ('a'); insert into contract_notes (id) values ('b')`); throw new Deliberate(); }), deliberate);
    await db.script(`insert into contract_notes (id) values ('c'); insert into contract_notes (id) values ('d')`);
    deepEqual(await ids(db), ['c', 'd']);
  },

  'the health check passes and says what the connections do': async (db) => {
    const details = await db.health.check(new AbortController().signal);
    deepEqual(details, { connections_in_use: 0, connections_idle: 1, waiting: 0 });
  },
};
