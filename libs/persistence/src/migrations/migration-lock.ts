import { createHash } from 'node:crypto';
import { formatMilliseconds, sleep, toMilliseconds, type Clock, type Duration } from '@org/enterprise-kernel';
import type { Connection } from '../driver.js';
import type { MigrationTable } from './migration-records.js';
import { MigrationLocked } from './migrations.errors.js';

export interface MigrationLockOptions {
  readonly table: MigrationTable;
  /** How long to wait for another runner. */
  readonly wait: Duration;
  readonly clock: Clock;
  /** Called once, when there is another runner. */
  readonly onWaiting: () => void;
}

const pause = { milliseconds: 200 };

/**
 * Runs `body` while this session holds the advisory lock of the table of migrations. It ends with the session, so a
 * runner that dies does not leave it behind.
 *
 * Asked for again and again, and not waited for in one statement: such a statement keeps a snapshot for as long as it
 * waits, and `create index concurrently` of the other runner waits for all older snapshots, so the two would be in deadlock.
 * @throws MIGRATION_LOCKED
 * @see https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS
 */
export async function withMigrationLock<R>(connection: Connection, { table, wait, clock, onWaiting }: MigrationLockOptions, body: () => Promise<R>): Promise<R> {
  const key = keyOf(table);
  const ask = async (text: string): Promise<boolean> => (await connection.query({ text, prepared: false, rows: 'objects' }, [key])).rows[0].done;
  const until = clock.now() + toMilliseconds(wait);
  for (let waiting = false; !(await ask('select pg_try_advisory_lock($1) as done')); waiting = true) {
    if (clock.now() >= until) {
      throw new MigrationLocked(undefined, { message: `Another process has been migrating this database for longer than ${formatMilliseconds(toMilliseconds(wait))}.` });
    }
    if (!waiting) onWaiting();
    await sleep(pause, { clock });
  }
  try {
    return await body();
  } finally {
    if (!connection.broken) await ask('select pg_advisory_unlock($1) as done');
  }
}

// Advisory locks are of one database, so the name of the table is enough.
const keyOf = ({ schema, table }: MigrationTable): string =>
  createHash('sha256').update(`org.enterprise.migrations ${JSON.stringify([schema, table])}`).digest().readBigInt64BE().toString();
