export type Isolation = 'read committed' | 'repeatable read' | 'serializable';

export interface RunUnitOptions {
  /** Of the outermost unit; a nested one may only repeat it. @default read committed */
  readonly isolation?: Isolation;
  /** Refuses writes. @default false */
  readonly readOnly?: boolean;
  /** How often the outermost unit is run again after a serialization failure or a deadlock. @default 3 */
  readonly retries?: number;
  /** Rolls back when aborted. @default the signal of the request's context */
  readonly signal?: AbortSignal;
}

/** What `prepare` of drizzle returns. */
export interface PreparedStatement {
  execute(values: Record<string, unknown>): Promise<unknown>;
}

/** Transactions that are ambient: what runs inside uses them, without a parameter that says so. */
export interface UnitOfWork {
  /**
   * Runs `body` in a transaction and commits when it fulfils. Inside another unit it is a savepoint of that one, and waits
   * for siblings that are running.
   *
   * The outermost unit runs `body` again after a serialization failure or a deadlock, so `body` must not do outside of
   * the database what cannot be done twice; that belongs into {@link UnitOfWork.afterCommit}.
   * @throws UNIT_OF_WORK_MISMATCH, UNIT_OF_WORK_FAILED, TRANSACTION_CONFLICT, the reason of an aborted signal
   */
  run<R>(body: () => Promise<R>, options?: RunUnitOptions): Promise<R>;
  /** Runs `body` in the unit that is running, without a savepoint, or else in a new one. */
  join<R>(body: () => Promise<R>): Promise<R>;
  /**
   * Runs `body` outside of the unit that is running, for what has to stay when that one is rolled back. It needs a
   * connection of its own: where there is only one, it fails with DATABASE_BUSY.
   */
  outside<R>(body: () => Promise<R>): Promise<R>;
  /**
   * Calls `hook` outside of any unit once the outermost one has committed, and never if it has not. `run` waits for it;
   * what it throws is logged. Without a unit it is called at once.
   */
  afterCommit(hook: () => unknown): void;
  /**
   * Runs a statement that was prepared with this database's `orm` at the end of the outermost unit, after those that were
   * given before it. It is sent together with the commit, so it costs no round trip: for what nobody waits for, as events and
   * logs. When it fails nothing is committed, and `run` throws why. Dropped with a nested unit that is rolled back; without a
   * unit it is run at once.
   * @throws TypeError for a statement that is not prepared, and for values that it cannot take
   */
  atCommit(statement: PreparedStatement, values: Record<string, unknown>): Promise<void>;
  /** Whether a unit is running. */
  readonly active: boolean;
}
