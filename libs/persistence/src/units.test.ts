import { systemClock, type Clock, toMilliseconds } from '@org/enterprise-kernel';
import { createDatabase } from './create-database.js';
import type { Driver } from './driver.js';
import { TransactionConflict } from './errors.js';

const driver: Driver = {
  name: 'fake', maxConnections: 1,
  connect: async () => ({ broken: false, query: async () => ({ rows: [], rowCount: 0 }), script: async () => {}, begin: async () => {}, close: async () => {} }),
  close: async () => {},
};

/** A database whose pauses are written down and over at once. */
function setUp() {
  const pauses: number[] = [];
  const clock: Clock = {
    now: systemClock.now,
    schedule(delay, task, { keepAlive = false } = {}) {
      if (!keepAlive) return { [Symbol.dispose]() {} };
      pauses.push(toMilliseconds(delay));
      return systemClock.schedule({ milliseconds: 0 }, task);
    },
  };
  return { db: createDatabase(driver, { clock }), pauses };
}
const conflict = async (): Promise<never> => { throw new TransactionConflict({ sqlState: '40001' }); };

// That PostgreSQL's own conflicts are repeated is in the contract of databases.
describe('the pauses before a unit is run again', () => {
  test('double, are up to half shorter by chance, and end at a second', async () => {
    const { db, pauses } = setUp();
    await expect(db.unitOfWork.run(conflict, { retries: 12 })).rejects.toMatchObject({ code: TransactionConflict.code });
    expect(pauses).toHaveLength(12);
    const longest = [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000, 1_000, 1_000, 1_000];
    for (const [i, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(longest[i]! / 2);
      expect(pause).toBeLessThanOrEqual(longest[i]!);
    }
    // Those who met in a conflict do not meet again in the same step.
    expect(new Set(pauses.slice(7)).size).toBeGreaterThan(1);
  });

  test('are three unless said otherwise, and none where a unit is not to be repeated', async () => {
    for (const [options, count] of [[{}, 3], [{ retries: 0 }, 0]] as const) {
      const { db, pauses } = setUp();
      await expect(db.unitOfWork.run(conflict, options)).rejects.toMatchObject({ code: TransactionConflict.code });
      expect(pauses).toHaveLength(count);
    }
  });

  test('end with the request that waits', async () => {
    const db = createDatabase(driver);
    const request = new AbortController();
    let runs = 0;
    const running = db.unitOfWork.run(() => {
      if (++runs === 8) request.abort(new Error('gone'));
      return conflict();
    }, { retries: 1_000, signal: request.signal });
    await expect(running).rejects.toThrow('gone');
    expect(runs).toBe(8);
  });
});
