import type { Column } from 'drizzle-orm/column';
import type { PgTable } from 'drizzle-orm/pg-core/table';
import { and } from 'drizzle-orm/sql/expressions';
import { sql, type SQL } from 'drizzle-orm/sql/sql';
import type { Database } from './database.js';
import { ListRequestInvalid } from './errors.js';
import { afterRow, orderBy, type KeysetTerm } from './keyset.js';
import type { ListFilter } from './list-filters.js';
import { keyOf } from './list-key.js';
import { statementCache } from './statements.js';

export interface ListQueryOptions<Table extends PgTable> {
  readonly from: Table;
  /** What may be sorted by, under the names that requests use. Nothing else of a request becomes SQL. */
  readonly sort: { readonly [field: string]: Column };
  /** What may be filtered by. @default nothing */
  readonly filters?: { readonly [name: string]: ListFilter };
  /** Holds for every row of the list. @default all rows */
  readonly where?: SQL;
}

/** A list request in the terms of the domain; that of `@org/enterprise-http` is one. */
export interface ListQueryRequest {
  /** From 1; `undefined` when paging by `after`. */
  readonly page?: number | undefined;
  readonly pageSize: number;
  /** Ends with a field that is unique, so that pages never overlap. */
  readonly sort: readonly { readonly field: string; readonly direction: 'asc' | 'desc' }[];
  readonly filters?: { readonly [name: string]: unknown };
  /** Values of the sort fields of the last row seen. */
  readonly after?: readonly (string | number | boolean | null)[] | undefined;
}

export interface ListQueryResult<Row> {
  readonly items: readonly Row[];
  /** Counted when paging by number. */
  readonly total?: number;
  /** Whether there is something after the last item. */
  readonly more: boolean;
}

/** What makes the text of a statement: everything of a request but its values. */
interface Shape {
  readonly sort: readonly (readonly [field: string, direction: 'asc' | 'desc'])[];
  readonly filters: readonly string[];
  /** Which of the values to go on after are null; none when paging by number. */
  readonly nulls: readonly boolean[] | undefined;
  /**
   * A literal where nothing is filtered, so that PostgreSQL keeps its plan. With a parameter in its place PostgreSQL plans
   * the list each time, as filters need it: the plan for a value that many rows have walks through all of them for one
   * that few have.
   */
  readonly limit: number | undefined;
  readonly offset: boolean;
}

interface CompiledList<Row> {
  items(values: Record<string, unknown>): Promise<Row[]>;
  count(values: Record<string, unknown>): Promise<number>;
}

/**
 * Makes a function that answers list requests from one table: filtered, in a stable order, by page number with a total or
 * by keyset. Each shape of a request is compiled once.
 *
 * The function throws LIST_REQUEST_INVALID for a field that is not in `sort` or `filters`, and for values to go on after that
 * the columns cannot hold, as of a cursor that nobody gave out.
 */
export function listQuery<Table extends PgTable>(database: Pick<Database, 'orm'>, options: ListQueryOptions<Table>): (request: ListQueryRequest) => Promise<ListQueryResult<Table['$inferSelect']>> {
  const { sort: columns, filters: known = {} } = options;
  const compiled = statementCache((shape: string) => compile(database, options, JSON.parse(shape) as Shape));

  return async ({ page = 1, pageSize, sort, filters = {}, after }) => {
    const used = Object.keys(filters).filter((name) => filters[name] !== undefined).sort();
    for (const { field } of sort) if (!Object.hasOwn(columns, field)) refuse(field, `This list cannot be sorted by "${field}".`);
    for (const name of used) if (!Object.hasOwn(known, name)) refuse(name, `This list cannot be filtered by "${name}".`);
    if (after && after.length !== sort.length) refuse('after', 'There must be one value for each field of the order.');

    if (!Number.isSafeInteger(pageSize) || pageSize < 1) refuse('pageSize', 'The size of a page must be a whole number of at least 1.');
    const offset = after ? 0 : (page - 1) * pageSize;
    const limit = after ? pageSize + 1 : pageSize;
    const shape: Shape = {
      sort: sort.map(({ field, direction }) => [field, direction === 'desc' ? 'desc' : 'asc']),
      filters: used,
      nulls: after?.map((value) => value === null),
      limit: used.length === 0 ? limit : undefined,
      offset: offset > 0,
    };
    const statement = compiled(JSON.stringify(shape));
    const values: Record<string, unknown> = { limit };
    for (const name of used) {
      const value = filters[name];
      values[`filter_${name}`] = known[name]!.encode?.(value) ?? value;
    }
    if (after) {
      after.forEach((value, i) => {
        const { field } = sort[i]!;
        values[`after_${i}`] = keyOf(columns[field]!, value) ?? (value === null ? null : refuse('after', `No row has this value of "${field}" to go on after.`));
      });
      const items = await statement.items(values);
      return { items: items.slice(0, pageSize), more: items.length > pageSize };
    }
    const items = await statement.items({ ...values, offset });
    // A page that is not full is the last one, and its end is the total.
    const isLast = items.length < pageSize && (items.length > 0 || offset === 0);
    const total = isLast ? offset + items.length : await statement.count(values);
    return { items, total, more: offset + items.length < total };
  };
}

function refuse(field: string, message: string): never {
  throw new ListRequestInvalid({ field }, { message });
}

function compile<Table extends PgTable>({ orm }: Pick<Database, 'orm'>, { from, sort: columns, filters = {}, where }: ListQueryOptions<Table>, shape: Shape): CompiledList<Table['$inferSelect']> {
  const terms = shape.sort.map(([field, direction]): KeysetTerm => ({ column: columns[field]!, direction }));
  const narrowed = and(where, ...shape.filters.map((name) => filters[name]!.condition(sql.placeholder(`filter_${name}`))));
  const after = shape.nulls && afterRow(terms, shape.nulls.map((isNull, i) => (isNull ? null : sql.placeholder(`after_${i}`))));
  const table = from as PgTable;
  const first = orm.select().from(table).where(and(narrowed, after)).orderBy(...orderBy(terms)).limit(shape.limit === undefined ? sql.placeholder('limit') : sql.raw(String(shape.limit)) as never);
  const items = (shape.offset ? first.offset(sql.placeholder('offset')) : first).prepare('list');
  const count = orm.select({ total: sql`count(*)`.mapWith(Number) }).from(table).where(narrowed).prepare('list_count');
  return {
    items: (values) => items.execute(values) as Promise<Table['$inferSelect'][]>,
    count: async (values) => (await count.execute(values))[0]!.total,
  };
}
