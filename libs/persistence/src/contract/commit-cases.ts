import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { eq } from 'drizzle-orm/sql/expressions';
import { sql } from 'drizzle-orm/sql/sql';
import type { Database } from '../database.js';
import { ConstraintViolated, DatabaseStatementFailed, UnitOfWorkClosed } from '../errors.js';
import { clean, deliberate, Deliberate, ids, insert, notes, rankOf, type Cases } from './fixture.js';

const { placeholder } = sql;
const adding = (db: Database) => db.orm.insert(notes).values({ id: placeholder('id'), rank: placeholder('rank') }).prepare('contract_last');
const raising = (db: Database) => db.orm.update(notes).set({ rank: sql`${notes.rank} + ${placeholder('by')}` }).where(eq(notes.id, placeholder('id'))).prepare('contract_raise');

/** Statements that are sent with the commit. */
export const commitCases: Cases = {
  'a statement at the commit comes after all others of the unit, in the order in which it was given': async (db) => {
    await clean(db);
    const [add, raise] = [adding(db), raising(db)];
    await db.unitOfWork.run(async () => {
      await db.unitOfWork.atCommit(raise, { id: 'a', by: 1 });
      await db.unitOfWork.run(() => db.unitOfWork.atCommit(add, { id: 'b', rank: 5 }));
      await db.unitOfWork.atCommit(raise, { id: 'b', by: 2 });
      deepEqual(await ids(db), []);
      await insert(db, 'a');
    });
    deepEqual([await rankOf(db, 'a'), await rankOf(db, 'b')], [1, 7]);
  },

  'a unit of nothing else commits it, and without a unit it runs at once': async (db) => {
    await clean(db);
    const add = adding(db);
    await db.unitOfWork.run(() => db.unitOfWork.atCommit(add, { id: 'a', rank: 1 }));
    await db.unitOfWork.atCommit(add, { id: 'b', rank: 1 });
    deepEqual(await ids(db), ['a', 'b']);
    await rejects(db.unitOfWork.atCommit(add, { id: 'b', rank: 1 }), ConstraintViolated.is);
  },

  'a unit that is rolled back drops it, and so does a nested one': async (db) => {
    await clean(db);
    const add = adding(db);
    const failing = async (): Promise<void> => { await db.unitOfWork.atCommit(add, { id: 'dropped', rank: 1 }); throw new Deliberate(); };
    await rejects(db.unitOfWork.run(failing), deliberate);
    await db.unitOfWork.run(async () => {
      await rejects(db.unitOfWork.run(failing), deliberate);
      await db.unitOfWork.atCommit(add, { id: 'kept', rank: 1 });
    });
    deepEqual(await ids(db), ['kept']);
  },

  'one that fails takes the unit back with all that is sent with it, says why, and leaves the connection in order': async (db) => {
    await clean(db);
    await insert(db, 'taken');
    const add = adding(db);
    const hooks: string[] = [];
    await rejects(db.unitOfWork.run(async () => {
      await insert(db, 'a');
      db.unitOfWork.afterCommit(() => hooks.push('never'));
      for (const id of ['b', 'taken', 'c']) await db.unitOfWork.atCommit(add, { id, rank: 1 });
    }), (error) => ConstraintViolated.is(error) && error.details.constraint === 'contract_notes_pkey');
    deepEqual([await ids(db), hooks], [['taken'], []]);
    // In no transaction any more: what comes next is not lost.
    await db.script(`insert into contract_notes (id) values ('next')`);
    await rejects(db.script('select nonsense'), DatabaseStatementFailed.is);
    deepEqual(await ids(db), ['next', 'taken']);
  },

  'what could only fail on its way out is refused at once, and what is not prepared': async (db) => {
    await clean(db);
    const add = adding(db);
    await db.unitOfWork.run(async () => {
      await rejects(db.unitOfWork.atCommit(add, { id: 'a' }), TypeError);
      await rejects(db.unitOfWork.atCommit(add, { id: new Date(), rank: 1 }), TypeError);
      await rejects(db.unitOfWork.atCommit({ execute: async () => {} }, {}), TypeError);
      await insert(db, 'b');
    });
    deepEqual(await ids(db), ['b']);
  },

  'a unit that has ended takes none': async (db) => {
    await clean(db);
    const add = adding(db);
    let late!: Promise<void>;
    let end!: () => void;
    const ended = new Promise<void>((resolve) => { end = resolve; });
    await db.unitOfWork.run(async () => { late = ended.then(() => db.unitOfWork.atCommit(add, { id: 'late', rank: 1 })); late.catch(() => {}); });
    end();
    await rejects(late, UnitOfWorkClosed.is);
    deepEqual(await ids(db), []);
  },

  'statements that do not wait for each other run in the order in which they were begun': async (db) => {
    await clean(db);
    const [add, raise] = [adding(db), raising(db)];
    await db.unitOfWork.run(async () => {
      const changed = await Promise.all([add.execute({ id: 'a', rank: 0 }), raise.execute({ id: 'a', by: 2 }), raise.execute({ id: 'none', by: 2 })]);
      deepEqual(changed.map((each) => (each as { rowCount: number }).rowCount), [1, 1, 0]);
      const [first, second] = await Promise.allSettled([add.execute({ id: 'a', rank: 0 }), raise.execute({ id: 'a', by: 2 })]);
      ok(first.status === 'rejected' && ConstraintViolated.is(first.reason) && second.status === 'rejected');
      throw new Deliberate();
    }).catch((error: unknown) => { equal(error instanceof Deliberate, true); });
    deepEqual(await ids(db), []);
  },
};
