import { token, type Clock, type Duration, type HealthCheck, type Logger, type Meter } from '@org/enterprise-kernel';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Connection } from './driver.js';
import type { UnitOfWork } from './unit-of-work.js';

export interface DatabaseOptions {
  /** Shown in metrics, health and logs. @default the driver's name */
  readonly name?: string;
  /** How long a statement or unit may wait for a connection, and one sibling for another. @default 5 s */
  readonly acquireTimeout?: Duration;
  /** How long an unused connection stays open. @default 5 min */
  readonly idleTimeout?: Duration;
  /** After how long a connection is replaced, between two uses. @default 1 h */
  readonly maxLifetime?: Duration;
  /** How long the health check waits. @default 2 s */
  readonly healthTimeout?: Duration;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default silent */
  readonly logger?: Logger;
  /** @default none */
  readonly meter?: Meter;
}

/** What `orm.execute` and statements without `returning` resolve with, on every driver. */
export interface QueryResult<Row = Record<string, unknown>> {
  readonly rows: Row[];
  /** How many rows were returned or, without `returning`, changed. */
  readonly rowCount: number;
}

export interface QueryResultHKT extends PgQueryResultHKT {
  readonly type: QueryResult<this['row']>;
}

/** A drizzle instance whose statements, prepared ones too, run in the ambient unit of work or else on a free connection. */
export type Orm = PgDatabase<QueryResultHKT>;

export interface Database extends AsyncDisposable {
  readonly name: string;
  /** `postgres` or `pglite`. */
  readonly driver: string;
  readonly orm: Orm;
  readonly unitOfWork: UnitOfWork;
  readonly health: HealthCheck;
  /** Runs a text of several statements without parameters, in the ambient unit of work or else on a free connection. */
  script(text: string): Promise<void>;
  /**
   * Lends one connection for as long as `body` runs, outside of any unit of work: for what belongs to a session, such as
   * advisory locks. `body` leaves it as it found it, or closes it.
   * @throws DATABASE_BUSY, DATABASE_CLOSED, what connecting throws
   */
  withConnection<R>(body: (connection: Connection) => Promise<R>): Promise<R>;
  /** Takes no more work, waits for what is running and closes all connections. */
  close(): Promise<void>;
}

export const Database = token<Database>('persistence.Database');
