import { systemClock } from '@org/enterprise-kernel';
import { ConnectionPool } from './connection-pool.js';
import type { Database, DatabaseOptions } from './database.js';
import type { Driver } from './driver.js';
import { DatabaseTimeout } from './errors.js';
import { createOrm } from './session.js';
import { SharedConnections } from './shared-connections.js';
import { Units } from './units.js';
import { unlessAborted } from './unless-aborted.js';

/** Makes a database out of a driver: the pool, the units of work and the drizzle instance are the same for all of them. */
export function createDatabase(driver: Driver, options: DatabaseOptions = {}): Database {
  const { name = driver.name, healthTimeout = { seconds: 2 }, clock = systemClock } = options;
  const pool = new ConnectionPool(driver, options);
  const units = new Units(pool, new SharedConnections(pool, driver), options);
  const close = (): Promise<void> => pool.close();
  return {
    name,
    driver: driver.name,
    orm: createOrm(units),
    unitOfWork: units,
    script: (text) => units.script(text),
    withConnection: (body) => units.alone(body),
    health: {
      name,
      timeout: healthTimeout,
      async check(signal) {
        // Its own deadline, for callers without one; a statement cannot be taken back, so it is left behind.
        const late = new AbortController();
        using _deadline = clock.schedule(healthTimeout, () => late.abort(new DatabaseTimeout(undefined, { message: 'The health check of the database took too long.' })));
        const either = AbortSignal.any([signal, late.signal]);
        const connection = await pool.acquire(either);
        const asked = connection.query({ text: 'select 1', prepared: true, rows: 'arrays' }, []).finally(() => pool.release(connection));
        await unlessAborted(asked, either);
        return { connections_in_use: pool.inUse, connections_idle: pool.idle, waiting: pool.waiting };
      },
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
