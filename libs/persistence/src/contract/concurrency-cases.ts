import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { Database } from '../database.js';
import type { Connection } from '../driver.js';
import { eq } from 'drizzle-orm/sql/expressions';
import { sql } from 'drizzle-orm/sql/sql';
import { DatabaseTimeout, TransactionConflict } from '../errors.js';
import { valueOn } from './connection-cases.js';
import { clean, ids, insert, notes, rankOf, tick, type Cases } from './fixture.js';

/** Read and write in a way that only one of two concurrent transactions can do. */
const increase = async (db: Database, meanwhile?: () => Promise<unknown>): Promise<void> => {
  const rank = (await rankOf(db, 'a'))!;
  await meanwhile?.();
  await db.orm.update(notes).set({ rank: rank + 1 }).where(eq(notes.id, 'a'));
};

export const concurrencyCases: Cases = {
  'what a unit has not committed is seen by nobody else': async (db) => {
    await clean(db);
    await db.unitOfWork.run(async () => {
      await insert(db, 'a');
      deepEqual(await db.unitOfWork.outside(() => ids(db)), []);
      deepEqual(await db.unitOfWork.outside(() => db.orm.select().from(notes)), []);
    });
    deepEqual(await ids(db), ['a']);
  },

  'a lent connection is neither that of the unit around it nor another borrower\'s': async (db) => {
    await clean(db);
    const tryLock = (connection: Connection): Promise<unknown> => valueOn(connection, 'pg_try_advisory_lock(4712)');
    await db.unitOfWork.run(async () => {
      await insert(db, 'a');
      await db.withConnection(async (connection) => {
        equal(await valueOn(connection, 'count(*)::int from contract_notes'), 0);
        equal(await tryLock(connection), true);
        equal(await db.withConnection(tryLock), false);
        await valueOn(connection, 'pg_advisory_unlock(4712)');
      });
    });
    deepEqual(await ids(db), ['a']);
  },

  'the outermost unit is run again after a serialization failure, with nothing of the first time left': async (db) => {
    await clean(db);
    await insert(db, 'a');
    let runs = 0;
    const hooks: number[] = [];
    await db.unitOfWork.run(async () => {
      const run = ++runs;
      db.unitOfWork.afterCommit(() => hooks.push(run));
      await insert(db, `run${run}`);
      // In a nested unit: not that one is repeated, but the outermost.
      await db.unitOfWork.run(() => increase(db, async () => { if (run < 4) await db.unitOfWork.outside(() => increase(db)); }));
    }, { isolation: 'repeatable read' });
    equal(runs, 4);
    equal(await rankOf(db, 'a'), 4);
    deepEqual(hooks, [4]);
  },

  'a conflict that only the commit meets is one too': async (db) => {
    await clean(db);
    await insert(db, 'a');
    const raise = db.orm.update(notes).set({ rank: sql`${notes.rank} + 1` }).where(eq(notes.id, sql.placeholder('id'))).prepare('contract_increase');
    let runs = 0;
    await db.unitOfWork.run(async () => {
      runs++;
      await rankOf(db, 'a');
      await db.unitOfWork.atCommit(raise, { id: 'a' });
      if (runs < 3) await db.unitOfWork.outside(() => increase(db));
    }, { isolation: 'repeatable read' });
    deepEqual([runs, await rankOf(db, 'a')], [3, 3]);
  },

  'a conflict that lasts is given up after the retries': async (db) => {
    await clean(db);
    await insert(db, 'a');
    let runs = 0;
    await rejects(db.unitOfWork.run(async () => { runs++; await increase(db, () => db.unitOfWork.outside(() => increase(db))); }, { isolation: 'serializable', retries: 1 }), TransactionConflict.is);
    equal(runs, 2);
  },

  'two units in a deadlock both come through': async (db) => {
    await clean(db);
    await insert(db, 'a');
    await insert(db, 'b');
    const add = (id: string): Promise<unknown> => db.orm.update(notes).set({ rank: sql`${notes.rank} + 1` }).where(eq(notes.id, id)).execute();
    const both = (first: string, second: string) => db.unitOfWork.run(async () => { await add(first); await tick(50); await add(second); });
    await Promise.all([both('a', 'b'), both('b', 'a')]);
    deepEqual([await rankOf(db, 'a'), await rankOf(db, 'b')], [2, 2]);
  },

  'a statement that waits too long for a lock fails and leaves the database usable': async (db) => {
    await clean(db);
    await insert(db, 'a');
    await db.unitOfWork.run(async () => {
      await increase(db);
      await rejects(db.unitOfWork.outside(() => db.unitOfWork.run(async () => {
        await db.script(`set local lock_timeout = '50ms'`);
        await increase(db);
      })), DatabaseTimeout.is);
    });
    ok(await rankOf(db, 'a'));
  },
};
