import type { Column } from 'drizzle-orm/column';
import { and, asc, desc, eq, gt, isNotNull, isNull, lt, or } from 'drizzle-orm/sql/expressions';
import { Param, sql, type Placeholder, type SQL } from 'drizzle-orm/sql/sql';

export interface KeysetTerm {
  readonly column: Column;
  readonly direction: 'asc' | 'desc';
}

/** A value of the last row seen: the placeholder for it, or `null` where it was null. */
export type KeysetValue = Placeholder | null;

export const orderBy = (terms: readonly KeysetTerm[]): SQL[] => terms.map(({ column, direction }) => (direction === 'asc' ? asc(column) : desc(column)));

/**
 * Returns the condition for rows after a given one in this order. One comparison of rows where the order allows it, as
 * an index serves that best; else one alternative for each field. Nulls are where PostgreSQL sorts them: last when
 * ascending, first when descending.
 */
export function afterRow(terms: readonly KeysetTerm[], values: readonly KeysetValue[]): SQL | undefined {
  const [first] = terms;
  if (terms.every(({ column, direction }) => column.notNull && direction === first!.direction)) {
    const columns = sql.join(terms.map(({ column }) => sql`${column}`), sql`, `);
    const row = sql.join(terms.map(({ column }, i) => sql`${encoded(column, values[i]!)}`), sql`, `);
    return first!.direction === 'asc' ? sql`(${columns}) > (${row})` : sql`(${columns}) < (${row})`;
  }
  return or(...terms.map((term, i) => and(...terms.slice(0, i).map(({ column }, j) => same(column, values[j]!)), beyond(term, values[i]!))));
}

// drizzle leaves a bare placeholder as it is: a date would arrive unencoded.
const encoded = (column: Column, value: Placeholder | null): Param => new Param(value, column);

const same = (column: Column, value: KeysetValue): SQL => (value === null ? isNull(column) : eq(column, encoded(column, value)));

function beyond({ column, direction }: KeysetTerm, value: KeysetValue): SQL {
  if (direction === 'asc') {
    if (value === null) return sql`false`;
    return column.notNull ? gt(column, encoded(column, value)) : or(gt(column, encoded(column, value)), isNull(column))!;
  }
  return value === null ? isNotNull(column) : lt(column, encoded(column, value));
}
