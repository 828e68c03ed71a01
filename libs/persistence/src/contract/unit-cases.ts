import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { runInContext } from '@org/enterprise-kernel';
import { ConstraintViolated, DatabaseStatementFailed, UnitOfWorkClosed, UnitOfWorkFailed, UnitOfWorkMismatch } from '../errors.js';
import { clean, deliberate, Deliberate, ids, insert, isolationOf, tick, type Cases } from './fixture.js';

export const unitCases: Cases = {
  'a unit of work commits what it wrote and returns what its body returns': async (db) => {
    await clean(db);
    equal(await db.unitOfWork.run(async () => { await insert(db, 'a'); return 7; }), 7);
    deepEqual(await ids(db), ['a']);
  },

  'a unit of work that throws leaves nothing behind, and its error comes through': async (db) => {
    await clean(db);
    await rejects(db.unitOfWork.run(async () => { await insert(db, 'a'); throw new Deliberate(); }), deliberate);
    deepEqual(await ids(db), []);
  },

  'what runs inside sees the rows of the unit': async (db) => {
    await clean(db);
    await rejects(db.unitOfWork.run(async () => {
      await insert(db, 'a');
      deepEqual(await ids(db), ['a']);
      throw new Deliberate();
    }), deliberate);
  },

  'a nested unit that fails takes back its own writes only': async (db) => {
    await clean(db);
    await db.unitOfWork.run(async () => {
      await insert(db, 'outer');
      await rejects(db.unitOfWork.run(async () => { await insert(db, 'inner'); throw new Deliberate(); }), deliberate);
      await rejects(db.unitOfWork.run(() => insert(db, 'outer')), ConstraintViolated.is);
      await insert(db, 'after');
    });
    deepEqual(await ids(db), ['after', 'outer']);
  },

  'siblings under Promise.all do not share the fate of the one that fails': async (db) => {
    await clean(db);
    const outcomes = await db.unitOfWork.run(() => Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((id) => db.unitOfWork.run(async () => {
      await insert(db, id);
      await tick(2);
      await insert(db, `${id}2`);
      if (id === 'b' || id === 'd') throw new Deliberate();
    }))));
    deepEqual(outcomes.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled']);
    deepEqual(await ids(db), ['a', 'a2', 'c', 'c2', 'e', 'e2']);
  },

  'a statement of the outer unit is not caught up in the rollback of a nested one that runs meanwhile': async (db) => {
    await clean(db);
    await db.unitOfWork.run(() => Promise.allSettled([
      db.unitOfWork.run(async () => { await insert(db, 'inner'); await tick(5); throw new Deliberate(); }),
      tick(2).then(() => insert(db, 'outer')),
    ]));
    deepEqual(await ids(db), ['outer']);
  },

  'an outer unit that fails takes its siblings that are still running along': async (db) => {
    await clean(db);
    const outcomes: Promise<unknown>[] = [];
    await rejects(db.unitOfWork.run(async () => {
      const slow = db.unitOfWork.run(async () => { await insert(db, 'slow'); await tick(10); await insert(db, 'late'); });
      outcomes.push(slow.catch((error: unknown) => error));
      await tick(2);
      throw new Deliberate();
    }), deliberate);
    ok(UnitOfWorkClosed.is(await outcomes[0]));
    deepEqual(await ids(db), []);
  },

  'a promise that outlives its unit is refused instead of writing elsewhere': async (db) => {
    await clean(db);
    let late!: Promise<void>;
    await db.unitOfWork.run(async () => { late = tick(5).then(() => insert(db, 'late')); late.catch(() => {}); });
    await rejects(late, UnitOfWorkClosed.is);
    deepEqual(await ids(db), []);
  },

  'a failure that was swallowed does not become a commit of nothing': async (db) => {
    await clean(db);
    await rejects(db.unitOfWork.run(async () => {
      await insert(db, 'a');
      await insert(db, 'a').catch(() => {});
    }), (error: Error) => UnitOfWorkFailed.is(error) && ConstraintViolated.is(error.cause));
    await rejects(db.unitOfWork.run(async () => {
      await db.script('select nonsense').catch(() => {});
      await insert(db, 'b');
    }), (error: Error) => UnitOfWorkFailed.is(error) && DatabaseStatementFailed.is(error.cause));
    deepEqual(await ids(db), []);
  },

  'join takes part in the unit that is running and else begins one': async (db) => {
    await clean(db);
    await rejects(db.unitOfWork.run(async () => { await db.unitOfWork.join(() => insert(db, 'a')); throw new Deliberate(); }), deliberate);
    await rejects(db.unitOfWork.join(async () => { await insert(db, 'b'); throw new Deliberate(); }), deliberate);
    await db.unitOfWork.join(() => insert(db, 'c'));
    deepEqual(await ids(db), ['c']);
  },

  'hooks run in order after the outermost commit, outside of any unit, and see what was written': async (db) => {
    await clean(db);
    const seen: unknown[] = [];
    await db.unitOfWork.run(async () => {
      await insert(db, 'a');
      db.unitOfWork.afterCommit(() => seen.push('outer'));
      await db.unitOfWork.run(async () => {
        db.unitOfWork.afterCommit(async () => { seen.push(db.unitOfWork.active, await ids(db)); });
      });
      await db.unitOfWork.run(async () => { db.unitOfWork.afterCommit(() => seen.push('rolled back')); throw new Deliberate(); }).catch(() => {});
      equal(db.unitOfWork.active, true);
      deepEqual(seen, []);
    });
    deepEqual(seen, ['outer', false, ['a']]);
  },

  'hooks do not run after a rollback, and one that fails does not fail its unit': async (db) => {
    await clean(db);
    const seen: string[] = [];
    await rejects(db.unitOfWork.run(async () => { db.unitOfWork.afterCommit(() => seen.push('never')); throw new Deliberate(); }), deliberate);
    await db.unitOfWork.run(async () => {
      db.unitOfWork.afterCommit(() => { throw new Deliberate(); });
      db.unitOfWork.afterCommit(() => seen.push('still'));
    });
    deepEqual(seen, ['still']);
  },

  'a read-only unit refuses writes': async (db) => {
    await clean(db);
    await rejects(db.unitOfWork.run(() => insert(db, 'a'), { readOnly: true }), DatabaseStatementFailed.is);
    await db.unitOfWork.run(() => ids(db), { readOnly: true });
  },

  'a unit has the isolation that was asked for, and read committed otherwise': async (db) => {
    equal(await db.unitOfWork.run(() => isolationOf(db)), 'read committed');
    equal(await db.unitOfWork.run(() => isolationOf(db), { isolation: 'repeatable read' }), 'repeatable read');
    equal(await db.unitOfWork.run(() => db.unitOfWork.run(() => isolationOf(db), { isolation: 'serializable' }), { isolation: 'serializable' }), 'serializable');
  },

  'a nested unit cannot ask for another isolation or access than the outermost one': async (db) => {
    await db.unitOfWork.run(async () => {
      await rejects(db.unitOfWork.run(async () => {}, { isolation: 'serializable' }), UnitOfWorkMismatch.is);
      await rejects(db.unitOfWork.run(async () => {}, { readOnly: true }), UnitOfWorkMismatch.is);
    });
  },

  'an aborted request rolls back at once, and what it still does is refused': async (db) => {
    await clean(db);
    const request = new AbortController();
    let late!: Promise<void>;
    const running = runInContext({ requestId: 'r', signal: request.signal }, () => db.unitOfWork.run(async () => {
      await insert(db, 'a');
      late = tick(20).then(() => insert(db, 'b'));
      late.catch(() => {});
      await late;
    }));
    setTimeout(() => request.abort(new Deliberate()), 5);
    await rejects(running, deliberate);
    deepEqual(await ids(db), []);
    await rejects(late, UnitOfWorkClosed.is);
  },

  'a request that was aborted just before the commit does not commit': async (db) => {
    await clean(db);
    const request = new AbortController();
    await rejects(db.unitOfWork.run(async () => { await insert(db, 'a'); request.abort(new Deliberate()); }, { signal: request.signal }), deliberate);
    deepEqual(await ids(db), []);
  },

  'a request that is aborted while its unit waits for its last part does not commit': async (db) => {
    await clean(db);
    const request = new AbortController();
    await rejects(db.unitOfWork.run(async () => {
      await new Promise<void>((written) => {
        db.unitOfWork.run(async () => { await insert(db, 'a'); written(); await tick(20); }).catch(() => {});
      });
      setTimeout(() => request.abort(new Deliberate()), 5);
    }, { signal: request.signal }), deliberate);
    deepEqual(await ids(db), []);
  },

  'a statement that was begun and not awaited is refused when its unit fails first': async (db) => {
    await clean(db);
    let begun!: Promise<unknown>;
    await rejects(db.unitOfWork.run(async () => {
      begun = insert(db, 'a').catch((error: unknown) => error);
      await Promise.resolve();
      throw new Deliberate();
    }), deliberate);
    ok(UnitOfWorkClosed.is(await begun));
    deepEqual(await ids(db), []);
  },

  'transactions opened in drizzle\'s own way are units too': async (db) => {
    await clean(db);
    await db.orm.transaction(async (tx) => {
      await tx.execute('select 1');
      await insert(db, 'a');
      await rejects(tx.transaction(async () => { await insert(db, 'b'); throw new Deliberate(); }), deliberate);
    });
    deepEqual(await ids(db), ['a']);
  },
};
