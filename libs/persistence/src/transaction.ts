import type { ConnectionPool } from './connection-pool.js';
import type { AdmissionOptions } from './admission.js';
import type { BoundStatement, Connection } from './driver.js';
import { DatabaseUnavailable, UnitOfWorkClosed } from './errors.js';
import type { Isolation } from './unit-of-work.js';

export interface TransactionOptions {
  readonly isolation: Isolation;
  readonly readOnly: boolean;
  readonly signal: AbortSignal | undefined;
  /** How those who use the transaction wait for each other. */
  readonly turns: AdmissionOptions;
}

/** One attempt of an outermost unit. Its connection is taken with its first statement. */
export class Transaction {
  readonly options: TransactionOptions;
  readonly #pool: ConnectionPool;
  #connection: Promise<Connection> | undefined;
  #running: Promise<unknown> | undefined;
  #ended: { readonly cause: unknown } | undefined;
  #savepoints = 0;

  constructor(pool: ConnectionPool, options: TransactionOptions) {
    this.#pool = pool;
    this.options = options;
  }

  nextSavepoint(): string { return `unit_${++this.#savepoints}`; }

  /** @throws UNIT_OF_WORK_CLOSED */
  async use<R>(work: (connection: Connection) => Promise<R>): Promise<R> {
    const connection = await (this.#connection ??= this.#begin());
    // Checked in the same turn of the event loop in which the statement is sent: the connection may be another's by now.
    if (this.#ended) throw new UnitOfWorkClosed(undefined, this.#ended);
    const running = work(connection);
    this.#running = running;
    return running;
  }

  /** Waits for the statement that is under way. */
  async settled(): Promise<void> {
    await this.#running?.catch(() => {});
  }

  /** Commits after these statements. The server makes a rollback of the commit when one of them has failed. */
  async commit(last: readonly BoundStatement[]): Promise<void> {
    if (!this.#connection && last.length === 0) return;
    const connection = await (this.#connection ??= this.#begin());
    const together = this.#pool.pipelines;
    const running: Promise<unknown>[] = [];
    for (const { statement, params } of last) {
      running.push(connection.query(statement, params));
      if (!together) await running.at(-1);
    }
    running.push(commit(connection));
    const outcomes = await Promise.allSettled(running);
    const failures = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    // Of a lost connection the commit says most.
    const cause = failures.find((each) => !DatabaseUnavailable.is(each)) ?? failures.at(-1);
    if (outcomes.at(-1)!.status === 'fulfilled') {
      this.#ended = { cause };
      this.#pool.release(connection);
    }
    if (failures.length > 0) throw cause;
  }

  /** Never throws: what went wrong before is what the caller has to know. */
  async rollback(cause: unknown): Promise<void> {
    if (this.#ended) return;
    this.#ended = { cause };
    const connection = await this.#connection?.catch(() => undefined);
    if (!connection) return;
    await this.settled();
    try {
      if (!connection.broken) await connection.script('rollback');
    } catch {
      // The server rolls back what a closed connection leaves behind.
      await connection.close().catch(() => {});
    } finally {
      this.#pool.release(connection);
    }
  }

  async #begin(): Promise<Connection> {
    const { isolation, readOnly, signal } = this.options;
    const connection = await this.#pool.acquire(signal);
    try {
      await connection.begin(`begin isolation level ${isolation} ${readOnly ? 'read only' : 'read write'}`);
      return connection;
    } catch (error) {
      this.#pool.release(connection);
      throw error;
    }
  }
}

async function commit(connection: Connection): Promise<void> {
  try {
    await connection.script('commit');
  } catch (error) {
    if (!DatabaseUnavailable.is(error)) throw error;
    throw new DatabaseUnavailable(undefined, { message: 'The connection to the database was lost during a commit; whether it took effect is unknown.', cause: error });
  }
}
