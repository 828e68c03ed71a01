import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { gt } from 'drizzle-orm/sql/expressions';
import { sql } from 'drizzle-orm/sql/sql';
import { bigint, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { batchRead } from '../batch-read.js';
import type { Database } from '../database.js';
import { clean, deliberate, Deliberate, notes, type Cases } from './fixture.js';

const lines = pgTable('contract_lines', {
  order: text('order_id').notNull(),
  position: integer().notNull(),
  item: uuid().notNull(),
  counter: bigint({ mode: 'number' }).notNull(),
});

const item = (n: number): string => `01890000-0000-7000-8000-00000000000${n}`;

async function fill(db: Database): Promise<void> {
  await clean(db);
  await db.script(`drop table if exists contract_lines; create table contract_lines (order_id text not null, position int not null, item uuid not null, counter bigint not null)`);
  await db.orm.insert(lines).values([
    { order: 'b', position: 2, item: item(2), counter: 1 },
    { order: 'a', position: 1, item: item(1), counter: 2 },
    { order: 'b', position: 1, item: item(1), counter: 9_007_199_254_740_991 },
    { order: `"}\\,'{`, position: 1, item: item(3), counter: 2 },
  ]);
}

const namesOf = (found: ReadonlyMap<unknown, readonly { readonly order: string; readonly position: number }[]>): unknown =>
  [...found].map(([id, rows]) => [id, rows.map(({ order, position }) => `${order}${position}`)]);

export const batchCases: Cases = {
  'the rows of many ids are read together, each under its own, in order': async (db) => {
    await fill(db);
    const linesOf = batchRead(db, { from: lines, key: lines.order, orderBy: [lines.position] });
    deepEqual(namesOf(await linesOf(['a', 'b', 'nobody', 'b'])), [['a', ['a1']], ['b', ['b1', 'b2']], ['nobody', []]]);
    deepEqual(namesOf(await linesOf(new Set(['b']))), [['b', ['b1', 'b2']]]);
    deepEqual((await linesOf(['a'])).get('a'), [{ order: 'a', position: 1, item: item(1), counter: 2 }]);
    deepEqual(namesOf(await linesOf([`"}\\,'{`])), [[`"}\\,'{`, [`"}\\,'{1`]]]);
  },

  'a batch is one statement for any number of ids, and none for no ids': async (db) => {
    await fill(db);
    const linesOf = batchRead(db, { from: lines, key: lines.order });
    const many = await linesOf(Array.from({ length: 70_000 }, (_, i) => `n${i}`).concat('a'));
    deepEqual([many.size, many.get('a')?.length], [70_001, 1]);
    // In a unit that has failed every statement fails: this one is not sent.
    await rejects(db.unitOfWork.run(async () => {
      await rejects(db.script('select nothing'));
      equal((await linesOf([])).size, 0);
      throw new Deliberate();
    }), deliberate);
  },

  'a batch takes ids of any type that is one value, and a condition': async (db) => {
    await fill(db);
    const byItem = batchRead(db, { from: lines, key: lines.item, where: gt(lines.counter, 1), orderBy: [sql`${lines.order} desc`] });
    deepEqual(namesOf(await byItem([item(2), item(1)])), [[item(2), []], [item(1), ['b1', 'a1']]]);
    const byCounter = batchRead(db, { from: lines, key: lines.counter, orderBy: [lines.order] });
    deepEqual(namesOf(await byCounter([9_007_199_254_740_991, 1])), [[9_007_199_254_740_991, ['b1']], [1, ['b2']]]);
  },

  'an id that the database spells in another way is refused, not lost': async (db) => {
    await fill(db);
    await db.script(`update contract_lines set item = 'abcdef00-0000-7000-8000-000000000000'`);
    const byItem = batchRead(db, { from: lines, key: lines.item });
    await rejects(byItem(['ABCDEF00-0000-7000-8000-000000000000']), TypeError);
    throws(() => batchRead(db, { from: lines, key: notes.id }), TypeError);
  },

  'a batch sees the rows of the unit it is read in': async (db) => {
    await fill(db);
    const linesOf = batchRead(db, { from: lines, key: lines.order });
    await rejects(db.unitOfWork.run(async () => {
      await db.orm.insert(lines).values({ order: 'c', position: 1, item: item(1), counter: 2 });
      equal((await linesOf(['c'])).get('c')?.length, 1);
      throw new Deliberate();
    }), deliberate);
    equal((await linesOf(['c'])).get('c')?.length, 0);
  },

  'arrays are parameters of prepared statements, read and written': async (db) => {
    await fill(db);
    const find = db.orm.select({ order: lines.order }).from(lines)
      .where(sql`${lines.counter} = any(${sql.placeholder('counters')}::bigint[])`).orderBy(lines.order).prepare('contract_any');
    deepEqual(await find.execute({ counters: '{2,5}' }), [{ order: `"}\\,'{` }, { order: 'a' }]);
    deepEqual(await find.execute({ counters: '{}' }), []);
    const add = db.orm.insert(notes).select(sql`select id, null, rank, null, null from unnest(${sql.placeholder('ids')}::text[], ${sql.placeholder('ranks')}::int[]) as given (id, rank)`).prepare('contract_unnest');
    await add.execute({ ids: '{x,"y,z",NULL_}', ranks: '{1,2,3}' });
    deepEqual((await db.orm.select({ id: notes.id, rank: notes.rank }).from(notes).orderBy(notes.rank)), [{ id: 'x', rank: 1 }, { id: 'y,z', rank: 2 }, { id: 'NULL_', rank: 3 }]);
  },
};
