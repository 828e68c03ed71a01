import type { Database } from '@org/enterprise-persistence';
import type { AttemptLimit, AttemptStore, AttemptWait } from '../passwords/attempt-store.js';
import { attemptStatements } from './attempt-statements.js';
import { expirySweep, type ExpirySweepOptions } from './expiry-sweep.js';

export type PersistenceAttemptStoreOptions = ExpirySweepOptions;

/**
 * Counts attempts in the tables `authAttempts` and `authPlaces`, for all processes on one database. Counting refuses a unit
 * of work, since a log-in that fails would roll back its own attempt. Old rows are deleted about once a minute.
 */
export function persistenceAttemptStore(database: Database, options: PersistenceAttemptStoreOptions = {}): AttemptStore {
  const { orm, unitOfWork } = database;
  const statements = attemptStatements(orm);
  const sweep = expirySweep(database, options, [
    async (now, limit) => (await statements.purgeAttempts.execute({ now, limit })).rowCount,
    async (now, limit) => (await statements.purgePlaces.execute({ now, limit })).rowCount,
  ]);

  async function countOne<L extends AttemptLimit>(limit: L, now: number): Promise<void> {
    const counted = await statements.count.execute({ ...valuesOf(limit), now: new Date(now) });
    if (counted.length > 0) return;
    // The attempt to change it has locked the row, so it is still there.
    const [row] = await statements.find.execute({ key: limit.key });
    throw new Blocked({ limit, until: row!.blockedUntil.getTime() });
  }

  return {
    async count<L extends AttemptLimit>(limits: readonly L[], now: number) {
      if (unitOfWork.active) throw new TypeError('An attempt to log in is counted outside of units of work, which would forget it when they are rolled back.');
      try {
        await unitOfWork.run(async () => {
          for (const limit of limits) await countOne(limit, now);
        });
      } catch (error) {
        if (error instanceof Blocked) return error.wait as AttemptWait<L>;
        throw error;
      }
      sweep(now);
      return undefined;
    },
    async takeBack(limits) {
      for (const limit of limits) await statements.takeBack.execute(valuesOf(limit));
    },
    async forget(key) {
      await statements.forget.execute({ key });
    },
    async remember(place, until) {
      await statements.remember.execute({ place, until: new Date(until) });
    },
    async remembers(place, now) {
      return (await statements.remembers.execute({ place, now: new Date(now) })).length > 0;
    },
  };
}

const valuesOf = ({ key, free, firstDelay, maxDelay, recovery }: AttemptLimit) => ({ key, free, firstDelay, maxDelay, recovery });

/** Rolls back what was counted under the keys before. */
class Blocked extends Error {
  constructor(readonly wait: AttemptWait) { super('This attempt has to wait.'); }
}
