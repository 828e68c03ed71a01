import type { Column } from 'drizzle-orm/column';

/** Writes values of a column as PostgreSQL writes an array: one parameter, whatever their number. */
export const arrayLiteral = (column: Column, values: Iterable<unknown>): string =>
  `{${Array.from(values, (each) => `"${String(column.mapToDriverValue(each)).replace(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;
