import type postgres from 'postgres';
import type { Connection, Statement, StatementResult } from '../driver.js';
import { DatabaseUnavailable } from '../errors.js';
import type { AnswerWatch } from './answer-watch.js';
import { statementFailure } from './postgres-errors.js';

// The server keeps prepared texts until the connection ends, and lists can have very many of them.
const mostTexts = 500;

/** One connection of postgres.js, which is used up when it closes. */
export class PostgresConnection implements Connection {
  readonly #sql: postgres.Sql;
  readonly #closed: () => boolean;
  readonly #watch: AnswerWatch;
  readonly #texts = new Set<string>();
  #given = false;
  #beginning: Promise<unknown> | undefined;

  constructor(sql: postgres.Sql, closed: () => boolean, watch: AnswerWatch) {
    this.#sql = sql;
    this.#closed = closed;
    this.#watch = watch;
  }

  get broken(): boolean { return this.#given || this.#closed(); }

  get worn(): boolean { return this.#texts.size > mostTexts; }

  async query({ text, prepared, rows }: Statement, params: unknown[]): Promise<StatementResult> {
    this.#assertAlive();
    if (prepared) this.#texts.add(text);
    const query = this.#sql.unsafe(text, params as postgres.ParameterOrJSON<never>[], { prepare: prepared, simple: false } as postgres.UnsafeQueryOptions);
    this.#watch.asked();
    try {
      const answer = rows === 'arrays' ? query.values() : query;
      const result = this.#beginning ? await this.#afterBegin(answer) : await answer;
      return { rows: result, rowCount: result.count ?? result.length };
    } catch (error) {
      throw this.#failed(error);
    } finally {
      this.#watch.answered();
    }
  }

  async script(text: string): Promise<void> {
    this.#assertAlive();
    try {
      const script = this.#sql.unsafe(text).simple();
      await (this.#beginning ? this.#afterBegin(script) : script);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  // Sent without waiting, so that neither a transaction nor a savepoint costs a round trip of its own.
  async begin(text: string): Promise<void> {
    this.#assertAlive();
    const beginning = this.#sql.unsafe(text).simple().execute();
    this.#beginning = this.#beginning ? Promise.all([this.#beginning, beginning]) : beginning;
    this.#beginning.catch(() => {});
  }

  async close(): Promise<void> {
    this.#given = true;
    this.#watch.close();
    await this.#sql.end({ timeout: 1 });
  }

  async #afterBegin<R>(query: PromiseLike<R>): Promise<R> {
    const beginning = this.#beginning;
    this.#beginning = undefined;
    return (await Promise.all([query, beginning]))[0];
  }

  // A statement sent between the failure of a socket and its close would never be answered.
  #failed(error: unknown): unknown {
    const failure = statementFailure(error);
    if (DatabaseUnavailable.is(failure)) this.#given = true;
    return failure;
  }

  #assertAlive(): void {
    if (this.broken) throw new DatabaseUnavailable(undefined, { message: 'The connection to the database was lost.' });
  }
}
