import { AsyncLocalStorage } from 'node:async_hooks';
import { currentContext, noopLogger, sleep, systemClock } from '@org/enterprise-kernel';
import type { ConnectionPool } from './connection-pool.js';
import type { DatabaseOptions } from './database.js';
import type { Connection, Statement, StatementResult } from './driver.js';
import { TransactionConflict, UnitOfWorkMismatch } from './errors.js';
import { bind } from './session.js';
import type { SharedConnections } from './shared-connections.js';
import { Transaction } from './transaction.js';
import { Unit } from './unit.js';
import { unlessAborted } from './unless-aborted.js';
import type { PreparedStatement, RunUnitOptions, UnitOfWork } from './unit-of-work.js';

const longestPause = 1_000;

/** The units of one database, and the way of each statement to the unit it belongs to. */
export class Units implements UnitOfWork {
  readonly #current = new AsyncLocalStorage<Unit | undefined>();
  readonly #pool: ConnectionPool;
  readonly #shared: SharedConnections;
  readonly #options: DatabaseOptions;

  constructor(pool: ConnectionPool, shared: SharedConnections, options: DatabaseOptions) {
    this.#pool = pool;
    this.#shared = shared;
    this.#options = options;
  }

  get active(): boolean { return this.#current.getStore() !== undefined; }

  query(statement: Statement, params: unknown[]): Promise<StatementResult> {
    return this.#current.getStore()?.query(statement, params) ?? this.#shared.query(statement, params);
  }

  script(text: string): Promise<void> {
    return this.#current.getStore()?.script(text) ?? this.alone((connection) => connection.script(text));
  }

  join<R>(body: () => Promise<R>): Promise<R> {
    return this.active ? body() : this.run(body);
  }

  outside<R>(body: () => Promise<R>): Promise<R> {
    // Asynchronous, so that a query that drizzle begins only when it is awaited begins outside as well.
    return this.#current.run(undefined, async () => body());
  }

  async run<R>(body: () => Promise<R>, options: RunUnitOptions = {}): Promise<R> {
    const outer = this.#current.getStore();
    if (!outer) return this.#outermost(body, options);
    refuseMismatch(outer, options);
    return outer.nested((unit) => this.#current.run(unit, async () => body()));
  }

  afterCommit(hook: () => unknown): void {
    const unit = this.#current.getStore();
    if (!unit) return void this.#call(hook);
    unit.assertOpen();
    unit.hooks.push(hook);
  }

  async atCommit(statement: PreparedStatement, values: Record<string, unknown>): Promise<void> {
    const bound = bind(statement, values);
    const unit = this.#current.getStore();
    if (!unit) return void (await this.query(bound.statement, bound.params));
    unit.assertOpen();
    unit.last.push(bound);
  }

  async #outermost<R>(body: () => Promise<R>, { isolation = 'read committed', readOnly = false, retries = 3, signal = currentContext()?.signal }: RunUnitOptions): Promise<R> {
    const { clock = systemClock, acquireTimeout = { seconds: 5 } } = this.#options;
    const turns = { timeout: acquireTimeout, clock, message: (waited: string) => `A sibling in the same unit of work was busy for ${waited}.` };
    for (let attempt = 0; ; attempt++) {
      const unit = new Unit(new Transaction(this.#pool, { isolation, readOnly, signal, turns }));
      try {
        const result = await this.#attempt(unit, body);
        for (const hook of unit.hooks) await this.#call(hook);
        return result;
      } catch (error) {
        if (attempt >= retries || !isConflict(error)) throw error;
        const pause = Math.min(10 * 2 ** attempt, longestPause) * (0.5 + Math.random() / 2);
        await sleep({ milliseconds: pause }, { clock, signal });
      }
    }
  }

  async #attempt<R>(unit: Unit, body: () => Promise<R>): Promise<R> {
    const { transaction } = unit;
    const { signal } = transaction.options;
    try {
      const running = this.#current.run(unit, async () => body());
      const result = await (signal ? unlessAborted(running, signal) : running);
      await unit.end();
      signal?.throwIfAborted();
      await transaction.commit(unit.last);
      return result;
    } catch (error) {
      unit.fail(error);
      await transaction.rollback(error);
      throw error;
    }
  }

  /** Runs `work` on a connection of its own, outside of any unit. */
  async alone<R>(work: (connection: Connection) => Promise<R>): Promise<R> {
    const connection = await this.#pool.acquire(currentContext()?.signal);
    try {
      return await work(connection);
    } finally {
      this.#pool.release(connection);
    }
  }

  async #call(hook: () => unknown): Promise<void> {
    try {
      await this.#current.run(undefined, async () => hook());
    } catch (error) {
      (this.#options.logger ?? noopLogger).error('A hook after a commit failed.', { error });
    }
  }
}

function refuseMismatch({ transaction: { options } }: Unit, { isolation, readOnly }: RunUnitOptions): void {
  const refuse = (wanted: string, is: string): never => {
    throw new UnitOfWorkMismatch(undefined, { message: `A nested unit of work asks for ${wanted}, but the outermost one is ${is}.` });
  };
  if (isolation !== undefined && isolation !== options.isolation) refuse(isolation, options.isolation);
  if (readOnly !== undefined && readOnly !== options.readOnly) refuse(readOnly ? 'read only' : 'read write', options.readOnly ? 'read only' : 'read write');
}

/** Whether an error is, or was caused by, a conflict between transactions. */
function isConflict(error: unknown): boolean {
  for (let each = error, depth = 0; each !== undefined && each !== null && depth < 10; depth++) {
    if (TransactionConflict.is(each)) return true;
    each = (each as { cause?: unknown }).cause;
  }
  return false;
}
