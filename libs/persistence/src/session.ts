import { entityKind, is } from 'drizzle-orm/entity';
import { PgDatabase } from 'drizzle-orm/pg-core/db';
import { PgDialect } from 'drizzle-orm/pg-core/dialect';
import type { SelectedFieldsOrdered } from 'drizzle-orm/pg-core/query-builders/select.types';
import { PgPreparedQuery, PgSession, PgTransaction, type PgTransactionConfig } from 'drizzle-orm/pg-core/session';
import { Param, Placeholder, type Query, type SQL } from 'drizzle-orm/sql/sql';
import type { Orm, QueryResult, QueryResultHKT } from './database.js';
import type { BoundStatement, Statement, StatementResult } from './driver.js';
import { paceOf } from './pace.js';
import { rowMapper, type RowMapper } from './row-mapper.js';
import type { Isolation, RunUnitOptions } from './unit-of-work.js';

/** What the drizzle instance runs on: wherever a statement belongs at the moment it is executed. */
export interface Executor {
  query(statement: Statement, params: unknown[]): Promise<StatementResult>;
  run<R>(body: () => Promise<R>, options?: RunUnitOptions): Promise<R>;
}

/** Makes a drizzle instance over an executor, for every driver alike. */
export function createOrm(executor: Executor): Orm {
  const dialect = new PgDialect();
  return new PgDatabase<QueryResultHKT>(dialect, new Session(dialect, executor), undefined) as Orm;
}

type RowsMapper = (rows: unknown[][]) => any;
interface Slot { readonly index: number; readonly name: string; readonly encode: ((value: unknown) => unknown) | undefined }

class Prepared extends PgPreparedQuery<any> {
  static override readonly [entityKind]: string = 'EnterprisePreparedQuery';
  /** Set by drizzle's select builder after construction. */
  declare joinsNotNullableMap?: Record<string, boolean>;
  readonly #executor: Executor;
  readonly #statement: Statement;
  readonly #params: readonly unknown[];
  readonly #slots: readonly Slot[];
  readonly #fields: SelectedFieldsOrdered | undefined;
  readonly #mapRows: RowsMapper | undefined;
  readonly #arrays: boolean;
  #mapRow: RowMapper | undefined;

  constructor(executor: Executor, query: Query, { fields, name, arrays, mapRows }: PreparedOptions) {
    super(query, undefined, undefined);
    this.#executor = executor;
    this.#params = query.params;
    this.#slots = slotsOf(query.params);
    this.#fields = fields;
    this.#mapRows = mapRows;
    this.#arrays = arrays;
    this.#statement = { text: query.sql, prepared: name !== undefined, rows: fields || mapRows ? 'arrays' : 'objects', pace: name === undefined ? undefined : paceOf(query.sql) };
  }

  async execute(values: Record<string, unknown> = {}): Promise<any> {
    const { rows, rowCount } = await this.#executor.query(this.#statement, this.#filled(values));
    if (this.#mapRows) return this.#mapRows(rows as unknown[][]);
    if (!this.#fields) return { rows, rowCount };
    const mapRow = (this.#mapRow ??= rowMapper(this.#fields, this.joinsNotNullableMap));
    return rows.map((row) => mapRow(row as unknown[]));
  }

  async all(values: Record<string, unknown> = {}): Promise<any> {
    return (await this.#executor.query({ ...this.#statement, rows: 'objects' }, this.#filled(values))).rows;
  }

  /** @throws TypeError for values that could only fail once the statement is to be sent */
  bind(values: Record<string, unknown>): BoundStatement {
    const params = this.#filled(values);
    const odd = params.find((param) => typeof param === 'object' ? param !== null && !(param instanceof Uint8Array) : typeof param === 'symbol' || typeof param === 'function');
    if (odd !== undefined) throw new TypeError('A value is no text, number, boolean or bytes, and no column of the statement encodes it.');
    return { statement: this.#statement, params };
  }

  /** Asked by drizzle. */
  isResponseInArrayMode(): boolean { return this.#arrays; }

  #filled(values: Record<string, unknown>): unknown[] {
    const params = this.#params.slice();
    for (const { index, name, encode } of this.#slots) {
      const value = values[name];
      if (value === undefined) throw new TypeError(`No value was given for the placeholder "${name}".`);
      params[index] = encode && value !== null ? encode(value) : value;
    }
    return params;
  }
}

/** Fills a prepared statement with values, without running it. */
export function bind(statement: object, values: Record<string, unknown>): BoundStatement {
  if (!(statement instanceof Prepared)) throw new TypeError('Only a statement that was prepared with the orm of this database can be sent with the commit.');
  return statement.bind(values);
}

interface PreparedOptions {
  readonly fields: SelectedFieldsOrdered | undefined;
  readonly name: string | undefined;
  readonly arrays: boolean;
  readonly mapRows: RowsMapper | undefined;
}

function slotsOf(params: readonly unknown[]): Slot[] {
  const slots: Slot[] = [];
  params.forEach((param, index) => {
    if (is(param, Placeholder)) slots.push({ index, name: param.name, encode: undefined });
    else if (is(param, Param) && is(param.value, Placeholder)) {
      const { encoder, value: { name } } = param;
      slots.push({ index, name, encode: (value) => encoder.mapToDriverValue(value) });
    }
  });
  return slots;
}

class Session extends PgSession<QueryResultHKT> {
  static override readonly [entityKind]: string = 'EnterpriseSession';
  readonly #executor: Executor;

  constructor(dialect: PgDialect, executor: Executor) {
    super(dialect);
    this.#executor = executor;
  }

  prepareQuery(query: Query, fields: SelectedFieldsOrdered | undefined, name: string | undefined, arrays: boolean, mapRows?: RowsMapper): PgPreparedQuery<any> {
    return new Prepared(this.#executor, query, { fields, name, arrays, mapRows });
  }

  override async count(query: SQL): Promise<number> {
    const { rows } = await this.execute<QueryResult<{ count: string }>>(query);
    return Number(rows[0]!.count);
  }

  override transaction<T>(body: (tx: Transaction) => Promise<T>, config: PgTransactionConfig = {}): Promise<T> {
    const { isolationLevel, accessMode } = config;
    return this.#executor.run(() => body(new Transaction(this.dialect, this, undefined)), {
      // PostgreSQL treats read uncommitted as read committed.
      ...(isolationLevel && { isolation: (isolationLevel === 'read uncommitted' ? 'read committed' : isolationLevel) satisfies Isolation }),
      ...(accessMode && { readOnly: accessMode === 'read only' }),
    });
  }
}

/** drizzle's own way to open transactions, as units of work. */
class Transaction extends PgTransaction<QueryResultHKT> {
  static override readonly [entityKind]: string = 'EnterpriseTransaction';

  override transaction<T>(body: (tx: PgTransaction<QueryResultHKT>) => Promise<T>, config?: PgTransactionConfig): Promise<T> {
    return (this._.session as Session).transaction(body, config);
  }
}
