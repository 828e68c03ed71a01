import { Admission } from './admission.js';
import type { BoundStatement, Statement, StatementResult } from './driver.js';
import { UnitOfWorkClosed, UnitOfWorkFailed } from './errors.js';
import type { Transaction } from './transaction.js';

interface Ending { readonly by: 'end' | 'failure'; readonly cause?: unknown }

/** A transaction, or a savepoint in one, as the code that runs in it sees it. */
export class Unit {
  readonly transaction: Transaction;
  readonly parent: Unit | undefined;
  readonly hooks: (() => unknown)[] = [];
  /** Sent with the commit. */
  readonly last: BoundStatement[] = [];
  // Nested units and statements take turns: a statement amid a sibling's unit would share its fate. Statements are sent as
  // they come, one behind the other without waiting for answers, as long as no unit waits for its turn.
  readonly #turns: Admission;
  #statements = 0;
  #ending: Ending | undefined;
  #failure: { readonly cause: unknown } | undefined;

  constructor(transaction: Transaction, parent?: Unit) {
    this.transaction = transaction;
    this.parent = parent;
    this.#turns = new Admission(1, transaction.options.turns);
  }

  query(statement: Statement, params: unknown[]): Promise<StatementResult> {
    return this.#statement(() => this.#noting(this.transaction.use((connection) => connection.query(statement, params))));
  }

  script(text: string): Promise<void> {
    return this.#statement(() => this.#script(text));
  }

  /** Runs `body` between a savepoint and its release. */
  nested<R>(body: (unit: Unit) => Promise<R>): Promise<R> {
    return this.#turn(async () => {
      const savepoint = this.transaction.nextSavepoint();
      await this.#noting(this.transaction.use((connection) => connection.begin(`savepoint ${savepoint}`)));
      const unit = new Unit(this.transaction, this);
      try {
        const result = await body(unit);
        await unit.end();
        await this.#noting(this.transaction.use((connection) => connection.begin(`release savepoint ${savepoint}`)));
        this.hooks.push(...unit.hooks);
        this.last.push(...unit.last);
        return result;
      } catch (error) {
        unit.fail(error);
        await this.transaction.settled();
        // Where a unit around it has failed, its own rollback has taken this savepoint along.
        if (!this.#isFailed()) await this.#script(`rollback to savepoint ${savepoint}; release savepoint ${savepoint}`);
        throw error;
      }
    });
  }

  /** @throws UNIT_OF_WORK_CLOSED */
  assertOpen(): void {
    if (this.#ending) throw new UnitOfWorkClosed(undefined, { cause: this.#ending.cause });
    this.parent?.assertOpen();
  }

  /** Takes no more work, waits for what is running, and refuses to go on after a failure that was swallowed. */
  async end(): Promise<void> {
    this.#ending ??= { by: 'end' };
    await this.#turns.enter();
    this.#assertSound();
  }

  /** Takes no more work, since it is to be rolled back. */
  fail(cause: unknown): void {
    this.#ending = { by: 'failure', cause };
  }

  #isFailed(): boolean { return this.#ending?.by === 'failure' || (this.parent !== undefined && this.parent.#isFailed()); }

  #assertSound(): void {
    if (this.#failure) throw new UnitOfWorkFailed(undefined, this.#failure);
  }

  async #turn<R>(work: () => Promise<R>): Promise<R> {
    this.assertOpen();
    if (!this.#turns.tryEnter()) await this.#turns.enter(this.transaction.options.signal);
    try {
      this.assertOpen();
      this.#assertSound();
      return await work();
    } finally {
      this.#turns.leave();
    }
  }

  async #statement<R>(work: () => Promise<R>): Promise<R> {
    this.assertOpen();
    if (this.#statements === 0 || this.#turns.waiting > 0) {
      if (!this.#turns.tryEnter()) await this.#turns.enter(this.transaction.options.signal);
    }
    this.#statements++;
    try {
      this.assertOpen();
      this.#assertSound();
      return await work();
    } finally {
      if (--this.#statements === 0) this.#turns.leave();
    }
  }

  #script(text: string): Promise<void> {
    return this.#noting(this.transaction.use((connection) => connection.script(text)));
  }

  // After a failed statement PostgreSQL refuses all others, and turns a commit into a rollback without an error.
  async #noting<R>(running: Promise<R>): Promise<R> {
    try {
      return await running;
    } catch (cause) {
      this.#failure ??= { cause };
      throw cause;
    }
  }
}
