import { leaveContext, noopLogger, type Logger } from '@org/enterprise-kernel';
import type { Database } from '@org/enterprise-persistence';

export interface ExpirySweepOptions {
  /** Learns when old rows cannot be deleted. @default silent */
  readonly logger?: Logger;
}

/** Deletes up to `limit` rows that have expired, and returns how many it deleted. */
export type DeleteExpired = (now: Date, limit: number) => Promise<number>;

const every = 60_000;
const atMost = 500;

/**
 * Returns what begins to delete old rows, in batches, if that was not done for a minute. Nobody waits for it: it is no part of
 * the request that happened to come by, nor of its unit of work.
 */
export function expirySweep({ unitOfWork }: Database, { logger = noopLogger }: ExpirySweepOptions, deletions: readonly DeleteExpired[]): (now: number) => void {
  let next = 0;
  const sweep = async (now: Date): Promise<void> => {
    for (const deleteExpired of deletions) while (await deleteExpired(now, atMost) === atMost);
  };
  return (now) => {
    if (now < next) return;
    next = now + every;
    // After the unit of work, if there is one, which may have the only connection.
    unitOfWork.afterCommit(() => {
      leaveContext(() => sweep(new Date(now))).catch((error: unknown) => logger.warn('Expired rows of the auth library could not be deleted.', { error }));
    });
  };
}
