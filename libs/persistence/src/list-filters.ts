import type { Column } from 'drizzle-orm/column';
import { eq, gte, ilike, lte, or } from 'drizzle-orm/sql/expressions';
import { Param, sql, type Placeholder, type SQL } from 'drizzle-orm/sql/sql';
import { arrayLiteral } from './array-literal.js';

/** How one filter of a list narrows it. The condition is compiled once; the value arrives with each request. */
export interface ListFilter {
  condition(value: Placeholder): SQL | undefined;
  /** @default the value as it is, encoded by the column it is compared with */
  encode?(value: unknown): unknown;
}

export const equalTo = (column: Column): ListFilter => ({ condition: (value) => eq(column, new Param(value, column)) });
export const atLeast = (column: Column): ListFilter => ({ condition: (value) => gte(column, new Param(value, column)) });
export const atMost = (column: Column): ListFilter => ({ condition: (value) => lte(column, new Param(value, column)) });

/** Lets through rows whose column has one of the values of an array. */
export const anyOf = (column: Column): ListFilter => ({
  condition: (value) => sql`${column} = any(${value})`,
  encode: (values) => arrayLiteral(column, values as readonly unknown[]),
});

/**
 * Lets through rows that have the text, whatever its case, in one of the columns. `%`, `_` and `\` stand for themselves.
 * What serves it is an index `using gin (name gin_trgm_ops, ...)` of the extension pg_trgm, from three letters on.
 */
export const textIn = (...columns: readonly Column[]): ListFilter => ({
  condition: (value) => or(...columns.map((column) => ilike(column, sql`${value}`))),
  encode: (text) => `%${String(text).replace(/[\\%_]/g, String.raw`\$&`)}%`,
});
