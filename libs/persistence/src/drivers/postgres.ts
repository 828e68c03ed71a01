import { noopLogger, systemClock, toMilliseconds, type Duration } from '@org/enterprise-kernel';
import postgres from 'postgres';
import { createDatabase } from '../create-database.js';
import type { Database, DatabaseOptions } from '../database.js';
import { DatabaseUnreachable } from '../errors.js';
import { AnswerWatch } from './answer-watch.js';
import { connectionFailure } from './postgres-errors.js';
import { PostgresConnection } from './postgres-connection.js';

export interface PostgresDatabaseOptions extends DatabaseOptions {
  /** `postgres://user:password@host:5432/database?sslmode=verify-full` */
  readonly url: string;
  /** Connections of this process at most. All processes together must stay under the server's `max_connections`. @default 10 */
  readonly max?: number;
  /** How long the server lets a statement run. @default 30 s */
  readonly statementTimeout?: Duration;
  /**
   * How long this side waits for the answer to a statement before it gives the connection up: the server cannot say
   * that it, or the way to it, is gone. Longer than any statement may take; 0 is for ever.
   * @default the statement time-out and 10 s; 0 if that is 0
   */
  readonly answerTimeout?: Duration;
  /** How long a statement waits for a lock. @default 10 s */
  readonly lockTimeout?: Duration;
  /** How long a transaction may do nothing. @default 30 s */
  readonly idleInTransactionTimeout?: Duration;
  /** @default 5 s */
  readonly connectTimeout?: Duration;
  /** Shown in `pg_stat_activity`. @default the name */
  readonly applicationName?: string;
  /** Prepares named statements on the server; switch it off behind a pooler that shares connections between transactions and does not know them. @default true */
  readonly prepare?: boolean;
  /**
   * How many quick lookups outside of units of work a connection takes before it has answered the first. Those of one
   * turn of the event loop are sent together, which costs both sides about half; 1 is none.
   * @default 8
   */
  readonly pipeline?: number;
  /** TLS as postgres.js takes it. @default what `sslmode` in the URL says */
  readonly ssl?: 'require' | 'allow' | 'prefer' | 'verify-full' | boolean | object;
}

/** Makes a database on PostgreSQL, over postgres.js. It connects with its first statement. */
export function postgresDatabase(options: PostgresDatabaseOptions): Database {
  const {
    url, max = 10, name = 'postgres', applicationName = name, prepare = true, pipeline = 8, ssl, clock = systemClock, logger = noopLogger,
    statementTimeout = { seconds: 30 }, lockTimeout = { seconds: 10 }, idleInTransactionTimeout = { seconds: 30 }, connectTimeout = { seconds: 5 },
  } = options;
  const longest = toMilliseconds(statementTimeout);
  const { answerTimeout = { milliseconds: longest && longest + 10_000 } } = options;
  if (!Number.isInteger(max) || max < 1) throw new TypeError('max must be a whole number of at least 1.');
  const address = addressOf(url);

  return createDatabase({
    name: 'postgres',
    maxConnections: max,
    pipeline,
    async connect() {
      let closed = false;
      // One client a connection: a client of several would connect again in the middle of a transaction, unseen.
      const sql = postgres(url, {
        max: 1, max_lifetime: null, prepare,
        connect_timeout: Math.max(1, Math.ceil(toMilliseconds(connectTimeout) / 1000)),
        ...(ssl !== undefined && { ssl }),
        onnotice: ({ severity, message }) => logger.debug('PostgreSQL says something.', { severity, notice: message }),
        onclose: () => {
          closed = true;
          // postgres.js forgets a statement that was sent while the socket went down, and would connect again for one that waits.
          void sql.end({ timeout: 0 });
        },
        connection: {
          application_name: applicationName,
          statement_timeout: longest,
          lock_timeout: toMilliseconds(lockTimeout),
          idle_in_transaction_session_timeout: toMilliseconds(idleInTransactionTimeout),
        },
      });
      leaveEncodingToDrizzle(sql);
      // A server that accepts and hangs up again would be tried for ever.
      using _deadline = clock.schedule(connectTimeout, () => void sql.end({ timeout: 0 }));
      try {
        await sql.unsafe('select 1');
      } catch (error) {
        void sql.end({ timeout: 0 });
        throw connectionFailure(error, address);
      }
      return new PostgresConnection(sql, () => closed, new AnswerWatch(answerTimeout, clock, () => void sql.end({ timeout: 0 })));
    },
    close: async () => {},
  }, { ...options, name });
}

/** Host, port and database, for messages: never user and password. */
function addressOf(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `${hostname}:${port || '5432'}${pathname}`;
  } catch {
    // The URL is not shown, as it may have a password in it.
    throw new DatabaseUnreachable(undefined, { message: 'The URL of the database is not a URL; it looks like postgres://user:password@host:5432/database.' });
  }
}

// Dates in all their forms, and JSON on the way in, are encoded by drizzle's columns.
function leaveEncodingToDrizzle({ options }: postgres.Sql): void {
  const asIs = (value: unknown): unknown => value;
  for (const type of [1184, 1082, 1083, 1114, 1182, 1185, 1115, 1231]) {
    options.parsers[type] = asIs;
    options.serializers[type] = asIs;
  }
  for (const type of [114, 3802]) options.serializers[type] = asIs;
}
